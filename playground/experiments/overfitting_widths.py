"""Networks from 1 to 48 hidden units, trained to the end on the same few mislabelled digits: double descent in trained networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.fields import choice, integer, number, seed
from playground.core.lazy import torch
from playground.core.randomness import numpy_stream
from playground.experiments.overfitting_capacity import LARGEST, bounded
from playground.experiments.overfitting_crowd import BENDS, Crowd, Start, member_seed
from playground.experiments.overfitting_tables import table

if TYPE_CHECKING:
    from torch import Tensor

UNITS = (1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 48)
TEST = 400
CHECK = 40  # steps between two looks at the test error, for the lowest one on the way
LEARNT = 0.01  # mean squared error below which the training labels of ±1 count as learnt by heart


class WidthSweep(Experiment):
    """Is a digit below five? Every width learns it from the same examples, some of them mislabelled, all weights trained."""

    key: ClassVar[str] = "width_sweep"
    title: ClassVar[str] = "Double descent of networks"
    page: ClassVar[str] = "overfitting"
    pace: ClassVar[str] = "frame"

    label_noise: float = number(0.2, 0.0, 0.5, step=0.05, label="Label noise", help="Share of the training labels turned round. Test labels are the true ones.")
    decay: float = number(0.0, 0.0, 10.0, log=True, live=True, label="Weight decay", help="Shrinks every weight by rate · λ in each update.")
    looked_at: int = integer(6, UNITS[0], UNITS[-1], log=True, live=True, label="Hidden units looked at", help="The nearest of the twelve widths is shown.")
    count: int = integer(200, 40, 300, step=20, label="Training digits", help="All networks learn from the same ones; each start has a set of its own.")
    starts: int = integer(3, 1, 5, label="Repeats", group="Training", help="Networks of each width, each with its own digits and starting weights.")
    activation: str = choice("tanh", BENDS, label="Activation", group="Training")
    learning_rate: float = number(0.01, 1e-4, 0.1, log=True, live=True, label="Learning rate", group="Training", help="Length of Adam's steps.")
    steps: int = integer(1_000, 100, 10_000, log=True, label="Steps", group="Training", help="Updates on all digits, then the run ends.")
    seed: int = seed()

    @property
    def chosen(self) -> int:
        return min(range(len(UNITS)), key=lambda place: abs(UNITS[place] - self.looked_at))

    def unused_controls(self) -> tuple[str, ...]:
        return ()

    def to_run(self) -> WidthSweep:
        return self

    def examples(self, repeat: int) -> tuple[np.ndarray, np.ndarray]:
        """Row numbers of the digits of one repeat, and which of their labels are turned round."""
        stream = numpy_stream(self.seed, "examples", repeat)
        rows = stream.permutation(len(table("digits", 0.0, 0).inputs))[: self.count]
        return rows, stream.permutation(self.count) < round(self.label_noise * self.count)

    def trainer(self) -> Trainer:
        return WidthTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.overfitting_width_script import widths

        return widths(self, steps, changes or [])


def parameters(units: int) -> int:
    """Weights and biases of a network with that many hidden units."""
    return 66 * units + 1


class WidthTrainer(Trainer):
    """All widths and repeats as one crowd, full-batch Adam on the squared error against ±1."""

    experiment: WidthSweep

    def __init__(self, experiment: WidthSweep):
        super().__init__(experiment)
        digits = table("digits", 0.0, 0)
        side = lambda targets: np.where(targets < 5, 1.0, -1.0)
        chosen = [experiment.examples(repeat) for repeat in range(experiment.starts)]
        inputs = torch.from_numpy(np.stack([digits.inputs[rows] for rows, _ in chosen]))
        targets = torch.from_numpy(np.stack([side(digits.targets[rows]) * np.where(turned, -1, 1) for rows, turned in chosen]))
        self.test_inputs, self.test_targets = torch.from_numpy(digits.kept_inputs[:TEST]), torch.from_numpy(side(digits.kept_targets[:TEST]))
        starts = [Start((64, units, 1), experiment.activation) for units in UNITS for _ in chosen]
        seeds = [member_seed(experiment.seed, repeat) for repeat in range(len(chosen))] * len(UNITS)
        self.crowd = Crowd(starts, seeds, inputs.repeat(len(UNITS), 1, 1), targets.repeat(len(UNITS), 1))
        self.lowest = self._test()[0]
        self._measured: tuple[int, tuple[np.ndarray, np.ndarray, np.ndarray]] | None = None

    def advance(self, steps: int) -> None:
        with torch.inference_mode():
            for _ in range(steps):
                self._step()

    def _step(self) -> None:
        crowd, now = self.crowd, self.experiment
        gradient = crowd.gradient(crowd.inputs, crowd.targets)
        if now.decay:
            crowd.network.flat.addcmul_(crowd.network.flat, crowd.mask, value=-min(1.0, now.learning_rate * now.decay))
        crowd.update(gradient, now.learning_rate)
        self.step_count += 1
        if self.step_count % CHECK == 0:
            self.lowest = np.fmin(self.lowest, self._test()[0])

    def _test(self) -> tuple[np.ndarray, np.ndarray]:
        """Squared error and share of wrong answers on the test digits, each (widths, repeats)."""
        outputs: Tensor = self.crowd.outputs(self.test_inputs)[:, :, 0]
        squared = (outputs - self.test_targets).square().mean(1)
        wrong = ((outputs > 0) != (self.test_targets > 0)).double().mean(1)
        return squared.reshape(len(UNITS), -1).numpy(), wrong.reshape(len(UNITS), -1).numpy()

    def errors(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Training error, test error and share of wrong answers, each (widths, repeats), at the present step."""
        if self._measured is None or self._measured[0] != self.step_count:
            train = self.crowd.losses(self.crowd.inputs, self.crowd.targets).reshape(len(UNITS), -1).numpy()
            self._measured = self.step_count, (train, *self._test())
        return self._measured[1]

    def metrics(self) -> Metrics:
        crowd, repeats = self.crowd, self.experiment.starts
        first, last = self.experiment.chosen * repeats, (len(UNITS) - 1) * repeats
        here = slice(first, first + repeats)  # all of them would take as long as several steps
        outputs = crowd.outputs(self.test_inputs, here)[:, :, 0]
        found = {"train_loss": crowd.losses(crowd.inputs[here], crowd.targets[here], here), "test_loss": (outputs - self.test_targets).square(),
                 "wrong": ((outputs > 0) != (self.test_targets > 0)).double(), "lowest_test": self.lowest[self.experiment.chosen],
                 "widest_test": crowd.losses(self.test_inputs, self.test_targets, slice(last, last + repeats))}  # fmt: skip
        return {name: bounded(float(value.mean())) for name, value in found.items()}

    def view(self) -> dict[str, Any]:
        """By `units` (W,): mean, lowest and highest over the repeats of `train` and `test`; `wrong_mean`; `lowest_mean`, the lowest test error on
        the way. `chosen`, `peak_units`; `threshold`: the smallest width from which on all training labels are learnt by heart, 0 when none is."""
        train, test, wrong = (np.clip(np.nan_to_num(values, nan=LARGEST), 0, LARGEST) for values in self.errors())
        learnt = train.mean(1) < LEARNT
        from_here = [place for place in range(len(UNITS)) if learnt[place:].all()]
        found: dict[str, Any] = {"units": np.array(UNITS, np.float64), "wrong_mean": wrong.mean(1), "lowest_mean": np.clip(self.lowest.mean(1), 0, LARGEST),
                                 "chosen": float(UNITS[self.experiment.chosen]), "peak_units": float(UNITS[int(test.mean(1).argmax())]),
                                 "threshold": float(UNITS[from_here[0]]) if from_here else 0.0, "crossed": bool(from_here)}  # fmt: skip
        for name, rows in (("train", np.maximum(train, 1e-12)), ("test", test)):
            found |= {f"{name}_mean": rows.mean(1), f"{name}_low": rows.min(1), f"{name}_high": rows.max(1)}
        return found

    def scene(self) -> dict[str, Any]:
        return {"parameters": np.array([parameters(units) for units in UNITS], np.float64), "examples": self.experiment.count}

    @property
    def diverged(self) -> bool:
        return not float(self.crowd.network.flat.abs().max()) <= LARGEST  # NaN is not

    @property
    def stop_reason(self) -> str:
        return f"A network left all bounds at a learning rate of {self.experiment.learning_rate:g}." if self.diverged else ""

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "lowest": self.lowest.copy(), **self.crowd.state()}

    def load_state_dict(self, state: State) -> None:
        self.step_count, self._measured = int(state["step_count"]), None
        self.lowest = np.array(state["lowest"], np.float64)
        self.crowd.load(state)
