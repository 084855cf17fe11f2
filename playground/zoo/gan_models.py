"""The bundled image generator and its discriminator, ready to draw and to judge; loaded once a process."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.zoo import cards

if TYPE_CHECKING:
    from torch import Tensor

FOLDER = cards.WEIGHTS / "gan"
NAME = "gan-digits"


def ready(name: str = NAME) -> bool:
    return (FOLDER / f"{name}.json").is_file()


@lru_cache(2)
def card(name: str = NAME) -> cards.Card:
    """What is known of the generator.

    Raises:
        UserError: When it is not bundled here.
    """
    if not ready(name):
        raise UserError(f"There is no bundled generator named {name!r}.", f"Train it: python -m playground gan train {name}.")
    return cards.Card(**json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@lru_cache(2)
def kept(name: str = NAME) -> dict[str, np.ndarray]:
    """Everything kept beside the card: weights under "g/" and "d/", what was measured under "memory/" and "judged/"."""
    from safetensors.numpy import load_file

    card(name)
    return load_file(FOLDER / f"{name}.safetensors")


@lru_cache(2)
def load(name: str = NAME) -> Any:
    """The generator in evaluation mode, float32."""
    from playground.networks.gan_images import Generator

    return _filled(Generator, name, "g/")


@lru_cache(2)
def judge(name: str = NAME) -> Any:
    """The discriminator in evaluation mode, float32."""
    from functools import partial

    from playground.networks.gan_images import Discriminator

    return _filled(partial(Discriminator, normed=False), name, "d/")


def _filled(build: Any, name: str, prefix: str) -> Any:
    with torch.random.fork_rng(devices=[]):  # the starting weights are drawn and replaced at once
        model = build(len(card(name).classes))
    state = {key.removeprefix(prefix): value for key, value in kept(name).items() if key.startswith(prefix)}
    model.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else value) for key, value in state.items()})
    return model.eval()


def part(prefix: str, name: str = NAME) -> dict[str, np.ndarray]:
    """What was measured under one prefix, by the rest of its names."""
    return {key.removeprefix(prefix): value for key, value in kept(name).items() if key.startswith(prefix)}


def forget() -> None:
    """After new weights were written."""
    for each in (card, kept, load, judge):
        each.cache_clear()


def read(images: Tensor) -> tuple[Tensor, Tensor]:
    """What our own digit classifier answers to images (N, 1, 28, 28) in [0, 1]: logits (N, 10), and the inputs (N, d) of its last layer."""
    from playground.zoo import models

    about, model = cards.card("digits-cnn"), models.load("digits-cnn")
    last = [each for each in model.modules() if isinstance(each, torch.nn.Linear)][-1]
    kept_inputs: list[Tensor] = []
    hook = last.register_forward_hook(lambda _, inputs, __: kept_inputs.append(inputs[0]))
    try:
        logits = torch.cat([model((batch - about.mean[0]) / about.std[0]) for batch in images.split(500)])
    finally:
        hook.remove()
    return logits, torch.cat(kept_inputs)
