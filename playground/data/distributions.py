"""Distributions of points in the plane, for a generator to imitate: sampled, and described so that coverage can be counted.

Every maker is self-contained NumPy, so that an exported script can hold its very source. Points lie in about [-2.6, 2.6].
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import POINTS
from playground.core.randomness import derive

DOMAIN = (-3.0, 3.0)
COUNT = 4000  # points that stand for the distribution; batches are drawn from them
PIECES = 16  # into which a curve is cut to count how much of it is covered
OWN_PIECES = 12
REACH = 3.0  # standard deviations within which a sample counts as good (Srivastava et al. 2017, VEEGAN, section 4)
SPREADS = 2.4  # standard deviations of own data that reach the domain's edge
FEWEST = 8
LARGEST = 1e100  # in magnitude; the squares of larger numbers leave float64
JITTER = 0.06  # least spread around a drawn point, so that a drawing is a distribution and not a list
OWN = "own"


def make_gaussians8(count, noise, rng):
    """Eight Gaussians on a circle of radius 2 (Metz et al. 2017)."""
    angle = 2 * np.pi * (np.arange(count) % 8) / 8
    return 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(0, noise, (count, 2))


def make_gaussians2(count, noise, rng):
    """Two Gaussians, left and right."""
    centres = np.array([[-1.5, 0.0], [1.5, 0.0]])
    return centres[np.arange(count) % 2] + rng.normal(0, noise, (count, 2))


def make_grid25(count, noise, rng):
    """Twenty-five Gaussians on a square grid (Dumoulin et al. 2017)."""
    number = np.arange(count) % 25
    return np.stack([number % 5 - 2.0, number // 5 - 2.0], axis=1) + rng.normal(0, noise, (count, 2))


def make_ring(count, noise, rng):
    """A circle of radius 1.8."""
    angle = rng.uniform(0, 2 * np.pi, count)
    return 1.8 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(0, noise, (count, 2))


def make_spiral(count, noise, rng):
    """One arm of one and a half turns."""
    share = np.sqrt(rng.uniform(0.02, 1, count))
    angle = 3 * np.pi * share
    return 2.3 * share[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(0, noise, (count, 2))


def make_line(count, noise, rng):
    """A straight piece along the diagonal."""
    along = rng.uniform(-1.8, 1.8, count)
    return np.stack([along, 0.7 * along], axis=1) + rng.normal(0, noise, (count, 2))


def _even(make: Callable[..., np.ndarray]) -> Callable[[int], np.ndarray]:
    """Points along a curve, in order: its maker with evenly spaced draws instead of random ones."""

    class Even:
        def uniform(self, low: float, high: float, count: int) -> np.ndarray:
            return low + (high - low) * (np.arange(count) + 0.5) / count

        def normal(self, mean: float, deviation: float, shape: tuple[int, ...]) -> np.ndarray:
            return np.zeros(shape)

    return lambda count: make(count, 0.0, Even())


@dataclass(frozen=True)
class Maker:
    """One distribution.

    Attributes:
        centres: Number of Gaussians; 0 for a curve.
        part: What is counted: "modes" or pieces of the curve.
    """

    key: str
    title: str
    make: Callable[..., np.ndarray]
    centres: int = 0

    @property
    def part(self) -> str:
        return "modes" if self.centres else "pieces"

    def skeleton(self) -> tuple[np.ndarray, np.ndarray]:
        """(S, 2) places on which the distribution is centred, and the mode or piece (S,) each belongs to."""
        if self.centres:
            return self.make(self.centres, 0.0, np.random.default_rng(0)), np.arange(self.centres)
        count = PIECES * 12
        return _even(self.make)(count), np.arange(count) // 12


MAKERS: dict[str, Maker] = {
    each.key: each
    for each in (
        Maker("gaussians8", "Eight Gaussians", make_gaussians8, 8), Maker("gaussians2", "Two Gaussians", make_gaussians2, 2),
        Maker("grid25", "Grid of 25", make_grid25, 25), Maker("ring", "Ring", make_ring), Maker("spiral", "Spiral", make_spiral),
        Maker("line", "Line", make_line),
    )
}  # fmt: skip
DATASETS: dict[str, str] = {key: maker.title for key, maker in MAKERS.items()} | {OWN: "Your own"}


@dataclass(frozen=True, eq=False)
class Cloud:
    """A distribution, sampled.

    Attributes:
        points: (N, 2) float64 in the plane's coordinates; batches are drawn from them.
        twin: (M, 2), a second sample of the same distribution: how alike two samples of one distribution are.
        skeleton: (S, 2); a sample within `reach` of one of these is good. `pieces` (S,) says which mode or piece it belongs to.
        origin, scale: `origin + scale * points` are the data's own units.
        part: What the pieces are called: "modes" or "pieces".
    """

    points: np.ndarray
    twin: np.ndarray
    skeleton: np.ndarray
    pieces: np.ndarray
    reach: float
    part: str
    names: tuple[str, str] = ("x₁", "x₂")
    origin: np.ndarray = field(default_factory=lambda: np.zeros(2))
    scale: np.ndarray = field(default_factory=lambda: np.ones(2))
    drawn: bool = False
    notes: tuple[str, ...] = ()

    @property
    def parts(self) -> int:
        return int(self.pieces.max()) + 1

    def range(self, axis: int) -> tuple[float, float]:
        """The domain along one coordinate, in the data's own units."""
        return tuple(float(self.origin[axis] + self.scale[axis] * end) for end in DOMAIN)  # type: ignore[return-value]

    def own_units(self, places: np.ndarray) -> np.ndarray:
        return self.origin + self.scale * places


