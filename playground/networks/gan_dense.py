"""A dense network on one flat float64 buffer, forward and backward written out, for two networks that learn from one another.

Beside the gradient of its parameters it gives the gradient of its inputs (what a generator learns from), and the parameters'
gradient of a slope: for v held fixed, d/dθ of Σ v·∇ₓD(x) is the gradient of the forward derivative of D along v (Pearlmutter 1994),
which is what a gradient penalty needs. float64, because at this size a step is dispatch, and because an exported plain-PyTorch
script then repeats the losses to many digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

LEAK = 0.2  # slope of a leaky ReLU below zero (Radford et al. 2016)


@dataclass(frozen=True)
class Bend:
    """An activation: value from z, first and second derivative from (z, value)."""

    key: str
    title: str
    torch_module: str
    gain: float  # of the Xavier initialisation

    def value(self, z: Tensor) -> Tensor:
        return _VALUES[self.key](z)

    def slope(self, z: Tensor, y: Tensor) -> Tensor:
        return _SLOPES[self.key](z, y)

    def curve(self, z: Tensor, y: Tensor) -> Tensor | None:
        """The second derivative; None where it is 0 everywhere but at a kink."""
        found = _CURVES.get(self.key)
        return found(z, y) if found else None


def _softplus_curve(z: Tensor, y: Tensor) -> Tensor:
    s = torch.sigmoid(z)
    return s * (1 - s)


def _silu_slope(z: Tensor, y: Tensor) -> Tensor:
    s = torch.sigmoid(z)
    return s + y * (1 - s)


def _silu_curve(z: Tensor, y: Tensor) -> Tensor:
    s = torch.sigmoid(z)
    return s * (1 - s) * (2 + z * (1 - 2 * s))


_VALUES = {
    "relu": lambda z: torch.relu(z), "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, LEAK), "tanh": lambda z: torch.tanh(z),
    "elu": lambda z: torch.nn.functional.elu(z), "softplus": lambda z: torch.nn.functional.softplus(z),
    "silu": lambda z: z * torch.sigmoid(z), "sigmoid": lambda z: torch.sigmoid(z),
}  # fmt: skip
_SLOPES = {
    "relu": lambda z, y: (z > 0).to(z.dtype), "leaky_relu": lambda z, y: (z > 0).to(z.dtype) * (1 - LEAK) + LEAK, "tanh": lambda z, y: 1 - y * y,
    "elu": lambda z, y: torch.where(z > 0, 1.0, y + 1), "softplus": lambda z, y: torch.sigmoid(z), "silu": _silu_slope,
    "sigmoid": lambda z, y: y * (1 - y),
}  # fmt: skip
_CURVES = {
    "tanh": lambda z, y: -2 * y * (1 - y * y), "elu": lambda z, y: torch.where(z > 0, 0.0, y + 1), "softplus": _softplus_curve, "silu": _silu_curve,
    "sigmoid": lambda z, y: y * (1 - y) * (1 - 2 * y),
}  # fmt: skip
BENDS: dict[str, Bend] = {
    each.key: each
    for each in (
        Bend("leaky_relu", "Leaky ReLU", f"torch.nn.LeakyReLU({LEAK})", 2**0.5), Bend("relu", "ReLU", "torch.nn.ReLU()", 2**0.5),
        Bend("tanh", "tanh", "torch.nn.Tanh()", 1.0), Bend("elu", "ELU", "torch.nn.ELU()", 2**0.5), Bend("silu", "SiLU", "torch.nn.SiLU()", 2**0.5),
        Bend("softplus", "Softplus", "torch.nn.Softplus()", 1.0), Bend("sigmoid", "Sigmoid", "torch.nn.Sigmoid()", 1.0),
    )
}  # fmt: skip


class Tape:
    """What one forward pass leaves for the way back: inputs, sums and values by layer, and the outputs."""

    __slots__ = ("inputs", "outputs", "sums")

    def __init__(self) -> None:
        self.inputs: list[Tensor] = []
        self.sums: list[Tensor] = []
        self.outputs: Tensor

    def rows(self, start: int, end: int) -> Tape:
        """The same pass for some of its examples."""
        part = Tape()
        part.inputs, part.sums = [each[start:end] for each in self.inputs], [each[start:end] for each in self.sums]
        part.outputs = self.outputs[start:end]
        return part


class Dense:
    """Dense layers with one activation between them.

    Attributes:
        flat, gradient: (1, P) float64.
        weights, biases: Views of `flat`: (out, in) and (out,) by layer; `slots` the same of `gradient`.
    """

    def __init__(self, sizes: Sequence[int], activation: str):
        self.sizes, self.bend = tuple(sizes), BENDS[activation]
        count = sum((a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False))
        self.flat, self.gradient = torch.zeros(1, count, dtype=torch.float64), torch.zeros(1, count, dtype=torch.float64)
        self.weights, self.biases = self.views(self.flat)
        self.weight_slots, self.bias_slots = self.views(self.gradient)

    def views(self, flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        weights, biases, offset = [], [], 0
        for a, b in zip(self.sizes, self.sizes[1:], strict=False):
            weights.append(flat[0, offset : offset + a * b].view(b, a))
            biases.append(flat[0, offset + a * b : offset + a * b + b])
            offset += a * b + b
        return weights, biases

    def draw(self, generator: torch.Generator) -> None:
        """Xavier-uniform weights with the activation's gain (Glorot and Bengio 2010, equation 16), biases 0."""
        last = len(self.weights) - 1
        for layer, weight in enumerate(self.weights):
            torch.nn.init.xavier_uniform_(weight, gain=1.0 if layer == last else self.bend.gain, generator=generator)
        for bias in self.biases:
            bias.zero_()

    def __call__(self, x: Tensor) -> Tensor:
        return self.forward(x).outputs

    def sketch(self, x: Tensor) -> Tensor:
        """The outputs in float32, for pictures: several times as fast, and more digits than a pixel can show."""
        x, last = x.float(), len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = torch.addmm(bias.float(), x, weight.float().T)
            x = x if layer == last else self.bend.value(x)
        return x

    def forward(self, x: Tensor) -> Tape:
        tape, last = Tape(), len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            tape.inputs.append(x)
            z = torch.addmm(bias, x, weight.T)
            tape.sums.append(z)
            x = z if layer == last else self.bend.value(z)
        tape.outputs = x
        return tape

    def backward(self, tape: Tape, back: Tensor, *, store: bool = True) -> Tensor:
        """The gradient of the inputs (N, in) for that of the outputs (N, out); `store` also fills `gradient`."""
        for layer in range(len(self.weights) - 1, -1, -1):
            if store:
                torch.mm(back.T, tape.inputs[layer], out=self.weight_slots[layer])
                torch.sum(back, 0, out=self.bias_slots[layer])
            back = torch.mm(back, self.weights[layer])
            if layer:
                back = back * self.bend.slope(tape.sums[layer - 1], tape.inputs[layer])
        return back

    def add_slope_gradient(self, tape: Tape, along: Tensor) -> None:
        """Add to `gradient` that of Σᵢ alongᵢ·∇D(xᵢ), for a network of one output; `along` (N, in) is held fixed."""
        last = len(self.weights) - 1
        moves, sums = [along], []
        for layer in range(last):  # forward derivative along `along`
            tz = torch.mm(moves[-1], self.weights[layer].T)
            sums.append(tz)
            moves.append(self.bend.slope(tape.sums[layer], tape.inputs[layer + 1]) * tz)
        self.weight_slots[last].add_(moves[-1].sum(0, keepdim=True))
        move_back = self.weights[last].expand(len(along), -1)
        value_back: Tensor | None = None
        for layer in range(last - 1, -1, -1):
            z, y = tape.sums[layer], tape.inputs[layer + 1]
            slope, curve = self.bend.slope(z, y), self.bend.curve(z, y)
            z_back = None if value_back is None else slope * value_back
            if curve is not None:
                bent = curve * sums[layer] * move_back
                z_back = bent if z_back is None else z_back + bent
            tz_back = slope * move_back
            self.weight_slots[layer].addmm_(tz_back.T, moves[layer])
            move_back = torch.mm(tz_back, self.weights[layer])
            if z_back is not None:
                self.weight_slots[layer].addmm_(z_back.T, tape.inputs[layer])
                self.bias_slots[layer].add_(z_back.sum(0))
                value_back = torch.mm(z_back, self.weights[layer])
