"""What the coach looks for in recurrent runs; every verdict quotes the run's own numbers."""

from __future__ import annotations

import math

import numpy as np

from playground.explain.coach import Advice, Evidence, Rule
from playground.explain.numbers import plain

LATELY = 8  # records that count as now
EARLY = 40  # steps within which nothing is wrong yet
FAINT = 1e-5  # share of the gradient that reaches the first step, below which it teaches nothing
LONG = 50.0  # a gradient this long throws a network off
LIKE_CHANCE = 0.93  # of the loss of chance: hardly better
PATIENCE = 600
TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def _cells(evidence: Evidence) -> tuple[str, ...]:
    return evidence.experiment.cells  # type: ignore[attr-defined,no-any-return]


def _late(evidence: Evidence, name: str) -> np.ndarray:
    return np.asarray(evidence.metrics.get(name, ()), np.float64)[-LATELY:]


def _slower(rate: float, by: float) -> float:
    return max(1e-5, float(f"{rate / by:.1g}"))


def diverged(evidence: Evidence) -> Advice | None:
    """A loss that is no number any more."""
    lost = [cell for cell in _cells(evidence) if len(each := _late(evidence, f"{cell}_loss")) and not math.isfinite(each[-1])]
    if not lost:
        return None
    now = evidence.experiment
    changes = {"learning_rate": _slower(now.learning_rate, 10), **({} if now.clip else {"clip": 1.0})}  # type: ignore[attr-defined]
    return Advice("Diverged", f"The loss of {', '.join(TITLES[cell] for cell in lost)} has left all bounds by step {evidence.step:,}.",
                  "Steps are too long. Cut the gradient, or take smaller ones.", changes, "problem")  # fmt: skip


def exploding(evidence: Evidence) -> Advice | None:
    """Without clipping, a gradient of enormous length."""
    now = evidence.experiment
    if now.clip or evidence.step < 2:  # type: ignore[attr-defined]
        return None
    longest = {cell: float(np.max(each)) for cell in _cells(evidence) if len(each := evidence.column(f"{cell}_longest"))}
    worst = max(longest, key=lambda cell: longest[cell], default=None)
    if worst is None or longest[worst] < LONG:
        return None
    return Advice("Exploding gradient", f"The {TITLES[worst]}'s gradient has been {longest[worst]:.2g} long, and nothing cuts it.",
                  "Going back in time multiplies it again and again. Clipping keeps its direction and limits its length.", {"clip": 1.0}, "problem")  # fmt: skip


def too_fast(evidence: Evidence) -> Advice | None:
    """Losses that stay far above chance or jump."""
    chance = evidence.view.get("chance_loss", math.nan) if evidence.view else math.nan
    if evidence.step < EARLY or evidence.experiment.learning_rate < 0.03 or not math.isfinite(chance):  # type: ignore[attr-defined]
        return None
    worst = {cell: float(np.mean(each)) for cell in _cells(evidence) if len(each := _late(evidence, f"{cell}_loss")) == LATELY}
    above = {cell: value for cell, value in worst.items() if value > 1.15 * chance}
    if not above:
        return None
    cell = max(above, key=lambda each: above[each])
    rate = evidence.experiment.learning_rate  # type: ignore[attr-defined]
    return Advice("Learning rate too high", f"After {evidence.step:,} steps the {TITLES[cell]}'s loss is {above[cell]:.3g}; a guess that remembers nothing gets {chance:.3g}.",
                  "Every step overshoots, and gates driven to 0 or 1 hardly learn any more. Take shorter steps.",
                  {"learning_rate": _slower(rate, 10)}, "problem")  # fmt: skip