@functools.lru_cache(maxsize=64)
def load(dataset: str, own: str, noise: float, data_seed: int) -> Cloud:
    """The distribution of one setting; the same setting gives the same points.

    Args:
        own: Digest on the shelf, when `dataset` is "own".
        noise: Standard deviation around each centre or curve, in units of the plane.

    Raises:
        UserError: When own data is asked for and not on this machine.
    """
    if dataset == OWN:
        return _own(own, noise, data_seed)
    maker = MAKERS[dataset]
    points = maker.make(COUNT, noise, np.random.default_rng(derive(data_seed, "points")))
    twin = maker.make(COUNT, noise, np.random.default_rng(derive(data_seed, "twin")))
    skeleton, pieces = maker.skeleton()
    gap = 0.0 if maker.centres else float(np.linalg.norm(np.diff(skeleton, axis=0), axis=1).max())
    return Cloud(points, twin, skeleton, pieces, max(REACH * noise, 0.05) + gap / 2, maker.part)


def own_rows(digest: str) -> tuple[np.ndarray, dict[str, Any]]:
    """Own points as they were drawn or uploaded, (N, 2) float64 in their own units, and what is known about them.

    Raises:
        UserError: When nothing of this digest is kept on this machine.
    """
    from playground.data import shelf

    if not digest:
        raise UserError("There is no distribution of your own yet.", "Draw one or upload a table first.")
    arrays, about = shelf.get(digest)
    if "cloud" not in arrays:
        raise UserError("What this link names is no distribution of points.", "Draw one or upload a table first.")
    return np.asarray(arrays["cloud"], np.float64), about


