"""What is known of every bundled language head: read from the JSON beside its weights, written only by its recipe's own evaluation."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from playground.zoo import cards, language

FOLDER = cards.WEIGHTS / "language"


class LanguageCard(cards.AnyCard):
    """One set of low-rank changes and heads on the backbone.

    Attributes:
        backbone: Name and SHA-256 of the weights it belongs to.
        classes: Of each head, in the order of its outputs.
        first, rank, pooled, spelled: As `networks.minilm.Adapted` takes them.
        seconds: Of training, on one thread of a shared machine.
    """

    backbone: tuple[str, str] = (language.HUB, language.SHA256)
    classes: dict[str, tuple[str, ...]]
    first: int
    rank: int
    pooled: bool
    spelled: bool
    seconds: int


@cache
def language_cards() -> dict[str, LanguageCard]:
    """Every bundled language head by name."""
    return cards.read(FOLDER, LanguageCard)


def language_card(name: str) -> LanguageCard:
    """The card of one head.

    Raises:
        UserError: When none of this name is bundled.
    """
    return cards.pick(language_cards(), name, "bundled language model")


def keep(name: str, arrays: dict[str, Any], about: dict[str, Any]) -> LanguageCard:
    """Write weights (safetensors) and card; `about` holds the card's fields but for `parameters` and `bytes`."""
    made = cards.write(FOLDER, name, arrays, LanguageCard, about)
    language_cards.cache_clear()
    return made


def untrained() -> dict[str, float]:
    """What the backbone scores without training, as measured by its recipe; empty when it was not measured."""
    path = FOLDER / "untrained" / "scores.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def keep_untrained(scores: dict[str, float]) -> None:
    """Write what `untrained` reads."""
    path = FOLDER / "untrained" / "scores.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
