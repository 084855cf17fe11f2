"""A crowd: networks of one depth, each with a width, data and starting weights of its own, trained together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.core.randomness import derive
from playground.functions.losses import LOSSES
from playground.networks.batched_mlp import BatchedMLP, Structure
from playground.optimizers.batched import RULES

if TYPE_CHECKING:
    from torch import Tensor

BENDS = {"tanh": "tanh", "relu": "ReLU"}  # both are 0 at 0, which keeps the spare units of narrow members silent
SHARPNESS = 4.0  # standard deviation of first-layer weights on one input in [-1, 1]: slopes that can follow a wave


@dataclass(frozen=True)
class Start:
    """How one network's starting weights are drawn.

    Attributes:
        sizes: Inputs, hidden sizes, outputs.
        bend: "tanh" or "relu".
        spread_bends: For one input in [-1, 1]: the first layer's bends are spread over that interval. Else He's (ReLU) or
            LeCun's (tanh) normal draw, biases 0.
    """

    sizes: tuple[int, ...]
    bend: str
    spread_bends: bool = False

    def draw(self, seed: int) -> list[tuple[Tensor, Tensor]]:
        """Weight (out, in) and bias (out,) of every layer, float64."""
        stream = torch.Generator().manual_seed(seed)
        layers = []
        for number, (fan_in, fan_out) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            weight = torch.randn(fan_out, fan_in, generator=stream, dtype=torch.float64)
            bias = torch.zeros(fan_out, dtype=torch.float64)
            if number == 0 and self.spread_bends:
                weight *= SHARPNESS
                bias = -weight[:, 0] * (2 * torch.rand(fan_out, generator=stream, dtype=torch.float64) - 1)
            elif number == len(self.sizes) - 2:
                weight *= 1 / math.sqrt(fan_in) / (SHARPNESS if self.spread_bends and self.bend == "relu" else 1)
            else:
                weight *= math.sqrt((2 if self.bend == "relu" else 1) / fan_in)
            layers.append((weight, bias))
        return layers

    def code(self) -> str:
        """The function `start(model, seed)` of an exported program, which repeats `draw` on a model's linear layers."""
        last = f"1 / math.sqrt(layer.in_features){f' / {SHARPNESS}' if self.spread_bends and self.bend == 'relu' else ''}"
        first = f"""        if number == 0:
            layer.weight.copy_(weight * {SHARPNESS})
            layer.bias.copy_(-layer.weight[:, 0] * (2 * torch.rand(layer.out_features, generator=stream) - 1))
            continue
""" if self.spread_bends else ""  # fmt: skip
        return f'''@torch.no_grad()
def start(model, seed):
    """Draw the starting weights."""
    stream = torch.Generator().manual_seed(seed)
    layers = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    for number, layer in enumerate(layers):
        weight = torch.randn(layer.out_features, layer.in_features, generator=stream)
{first}        scale = {last} if number == len(layers) - 1 else math.sqrt({2 if self.bend == "relu" else 1} / layer.in_features)
        layer.weight.copy_(weight * scale)
        layer.bias.zero_()
'''


