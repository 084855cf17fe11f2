"""Training and viewing a network on points of the plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.experiment import Experiment, Metrics, State, Trainer
from playground.core.lazy import torch
from playground.experiments.boundary import Boundary
from playground.functions.schedules import SCHEDULES
from playground.networks.batched_mlp import Structure
from playground.networks.cohort import Cohort, Habits, Lesson
from playground.networks.features import expand

if TYPE_CHECKING:
    from torch import Tensor


LARGEST = 1e30


@dataclass(frozen=True, eq=False)
class Material:
    """The data of an experiment as tensors: standardised inputs, and targets as the loss wants them."""

    train_inputs: Tensor
    test_inputs: Tensor
    train_targets: Tensor
    test_targets: Tensor
    mean: Tensor
    spread: Tensor
    loss: str
    task: str
    outputs: int

    def see(self, points: Tensor, features: tuple[str, ...]) -> Tensor:
        """Network inputs for (N, 2) coordinates."""
        return (expand(points, features) - self.mean) / self.spread


def material(experiment: Boundary) -> Material:
    """Load, expand and standardise (with training statistics) an experiment's points."""
    data = experiment.points()
    inputs = expand(torch.from_numpy(np.array(data.inputs, np.float64)), experiment.features)
    train, test = torch.from_numpy(data.train), torch.from_numpy(data.test)
    mean, spread = torch.zeros(inputs.shape[1], dtype=torch.float64), torch.ones(inputs.shape[1], dtype=torch.float64)
    if experiment.standardize:
        mean, spread = inputs[train].mean(0), inputs[train].std(0, correction=0)
        spread = torch.where(spread > 1e-9, spread, 1.0)  # a constant feature has no spread to divide by
    inputs = (inputs - mean) / spread
    loss = experiment.used_loss(data.task)
    targets = torch.from_numpy(np.array(data.targets))  # copied: own data is read-only
    if data.task == "binary":
        targets = targets.double() * 2 - 1 if loss == "half_mse" else targets.double()
    return Material(inputs[train].contiguous(), inputs[test].contiguous(), targets[train], targets[test], mean, spread, loss, data.task, data.outputs)


def structure(experiment: Boundary, given: Material) -> Structure:
    tanh_output = given.loss == "half_mse"  # as tensorflow/playground: targets -1 and 1 against a tanh output
    return Structure((len(experiment.features), *experiment.hidden_sizes, given.outputs), experiment.activations(),
                     experiment.normalization, "tanh" if tanh_output else "linear")  # fmt: skip


def habits(experiment: Boundary) -> Habits:
    schedule, total = SCHEDULES[experiment.schedule], experiment.step_limit
    return Habits(experiment.learning_rate, experiment.momentum, experiment.l1, experiment.l2, experiment.dropout, experiment.gradient_clip,
                  lambda step: schedule.factor(step, total))  # fmt: skip


def cohort(experiments: Sequence[Boundary], given: Material) -> Cohort:
    first = experiments[0]
    lesson = Lesson(structure(first, given), given.train_inputs, given.train_targets, given.loss, first.optimizer, first.initializer, first.batch_size)
    return Cohort(lesson, [each.seed for each in experiments], [habits(each) for each in experiments])


