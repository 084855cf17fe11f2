"""What a training run shows: confusions, every validation row's answer, gradients and updates by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.experiments.train_measure import confusion

if TYPE_CHECKING:
    from playground.experiments.train_trainer import TrainTrainer

LARGEST = 60_000.0  # what a half float holds


def scene(trainer: TrainTrainer) -> dict[str, Any]:
    """What stays: the validation rows looked at, what is true of them, and the layers that learn."""
    given, count = trainer.lesson, len(trainer.seen["validation"])
    learning = [row for row in trainer.summary.rows if row.parameters]
    return {
        "actual": given.validation.targets[:count].astype(np.float32), "rows": given.validation.rows[:count].astype(np.int32),
        "classes": list(given.dataset.classes) if given.classifies else [], "layers": [f"{row.number} {row.layer.title}" for row in learning],
        "layer_numbers": np.arange(1, len(learning) + 1, dtype=np.float32),
    }  # fmt: skip


def look(trainer: TrainTrainer) -> dict[str, Any]:
    """Where the network stands, as last measured; copied arrays.

    `confusion` (C, C) by true and predicted class; for every validation row looked at `predicted`, `confidence`, `row_losses`;
    `fit` (N, 2) true and predicted number; `gradients` and `ratios` by learning layer; `dead` by layer.
    """
    given, answers = trainer.lesson, trainer.looks["validation"]
    true = given.validation.targets[: len(answers.predicted)]
    found = {
        "confusion": confusion(given, answers.predicted, true), "confidence": answers.confidence.astype(np.float16),
        "row_losses": np.nan_to_num(answers.losses, nan=LARGEST).clip(0, LARGEST).astype(np.float16), "gradients": trainer.gradients.copy(),
        "ratios": trainer.ratios.copy(), "dead": trainer.dead.copy(),
    }  # fmt: skip
    if given.classifies:
        return found | {"predicted": answers.predicted.astype(np.int16)}
    return found | {"predicted": answers.predicted.copy(), "fit": np.column_stack([true, answers.predicted]).astype(np.float32)}
