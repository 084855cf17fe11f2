"""What the gradient-descent screen computes in one go; public functions of plain values for the evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.experiments.descent import Descent
from playground.experiments.descent_verdict import Verdict, judge
from playground.experiments.descent_walk import Racer, Walk, record
from playground.functions.surfaces import Surface, gradient, hessian, minima
from playground.optimizers.anatomy import Moment, dissect

if TYPE_CHECKING:
    from torch import Tensor

MAP_SIDE, SOLID_SIDE, ZOOM_SIDE, CURVE_POINTS = 161, 61, 81, 601
SWEEP_STEPS = 300  # more would only sharpen the same picture
RATE_GRID = tuple(float(each) for each in 10.0 ** np.linspace(-4, 1, 21))


def relief(**values: Any) -> dict[str, Any]:
    """Heights of the surface over its window.

    Returns:
        `x`, `y`: the window (y empty for curves). With two variables `map` (161, 161) and `solid` (61, 61) float32, row 0 at the lowest y,
        NaN where there is no value; with one variable `curve` (601, 2) float64. `minima` (M, 2), `lowest` their height or NaN, `data` (N, 2)
        for the least-squares fit.

    Raises:
        UserError: When the formula has no value anywhere in the window, or none at the start.
    """
    experiment = Descent(**values)
    ground = experiment.ground()
    found: dict[str, Any] = {"x": list(ground.x), "y": list(ground.y or ()), "minima": minima(ground).numpy(), "lowest": lowest_known(ground)}
    if ground.y is None:
        line = torch.linspace(*ground.x, CURVE_POINTS, dtype=torch.float64)
        found["curve"] = torch.stack([line, _finite(ground.height(line, torch.zeros_like(line)))], dim=1).numpy()
        heights = found["curve"][:, 1]
    else:
        found["map"], found["solid"] = _grid(ground, MAP_SIDE), _grid(ground, SOLID_SIDE)
        heights = found["map"]
    if not np.isfinite(heights).any():
        raise UserError("The formula has no finite value anywhere in the window.", "Check its logarithms, roots and powers.", field="formula")
    start = torch.tensor(experiment.place(), dtype=torch.float64)
    if not torch.isfinite(ground.height(start[0], start[1])):
        raise UserError(f"The surface has no finite value at the start ({start[0]:g}, {start[1]:g}).", "Choose another start.", field="start")
    if ground.data is not None:
        found["data"] = torch.stack(ground.data(), dim=1).numpy()
    return found


def lowest_known(ground: Surface) -> float:
    """Height of the known minima; NaN when none is known."""
    places = minima(ground)
    return float(ground.height(places[:, 0], places[:, 1]).min()) if len(places) else float("nan")


def _grid(ground: Surface, side: int) -> np.ndarray:
    assert ground.y is not None
    y, x = torch.meshgrid(torch.linspace(*ground.y, side, dtype=torch.float64), torch.linspace(*ground.x, side, dtype=torch.float64), indexing="ij")
    return _finite(ground.height(x, y)).to(torch.float32).numpy()


def _finite(heights: Tensor) -> Tensor:
    return torch.where(heights.abs() < 1e30, heights, torch.nan)


def race(**values: Any) -> dict[str, Any]:
    """Every racer's whole walk.

    Returns:
        What `descent_walk.record` gives, `curvatures` (P, 2) at each racer's last place, `factors` (steps,) of the schedule.
    """
    experiment = Descent(**values)
    walk = experiment.walk()
    found: dict[str, Any] = record(walk, experiment.steps)
    found["curvatures"] = np.stack([_curvatures(walk.surface, each) for each in found["positions"]])
    return found | {"factors": experiment.factors()}


def _curvatures(ground: Surface, positions: np.ndarray) -> np.ndarray:
    here = positions[np.isfinite(positions).all(1)]
    second = hessian(ground, *map(float, here[-1]))
    if not torch.isfinite(second).all():
        return np.full(2, np.nan)
    if ground.y is None:
        return np.full(2, float(second[0, 0]))
    return torch.linalg.eigvalsh(second).numpy()


def verdicts(found: dict[str, Any], scene: dict[str, Any]) -> list[Verdict]:
    """One a racer, from what `race` and `relief` gave."""
    lowest = None if np.isnan(scene["lowest"]) else float(scene["lowest"])
    return [judge(*each, scene["minima"], lowest) for each in zip(found["positions"], found["heights"], found["gradients"], found["curvatures"], strict=True)]


def good_rates(**values: Any) -> dict[str, float]:
    """For each chosen optimizer the learning rate, out of 21 between 1e-4 and 10, that is lowest over the whole
    walk: the mean of the logarithm of the height above the lowest that any of them found.

    Returns:
        Field name of the learning rate → rate.
    """
    experiment = Descent(**{**values, "rates": 1})
    found = sweep(**experiment.arguments())
    best = [float(f"{RATE_GRID[int(np.argmin(row))]:.2g}") for row in found["scores"]]
    return {f"{key}_learning_rate": rate for key, rate in zip(experiment.optimizers, best, strict=True)}


def sweep(**values: Any) -> dict[str, np.ndarray]:
    """How the learning rate decides: every chosen optimizer at 21 rates from 1e-4 to 10, for at most 300 steps.

    Returns:
        `rates` (21,); `heights` (optimizers, 21) above the lowest known or found, the mean over the last tenth of the steps, infinite where the
        walk left the surface; `scores` likewise, the mean over all steps of the logarithm of that height.
    """
    experiment = Descent(**{**values, "rates": 1, "steps": min(values.get("steps", SWEEP_STEPS), SWEEP_STEPS)})
    racers = [Racer(f"{i}/{k}", "", each.key, {**each.hyperparameters, "learning_rate": rate})
              for i, each in enumerate(experiment.racers()) for k, rate in enumerate(RATE_GRID)]  # fmt: skip
    walk = experiment.walk(racers)
    heights = np.empty((experiment.steps + 1, len(racers)))
    for step in range(experiment.steps):
        heights[step] = walk.heights()
        walk.step()
    heights[-1] = walk.heights()
    known = lowest_known(walk.surface)
    above = heights - (heights.min() if np.isnan(known) else known)
    shape = (len(experiment.optimizers), len(RATE_GRID))
    scores = np.log10(above.clip(0) + 1e-6 * above[0, 0]).mean(0)
    return {"rates": np.array(RATE_GRID), "heights": above[-max(1, experiment.steps // 10) :].mean(0).reshape(shape), "scores": scores.reshape(shape)}


def dissected(key: str, step: int, **values: Any) -> dict[str, Any]:
    """One step of one optimizer taken apart.

    Args:
        key: Which optimizer, with its hyperparameters as set.
        step: Which of its steps, from 1; later ones than it took stand for its last.

    Returns:
        `step` as used, `before` and `after` (2,) positions, `full` (2,) gradient of all examples, `slope` (2,) of the step's batch, `rate`, `lines`
        [(words, latex, numbers)], `forces` and `pieces` [(words, (2,) list)], `move` (2,), `scaling` (2,) or None, `path` (step + 1, 2) up to there,
        and `map` (81, 81) of the surface around it over `x` and `y`.
    """
    experiment = Descent(**values)
    racer = experiment.racer(key)
    walk = experiment.walk([racer])
    path = [walk.positions()[0]]
    before: dict[str, Any] = {}
    for _ in range(min(step, experiment.steps)):
        state = _plain(walk)
        walk.step()
        if not walk.alive[0]:
            break
        before = state
        path.append(walk.positions()[0])
    if len(path) < 2:
        raise UserError(f"{racer.title} leaves the surface in its first step, so there is nothing to take apart.", "Lower its learning rate.")
    taken = len(path) - 1
    rate = racer.learning_rate * float(walk.factors[taken - 1])
    slope = slope_at(walk.surface, path[-2], walk.batches.at(taken - 1))
    moved = path[-1] - path[-2]
    moment = Moment(path[-2], slope, rate, taken, before, _plain(walk), moved, racer.hyperparameters)
    parts = dissect(racer.key, moment)
    return {
        "step": taken, "before": path[-2], "after": path[-1], "full": slope_at(walk.surface, path[-2], None), "slope": slope, "rate": rate,
        "lines": [(each.words, each.latex, np.atleast_1d(each.value).tolist()) for each in parts.lines],
        "forces": [(words, vector.tolist()) for words, vector in parts.forces], "pieces": [(words, vector.tolist()) for words, vector in parts.pieces],
        "move": parts.move, "scaling": parts.scaling, "path": np.array(path), "title": racer.title, "key": racer.key,
        "hyperparameters": dict(racer.hyperparameters),
        **_around(walk.surface, path[-2], path[-1]),
    }  # fmt: skip


def _plain(walk: Walk) -> dict[str, Any]:
    """torch's state of the only racer, copied to arrays and numbers."""

    def plain(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value.detach().reshape(-1).numpy().copy() if value.ndim else float(value)
        return [plain(each) for each in value] if isinstance(value, list) else value

    return {name: plain(value) for name, value in walk.optimizers[0].state[walk.points[0]].items()}


def _around(ground: Surface, before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """The surface in a square around a step, wide enough to see it well and never wider than the window."""
    middle, whole = (before + after) / 2, ground.x[1] - ground.x[0]
    half = float(np.clip(1.6 * np.abs(after - before).max(), 1e-4 * whole, 0.5 * whole))
    x, y = ((float(each - half), float(each + half)) for each in middle)
    if ground.y is None:
        line = torch.linspace(*x, CURVE_POINTS, dtype=torch.float64)
        return {"x": x, "y": None, "curve": torch.stack([line, _finite(ground.height(line, torch.zeros_like(line)))], dim=1).numpy()}
    rows, columns = torch.meshgrid(torch.linspace(*y, ZOOM_SIDE, dtype=torch.float64), torch.linspace(*x, ZOOM_SIDE, dtype=torch.float64), indexing="ij")
    return {"x": x, "y": y, "map": _finite(ground.height(columns, rows)).to(torch.float32).numpy()}


def slope_at(ground: Surface, place: np.ndarray, batch: Any) -> np.ndarray:
    """Gradient at one place, (2,)."""
    x, y = torch.tensor(place, dtype=torch.float64)
    return gradient(ground, x, y, batch)[1].numpy()
