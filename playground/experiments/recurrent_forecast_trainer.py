"""Forecasts one step ahead and free running, and the simple rules they have to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import Metrics
from playground.core.lazy import torch
from playground.data import sequences_series
from playground.experiments.recurrent_problem import Batch, Problem
from playground.experiments.recurrent_trainer import RecurrentTrainer

if TYPE_CHECKING:
    from torch import Tensor

    from playground.experiments.recurrent_forecast import Forecast
    from playground.networks.recurrent import RecurrentNet, Tape

TESTED = 120  # values after the split that are forecast
LAGS = 12  # of the linear rule
NARROW = 1.96  # standard deviations of a 95 % band


@dataclass
class SeriesProblem(Problem):
    """Windows of one series, standardised by the part that is learnt from.

    Attributes:
        seen: What the network reads, (N,) standardised levels or changes; `seen[i]` belongs to value `i + shift`.
    """

    series: sequences_series.Series
    split: int
    window: int
    changes: bool

    inputs, outputs, quantity = 1, 1, True

    def __post_init__(self) -> None:
        values = self.series.values
        raw = np.diff(values) if self.changes else values
        self.shift = int(self.changes)
        learnt = raw[: self.split - self.shift]
        self.centre, self.scale = float(learnt.mean()), float(learnt.std()) or 1.0
        self.seen = torch.from_numpy((raw - self.centre) / self.scale)
        self.learnt = self.split - self.shift
        self.places = np.arange(self.split, min(len(values), self.split + TESTED))  # values that are forecast
        self.chance = (float(((values[self.places] - values[self.places - 1]) ** 2).mean()) / self.scale**2, 0.5)

    def batch(self, count: int, stream: torch.Generator) -> Batch:
        starts = torch.randint(self.learnt - self.window, (count,), generator=stream)
        rows = self.seen[starts + torch.arange(self.window + 1).unsqueeze(1)]
        return Batch(rows[:-1].unsqueeze(2), rows[1:], torch.ones(self.window, dtype=torch.bool))

    def test(self) -> Batch:
        return self.ending(self.places)

    def ending(self, places: np.ndarray) -> Batch:
        """The windows whose next value is each of `places`; only that one is asked for."""
        starts = torch.from_numpy(places - self.shift - self.window)
        rows = self.seen[starts + torch.arange(self.window + 1).unsqueeze(1)]
        return Batch(rows[:-1].unsqueeze(2), rows[1:], torch.arange(self.window) == self.window - 1)

    def level(self, forecast: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Standardised forecasts of the values at `places`, in the series' own unit."""
        return forecast * self.scale + self.centre + (self.series.values[places - 1] if self.changes else 0.0)

    def free(self, net: RecurrentNet, steps: int) -> np.ndarray:
        """The network reading its own forecasts for `steps` steps from the split on, in the series' own unit."""
        start = self.seen[self.learnt - self.window : self.learnt].view(-1, 1, 1)
        tape, told = net.forward(start), []
        for _ in range(steps):
            value = tape.outputs[-1:]
            told.append(float(value))
            carried = tape.memory.carried
            tape = net.forward(value, tape.memory.hidden[-1], None if carried is None else carried[-1])
        forecast = np.array(told) * self.scale + self.centre
        return forecast.cumsum() + self.series.values[self.split - 1] if self.changes else forecast

    def tokens(self, inputs: np.ndarray) -> dict[str, Any]:
        values = inputs[:, 0]
        count = len(values)
        spread = np.clip((values + 2.5) / 5, 0, 1).astype(np.float32)
        words = [f"{value:.3g}" for value in values * self.scale + self.centre]
        return {"token_words": words, "token_level": spread, "token_kind": np.full(count, -1, np.int16), "token_mark": np.zeros(count, np.uint8)}

    def answer(self, value: float) -> str:
        return f"{value * self.scale + self.centre:.4g}"

    def right(self, outputs: Tensor, batch: Batch) -> float:
        """Share of the test in which the forecast lies nearer than the last value does."""
        error = np.abs(self.level(outputs[-1, :, 0].numpy(), self.places) - self.series.values[self.places])
        naive = np.abs(self.series.values[self.places - 1] - self.series.values[self.places])
        return float((error < naive).mean())


