"""What the coach looks for in the live parts of the loss screen; every verdict quotes the run's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.explain.coach import Advice, Evidence, Rule
from playground.functions.losses import LOSSES

SETTLED_STEPS = 200
FOOLED = 1.0  # distance from the true line, of ±6
ROBUST = ("huber", "mae", "log_cosh", "cauchy", "tukey")


def diverged(evidence: Evidence) -> Advice | None:
    """A loss is no longer finite."""
    if not evidence.diverged:
        return None
    fit: Any = evidence.experiment
    rate = fit.learning_rate
    return Advice(
        "Diverged", f"At a learning rate of {rate:g} a loss stopped being a finite number after {evidence.step:,} steps.",
        "Each step overshoots the minimum by more than it was off before. A smaller step settles.",
        {"learning_rate": float(f"{rate / 10:.1g}")}, "problem",
    )  # fmt: skip


def fooled(evidence: Evidence) -> Advice | None:
    """Only losses that outliers rule were chosen, and they lead the fit away."""
    fit: Any = evidence.experiment
    chosen = fit.losses
    if evidence.step < SETTLED_STEPS or any(key in ROBUST for key in chosen):
        return None
    for key in chosen:
        distance = evidence.column(f"{key}_distance")
        if len(distance) and distance[-1] > FOOLED:
            words = "Its pull grows with the distance, so a few strays outweigh all others. A robust loss holds the line."
            return Advice(f"{LOSSES[key].title} follows the outliers", f"Its fit is {distance[-1]:.2f} away from the true line.",
                          words, {"losses": (*chosen[:5], "huber")})  # fmt: skip
    return None


def let_go(evidence: Evidence) -> Advice | None:
    """A redescending loss whose scale is so small that no point pulls."""
    fit: Any = evidence.experiment
    chosen, pulls = fit.losses, evidence.view.get("pull")
    if pulls is None or "tukey" not in chosen or evidence.step < SETTLED_STEPS:
        return None
    row = np.asarray(pulls)[chosen.index("tukey")]
    if (row > 0).mean() >= 0.5:
        return None
    return Advice(
        "Tukey has let go of the data", f"Only {(row > 0).mean():.0%} of the points pull at its fit; the others lie beyond c.",
        "It started too far off for so small a c. A larger c catches the points, then it can be lowered.",
        {"tukey_c": 4.685},
    )  # fmt: skip


def blind(evidence: Evidence) -> Advice | None:
    """Accurate because it never calls the rare class, and no weighting beside it."""
    accuracy, recall = evidence.column("plain_accuracy"), evidence.column("plain_recall")
    model: Any = evidence.experiment
    methods = model.methods
    if evidence.step < SETTLED_STEPS or "weighted" in methods or not len(recall) or recall[-1] > 0.3 or accuracy[-1] < 0.9:
        return None
    return Advice(
        "Accurate and blind", f"{accuracy[-1]:.1%} accurate, but only {recall[-1]:.1%} of the rare examples are found.",
        "With so few of them, calling everything common is nearly always right. Weighting makes both classes count.",
        {"methods": (*methods, "weighted")},
    )  # fmt: skip


def false_alarms(evidence: Evidence) -> Advice | None:
    """Full weighting of a very rare class calls far too much rare."""
    model: Any = evidence.experiment
    precision = evidence.column("weighted_precision")
    if evidence.step < SETTLED_STEPS or not len(precision) or precision[-1] > 0.15 or model.balance < 0.6:
        return None
    return Advice(
        "Mostly false alarms", f"Of its calls only {precision[-1]:.1%} are right.",
        f"Each rare example counts {model.positive_weight:.0f} times. Half the weighting finds a better balance.",
        {"balance": 0.5},
    )  # fmt: skip


OUTLIERS: tuple[Rule, ...] = (diverged, fooled, let_go)
IMBALANCE: tuple[Rule, ...] = (diverged, blind, false_alarms)
