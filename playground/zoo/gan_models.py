"""The bundled image generator, ready to draw; loaded once a process."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.zoo import cards

if TYPE_CHECKING:
    from torch import Tensor

FOLDER = cards.WEIGHTS / "gan"


def ready(name: str = "gan-digits") -> bool:
    return (FOLDER / f"{name}.json").is_file()


@lru_cache(2)
def card(name: str = "gan-digits") -> cards.Card:
    """What is known of the generator.

    Raises:
        UserError: When it is not bundled here.
    """
    if not ready(name):
        raise UserError(f"There is no bundled generator named {name!r}.", f"Train it: python -m playground gan train {name}.")
    return cards.Card(**json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@lru_cache(2)
def load(name: str = "gan-digits") -> Any:
    """The generator in evaluation mode, float32."""
    from safetensors.torch import load_file

    from playground.networks.gan_images import Generator

    model = Generator(len(card(name).classes))
    state = load_file(FOLDER / f"{name}.safetensors")
    model.load_state_dict({key: value.float() if value.is_floating_point() else value for key, value in state.items()})
    return model.eval()


def read(images: Tensor) -> tuple[Tensor, Tensor]:
    """What our own digit classifier answers to images (N, 1, 28, 28) in [0, 1]: logits (N, 10), and the inputs (N, d) of its last layer."""
    from playground.zoo import models

    about, model = cards.card("digits-cnn"), models.load("digits-cnn")
    last = [each for each in model.modules() if isinstance(each, torch.nn.Linear)][-1]
    kept: list[Tensor] = []
    hook = last.register_forward_hook(lambda _, inputs, __: kept.append(inputs[0]))
    try:
        logits = torch.cat([model((part - about.mean[0]) / about.std[0]) for part in images.split(500)])
    finally:
        hook.remove()
    return logits, torch.cat(kept)