class ForecastTrainer(RecurrentTrainer):
    """Adds forecasts in the series' own unit to every measurement."""

    experiment: Forecast
    problem: SeriesProblem

    def _measured(self) -> tuple[Any, Metrics]:
        tapes, found = super()._measured()
        self.told: dict[str, np.ndarray] = {}
        actual = self.problem.series.values[self.problem.places]
        for cell, tape in tapes.items():
            self.told[cell] = self.one_step(tape)
            error = self.told[cell] - actual
            found |= {f"{cell}_rmse": float(np.sqrt((error**2).mean())), f"{cell}_mae": float(np.abs(error).mean())}
        return tapes, found

    def one_step(self, tape: Tape) -> np.ndarray:
        return self.problem.level(tape.outputs[-1, :, 0].numpy(), self.problem.places)

    def view(self) -> dict[str, Any]:
        found = super().view() | self.now_and_then("free", self.freely)
        for cell in self.learners:
            found[f"told_{cell}"] = self.told[cell].astype(np.float32)
        return found | self.now_and_then("band", self.band)

    def freely(self) -> dict[str, np.ndarray]:
        """What every cell says from the split on, reading its own forecasts."""
        return {f"free_{cell}": self.problem.free(learner.net, self.experiment.horizon).astype(np.float32) for cell, learner in self.learners.items()}

    def band(self) -> dict[str, Any]:
        """The watched cell's forecasts with a band around them, and the share of the test it holds."""
        problem, cell = self.problem, self.experiment.watched()
        with torch.no_grad():
            # The band is as wide as errors on the part that was learnt from: the test is not used to draw it.
            places = np.linspace(problem.window + problem.shift, problem.split - 1, min(64, problem.split - problem.window - 2)).astype(int)
            outputs = self.learners[cell].net.forward(problem.ending(places).inputs).outputs[-1, :, 0].numpy()
        wide = NARROW * float(np.sqrt(((problem.level(outputs, places) - problem.series.values[places]) ** 2).mean()))
        told = self.told[cell]
        inside = float((np.abs(told - problem.series.values[problem.places]) <= wide).mean())
        return {"band_low": (told - wide).astype(np.float32), "band_high": (told + wide).astype(np.float32), "band_cell": cell, "band_covers": inside,
                        "told_watched": told.astype(np.float32)}  # fmt: skip

    def scene(self) -> dict[str, Any]:
        problem, steps = self.problem, self.experiment.horizon
        values, split = problem.series.values, problem.split
        times = np.arange(split, split + steps)
        found = baselines(values, split, problem.places, steps, problem.series.season)
        return super().scene() | found | {
            "series_times": np.arange(len(values), dtype=np.float32), "actual": values.astype(np.float32), "split": float(split),
            "test_times": problem.places.astype(np.float32), "free_times": times.astype(np.float32),
        }  # fmt: skip


def baselines(values: np.ndarray, split: int, places: np.ndarray, steps: int, season: int) -> dict[str, Any]:
    """The rules a network has to beat, one step ahead at `places` and free running for `steps` steps from `split`.

    Last value; the value one season ago (Hyndman and Athanasopoulos 2021, section 5.2; only with a season); a linear rule on the last values,
    fitted to the first `split` by least squares.

    Returns:
        `<rule>_rmse`, `<rule>_mae`, and free-running forecasts `free_<rule>`, for last, seasonal and linear.
    """
    lags = max(1, min(LAGS, split // 4))
    rows = np.stack([values[i - lags : i] for i in range(lags, split)])
    design = np.column_stack([np.ones(len(rows)), rows])
    weights = np.linalg.lstsq(design, values[lags:split], rcond=None)[0]
    ahead = {"last": values[places - 1], "linear": weights[0] + np.stack([values[i - lags : i] for i in places]) @ weights[1:]}
    known = list(values[:split])
    for _ in range(steps):
        known.append(weights[0] + float(np.dot(known[-lags:], weights[1:])))
    free = {"last": np.full(steps, values[split - 1]), "linear": np.clip(known[split:], -1e30, 1e30)}
    if 1 < season < split:
        ahead["seasonal"] = values[places - season]
        free["seasonal"] = values[split - season + np.arange(steps) % season]
    found: dict[str, Any] = {}
    for name, forecast in ahead.items():
        error = forecast - values[places]
        found |= {f"{name}_rmse": float(np.sqrt((error**2).mean())), f"{name}_mae": float(np.abs(error).mean()), f"free_{name}": free[name].astype(np.float32)}
    return found


def script_data(now: Forecast) -> str:
    """The series, its windows and the test, for the exported script."""
    problem = now.problem()
    own = now.series == sequences_series.OWN
    values = 'np.genfromtxt("data.csv", delimiter=",", skip_header=1, dtype=np.float64)' if own else f"np.array({problem.series.values.tolist()!r})"
    return f'''
# Data: {problem.series.title} ---------------------------------------------------------------------------------------------

values = {values}
raw = np.diff(values) if {now.changes!r} else values
learnt = {problem.learnt}  # the rest is the test
seen = torch.from_numpy((raw - raw[:learnt].mean()) / (raw[:learnt].std() or 1.0))
WINDOW = {now.window}


def windows(starts, asked):
    rows = seen[starts + torch.arange(WINDOW + 1).unsqueeze(1)]
    return rows[:-1].unsqueeze(2), rows[1:], asked


def draw(count, stream):
    return windows(torch.randint(learnt - WINDOW, (count,), generator=stream), torch.ones(WINDOW, dtype=torch.bool))


places = torch.arange({int(problem.places[0])}, {int(problem.places[-1]) + 1})  # values that are forecast
test = windows(places - {problem.shift} - WINDOW, torch.arange(WINDOW) == WINDOW - 1)
'''
