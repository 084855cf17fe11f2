"""A cohort: networks of one structure learning from the same points together, each with its own hyperparameters and streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import generator_state, restore_generator
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.functions.initialisers import INITIALISERS
from playground.functions.losses import LOSSES
from playground.networks.batched_mlp import BatchedMLP, Structure
from playground.optimizers.batched import RULES

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Lesson:
    """What the members of a cohort have in common.

    Attributes:
        inputs, targets: Training rows, `(N, features)` float64 and `(N,)`; for losses of class "regression" on classes (half
            squared error on a tanh output) the targets are -1 and 1.
        loss: Key of `LOSSES`.
        optimizer: Key of `RULES`.
    """

    structure: Structure
    inputs: Tensor
    targets: Tensor
    loss: str
    optimizer: str
    initializer: str
    batch_size: int


@dataclass(frozen=True)
class Habits:
    """What each member has of its own and may change while it learns."""

    learning_rate: float
    momentum: float = 0.9
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    gradient_clip: float = 0.0  # 0 is off
    factor: Callable[[int], float] = lambda step: 1.0  # the schedule: learning rate multiplier before update `step`, from 0


class Cohort:
    """Trains its members together, update by update. Member k draws weights, batches and dropout from streams of `seeds[k]`."""

    def __init__(self, lesson: Lesson, seeds: Sequence[int], habits: Sequence[Habits]):
        self.lesson, self.seeds = lesson, list(seeds)
        self.network = BatchedMLP(lesson.structure, len(self.seeds))
        self.rule = RULES[lesson.optimizer]
        self.slots = {name: torch.zeros_like(self.network.flat) for name in self.rule.slots}
        self.batch_streams = [torch_stream(seed, "batches") for seed in self.seeds]
        self.dropout_streams = [torch_stream(seed, "dropout") for seed in self.seeds]
        self.step = 0
        self.updates = 0  # updates really made: a lone example under batch norm makes none
        self.order = torch.zeros(len(self.seeds), len(lesson.inputs), dtype=torch.int64)
        self.loss = LOSSES[lesson.loss]
        self.mask = self.network.weight_mask()
        self._draw_weights()
        self.adopt(habits)

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.lesson.inputs) // self.lesson.batch_size)

    def adopt(self, habits: Sequence[Habits]) -> None:
        """Take over the members' habits, from the next update on."""
        self.habits = list(habits)
        column = lambda name: torch.tensor([[getattr(each, name)] for each in self.habits], dtype=torch.float64)
        self.rates, self.momenta, self.l1, self.l2, self.clips = map(column, ("learning_rate", "momentum", "l1", "l2", "gradient_clip"))
        self.penalised = bool((self.l1 != 0).any() or (self.l2 != 0).any())
        self.clipped = bool((self.clips > 0).any())
        self.dropping = any(each.dropout > 0 for each in self.habits)

    def advance(self, updates: int) -> None:
        """Take that many optimizer updates."""
        with torch.inference_mode():
            for _ in range(updates):
                self._update()

    def _update(self) -> None:
        rows = self._rows()
        inputs, targets = self.lesson.inputs[rows], self.lesson.targets[rows]
        count = rows.shape[1]
        if count > 1 or self.lesson.structure.normalization != "batch":  # one example has no batch statistics
            self.network.learn(inputs, lambda outputs: self._slope(outputs, targets) / count, self._masks(count))
            gradient = self.network.gradient
            if self.penalised:
                weights = self.network.flat * self.mask
                gradient.addcmul_(weights, self.l2).addcmul_(weights.sign_(), self.l1)
            if self.clipped:
                gradient.mul_(self._clip(gradient))
            factors = [each.factor(self.step) for each in self.habits]
            rates = self.rates if all(f == 1.0 for f in factors) else self.rates * torch.tensor(factors, dtype=torch.float64).unsqueeze(1)
            self.updates += 1
            self.rule.update(self.network.flat, gradient, self.slots, rates, self.momenta, self.updates)
        self.step += 1

    def _clip(self, gradient: Tensor) -> Tensor:
        """Factors (K, 1) as torch.nn.utils.clip_grad_norm_ takes them; 1 where clipping is off."""
        factors = (self.clips / (gradient.norm(dim=1, keepdim=True) + 1e-6)).clamp_(max=1.0)
        return torch.where(self.clips > 0, factors, torch.ones_like(factors))

    def _rows(self) -> Tensor:
        """Row numbers (K, B) of this update's batch; every member shuffles anew at the start of an epoch."""
        place = self.step % self.steps_per_epoch
        if place == 0:
            for member, stream in enumerate(self.batch_streams):
                torch.randperm(len(self.lesson.inputs), generator=stream, out=self.order[member])
        return self.order[:, place * self.lesson.batch_size : (place + 1) * self.lesson.batch_size]

    def _masks(self, count: int) -> list[Tensor] | None:
        if not self.dropping:
            return None
        masks = []
        for units in self.lesson.structure.sizes[1:-1]:
            drawn = [torch.rand(count, units, generator=stream, dtype=torch.float64) for stream in self.dropout_streams]
            masks.append(torch.stack([(draw >= each.dropout).double() / (1 - each.dropout) for draw, each in zip(drawn, self.habits, strict=True)]))
        return masks

    def _slope(self, outputs: Tensor, targets: Tensor) -> Tensor:
        if self.loss.task == "multiclass":
            return self.loss.gradient(outputs, targets)
        return self.loss.gradient(outputs.squeeze(2), targets).unsqueeze(2)

    def losses(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Mean loss of each member (K,) without penalties, and the outputs (K, N, out), in evaluation mode."""
        with torch.inference_mode():
            outputs = self.network.evaluate(inputs)
            predictions = outputs if self.loss.task == "multiclass" else outputs.squeeze(2)
            values = self.loss.forward(predictions, targets.expand(len(self.seeds), *targets.shape))
            return values.mean(dim=1), outputs

    def _draw_weights(self) -> None:
        """The same draws for the same seed, layer by layer, whatever the other members are."""
        initialiser = INITIALISERS[self.lesson.initializer]
        for member, seed in enumerate(self.seeds):
            stream = torch_stream(seed, "weights")
            for name, shape in self.lesson.structure.shapes():
                parameter = self.network.parameters[name][member]
                if name.startswith("weight"):
                    parameter.copy_(initialiser(shape, stream, torch.float64))
                else:
                    parameter.fill_({"bias": initialiser.bias, "gain": 1.0, "shift": 0.0}[name.split("_")[0]])

    def state_dict(self) -> dict[str, Any]:
        """Flat arrays; every stream included."""
        state: dict[str, Any] = {"step": self.step, "updates": self.updates, "flat": self.network.flat.numpy().copy(), "order": self.order.numpy().copy(),
                                 "gradient": self.network.gradient.numpy().copy()}  # fmt: skip
        state |= {f"slot_{name}": value.numpy().copy() for name, value in self.slots.items()}
        state |= {f"running_{name}": value.numpy().copy() for name, value in self.network.running.items()}
        for member in range(len(self.seeds)):
            state[f"batches_{member}"] = generator_state(self.batch_streams[member])
            state[f"dropout_{member}"] = generator_state(self.dropout_streams[member])
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.step, self.updates = int(state["step"]), int(state["updates"])
        for target, name in ((self.network.flat, "flat"), (self.network.gradient, "gradient"), (self.order, "order")):
            target.copy_(torch.from_numpy(np.array(state[name])))
        for name, value in self.slots.items():
            value.copy_(torch.from_numpy(np.array(state[f"slot_{name}"])))
        for name, value in self.network.running.items():
            value.copy_(torch.from_numpy(np.array(state[f"running_{name}"])))
        for member in range(len(self.seeds)):
            restore_generator(self.batch_streams[member], state[f"batches_{member}"])
            restore_generator(self.dropout_streams[member], state[f"dropout_{member}"])