def vanishing(evidence: Evidence) -> Advice | None:
    """At chance for long, and nothing of the gradient comes back to the first step."""
    chance = evidence.view.get("chance_loss", math.nan) if evidence.view else math.nan
    if evidence.step < PATIENCE or not math.isfinite(chance):
        return None
    stuck = {}
    for cell in _cells(evidence):
        losses, flow = _late(evidence, f"{cell}_loss"), np.asarray(evidence.view.get(f"flow_{cell}", (math.nan,)), np.float64)
        if len(losses) == LATELY and np.all(losses > LIKE_CHANCE * chance) and float(flow[0]) < FAINT:
            stuck[cell] = float(flow[0])
    if not stuck:
        return None
    cell = min(stuck, key=lambda each: stuck[each])
    now = evidence.experiment
    changes: dict[str, object] = {}
    if set(stuck) == set(_cells(evidence)):
        changes = {"forget_bias": 2.0} if "lstm" in stuck and now.forget_bias < 1 else {"length": max(10, int(now.length) // 2)}  # type: ignore[attr-defined]
    return Advice("Vanishing gradient", f"Of the {TITLES[cell]}'s gradient {plain(stuck[cell], 1)} comes back to the first step, and its loss is still that of chance.",
                  "It cannot see what it would have to remember. Gated cells keep a way open; shorter sequences are a start.", changes,
                  "problem" if changes else "hint")  # fmt: skip


def too_slow(evidence: Evidence) -> Advice | None:
    """Losses that hardly move with a tiny learning rate."""
    rate = evidence.experiment.learning_rate  # type: ignore[attr-defined]
    if evidence.step < 150 or rate > 3e-4:
        return None
    cell = _cells(evidence)[0]
    losses = evidence.column(f"{cell}_loss")
    if len(losses) < LATELY or losses[-1] < 0.9 * losses[0]:
        return None
    return Advice("Learning rate too low", f"In {evidence.step:,} steps the {TITLES[cell]}'s loss went from {losses[0]:.3g} to {losses[-1]:.3g}.",
                  "Steps are so short that nothing happens.", {"learning_rate": min(0.01, rate * 20)})  # fmt: skip


def by_heart(evidence: Evidence) -> Advice | None:
    """The loss on the learnt part falls while that on the rest rises."""
    for cell in _cells(evidence):
        test, learnt = evidence.column(f"{cell}_loss"), _late(evidence, f"{cell}_batch_loss")
        if evidence.step < PATIENCE / 4 or len(test) < 3 * LATELY or len(learnt) < LATELY:
            continue
        best, now, fit = float(test.min()), float(np.mean(test[-LATELY:])), float(np.nanmean(learnt))
        if now > 1.15 * best and fit < 0.8 * now:
            units = evidence.experiment.units  # type: ignore[attr-defined]
            changes = {"units": max(4, units // 2)} if units > 4 else {}
            return Advice("Learning by heart", f"The {TITLES[cell]}'s loss on the learnt part is {fit:.3g}, on the rest {now:.3g}; it was {best:.3g} before.",
                          "There is more room in the network than there is to be learnt. Stop earlier, take fewer units, or more data.", changes)  # fmt: skip
    return None


def beaten(evidence: Evidence) -> Advice | None:
    """No cell forecasts better than repeating the last value."""
    chance = evidence.view.get("chance_loss", math.nan) if evidence.view else math.nan
    if evidence.step < PATIENCE / 2 or not math.isfinite(chance):
        return None
    losses = {cell: float(np.mean(each)) for cell in _cells(evidence) if len(each := _late(evidence, f"{cell}_loss")) == LATELY}
    if not losses or min(losses.values()) < 0.98 * chance:
        return None
    cell = min(losses, key=lambda each: losses[each])
    now = evidence.experiment
    changes = {} if now.changes or now.series == "walk" else {"changes": True}  # type: ignore[attr-defined]
    return Advice("No better than the last value", f"The best cell, the {TITLES[cell]}, has a squared error of {losses[cell]:.3g}; repeating the last value {chance:.3g}.",
                  "Either there is nothing to find, as in a random walk, or the level leaves the range that was learnt.", changes)  # fmt: skip


RULES: tuple[Rule, ...] = (diverged, exploding, too_fast, vanishing, too_slow)
FORECAST_RULES: tuple[Rule, ...] = (diverged, exploding, beaten, by_heart, too_slow)
TEXT_RULES: tuple[Rule, ...] = (diverged, exploding, too_fast, by_heart, too_slow)
