"""The same model fitted to many training sets: how far off is it on average, and how much does it depend on the set?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.fields import choice, integer, number, seed, text
from playground.core.lazy import torch
from playground.core.randomness import derive, numpy_stream
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import FAMILIES, LARGEST, REACH, bounded, solve_polynomial
from playground.experiments.overfitting_crowd import BENDS, Crowd, Start, member_seed
from playground.experiments.overfitting_ladder import Ladder

UNITS = (1, 2, 3, 5, 7, 10, 15, 20)
DEGREES = tuple(range(16))
DRAWS = 40  # noisy answers at every place, by which each fit's squared error is measured afresh
SHOWN = 40  # curves of the cloud that are drawn


class Variance(Ladder, Experiment):
    """Every complexity on many training sets at once; one complexity is looked at."""

    key: ClassVar[str] = "variance"
    title: ClassVar[str] = "Variance cloud"
    page: ClassVar[str] = "overfitting"
    pace: ClassVar[str] = "frame"
    widths: ClassVar[tuple[int, ...]] = UNITS
    degrees: ClassVar[tuple[int, ...]] = DEGREES

    family: str = choice("network", FAMILIES, label="Model", help="A polynomial is solved in one go, so each step adds the next training set.")
    hidden_units: int = integer(10, UNITS[0], UNITS[-1], log=True, live=True, label="Hidden units",
                                help="Which width is looked at; all eight are trained. A width between two of them shows the nearest.")  # fmt: skip
    degree: int = integer(3, 0, DEGREES[-1], live=True, label="Degree", help="Which degree is looked at; all are fitted.")
    refits: int = integer(30, 5, 100, label="Refits", help="Training sets, and as many networks of each width.")
    curve: str = choice("sine", data.CURVES, label="True curve", help="What the points come from. Own points are resampled with replacement (bootstrap).")
    count: int = integer(20, 8, 100, label="Training points", help="In every training set.")
    noise: float = number(0.4, 0.0, 1.0, step=0.05, label="Noise", help="Standard deviation of the points around the true curve.")
    activation: str = choice("tanh", BENDS, label="Activation", group="Training")
    learning_rate: float = number(0.03, 1e-4, 0.3, log=True, live=True, label="Learning rate", group="Training", help="Length of Adam's steps.")
    steps: int = integer(1_500, 100, 20_000, log=True, label="Steps", group="Training", help="Updates on all points, then the run ends.")
    own: str = text("", max_length=64, group="hidden", help="Digest of own points on the shelf.")
    seed: int = seed()

    @property
    def step_limit(self) -> int:
        return self.steps if self.family == "network" else self.refits

    def unused_controls(self) -> tuple[str, ...]:
        hidden = ("hidden_units", "activation", "learning_rate", "steps") if self.family == "polynomial" else ("degree",)
        return (*hidden, *(("count", "noise") if self.curve == data.OWN else ()))

    def to_run(self) -> Variance:
        return self

    def trainer(self) -> Trainer:
        return NetworkCloud(self) if self.family == "network" else PolynomialCloud(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.overfitting_scripts import variance

        return variance(self, steps, changes or [])

    def sample(self) -> data.Sample:
        """One training set with fresh points, for the ends of the axes and, of own points, the units."""
        return data.sample(self.curve, self.count, self.noise, self.seed, self.own)

    def stream_seed(self, refit: int) -> int:
        """The seed of one training set."""
        return derive(self.seed, "set", refit)

    def training_set(self, refit: int) -> tuple[np.ndarray, np.ndarray]:
        """One training set: drawn afresh from the true curve, or from own points with replacement."""
        if self.curve != data.OWN:
            return data.draw(self.curve, self.count, self.noise, self.stream_seed(refit))
        sample = self.sample()
        rows = np.sort(np.random.default_rng(self.stream_seed(refit)).integers(0, len(sample.x), len(sample.x)))
        return sample.x[rows], sample.y[rows]


@dataclass(frozen=True, eq=False)
class Split:
    """Expected squared error taken apart at every place; arrays (..., places).

    mean: of the fits. bias2: its squared distance from the truth. variance: mean squared distance of the fits from it.
    Identity: E(y − fit)² = noise² + bias² + variance (Geman et al. 1992, eq. 3.10; Hastie et al. 2009, eq. 7.9).
    """

    mean: np.ndarray
    bias2: np.ndarray
    variance: np.ndarray


def take_apart(fits: np.ndarray, truth: np.ndarray) -> Split:
    """Of fits (..., refits, places) around a truth (places,). Mean and variance are over these very refits (divided by their number),
    so that mean (fit − truth)² = bias² + variance exactly."""
    mean = fits.mean(-2)
    return Split(mean, (mean - truth) ** 2, ((fits - mean[..., None, :]) ** 2).mean(-2))


class Cloud(Trainer):
    """What both families share: where fits are judged and how their error is taken apart.

    Fits of a known curve are judged at `places()` against the curve and against DRAWS fresh noisy answers there. Own points have
    no known curve: they are judged at the points held back, and what is squared bias and what is noise cannot be told apart.
    """

    experiment: Variance

    def __init__(self, experiment: Variance):
        super().__init__(experiment)
        self.sets = [experiment.training_set(refit) for refit in range(experiment.refits)]
        self.known = experiment.curve != data.OWN
        self.places, self.sample = data.places(), experiment.sample()
        if self.known:
            self.judged, self.truth = self.places, data.TRUTHS[experiment.curve].height(self.places)
            stream = numpy_stream(experiment.seed, "answers")
            self.answers = self.truth + experiment.noise * stream.normal(size=(experiment.refits, DRAWS, len(self.places)))
        else:
            self.judged, self.truth = self.sample.fresh_x, self.sample.fresh_y
            self.answers = np.broadcast_to(self.truth, (experiment.refits, 1, len(self.truth)))

        self._judged: tuple[int, np.ndarray] | None = None

    def judgements(self) -> np.ndarray:
        """Heights of all fits where they are judged, at the present step; metrics and view share them."""
        if self._judged is None or self._judged[0] != self.step_count:
            self._judged = self.step_count, self.heights(self.judged)
        return self._judged[1]

    def heights(self, x: np.ndarray) -> np.ndarray:
        """(complexities, refits fitted so far, len(x)) float64."""
        raise NotImplementedError

    def looked_at(self) -> np.ndarray:
        """(refits fitted so far, places judged): the fits of the complexity looked at."""
        return self.judgements()[self.experiment.chosen]

    def train_losses(self) -> np.ndarray:
        """(refits fitted so far,) of the complexity looked at."""
        raise NotImplementedError

    def metrics(self) -> Metrics:
        names = ("train_loss", "bias2", "variance", "noise", "total", "expected_loss", "expected_error_spread", "refits")
        fits = self.looked_at()
        if not len(fits):
            return dict.fromkeys(names, 0.0)
        parts = take_apart(fits, self.truth)
        errors = ((self.answers[: len(fits)] - fits[:, None]) ** 2).mean((1, 2))
        noise = self.experiment.noise**2 if self.known else 0.0
        bias2, variance = float(parts.bias2.mean()), float(parts.variance.mean())
        values = (float(self.train_losses().mean()), bias2, variance, noise, bias2 + variance + noise, float(errors.mean()),
                  self._spread(fits), float(len(fits)))  # fmt: skip
        return {name: bounded(value) for name, value in zip(names, values, strict=True)}

    def _spread(self, fits: np.ndarray) -> float:
        """Standard error of the measured expected error against the sum, from the finite number of noisy answers.

        Each answer adds ε² − σ² + 2 ε (truth − fit), of variance 2σ⁴ + 4σ²(truth − fit)² for normal ε; 0 for own points.
        """
        if not self.known:
            return 0.0
        noise2 = self.experiment.noise**2
        count = len(fits) * DRAWS * len(self.places)
        return float(np.sqrt((2 * noise2**2 + 4 * noise2 * np.mean((fits - self.truth) ** 2)) / count))

    def view(self) -> dict[str, Any]:
        """`cloud` (refits shown, PLACES, 2) and `mean` (PLACES, 2) float32 of the complexity looked at; `bias2_at`, `variance_at`, `noise_at` at `judged`,
        float64; by `complexity` (C,): `bias2_by`, `variance_by`, `total_by` (float64). `chosen`, `best`: complexities; `example` points (n, 2)."""
        fits = self.judgements()
        drawn = fits if self.known else self.heights(self.places)
        count = fits.shape[1]
        ladder, place = np.array(self.experiment.ladder, np.float64), self.experiment.chosen
        noise = self.experiment.noise**2 if self.known else 0.0
        if not count:
            fits, drawn = np.full((len(ladder), 1, len(self.judged)), np.nan), np.full((len(ladder), 1, len(self.places)), np.nan)
        fits, drawn = np.clip(fits, -1e12, 1e12), np.clip(drawn[place], -10 * REACH, 10 * REACH)
        parts = take_apart(fits, self.truth)
        bias2, variance = parts.bias2.mean(1), parts.variance.mean(1)
        total = bias2 + variance + noise
        best = float(ladder[np.nanargmin(total)]) if count else 0.0
        own, x = self.sample.own_units, self.sample.origin[0] + self.sample.scale[0] * self.judged
        return {
            "cloud": own(self.places, drawn[:SHOWN]), "mean": own(self.places, drawn.mean(0)), "judged": x, "bias2_at": parts.bias2[place], "variance_at": parts.variance[place],
            "noise_at": np.full(len(self.judged), noise), "complexity": ladder, "bias2_by": bias2, "variance_by": variance, "total_by": total,
            "chosen": float(ladder[place]), "best": best, "known": count > 0,
            "apart": count > 0 and float(ladder[place]) != best, "at_best": count > 0 and float(ladder[place]) == best, "example": own(*self.sets[0]),
        }  # fmt: skip

    def scene(self) -> dict[str, Any]:
        """`truth` (PLACES, 2) float32, empty for own points; `held_back` (m, 2) own points that the fits are judged at, else empty."""
        pairs = self.sample.own_units(self.judged, self.truth)
        nothing = np.zeros((0, 2), np.float32)
        return {"truth": pairs if self.known else nothing, "held_back": nothing if self.known else pairs, "own_points": not self.known}


class NetworkCloud(Cloud):
    """All widths and refits as one crowd, full-batch Adam. Refit number r of every width has the same training set."""

    def __init__(self, experiment: Variance):
        super().__init__(experiment)
        starts = [Start((1, units, 1), experiment.activation, True) for units in UNITS for _ in self.sets]
        seeds = [member_seed(experiment.seed, refit) for refit in range(len(self.sets))] * len(UNITS)
        x, y = (torch.from_numpy(np.stack([each[i] for each in self.sets])) for i in (0, 1))
        self.crowd = Crowd(starts, seeds, x.unsqueeze(2).repeat(len(UNITS), 1, 1), y.repeat(len(UNITS), 1))

    def advance(self, steps: int) -> None:
        self.crowd.advance(steps, self.experiment.learning_rate)
        self.step_count += steps

    def heights(self, x: np.ndarray) -> np.ndarray:
        return self.crowd.outputs(torch.from_numpy(np.array(x)).unsqueeze(1))[:, :, 0].reshape(len(UNITS), -1, len(x)).numpy()

    def looked_at(self) -> np.ndarray:
        return self.crowd.outputs(torch.from_numpy(np.array(self.judged)).unsqueeze(1), self._members)[:, :, 0].numpy()

    @property
    def _members(self) -> slice:
        """The networks of the width looked at: all others would only cost time when measuring."""
        first = self.experiment.chosen * len(self.sets)
        return slice(first, first + len(self.sets))

    def train_losses(self) -> np.ndarray:
        here = self._members
        return self.crowd.losses(self.crowd.inputs[here], self.crowd.targets[here], here).numpy()

    @property
    def diverged(self) -> bool:
        return not bool(torch.isfinite(self.crowd.network.flat).all()) or float(self.crowd.network.flat.abs().max()) > LARGEST

    @property
    def stop_reason(self) -> str:
        return f"A network left all bounds at a learning rate of {self.experiment.learning_rate:g}." if self.diverged else ""

    def state_dict(self) -> State:
        return {"step_count": self.step_count, **self.crowd.state()}

    def load_state_dict(self, state: State) -> None:
        self.step_count, self._judged = int(state["step_count"]), None
        self.crowd.load(state)


class PolynomialCloud(Cloud):
    """Step r solves every degree on training set number r."""

    def __init__(self, experiment: Variance):
        super().__init__(experiment)
        self.solutions = np.zeros((len(DEGREES), 0, len(DEGREES)))

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if self.step_count < len(self.sets):
                found = np.zeros((len(DEGREES), 1, len(DEGREES)))
                for place, degree in enumerate(DEGREES):
                    found[place, 0, : degree + 1] = solve_polynomial(*self.sets[self.step_count], degree)
                self.solutions = np.concatenate([self.solutions, found], 1)
            self.step_count += 1

    def heights(self, x: np.ndarray) -> np.ndarray:
        return self.solutions @ np.polynomial.chebyshev.chebvander(x, DEGREES[-1]).T

    def train_losses(self) -> np.ndarray:
        pairs = zip(self.sets, self.solutions[self.experiment.chosen], strict=False)
        return np.array([np.mean((np.polynomial.chebyshev.chebval(x, solution) - y) ** 2) for (x, y), solution in pairs])

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "solutions": self.solutions.copy()}

    def load_state_dict(self, state: State) -> None:
        self._judged = None
        self.step_count, self.solutions = int(state["step_count"]), np.array(state["solutions"], np.float64)
