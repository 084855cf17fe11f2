"""Learning-rate schedules: the multiplier of the learning rate before update `step` (from 0) of `total_steps`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """One schedule; `factor(step, total_steps)` is 1 where the full learning rate applies."""

    key: str
    title: str
    latex: str
    factor: Callable[[int, int], float]


def _step(step: int, total: int) -> float:
    return 0.1 ** (3 * step // max(1, total))


def _cosine(step: int, total: int) -> float:
    return 0.5 * (1 + math.cos(math.pi * min(step, total) / max(1, total)))


def _warmup(step: int, total: int) -> float:
    return min(1.0, (step + 1) / max(1, round(0.1 * total)))


def _one_cycle(step: int, total: int) -> float:
    rise = 0.3 * total
    if step < rise:
        return 0.04 + 0.96 * 0.5 * (1 - math.cos(math.pi * step / max(1.0, rise)))
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rise) / max(1.0, total - rise))))


def _exponential(step: int, total: int) -> float:
    return 0.01 ** (step / max(1, total))


SCHEDULES: dict[str, Schedule] = {
    each.key: each
    for each in (
        Schedule("constant", "Constant", "1", lambda step, total: 1.0),
        Schedule("step", "Step", r"0.1^{\lfloor 3t/T \rfloor}", _step),
        Schedule("exponential", "Exponential", r"0.01^{t/T}", _exponential),
        Schedule("cosine", "Cosine", r"\tfrac12 (1 + \cos \pi t/T)", _cosine),
        Schedule("warmup", "Warm-up", r"\min(1, (t+1)/0.1T)", _warmup),
        Schedule("one_cycle", "One cycle", r"\text{rise, then fall, both cosine}", _one_cycle),
    )
}
