"""Activations that look at more than one number: softmax over a vector, and gated linear units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.functions.activations import ACTIVATIONS

if TYPE_CHECKING:
    from torch import Tensor


def softmax(logits: Tensor, temperature: float = 1.0) -> Tensor:
    """Probabilities proportional to exp(logits / temperature), along the last axis.

    Shifted by the largest logit, so that no finite input overflows. A small temperature approaches one-hot on the
    largest logit, a large one the uniform distribution.

    Args:
        logits: Any shape (…, classes), float.
        temperature: Positive.

    Raises:
        UserError: If the temperature is not positive.

    Source:
        Bridle 1990; temperature as in Hinton, Vinyals and Dean 2015, equation 1.
    """
    if not temperature > 0:
        raise UserError(f"The temperature must be above 0, got {temperature:g}.", field="temperature")
    scaled = logits / temperature
    weights = torch.exp(scaled - scaled.amax(dim=-1, keepdim=True))
    return weights / weights.sum(dim=-1, keepdim=True)


def softmax_jacobian(logits: Tensor, temperature: float = 1.0) -> Tensor:
    """d softmax_i / d logit_j = (p_i (i = j) − p_i p_j) / temperature, shape (…, classes, classes)."""
    p = softmax(logits, temperature)
    return (torch.diag_embed(p) - p.unsqueeze(-1) * p.unsqueeze(-2)) / temperature


def entropy(probabilities: Tensor) -> Tensor:
    """Shannon entropy in bits along the last axis; 0 log 0 counts as 0."""
    return -torch.xlogy(probabilities, probabilities).sum(dim=-1) / math.log(2)


@dataclass(frozen=True)
class Gate:
    """A gated linear unit: value times activation(gate). `activation` is a key of ACTIVATIONS."""

    key: str
    title: str
    latex: str
    activation: str
    source: str

    def forward(self, value: Tensor, gate: Tensor) -> Tensor:
        """value · activation(gate), element by element; shapes broadcast."""
        return value * ACTIVATIONS[self.activation].forward(gate)

    def derivatives(self, value: Tensor, gate: Tensor) -> tuple[Tensor, Tensor]:
        """Slopes with respect to value and gate."""
        activation = ACTIVATIONS[self.activation]
        return activation.forward(gate) + 0 * value, value * activation.derivative(gate)


_SHAZEER = "Shazeer 2020, GLU Variants Improve Transformer"
GATES: dict[str, Gate] = {
    each.key: each
    for each in (
        Gate("glu", "GLU", r"a \cdot \sigma(b)", "sigmoid", "Dauphin et al. 2017, equation 1"),
        Gate("bilinear", "Bilinear", r"a \cdot b", "linear", "Mnih and Hinton 2007; " + _SHAZEER),
        Gate("reglu", "ReGLU", r"a \cdot \max(0, b)", "relu", _SHAZEER),
        Gate("geglu", "GEGLU", r"a \cdot \mathrm{GELU}(b)", "gelu", _SHAZEER),
        Gate("swiglu", "SwiGLU", r"a \cdot \mathrm{SiLU}(b)", "silu", _SHAZEER),
    )
}
