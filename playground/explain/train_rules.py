"""What the coach looks for in a network on real data; every verdict quotes the run's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.explain.coach import Advice, Evidence
from playground.explain.numbers import plain

ENOUGH_LOOKS = 8
DEAD_SHARE = 0.5
FLAT = 0.05  # share by which the loss has fallen, below which it has not


def _experiment(evidence: Evidence) -> Any:
    return evidence.experiment


def _rounded(rate: float) -> float:
    """A learning rate of one digit, within its field's range."""
    return min(10.0, max(1e-6, float(f"{rate:.1g}")))


def _curves(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation loss at every look, without the repeats between looks."""
    train, validation = evidence.column("train_loss"), evidence.column("validation_loss")
    if len(train) != len(validation) or not len(train):
        return np.zeros(0), np.zeros(0)
    fresh = np.concatenate([[True], (np.diff(train) != 0) | (np.diff(validation) != 0)])
    return train[fresh], validation[fresh]


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    rate = _experiment(evidence).learning_rate
    return Advice("Diverged", f"At a learning rate of {rate:g} the loss left all bounds within {evidence.step:,} steps.",
                  "Each step overshot the valley by more than the last. A smaller one stays inside.", {"learning_rate": _rounded(rate / 30)}, "problem")  # fmt: skip


def leaking(evidence: Evidence) -> Advice | None:
    """A regression or a hard table explained to the last digit within a few epochs."""
    experiment = _experiment(evidence)
    if not experiment.leak or evidence.diverged or evidence.epochs < 3:
        return None
    for name, words in (("validation_r2", "R²"), ("validation_accuracy", "accuracy")):
        values = evidence.column(name)
        if len(values) and values[-1] > 0.97:
            return Advice("Too good to be true", f"Validation {words} is {values[-1]:.3f} after {evidence.epochs:.0f} epochs.",
                          "Real data is rarely that clean: look for a column that knows the answer. Evaluate the test rows under “Where it fails” to see what is left.",
                          {"leak": False}, "problem")  # fmt: skip
    return None


def too_slow(evidence: Evidence) -> Advice | None:
    train, _ = _curves(evidence)
    experiment = _experiment(evidence)
    if evidence.diverged or len(train) < ENOUGH_LOOKS or evidence.epochs < 3:
        return None
    gained = float((train[0] - train[-1]) / max(abs(train[0]), 1e-9))
    if gained > FLAT or experiment.learning_rate > (0.01 if experiment.optimizer in ("sgd", "momentum", "nesterov", "adagrad") else 0.001):
        return None
    rate = experiment.learning_rate
    return Advice("Learning rate too low", f"After {evidence.epochs:.0f} epochs the training loss has fallen by only {max(gained, 0):.1%}, at a rate of {rate:g}.",
                  "The direction is fine, the steps are tiny. “Find a learning rate” shows how far one can go.", {"learning_rate": _rounded(rate * 10)})  # fmt: skip


def restless(evidence: Evidence) -> Advice | None:
    """The training loss jumps between looks by a large part of its own size and no longer falls."""
    train, _ = _curves(evidence)
    if evidence.diverged or len(train) < 2 * ENOUGH_LOOKS:
        return None
    recent = train[-ENOUGH_LOOKS:]
    jumps = float(np.abs(np.diff(recent)).mean() / max(recent.mean(), 1e-9))
    if jumps < 0.4 or recent.mean() < 0.05 or recent.min() < 0.4 * recent.mean() or recent.mean() < 0.7 * train[-2 * ENOUGH_LOOKS : -ENOUGH_LOOKS].mean():
        return None
    experiment = _experiment(evidence)
    return Advice("Restless", f"From look to look the training loss changes by {jumps:.0%} of its size.", "The steps are too long to settle.",
                  {"learning_rate": _rounded(experiment.learning_rate / 3)})  # fmt: skip


def noisy(evidence: Evidence) -> Advice | None:
    """Batches so small that their losses differ by more than their mean, and a network that does not settle."""
    train, _ = _curves(evidence)
    batches, experiment = evidence.column("batch_loss"), _experiment(evidence)
    if evidence.diverged or experiment.batch_size >= 8 or evidence.epochs < 2 or len(batches) < 20 or train[-1] < 0.15:
        return None
    recent = batches[-40:]
    spread = float(recent.std() / max(recent.mean(), 1e-9))
    if spread < 1:
        return None
    return Advice("Noisy batches", f"Losses of single batches of {experiment.batch_size} scatter by {spread:.1f} times their mean, and the training loss stays at {train[-1]:.2g}.",
                  "So few examples point in a different direction every time. Larger batches average that out.", {"batch_size": 32})  # fmt: skip


def overfitting(evidence: Evidence) -> Advice | None:
    train, validation = _curves(evidence)
    experiment = _experiment(evidence)
    if evidence.diverged or experiment.leak or len(validation) < ENOUGH_LOOKS:
        return None
    best = int(validation.argmin())
    if best > 0.75 * len(validation) or validation[-1] < 1.25 * validation[best] + 0.02 or train[-1] > 0.8 * train[best]:
        return None
    changes: dict[str, Any] = {"patience": 10} if not experiment.patience else {"weight_decay": max(0.01, 3 * experiment.weight_decay)}
    if not experiment.patience and experiment.train_rows:
        changes = {"train_rows": 0}
    words = "Stop where validation was best, or hold the weights back: weight decay, dropout, altered copies of images."
    if "train_rows" in changes:
        words = "More rows are the best cure."
    return Advice("Overfitting", f"The validation loss was best at {validation[best]:.3g} and has risen to {validation[-1]:.3g}, while the training loss is {train[-1]:.2g}.",
                  f"The network now learns its training rows by heart. {words}", changes)  # fmt: skip


def underfitting(evidence: Evidence) -> Advice | None:
    """Long trained, flat, and poor on the rows it learns from."""
    train, _ = _curves(evidence)
    right = evidence.column("train_accuracy")
    experiment = _experiment(evidence)
    if evidence.diverged or len(train) < 2 * ENOUGH_LOOKS or not len(right) or right[-1] > 0.8:
        return None
    late = train[len(train) // 2 :]
    if float(late[0] - late.min()) > 0.03 * float(late[0]):
        return None
    hidden = "dense" in experiment.stack or "conv" in experiment.stack or "residual" in experiment.stack
    changes = {} if hidden else {"stack": "flatten | dense 64 | relu"}
    return Advice("Underfitting", f"After {evidence.epochs:.0f} epochs only {right[-1]:.0%} of its own training rows are right, and the loss no longer falls.",
                  "It is too small for the data, or held back too hard." if hidden else "Without a hidden layer it cannot bend.", changes)  # fmt: skip


def ignored_class(evidence: Evidence) -> Advice | None:
    """A class that the network never answers, though it is there."""
    counts = np.asarray(evidence.view.get("confusion", ()))
    if evidence.diverged or counts.ndim != 2 or len(counts) < 2 or evidence.epochs < 5:
        return None
    there, said = counts.sum(1), counts.sum(0)
    silent = np.flatnonzero((there > 0) & (said == 0))
    if not len(silent) or there.sum() < 20:
        return None
    rare = int(silent[there[silent].argmin()])
    changes = {} if _experiment(evidence).class_weights else {"class_weights": True}
    return Advice("A class is ignored", f"{there[rare]:,} of {there.sum():,} validation rows belong to class number {rare + 1}, and the network never says so.",
                  "A rare class costs little when it is always missed. Balancing makes errors on it count for more.", changes)  # fmt: skip


def dead_units(evidence: Evidence) -> Advice | None:
    """ReLU layers most of whose units answer 0 to everything."""
    shares = np.asarray(evidence.view.get("dead", ()), np.float64)
    if evidence.diverged or evidence.epochs < 1 or not len(shares) or not np.isfinite(shares).any():
        return None
    layer = int(np.nanargmax(shares))
    if not shares[layer] > DEAD_SHARE:
        return None
    experiment = _experiment(evidence)
    changes: dict[str, Any] = {"stack": " | ".join("leaky_relu" if each.strip() == "relu" else each.strip() for each in experiment.stack.split("|"))}
    if experiment.learning_rate > 0.01:
        changes["learning_rate"] = _rounded(experiment.learning_rate / 10)
    return Advice("Dead units", f"{shares[layer]:.0%} of the units of layer {layer + 1} answer 0 to every one of 256 training rows.",
                  "A ReLU that is negative everywhere has slope 0 and cannot learn its way back: the steps were too long. A leaky one keeps a slope.",
                  changes, "problem" if shares[layer] > 0.95 else "hint")  # fmt: skip


def vanishing(evidence: Evidence) -> Advice | None:
    """The first layer's update is a tiny part of the last one's."""
    slopes, (train, _) = np.asarray(evidence.view.get("gradients", ()), np.float64), _curves(evidence)
    if evidence.diverged or len(slopes) < 4 or not np.isfinite(slopes).all() or len(train) < 4 or train[-1] < 0.7 * train[0]:
        return None
    if not 0 < slopes[0] < 0.01 * slopes[-1]:
        return None
    return Advice("Vanishing gradient", f"The first layer's gradient is {plain(slopes[0])}, the last one's {slopes[-1] / slopes[0]:,.0f} times that.",
                  "Each layer shrinks the gradient on its way back. Batch norm or residual blocks keep it alive.", {}, "problem")  # fmt: skip


RULES = (diverged, leaking, dead_units, vanishing, ignored_class, noisy, restless, too_slow, overfitting, underfitting)