class Crowd:
    """K networks. A member narrower than the widest has spare units whose weights are all 0, and so are their gradients.

    Attributes:
        network: The batched network; its flat buffer is (K, P) float64.
        inputs, targets: (K, n, features) float64 and (K, n), what each member learns from.
    """

    def __init__(self, starts: Sequence[Start], seeds: Sequence[int], inputs: Tensor, targets: Tensor, loss: str = "mse",
                 normalization: str = "none", optimizer: str = "adam"):  # fmt: skip
        widest = tuple(max(sizes) for sizes in zip(*(each.sizes for each in starts), strict=True))
        structure = Structure(widest, (starts[0].bend,) * (len(widest) - 2), normalization)
        self.network = BatchedMLP(structure, len(seeds))
        self.inputs, self.targets, self.loss = inputs, targets, LOSSES[loss]
        self.rule = RULES[optimizer]
        self.slots = {name: torch.zeros_like(self.network.flat) for name in self.rule.slots}
        self.mask = self.network.weight_mask()
        self.momenta = torch.full((len(seeds), 1), 0.9, dtype=torch.float64)
        self.updates = 0
        for member, (start, seed) in enumerate(zip(starts, seeds, strict=True)):
            self._place(member, start.draw(seed))

    def _place(self, member: int, layers: list[tuple[Tensor, Tensor]]) -> None:
        for number, (weight, bias) in enumerate(layers):
            self.network.parameters[f"weight_{number}"][member, : weight.shape[0], : weight.shape[1]] = weight
            self.network.parameters[f"bias_{number}"][member, : len(bias)] = bias
            if f"gain_{number}" in self.network.parameters:
                self.network.parameters[f"gain_{number}"][member].fill_(1.0)

    def __len__(self) -> int:
        return len(self.network.flat)

    def gradient(self, inputs: Tensor, targets: Tensor, masks: list[Tensor] | None = None) -> Tensor:
        """The gradient (K, P) of every member's mean loss on its rows of `inputs` (K, B, features)."""
        count = inputs.shape[1]
        self.network.learn(inputs, lambda outputs: self._slope(outputs, targets) / count, masks)
        return self.network.gradient

    def update(self, gradient: Tensor, rates: float | Tensor) -> None:
        """One step of the optimizer along `gradient`."""
        self.updates += 1
        rates = rates if isinstance(rates, torch.Tensor) else torch.full((len(self), 1), rates, dtype=torch.float64)
        self.rule.update(self.network.flat, gradient, self.slots, rates, self.momenta, self.updates)

    def advance(self, steps: int, rate: float) -> None:
        """That many full-batch updates."""
        rates = torch.full((len(self), 1), rate, dtype=torch.float64)
        with torch.inference_mode():
            for _ in range(steps):
                self.update(self.gradient(self.inputs, self.targets), rates)

    def _slope(self, outputs: Tensor, targets: Tensor) -> Tensor:
        if self.loss.task == "multiclass":
            return self.loss.gradient(outputs, targets)
        return self.loss.gradient(outputs.squeeze(2), targets).unsqueeze(2)

    def outputs(self, inputs: Tensor, members: slice = slice(None)) -> Tensor:
        """(K, N, out) in evaluation mode, for inputs (N, features) or (K, N, features); of some members alone if asked."""
        network = self.network
        if members != slice(None):
            network = BatchedMLP(network.structure, 0)
            network.flat = self.network.flat[members]
            network.parameters = network.views(network.flat)
            network.running = {name: values[members] for name, values in self.network.running.items()}
        with torch.inference_mode():
            return network.evaluate(inputs)

    def losses(self, inputs: Tensor, targets: Tensor, members: slice = slice(None)) -> Tensor:
        """Mean loss (K,) of every member, or of some alone, in evaluation mode; targets (N,) or (K, N)."""
        outputs = self.outputs(inputs, members)
        targets = targets.expand(len(outputs), *targets.shape[-1:])
        with torch.inference_mode():
            return self.loss.forward(outputs if self.loss.task == "multiclass" else outputs.squeeze(2), targets).mean(1)

    def state(self, prefix: str = "") -> dict[str, Any]:
        """Everything that training has changed, as flat arrays."""
        kept: dict[str, Any] = {f"{prefix}updates": self.updates, f"{prefix}flat": self.network.flat.numpy().copy()}
        kept |= {f"{prefix}slot_{name}": value.numpy().copy() for name, value in self.slots.items()}
        return kept | {f"{prefix}running_{name}": value.numpy().copy() for name, value in self.network.running.items()}

    def load(self, state: dict[str, Any], prefix: str = "") -> None:
        self.updates = int(state[f"{prefix}updates"])
        self.network.flat.copy_(torch.from_numpy(np.array(state[f"{prefix}flat"])))
        for group, held in (("slot", self.slots), ("running", self.network.running)):
            for name, value in held.items():
                value.copy_(torch.from_numpy(np.array(state[f"{prefix}{group}_{name}"])))


def member_seed(seed: int, member: int) -> int:
    """The seed of one member's starting weights."""
    return derive(seed, "weights", member)
