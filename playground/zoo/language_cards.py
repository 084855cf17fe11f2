"""What is known of every bundled language head: read from the JSON beside its weights, written only by its recipe's own evaluation."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from playground.core.errors import UserError
from playground.zoo import cards, language

FOLDER = cards.WEIGHTS / "language"


class LanguageCard(BaseModel):
    """One set of low-rank changes and heads on the backbone.

    Attributes:
        backbone: Name and SHA-256 of the weights it belongs to.
        classes: Of each head, in the order of its outputs.
        first, rank, pooled, spelled: As `networks.minilm.Adapted` takes them.
        scores: What the recipe measured, each named with its split.
        seconds: Of training, on one thread of a shared machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    task: str
    words: str
    backbone: tuple[str, str] = (language.HUB, language.SHA256)
    classes: dict[str, tuple[str, ...]]
    first: int
    rank: int
    pooled: bool
    spelled: bool
    data: str
    licence: str
    split: str
    scores: dict[str, float]
    parameters: int
    bytes: int
    seconds: int
    date: str
    command: str
    how: str


@cache
def language_cards() -> dict[str, LanguageCard]:
    """Every bundled language head by name."""
    found = (LanguageCard(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.json")))
    return {each.name: each for each in found}


def language_card(name: str) -> LanguageCard:
    """The card of one head.

    Raises:
        UserError: When none of this name is bundled.
    """
    known = language_cards()
    if name not in known:
        raise UserError(f"There is no bundled language model named {name!r}.", f"There is {', '.join(known) or 'none yet'}.", field="name")
    return known[name]


def keep(name: str, arrays: dict[str, Any], about: dict[str, Any]) -> LanguageCard:
    """Write weights (safetensors) and card; `about` holds the card's fields but for `parameters` and `bytes`."""
    import numpy as np
    from safetensors.numpy import save

    FOLDER.mkdir(parents=True, exist_ok=True)
    arrays = {key: np.ascontiguousarray(value) for key, value in arrays.items()}
    packed = save(arrays)
    made = LanguageCard(**about, name=name, parameters=sum(int(each.size) for each in arrays.values()), bytes=len(packed))
    (FOLDER / f"{name}.safetensors").write_bytes(packed)
    (FOLDER / f"{name}.json").write_text(json.dumps(made.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
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
