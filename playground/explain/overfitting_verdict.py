"""“Would more data help?”, read from a learning curve's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.experiments.overfitting_learning import LearningCurve
from playground.explain.activation_words import number

FEWEST = 4  # amounts of data that must be done
FITTED = 5  # of the largest amounts, that a forecast is made from: the law holds towards the right end
WORTH = 0.03  # share of the error that a doubling has to take away to be worth it
MET = 0.15  # gap over validation error below which the two curves have met
POWERS = np.linspace(0.1, 2.0, 39)


@dataclass(frozen=True)
class Forecast:
    """E(n) = floor + scale · n^(−power), fitted to a validation curve; `most` is the largest amount it was fitted to."""

    floor: float
    scale: float
    power: float
    most: int

    @property
    def step(self) -> float:
        """What the next doubling multiplies the error by."""
        return self.at(2 * self.most) / max(self.at(self.most), 1e-30)

    def at(self, count: float) -> float:
        return self.floor + self.scale * count**-self.power


def finished(picture: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The columns of a view, without the amount that is still being trained."""
    done = int(picture.get("finished", 0))
    return {name: np.asarray(picture[name])[:done] for name in ("size", "train_mean", "kept_mean", "kept_runs") if name in picture}


def forecast(picture: Mapping[str, Any]) -> Forecast | None:
    """Least squares for floor ≥ 0 and scale ≥ 0 at each of a row of powers, the best of which is taken; None before FEWEST amounts."""
    done = finished(picture)
    if len(done.get("size", ())) < FEWEST:
        return None
    sizes, errors = done["size"][-FITTED:], done["kept_mean"][-FITTED:]
    return min((_fitted(sizes, errors, power) for power in POWERS), key=lambda each: float(np.sum((each.at(sizes) - errors) ** 2)))


def _fitted(sizes: np.ndarray, errors: np.ndarray, power: float) -> Forecast:
    column = sizes**-power
    slope = float(((column - column.mean()) * (errors - errors.mean())).sum() / max(((column - column.mean()) ** 2).sum(), 1e-300))
    floor = float(errors.mean() - slope * column.mean())
    if floor < 0:
        floor, slope = 0.0, float((column * errors).sum() / (column**2).sum())
    if slope < 0:
        floor, slope = float(errors.mean()), 0.0
    return Forecast(floor, slope, float(power), int(sizes[-1]))


@dataclass(frozen=True)
class Doubling:
    """What the last doubling of the data has brought.

    Attributes:
        before, after: Validation error at half of the largest amount (between measured ones interpolated in log n) and at it.
        doubt: Standard error of the difference, from the spread of the repeats.
        gap: Validation minus training error at the largest amount.
    """

    before: float
    after: float
    doubt: float
    gap: float

    @property
    def gain(self) -> float:
        """Share of the error that the doubling took away."""
        return (self.before - self.after) / max(self.before, 1e-30)

    @property
    def verdict(self) -> str:
        """ "yes", "no" or "open"."""
        if self.before - self.after > 2 * self.doubt and self.gain > WORTH:
            return "yes"
        return "no" if self.gap < MET * max(self.after, 1e-30) else "open"


def doubling(picture: Mapping[str, Any]) -> Doubling | None:
    """The last doubling, once FEWEST amounts are done."""
    done = finished(picture)
    if len(done.get("size", ())) < FEWEST:
        return None
    logs, half = np.log(done["size"]), np.log(done["size"][-1] / 2)
    runs = done["kept_runs"]
    at_half = np.array([np.interp(half, logs, column) for column in runs.T])
    change = at_half - runs[-1]  # repeat by repeat, for each keeps its examples as it gets more
    doubt = float(change.std(ddof=1) / np.sqrt(len(change))) if len(change) > 1 else 0.0
    return Doubling(float(at_half.mean()), float(runs[-1].mean()), doubt, float(done["kept_mean"][-1] - done["train_mean"][-1]))


def _percent(share: float) -> str:
    return f"{share:+.0%}".replace("-", "−")


def words(experiment: LearningCurve, picture: Mapping[str, Any]) -> str:
    """The question and its answer, with the numbers that say so."""
    found, ahead = doubling(picture), forecast(picture)
    done = int(picture.get("finished", 0))
    if found is None or ahead is None:
        return f"**Would more data help?** It takes four amounts of data to say; {done} of {len(experiment.sizes())} are done."
    shown = (lambda value: f"{value:.1%}") if experiment.table().task != "regression" else number
    half, most = ahead.most // 2, ahead.most
    numbers = (f"From {half:,} to {most:,} examples the validation error went from {shown(found.before)} to {shown(found.after)} "
               f"({_percent(-found.gain)}, ± {2 * found.doubt / max(found.before, 1e-30):.0%}); the training error there is {shown(found.after - found.gap)}.")  # fmt: skip
    answers = {
        "yes": f"**Would more data help? Yes.** {numbers} The next doubling should bring it to about {shown(found.after * ahead.step)}.",
        "no": f"**Would more data help? No.** {numbers} The two curves have met: what is left is noise, or what this model cannot express.",
        "open": f"**Would more data help? Hardly, or slowly.** {numbers} There is still a gap of {shown(found.gap)}, but the last doubling did not clearly narrow it; "
        f"the fitted curve levels off at {shown(ahead.floor)}.",
    }
    unfinished = "" if done >= len(experiment.sizes()) else f"  \n*So far: {done} of {len(experiment.sizes())} amounts are done.*"
    return answers[found.verdict] + unfinished
