"""Bundled models of GPT-2's family: weights, tokenizer and card in one folder that transformers reads as well; loaded once a process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.core.lazy import lasting, torch
from playground.zoo import cards

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from playground.networks.gpt import GPT

FOLDER = cards.WEIGHTS / "language" / "generators"


class GPTCard(cards.AnyCard):
    """One bundled generator.

    Attributes:
        updates, of_updates: Those taken, and those the recipe asks for.
        seconds: Of processor time, on one thread.
    """

    vocabulary: int
    context: int
    width: int
    blocks: int
    heads: int
    updates: int
    of_updates: int
    seconds: int


@dataclass(frozen=True, eq=False)
class Generator:
    """A model and its tokenizer, ready."""

    name: str
    model: GPT
    tokenizer: Tokenizer


@cache
def gpt_cards() -> dict[str, GPTCard]:
    """Every bundled generator by name."""
    return cards.read(FOLDER, GPTCard, "*/card.json")


def gpt_card(name: str) -> GPTCard:
    """The card of one generator.

    Raises:
        UserError: When none of this name is bundled.
    """
    return cards.pick(gpt_cards(), name, "bundled generator")


@lru_cache(4)
@lasting
def bundled(name: str) -> Generator:
    """A bundled generator in evaluation mode, float32.

    Raises:
        UserError: As `gpt_card`.
    """
    return opened(FOLDER / gpt_card(name).name, name)


def opened(folder: Path, name: str) -> Generator:
    """Any model of GPT-2's family from a folder with config.json, model.safetensors and tokenizer.json.

    Raises:
        UserError: When it is of another family.
    """
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    from playground.networks.gpt import GPT, read_shape, renamed

    shape = read_shape(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    with torch.device("meta"):
        model = GPT(shape)
    state = {key if key.startswith(("transformer.", "lm_head.")) else f"transformer.{key}": value.float() for key, value in load_file(folder / "model.safetensors").items()}
    model.load_state_dict(renamed(state), assign=True)
    return Generator(name, model.requires_grad_(False).eval(), Tokenizer.from_file(str(folder / "tokenizer.json")))


def keep(name: str, model: GPT, tokenizer: str, about: dict[str, Any]) -> GPTCard:
    """Write weights (float16), config, tokenizer and card; `about` holds the card's fields but for name, sizes, `parameters` and `bytes`."""
    from playground.networks.gpt import published

    shape = model.shape
    sizes = {"vocabulary": shape.vocabulary, "context": shape.context, "width": shape.width, "blocks": shape.blocks, "heads": shape.heads}
    made = cards.write_folder(FOLDER / name, model, tokenizer, GPTCard, {**about, **sizes, "name": name}, published(model.state_dict()))
    (FOLDER / name / "config.json").write_text(json.dumps(shape.config(), indent=2) + "\n", encoding="utf-8")
    gpt_cards.cache_clear()
    bundled.cache_clear()
    return made
