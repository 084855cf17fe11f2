"""Many small dense networks of one structure, computed together on one flat buffer.

All parameters of K networks live in one `(K, P)` float64 tensor; weights `(K, out, in)` and biases `(K, out)` are views of it,
and so are their gradients. Forward and backward are written out (no autograd): at this size a step is nothing but dispatch, and
the fewer operations the better. float64, because the work is bound by dispatch anyway and an exported plain-PyTorch script then
repeats the loss to many digits. The backward formulas are those of Rumelhart, Hinton and Williams 1986; normalisation as in
Ioffe and Szegedy 2015 (batch) and Ba, Kiros and Hinton 2016 (layer).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch
from playground.functions.activations import ACTIVATIONS

if TYPE_CHECKING:
    from torch import Tensor

NORM_EPSILON = 1e-5
NORM_MOMENTUM = 0.1

# Slopes that the value itself gives, which spares a second evaluation
_FROM_VALUE: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": lambda y: 1 - y * y,
    "sigmoid": lambda y: y * (1 - y),
    "relu": lambda y: (y > 0).to(y.dtype),
}


@dataclass(frozen=True)
class Structure:
    """What networks of one group have in common.

    Attributes:
        sizes: Inputs, hidden sizes, outputs.
        activations: One key of `ACTIVATIONS` a hidden layer.
        normalization: "none", "batch" or "layer", between linear map and activation of hidden layers.
        output: "linear" or "tanh".
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    normalization: str = "none"
    output: str = "linear"

    def shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        """Name and shape of every parameter of one network, in buffer order: `weight_0`, `bias_0`, `gain_0`, `shift_0`, …"""
        found: list[tuple[str, tuple[int, ...]]] = []
        for layer, (fan_in, fan_out) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            found += [(f"weight_{layer}", (fan_out, fan_in)), (f"bias_{layer}", (fan_out,))]
            if self.normalization != "none" and layer < len(self.activations):
                found += [(f"gain_{layer}", (fan_out,)), (f"shift_{layer}", (fan_out,))]
        return found

    @property
    def parameter_count(self) -> int:
        return sum(_size(shape) for _, shape in self.shapes())


