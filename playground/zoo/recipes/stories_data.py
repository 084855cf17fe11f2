"""What stories-gpt reads: children's books out of copyright and a small sample of TinyStories, as token numbers."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from playground.core import packets
from playground.core.errors import UserError
from playground.zoo.recipes.language_lessons import DATA, table

if TYPE_CHECKING:
    from tokenizers import Tokenizer

VOCABULARY = 4096
END = "<|endoftext|>"  # between texts; number 0
HELD = 20  # every 20th of the small stories is held out, 5 %


@dataclass(frozen=True)
class Part:
    """One kind of text.

    Attributes:
        ids: (n,) uint16, texts parted by END.
        starts: Where paragraphs begin, of which windows may begin at one.
        held: (m,) uint16 of the part that is not learnt from.
        characters: In the held-out part.
    """

    name: str
    ids: np.ndarray
    starts: np.ndarray
    held: np.ndarray
    characters: int


def books(split: str) -> list[str]:
    """The text of each book, "train" (the first 95 % of its paragraphs) or "valid" (the last 5 %)."""
    rows = table("stories_gutenberg.parquet")
    return [plain(text) for text in rows[rows.split == split].text]


def small_stories() -> tuple[list[str], list[str]]:
    """The TinyStories of the sample: those to learn from, and those held out."""
    text = gzip.decompress(_located("tinystories_sample.txt.gz").read_bytes()).decode()
    stories = [plain(each.strip()) for each in text.split(END) if each.strip()]
    return [each for i, each in enumerate(stories) if i % HELD], stories[::HELD]


def _located(file: str) -> Path:
    path = Path(os.environ.get("PLAYGROUND_TRAINING_DATA", DATA)) / file
    if not path.is_file():
        raise UserError(f"The training data {file} is not at {path.parent}.", "Set PLAYGROUND_TRAINING_DATA to the folder that holds it; the app itself never needs it.")
    return path


def plain(text: str) -> str:
    """One line break between paragraphs, so that none of the window is spent on empty lines."""
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def make_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """A byte-level BPE (Sennrich et al. 2016; bytes as in Radford et al. 2019, section 2.2) learnt from `texts`: any text can be written with it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return made


def encoded(tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    """All texts as one row of token numbers, END before each."""
    rows = tokenizer.encode_batch(texts)
    return np.concatenate([np.array([0, *row.ids], np.uint16) for row in rows])


def tokenizer() -> Tokenizer:
    """The tokenizer, learnt from both kinds of text; the small stories count four times, for their words are the commonest."""
    learnt, _ = small_stories()
    return make_tokenizer([*books("train"), *learnt * 4])


def prepared(path: Path) -> tuple[str, list[Part]]:
    """Tokenizer (as JSON) and parts, from `path` when they were made before."""
    if path.is_file():
        kept = packets.decode(path.read_bytes())[1]
        return kept["tokenizer"], [Part(name, kept[f"{name}/ids"].view(np.uint16), kept[f"{name}/starts"], kept[f"{name}/held"].view(np.uint16), kept[f"{name}/characters"])
                                   for name in kept["names"]]  # fmt: skip
    made = tokenizer()
    found = parts(made)
    content: dict[str, object] = {"tokenizer": made.to_str(), "names": [each.name for each in found]}
    for each in found:
        arrays = {"ids": each.ids.view(np.int16), "starts": each.starts, "held": each.held.view(np.int16)}
        content |= {f"{each.name}/{name}": value for name, value in arrays.items()} | {f"{each.name}/characters": each.characters}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packets.encode("tokens", content))
    return made.to_str(), found


def parts(tokenizer: Tokenizer) -> list[Part]:
    """Books and small stories, in this order."""
    learnt, held = small_stories()
    line = tokenizer.encode("\n").ids[0]
    found = []
    for name, train, valid in (("books", books("train"), books("valid")), ("TinyStories", learnt, held)):
        ids = encoded(tokenizer, train)
        begins = np.flatnonzero(ids == 0) if name == "TinyStories" else np.flatnonzero((ids == line) | (ids == 0)) + 1
        found.append(Part(name, ids, begins, encoded(tokenizer, valid), sum(map(len, valid))))
    return found
