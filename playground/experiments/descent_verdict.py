"""How a walk ended, judged from its own numbers by the criteria stated here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLAT = 1e-2  # a gradient shorter than this counts as level ground
NEAR = 1e-4  # above a known minimum by less than this counts as having reached it, however pointed its tip
CURVED = 1e-3  # curvatures closer to 0 than this count as none
LOWEST = 1e-3  # two minima whose heights differ by more than this are told apart
TAIL, LEAST = 0.1, 21  # share of the walk at its end that tells whether it still gets anywhere, and its least number of places
GETTING_ON = 0.15  # distance gained over the length of the path, below which a walk goes back and forth
SETTLING = 0.5  # mean length of its later moves over that of its earlier ones, above which it does not calm down

CRITERIA = (
    f"Reached: the gradient of all examples is shorter than {FLAT:g} (or the height within {NEAR:g} of the known minimum) from some step to the end, and the "
    f"surface curves up there; a saddle or top when it does not. Diverged: no longer a finite number, or a thousand windows away. "
    f"Back and forth: over the last {TAIL:.0%} of the steps it gains less than {GETTING_ON:.0%} of the way it goes, and its moves do not shrink. "
    "Still moving: none of these."
)


@dataclass(frozen=True)
class Verdict:
    """One racer's end.

    Attributes:
        kind: "reached", "local", "saddle", "top", "level", "oscillating", "diverged" or "moving".
        step: Where it came about: level ground for good, or the last step before it was gone; the last step otherwise.
        height, slope: At the last place it was seen: height, and length of the gradient of all examples.
        place: That place.
        minimum: Nearest known minimum, (2,); None where none is known.
    """

    kind: str
    step: int
    height: float
    slope: float
    place: tuple[float, float]
    minimum: tuple[float, float] | None


def judge(positions: np.ndarray, heights: np.ndarray, gradients: np.ndarray, curvatures: np.ndarray, minima: np.ndarray, lowest: float | None) -> Verdict:
    """The verdict on one walk.

    Args:
        positions, gradients: (T + 1, 2); NaN from where the racer is gone.
        heights: (T + 1,).
        curvatures: (2,) eigenvalues of the second derivatives at the last place, ascending; NaN when there are none.
        minima: (M, 2) known global minima.
        lowest: Their height, if known.
    """
    here = np.isfinite(positions).all(1) & np.isfinite(heights)
    last = int(np.argmin(here)) - 1 if not here.all() else len(here) - 1
    last = max(last, 0)
    slopes = np.hypot(gradients[:, 0], gradients[:, 1])
    place = (float(positions[last, 0]), float(positions[last, 1]))
    nearest = minima[np.argmin(np.hypot(*(minima - place).T))] if len(minima) else None
    common = {"height": float(heights[last]), "slope": float(slopes[last]), "place": place,
              "minimum": None if nearest is None else (float(nearest[0]), float(nearest[1]))}  # fmt: skip
    if not here.all():
        return Verdict("diverged", last, **common)
    level = slopes < FLAT
    if lowest is not None:
        level |= heights < lowest + NEAR
    if level[-1]:
        since = len(level) - int(np.argmin(level[::-1])) if not level.all() else 0
        return Verdict(_ground(float(heights[-1]), curvatures, lowest), since, **common)
    kind = "oscillating" if _goes_back_and_forth(positions) else "moving"
    return Verdict(kind, last, **common)


def _ground(height: float, curvatures: np.ndarray, lowest: float | None) -> str:
    if lowest is not None and height < lowest + LOWEST:
        return "reached"
    if not np.isfinite(curvatures).all():
        return "level"
    if curvatures[0] < -CURVED:
        return "top" if curvatures[1] < CURVED else "saddle"
    if curvatures[1] < CURVED:
        return "level"
    return "reached" if lowest is None else "local"


def _goes_back_and_forth(positions: np.ndarray) -> bool:
    """Far along its path and nowhere as the crow flies, with moves that do not shrink."""
    moves = np.diff(positions[-max(LEAST, int(TAIL * len(positions))) :], axis=0)
    lengths = np.hypot(moves[:, 0], moves[:, 1])
    half = len(moves) // 2
    if half < 2 or lengths.sum() == 0:
        return False
    gained = np.hypot(*moves.sum(0)) / lengths.sum()
    return bool(gained < GETTING_ON and lengths[half:].mean() > SETTLING * lengths[:half].mean())
