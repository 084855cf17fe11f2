"""Noisy points of a curve whose true course is known, or a person's own points, for the screen on overfitting."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import DRAWN_POINTS, FIT_POINTS
from playground.core.randomness import derive

if TYPE_CHECKING:
    from playground.data.uploads import Table

OWN = "own"
VALIDATION = 200  # fresh points of a known curve that fits are judged by
PLACES = 161  # where fitted curves are drawn, evenly over [-1, 1]
FEWEST = 8  # own points: something to learn from and something to judge by
OWN_SHARE = 0.7  # of own points that are learnt from
REACH = 2.0  # the plane to draw in ends at ±REACH
LARGEST = 1e100


@dataclass(frozen=True)
class Truth:
    """A curve over [-1, 1], with heights of about ±1.

    Attributes:
        height: The curve itself, on NumPy arrays.
        code: The same as a NumPy expression in `x`, for exported programs.
    """

    title: str
    height: Callable[[np.ndarray], np.ndarray]
    code: str


TRUTHS: dict[str, Truth] = {
    "sine": Truth("Sine", lambda x: np.sin(np.pi * x), "np.sin(np.pi * x)"),
    "waves": Truth("Waves", lambda x: np.sin(3 * np.pi * x) * 0.8 + 0.3 * x, "np.sin(3 * np.pi * x) * 0.8 + 0.3 * x"),
    "bump": Truth("Bump", lambda x: 2 * np.exp(-12 * x * x) - 0.6, "2 * np.exp(-12 * x * x) - 0.6"),
    "step": Truth("Step", lambda x: np.tanh(25 * x) * 0.8, "np.tanh(25 * x) * 0.8"),
    "kink": Truth("Kink", lambda x: 1.6 * np.abs(x) - 0.8, "1.6 * np.abs(x) - 0.8"),
    "line": Truth("Straight line", lambda x: 0.8 * x, "0.8 * x"),
}
CURVES = {key: each.title for key, each in TRUTHS.items()} | {OWN: "Own points"}


@dataclass(frozen=True, eq=False)
class Sample:
    """Points to learn from and points to judge by.

    Attributes:
        x, y: (n,) float64 to learn from, x in [-1, 1].
        fresh_x, fresh_y: (m,) float64, never learnt from.
        truth: (PLACES,) float64 true heights at `places()`; None for own points, whose truth nobody knows.
        noise: Standard deviation of the noise; NaN for own points.
        origin, scale: A point's own units are origin + scale · (x, y).
        names: What x and y are called.
    """

    x: np.ndarray
    y: np.ndarray
    fresh_x: np.ndarray
    fresh_y: np.ndarray
    truth: np.ndarray | None
    noise: float
    origin: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    names: tuple[str, str] = ("x", "y")

    def own_units(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Places (..., 2) float32 in the points' own units; y may have more axes in front than x."""
        return np.stack([np.broadcast_to(self.origin[0] + self.scale[0] * x, y.shape), self.origin[1] + self.scale[1] * y], -1).astype(np.float32)

    def window(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Ends of x and y, in own units, between which pictures show the points."""
        low, high = min(-REACH, self.y.min(), self.fresh_y.min()), max(REACH, self.y.max(), self.fresh_y.max())
        if self.truth is None and self.scale != (1.0, 1.0):
            low, high = min(self.y.min(), self.fresh_y.min()) - 0.4, max(self.y.max(), self.fresh_y.max()) + 0.4
        (x, y), (wide, tall) = self.origin, self.scale
        return (x - 1.04 * wide, x + 1.04 * wide), (float(y + tall * low), float(y + tall * high))


def places() -> np.ndarray:
    """(PLACES,) where curves are drawn."""
    return np.linspace(-1.0, 1.0, PLACES)


def sample(curve: str, count: int, noise: float, data_seed: int, own: str = "") -> Sample:
    """Points of one curve, or own points split by the seed.

    Raises:
        UserError: When own points are asked for and there are none.
    """
    if curve == OWN:
        return _own_sample(own, data_seed)
    truth = TRUTHS[curve]
    x, y = draw(curve, count, noise, derive(data_seed, "train"))
    fresh_x, fresh_y = draw(curve, VALIDATION, noise, derive(data_seed, "validation"))
    return Sample(x, y, fresh_x, fresh_y, truth.height(places()), noise)


def draw(curve: str, count: int, noise: float, stream_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` points (x, y), each (count,) float64: x uniform over [-1, 1], y the curve plus normal noise."""
    stream = np.random.default_rng(stream_seed)
    x = np.sort(stream.uniform(-1, 1, count))
    return x, TRUTHS[curve].height(x) + noise * stream.normal(size=count)


def draw_code(curve: str, count: int, noise: float, stream_seed: int, names: str) -> str:
    """The statements of an exported program that repeat `draw` and store `names`, such as "x, y"."""
    x, y = names.split(", ")
    return (
        f"stream = np.random.default_rng({stream_seed})\n{x} = np.sort(stream.uniform(-1, 1, {count}))\n"
        f"{y} = truth({x}) + {noise!r} * stream.normal(size={count})\n"
    )


def sample_code(curve: str, count: int, noise: float, data_seed: int, own: str = "") -> str:
    """The statements of an exported program that make the arrays x, y, fresh_x, fresh_y."""
    if curve != OWN:
        return (
            f"def truth(x):\n    return {TRUTHS[curve].code}\n\n\n"
            + draw_code(curve, count, noise, derive(data_seed, "train"), "x, y")
            + draw_code(curve, VALIDATION, noise, derive(data_seed, "validation"), "fresh_x, fresh_y")
        )
    listed = {name: ", ".join(map(repr, getattr(sample(curve, count, noise, data_seed, own), name).tolist())) for name in ("x", "y", "fresh_x", "fresh_y")}
    return "".join(f"{name} = np.array([{values}])\n" for name, values in listed.items())


# Own points ---------------------------------------------------------------------------------------------------------------


def from_columns(table: Table, x: str, y: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Two number columns of a table as arrays and description for the shelf.

    Raises:
        UserError: When the columns hold no numbers, too few complete rows, or always the same value.
    """
    for name in (x, y):
        if name not in table.columns:
            raise UserError(f"The table has no column named {name!r}.")
        if table.kinds[name] != "number":
            held = "dates" if table.kinds[name] == "date" else "words"
            raise UserError(f"“{name}” holds {held}; a curve needs numbers.", "Choose another column.")
    if x == y:
        raise UserError("x and y must be two different columns.")
    rows = np.stack([table.columns[x], table.columns[y]], 1)
    kept = np.isfinite(rows).all(1)
    notes = [] if kept.all() else [f"{int((~kept).sum()):,} of {len(rows):,} rows were left out for a missing number."]
    rows = rows[kept]
    if len(rows) < FEWEST:
        raise UserError(f"Only {len(rows)} complete rows are left; at least {FEWEST} are needed.")
    for position, name in enumerate((x, y)):
        if np.abs(rows[:, position]).max() > LARGEST:
            raise UserError(f"“{name}” holds {np.abs(rows[:, position]).max():.3g}; numbers beyond {LARGEST:g} cannot be learnt from.")
        if np.ptp(rows[:, position]) == 0:
            raise UserError(f"“{name}” has the same value in every row.", "Choose another column.")
    if len(rows) > FIT_POINTS:
        notes.append(f"A random {FIT_POINTS:,} of {len(rows):,} rows are used.")
        rows = rows[np.sort(np.random.default_rng(0).permutation(len(rows))[:FIT_POINTS])]
    return {"rows": rows}, {"names": [x[:40], y[:40]], "notes": notes, "curve": True}


def put_table(table: Table, x: str, y: str) -> str:
    """Keep two columns of a table on the shelf; returns their digest."""
    from playground.data import shelf

    return shelf.put(*from_columns(table, x, y))


def put_drawn(rows: np.ndarray) -> str:
    """Keep drawn points (N, 2), x in [-1, 1] and y in ±REACH, on the shelf; returns their digest.

    Raises:
        UserError: For fewer than FEWEST or more than DRAWN_POINTS points.
    """
    from playground.data import shelf

    if not FEWEST <= len(rows) <= DRAWN_POINTS:
        raise UserError(f"{len(rows)} points cannot be learnt from: it takes {FEWEST} to {DRAWN_POINTS:,}.")
    kept = np.clip(np.asarray(rows, np.float64), [-1, -REACH], [1, REACH])
    return shelf.put({"rows": kept}, {"names": ["x", "y"], "notes": [], "curve": True, "drawn": True})


def put_rows(rows: np.ndarray, names: tuple[str, str]) -> str:
    """Keep points (N, 2) in units of their own on the shelf; returns their digest."""
    from playground.data import shelf

    if len(rows) < FEWEST:
        raise UserError(f"{len(rows)} points cannot be learnt from: it takes at least {FEWEST}.")
    return shelf.put({"rows": np.asarray(rows, np.float64)}, {"names": list(names), "notes": [], "curve": True})


def sample_table() -> str:
    """Body mass index and diabetes progression of 120 of scikit-learn's patients, kept on the shelf; returns their digest."""
    from sklearn import datasets

    inputs, targets = datasets.load_diabetes(return_X_y=True, scaled=False)
    return put_rows(np.column_stack([inputs[:120, 2], targets[:120]]), ("body mass index", "disease progression"))


def own_rows(own: str) -> tuple[np.ndarray, dict[str, Any]]:
    """The rows (N, 2) of own points, in their own units, and what is known about them.

    Raises:
        UserError: When there are none, or what the digest names is no curve.
    """
    from playground.data import shelf

    if not own:
        raise UserError("There are no own points yet.", "Draw some or upload a table first.", field="curve")
    arrays, about = shelf.get(own)
    if not about.get("curve"):
        raise UserError("This data holds no curve of x and y.", "Upload a table with two columns of numbers.", field="curve")
    return np.array(arrays["rows"], np.float64), about


@functools.lru_cache(16)
def _own_sample(own: str, data_seed: int) -> Sample:
    rows, about = own_rows(own)
    origin, scale = np.zeros(2), np.ones(2)
    order = np.random.default_rng(derive(data_seed, "split")).permutation(len(rows))
    size = min(max(4, round(OWN_SHARE * len(rows))), len(rows) - 2)
    if not about.get("drawn"):
        low, high = rows[:, 0].min(), rows[:, 0].max()
        learnt = rows[order[:size], 1]
        origin = np.array([(low + high) / 2, learnt.mean()])
        scale = np.array([(high - low) / 2, learnt.std() or 1.0])  # an error of 1 is then that of always saying the mean
    rows = (rows - origin) / scale
    train, fresh = (part[np.argsort(part[:, 0], kind="stable")] for part in (rows[order[:size]], rows[order[size:]]))
    return Sample(train[:, 0].copy(), train[:, 1].copy(), fresh[:, 0].copy(), fresh[:, 1].copy(), None, float("nan"),
                  tuple(origin.tolist()), tuple(scale.tolist()), tuple(about["names"]))  # fmt: skip
