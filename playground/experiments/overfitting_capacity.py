"""Models of growing complexity learn the same noisy points at the same time: where is the validation error lowest?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.fields import choice, integer, number, seed, text
from playground.core.lazy import torch
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_crowd import BENDS, Crowd, Start, member_seed
from playground.experiments.overfitting_ladder import Ladder

if TYPE_CHECKING:
    from torch import Tensor

FAMILIES = {"network": "Network", "polynomial": "Polynomial"}
UNITS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50)  # the widths trained side by side
DEGREES = tuple(range(21))
REACH = 3.0  # curves are drawn up to ±REACH
LARGEST = 1e30


class Capacity(Ladder, Experiment):
    """Every width of a network (or degree of a polynomial) on the same points; one of them is looked at."""

    key: ClassVar[str] = "capacity"
    title: ClassVar[str] = "Complexity"
    page: ClassVar[str] = "overfitting"
    pace: ClassVar[str] = "frame"
    widths: ClassVar[tuple[int, ...]] = UNITS
    degrees: ClassVar[tuple[int, ...]] = DEGREES

    family: str = choice("network", FAMILIES, label="Model", help="A polynomial is solved in one go, so each step adds the next degree.")
    hidden_units: int = integer(10, UNITS[0], UNITS[-1], log=True, live=True, label="Hidden units",
                                help="Which of the networks is looked at; all ten are trained. A width between two of them shows the nearest.")  # fmt: skip
    degree: int = integer(3, 0, DEGREES[-1], live=True, label="Degree", help="Which of the polynomials is looked at.")
    curve: str = choice("sine", data.CURVES, label="True curve", help="What the points come from.")
    count: int = integer(18, 8, 200, label="Training points", help="All models learn from the same ones.")
    noise: float = number(0.4, 0.0, 1.0, step=0.05, label="Noise", help="Standard deviation of the points around the true curve.")
    layers: int = integer(1, 1, 3, label="Hidden layers", group="Training", help="Each of the width above.")
    activation: str = choice("tanh", BENDS, label="Activation", group="Training", help="ReLU draws with straight pieces.")
    learning_rate: float = number(0.03, 1e-4, 1.0, log=True, live=True, label="Learning rate", group="Training", help="Length of Adam's steps.")
    starts: int = integer(3, 1, 5, label="Starts per width", group="Training", help="Equal networks from other starting weights: how much is luck?")
    steps: int = integer(3_000, 100, 50_000, log=True, label="Steps", group="Training", help="Updates on all points, then the run ends.")
    own: str = text("", max_length=64, group="hidden", help="Digest of own points on the shelf.")
    seed: int = seed()
    data_seed: int = integer(0, 0, 999_999, label="Data seed", group="Randomness", help="Another number, another sample of points.")

    @property
    def step_limit(self) -> int:
        return self.steps if self.family == "network" else len(DEGREES)

    def sample(self) -> data.Sample:
        return data.sample(self.curve, self.count, self.noise, self.data_seed, self.own)

    def unused_controls(self) -> tuple[str, ...]:
        """Fields without effect now."""
        polynomial = ("hidden_units", "layers", "activation", "learning_rate", "starts", "steps")
        hidden = list(polynomial if self.family == "polynomial" else ("degree",))
        return (*hidden, *(("count", "noise") if self.curve == data.OWN else ()))

    def to_run(self) -> Capacity:
        return self

    def dragged(self, at: Any) -> dict[str, int]:
        """Field values after the handle on the error curves was moved to `x`."""
        place = min(self.ladder, key=lambda each: abs(np.log(max(each, 0.5)) - np.log(max(at["x"], 0.5)))) if self.family == "network" else round(at["x"])
        return {"hidden_units": place} if self.family == "network" else {"degree": int(np.clip(place, 0, DEGREES[-1]))}

    def trainer(self) -> Trainer:
        return NetworkLadder(self) if self.family == "network" else PolynomialLadder(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.overfitting_scripts import capacity

        return capacity(self, steps, changes or [])


class Ladder(Trainer):
    """What both families share: the points, and how errors are reported."""

    experiment: Capacity

    def __init__(self, experiment: Capacity):
        super().__init__(experiment)
        self.sample = experiment.sample()
        self.places = data.places()
        self._measured: tuple[int, tuple[np.ndarray, np.ndarray]] | None = None

    def errors(self) -> tuple[np.ndarray, np.ndarray]:
        """The table of the present step; metrics, view and the question whether the run diverged share one measurement."""
        if self._measured is None or self._measured[0] != self.step_count:
            self._measured = self.step_count, self.table()
        return self._measured[1]

    def table(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean squared errors (complexities, starts) on the training and on the validation points; NaN where not fitted yet."""
        raise NotImplementedError

    def fits(self) -> np.ndarray:
        """Heights (starts, PLACES) of the model looked at; NaN when it is not fitted yet."""
        raise NotImplementedError

    def metrics(self) -> Metrics:
        train, fresh = self.errors()
        place, means = self.experiment.chosen, fresh.mean(1)
        best = int(np.nanargmin(means)) if np.isfinite(means).any() else 0
        found = {"train_loss": train[place, 0], "validation_loss": fresh[place, 0], "best_complexity": self.experiment.ladder[best],
                 "best_validation": means[best], "chosen_validation": means[place], "chosen_train": train[place].mean()}  # fmt: skip
        return {name: self._plain(float(value)) for name, value in found.items()}

    def _plain(self, value: float) -> float:
        """A degree that is not fitted yet has no error; 0 stands for it in the record, which the pages never show."""
        return bounded(value) if np.isfinite(value) or self.experiment.family == "network" else 0.0

    def view(self) -> dict[str, Any]:
        """Where all models stand; curves in the points' own units.

        `complexity` (C,), and for `train` and `fresh` the mean, lowest and highest error over the starts, each (C,) float64.
        `fits` (starts, PLACES, 2) float32: the curves of the model looked at; `fit` is the first start's. `chosen`, `best`: complexities.
        """
        train, fresh = self.errors()
        done = np.isfinite(train).all(1) if self.experiment.family == "polynomial" else np.ones(len(train), bool)
        train, fresh = np.clip(train[done], 0, LARGEST), np.clip(fresh[done], 0, LARGEST)
        heights = np.clip(self.fits(), -10 * REACH, 10 * REACH)
        ladder = np.array(self.experiment.ladder, np.float64)
        best = float(ladder[done][np.nanargmin(fresh.mean(1))]) if done.any() else 0.0
        found: dict[str, Any] = {"complexity": ladder[done], "chosen": float(ladder[self.experiment.chosen]), "best": best, "known": bool(done.any())}
        found |= {"apart": found["known"] and best != found["chosen"], "at_best": found["known"] and best == found["chosen"]}
        for name, rows in (("train", train), ("fresh", fresh)):
            found |= {f"{name}_error": rows.mean(1), f"{name}_low": rows.min(1), f"{name}_high": rows.max(1)}
        fits = self.sample.own_units(self.places, heights)
        return found | {"fits": fits, "fit": fits[0].copy()}

    def scene(self) -> dict[str, Any]:
        """`train` (n, 2) and `validation` (m, 2) float32 points; `truth` (PLACES, 2), empty for own points; `noise_floor`."""
        sample = self.sample
        truth = np.zeros((0, 2), np.float32) if sample.truth is None else sample.own_units(self.places, sample.truth)
        return {"train": sample.own_units(sample.x, sample.y), "validation": sample.own_units(sample.fresh_x, sample.fresh_y), "truth": truth,
                "noise_floor": sample.noise**2 if sample.truth is not None else -1.0, "truth_known": sample.truth is not None}  # fmt: skip