class BatchedMLP:
    """K networks of one structure.

    Attributes:
        flat, gradient: `(K, P)` float64.
        parameters, gradients: Views of them by name.
        running: Batch statistics by name, `mean_<layer>` and `variance_<layer>`, each `(K, units)`.
    """

    def __init__(self, structure: Structure, networks: int):
        self.structure = structure
        self.flat = torch.zeros(networks, structure.parameter_count, dtype=torch.float64)
        self.gradient = torch.zeros_like(self.flat)
        self.parameters = self.views(self.flat)
        self.gradients = self.views(self.gradient)
        self.running: dict[str, Tensor] = {}
        self.layers = len(structure.sizes) - 1
        if structure.normalization == "batch":
            for layer, units in enumerate(structure.sizes[1:-1]):
                self.running[f"mean_{layer}"] = torch.zeros(networks, units, dtype=torch.float64)
                self.running[f"variance_{layer}"] = torch.ones(networks, units, dtype=torch.float64)

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """Parameters by name as views of a `(K, P)` buffer."""
        found, offset = {}, 0
        for name, shape in self.structure.shapes():
            found[name] = flat[:, offset : offset + _size(shape)].view(len(flat), *shape)
            offset += _size(shape)
        return found

    def weight_mask(self) -> Tensor:
        """(P,) ones at weights, zeros at biases and normalisation: what penalties act on."""
        parts = [torch.full((_size(shape),), float(name.startswith("weight")), dtype=torch.float64)
                 for name, shape in self.structure.shapes()]  # fmt: skip
        return torch.cat(parts)

    def evaluate(self, inputs: Tensor, keep: list[Tensor] | None = None) -> Tensor:
        """Outputs `(K, N, out)` for `(N, in)` or `(K, N, in)` inputs, in evaluation mode (no dropout, running statistics).

        `keep`, when given, receives the activations `(K, N, units)` of every hidden layer.
        """
        h = inputs if inputs.dim() == 3 else inputs.expand(len(self.flat), *inputs.shape)
        for layer in range(self.layers):
            h = self._linear(h, layer)
            if layer == self.layers - 1:
                break
            if self.structure.normalization != "none":
                h = self._normalised(h, layer, training=False)[0]
            h = ACTIVATIONS[self.structure.activations[layer]].forward(h)
            if keep is not None:
                keep.append(h)
        return torch.tanh(h) if self.structure.output == "tanh" else h

    def learn(self, inputs: Tensor, slope: Callable[[Tensor], Tensor], masks: list[Tensor] | None = None) -> None:
        """One training pass: fill `gradient` for `inputs` `(K, B, in)`.

        Args:
            slope: Gives d loss / d outputs, `(K, B, out)`, from the outputs.
            masks: Dropout factors `(K, B, units)`, one a hidden layer; None without dropout.
        """
        kept, h = [], inputs
        for layer in range(self.layers):
            z = self._linear(h, layer)
            if layer == self.layers - 1:
                break
            norm = None
            if self.structure.normalization != "none":
                z, norm = self._normalised(z, layer, training=True)
            y = ACTIVATIONS[self.structure.activations[layer]].forward(z)
            kept.append((h, z, y, norm))
            h = y * masks[layer] if masks else y
        if self.structure.output == "tanh":
            y = torch.tanh(z)
            back = slope(y) * (1 - y * y)
        else:
            back = slope(z)
        self._store(self.layers - 1, h, back)
        for layer in range(self.layers - 2, -1, -1):
            back = torch.bmm(back, self.parameters[f"weight_{layer + 1}"])
            h, z, y, norm = kept[layer]
            if masks:
                back = back * masks[layer]
            key = self.structure.activations[layer]
            back = back * (_FROM_VALUE[key](y) if key in _FROM_VALUE else ACTIVATIONS[key].derivative(z))
            if norm is not None:
                back = self._through_norm(back, layer, *norm)
            self._store(layer, h, back)

    def _linear(self, h: Tensor, layer: int) -> Tensor:
        weight, bias = self.parameters[f"weight_{layer}"], self.parameters[f"bias_{layer}"]
        return torch.baddbmm(bias.unsqueeze(1), h, weight.transpose(1, 2))

    def _store(self, layer: int, h: Tensor, back: Tensor) -> None:
        torch.bmm(back.transpose(1, 2), h, out=self.gradients[f"weight_{layer}"])
        torch.sum(back, dim=1, out=self.gradients[f"bias_{layer}"])

    def _normalised(self, z: Tensor, layer: int, training: bool) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Normalised, scaled and shifted z; and what the backward pass needs of it."""
        gain, shift = self.parameters[f"gain_{layer}"].unsqueeze(1), self.parameters[f"shift_{layer}"].unsqueeze(1)
        if self.structure.normalization == "layer":
            variance, mean = torch.var_mean(z, dim=2, correction=0, keepdim=True)
        elif training:
            variance, mean = torch.var_mean(z, dim=1, correction=0, keepdim=True)
            count = z.shape[1]
            self.running[f"mean_{layer}"].lerp_(mean.squeeze(1), NORM_MOMENTUM)
            self.running[f"variance_{layer}"].lerp_(variance.squeeze(1) * (count / max(1, count - 1)), NORM_MOMENTUM)
        else:
            mean, variance = self.running[f"mean_{layer}"].unsqueeze(1), self.running[f"variance_{layer}"].unsqueeze(1)
        inverse = (variance + NORM_EPSILON).rsqrt()
        hat = (z - mean) * inverse
        return hat * gain + shift, (hat, inverse)

    def _through_norm(self, back: Tensor, layer: int, hat: Tensor, inverse: Tensor) -> Tensor:
        self.gradients[f"gain_{layer}"].copy_((back * hat).sum(1))
        self.gradients[f"shift_{layer}"].copy_(back.sum(1))
        back = back * self.parameters[f"gain_{layer}"].unsqueeze(1)
        dim = 1 if self.structure.normalization == "batch" else 2
        return inverse * (back - back.mean(dim, keepdim=True) - hat * (back * hat).mean(dim, keepdim=True))


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for each in shape:
        size *= each
    return size
