"""Bundled recurrent networks that write sign by sign, ready to be read and asked; loaded once a process."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from playground.core.lazy import lasting, torch
from playground.zoo import cards

if TYPE_CHECKING:
    from playground.networks.recurrent import RecurrentNet

FOLDER = cards.WEIGHTS / "characters"


class CharacterCard(cards.AnyCard):
    """One bundled network of one recurrent layer, the same that the recurrent screen trains, only larger.

    Attributes:
        signs: The alphabet, in the order of inputs and outputs.
        cell, units: As `networks.recurrent.RecurrentNet` takes them.
        seconds: Of processor time, on one thread.
    """

    signs: str
    cell: str
    units: int
    seconds: int


@cache
def character_cards() -> dict[str, CharacterCard]:
    """Every bundled network of this kind by name."""
    return cards.read(FOLDER, CharacterCard)


def character_card(name: str) -> CharacterCard:
    """The card of one network.

    Raises:
        UserError: When none of this name is bundled.
    """
    return cards.pick(character_cards(), name, "bundled writer")


def keep(name: str, arrays: dict[str, np.ndarray], about: dict[str, object]) -> CharacterCard:
    """Write weights (safetensors) and card; `about` holds the card's fields but for `parameters` and `bytes`."""
    made = cards.write(FOLDER, name, arrays, CharacterCard, about)
    character_cards.cache_clear()
    load.cache_clear()
    return made


@lru_cache(2)
@lasting
def load(name: str) -> RecurrentNet:
    """The network with the cell of `networks.recurrent_cells`, whose every gate can be looked at.

    Raises:
        UserError: When none of this name is bundled.
    """
    from safetensors.numpy import load_file

    from playground.networks.recurrent import RecurrentNet

    about = character_card(name)
    net = RecurrentNet(about.cell, len(about.signs), about.units, len(about.signs))
    for key, value in load_file(FOLDER / f"{name}.safetensors").items():
        net.parts[key].copy_(torch.from_numpy(value.astype(np.float64)))
    return net
