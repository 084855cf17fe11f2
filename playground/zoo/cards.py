"""What is known of every bundled model: read from the JSON file beside its weights, written only by the recipe's own evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from playground.core.errors import UserError

WEIGHTS = Path(__file__).resolve().parent / "weights"


class AnyCard(BaseModel):
    """What is said of every bundled model.

    Attributes:
        scores: What the recipe measured, each named with its split.
        parameters: Of the network, without what normalisation counts.
        bytes: Of the file of weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    task: str
    words: str
    data: str
    licence: str
    split: str
    scores: dict[str, float]
    parameters: int
    bytes: int
    date: str
    command: str
    how: str


class Card(AnyCard):
    """One bundled model that looks at pictures.

    Attributes:
        mean, std: Per channel, of inputs in [0, 1], as the network expects them.
    """

    classes: tuple[str, ...]
    input_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]


Kind = TypeVar("Kind", bound=AnyCard)


def read(folder: Path, kind: type[Kind], pattern: str = "*.json") -> dict[str, Kind]:
    """Every card of a folder by its model's name, in alphabetical order."""
    found = (kind(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob(pattern)))
    return {each.name: each for each in found}


def pick(known: Mapping[str, Kind], name: str, what: str) -> Kind:
    """The card of that name.

    Raises:
        UserError: When there is none; `what` says in words what was asked for.
    """
    if name not in known:
        raise UserError(f"There is no {what} named {name!r}.", f"There is {', '.join(known) or 'none yet'}.", field="name")
    return known[name]


def write(folder: Path, name: str, arrays: Mapping[str, Any], kind: type[Kind], about: Mapping[str, Any]) -> Kind:
    """Write weights (safetensors) and card; `about` holds the card's fields but for `parameters` and `bytes`."""
    import numpy as np
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    arrays = {key: np.ascontiguousarray(value) for key, value in arrays.items()}  # safetensors writes memory as it lies, whatever the strides
    packed = save(arrays)
    counted = sum(int(array.size) for key, array in arrays.items() if not key.endswith(("running_mean", "running_var", "num_batches_tracked")))
    made = kind(**about, name=name, parameters=counted, bytes=len(packed))
    (folder / f"{name}.safetensors").write_bytes(packed)
    (folder / f"{name}.json").write_text(as_json(made), encoding="utf-8")
    return made


def write_folder(folder: Path, model: Any, tokenizer: str, kind: type[Kind], about: Mapping[str, Any], state: Mapping[str, Any]) -> Kind:
    """Write a model that needs a folder for itself: model.safetensors (float16), tokenizer.json and card.json.

    Args:
        model: Its parameters are counted.
        about: The card's fields but for `parameters` and `bytes`.
        state: The weights by the names they are kept under.
    """
    import torch
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    packed = save({key: value.to(torch.float16).contiguous() for key, value in state.items()}, metadata={"format": "pt"})
    made = kind(**about, parameters=sum(each.numel() for each in model.parameters()), bytes=len(packed))
    (folder / "model.safetensors").write_bytes(packed)
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    (folder / "card.json").write_text(as_json(made), encoding="utf-8")
    return made


def as_json(card: AnyCard) -> str:
    """The card as it is kept."""
    return json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


@cache
def cards() -> dict[str, Card]:
    """Every bundled model of this kind by name, in alphabetical order."""
    return read(WEIGHTS, Card)


def card(name: str) -> Card:
    """The card of one model.

    Raises:
        UserError: When no bundled model has this name.
    """
    return pick(cards(), name, "bundled model")


def keep(name: str, arrays: dict[str, Any], about: dict[str, Any]) -> Card:
    """Write weights and card; `about` holds the card's fields but for `parameters` and `bytes`."""
    made = write(WEIGHTS, name, arrays, Card, about)
    cards.cache_clear()
    return made
