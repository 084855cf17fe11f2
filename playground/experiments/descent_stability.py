"""Which learning rates and momenta converge: measured on the surface at hand, and known exactly for a quadratic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.experiments.descent import Descent
from playground.functions.surfaces import Surface, gradient, hessian, minima
from playground.optimizers.batched import RULES

if TYPE_CHECKING:
    from torch import Tensor

RATE_EXPONENTS = (-4.0, 1.0)  # of ten
RATE_SIDE, MOMENTUM_SIDE = 81, 41
LARGEST_MOMENTUM = 0.99
MOST_STEPS = 300
DONE, GONE = 1e-12, 1e9  # a gradient shrunk or grown to this share of the first says enough


def axes() -> tuple[np.ndarray, np.ndarray]:
    """Learning rates (81,), spaced by factors, and momenta (41,)."""
    return 10 ** np.linspace(*RATE_EXPONENTS, RATE_SIDE), np.linspace(0, LARGEST_MOMENTUM, MOMENTUM_SIDE)


def stability(rule: str, **values: Any) -> dict[str, Any]:
    """Heavy ball or Nesterov from the race's start, at every learning rate and momentum of `axes`, with full gradients and no schedule.

    All pairs walk together as rows of one tensor, by the rules that `tests/networks` hold against torch.optim.

    Args:
        rule: "momentum" or "nesterov".

    Returns:
        `digits` (41, 81) float32, row 0 without momentum: decimal digits by which the gradient shrinks per step, by regression over the
        walk; negative where it grows. `turning` likewise: share of moves that go back against the one before. `reached`: whether it shrank to the
        verdict's level ground. `steps`. `curvatures` (2,) at the minimum nearest to the start, or NaN; `exact` whether they hold everywhere.
    """
    experiment = Descent(**values)
    ground, steps = experiment.ground(), min(experiment.steps, MOST_STEPS)
    rates, momenta = axes()
    mu, rate = (torch.from_numpy(each.reshape(-1, 1).copy()) for each in np.meshgrid(momenta, rates, indexing="ij"))
    found = _together(ground, RULES[rule], experiment.place(), rate, mu, steps)
    shape = (MOMENTUM_SIDE, RATE_SIDE)
    arrays = {name: value.to(torch.float32).reshape(shape).numpy() for name, value in found.items()}
    return {**arrays, "steps": steps, "curvatures": np.array(curvatures(ground, experiment.place())), "exact": ground.curvatures is not None}


def _together(ground: Surface, rule: Any, start: tuple[float, float], rate: Tensor, mu: Tensor, steps: int) -> dict[str, Tensor]:
    points = torch.tensor([start], dtype=torch.float64).repeat(len(rate), 1)
    slots = {name: torch.zeros_like(points) for name in rule.slots}
    active = torch.ones(len(points), dtype=torch.bool)
    sums = torch.zeros(5, len(points), dtype=torch.float64)  # of 1, t, t², l, t·l with l the logarithm of the gradient's length
    first, last, before = None, torch.zeros(len(points), dtype=torch.float64), torch.zeros_like(points)
    turns, moves = torch.zeros(len(points), dtype=torch.float64), torch.zeros(len(points), dtype=torch.float64)
    for t in range(steps + 1):
        slopes = gradient(ground, points[:, 0], points[:, 1])[1]
        length = slopes.norm(dim=1)
        first = length if first is None else first
        readable = active & torch.isfinite(length)
        logarithm = torch.log10((length / first).clamp(1e-300, 1e300)).nan_to_num(0)
        sums += torch.stack([torch.ones_like(length), torch.full_like(length, t), torch.full_like(length, t * t), logarithm, t * logarithm]) * readable
        last = torch.where(readable, length, torch.where(active, torch.inf, last))
        active &= torch.isfinite(length) & (length > DONE * first) & (length < GONE * first)
        if t == steps or not active.any():
            break
        now = points.clone()
        rule.update(now, torch.where(active[:, None], slopes, 0.0), slots, rate, mu, t + 1)
        move = torch.where(active[:, None], now - points, 0.0)
        turns += (move * before).sum(1) < 0
        moves += active
        points, before = points + move, move
    n, st, stt, sl, stl = sums
    slope = (n * stl - st * sl) / (n * stt - st * st).clamp(min=1e-12)
    return {"digits": -slope, "turning": turns / moves.clamp(min=1), "reached": (last < 1e-2).double()}


def curvatures(ground: Surface, start: tuple[float, float]) -> tuple[float, float]:
    """Smallest and largest curvature at the known minimum nearest to `start`; NaN where none is known or it has a pointed tip."""
    if ground.curvatures:
        return ground.curvatures
    places = minima(ground)
    if not len(places):
        return (float("nan"), float("nan"))
    nearest = places[(places - torch.tensor(start, dtype=torch.float64)).norm(dim=1).argmin()]
    second = hessian(ground, float(nearest[0]), float(nearest[1]))
    if not torch.isfinite(second).all():
        return (float("nan"), float("nan"))
    if ground.y is None:
        return (float(second[0, 0]),) * 2
    low, high = torch.linalg.eigvalsh(second).tolist()
    return low, high


# What is known exactly for a quadratic with curvature λ -----------------------------------------------------------------


def largest_rate(rule: str, momentum: np.ndarray | float, curvature: float) -> np.ndarray:
    """The learning rate at which the steps stop shrinking: 2 (1 + μ) / λ for the heavy ball, 2 (1 + μ) / ((1 + 2μ) λ) for Nesterov.

    Source:
        Polyak 1964, theorem 9; O'Donoghue and Candès 2015, section 2 (as the roots of the iteration's characteristic polynomial leave the unit circle).
    """
    momentum = np.asarray(momentum, np.float64)
    return 2 * (1 + momentum) / curvature / (1 + 2 * momentum if rule == "nesterov" else 1)


def contraction(rule: str, rate: np.ndarray | float, momentum: np.ndarray | float, curvature: float) -> np.ndarray:
    """Factor by which the distance shrinks per step in the long run: the largest root of the characteristic polynomial in absolute value."""
    rate, momentum = np.asarray(rate, np.float64), np.asarray(momentum, np.float64)
    left = 1 - rate * curvature
    middle, product = ((1 + momentum) * left, momentum * left) if rule == "nesterov" else (left + momentum, momentum + 0 * left)
    inside = np.sqrt((middle**2 - 4 * product).astype(complex))
    return np.maximum(np.abs(middle + inside), np.abs(middle - inside)) / 2


def best(low: float, high: float) -> tuple[float, float]:
    """Learning rate and momentum with which the heavy ball is fastest on curvatures from `low` to `high`.

    Source:
        Polyak 1964: (2 / (√λ₁ + √λₙ))² and ((√κ - 1) / (√κ + 1))².
    """
    root_low, root_high = np.sqrt(low), np.sqrt(high)
    return float((2 / (root_low + root_high)) ** 2), float(((root_high - root_low) / (root_high + root_low)) ** 2)
