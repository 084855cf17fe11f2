"""Bundled models, ready to answer; loaded once a process."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from playground.core.lazy import lasting
from playground.zoo import cards

if TYPE_CHECKING:
    import torch


@lru_cache(8)
@lasting
def load(name: str) -> torch.nn.Module:
    """The bundled model `name` in evaluation mode, float32.

    Raises:
        UserError: When there is no such model.
    """
    from safetensors.torch import load_file

    from playground.zoo.recipes.vision import recipe

    card = cards.card(name)
    model = recipe(card.name).build()
    state = load_file(cards.WEIGHTS / f"{card.name}.safetensors")
    model.load_state_dict({key: value.float() if value.is_floating_point() else value for key, value in state.items()})
    return model.eval()
