"""Training a layer stack: batches, updates, evaluations at fixed steps, early stopping, checkpoints."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, Trainer, generator_state, restore_generator
from playground.core.lazy import torch
from playground.core.randomness import derive, torch_stream
from playground.experiments import train_measure as measure
from playground.experiments.train import Train
from playground.experiments.train_augment import augment
from playground.experiments.train_landscape import Landscape
from playground.experiments.train_lesson import lesson
from playground.experiments.train_rules import adopt, evaluation_places, make_optimizer
from playground.functions.schedules import SCHEDULES

if TYPE_CHECKING:
    from torch import Tensor


class TrainTrainer(Landscape, Trainer):
    """One network, its optimizer, and how well it did when last looked at."""

    experiment: Train

    def __init__(self, experiment: Train):
        from playground.networks.stack import check, has_batch_norm

        super().__init__(experiment)
        self.lesson = given = lesson(experiment)
        self.summary = check(experiment.stack, given.input_shape, given.outputs, experiment.batch_size)
        self.needs_pairs = has_batch_norm(experiment.stack)
        self._load_data()
        self._build_model()
        self.places = frozenset(evaluation_places(experiment, len(given.train.rows), len(given.validation.rows)))
        self.batches, self.altered = (torch_stream(experiment.seed, each) for each in ("batches", "augmentation"))
        self.epoch_state = generator_state(self.batches)
        self.order = torch.zeros(0, dtype=torch.int64)
        self.batch_loss = torch.tensor(float("nan"))
        self.best_loss, self.best_epoch, self.stopped_early = float("inf"), 0, False
        self.best: dict[str, Tensor] = {}
        layers = sum(row.parameters > 0 for row in self.summary.rows)
        self.gradients, self.ratios = np.full(layers, np.nan, np.float32), np.full(layers, np.nan, np.float32)
        self._evaluate()

    # Set up ---------------------------------------------------------------------------------------------------------------

    def _load_data(self) -> None:
        given = self.lesson
        self.inputs = {name: torch.from_numpy(np.ascontiguousarray(given.part(name).inputs)) for name in ("train", "validation")}
        self.targets = {name: self._as_targets(given.part(name).targets) for name in ("train", "validation")}
        self.scale, self.offset = torch.ones(1), torch.zeros(1)
        if given.images:
            spread, mean = (torch.from_numpy(np.array(each, np.float32)).view(1, -1, 1, 1) for each in (given.spread, given.mean))
            self.scale, self.offset = 1 / (255 * spread), mean / spread
        self.seen = {name: torch.arange(min(len(given.part(name).rows), measure.EVALUATION_ROWS)) for name in ("train", "validation")}
        self.weights = None
        if given.classifies and self.experiment.class_weights:
            counts = given.class_counts.clip(1)
            self.weights = torch.from_numpy((counts.sum() / (len(counts) * counts)).astype(np.float32))

    def _as_targets(self, targets: np.ndarray) -> Tensor:
        if self.lesson.classifies:
            return torch.from_numpy(np.ascontiguousarray(targets, np.int64))
        return torch.from_numpy(((targets - self.lesson.mean[0]) / self.lesson.spread[0]).astype(np.float32))

    def _build_model(self) -> None:
        from playground.networks.stack_modules import assemble

        with torch.random.fork_rng(devices=[]):  # torch's layers draw from the global generator, which is handed back as it was
            torch.manual_seed(derive(self.experiment.seed, "weights"))
            self.model = assemble(self.summary, self.lesson.outputs)
            torch.manual_seed(derive(self.experiment.seed, "noise"))
            self.noise = torch.get_rng_state()
        if self.lesson.images:
            self.model = self.model.to(memory_format=torch.channels_last)
        self.optimizer = make_optimizer(self.experiment, list(self.model.parameters()))

    def prepare(self, inputs: Tensor) -> Tensor:
        """Rows as stored to what the network is given."""
        if not self.lesson.images:
            return inputs
        return (inputs.to(torch.float32) * self.scale - self.offset).contiguous(memory_format=torch.channels_last)

    @contextlib.contextmanager
    def _own_noise(self) -> Iterator[None]:
        """Dropout draws from torch's global generator: it is lent this run's own state and handed back."""
        outside = torch.get_rng_state()
        torch.set_rng_state(self.noise)
        try:
            yield
        finally:
            self.noise = torch.get_rng_state()
            torch.set_rng_state(outside)

    # Steps ----------------------------------------------------------------------------------------------------------------

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.targets["train"]) // self.experiment.batch_size)

    def evaluated_at(self, step: int) -> bool:
        """Whether the network is looked at after `step` updates."""
        return step % self.steps_per_epoch in self.places

    def advance(self, steps: int) -> None:
        with self._own_noise():
            while steps > 0 and not self.stopped_early:
                self._update(self.evaluated_at(self.step_count + 1) or self.step_count == 0)
                self.step_count += 1
                steps -= 1
                if self.evaluated_at(self.step_count):
                    self._evaluate()
                    if self.step_count % self.steps_per_epoch == 0:
                        self._judge_epoch()

    def update(self) -> None:
        """One update without a look at how it went, for whoever only reads `batch_loss`."""
        with self._own_noise():
            self._update(False)
        self.step_count += 1

    def _next_rows(self) -> Tensor:
        place = self.step_count % self.steps_per_epoch
        if place == 0:
            self.epoch_state = generator_state(self.batches)
            self.order = torch.randperm(len(self.targets["train"]), generator=self.batches)
        size = self.experiment.batch_size
        return self.order[place * size : (place + 1) * size]

    def _update(self, watched: bool) -> None:
        rows, e = self._next_rows(), self.experiment
        if len(rows) < 2 and self.needs_pairs:
            return  # one example has no batch statistics
        inputs = self.prepare(self.inputs["train"][rows])
        if self.lesson.images and e.augments:
            inputs = augment(inputs, self.altered, e.flip, e.shift, e.rotate, e.crop, e.erase)
        self.model.train()
        loss = self.loss_of(self.model(inputs), self.targets["train"][rows])
        self.optimizer.zero_grad()
        loss.backward()
        if e.gradient_clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), e.gradient_clip)
        for group in self.optimizer.param_groups:
            group["lr"] = e.learning_rate * SCHEDULES[e.schedule].factor(self.step_count, e.step_limit)
        before = [each.detach().clone() for each in self.model.parameters()] if watched else []
        self.optimizer.step()
        self.batch_loss = loss.detach()
        if watched:
            self._watch(before)

    def loss_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """What an update makes smaller."""
        if not self.lesson.classifies:
            return torch.nn.functional.mse_loss(outputs[:, 0], targets)
        return torch.nn.functional.cross_entropy(outputs, targets, weight=self.weights, label_smoothing=self.experiment.label_smoothing)

    def _watch(self, before: list[Tensor]) -> None:
        """Gradient and length of the update of every layer that learns, relative to its weights."""
        found, place = [], 0
        for child in self.model:
            parameters = list(child.parameters())
            if not parameters:
                continue
            old = before[place : place + len(parameters)]
            place += len(parameters)
            slope = sum(float(each.grad.square().sum()) for each in parameters if each.grad is not None)
            moved = sum(float((new.detach() - each).square().sum()) for new, each in zip(parameters, old, strict=True))
            length = sum(float(each.square().sum()) for each in old)
            found.append((slope**0.5, (moved / max(length, 1e-24)) ** 0.5))
        self.gradients, self.ratios = (np.array(each, np.float32) for each in zip(*found, strict=True))

    # Looks ----------------------------------------------------------------------------------------------------------------

    def _evaluate(self) -> None:
        self.looks: dict[str, measure.Answers] = {}
        for name, rows in self.seen.items():
            outputs = measure.outputs_of(self.model, self.inputs[name][: len(rows)], self.prepare)
            self.looks[name] = measure.answers(self.lesson, outputs, self.targets[name][: len(rows)])
        self.dead = self._dead_shares()

    def _dead_shares(self) -> np.ndarray:
        """Share of each ReLU layer's units, or channels, that answer 0 to all of some training rows; NaN for other layers."""
        found = np.full(len(self.summary.rows), np.nan, np.float32)
        hooks = []

        def note(place: int) -> Any:
            def look(_module: Any, _inputs: Any, output: Tensor) -> None:
                found[place] = float((output.transpose(0, 1).flatten(1).amax(1) <= 0).float().mean())

            return look

        for place, row in enumerate(self.summary.rows):
            if row.layer.kind in ("relu", "residual"):
                hooks.append(self.model[place].register_forward_hook(note(place)))
        if hooks:
            measure.outputs_of(self.model, self.inputs["train"][: measure.TOGETHER], self.prepare)
        for hook in hooks:
            hook.remove()
        return found

    def _judge_epoch(self) -> None:
        if not self.experiment.patience:
            return
        loss, epoch = self.looks["validation"].loss, self.step_count // self.steps_per_epoch
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, epoch
            self.best = {name: value.clone() for name, value in self.model.state_dict().items()}
        elif epoch - self.best_epoch >= self.experiment.patience:
            self.stopped_early = True
            self.model.load_state_dict(self.best)
            self._evaluate()

    @property
    def finished(self) -> bool:
        return self.stopped_early or super().finished

    @property
    def stop_reason(self) -> str:
        if self.diverged:
            return f"The loss left the finite numbers within {self.step_count:,} steps: the run diverged. A smaller learning rate keeps it in bounds."
        if self.stopped_early:
            return f"Stopped early: the validation loss was best ({self.best_loss:.4g}) after epoch {self.best_epoch:,}, whose weights are back in place."
        return f"Finished after {self.experiment.epochs:,} epochs." if self.finished else ""

    @property
    def diverged(self) -> bool:
        return self.step_count > 0 and not all(np.isfinite(each) for each in (float(self.batch_loss), self.looks["train"].loss))

    def metrics(self) -> Metrics:
        e = self.experiment
        rate = e.learning_rate * SCHEDULES[e.schedule].factor(max(0, self.step_count - 1), e.step_limit)
        found = {"epoch": self.step_count / self.steps_per_epoch, "batch_loss": float(self.batch_loss), "learning_rate": rate}
        for part, look in self.looks.items():
            found |= {f"{part}_loss": look.loss, **{f"{part}_{name}": value for name, value in look.metrics.items()}}
        return found | {"gradient_norm": float(np.sqrt(np.square(self.gradients, dtype=np.float64).sum()))}

    def scene(self) -> dict[str, Any]:
        from playground.experiments.train_view import scene

        return scene(self)

    def view(self) -> Any:
        from playground.experiments.train_view import look

        return look(self)

    def apply(self, before: Experiment) -> None:
        if not self.experiment.patience:
            self.stopped_early = False
        adopt(self.optimizer, self.experiment)

    # Checkpoints ----------------------------------------------------------------------------------------------------------

    def state_dict(self) -> State:
        from playground.experiments.train_state import state_of

        return state_of(self)

    def load_state_dict(self, state: State) -> None:
        from playground.experiments.train_state import restore

        restore(self, state)
        restore_generator(self.altered, state["altered"])
