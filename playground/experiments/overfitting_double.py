"""Least squares on more and more features: the test error peaks where they just suffice to fit every training label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.fields import choice, integer, number, seed
from playground.core.lazy import torch
from playground.core.randomness import derive, numpy_stream
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import REACH, bounded
from playground.experiments.overfitting_tables import table

if TYPE_CHECKING:
    from torch import Tensor

TASKS = {"digits": "Handwritten digits", "waves": "Waves (a curve)", "sine": "Sine (a curve)"}
BENDS = {"relu": "ReLU", "fourier": "Fourier"}
TEST = 500  # examples that the error is measured on, with their true labels
SHARES = (0.05, 0.08, 0.12, 0.18, 0.26, 0.36, 0.48, 0.6, 0.7, 0.78, 0.85, 0.9, 0.94, 0.97, 1.0, 1.03, 1.06, 1.1, 1.16, 1.24, 1.35, 1.5,
          1.7, 2.0, 2.4, 3.0, 3.8, 5.0, 6.5, 8.0, 10.0)  # fmt: skip  # numbers of features, as shares of the training examples
LENGTH = 5.0  # distance of digits over which Fourier features vary


class DoubleDescent(Experiment):
    """Minimum-norm or ridge least squares on N features, for N from far below to far above the number of examples."""

    key: ClassVar[str] = "double_descent"
    title: ClassVar[str] = "Double descent"
    page: ClassVar[str] = "overfitting"
    pace: ClassVar[str] = "step"

    task: str = choice("digits", TASKS, label="Data", help="What is learnt.")
    count: int = integer(100, 20, 200, step=10, label="Training examples", help="n: the peak stands where there are as many features.")
    label_noise: float = number(0.2, 0.0, 1.0, step=0.05, live=True, label="Label noise",
                                help="Digits: share of training labels replaced at random. Curves: standard deviation. Test labels are the true ones.")  # fmt: skip
    ridge: float = number(0.0, 0.0, 10.0, log=True, live=True, label="Ridge λ", help="Adds λ · Σw² to the sum of squared errors; 0 takes the shortest exact fit.")
    looked_at: int = integer(300, 1, 2_000, log=True, live=True, label="Features looked at", help="Their number; the nearest that is fitted is shown.")
    features: str = choice("relu", BENDS, label="Random features", group="Features", help="max(0, w·x + b) or √2 cos(w·x + b), with w and b drawn once.")
    repeats: int = integer(5, 2, 10, label="Repeats", group="Features", help="Draws of features and training examples for each number of features.")
    seed: int = seed()

    @property
    def curve(self) -> bool:
        """Whether one number is predicted from one number."""
        return self.task != "digits"

    def ladder(self) -> tuple[int, ...]:
        """Numbers of features, rising."""
        return tuple(sorted({max(1, round(share * self.count)) for share in SHARES}))

    def order(self) -> tuple[int, ...]:
        """Places of the ladder in the order they are fitted: from coarse to fine, so that the shape shows early."""
        count = len(self.ladder())
        bits = (count - 1).bit_length()
        turned = [int(format(number, f"0{bits}b")[::-1], 2) for number in range(2**bits)]
        return tuple(each for each in turned if each < count)

    @property
    def step_limit(self) -> int:
        return len(self.ladder())

    def to_run(self) -> DoubleDescent:
        return self

    def unused_controls(self) -> tuple[str, ...]:
        return ("features",) if self.curve else ()

    def dragged(self, at: Any) -> dict[str, int]:
        return {"looked_at": min(self.ladder(), key=lambda each: abs(np.log(each) - np.log(max(at["x"], 1e-3))))}

    def trainer(self) -> Trainer:
        return DoubleDescentTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.overfitting_scripts import double

        now = self
        for change in changes or []:
            now = now.changed(**change.values)
        return double(now, steps)

    def feature_seed(self, repeat: int, count: int) -> int:
        return derive(self.seed, "features", repeat, count)

    def expand(self, inputs: Tensor, count: int, repeat: int) -> Tensor:
        """The features (N, count) of inputs (N, d): random ones of digits, cosines of the one input of a curve."""
        if self.curve:
            return cosines(inputs, count)
        width = 1 / LENGTH if self.features == "fourier" else 64**-0.5
        return random_features(inputs, count, width, self.features, self.feature_seed(repeat, count))


@dataclass(frozen=True, eq=False)
class Case:
    """One training set with its test examples: inputs (n, d), clean answers (n, outputs), noise (n, outputs) to be mixed in."""

    inputs: Tensor
    clean: Tensor
    wrong: Tensor  # digits: the labels a mistaken teacher would give; curves: standard normal noise
    rank: Tensor  # (n,) in [0, 1): an example's label is wrong once the noise exceeds this
    test_inputs: Tensor
    test_answers: Tensor

    def answers(self, noise: float, curve: bool) -> Tensor:
        """Training answers (n, outputs) under that much label noise."""
        return self.clean + noise * self.wrong if curve else torch.where((self.rank < noise).unsqueeze(1), self.wrong, self.clean)


def case(experiment: DoubleDescent, repeat: int) -> Case:
    """The examples of one repeat; digits are centred and answered by one-hot rows minus their mean of 0.1."""
    stream, count = numpy_stream(experiment.seed, "examples", repeat), experiment.count
    tensor = lambda values: torch.from_numpy(np.ascontiguousarray(values, np.float64))
    if experiment.curve:
        height = data.TRUTHS[experiment.task].height
        x = (np.arange(count) + stream.uniform(size=count)) / count * 2 - 1  # one in each of n equal cells: gaps would make the peak endless
        noise, test = stream.normal(size=count), np.linspace(-1, 1, TEST)
        return Case(tensor(x[:, None]), tensor(height(x)[:, None]), tensor(noise[:, None]), torch.zeros(count), tensor(test[:, None]), tensor(height(test)[:, None]))
    found = table("digits", 0.0, 0)
    rows, wrong, rank = stream.permutation(len(found.inputs))[:count], stream.integers(0, 10, count), stream.permutation(count) / count
    one_hot = lambda labels: np.eye(10)[np.asarray(labels, np.int64)] - 0.1
    centre = found.inputs.mean(0)
    return Case(tensor(found.inputs[rows] - centre), tensor(one_hot(found.targets[rows])), tensor(one_hot(wrong)), tensor(rank),
                tensor(found.kept_inputs[:TEST] - centre), tensor(one_hot(found.kept_targets[:TEST])))  # fmt: skip


def random_features(inputs: Tensor, count: int, width: float, bend: str, stream_seed: int) -> Tensor:
    """(N, count) float64 features of inputs (N, d), divided by √count, so that more of them approach a kernel (Rahimi and Recht 2007)."""
    stream = torch.Generator().manual_seed(stream_seed)
    weights = width * torch.randn(inputs.shape[1], count, generator=stream, dtype=torch.float64)
    shifts = torch.rand(count, generator=stream, dtype=torch.float64)
    if bend == "fourier":
        return 2**0.5 * torch.cos(inputs @ weights + 2 * torch.pi * shifts) / count**0.5
    return torch.relu(inputs @ weights + (2 * shifts - 1) * width) / count**0.5


def cosines(inputs: Tensor, count: int) -> Tensor:
    """(N, count): cos(π k (x + 1) / 2) / (1 + k) for k = 0 … count − 1; the division makes the shortest fit also a smooth one."""
    k = torch.arange(count, dtype=torch.float64)
    return torch.cos(torch.pi * k * (inputs + 1) / 2) / (1 + k)


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Features by their singular value decomposition Φ = U S Vᵀ: every ridge and every answer is then a product away.

    Attributes:
        left: U (n, r). values: S (r,). test: Φ_test V (m, r). Singular values below the rounding error are left out, as lstsq does.
    """

    left: Tensor
    values: Tensor
    test: Tensor

    def fit(self, answers: Tensor, ridge: float) -> tuple[Tensor, Tensor, float]:
        """Predictions on the training (n, outputs) and the test examples (m, outputs), and the norm of the weights.

        w = V diag(s / (s² + λ)) Uᵀ y minimises ‖Φw − y‖² + λ ‖w‖²; at λ = 0 it is the shortest of the best fits.
        """
        parts = self.left.T @ answers
        weights = (self.values / (self.values**2 + ridge)).unsqueeze(1) * parts
        return self.left @ (self.values.unsqueeze(1) * weights), self.test @ weights, float(weights.norm())


