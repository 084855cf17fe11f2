"""The bundled image generators and their discriminators, ready to draw and to judge; each loaded once a process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import lasting, torch
from playground.core.randomness import torch_stream
from playground.zoo import cards

if TYPE_CHECKING:
    from torch import Tensor

FOLDER = cards.WEIGHTS / "gan"
NAME, FACES = "gan-digits", "dcgan-faces"
SHEETS = 200  # sheets of samples that can be asked for, by number
TRUNCATIONS = (0.0, 2.0)  # the least and the largest factor on the noise


@dataclass(frozen=True)
class Family:
    """What is fixed of a generator before its weights are opened.

    Attributes:
        rows, columns: Of a sheet of its samples.
        command: That trains it.
        conditional: It is told a class.
        truncation: Factor on the noise at which samples are shown first.
    """

    rows: int
    columns: int
    command: str
    conditional: bool
    truncation: float = 1.0


FAMILIES = {
    NAME: Family(6, 10, f"python -m playground gan train {NAME}", True),
    FACES: Family(8, 8, "python -m playground.zoo.recipes.faces_gan train", False, 0.7),
}  # fmt: skip


def ready(name: str = NAME) -> bool:
    return (FOLDER / f"{name}.json").is_file()


@lru_cache(4)
def card(name: str = NAME) -> cards.Card:
    """What is known of the generator.

    Raises:
        UserError: When it is not bundled here.
    """
    if not ready(name):
        raise UserError(f"There is no bundled generator named {name!r}.", f"Train it: {FAMILIES[name].command}." if name in FAMILIES else "")
    return cards.Card(**json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@lru_cache(4)
def kept(name: str = NAME) -> dict[str, np.ndarray]:
    """Everything kept beside the card: weights under "g/" and "d/", what was measured under "memory/" and "judged/"."""
    from safetensors.numpy import load_file

    card(name)
    return load_file(FOLDER / f"{name}.safetensors")


@lru_cache(4)
@lasting
def load(name: str = NAME) -> Any:
    """The generator in evaluation mode, float32."""
    return _filled(_networks(name)[0], name, "g/")


@lru_cache(4)
@lasting
def judge(name: str = NAME) -> Any:
    """The discriminator in evaluation mode, float32."""
    return _filled(_networks(name)[1], name, "d/")


def _networks(name: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    if name == FACES:
        from playground.networks.faces_gan import FaceDiscriminator, FaceGenerator

        return FaceGenerator, partial(FaceDiscriminator, normed=False)
    from playground.networks.gan_images import Discriminator, Generator

    count = len(card(name).classes)
    return partial(Generator, count), partial(Discriminator, count, normed=False)


def _filled(build: Callable[[], Any], name: str, prefix: str) -> Any:
    with torch.random.fork_rng(devices=[]):  # the starting weights are drawn and replaced at once
        model = build()
    state = part(prefix, name)
    model.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else value) for key, value in state.items()})
    return model.eval()


def part(prefix: str, name: str = NAME) -> dict[str, np.ndarray]:
    """What was kept under one prefix, by the rest of its names."""
    return {key.removeprefix(prefix): value for key, value in kept(name).items() if key.startswith(prefix)}


def forget() -> None:
    """After new weights were written."""
    for each in (card, kept, load, judge):
        each.cache_clear()


def noise(seed: int, name: str = NAME) -> Tensor:
    """The noise (samples of a sheet, numbers each) of sheet number `seed`."""
    if name == FACES:
        from playground.networks.faces_gan import LATENT
    else:
        from playground.networks.gan_images import LATENT
    return torch.randn(FAMILIES[name].rows * FAMILIES[name].columns, LATENT, generator=torch_stream(seed, "sheet"))


def drawn(noise: Tensor, told: Tensor, name: str = NAME, truncation: float = 1.0) -> Tensor:
    """Samples (n, channels, h, w) in [0, 1] of noise (n, numbers), told weights of the classes (n, classes) where the generator is conditional."""
    inputs = (noise * truncation, told) if FAMILIES[name].conditional else (noise * truncation,)
    with torch.inference_mode():
        made = torch.func.functional_call(load(name), centred(part("standing/", name), truncation), inputs)
        return (made + 1) / 2


def centred(standing: Mapping[str, np.ndarray], truncation: float) -> dict[str, Tensor]:
    """Means of batch normalisation for noise times `truncation`, between those kept (factors, channels) for equally spaced factors of TRUNCATIONS."""
    found = {}
    for name, means in standing.items():
        place = (truncation - TRUNCATIONS[0]) / (TRUNCATIONS[1] - TRUNCATIONS[0]) * (len(means) - 1)
        below = min(int(place), len(means) - 2)
        found[name] = torch.from_numpy(means[below] + (place - below) * (means[below + 1] - means[below]))
    return found


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
