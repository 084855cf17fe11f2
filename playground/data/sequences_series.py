"""Series to forecast: generated ones with a known rule, shares that come with Plotly, and a column of one's own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import SERIES_LEAST, SERIES_POINTS
from playground.core.randomness import numpy_stream

OWN = "own"
LENGTH = 480


@dataclass(frozen=True, eq=False)
class Series:
    """A series in time.

    Attributes:
        values: (N,) float64, no gaps.
        season: Steps after which it roughly repeats; 1 when it does not.
        notes: What was detected or mended, in sentences.
    """

    title: str
    values: np.ndarray
    season: int
    words: str
    notes: tuple[str, ...] = ()


def waves(draw: np.random.Generator) -> np.ndarray:
    """Two waves of periods 24 and 60, and noise."""
    t = np.arange(LENGTH)
    return np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 60) + 0.1 * draw.normal(size=LENGTH)


def seasonal(draw: np.random.Generator) -> np.ndarray:
    """A trend, a yearly pattern in months that grows with the level, and noise; like sales."""
    t = np.arange(240)
    pattern = np.array([-0.9, -0.8, -0.1, 0.0, 0.2, 0.7, 1.2, 1.1, 0.3, -0.2, -0.8, 0.3])
    level = 100 * np.exp(0.006 * t)
    return level * (1 + 0.18 * pattern[t % 12] + 0.03 * draw.normal(size=240))


def mackey_glass(draw: np.random.Generator) -> np.ndarray:
    """dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)¹⁰) - 0.1 x (Mackey and Glass 1977): chaos with a rule, every sixth Euler step of 0.5."""
    step, delay, every = 0.5, 34, 6
    x = np.empty(delay + every * (LENGTH + 100))
    x[: delay + 1] = 1.2 + 0.05 * draw.normal(size=delay + 1)
    for i in range(delay, len(x) - 1):
        past = x[i - delay]
        x[i + 1] = x[i] + step * (0.2 * past / (1 + past**10) - 0.1 * x[i])
    return x[-every * LENGTH :: every]


def walk(draw: np.random.Generator) -> np.ndarray:
    """Every step is chance: nothing can do better than the last value."""
    return np.cumsum(draw.normal(size=LENGTH))


MADE: dict[str, tuple[str, Callable[[np.random.Generator], np.ndarray], int, str]] = {
    "waves": ("Two waves", waves, 24, "Two waves of different periods and some noise."),
    "seasonal": ("Monthly sales", seasonal, 12, "A growing level with a yearly pattern, generated."),
    "mackey": ("Mackey–Glass", mackey_glass, 17, "Chaos with a rule: predictable for a while, then not."),
    "walk": ("Random walk", walk, 1, "Every step is chance: the last value is the best forecast there is."),
}
SHARES = {"goog": ("GOOG", "Google"), "aapl": ("AAPL", "Apple"), "msft": ("MSFT", "Microsoft"), "nflx": ("NFLX", "Netflix")}
SERIES = {**{key: row[0] for key, row in MADE.items()}, **{key: f"{name} share, weekly" for key, (_, name) in SHARES.items()}, OWN: "Your own"}


@functools.lru_cache(64)
def load(key: str, own: str = "", seed: int = 0) -> Series:
    """A series by key; `own` is the digest of an uploaded one, `seed` draws the noise of a generated one.

    Raises:
        UserError: When uploaded data is not on this machine.
    """
    if key in MADE:
        title, make, season, words = MADE[key]
        return Series(title, make(numpy_stream(seed, "series", key)), season, words)
    if key in SHARES:
        column, name = SHARES[key]
        return Series(SERIES[key], _share(column), 1, f"{name}'s share in 2018 and 2019, 105 weeks, 1 at the start; it comes with Plotly.")
    from playground.data import shelf

    arrays, about = shelf.get(own)
    return Series(about["title"], np.array(arrays["series"], np.float64), int(about["season"]), "Uploaded.", tuple(about["notes"]))


def _share(column: str) -> np.ndarray:
    """One column of Plotly's stocks, read from its package without importing Plotly."""
    import gzip
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise UserError("The shares come with Plotly, which is not installed here.", "Choose another series.", field="series")
    lines = gzip.decompress((Path(spec.origin).parent / "package_data" / "datasets" / "stocks.csv.gz").read_bytes()).decode().splitlines()
    place = lines[0].split(",").index(column)
    return np.array([float(line.split(",")[place]) for line in lines[1:]])


def from_table(table: Any, column: str, season: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """A column of an uploaded table as `shelf.put` takes it; gaps are filled along a straight line, and that is said.

    Raises:
        UserError: When it is too short, has too many gaps, or never changes.
    """
    values = np.asarray(table.columns[column], np.float64)[-SERIES_POINTS:]
    known = np.isfinite(values)
    notes = []
    if len(table.columns[column]) > SERIES_POINTS:
        notes.append(f"Only the last {SERIES_POINTS:,} of {len(table.columns[column]):,} rows are used.")
    if known.sum() < SERIES_LEAST:
        raise UserError(f"“{column}” has {known.sum():,} numbers; a forecast needs at least {SERIES_LEAST}.", field="own")
    if known.mean() < 0.5:
        raise UserError(f"More than half of “{column}” is missing.", "Choose another column.", field="own")
    if np.ptp(values[known]) == 0:
        raise UserError(f"“{column}” is always {values[known][0]:g}: there is nothing to forecast.", "Choose another column.", field="own")
    if not known.all():
        places = np.arange(len(values))
        values = np.interp(places, places[known], values[known])
        notes.append(f"{(~known).sum():,} gaps were filled along a straight line.")
    return {"series": values}, {"title": f"{column[:60]} ({table.name[:60]})", "season": int(season), "notes": notes}


def guess_season(values: np.ndarray, most: int = 60) -> int:
    """The lag up to `most` at which the changes of a series first agree with themselves again, once they have disagreed; 1 when nowhere clearly."""
    changes = np.diff(values[np.isfinite(values)])
    changes = changes - changes.mean()
    power = float(changes @ changes)
    if len(changes) < 16 or not power:
        return 1
    agreement = {lag: float(changes[lag:] @ changes[:-lag]) / power for lag in range(1, min(most, len(changes) // 3) + 1)}
    turned = next((lag for lag, value in agreement.items() if value < 0), most)
    highest = max((value for lag, value in agreement.items() if lag > turned), default=0.0)
    if highest < 0.3:
        return 1
    # Twice and three times a season agree as well: the first peak that is about as high as the highest is the season itself.
    return next(lag for lag, value in agreement.items() if lag > turned and value >= 0.85 * highest and value >= agreement.get(lag + 1, -1.0))
