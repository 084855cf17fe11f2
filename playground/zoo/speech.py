"""The bundled network that hears spoken digits, and what is known of it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from playground.core.lazy import lasting
from playground.zoo import cards

if TYPE_CHECKING:
    from playground.networks.speech import Ear

FOLDER = cards.WEIGHTS / "speech"
NAME = "spoken-digits"
OTHER = "not a digit"
CLASSES = (*"0123456789", OTHER)


class SpeechCard(cards.AnyCard):
    """One bundled network for sounds.

    Attributes:
        scores: What the recipe measured on speakers that the measured network had not heard, each named.
        speakers: Accuracy by held-out speaker.
        seconds: Of the whole recipe with all held-out rounds, on two threads of a shared machine.
    """

    classes: tuple[str, ...]
    speakers: dict[str, float]
    seconds: int


@cache
def speech_cards() -> dict[str, SpeechCard]:
    """Every bundled network for sounds by name."""
    return cards.read(FOLDER, SpeechCard)


def speech_card(name: str = NAME) -> SpeechCard:
    """The card of one network.

    Raises:
        UserError: When none of this name is bundled.
    """
    return cards.pick(speech_cards(), name, "bundled model for sounds")


def keep(name: str, arrays: dict[str, Any], about: dict[str, Any]) -> SpeechCard:
    """Write weights (safetensors) and card; `about` holds the card's fields but for `parameters` and `bytes`."""
    made = cards.write(FOLDER, name, arrays, SpeechCard, about)
    speech_cards.cache_clear()
    load.cache_clear()
    return made


@lru_cache(2)
@lasting
def load(name: str = NAME) -> Ear:
    """The bundled network in evaluation mode, float32.

    Raises:
        UserError: When there is no such network.
    """
    import torch
    from safetensors.torch import load_file

    from playground.networks.speech import Ear

    card = speech_card(name)
    state = load_file(FOLDER / f"{card.name}.safetensors")
    model = Ear(len(card.classes))
    model.load_state_dict({key: value.float() if value.is_floating_point() else value for key, value in state.items()})
    return model.eval().to(memory_format=torch.channels_last)  # half the time on a processor, most of it saved in pooling