class NetworkLadder(Ladder):
    """All widths and starts as one crowd, full-batch Adam."""

    def __init__(self, experiment: Capacity):
        super().__init__(experiment)
        starts = [Start((1, *(units,) * experiment.layers, 1), experiment.activation, True) for units in UNITS for _ in range(experiment.starts)]
        seeds = [member_seed(experiment.seed, number) for number in range(experiment.starts)] * len(UNITS)
        self.inputs, self.fresh = (_column(each) for each in (self.sample.x, self.sample.fresh_x))
        self.targets, self.fresh_targets = torch.from_numpy(self.sample.y), torch.from_numpy(self.sample.fresh_y)
        self.crowd = Crowd(starts, seeds, self.inputs.expand(len(starts), -1, -1).contiguous(), self.targets.expand(len(starts), -1))
        self._grid = _column(self.places)

    def advance(self, steps: int) -> None:
        self.crowd.advance(steps, self.experiment.learning_rate)
        self.step_count += steps

    def table(self) -> tuple[np.ndarray, np.ndarray]:
        shape = (len(UNITS), self.experiment.starts)
        return (self.crowd.losses(self.inputs, self.targets).reshape(shape).numpy(), self.crowd.losses(self.fresh, self.fresh_targets).reshape(shape).numpy())

    def fits(self) -> np.ndarray:
        first = self.experiment.chosen * self.experiment.starts
        return self.crowd.outputs(self._grid)[first : first + self.experiment.starts, :, 0].numpy()

    @property
    def diverged(self) -> bool:
        return not np.isfinite(self.metrics()["train_loss"])

    @property
    def stop_reason(self) -> str:
        return f"The loss left all bounds at a learning rate of {self.experiment.learning_rate:g}." if self.diverged else ""

    def state_dict(self) -> State:
        return {"step_count": self.step_count, **self.crowd.state()}

    def load_state_dict(self, state: State) -> None:
        self.step_count, self._measured = int(state["step_count"]), None
        self.crowd.load(state)


