"""Losses against torch and scikit-learn, gradients against autograd and finite differences."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from playground.core.errors import UserError
from playground.functions.losses import LOSSES, for_task

TOLERANCE = 1e-10  # float64


def examples(task, seed=0, count=60, classes=5):
    """Predictions and targets of every kind, without ties."""
    stream = torch.Generator().manual_seed(seed)
    if task == "multiclass":
        logits = 3 * torch.randn(count, classes, generator=stream, dtype=torch.float64)
        return logits, torch.randint(classes, (count,), generator=stream)
    predictions = 4 * torch.randn(count, generator=stream, dtype=torch.float64)
    if task == "binary":
        return predictions, torch.randint(2, (count,), generator=stream).double()
    return predictions, torch.randn(count, generator=stream, dtype=torch.float64)


def sign(t):
    return 2 * t - 1


def smooth(t, smoothing, classes):
    return F.one_hot(t, classes).double() * (1 - smoothing) + smoothing / classes


def focal_by_torch(z, t, alpha=0.25, gamma=2.0):
    probability = torch.sigmoid(z)
    right = torch.where(t > 0.5, probability, 1 - probability)
    share = t * alpha + (1 - t) * (1 - alpha)
    return share * (1 - right) ** gamma * F.binary_cross_entropy(probability, t, reduction="none")


# key: the same loss from torch's own parts or from the paper's formula, written independently of the table.
REFERENCES = {
    "mse": lambda p, t: F.mse_loss(p, t, reduction="none"),
    "half_mse": lambda p, t: F.mse_loss(p, t, reduction="none") / 2,
    "mae": lambda p, t: F.l1_loss(p, t, reduction="none"),
    "huber": lambda p, t, delta=1.0: F.huber_loss(p, t, reduction="none", delta=delta),
    "log_cosh": lambda p, t: torch.log(torch.cosh(p - t)),
    "quantile": lambda p, t, tau=0.9: torch.where(t > p, tau * (t - p), (1 - tau) * (p - t)),
    "insensitive": lambda p, t, epsilon=0.5: torch.clamp((p - t).abs() - epsilon, min=0),
    "cauchy": lambda p, t, c=1.0: c**2 / 2 * torch.log(1 + ((p - t) / c) ** 2),
    "tukey": lambda p, t, c=4.685: torch.where((p - t).abs() < c, c**2 / 6 * (1 - (1 - ((p - t) / c) ** 2) ** 3), c**2 / 6),
    "bce": lambda z, t, positive_weight=1.0, smoothing=0.0: F.binary_cross_entropy_with_logits(
        z,
        t * (1 - smoothing) + smoothing / 2,
        reduction="none",
        pos_weight=torch.tensor(positive_weight, dtype=z.dtype),
    ),
    "hinge": lambda z, t: F.relu(1 - sign(t) * z),
    "squared_hinge": lambda z, t: F.relu(1 - sign(t) * z).square(),
    "focal": focal_by_torch,
    "brier": lambda z, t: F.mse_loss(torch.sigmoid(z), t, reduction="none"),
    "exponential": lambda z, t: torch.where(t > 0.5, torch.exp(-z), torch.exp(z)),
    "cross_entropy": lambda z, t, smoothing=0.0: F.cross_entropy(z, t, reduction="none", label_smoothing=smoothing),
    "sparse_cross_entropy": lambda z, t: F.nll_loss(F.log_softmax(z, 1), t, reduction="none"),
    # torch's MultiMarginLoss sums over the wrong classes; with two of them it is the same, see the test below.
    "categorical_hinge": lambda z, t: F.relu(1 + torch.where(F.one_hot(t, z.shape[1]) > 0, -torch.inf, z).amax(1) - z[torch.arange(len(z)), t]),
    "focal_multiclass": lambda z, t, gamma=2.0: (1 - torch.softmax(z, 1)[torch.arange(len(z)), t]) ** gamma * F.cross_entropy(z, t, reduction="none"),
    "kl": lambda z, t, smoothing=0.0: F.kl_div(F.log_softmax(z, 1), smooth(t, smoothing, z.shape[1]), reduction="none").sum(1),
}
CASES = [(key, {}) for key in LOSSES] + [
    (key, {name: bound}) for key, loss in LOSSES.items() for name, parameter in loss.parameters.items() for bound in (parameter.low, parameter.high)
]


def gradient_by_autograd(function, predictions, targets, **parameters):
    predictions = predictions.clone().requires_grad_()
    return torch.autograd.grad(function(predictions, targets, **parameters).sum(), predictions)[0]


def test_every_loss_has_a_reference():
    assert REFERENCES.keys() == LOSSES.keys()


def test_every_task_has_its_losses():
    assert list(for_task("binary")) == [key for key, loss in LOSSES.items() if loss.task == "binary"]
    assert sum(len(for_task(task)) for task in ("regression", "binary", "multiclass")) == len(LOSSES)


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_value_equals_the_reference(key, parameters):
    predictions, targets = examples(LOSSES[key].task)
    value = LOSSES[key].forward(predictions, targets, **parameters)
    assert value.shape == targets.shape
    assert torch.allclose(value, REFERENCES[key](predictions, targets, **parameters), rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_gradient_equals_autograd_of_the_reference(key, parameters):
    predictions, targets = examples(LOSSES[key].task)
    gradient = LOSSES[key].gradient(predictions, targets, **parameters)
    assert gradient.shape == predictions.shape
    exact = gradient_by_autograd(REFERENCES[key], predictions, targets, **parameters)
    assert torch.allclose(gradient, exact, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_gradient_equals_finite_differences(key, parameters):
    loss, width = LOSSES[key], 1e-6
    predictions, targets = examples(loss.task, seed=1)
    gradient = loss.gradient(predictions, targets, **parameters)
    for column in range(gradient.shape[1] if gradient.ndim == 2 else 1):
        nudge = torch.zeros_like(predictions)
        nudge[..., column] = width if gradient.ndim == 2 else 0
        nudge = nudge if gradient.ndim == 2 else torch.full_like(predictions, width)
        change = loss.forward(predictions + nudge, targets, **parameters)
        change = (change - loss.forward(predictions - nudge, targets, **parameters)) / (2 * width)
        mine = gradient[:, column] if gradient.ndim == 2 else gradient
        assert torch.allclose(change, mine, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_expression_evaluates_to_the_value_with_only_torch_at_hand(key, parameters):
    predictions, targets = examples(LOSSES[key].task)
    code = LOSSES[key].expression(**parameters)
    value = eval(code, {"torch": torch}, {"predictions": predictions, "targets": targets})
    assert torch.allclose(value, LOSSES[key].forward(predictions, targets, **parameters), rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("key", LOSSES)
def test_dtype_is_kept_and_leading_axes_are_free(key):
    predictions, targets = examples(LOSSES[key].task, count=12)
    predictions = predictions.float()
    targets = targets if LOSSES[key].task == "multiclass" else targets.float()
    flat = LOSSES[key].forward(predictions, targets), LOSSES[key].gradient(predictions, targets)
    folded_in = predictions.reshape(3, 4, *predictions.shape[1:]), targets.reshape(3, 4)
    folded = LOSSES[key].forward(*folded_in), LOSSES[key].gradient(*folded_in)
    for one, other in zip(flat, folded, strict=True):
        assert one.dtype == other.dtype == torch.float32
        assert torch.allclose(one, other.reshape(one.shape), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("key", [key for key in LOSSES if key != "exponential"])
def test_extreme_predictions_give_finite_losses_and_gradients(key):
    predictions, targets = examples(LOSSES[key].task)
    predictions = 1e3 * predictions
    assert torch.isfinite(LOSSES[key].forward(predictions, targets)).all()
    assert torch.isfinite(LOSSES[key].gradient(predictions, targets)).all()


@pytest.mark.parametrize("key", LOSSES)
def test_a_perfect_prediction_costs_nothing(key):
    task = LOSSES[key].task
    _, targets = examples(task)
    perfect = {
        "regression": lambda: targets,
        "binary": lambda: 60 * sign(targets),
        "multiclass": lambda: 60 * F.one_hot(targets, 5).double(),
    }[task]()
    assert LOSSES[key].forward(perfect, targets).abs().max() < 1e-12


@pytest.mark.parametrize("key", [key for key, loss in LOSSES.items() if loss.soft_targets])
def test_soft_targets_agree_with_labels_when_they_are_one_hot(key):
    logits, labels = examples("multiclass")
    one_hot = F.one_hot(labels, 5).double()
    assert torch.allclose(LOSSES[key].forward(logits, one_hot), LOSSES[key].forward(logits, labels), atol=TOLERANCE, rtol=0)
    assert torch.equal(LOSSES[key].gradient(logits, one_hot), LOSSES[key].gradient(logits, labels))


def test_kl_is_cross_entropy_minus_the_entropy_of_the_targets():
    logits, labels = examples("multiclass")
    wanted = smooth(labels, 0.2, 5)
    entropy = -(wanted * wanted.log()).sum(1)
    gap = LOSSES["cross_entropy"].forward(logits, wanted) - LOSSES["kl"].forward(logits, wanted)
    assert torch.allclose(gap, entropy, atol=TOLERANCE, rtol=0)


def test_kinks_take_autograds_choice():
    zero = torch.zeros(1, dtype=torch.float64)
    for key in for_task("regression"):
        mine = LOSSES[key].gradient(zero, zero)
        assert torch.equal(mine, gradient_by_autograd(LOSSES[key].forward, zero, zero)), key


def test_categorical_hinge_equals_torchs_margin_loss_for_two_classes():
    logits, labels = examples("multiclass", classes=2)
    theirs = 2 * F.multi_margin_loss(logits, labels, reduction="none")  # torch divides by the number of classes
    assert torch.allclose(LOSSES["categorical_hinge"].forward(logits, labels), theirs, atol=TOLERANCE, rtol=0)


def test_minimisers_are_the_mean_the_median_and_the_quantile():
    targets = torch.from_numpy(np.random.default_rng(0).exponential(size=401))
    candidates = torch.linspace(0, 6, 6001, dtype=torch.float64)

    def best(key, **parameters):
        totals = LOSSES[key].forward(candidates[:, None], targets, **parameters).sum(1)
        return candidates[totals.argmin()].item()

    assert best("mse") == pytest.approx(targets.mean().item(), abs=2e-3)
    assert best("mae") == pytest.approx(targets.median().item(), abs=2e-3)
    assert best("quantile", tau=0.9) == pytest.approx(np.quantile(targets, 0.9), abs=0.02)


def test_unknown_parameter_is_refused_in_words():
    with pytest.raises(UserError, match="Huber has no parameter named 'gamma'. It has delta."):
        LOSSES["huber"].forward(torch.zeros(1), torch.zeros(1), gamma=1.0)
