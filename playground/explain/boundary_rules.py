"""What the coach looks for in a network on points of the plane; every verdict quotes the run's own numbers."""

from __future__ import annotations

import numpy as np

from playground.explain.coach import Advice, Evidence

ENOUGH_EPOCHS = 15
DEAD_SHARE = 0.3
GAP = 0.15


def _values(evidence: Evidence, *names: str) -> list:
    return [getattr(evidence.experiment, name) for name in names]


def _losses(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    return evidence.column("train_loss"), evidence.column("test_loss")


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    (rate,) = _values(evidence, "learning_rate")
    return Advice("Diverged", f"At a learning rate of {rate:g} the loss stopped being a finite number after {evidence.step:,} steps.",
                  "Each step overshot the valley by more than the last. A smaller step stays inside it.",
                  {"learning_rate": max(1e-5, float(f"{rate / 10:.1g}"))}, "problem")  # fmt: skip


def unstable(evidence: Evidence) -> Advice | None:
    """The training loss jumps between neighbouring epochs by a large part of its own size."""
    train, _ = _losses(evidence)
    if evidence.diverged or evidence.epochs < ENOUGH_EPOCHS or len(train) < 20:
        return None
    recent = train[-20:]
    jumps = float(np.abs(np.diff(recent)).mean() / max(recent.mean(), 1e-9))
    if jumps < 0.25 or recent.mean() < 0.05 or recent.min() < 0.5 * recent.mean():
        return None
    (rate,) = _values(evidence, "learning_rate")
    return Advice("Restless", f"From one record to the next the training loss changes by {jumps:.0%} of its size.",
                  "The steps are too long to settle.", {"learning_rate": max(1e-5, float(f"{rate / 3:.1g}"))})  # fmt: skip


def too_slow(evidence: Evidence) -> Advice | None:
    train, _ = _losses(evidence)
    if evidence.epochs < ENOUGH_EPOCHS or len(train) < 10 or train[-1] < 0.2 * train[0]:
        return None
    gained = float((train[0] - train[-1]) / max(train[0], 1e-9))
    norm = evidence.column("gradient_norm")
    rate, optimizer = _values(evidence, "learning_rate", "optimizer")
    small = 0.003 if optimizer in ("sgd", "adagrad", "momentum", "nesterov") else 0.001 if optimizer != "adadelta" else 0.05
    if gained > 0.05 or rate > small or not len(norm):
        return None
    return Advice("Learning rate too low", f"After {evidence.epochs:.0f} epochs the training loss fell by only {gained:.1%}, with steps of {rate:g} × the gradient.",
                  "The direction is fine, the steps are tiny.", {"learning_rate": min(10.0, float(f"{rate * 10:.1g}"))})  # fmt: skip


def symmetric(evidence: Evidence) -> Advice | None:
    """All units of the first hidden layer hold the same weights."""
    weights = evidence.view.get("weight_0")
    if weights is None or not evidence.experiment.hidden_sizes or len(weights) < 2 or evidence.epochs < 1:  # type: ignore[attr-defined]
        return None
    if float(np.abs(weights - weights[0]).max()) > 1e-7:
        return None
    return Advice("Twins", f"All {len(weights)} units of the first layer hold exactly the same weights.",
                  "Equal starts get equal gradients, so they stay copies: only random starting weights break the symmetry.",
                  {"initializer": "xavier_uniform"}, "problem")  # fmt: skip


def dead_units(evidence: Evidence) -> Advice | None:
    """Hidden units whose miniature is one flat colour at zero."""
    thumbnails = evidence.view.get("thumbnails")
    if thumbnails is None or evidence.epochs < 3:
        return None
    experiment = evidence.experiment
    first, hidden = len(experiment.features), sum(experiment.hidden_sizes)  # type: ignore[attr-defined]
    maps = np.asarray(thumbnails[first : first + hidden], np.int16)
    dead = int((np.ptp(maps.reshape(len(maps), -1), axis=1) <= 1).sum()) if hidden else 0
    if hidden == 0 or dead / hidden < DEAD_SHARE or not any("relu" in each for each in experiment.activations()):  # type: ignore[attr-defined]
        return None
    return Advice("Dead units", f"{dead} of {hidden} hidden units give the same value everywhere in the plane.",
                  "A ReLU that is negative for every point has slope 0 and cannot learn its way back. A leaky one keeps a slope.",
                  {"activation": "leaky_relu", "layer_activations": ""}, "problem" if dead == hidden else "hint")  # fmt: skip


def vanishing(evidence: Evidence) -> Advice | None:
    norm, (train, _) = evidence.column("gradient_norm"), _losses(evidence)
    sizes, activation = _values(evidence, "hidden_sizes", "activation")
    if evidence.epochs < 5 or not len(norm) or not len(train) or len(sizes) < 3 or activation not in ("sigmoid", "tanh") or train[-1] < 0.5 * train[0]:
        return None
    if float(np.median(norm[-10:])) > 1e-3:
        return None
    return Advice("Vanishing gradient", f"The gradient's length is {float(np.median(norm[-10:])):.1e} in a network of {len(sizes)} {activation} layers.",
                  "Every layer multiplies the gradient by a slope below 1. Normalisation between the layers keeps it alive.",
                  {"normalization": "layer"})  # fmt: skip


def overfitting(evidence: Evidence) -> Advice | None:
    train, test = _losses(evidence)
    if evidence.epochs < ENOUGH_EPOCHS or len(test) < 20 or not len(train):
        return None
    best = int(test.argmin())
    if test[-1] < 1.15 * test[best] + 0.01 or test[-1] - train[-1] < GAP or best > 0.8 * len(test):
        return None
    (penalty,) = _values(evidence, "l2")
    return Advice("Overfitting", f"The test loss was best at {test[best]:.3g} and has risen to {test[-1]:.3g}, while the training loss is {train[-1]:.3g}.",
                  "The network now learns the noise of its training points. A penalty on large weights, or fewer units, smooths the boundary.",
                  {"l2": min(1.0, max(0.003, 3 * penalty))})  # fmt: skip


def underfitting(evidence: Evidence) -> Advice | None:
    """Long trained, flat curve, still poor on its own training points."""
    accuracy = evidence.column("train_accuracy")
    train, _ = _losses(evidence)
    if evidence.epochs < 60 or len(accuracy) < 40 or accuracy[-1] > 0.8:
        return None
    half = train[len(train) // 2 :]
    if float(half[0] - half.min()) > 0.03 * float(half[0]):
        return None
    (sizes,) = _values(evidence, "hidden_sizes")
    wider = tuple(min(16, size * 2) for size in sizes) if sizes else (8,)
    if wider == sizes:
        wider = (*sizes, 16)[:8]
    return Advice("Underfitting", f"After {evidence.epochs:.0f} epochs only {accuracy[-1]:.0%} of the training points are right and the loss no longer falls.",
                  "This network cannot bend its boundary enough.", {"hidden_sizes": wider, "layer_activations": ""})  # fmt: skip


RULES = (diverged, symmetric, dead_units, vanishing, unstable, too_slow, overfitting, underfitting)
