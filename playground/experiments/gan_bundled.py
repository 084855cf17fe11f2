"""What the bundled generator draws: a sheet of samples, and the way from one sample to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.gan_digits_trainer import between, pixels, wall
from playground.zoo import gan_models

if TYPE_CHECKING:
    from torch import Tensor

ROWS, COLUMNS = 6, 10
FRAMES = 61


def sheet(seed: int, digit: str, truncation: float) -> dict[str, Any]:
    """ROWS × COLUMNS samples as one picture: of all classes, a column each, or of one.

    Args:
        digit: "all", or a class.
        truncation: Factor on the noise.
    """
    noise, classes = _drawn(seed, digit)
    with torch.inference_mode():
        made = gan_models.load()(noise * truncation, classes)
    return {"wall": wall(pixels(made[:, 0].reshape(len(made), -1)), ROWS, made.shape[2:])}


def way(seed: int, digit: str, truncation: float, first: int, second: int) -> dict[str, Any]:
    """From sample number `first` of a sheet to `second` and back, along a great circle of the noise: `walk` (FRAMES, 28, 28) uint8, lowest row first."""
    noise, classes = _drawn(seed, digit)
    marks = torch.nn.functional.one_hot(classes, len(gan_models.card().classes)).float()
    shares = (1 - np.cos(2 * np.pi * np.arange(FRAMES) / (FRAMES - 1))) / 2
    places = torch.stack([between(noise[first], noise[second], float(each)) for each in shares])
    told = torch.stack([(1 - float(each)) * marks[first] + float(each) * marks[second] for each in shares])
    with torch.inference_mode():
        made = gan_models.load()(places * truncation, told)[:, 0]
    return {"walk": np.ascontiguousarray(pixels(made)[:, ::-1]), "frames": FRAMES}


def _drawn(seed: int, digit: str) -> tuple[Tensor, Tensor]:
    from playground.networks.gan_images import LATENT

    count = ROWS * COLUMNS
    noise = torch.randn(count, LATENT, generator=torch_stream(seed, "sheet"))
    return noise, torch.arange(count) % COLUMNS if digit == "all" else torch.full((count,), int(digit))
