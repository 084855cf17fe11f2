"""The formulas behind `losses.LOSSES` that need more than one line; conventions as stated there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

TINY = 1e-38  # keeps 0 * log 0 and 0 ** (γ − 1) finite where a probability underflows


def signs(targets: Tensor) -> Tensor:
    """Targets 0 and 1 as −1 and +1."""
    return 2 * targets - 1


def huber(predictions: Tensor, targets: Tensor, delta: float) -> Tensor:
    size = (predictions - targets).abs()
    return torch.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))


def huber_gradient(predictions: Tensor, targets: Tensor, delta: float) -> Tensor:
    residual = predictions - targets
    return torch.where(residual.abs() <= delta, residual, delta * torch.sign(residual))


def log_cosh(predictions: Tensor, targets: Tensor) -> Tensor:
    # ln cosh r = |r| + ln(1 + exp(−2|r|)) − ln 2 overflows for no r.
    size = (predictions - targets).abs()
    return size + torch.log1p(torch.exp(-2 * size)) - math.log(2)


def quantile(predictions: Tensor, targets: Tensor, tau: float) -> Tensor:
    residual = predictions - targets
    return torch.maximum(-tau * residual, (1 - tau) * residual)


def quantile_gradient(predictions: Tensor, targets: Tensor, tau: float) -> Tensor:
    """−τ below the target, 1 − τ above it, halfway between (½ − τ) on it."""
    return 0.5 * torch.sign(predictions - targets) + (0.5 - tau)


def tukey(predictions: Tensor, targets: Tensor, c: float) -> Tensor:
    inside = (1 - ((predictions - targets) / c) ** 2).clamp(min=0)
    return c * c / 6 * (1 - inside**3)


def tukey_gradient(predictions: Tensor, targets: Tensor, c: float) -> Tensor:
    residual = predictions - targets
    return residual * (1 - (residual / c) ** 2).clamp(min=0) ** 2


def bce(logits: Tensor, targets: Tensor, positive_weight: float, smoothing: float) -> Tensor:
    wanted = targets * (1 - smoothing) + smoothing / 2
    softplus = torch.nn.functional.softplus
    return positive_weight * wanted * softplus(-logits) + (1 - wanted) * softplus(logits)


def bce_gradient(logits: Tensor, targets: Tensor, positive_weight: float, smoothing: float) -> Tensor:
    wanted = targets * (1 - smoothing) + smoothing / 2
    return torch.sigmoid(logits) * (1 - wanted + positive_weight * wanted) - positive_weight * wanted


def hinge(logits: Tensor, targets: Tensor) -> Tensor:
    return torch.relu(1 - signs(targets) * logits)


def hinge_gradient(logits: Tensor, targets: Tensor) -> Tensor:
    sign = signs(targets)
    return -sign * (sign * logits < 1)


def focal(logits: Tensor, targets: Tensor, alpha: float, gamma: float) -> Tensor:
    against = -signs(targets) * logits  # logit of the wrong class
    share = alpha * targets + (1 - alpha) * (1 - targets)
    return share * torch.sigmoid(against) ** gamma * torch.nn.functional.softplus(against)


def focal_gradient(logits: Tensor, targets: Tensor, alpha: float, gamma: float) -> Tensor:
    sign = signs(targets)
    right, wrong = torch.sigmoid(sign * logits), torch.sigmoid(-sign * logits)
    share = alpha * targets + (1 - alpha) * (1 - targets)
    log_right = -torch.nn.functional.softplus(-sign * logits)
    return share * sign * wrong**gamma * (gamma * right * log_right - wrong)


def brier_gradient(logits: Tensor, targets: Tensor) -> Tensor:
    probability = torch.sigmoid(logits)
    return 2 * (probability - targets) * probability * (1 - probability)


def distribution(targets: Tensor, like: Tensor, smoothing: float = 0.0) -> Tensor:
    """Targets as probabilities (…, classes) in the dtype of `like`: labels become one-hot, then are smoothed.

    Source:
        Szegedy et al. 2016, Rethinking the Inception Architecture, section 7.
    """
    classes = like.shape[-1]
    if not targets.is_floating_point():
        targets = torch.nn.functional.one_hot(targets, classes).to(like.dtype)
    return targets * (1 - smoothing) + smoothing / classes


def cross_entropy(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    return -(distribution(targets, logits, smoothing) * torch.log_softmax(logits, -1)).sum(-1)


def cross_entropy_gradient(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    wanted = distribution(targets, logits, smoothing)
    return torch.softmax(logits, -1) * wanted.sum(-1, keepdim=True) - wanted


def sparse_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    return -own(torch.log_softmax(logits, -1), labels)


def sparse_cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    return torch.softmax(logits, -1) - distribution(labels, logits)


def own(values: Tensor, labels: Tensor) -> Tensor:
    """The entry of the last axis that each label names."""
    return values.gather(-1, labels.unsqueeze(-1)).squeeze(-1)


def _rivals(logits: Tensor, labels: Tensor) -> Tensor:
    return logits.scatter(-1, labels.unsqueeze(-1), -math.inf)


def categorical_hinge(logits: Tensor, labels: Tensor) -> Tensor:
    return torch.relu(1 + _rivals(logits, labels).amax(-1) - own(logits, labels))


def categorical_hinge_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    """+1 for the strongest wrong class (shared between equals), −1 for the right one, while the margin is violated."""
    rivals = _rivals(logits, labels)
    best = rivals == rivals.amax(-1, keepdim=True)
    rise = best / best.sum(-1, keepdim=True)
    active = (categorical_hinge(logits, labels) > 0).unsqueeze(-1)
    return (rise.to(logits.dtype) - distribution(labels, logits)) * active


def focal_multiclass(logits: Tensor, labels: Tensor, gamma: float) -> Tensor:
    log_right = own(torch.log_softmax(logits, -1), labels)
    return -((1 - log_right.exp()) ** gamma) * log_right


def focal_multiclass_gradient(logits: Tensor, labels: Tensor, gamma: float) -> Tensor:
    log_right = own(torch.log_softmax(logits, -1), labels)
    right = log_right.exp()
    wrong = (1 - right).clamp(min=TINY)
    factor = gamma * right * log_right * wrong ** (gamma - 1) - wrong**gamma
    return factor.unsqueeze(-1) * (distribution(labels, logits) - torch.softmax(logits, -1))


def kl(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    wanted = distribution(targets, logits, smoothing)
    return (torch.xlogy(wanted, wanted) - wanted * torch.log_softmax(logits, -1)).sum(-1)
