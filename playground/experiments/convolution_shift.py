"""Settings of the translation experiment, and the dense network that it is compared with."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.fields import number, switch
from playground.core.lazy import lasting, torch
from playground.core.randomness import torch_stream
from playground.data import pictures
from playground.experiments.convolution_networks import Networked
from playground.experiments.convolution_pictures import stroke

if TYPE_CHECKING:
    from torch import Tensor, nn

FAR = 10  # pixels that the maps of answers reach each way
RIVAL_PICTURES, RIVAL_EPOCHS, RIVAL_HIDDEN = 1200, 20, 128
RIVAL_SHIFT = 2  # pixels either way in the rival's training, about what the digit network has seen


class Moved(Networked):
    """A picture moved, turned and scaled in front of a network."""

    key: ClassVar[str] = "moved"
    title: ClassVar[str] = "Move the picture"

    right: float = number(4.0, -14.0, 14.0, step=0.5, unit="pixels", label="To the right", help="Drag the picture, or the handle on the maps.")
    up: float = number(2.0, -14.0, 14.0, step=0.5, unit="pixels", label="Up")
    turn: float = number(0.0, -180.0, 180.0, step=5.0, unit="°", label="Turned")
    size: float = number(1.0, 0.4, 1.8, step=0.05, label="Size")
    centred: bool = switch(False, label="Centre it again", help="Puts the centre of mass back into the middle before the network is asked, as this screen does with drawings.")

    def arguments(self) -> dict[str, Any]:
        """What `convolution_moving.answers` takes."""
        return self.asked() | {"right": self.right, "up": self.up, "turn": self.turn, "size": self.size, "centred": self.centred}

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after the pen moved, the picture was dragged to a place, or the handle on a map was."""
        if at["name"] == "ink":
            return stroke(dict(at))
        if at["name"] == "move":  # the pointer takes the picture's middle along; the picture's own side comes with the event
            side = float(at["side"])
            return {"right": _held(float(at["x"]) - side / 2), "up": _held(side / 2 - float(at["y"]))}
        return {"right": _held(float(at["x"])), "up": _held(float(at["y"]))}


def _held(value: float) -> float:
    return float(min(max(round(2 * value) / 2, -14.0), 14.0))


def moved(pixels: Tensor, right: float, up: float, turn: float = 0.0, size: float = 1.0, padding: str = "zeros") -> Tensor:
    """Pictures (n, channels, side, side) turned counter-clockwise by `turn` degrees, scaled by `size`, and moved by so many pixels.

    Whole pixels alone are moved without any resampling.
    """
    n, _, _, side = pixels.shape
    angle = torch.tensor(turn * np.pi / 180, dtype=pixels.dtype)
    cos, sin = torch.cos(angle) / size, torch.sin(angle) / size
    x, y = -2 * right / side, 2 * up / side
    # Where each pixel of the answer comes from: first the move is undone, then turn and size.
    matrix = torch.stack([torch.stack([cos, -sin, cos * x - sin * y]), torch.stack([sin, cos, sin * x + cos * y])])
    functional = torch.nn.functional
    grid = functional.affine_grid(matrix.expand(n, 2, 3), list(pixels.shape), align_corners=False)
    if turn == 0 and size == 1 and float(right).is_integer() and float(up).is_integer():
        return functional.grid_sample(pixels, grid, mode="nearest", padding_mode=padding, align_corners=False)
    return functional.grid_sample(pixels, grid, padding_mode=padding, align_corners=False)


def centred(pixels: Tensor) -> Tensor:
    """Pictures (n, 1, side, side) moved by whole pixels so that their centre of mass lies in the middle; empty ones stay."""
    side = pixels.shape[3]
    place = torch.arange(side, dtype=pixels.dtype)
    mass = pixels.sum((1, 2, 3))
    found = []
    for each, total in zip(pixels, mass, strict=True):
        if total <= 0:
            found.append(each)
            continue
        row, column = (each.sum((0, 2)) * place).sum() / total, (each.sum((0, 1)) * place).sum() / total
        middle = (side - 1) / 2
        found.append(moved(each[None], round(float(middle - column)), round(float(row - middle)))[0])
    return torch.stack(found)


@functools.lru_cache(1)
@lasting
def rival() -> nn.Module:
    """A dense network of one hidden layer for 28 × 28 digits, trained here in a second or two on the bundled digits, each shifted at random.

    Its pictures are in [0, 1], not normalised.
    """
    from playground.data.datasets import load

    nn, generator = torch.nn, torch_stream(0, "rival")
    data = load("digits")
    prepared = [pictures.as_digit(each, (1, 28, 28), clean=True).pixels for each in data.images[:RIVAL_PICTURES, 0]]
    inputs, targets = torch.from_numpy(np.stack(prepared)), torch.from_numpy(data.targets[:RIVAL_PICTURES])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, RIVAL_HIDDEN), nn.ReLU(), nn.Linear(RIVAL_HIDDEN, 10))
    with torch.enable_grad():  # whoever asks first may be only evaluating
        _teach(model, inputs, targets, generator)
    return model.eval()


def _teach(model: nn.Module, inputs: Tensor, targets: Tensor, generator: torch.Generator) -> None:
    optimizer = torch.optim.Adam(model.parameters(), 0.003)
    for _ in range(RIVAL_EPOCHS):
        for rows in torch.randperm(len(inputs), generator=generator).split(100):
            down, right = torch.randint(-RIVAL_SHIFT, RIVAL_SHIFT + 1, (2,), generator=generator).tolist()
            loss = torch.nn.functional.cross_entropy(model(inputs[rows].roll((down, right), (2, 3))), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