def _own(digest: str, noise: float, data_seed: int) -> Cloud:
    raw, about = own_rows(digest)
    drawn = bool(about.get("drawn"))
    origin, scale = np.zeros(2), np.ones(2)
    if not drawn:
        origin, spread = raw.mean(0), raw.std(0)
        scale = np.where(spread > 1e-12 * np.abs(origin), spread, 1.0) * SPREADS / DOMAIN[1]
    seen = (raw - origin) / scale
    points, twin = own_samples(seen, noise if drawn else 0.0, derive(data_seed, "points"))
    skeleton = seen[np.linspace(0, len(seen) - 1, min(len(seen), 600)).astype(int)]
    pieces, count = cut(skeleton, min(OWN_PIECES, len(np.unique(skeleton, axis=0))))
    reach = max(REACH * max(noise, JITTER), 0.05) if drawn else max(0.08, _typical_gap(skeleton))
    notes = tuple(about.get("notes", ()))
    return Cloud(points, twin, skeleton, pieces, reach, "pieces" if count > 1 else "piece", tuple(about.get("names", ("x₁", "x₂"))), origin, scale, drawn, notes)


def own_samples(seen, noise, seed):
    """Two samples of own data: drawn points repeated with noise around them, or a table's rows and a shuffled half of them."""
    rng = np.random.default_rng(seed)
    if noise == 0:
        return seen, seen[rng.permutation(len(seen))[: max(4, len(seen) // 2)]]
    rows = np.arange(4000) % len(seen)
    deviation = max(noise, 0.06)
    return seen[rows] + rng.normal(0, deviation, (4000, 2)), seen[rows] + rng.normal(0, deviation, (4000, 2))


def cut(places: np.ndarray, count: int) -> tuple[np.ndarray, int]:
    """The piece (S,) each place belongs to: Lloyd's k-means from seeds chosen far apart (Gonzalez 1985), and how many pieces there are."""
    chosen = [int(np.linalg.norm(places - places.mean(0), axis=1).argmax())]
    far = np.linalg.norm(places - places[chosen[0]], axis=1)
    while len(chosen) < count:
        chosen.append(int(far.argmax()))
        far = np.minimum(far, np.linalg.norm(places - places[chosen[-1]], axis=1))
    centres = places[chosen]
    for _ in range(20):
        nearest = np.linalg.norm(places[:, None] - centres, axis=2).argmin(1)
        centres = np.stack([places[nearest == k].mean(0) if (nearest == k).any() else centres[k] for k in range(count)])
    _, pieces = np.unique(nearest, return_inverse=True)
    return pieces, int(pieces.max()) + 1


def _typical_gap(places: np.ndarray) -> float:
    """What 95 % of the places have at most between themselves and their nearest neighbour."""
    far = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(far, np.inf)
    return float(np.quantile(far.min(1), 0.95))


def from_table(table: Any, first: str, second: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and description for the shelf: two columns of numbers as places.

    Args:
        table: A `data.uploads.Table`.

    Raises:
        UserError: When the columns are not two different columns of numbers that vary, or too few rows are complete.
    """
    for name in (first, second):
        if table.kinds.get(name) != "number":
            raise UserError(f"“{name}” does not hold numbers; a place in the plane needs two columns of them.", "Choose another column.")
    if first == second:
        raise UserError("Two different columns are needed.")
    places = np.stack([table.columns[first], table.columns[second]], axis=1)
    kept = np.isfinite(places).all(1)
    notes = [f"{int((~kept).sum()):,} of {len(kept):,} rows were left out for a missing cell."] if not kept.all() else []
    places = places[kept]
    if len(places) < FEWEST:
        raise UserError(f"Only {len(places)} complete rows are left; at least {FEWEST} are needed.")
    for position, name in enumerate((first, second)):
        largest = float(np.abs(places[:, position]).max())
        if largest > LARGEST:
            raise UserError(f"“{name}” holds {largest:.3g}; numbers beyond {LARGEST:g} cannot be learnt from.", "Choose another column, or rescale it.")
        if np.ptp(places[:, position]) == 0:
            raise UserError(f"“{name}” has the same value in every row.", "Choose another column.")
    if len(places) > POINTS:
        places = places[np.sort(np.random.default_rng(derive(0, "sample")).permutation(len(places))[:POINTS])]
        notes.append(f"A random {POINTS:,} of {int(kept.sum()):,} rows are used.")
    return {"cloud": places}, {"names": [first[:40], second[:40]], "notes": notes}