class BoundaryTrainer(Trainer):
    """One network: a cohort of one."""

    experiment: Boundary

    def __init__(self, experiment: Boundary):
        super().__init__(experiment)
        self.material = material(experiment)
        self.cohort = cohort([experiment], self.material)
        self.best_loss, self.best_epoch, self.stopped_early = float("inf"), 0, False

    @property
    def steps_per_epoch(self) -> int:
        return self.cohort.steps_per_epoch

    def advance(self, steps: int) -> None:
        if not self.experiment.patience:
            self.cohort.advance(steps)
            self.step_count += steps
            return
        while steps > 0 and not self.stopped_early:
            piece = min(steps, self.steps_per_epoch - self.step_count % self.steps_per_epoch)
            self.cohort.advance(piece)
            self.step_count += piece
            steps -= piece
            if self.step_count % self.steps_per_epoch == 0:
                self._judge_epoch()

    def _judge_epoch(self) -> None:
        loss = self._losses("test")[0]
        epoch = self.step_count // self.steps_per_epoch
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, epoch
        self.stopped_early = epoch - self.best_epoch >= self.experiment.patience

    @property
    def finished(self) -> bool:
        return self.stopped_early or super().finished

    @property
    def stop_reason(self) -> str:
        if self.diverged:
            return (f"The loss has left all bounds after {self.step_count:,} steps: the run diverged. "
                    "A smaller learning rate or gradient clipping keeps it in bounds.")  # fmt: skip
        if self.stopped_early:
            return f"Stopped early: the test loss was best ({self.best_loss:.4g}) after epoch {self.best_epoch:,}."
        return f"Finished after {self.experiment.epochs:,} epochs." if self.finished else ""

    def _losses(self, part: str) -> tuple[float, Tensor]:
        inputs, targets = getattr(self.material, f"{part}_inputs"), getattr(self.material, f"{part}_targets")
        losses, outputs = self.cohort.losses(inputs, targets)
        return float(losses[0]), outputs[0]

    def metrics(self) -> Metrics:
        found: Metrics = {"epoch": self.step_count / self.steps_per_epoch}
        for part in ("train", "test"):
            loss, outputs = self._losses(part)
            found[f"{part}_loss"] = loss
            name, value = score(self.material, outputs, getattr(self.material, f"{part}_targets"))
            found[f"{part}_{name}"] = value
        found["gradient_norm"] = float(self.cohort.network.gradient.norm())
        found["weight_norm"] = float((self.cohort.network.flat * self.cohort.mask).norm())
        return {name: bounded(value) for name, value in found.items()}

    @property
    def diverged(self) -> bool:
        return not bool(torch.isfinite(self.cohort.network.flat).all()) or not np.isfinite(bounded(self._losses("train")[0]))

    def scene(self) -> dict[str, Any]:
        from playground.experiments.boundary_view import scene

        return scene(self.experiment)

    def view(self) -> Any:
        from playground.experiments.boundary_view import look

        return look(self.experiment, self.material, self.cohort)

    def apply(self, before: Experiment) -> None:
        self.cohort.adopt([habits(self.experiment)])
        if not self.experiment.patience:
            self.stopped_early = False

    def edit(self, **what: Any) -> None:
        """Set one weight or bias: layer, kind ("weight" or "bias"), row, column, value."""
        value, kind = what.get("value"), what.get("kind")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
            raise UserError("A weight must be a finite number.", "The old value stays.")
        parameter = self.cohort.network.parameters.get(f"{kind}_{what.get('layer')}") if kind in ("weight", "bias") else None
        place = (what.get("row"), what.get("column")) if kind == "weight" else (what.get("row"),)
        if parameter is None or not all(isinstance(each, int) and 0 <= each < size for each, size in zip(place, parameter.shape[1:], strict=True)):
            raise UserError("This network has no such weight.", "It may have changed since it was drawn.")
        parameter[(0, *place)] = float(value)

    def state_dict(self) -> State:
        return {**self.cohort.state_dict(), "step_count": self.step_count, "best_loss": self.best_loss, "best_epoch": self.best_epoch,
                "stopped_early": self.stopped_early}  # fmt: skip

    def load_state_dict(self, state: State) -> None:
        self.cohort.load_state_dict(state)
        self.step_count, self.best_epoch = int(state["step_count"]), int(state["best_epoch"])
        self.best_loss, self.stopped_early = float(state["best_loss"]), bool(state["stopped_early"])

    # For the loss landscape around this network -----------------------------------------------------------------------

    def flat_parameters(self) -> Tensor:
        """All parameters, (P,) float64, copied."""
        return self.cohort.network.flat[0].clone()

    def losses_at(self, flats: Tensor) -> Tensor:
        """Training loss (S,) of each of S parameter vectors (S, P)."""
        from playground.networks.batched_mlp import BatchedMLP

        crowd = BatchedMLP(self.cohort.lesson.structure, len(flats))
        crowd.flat.copy_(flats)
        for name, value in self.cohort.network.running.items():
            crowd.running[name].copy_(value.expand_as(crowd.running[name]))
        with torch.inference_mode():
            outputs = crowd.evaluate(self.material.train_inputs)
            multiclass = self.cohort.loss.task == "multiclass"
            targets = self.material.train_targets.expand(len(flats), *self.material.train_targets.shape)
            return self.cohort.loss.forward(outputs if multiclass else outputs.squeeze(2), targets).mean(1)

    def loss_at(self, flat: Tensor) -> float:
        return float(self.losses_at(flat.unsqueeze(0))[0])

    def filter_slices(self) -> list[slice]:
        """The places of each unit's incoming weights in `flat_parameters`: the filters of Li et al. 2018."""
        found, offset = [], 0
        for name, shape in self.cohort.lesson.structure.shapes():
            size = int(np.prod(shape))
            if name.startswith("weight"):
                found += [slice(offset + row * shape[1], offset + (row + 1) * shape[1]) for row in range(shape[0])]
            offset += size
        return found


def bounded(value: float) -> float:
    """A metric, infinite beyond LARGEST: a run that is there has diverged, and a curve that goes further shows nothing else."""
    return value if not abs(value) > LARGEST else float(np.copysign(np.inf, value))


def score(given: Material, outputs: Tensor, targets: Tensor) -> tuple[str, float]:
    """Accuracy for classes, R² for numbers (1 - residual variance / variance)."""
    if given.task == "multiclass":
        return "accuracy", float((outputs.argmax(1) == targets).double().mean())
    if given.task == "binary":
        return "accuracy", float(((outputs[:, 0] > 0) == (targets > 0.5)).double().mean())
    residual, spread = ((outputs[:, 0] - targets) ** 2).sum(), ((targets - targets.mean()) ** 2).sum()
    return "r2", float(1 - residual / spread.clamp(min=1e-12))