class PolynomialLadder(Ladder):
    """Step d solves the least squares of degree d − 1 on Chebyshev polynomials; the shortest solution where many are exact."""

    def __init__(self, experiment: Capacity):
        super().__init__(experiment)
        self.solutions = np.full((len(DEGREES), len(DEGREES)), np.nan)

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if self.step_count < len(DEGREES):
                degree = DEGREES[self.step_count]
                self.solutions[self.step_count, : degree + 1] = solve_polynomial(self.sample.x, self.sample.y, degree)
            self.step_count += 1

    def table(self) -> tuple[np.ndarray, np.ndarray]:
        train, fresh = np.full((len(DEGREES), 1), np.nan), np.full((len(DEGREES), 1), np.nan)
        for place in range(min(self.step_count, len(DEGREES))):
            train[place] = np.mean((self._heights(place, self.sample.x) - self.sample.y) ** 2)
            fresh[place] = np.mean((self._heights(place, self.sample.fresh_x) - self.sample.fresh_y) ** 2)
        return train, fresh

    def _heights(self, place: int, x: np.ndarray) -> np.ndarray:
        return np.polynomial.chebyshev.chebval(x, self.solutions[place, : DEGREES[place] + 1])

    def fits(self) -> np.ndarray:
        place = self.experiment.chosen
        return self._heights(place, self.places)[None] if place < self.step_count else np.full((1, len(self.places)), np.nan)

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "solutions": self.solutions.copy()}

    def load_state_dict(self, state: State) -> None:
        self._measured = None
        self.step_count, self.solutions = int(state["step_count"]), np.array(state["solutions"], np.float64)


def solve_polynomial(x: np.ndarray, y: np.ndarray, degree: int) -> np.ndarray:
    """Coefficients (degree + 1,) of the least-squares polynomial in Chebyshev form, of least norm when more than one fits best."""
    return np.linalg.lstsq(np.polynomial.chebyshev.chebvander(x, degree), y, rcond=None)[0]


def bounded(value: float) -> float:
    """A loss, infinite beyond LARGEST: a run that is there has diverged."""
    return value if abs(value) <= LARGEST else float("inf")


def _column(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float64)).unsqueeze(1)
