"""What the coach looks for on the overfitting screen; every verdict quotes the run's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.experiments.overfitting_widths import UNITS
from playground.explain.activation_words import number
from playground.explain.coach import Advice, Evidence, Rule
from playground.explain.overfitting_verdict import doubling

SETTLED = 400  # steps before a network is judged
MISSED = 1.6  # validation error over the lowest on the way, from which a penalty is too strong: below, chance does as much
WORSE = 1.25  # validation error over the best one's, from which a size is a bad choice


def _last(evidence: Evidence, name: str) -> float:
    values = evidence.column(name)
    return float(values[-1]) if len(values) else float("nan")


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    now: Any = evidence.experiment
    return Advice("Diverged", f"At a learning rate of {now.learning_rate:g} the loss left all bounds after {evidence.step:,} steps.",
                  "Each step overshot by more than it was off. A smaller one stays in the valley.",
                  {"learning_rate": max(1e-4, float(f"{now.learning_rate / 10:.1g}"))}, "problem")  # fmt: skip


def wrong_size(evidence: Evidence) -> Advice | None:
    """The complexity looked at has a clearly larger validation error than another."""
    view, now = evidence.view, evidence.experiment
    if not view.get("known") or evidence.diverged or (now.family == "network" and evidence.step < SETTLED):  # type: ignore[attr-defined]
        return None
    ladder, fresh, train = (np.asarray(view[name]) for name in ("complexity", "fresh_error", "train_error"))
    place, best = int(np.abs(ladder - view["chosen"]).argmin()), int(fresh.argmin())
    if not fresh[place] > WORSE * fresh[best] or place == best:
        return None
    field, words = ("degree", "degree {:.0f}") if now.family == "polynomial" else ("hidden_units", "{:.0f} hidden units")  # type: ignore[attr-defined]
    numbers = f"Its validation error is {number(fresh[place])}, that of {words.format(ladder[best])} {number(fresh[best])}."
    changes = {field: int(ladder[best])}
    if place < best:
        return Advice("Underfitting", f"{numbers} Its training error, {number(train[place])}, is high as well.", "This model cannot bend enough.", changes)
    return Advice("Overfitting", f"{numbers} On its own points it errs by only {number(train[place])}.", "It has room to spare and fills it with noise.", changes)


def no_care(evidence: Evidence) -> Advice | None:
    """Nothing is switched on and the gap is wide."""
    now: Any = evidence.experiment
    train, fresh = _last(evidence, "train_loss"), _last(evidence, "validation_loss")
    if now.on or evidence.diverged or evidence.step < SETTLED or not fresh > 1.5 * train + 0.05:
        return None
    return Advice("Overfitting, and nothing against it", f"Training error {number(train)}, validation error {number(fresh)}.",
                  "Switch a regularizer on and watch the right-hand network leave its twin.", {"l2": 0.01})  # fmt: skip


def too_much(evidence: Evidence) -> Advice | None:
    """The regularized network cannot even follow its own points, and is no better for it."""
    now: Any = evidence.experiment
    train, best = _last(evidence, "train_loss"), evidence.column("plain_validation_loss")
    fresh = evidence.column("validation_loss")
    if evidence.diverged or evidence.step < SETTLED or not len(best) or not len(fresh) or evidence.view.get("stopped"):
        return None
    lowest = float(min(best.min(), fresh.min()))
    if not (fresh[-1] > MISSED * lowest and fresh[-1] < 1.15 * train):
        return None
    changes = {name: float(f"{getattr(now, name) / 3:.1g}") for name in ("l2", "l1", "weight_decay", "jitter") if getattr(now, name)}
    if now.dropout > 0.3:
        changes["dropout"] = 0.2
    if not changes:
        return None
    return Advice("Too much of it", f"Training error {number(train)} and validation error {number(fresh[-1])} are alike and both high; {number(lowest)} was reached on the way.",
                  "So strong a penalty leaves no room for the pattern itself.", changes)  # fmt: skip


def still_wide(evidence: Evidence) -> Advice | None:
    """Something is on, the gap is as wide as without."""
    now: Any = evidence.experiment
    gap = _last(evidence, "validation_loss") - _last(evidence, "train_loss")
    plain = _last(evidence, "plain_validation_loss") - _last(evidence, "plain_train_loss")
    if not now.on or evidence.diverged or evidence.step < 3 * SETTLED or not (plain > 0.1 and gap > 0.75 * plain) or evidence.view.get("stopped"):
        return None
    stronger = {name: min(top, float(f"{max(3 * getattr(now, name), low):.1g}")) for name, low, top in
                (("l2", 0.003, 0.1), ("l1", 0.001, 0.1), ("weight_decay", 0.1, 1.0), ("jitter", 0.05, 0.2)) if getattr(now, name)}  # fmt: skip
    return Advice("Hardly any effect", f"The gap is {number(gap)}, without care {number(plain)}.", "This is too weak for so few points, or works in another way.",
                  stronger or {"l2": 0.01})  # fmt: skip


def lopsided(evidence: Evidence) -> Advice | None:
    """Nearly all of the avoidable error is bias, or variance, and another complexity would be clearly better."""
    view, now = evidence.view, evidence.experiment
    if not view.get("known") or evidence.diverged or evidence.step < (SETTLED if now.family == "network" else 5):  # type: ignore[attr-defined]
        return None
    ladder, total, bias2, variance = (np.asarray(view[name]) for name in ("complexity", "total_by", "bias2_by", "variance_by"))
    place, best = int(np.abs(ladder - view["chosen"]).argmin()), int(np.nanargmin(total))
    if place == best or not total[place] > WORSE * total[best]:
        return None
    field = "degree" if now.family == "polynomial" else "hidden_units"  # type: ignore[attr-defined]
    evidence_words = f"bias² {number(bias2[place])}, variance {number(variance[place])}; the sum with noise is {number(total[place])}, at best {number(total[best])}."
    if place > best:
        return Advice("Mostly variance", evidence_words, "A simpler model, more points or a penalty would steady it.", {field: int(ladder[best])})
    return Advice("Mostly bias", evidence_words, "A richer model can come closer to the truth.", {field: int(ladder[best])})


def more_data(evidence: Evidence) -> Advice | None:
    """Both curves have met far from 0: another model, not more data."""
    now: Any = evidence.experiment
    found = doubling(evidence.view)
    if found is None or found.verdict != "no" or now.model == "network" and now.hidden_units >= 16:
        return None
    change = {"hidden_units": min(64, 8 * now.hidden_units)} if now.model == "network" else {"model": "network"}
    return Advice("More data will not help", f"Training and validation error have met, at {number(found.after)}.",
                  "A richer model is the only way to find out whether the rest is noise.", change)  # fmt: skip


def at_the_peak(evidence: Evidence) -> Advice | None:
    """The number of features looked at is near the threshold and there is no ridge."""
    now: Any = evidence.experiment
    test, features = _last(evidence, "test_loss"), np.asarray(evidence.view.get("features", ()))
    if now.ridge or not len(features) or len(features) < 0.9 * len(now.ladder()):
        return None
    errors = np.asarray(evidence.view["test_mean"])
    if not test > 2 * errors[-1] or not 0.75 * now.count <= evidence.view["shown_features"] <= 1.35 * now.count:
        return None
    numbers = f"the test error is {number(test)}; with {features[-1]:.0f} it is {number(errors[-1])}."
    return Advice("On the peak", f"With {evidence.view['shown_features']:.0f} features for {now.count} examples {numbers}",
                  "Either side is better than the middle. A small ridge takes the peak away.", {"ridge": 0.1})  # fmt: skip


def on_the_ridge(evidence: Evidence) -> Advice | None:
    """The width looked at stands on the peak of trained networks."""
    view, now = evidence.view, evidence.experiment
    if evidence.diverged or evidence.step < SETTLED or "units" not in view or now.decay:  # type: ignore[attr-defined]
        return None
    test, lowest = np.asarray(view["test_mean"]), np.asarray(view["lowest_mean"])
    place = int(np.abs(np.asarray(view["units"]) - view["chosen"]).argmin())
    if place == len(test) - 1 or not test[place] > 1.5 * test[-1]:
        return None
    numbers = f"{view['chosen']:.0f} units err by {number(test[place])} on the test digits, {UNITS[-1]} units by {number(test[-1])}"
    return Advice("On the peak", f"{numbers}; on the way it was {number(lowest[place])}.",
                  "It is just wide enough to learn the wrong labels by heart. Weight decay, stopping early or many more units help.", {"decay": 1.0})  # fmt: skip


CAPACITY: tuple[Rule, ...] = (diverged, wrong_size)
REGULARIZE: tuple[Rule, ...] = (diverged, no_care, too_much, still_wide)
VARIANCE: tuple[Rule, ...] = (diverged, lopsided)
LEARNING: tuple[Rule, ...] = (diverged, more_data)
DOUBLE: tuple[Rule, ...] = (at_the_peak,)
WIDTHS: tuple[Rule, ...] = (diverged, on_the_ridge)
