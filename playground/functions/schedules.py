"""Learning-rate schedules: the multiplier of the learning rate before update `step` (from 0) of `total_steps`.

Each equals its namesake in torch.optim.lr_scheduler where torch has one; `tests/functions/test_schedules.py` compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from playground.core.errors import UserError
from playground.functions.parameters import Parameter, filled

DIVISOR, FINAL_DIVISOR = 25.0, 1e4  # OneCycleLR's defaults: it starts at 1/25 of the peak and ends at 1e-4 of the start


@dataclass(frozen=True)
class Schedule:
    """One schedule.

    Attributes:
        torch_name: The scheduler in torch.optim.lr_scheduler that does the same.
        latex: The multiplier, with t the step from 0 and T the number of steps.
        help: One sentence on what it is for.
        parameters: Its shape parameters.
    """

    key: str
    title: str
    torch_name: str
    latex: str
    help: str
    rule: Callable[..., float]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    source: str = ""

    def factor(self, step: int, total_steps: int, **parameters: float) -> float:
        """The multiplier, at least 0, before update `step`; steps at or past the end keep the last value.

        Raises:
            UserError: For a parameter it does not have, a step below 0 or fewer than one step in total.
        """
        if step < 0 or total_steps < 1:
            raise UserError(f"{self.title} needs a step from 0 and at least one step in total, got {step} of {total_steps}.")
        shape = filled(self.title, self.parameters, parameters) if self.parameters or parameters else {}
        return self.rule(step, total_steps, **shape)

    def factors(self, total_steps: int, **parameters: float) -> np.ndarray:
        """All multipliers of a run, (total_steps,) float64."""
        return np.array([self.factor(step, total_steps, **parameters) for step in range(total_steps)])


def _constant(step: int, total: int) -> float:
    return 1.0


def _step(step: int, total: int, drop: float, stairs: float) -> float:
    return drop ** (step // math.ceil(total / stairs))


def _exponential(step: int, total: int, final: float) -> float:
    return final ** (min(step, total) / total)


def _cosine(step: int, total: int, final: float) -> float:
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(step, total) / total))


def _warmup(step: int, total: int, share: float) -> float:
    return min(1.0, (step + 1) / max(1, round(share * total)))


def _warmup_cosine(step: int, total: int, share: float, final: float) -> float:
    rise = round(share * total)
    return (step + 1) / rise if step < rise else _cosine(step - rise, max(1, total - rise), final)


def _one_cycle(step: int, total: int, share: float) -> float:
    start, end = 1 / DIVISOR, 1 / DIVISOR / FINAL_DIVISOR
    turn, last = share * total - 1, total - 1
    step = min(step, last)
    if step <= turn:
        return _swing(start, 1.0, step / turn if turn > 0 else 1.0)
    return _swing(1.0, end, (step - turn) / (last - turn) if last > turn else 1.0)


def _swing(start: float, end: float, share: float) -> float:
    """Half a cosine from `start` to `end`."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))


_FINAL = Parameter(0.0, 0.0, 1.0, "last multiplier", "What is left of the learning rate at the end.")
_SHARE = Parameter(0.1, 0.01, 0.9, "share that rises", "Part of the run during which the learning rate grows.")

SCHEDULES: dict[str, Schedule] = {
    each.key: each
    for each in (
        Schedule("constant", "Constant", "ConstantLR", "1", "The same learning rate throughout.", _constant),
        Schedule("step", "Step", "StepLR", r"\gamma^{\lfloor t / \lceil T/k \rceil \rfloor}", "Drops at once, as accuracy stalls.", _step,
                 {"drop": Parameter(0.1, 0.01, 0.99, "multiplier of a drop"),
                  "stairs": Parameter(3.0, 2.0, 10.0, "stairs", "Pieces of equal length that the run is cut into.", 1.0)}),
        Schedule("exponential", "Exponential", "ExponentialLR", r"f^{\,t/T}", "Falls by the same factor every step.", _exponential,
                 {"final": Parameter(0.01, 0.0001, 1.0, "last multiplier", "What is left of the learning rate at the end.", 0.0001)}),
        Schedule("cosine", "Cosine", "CosineAnnealingLR", r"f + (1 - f)\,\tfrac12 \left(1 + \cos \tfrac{\pi t}{T}\right)",
                 "Long high, then gently down to nothing.", _cosine, {"final": _FINAL}, "Loshchilov and Hutter 2017, equation 5"),
        Schedule("warmup", "Warm-up", "LinearLR", r"\min\left(1, \tfrac{t+1}{sT}\right)", "Small steps while the averages fill, then full ones.",
                 _warmup, {"share": _SHARE}, "Goyal et al. 2017, section 2.2"),
        Schedule("warmup_cosine", "Warm-up, then cosine", "SequentialLR",
                 r"\tfrac{t+1}{sT} \text{ up to } sT, \text{ then } f + (1 - f)\,\tfrac12 \left(1 + \cos \pi \tfrac{t - sT}{T - sT}\right)",
                 "What most transformers are trained with.", _warmup_cosine, {"share": _SHARE, "final": _FINAL}, "Loshchilov and Hutter 2017"),
        Schedule("one_cycle", "One cycle", "OneCycleLR", r"\tfrac{1}{25} \nearrow 1 \searrow 4 \cdot 10^{-6}, \text{ both half a cosine}",
                 "Up to a high rate, then far down.", _one_cycle,
                 {"share": Parameter(0.3, 0.05, 0.9, "share that rises", "Part of the run during which the learning rate grows.")},
                 "Smith and Topin 2019"),
    )
}  # fmt: skip
