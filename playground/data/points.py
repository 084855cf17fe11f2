"""Data sets in the plane, and the split into training and test points.

Every maker is self-contained NumPy, so that an exported script can hold its very source. Coordinates lie in about [-6, 6];
targets are 0/1 or class numbers, for regression real numbers in about [-1, 1].
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from playground.core.errors import UserError
from playground.core.randomness import derive

DOMAIN = (-6.0, 6.0)
SPREADS = 2.4  # standard deviations of own data that reach the domain's edge

Task = Literal["binary", "multiclass", "regression"]


def make_circle(count, noise, classes, rng):
    """A disc inside a ring (tensorflow/playground): radius below 2.5 against 3.5 to 5."""
    inner = rng.uniform(0, 2.5, count - count // 2)
    radius = np.concatenate([inner, rng.uniform(3.5, 5, count // 2)])
    angle = rng.uniform(0, 2 * np.pi, count)
    points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    seen = points + rng.uniform(-5, 5, (count, 2)) * noise
    return points, (np.hypot(seen[:, 0], seen[:, 1]) < 2.5).astype(np.int64)


def make_xor(count, noise, classes, rng):
    """Class 1 where both coordinates have one sign (tensorflow/playground)."""
    points = rng.uniform(-5, 5, (count, 2))
    points += np.where(points > 0, 0.3, -0.3)
    seen = points + rng.uniform(-5, 5, (count, 2)) * noise
    return points, (seen[:, 0] * seen[:, 1] >= 0).astype(np.int64)


def make_gaussians(count, noise, classes, rng):
    """Two clouds at (2, 2) and (-2, -2); noise 0 to 0.5 is a variance of 0.5 to 4 (tensorflow/playground)."""
    targets = (np.arange(count) < count - count // 2).astype(np.int64)
    centres = np.where(targets[:, None] == 1, 2.0, -2.0)
    return centres + rng.normal(0, np.sqrt(0.5 + 7 * noise), (count, 2)), targets


def make_spiral(count, noise, classes, rng):
    """Two arms of 1.75 turns (tensorflow/playground; after Lang and Witbrock 1988)."""
    half = count // 2
    sizes = (count - half, half)
    share = np.concatenate([np.arange(n) / n for n in sizes])
    targets = np.repeat([1, 0], sizes)
    angle = 1.75 * share * 2 * np.pi + np.where(targets == 1, 0.0, np.pi)
    points = 5 * share[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return points + rng.uniform(-1, 1, (count, 2)) * noise, targets.astype(np.int64)


def make_moons(count, noise, classes, rng):
    """Two half circles that reach into one another."""
    targets = (np.arange(count) < count // 2).astype(np.int64)
    angle = rng.uniform(0, np.pi, count)
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    points = 3.2 * np.where(targets[:, None] == 1, upper, -upper)
    return points + rng.normal(0, 2 * noise, (count, 2)), targets


def make_blobs(count, noise, classes, rng):
    """One cloud a class, on a circle of radius 3.6."""
    targets = np.arange(count) % classes
    angle = 2 * np.pi * targets / classes + 0.4
    centres = 3.6 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres + rng.normal(0, 0.5 + 1.8 * noise, (count, 2)), targets.astype(np.int64)


def make_checkerboard(count, noise, classes, rng):
    """A board of 4 x 4 squares in two colours."""
    points = rng.uniform(-5, 5, (count, 2))
    square = np.floor((points + 5) / 2.5).astype(np.int64)
    return points + rng.normal(0, 1.2 * noise, (count, 2)), (square.sum(1) % 2).astype(np.int64)


def make_pinwheel(count, noise, classes, rng):
    """Curved blades, one a class (Johnson et al. 2016)."""
    targets = np.arange(count) % classes
    along = np.abs(rng.normal(0, 1, count)) * 1.35 + 0.5
    across = rng.normal(0, 0.16 + 0.5 * noise, count)
    angle = 2 * np.pi * targets / classes + 0.45 * along
    sin, cos = np.sin(angle), np.cos(angle)
    points = 1.5 * np.stack([along * cos - across * sin, along * sin + across * cos], axis=1)
    return np.clip(points, -6, 6), targets.astype(np.int64)


def make_plane(count, noise, classes, rng):
    """Regression: the target grows along the diagonal (tensorflow/playground)."""
    points = rng.uniform(-6, 6, (count, 2))
    return points, (points + rng.uniform(-6, 6, (count, 2)) * noise).sum(1) / 10


def make_hills(count, noise, classes, rng):
    """Regression: three hills and three hollows of radius 2 (tensorflow/playground, "multi gaussian")."""
    centres = np.array([[-4, 2.5], [0, 2.5], [4, 2.5], [-4, -2.5], [0, -2.5], [4, -2.5]])
    signs = np.array([1, -1, 1, -1, 1, -1])
    points = rng.uniform(-6, 6, (count, 2))
    seen = points + rng.uniform(-6, 6, (count, 2)) * noise
    heights = signs * np.clip(1 - np.linalg.norm(seen[:, None] - centres, axis=2) / 2, 0, 1)
    return points, heights[np.arange(count), np.abs(heights).argmax(1)]


def make_sine(count, noise, classes, rng):
    """Regression: waves along the first coordinate that fade along the second."""
    points = rng.uniform(-6, 6, (count, 2))
    return points, np.sin(1.3 * points[:, 0]) * (points[:, 1] + 6) / 12 + rng.normal(0, noise, count)


@dataclass(frozen=True)
class Maker:
    """One data set: its words, its kind of target and the function that samples it."""

    key: str
    title: str
    task: Task
    make: Callable[..., tuple[np.ndarray, np.ndarray]]
    many_classes: bool = False


MAKERS: dict[str, Maker] = {
    each.key: each
    for each in (
        Maker("circle", "Circle", "binary", make_circle), Maker("xor", "XOR", "binary", make_xor),
        Maker("gaussians", "Gaussians", "binary", make_gaussians), Maker("spiral", "Spiral", "binary", make_spiral),
        Maker("moons", "Moons", "binary", make_moons), Maker("checkerboard", "Checkerboard", "binary", make_checkerboard),
        Maker("blobs", "Blobs (2–6 classes)", "multiclass", make_blobs, True),
        Maker("pinwheel", "Pinwheel (2–6 classes)", "multiclass", make_pinwheel, True),
        Maker("plane", "Plane (regression)", "regression", make_plane), Maker("hills", "Hills (regression)", "regression", make_hills),
        Maker("sine", "Sine (regression)", "regression", make_sine),
    )
}  # fmt: skip
OWN = "own"
DATASETS: dict[str, str] = {key: maker.title for key, maker in MAKERS.items()} | {OWN: "Own data (drawn or uploaded)"}


@dataclass(frozen=True, eq=False)
class Points:
    """Points in the plane with targets and their split.

    Attributes:
        inputs: (N, 2) float64 in the domain's coordinates; `origin + scale * inputs` are the data's own units.
        targets: (N,) int64 classes from 0, or float64 in about [-1, 1]; `target_origin + target_scale * targets` in own units.
        train, test: Row numbers.
        names: Of the two coordinates.
        classes: Class names; empty for regression.
    """

    inputs: np.ndarray
    targets: np.ndarray
    task: Task
    train: np.ndarray
    test: np.ndarray
    names: tuple[str, str] = ("x₁", "x₂")
    classes: tuple[str, ...] = ()
    origin: np.ndarray = field(default_factory=lambda: np.zeros(2))
    scale: np.ndarray = field(default_factory=lambda: np.ones(2))
    target_name: str = "target"
    target_origin: float = 0.0
    target_scale: float = 1.0
    notes: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """Numbers a network must give: one a class for several classes, else one."""
        return len(self.classes) if self.task == "multiclass" else 1

    def range(self, axis: int) -> tuple[float, float]:
        """The domain along one coordinate, in the data's own units."""
        return tuple(float(self.origin[axis] + self.scale[axis] * end) for end in DOMAIN)  # type: ignore[return-value]

    def own_units(self, rows: np.ndarray) -> np.ndarray:
        return self.origin + self.scale * self.inputs[rows]


