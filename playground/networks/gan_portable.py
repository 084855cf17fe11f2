"""Trained generators as torch modules of their own, to be carried elsewhere (ONNX)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from playground.networks.gan_dense import LEAK

MODULES = {"relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(LEAK), "tanh": nn.Tanh, "elu": nn.ELU, "softplus": nn.Softplus, "silu": nn.SiLU, "sigmoid": nn.Sigmoid}


def stack(sizes: Sequence[int], activation: str, weights: Mapping[str, np.ndarray]) -> nn.Sequential:
    """Dense layers with the weights `0.weight`, `0.bias`, `2.weight` …, float32."""
    layers: list[nn.Module] = []
    for a, b in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(a, b), MODULES[activation]()]
    made = nn.Sequential(*layers[:-1])
    made.load_state_dict({name: torch.tensor(np.asarray(value), dtype=torch.float32) for name, value in weights.items()})
    return made


class PlaneGenerator(nn.Module):
    """Noise (N, dimensions) to points (N, 2) in the data's own units."""

    def __init__(self, layers: nn.Sequential, origin: np.ndarray, scale: np.ndarray):
        super().__init__()
        self.layers = layers
        self.register_buffer("origin", torch.tensor(origin, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, noise: Tensor) -> Tensor:
        return self.layers(noise) * self.scale + self.origin


class ImageGenerator(nn.Module):
    """Noise (N, dimensions) and classes as rows of one 1 (N, classes) to images (N, height, width) from 0 to 1."""

    def __init__(self, layers: nn.Sequential, height: int, width: int):
        super().__init__()
        self.layers, self.height, self.width = layers, height, width

    def forward(self, noise: Tensor, classes: Tensor) -> Tensor:
        made = (torch.tanh(self.layers(torch.cat([noise, classes], 1))) + 1) / 2
        return made.unflatten(1, (self.height, self.width))
