"""How well a network does on rows it is shown: loss, metrics by torchmetrics, confusions, and what each row's answer was."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from playground.experiments.train_lesson import Lesson

EVALUATION_ROWS = 2_500  # of a part, fixed for the run: what curves are measured on while it trains
TOGETHER = 256  # rows evaluated at once
SHOWN_CLASSES = 100  # a larger confusion matrix is not drawn
AUC_CLASSES = 100
CLASSIFIED, MEASURED = ("accuracy", "f1", "auc"), ("rmse", "mae", "r2")
TITLES = {"loss": "Loss", "accuracy": "Accuracy", "f1": "F1, mean of classes", "auc": "ROC-AUC, mean of classes", "rmse": "RMSE", "mae": "MAE", "r2": "R²"}


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network said about rows.

    Attributes:
        loss: Mean cross-entropy, or mean squared error of standardised targets.
        losses: (N,) float32, of each row.
        predicted: (N,) float32: the likeliest class, or the number in the target's own units.
        confidence: (N,) float32: probability of the predicted class; 1 for regression.
        metrics: Accuracy, macro F1 and ROC-AUC; or RMSE, MAE and R².
    """

    loss: float
    losses: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    metrics: dict[str, float]


@functools.cache
def libraries() -> SimpleNamespace:
    """torchmetrics' `classification` and `regression` functions, and nothing else of it.

    Its own front door also opens the rooms for text, pictures and sound, and with them scipy and transformers: 90 MB in every
    process and a second of start-up. Both packages above these two are therefore entered by a side door that is shut again at once.
    """
    import importlib
    import logging
    import sys
    from importlib.util import find_spec
    from types import ModuleType

    spec = find_spec("torchmetrics")
    doors = {} if "torchmetrics" in sys.modules or spec is None else {"torchmetrics": "", "torchmetrics.functional": "/functional", "torchmetrics.utilities": "/utilities"}
    for name, below in doors.items():
        door = ModuleType(name)
        door.__path__ = [f"{spec.submodule_search_locations[0]}{below}"]
        door._logger = logging.getLogger("torchmetrics")  # all that the modules below ask of it
        sys.modules[name] = door
    try:
        if doors:
            importlib.import_module("torchmetrics.utilities.imports")._MATPLOTLIB_AVAILABLE = False  # else loaded where it is installed, for plots that nobody asks for
            del sys.modules["torchmetrics.utilities"]
        return SimpleNamespace(**{each: importlib.import_module(f"torchmetrics.functional.{each}") for each in ("classification", "regression")})
    finally:
        for name in ("torchmetrics", "torchmetrics.functional") if doors else ():
            del sys.modules[name]


def names(lesson: Lesson) -> tuple[str, ...]:
    """The metrics beside the loss."""
    return CLASSIFIED if lesson.classifies else MEASURED


def outputs_of(model: nn.Module, inputs: Tensor, prepare: Any) -> Tensor:
    """The model's outputs (N, outputs) in evaluation mode."""
    model.eval()
    with torch.inference_mode():
        return torch.cat([model(prepare(piece)) for piece in inputs.split(TOGETHER)])


def answers(lesson: Lesson, outputs: Tensor, targets: Tensor) -> Answers:
    """Loss, metrics and per-row answers of outputs (N, C); targets are classes, or standardised numbers."""
    with torch.inference_mode():
        if lesson.classifies:
            losses = torch.nn.functional.cross_entropy(outputs, targets, reduction="none")
            confidence, predicted = torch.softmax(outputs, dim=1).max(1)
            found = _classified(outputs, targets)
        else:
            losses = (outputs[:, 0] - targets) ** 2
            mean, spread = float(lesson.mean[0]), float(lesson.spread[0])
            predicted, confidence = outputs[:, 0] * spread + mean, torch.ones(len(outputs))
            found = _measured(predicted, targets * spread + mean)
    return Answers(float(losses.mean()), losses.numpy(), predicted.to(torch.float32).numpy(), confidence.numpy(), found)


def _classified(outputs: Tensor, targets: Tensor) -> dict[str, float]:
    score = libraries().classification
    shares = torch.softmax(outputs, dim=1).nan_to_num(0)
    count = shares.shape[1]
    found = {"accuracy": float(score.multiclass_accuracy(shares, targets, count, average="micro", validate_args=False)),
             "f1": float(score.multiclass_f1_score(shares, targets, count, average="macro", validate_args=False)), "auc": float("nan")}  # fmt: skip
    present = torch.bincount(targets, minlength=count)
    ranked = (present > 0) & (present < len(targets))  # a class that is absent, or the only one, cannot be ranked
    if count <= AUC_CLASSES and bool(ranked.any()):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # torchmetrics says which classes are absent; they are left out just below
            found["auc"] = float(score.multiclass_auroc(shares, targets, count, average="none", validate_args=False)[ranked].mean())
    return found


def _measured(predicted: Tensor, targets: Tensor) -> dict[str, float]:
    score = libraries().regression
    if len(targets) < 2 or not bool(torch.isfinite(predicted).all()):
        return dict.fromkeys(MEASURED, float("nan"))
    return {"rmse": float(score.mean_squared_error(predicted, targets, squared=False)), "mae": float(score.mean_absolute_error(predicted, targets)),
            "r2": float(score.r2_score(predicted, targets))}  # fmt: skip


def confusion(lesson: Lesson, predicted: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Counts by true (row) and predicted (column) class, int32; (1, 1) when there are too many classes to show."""
    count = lesson.outputs
    if not lesson.classifies or count > SHOWN_CLASSES:
        return np.zeros((1, 1), np.int32)
    return np.bincount(targets.astype(np.int64) * count + predicted.astype(np.int64), minlength=count * count).reshape(count, count).astype(np.int32)


def by_class(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall, F1 (each (C,), NaN where nothing was said or nothing is there) and support from confusion counts."""
    hits, said, there = np.diag(counts).astype(float), counts.sum(0).astype(float), counts.sum(1).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall = hits / said, hits / there
        f1 = 2 * hits / (said + there)
    return {"precision": precision, "recall": recall, "f1": f1, "support": there.astype(np.int64)}
