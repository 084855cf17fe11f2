"""The same model trained on more and more examples: would more data help?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.fields import choice, integer, number, seed, text
from playground.core.lazy import torch
from playground.core.randomness import derive
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import bounded
from playground.experiments.overfitting_crowd import BENDS, Crowd, Start, member_seed
from playground.experiments.overfitting_tables import TABLES, Table, table

if TYPE_CHECKING:
    from torch import Tensor

MODELS = {"linear": "Linear", "network": "Network"}
SIZES = 9  # places on a learning curve
SMALLEST = 8
LOSSES = {"multiclass": "cross_entropy", "binary": "bce", "regression": "mse"}


class LearningCurve(Experiment):
    """For each amount of data several fits on different examples, trained together; one amount after the other."""

    key: ClassVar[str] = "learning_curve"
    title: ClassVar[str] = "Learning curves"
    page: ClassVar[str] = "overfitting"
    pace: ClassVar[str] = "frame"

    dataset: str = choice("digits", TABLES, label="Data", help="Three tables that ship with scikit-learn, two made up, or your own points.")
    model: str = choice("network", MODELS, label="Model", help="Linear: no hidden layer, that is logistic or linear regression.")
    hidden_units: int = integer(24, 1, 64, label="Hidden units", help="In one hidden layer.")
    largest: int = integer(1_000, SMALLEST, 2_000, log=True, label="Most examples", help="The right end of the curve; no more than the table has.")
    repeats: int = integer(5, 2, 12, label="Repeats", help="Fits for each amount, each on other examples and from other starting weights.")
    noise: float = number(0.4, 0.0, 1.0, step=0.05, label="Noise", help="Of the made-up data.")
    decay: float = number(0.0, 0.0, 1.0, log=True, label="Weight decay", group="Training", help="Shrinks every weight a little in each update.")
    activation: str = choice("relu", BENDS, label="Activation", group="Training")
    learning_rate: float = number(0.02, 1e-4, 0.3, log=True, label="Learning rate", group="Training", help="Length of Adam's steps.")
    updates: int = integer(120, 10, 2_000, log=True, label="Updates per fit", group="Training", help="Full-batch updates of every fit.")
    own: str = text("", max_length=64, group="hidden", help="Digest of own points on the shelf.")
    seed: int = seed()
    data_seed: int = integer(0, 0, 999_999, label="Data seed", group="Randomness", help="Another number: other rows are kept apart.")

    def check(self) -> None:
        if self.dataset == data.OWN:
            data.own_rows(self.own)

    @property
    def curve(self) -> str:
        return self.dataset

    @property
    def step_limit(self) -> int:
        return SIZES * self.updates

    def table(self) -> Table:
        return table(self.dataset, self.noise, self.data_seed, self.own)

    def sizes(self) -> tuple[int, ...]:
        """Amounts of data, spaced by factors; SIZES of them, fewer only when there is too little data to tell them apart."""
        most = min(self.largest, len(self.table().inputs))
        spaced = np.geomspace(min(SMALLEST, most), most, SIZES).round().astype(int)
        return tuple(int(each) for each in spaced)

    def unused_controls(self) -> tuple[str, ...]:
        hidden = ("hidden_units", "activation") if self.model == "linear" else ()
        return (*hidden, *(("noise",) if self.dataset not in ("moons", "waves") else ()))

    def to_run(self) -> LearningCurve:
        return self

    def trainer(self) -> Trainer:
        return LearningTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.overfitting_scripts import learning

        return learning(self, steps)

    def start(self, features: int, outputs: int) -> Start:
        hidden = (self.hidden_units,) if self.model == "network" else ()
        return Start((features, *hidden, outputs), self.activation, features == 1 and bool(hidden))

    def rows(self, repeat: int, total: int) -> np.ndarray:
        """The order in which one repeat takes the examples: a larger amount contains the smaller ones."""
        return np.random.default_rng(derive(self.seed, "rows", repeat)).permutation(total)


class LearningTrainer(Trainer):
    """Takes the amounts in order; a step is one update of all repeats of the present amount."""

    experiment: LearningCurve

    def __init__(self, experiment: LearningCurve):
        super().__init__(experiment)
        self.table, self.sizes = experiment.table(), experiment.sizes()
        self.orders = [experiment.rows(repeat, len(self.table.inputs)) for repeat in range(experiment.repeats)]
        self.errors = np.full((2, SIZES, experiment.repeats), np.nan)  # train and kept apart, once an amount is done
        self.place = -1
        self._begin(0)

    def _begin(self, place: int) -> None:
        """The crowd of one amount of data, at its starting weights."""
        experiment, found, size = self.experiment, self.table, self.sizes[place]
        self.place = place
        inputs, kept, targets = [], [], []
        for order in self.orders:
            rows = order[:size]
            mean, spread = np.zeros(1), np.ones(1)
            if found.rescale:
                mean, spread = found.inputs[rows].mean(0), np.maximum(found.inputs[rows].std(0), 1e-9)
            inputs.append((found.inputs[rows] - mean) / spread)
            kept.append((found.kept_inputs - mean) / spread)
            targets.append(found.targets[rows])
        own = np.stack(targets)
        self.shift, self.scale = np.zeros((len(own), 1)), np.ones((len(own), 1))
        if found.task == "regression":  # the network learns standardised answers, by its own examples alone
            self.shift, self.scale = own.mean(1, keepdims=True), np.maximum(own.std(1, keepdims=True), 1e-9)
        start = experiment.start(found.inputs.shape[1], found.outputs)
        seeds = [member_seed(experiment.seed, repeat) for repeat in range(experiment.repeats)]
        self.crowd = Crowd([start] * experiment.repeats, seeds, torch.from_numpy(np.stack(inputs)), self._targets(own), LOSSES[found.task])
        self.kept_inputs = torch.from_numpy(np.stack(kept))
        self.kept_targets = self._targets(np.broadcast_to(found.kept_targets, (len(own), len(found.kept_targets))))

    def _targets(self, values: np.ndarray) -> Tensor:
        if self.table.task == "multiclass":
            return torch.from_numpy(values.astype(np.int64))
        return torch.from_numpy((values - self.shift) / self.scale)

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if self.step_count < SIZES * self.experiment.updates:
                self._step()
            self.step_count += 1

    def _step(self) -> None:
        place = self.step_count // self.experiment.updates
        if place != self.place:
            self._begin(place)
        crowd = self.crowd
        with torch.inference_mode():
            gradient = crowd.gradient(crowd.inputs, crowd.targets)
            if self.experiment.decay:
                crowd.network.flat.addcmul_(crowd.network.flat, crowd.mask, value=-self.experiment.learning_rate * self.experiment.decay)
            crowd.update(gradient, self.experiment.learning_rate)
        if (self.step_count + 1) % self.experiment.updates == 0:
            self.errors[:, place] = self._now()

    def _now(self) -> np.ndarray:
        """Errors (2, repeats) of the present crowd: share of wrong classes, or root mean squared error in the targets' own units."""
        rows = ((self.crowd.inputs, self.crowd.targets), (self.kept_inputs, self.kept_targets))
        return np.stack([self._error(self.crowd.outputs(inputs), targets) for inputs, targets in rows])

    def _error(self, outputs: Tensor, targets: Tensor) -> np.ndarray:
        if self.table.task == "multiclass":
            return (outputs.argmax(2) != targets).double().mean(1).numpy()
        if self.table.task == "binary":
            return ((outputs[:, :, 0] > 0) != (targets > 0.5)).double().mean(1).numpy()
        return (outputs[:, :, 0] - targets).square().mean(1).sqrt().numpy() * self.scale[:, 0]

    def metrics(self) -> Metrics:
        crowd = self.crowd
        losses = {"train_loss": crowd.losses(crowd.inputs, crowd.targets), "validation_loss": crowd.losses(self.kept_inputs, self.kept_targets)}
        errors = self._now().mean(1)
        return {name: bounded(float(values.mean())) for name, values in losses.items()} | {
            "examples": float(self.sizes[self.place]), "train_error": bounded(float(errors[0])), "validation_error": bounded(float(errors[1])),
        }  # fmt: skip

    def view(self) -> dict[str, Any]:
        """By `size`, the amounts so far, the present one last and unfinished: mean, lowest and highest error over the repeats, `train_mean`,
        `train_low`, `train_high`, `kept_mean`, `kept_low`, `kept_high`, each (S,) float64, and `kept_runs` (S, repeats).
        `finished`: how many amounts are done."""
        done = np.isfinite(self.errors[0]).all(1)
        shown = np.flatnonzero(done)
        errors, sizes = self.errors[:, shown], [self.sizes[place] for place in shown]
        if self.place not in shown:
            errors, sizes = np.concatenate([errors, self._now()[:, None]], 1), [*sizes, self.sizes[self.place]]
        found: dict[str, Any] = {"size": np.array(sizes, np.float64), "finished": len(shown), "kept_runs": errors[1].copy()}
        for name, rows in zip(("train", "kept"), errors, strict=True):
            found |= {f"{name}_mean": rows.mean(1), f"{name}_low": rows.min(1), f"{name}_high": rows.max(1)}
        return found

    def scene(self) -> dict[str, Any]:
        return {"sizes": np.array(self.sizes, np.float64), "kept": len(self.table.kept_targets)}

    @property
    def diverged(self) -> bool:
        return not bool(torch.isfinite(self.crowd.network.flat).all())

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "place": self.place, "errors": self.errors.copy(), **self.crowd.state()}

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        self.errors = np.array(state["errors"], np.float64)
        self._begin(int(state["place"]))
        self.crowd.load(state)
