"""What a recurrent network is asked: where its batches come from, what it is measured on, and how a sequence is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from playground.core.lazy import torch
from playground.core.randomness import derive
from playground.data.sequences import ADDING_TOLERANCE, Task

if TYPE_CHECKING:
    from torch import Tensor

TESTED = 64  # sequences of the fixed test batch


class Batch(NamedTuple):
    """Inputs (T, B, I), targets (T, B), asked (T,): see `data.sequences`."""

    inputs: Tensor
    targets: Tensor
    asked: Tensor


class Problem:
    """Base of all problems.

    Attributes:
        inputs, outputs: Widths of the network's two ends.
        quantity: True for numbers and squared error, False for classes and cross-entropy.
        chance: Loss and accuracy without any memory; NaN where there is no such thing.
    """

    inputs: int
    outputs: int
    quantity: bool = False
    chance: tuple[float, float] = (float("nan"), float("nan"))

    def batch(self, count: int, stream: torch.Generator) -> Batch:
        """A training batch."""
        raise NotImplementedError

    def test(self) -> Batch:
        """Always the same sequences, none of them trained on by design."""
        raise NotImplementedError

    def tokens(self, inputs: np.ndarray) -> dict[str, Any]:
        """One sequence (T, I) for the eye; see `data.sequences.Task.tokens`."""
        raise NotImplementedError

    def answer(self, value: float) -> str:
        """An answer in words."""
        return f"{value:.3g}"

    def right(self, outputs: Tensor, batch: Batch) -> float:
        """Share of right answers among those asked for."""
        wanted = batch.targets[batch.asked]
        if self.quantity:
            return float(((outputs[batch.asked][..., 0] - wanted).abs() < ADDING_TOLERANCE).double().mean())
        return float((outputs[batch.asked].argmax(-1) == wanted).double().mean())


@dataclass
class MemoryProblem(Problem):
    """A memory task of one length."""

    task: Task
    length: int
    symbols: int
    items: int
    seed: int

    def __post_init__(self) -> None:
        self.inputs, self.outputs = self.task.inputs(self.symbols), self.task.outputs(self.symbols)
        self.quantity, self.chance = self.task.quantity, self.task.chance(self.symbols)

    def batch(self, count: int, stream: torch.Generator) -> Batch:
        return Batch(*self.task.make(self.length, self.symbols, self.items, count, stream))

    def test(self) -> Batch:
        return self.batch(TESTED, torch.Generator().manual_seed(derive(self.seed, "test")))

    def tokens(self, inputs: np.ndarray) -> dict[str, Any]:
        return self.task.tokens(inputs)

    def answer(self, value: float) -> str:
        return self.task.answer(value)


def loss(outputs: Tensor, batch: Batch, quantity: bool) -> Tensor:
    """The mean loss over the answers asked for: squared error, or cross-entropy in nats."""
    wanted, said = batch.targets[batch.asked], outputs[batch.asked]
    if quantity:
        return ((said[..., 0] - wanted) ** 2).mean()
    return torch.nn.functional.cross_entropy(said.flatten(0, 1), wanted.flatten())


def slopes(outputs: Tensor, batch: Batch, quantity: bool, last: bool = False) -> Tensor:
    """∂L/∂outputs (T, B, O) of `loss`; with `last` of each sequence's own loss at its last answer alone."""
    found = torch.zeros_like(outputs)
    asked = batch.asked
    if last:
        asked = torch.zeros_like(asked)
        asked[int(batch.asked.nonzero()[-1])] = True
    said, wanted = outputs[asked], batch.targets[asked]
    each = 2 * (said - wanted.unsqueeze(-1)) if quantity else said.softmax(-1) - torch.nn.functional.one_hot(wanted, said.shape[-1])
    found[asked] = each if last else each / wanted.numel()
    return found
