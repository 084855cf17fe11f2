"""Receptive fields: what can reach a unit by arithmetic, and what does reach it by its gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.fleeting import fleeting
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.convolution_networks import given, network
from playground.explain.convolution_inside import place
from playground.explain.features import Reach, Seen, reaches, trace

if TYPE_CHECKING:
    from torch import Tensor

NOISES = 12  # random pictures that the gradient is averaged over
REACHED = 1 - 0.9545  # of the largest gradient, from which a pixel counts (Luo et al. 2016, section 4)


@fleeting(4)
def _noise(name: str) -> tuple[list[Seen], Tensor]:
    """Layers and pictures of standard normal noise, with the graph that leads from one to the other."""
    opened = network(name)
    pictures = torch.randn(NOISES, *opened.shape, generator=torch_stream(0, "receptive field")).requires_grad_()
    return trace(opened.module, pictures), pictures


@fleeting(6)
def _seen(name: str, seen: tuple[tuple[str, str], ...]) -> tuple[list[Seen], Tensor]:
    opened = network(name)
    picture = opened.normal(given(name, dict(seen)).pixels)[None].requires_grad_()
    return trace(opened.module, picture), picture


def gradient(layers: list[Seen], pictures: Tensor, layer: int, channel: int, row: int, column: int) -> np.ndarray:
    """Mean over the pictures of the gradient's magnitude of one unit, summed over colours: (height, width) float64, largest 1, or all 0."""
    made = layers[layer].made
    unit = made[:, channel] if made.ndim == 2 else made[:, channel, row, column]
    (slope,) = torch.autograd.grad(unit.sum(), pictures, retain_graph=True)
    size = slope.abs().sum(1).mean(0).double()
    return (size / size.max().clamp_min(1e-30)).numpy() if float(size.max()) > 0 else size.numpy()


def effective_side(share: np.ndarray) -> float:
    """Side of a square of as many pixels as have more than REACHED of the largest gradient."""
    return float(np.sqrt((share > REACHED).sum()))


def half_side(share: np.ndarray) -> float:
    """Side of a square of as many pixels as bring half of all gradient, the strongest first."""
    strong = np.sort(share.ravel())[::-1].cumsum()
    return float(np.sqrt(np.searchsorted(strong, strong[-1] / 2) + 1)) if strong[-1] > 0 else 0.0


def field(name: str, seen: Mapping[str, str], layer: int, channel: int, row: int, column: int) -> dict[str, Any]:
    """The receptive field of one unit; numbers outside what the network has are taken to its nearest.

    Returns:
        `at` [layer, channel, row, column], `title`, `titles` and `value`; `window` [top, left, bottom, right] and `side` (theoretical),
        `jump` (pixels between neighbours), `map` (h, w) float32; `here` and `noise` (height, width) float64, gradients with largest 1
        on this picture and on noise, `side_here` and `side_noise`, how far they reach, `side_half`, what brings half of it; `picture` (channels, height, width) uint8.
    """
    layers, picture = _seen(name, tuple(sorted(seen.items())))
    layer, channel, row, column = place(layers, layer, channel, row, column)
    reach = reaches(layers, network(name).shape[1])[layer]
    made = layers[layer].made.detach()[0]
    here = gradient(layers, picture, layer, channel, row, column)
    noise = gradient(*_noise(name), layer, channel, row, column)
    (top, bottom), (left, right) = reach.window(row), reach.window(column)
    return {"at": [layer, channel, row, column], "title": layers[layer].title, "titles": [each.title for each in layers], "window": [top, left, bottom, right],
            "side": reach.size, "jump": reach.jump, "map": (made[channel] if made.ndim == 3 else made[channel].reshape(1, 1)).numpy(),
            "value": float(made[channel, row, column] if made.ndim == 3 else made[channel]), "here": here, "noise": noise,
            "side_here": effective_side(here), "side_noise": effective_side(noise), "side_half": half_side(noise),
            "picture": np.round(given(name, seen).pixels * 255).astype(np.uint8)}  # fmt: skip


def growth(name: str) -> dict[str, Any]:
    """How the receptive field of the middle unit grows from layer to layer.

    Returns:
        `titles` of the layers that look around (convolutions wider than 1, poolings and what reads everything), `theoretical`, `effective`
        and `half` (layers,) float64 in pixels, `depth` (layers,) 1, 2 …
    """
    layers, pictures = _noise(name)
    fields = reaches(layers, network(name).shape[1])
    looking = [i for i, each in enumerate(layers) if each.kind in ("conv", "pool", "linear", "mean") and getattr(each.module, "kernel_size", 0) != (1, 1)]
    middles = [_middle(layers, pictures, i) for i in looking]
    return {"titles": [layers[i].title for i in looking], "theoretical": np.array([_visible(fields[i], network(name).shape[1]) for i in looking], float),
            "effective": np.array([effective_side(each) for each in middles]),
            "half": np.array([half_side(each) for each in middles]), "depth": np.arange(1.0, len(looking) + 1)}  # fmt: skip


def _middle(layers: list[Seen], pictures: Tensor, layer: int) -> np.ndarray:
    """The gradient of the middle unit, averaged over a few maps, so that one odd kernel does not speak for the layer."""
    shape = layers[layer].made.shape
    row = shape[2] // 2 if len(shape) == 4 else 0
    found = sum(gradient(layers, pictures, layer, channel, row, row) for channel in range(min(4, shape[1])))
    return found / max(float(np.max(found)), 1e-30)


def _visible(reach: Reach, side: int) -> float:
    return min(reach.size, side)
