"""Networks of the plane as torch modules of their own, to be carried elsewhere (ONNX)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from playground.functions.activations import ACTIVATIONS
from playground.networks.features import expand


class Bend(nn.Module):
    """An activation of the table as a layer."""

    def __init__(self, key: str):
        super().__init__()
        self.key = key

    def forward(self, x: Tensor) -> Tensor:
        return ACTIVATIONS[self.key].forward(x)


class PlaneNetwork(nn.Module):
    """From coordinates (N, 2) float32 to outputs (N, out): inputs made of them, standardised, dense layers; in evaluation mode.

    Args:
        mean, spread: Of each input over the training points.
        weights: `{place}.weight`, `{place}.bias` … as in the exported script's model.
    """

    def __init__(self, features: Sequence[str], mean: np.ndarray, spread: np.ndarray, sizes: Sequence[int], activations: Sequence[str],
                 normalization: str, tanh_output: bool, weights: Mapping[str, np.ndarray]):  # fmt: skip
        super().__init__()
        self.features = tuple(features)
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float32))
        layers: list[nn.Module] = []
        for layer, (inward, outward) in enumerate(zip(sizes, sizes[1:], strict=False)):
            layers.append(nn.Linear(inward, outward))
            if layer < len(activations):
                norm = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}.get(normalization)
                layers += [norm(outward)] if norm else []
                layers += [Bend(activations[layer]), nn.Identity()]  # where the script drops units, so that the places agree
        self.layers = nn.Sequential(*layers, *([nn.Tanh()] if tanh_output else []))
        state = {name: torch.tensor(np.asarray(value), dtype=torch.float32) for name, value in weights.items()}
        self.layers.load_state_dict(state, strict=False)  # batch norm's counter of batches is not needed to predict
        self.eval()

    def forward(self, points: Tensor) -> Tensor:
        return self.layers((expand(points, self.features) - self.mean) / self.spread)