@functools.lru_cache(maxsize=64)
def load(dataset: str, own: str, count: int, noise: float, classes: int, train_share: float, data_seed: int) -> Points:
    """The points of one setting; the same setting gives the same points.

    Args:
        own: Digest on the shelf, when `dataset` is "own".
        noise: 0 to 0.5, as each maker takes it.

    Raises:
        UserError: When own data is asked for and not on this machine.
    """
    if dataset == OWN:
        return _own(own, train_share, data_seed)
    maker = MAKERS[dataset]
    inputs, targets = maker.make(count, noise, classes, np.random.default_rng(derive(data_seed, "points")))
    task: Task = "binary" if maker.many_classes and classes == 2 else maker.task
    train, test = split(len(inputs), train_share, data_seed)
    number = classes if maker.many_classes else 2
    names = () if task == "regression" else ("orange", "blue") if task == "binary" else tuple(f"class {i + 1}" for i in range(number))
    return Points(inputs, targets, task, train, test, classes=names)


def split(count: int, train_share: float, data_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shuffled row numbers for training and test; each gets at least one row."""
    order = np.random.default_rng(derive(data_seed, "split")).permutation(count)
    size = min(max(1, round(count * train_share)), count - 1)
    return order[:size], order[size:]


def own_rows(digest: str) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Own data as it was drawn or uploaded: (N, 2) float64 in its own units, targets (N,), and what is known about it.

    Raises:
        UserError: When nothing of this digest is kept on this machine.
    """
    from playground.data import shelf

    if not digest:
        raise UserError("There is no own data yet.", "Draw points or upload a table first.")
    arrays, about = shelf.get(digest)
    return np.asarray(arrays["inputs"], np.float64), np.asarray(arrays["targets"]), about


def _own(digest: str, train_share: float, data_seed: int) -> Points:
    raw, targets, about = own_rows(digest)
    train, test = split(len(raw), train_share, data_seed)
    drawn = bool(about.get("drawn"))
    origin, scale = np.zeros(2), np.ones(2)
    if not drawn:  # statistics of the training rows alone: the test rows stay unseen
        origin = raw[train].mean(0)
        spread = raw[train].std(0)
        scale = np.where(spread > 1e-12 * np.abs(origin), spread, 1.0) * SPREADS / DOMAIN[1]  # a constant feature has none to divide by
    target_origin, target_scale = 0.0, 1.0
    if about["task"] == "regression":
        low, high = float(targets[train].min()), float(targets[train].max())
        target_origin, target_scale = (low + high) / 2, max((high - low) / 2, 1e-12)
        targets = (targets - target_origin) / target_scale
    names: Any = tuple(about.get("features", ("x₁", "x₂")))
    return Points((raw - origin) / scale, targets, about["task"], train, test, names, tuple(about.get("classes", ())), origin, scale,
                  str(about.get("target", "target")), target_origin, target_scale, tuple(about.get("notes", ())))  # fmt: skip
