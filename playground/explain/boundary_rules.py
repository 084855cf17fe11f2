"""What the coach looks for in a network on points of the plane; every verdict quotes the run's own numbers."""

from __future__ import annotations

import numpy as np

from playground.explain.coach import Advice, Evidence
from playground.explain.numbers import plain

ENOUGH_EPOCHS = 15
DEAD_SHARE = 0.3  # of the hidden units
GAP = 0.15  # between test and training loss
FADED = 0.02  # gradient of a first layer's weight, as a share of a last layer's
RESTLESS = 0.25  # change of the training loss between records, as a share of it


def _values(evidence: Evidence, *names: str) -> list:
    return [getattr(evidence.experiment, name) for name in names]


def _rounded(rate: float) -> float:
    """A learning rate of one digit, within its field's range."""
    return min(10.0, max(1e-5, float(f"{rate:.1g}")))


def _losses(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    return evidence.column("train_loss"), evidence.column("test_loss")


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    (rate,) = _values(evidence, "learning_rate")
    return Advice("Diverged", f"At a learning rate of {rate:g} the loss left all bounds within {evidence.step:,} steps.",
                  "Each step overshot the valley by more than the last. A smaller step stays inside it.",
                  {"learning_rate": _rounded(rate / 10)}, "problem")  # fmt: skip


def unstable(evidence: Evidence) -> Advice | None:
    """The training loss jumps between neighbouring records by a large part of its own size."""
    train, _ = _losses(evidence)
    if evidence.diverged or evidence.epochs < ENOUGH_EPOCHS or len(train) < 20:
        return None
    recent = train[-20:]
    jumps = float(np.abs(np.diff(recent)).mean() / max(recent.mean(), 1e-9))
    if jumps < RESTLESS or recent.mean() < 0.05 or recent.min() < 0.5 * recent.mean():
        return None
    (rate,) = _values(evidence, "learning_rate")
    return Advice("Restless", f"From one record to the next the training loss changes by {jumps:.0%} of its size.",
                  "The steps are too long to settle.", {"learning_rate": _rounded(rate / 3)})  # fmt: skip


def too_slow(evidence: Evidence) -> Advice | None:
    train, _ = _losses(evidence)
    if evidence.diverged or evidence.epochs < ENOUGH_EPOCHS or len(train) < 10:
        return None
    gained = float((train[0] - train[-1]) / max(train[0], 1e-9))
    rate, optimizer = _values(evidence, "learning_rate", "optimizer")
    small = {"adadelta": 0.05}.get(optimizer, 0.003 if optimizer in ("sgd", "adagrad", "momentum", "nesterov") else 0.001)
    if gained > 0.05 or rate > small:
        return None
    words = f"After {evidence.epochs:.0f} epochs the training loss has fallen by only {max(gained, 0):.1%}, with a learning rate of {rate:g}."
    return Advice("Learning rate too low", words, "The direction is fine, the steps are tiny.", {"learning_rate": _rounded(rate * 10)})


def symmetric(evidence: Evidence) -> Advice | None:
    """All units of the first hidden layer hold the same weights."""
    weights = evidence.view.get("weight_0")
    if evidence.diverged or weights is None or not evidence.experiment.hidden_sizes or len(weights) < 2 or evidence.epochs < 1:  # type: ignore[attr-defined]
        return None
    if not float(np.abs(weights - weights[0]).max()) <= 1e-7:  # NaN too is no twin
        return None
    return Advice("Twins", f"All {len(weights)} units of the first layer hold exactly the same weights.",
                  "Equal starts get equal gradients, so they stay copies: only random starting weights break the symmetry.",
                  {"initializer": "xavier_uniform"}, "problem")  # fmt: skip


def dead_units(evidence: Evidence) -> Advice | None:
    """Hidden ReLUs whose miniature is one flat colour."""
    thumbnails, experiment = evidence.view.get("thumbnails"), evidence.experiment
    sizes, rate = _values(evidence, "hidden_sizes", "learning_rate")
    if thumbnails is None or not sizes or evidence.diverged or evidence.epochs < 3 or "relu" not in experiment.activations():  # type: ignore[attr-defined]
        return None
    first = len(experiment.features)  # type: ignore[attr-defined]
    maps = np.asarray(thumbnails[first : first + sum(sizes)], np.int16)
    flat = np.ptp(maps.reshape(len(maps), -1), axis=1) <= 1
    layers = np.split(flat, np.cumsum(sizes)[:-1])
    lost = next((number for number, layer in enumerate(layers, 1) if layer.all()), 0)
    if not lost and flat.mean() < DEAD_SHARE:
        return None
    whole = f" Layer {lost} is dead altogether: nothing of the point gets past it." if lost else ""
    changes = {"activation": "leaky_relu", "layer_activations": ""} | ({"learning_rate": 0.03} if rate > 0.1 else {})
    return Advice("Dead units", f"{int(flat.sum())} of {len(flat)} hidden units give the same value everywhere in the plane.{whole}",
                  "A ReLU that is negative for every point has slope 0 and cannot learn its way back. A leaky one keeps a slope.",
                  changes, "problem" if lost else "hint")  # fmt: skip


def vanishing(evidence: Evidence) -> Advice | None:
    """The first layer's gradient is a small part of the last one's, and the loss hardly falls."""
    slopes, (train, _) = np.asarray(evidence.view.get("layer_gradients", ())), _losses(evidence)
    sizes, activation = _values(evidence, "hidden_sizes", "activation")
    if evidence.diverged or evidence.epochs < 5 or not len(train) or len(sizes) < 3 or len(slopes) < 4 or train[-1] < 0.6 * train[0]:
        return None
    if not 0 < slopes[0] < FADED * slopes[-1]:
        return None
    changes = {"activation": "relu", "initializer": "he_normal", "layer_activations": ""} if activation == "sigmoid" else {"normalization": "batch"}
    times = f"{slopes[-1] / slopes[0]:,.0f}" if slopes[-1] < 1e6 * slopes[0] else "more than a million"
    return Advice("Vanishing gradient", f"A weight of the first layer gets a gradient of {plain(slopes[0])}, one of the last layer {times} times that.",
                  "Every layer multiplies the gradient by a slope below 1 on its way back, so the first layers stand still.", changes, "problem")  # fmt: skip


def overfitting(evidence: Evidence) -> Advice | None:
    train, test = _losses(evidence)
    if evidence.diverged or evidence.epochs < ENOUGH_EPOCHS or len(test) < 20 or len(train) != len(test):
        return None
    best = int(test.argmin())
    if test[-1] < 1.15 * test[best] + 0.01 or test[-1] - train[-1] < GAP or best > 0.8 * len(test) or train[-1] > 0.9 * train[best]:
        return None
    (penalty,) = _values(evidence, "l2")
    return Advice("Overfitting", f"The test loss was best at {test[best]:.3g} and has risen to {test[-1]:.3g}, while the training loss is {train[-1]:.3g}.",
                  "The network now learns the noise of its training points. A penalty on large weights, or fewer units, smooths the boundary.",
                  {"l2": min(1.0, max(0.01, 3 * penalty))})  # fmt: skip


def underfitting(evidence: Evidence) -> Advice | None:
    """Long trained, flat curve, still poor on its own training points."""
    right, fit = evidence.column("train_accuracy"), evidence.column("train_r2")
    train, _ = _losses(evidence)
    if evidence.diverged or evidence.epochs < 60 or len(train) < 40 or (right[-1] > 0.8 if len(right) else not len(fit) or fit[-1] > 0.5):
        return None
    half = train[len(train) // 2 :]
    if float(half[0] - half.min()) > 0.03 * float(half[0]):
        return None
    (sizes,) = _values(evidence, "hidden_sizes")
    wider = tuple(min(16, size * 2) for size in sizes) if sizes else (8,)
    if wider == sizes:
        wider = (*sizes, 16)[:8]
    poor = f"only {right[-1]:.0%} of the training points are right" if len(right) else f"the network explains only {max(fit[-1], 0):.0%} of the targets' spread"
    return Advice("Underfitting", f"After {evidence.epochs:.0f} epochs {poor} and the loss no longer falls.",
                  "This network cannot bend enough.", {"hidden_sizes": wider, "layer_activations": ""} if wider != sizes else {})  # fmt: skip


RULES = (diverged, symmetric, dead_units, vanishing, unstable, too_slow, overfitting, underfitting)
