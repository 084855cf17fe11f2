"""Bundled translators: weights, tokenizer and card in one folder; loaded once a process; beam search and what it saw on the way."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch
from playground.zoo import cards

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from playground.networks.translate import Translator

FOLDER = cards.WEIGHTS / "language" / "translate"
MOST = 48  # tokens of one sentence, in either language
TOGETHER = 64  # sentences of one length that are written at once
LENGTH = 0.6  # power of the length that a beam's log-likelihood is divided by (Wu et al. 2016, section 7, in its plain form)
Ranked = list[tuple[float, list[int]]]  # what a translation is worth, and its tokens


class TranslatorCard(cards.AnyCard):
    """One bundled translator.

    Attributes:
        updates, of_updates: Those taken, and those the recipe asks for.
        seconds: Of processor time, on one thread.
    """

    shape: dict[str, int]
    updates: int
    of_updates: int
    seconds: int


@dataclass(frozen=True, eq=False)
class Bundled:
    """A model and its tokenizer, ready."""

    name: str
    model: Translator
    tokenizer: Tokenizer

    def encode(self, text: str) -> list[int]:
        """A sentence as token numbers."""
        return list(self.tokenizer.encode(f" {plain(text)}").ids)

    def decode(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode([each for each in ids if each])).strip()

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Each token as it reads; a sign of several bytes that is cut between tokens shows as �."""
        return [self.tokenizer.decode([each]) if each else "end" for each in ids]


def plain(text: str) -> str:
    """One form for what is written alike: composed letters, simple spaces and apostrophes, no invisible signs."""
    text = unicodedata.normalize("NFC", text).replace("’", "'").replace("‘", "'")
    return " ".join("".join(sign for sign in text if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Cn")).split())


@cache
def translator_cards() -> dict[str, TranslatorCard]:
    """Every bundled translator by name."""
    return cards.read(FOLDER, TranslatorCard, "*/card.json")


def translator_card(name: str) -> TranslatorCard:
    """The card of one translator.

    Raises:
        UserError: When none of this name is bundled.
    """
    return cards.pick(translator_cards(), name, "bundled translator")


@lru_cache(2)
def bundled(name: str) -> Bundled:
    """A bundled translator in evaluation mode, float32.

    Raises:
        UserError: As `translator_card`.
    """
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    from playground.networks.translate import Shape, Translator

    place = FOLDER / translator_card(name).name
    with torch.device("meta"):
        model = Translator(Shape(**translator_card(name).shape))
    model.load_state_dict({key: value.float() for key, value in load_file(place / "model.safetensors").items()}, assign=True)
    return Bundled(name, model.requires_grad_(False).eval(), Tokenizer.from_file(str(place / "tokenizer.json")))


def keep(name: str, model: Translator, tokenizer: str, about: dict[str, Any]) -> TranslatorCard:
    """Write weights (float16), tokenizer and card; `about` holds the card's fields but for name, shape, `parameters` and `bytes`."""
    from dataclasses import asdict

    made = cards.write_folder(FOLDER / name, model, tokenizer, TranslatorCard, {**about, "name": name, "shape": asdict(model.shape)}, model.state_dict())
    translator_cards.cache_clear()
    bundled.cache_clear()
    return made


def search(model: Translator, sources: Sequence[Sequence[int]], beams: int = 4, most: int = MOST) -> list[list[int]]:
    """The best translation of each source as token numbers, without its end."""
    return [each[0][1] for each in ranked(model, sources, beams, most)]


def ranked(model: Translator, sources: Sequence[Sequence[int]], beams: int = 4, most: int = MOST) -> list[Ranked]:
    """For each source the translations that beam search ended with, the best first; sources of one length are written together.

    At each step the `beams` likeliest beginnings are kept. What ends is worth its log-likelihood over length ** 0.6; the search is over
    when no beginning can overtake the best. With one beam it is the greedy choice.
    """
    found: list[Ranked] = [[] for _ in sources]
    for size in sorted({len(each) for each in sources}):
        places = [i for i, each in enumerate(sources) if len(each) == size]
        for first in range(0, len(places), TOGETHER):
            some = places[first : first + TOGETHER]
            for i, written in zip(some, _beam(model, torch.tensor([list(sources[i]) for i in some]), beams, most), strict=True):
                found[i] = sorted(written, key=lambda each: -each[0])[:beams]
    return found


def _beam(model: Translator, source: Any, beams: int, most: int) -> list[Ranked]:
    rows, vocabulary = len(source), model.shape.vocabulary
    ends: list[Ranked] = [[] for _ in range(rows)]
    with torch.no_grad():
        sources = [tuple(each.repeat_interleave(beams, 0) for each in pair) for pair in model.read(source)]
        past: list[list[Any]] = [[] for _ in model.writers]
        total = torch.full((rows, beams), float("-inf"))
        total[:, 0] = 0.0  # all beams begin alike; only one may go on
        written = torch.zeros(rows, beams, 1, dtype=torch.int64)
        for length in range(1, most + 2):
            scores = model.scores(model.write(written[:, :, -1].reshape(-1, 1), sources, past)[:, -1]).log_softmax(-1)
            if length > most:
                scores[:, 1:] = float("-inf")  # nothing but the end has room
            total, taken = (total[:, :, None] + scores.view(rows, beams, vocabulary)).flatten(1).topk(2 * beams)
            parent, token = taken // vocabulary, taken % vocabulary
            ended = token == 0
            for row, rank in (ended[:, :beams] & total[:, :beams].isfinite()).nonzero().tolist():  # an end counts only among the best `beams`
                ends[row].append((float(total[row, rank]) / length**LENGTH, written[row, parent[row, rank], 1:].tolist()))
            order = ended.float().argsort(dim=1, stable=True)[:, :beams]
            total, parent, token = (each.gather(1, order) for each in (total.masked_fill(ended, float("-inf")), parent, token))
            best = torch.tensor([max((worth for worth, _ in each), default=float("-inf")) for each in ends])
            if bool((total[:, 0] / (most + 1) ** LENGTH <= best).all()):
                break
            written = torch.cat((written.gather(1, parent[:, :, None].expand(-1, -1, length)), token[:, :, None]), 2)
            chosen = (parent + beams * torch.arange(rows)[:, None]).flatten()
            past[:] = [[each[chosen] for each in block] for block in past]
    return ends


def examine(known: Bundled, source: Sequence[int], target: Sequence[int], others: int = 5) -> dict[str, Any]:
    """What the model thought while it wrote `target`, its end included.

    Returns:
        "shares" (T,): likelihood of each token given those before it; "others": for each place the likeliest tokens as
        [(words, share)]; "looks" (decoders, heads, T, S) float32: how much each written token looked at each source token.
    """
    read, written = torch.tensor([list(source)]), torch.tensor([[0, *target]])
    with torch.no_grad():
        sources = known.model.read(read)
        likely = known.model.scores(known.model.write(written, sources))[0].softmax(-1)
        looks = known.model.looks(written, sources)[0]
    best = likely.topk(others)
    wanted = torch.tensor([*target, 0])
    return {
        "shares": likely.gather(1, wanted[:, None])[:, 0].numpy(), "looks": looks.numpy(),
        "others": [list(zip(known.pieces(ids), shares, strict=True)) for ids, shares in zip(best.indices.tolist(), best.values.tolist(), strict=True)],
    }  # fmt: skip
