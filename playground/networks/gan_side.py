"""One of the two players of a GAN: its network, its optimizer, and what they remember."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.networks.gan_dense import Dense
from playground.optimizers.batched import BETA2, EPSILON, RULES, Rule, Slots

if TYPE_CHECKING:
    from torch import Tensor

HALF = 0.5


def _adam_half(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    mean = s["mean"].lerp_(g, 1 - HALF)
    squares = s["squares"].mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
    spread = squares.sqrt().div_((1 - BETA2**t) ** 0.5).add_(EPSILON)
    p.addcdiv_(lr * mean, spread, value=-1 / (1 - HALF**t))


# Radford et al. 2016, section 4: with the usual 0.9 the two players carry on in directions that the other has already answered.
OPTIMIZERS: dict[str, Rule] = {
    "adam_half": Rule("adam_half", "Adam, β₁ = 0.5", ("mean", "squares"), _adam_half,
                      "torch.optim.Adam(model.parameters(), lr={learning_rate}, betas=(0.5, 0.999))"),
    **{key: RULES[key] for key in ("adam", "rmsprop", "sgd", "momentum", "nesterov", "adagrad")},
}  # fmt: skip


class Side:
    """A network with its optimizer."""

    def __init__(self, sizes: Sequence[int], activation: str, optimizer: str, stream: torch.Generator):
        self.network = Dense(sizes, activation)
        self.network.draw(stream)
        self.rule = OPTIMIZERS[optimizer]
        self.slots = {name: torch.zeros_like(self.network.flat) for name in self.rule.slots}
        self.updates = 0

    def set(self, learning_rate: float, momentum: float) -> None:
        self.rate = torch.tensor([[learning_rate]], dtype=torch.float64)
        self.momentum = torch.tensor([[momentum]], dtype=torch.float64)

    def update(self) -> None:
        """One move by the gradient that the network holds."""
        self.updates += 1
        self.rule.update(self.network.flat, self.network.gradient, self.slots, self.rate, self.momentum, self.updates)

    def state_dict(self) -> dict[str, Any]:
        arrays = {"flat": self.network.flat, "gradient": self.network.gradient, **{f"slot_{name}": value for name, value in self.slots.items()}}
        return {"updates": self.updates, **{name: value.numpy().copy() for name, value in arrays.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.updates = int(state["updates"])
        arrays = {"flat": self.network.flat, "gradient": self.network.gradient, **{f"slot_{name}": value for name, value in self.slots.items()}}
        for name, value in arrays.items():
            value.copy_(torch.from_numpy(np.array(state[name])))