def spectrum(train: Tensor, test: Tensor) -> Spectrum:
    """The decomposition of training features (n, N), and the test features (m, N) seen in it."""
    left, values, right = torch.linalg.svd(train, full_matrices=False)
    kept = values > values[0] * max(train.shape) * torch.finfo(train.dtype).eps
    return Spectrum(left[:, kept], values[kept], test @ right[kept].T)


class DoubleDescentTrainer(Trainer):
    """Each step fits one number of features, in all repeats."""

    experiment: DoubleDescent

    def __init__(self, experiment: DoubleDescent):
        super().__init__(experiment)
        self.cases = [case(experiment, repeat) for repeat in range(experiment.repeats)]
        self.ladder, self.order = experiment.ladder(), experiment.order()
        self.spectra: dict[int, list[Spectrum]] = {}
        self.measured: dict[int, np.ndarray] = {}

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if self.step_count < len(self.order):
                place = self.order[self.step_count]
                self.measured[place] = self._measure(place)
            self.step_count += 1

    def apply(self, before: Experiment) -> None:
        moved = self.experiment.differences(before)
        if "ridge" in moved or "label_noise" in moved:
            self.measured = {place: self._measure(place) for place in self.measured}

    def _spectra(self, place: int) -> list[Spectrum]:
        if place not in self.spectra:
            self.spectra[place] = [self._decompose(repeat, self.ladder[place]) for repeat in range(len(self.cases))]
        return self.spectra[place]

    def _decompose(self, repeat: int, count: int) -> Spectrum:
        now, given = self.experiment, self.cases[repeat]
        return spectrum(now.expand(given.inputs, count, repeat), now.expand(given.test_inputs, count, repeat))

    def _measure(self, place: int) -> np.ndarray:
        """(4, repeats): squared error on training and test examples, the norm of the weights, and the test error without ridge."""
        now = self.experiment
        columns = []
        for given, found in zip(self.cases, self._spectra(place), strict=True):
            answers = given.answers(now.label_noise, now.curve)
            train, test, norm = found.fit(answers, now.ridge)
            plain = found.fit(answers, 0.0)[1] if now.ridge else test
            columns.append([_squared(train, answers), _squared(test, given.test_answers), norm, _squared(plain, given.test_answers)])
        return np.array(columns).T

    @property
    def shown(self) -> int | None:
        """The place on the ladder that is looked at: the fitted one nearest to what is asked for; None before the first."""
        wanted = np.log(self.experiment.looked_at)
        return min(self.measured, key=lambda place: (abs(np.log(self.ladder[place]) - wanted), place), default=None)

    def metrics(self) -> Metrics:
        place = self.shown
        if place is None:  # without features every answer is 0
            answers = [each.answers(self.experiment.label_noise, self.experiment.curve) for each in self.cases]
            train = float(np.mean([float(each.square().sum(1).mean()) for each in answers]))
            test = float(np.mean([float(each.test_answers.square().sum(1).mean()) for each in self.cases]))
            return {"train_loss": train, "test_loss": test, "test_loss_without_ridge": test, "weight_norm": 0.0, "looked_at": 0.0, "wrong": 1.0}
        row = self.measured[place].mean(1)
        found = {"train_loss": row[0], "test_loss": row[1], "test_loss_without_ridge": row[3], "weight_norm": row[2], "looked_at": self.ladder[place],
                 "wrong": self._wrong(place)}  # fmt: skip
        return {name: bounded(float(value)) for name, value in found.items()}

    def _wrong(self, place: int) -> float:
        """Share of test digits called wrongly, mean over the repeats; 0 for curves, which have no classes."""
        now = self.experiment
        if now.curve:
            return 0.0
        calls = [found.fit(given.answers(now.label_noise, False), now.ridge)[1].argmax(1) for given, found in zip(self.cases, self._spectra(place), strict=True)]
        return float(np.mean([float((call != given.test_answers.argmax(1)).double().mean()) for call, given in zip(calls, self.cases, strict=True)]))

    def view(self) -> dict[str, Any]:
        """By `features` (F,), those fitted so far: mean, lowest and highest over the repeats of `test`, `train` (squared error) and `norm`,
        and the mean `plain` test error without ridge, float64. `shown_features`; `peak_features`, where the test error is highest among those of
        at least n / 2. For curves `fit`, `plain_fit` (m, 2) float32
        of the first repeat at the number looked at."""
        done = sorted(self.measured)
        rows = np.array([self.measured[place] for place in done]).reshape(len(done), 4, len(self.cases))
        found: dict[str, Any] = {"features": np.array([self.ladder[place] for place in done], np.float64), "plain_mean": rows[:, 3].mean(1) if done else np.zeros(0)}
        for place, name in enumerate(("train", "test", "norm")):
            column = rows[:, place] if done else np.zeros((0, 1))
            # The training error is 0 to rounding beyond the threshold; the logarithmic axis ends at 1e-12.
            column = np.maximum(column, 1e-12)
            found |= {f"{name}_mean": column.mean(1), f"{name}_low": column.min(1, initial=np.inf), f"{name}_high": column.max(1, initial=0)}
        shown = self.shown
        found["shown_features"] = float(self.ladder[shown]) if shown is not None else 0.0
        found["peak_features"] = float(found["features"][np.where(2 * found["features"] >= self.experiment.count, found["test_mean"], 0).argmax()]) if done else 0.0
        if self.experiment.curve:
            found |= self._curves(shown)
        return found

    def _curves(self, place: int | None) -> dict[str, np.ndarray]:
        now, given = self.experiment, self.cases[0]
        answers = given.answers(now.label_noise, True)
        pairs = np.column_stack([given.inputs.numpy(), answers.numpy()]).astype(np.float32)
        heights = {"fit": np.full(TEST, np.nan), "plain_fit": np.full(TEST, np.nan)}
        if place is not None:
            found = self._spectra(place)[0]
            heights = {"fit": found.fit(answers, now.ridge)[1][:, 0].numpy(), "plain_fit": found.fit(answers, 0.0)[1][:, 0].numpy()}
        x = given.test_inputs[:, 0].numpy()
        curves = {name: np.column_stack([x, np.clip(values, -10 * REACH, 10 * REACH)]).astype(np.float32) for name, values in heights.items()}
        return {**curves, "examples": pairs}

    def scene(self) -> dict[str, Any]:
        given = self.cases[0]
        truth = np.column_stack([given.test_inputs.numpy(), given.test_answers.numpy()]) if self.experiment.curve else np.zeros((0, 2))
        return {"truth": truth.astype(np.float32), "threshold": float(self.experiment.count), "ladder": np.array(self.ladder, np.float64)}

    def state_dict(self) -> State:
        places = np.array(sorted(self.measured), np.int64)
        return {"step_count": self.step_count, "places": places, "measured": np.array([self.measured[int(place)] for place in places]).reshape(len(places), 4, len(self.cases))}

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        self.measured = {int(place): np.array(rows, np.float64) for place, rows in zip(state["places"], state["measured"], strict=True)}


def _squared(predictions: Tensor, answers: Tensor) -> float:
    """Mean over examples of the squared error summed over outputs."""
    return float((predictions - answers).square().sum(1).mean())
