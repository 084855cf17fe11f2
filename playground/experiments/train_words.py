"""Presets and display settings of the training screen."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core import fields
from playground.core.experiment import Experiment
from playground.experiments.train_measure import TITLES
from playground.networks.stack_presets import STACKS

PARTS = {"data": "Data", "network": "Network", "train": "Train", "fails": "Where it fails", "try": "Try it", "race": "Race", "sweep": "Sweep"}
METRICS = {"auto": "Standard", **{key: words for key, words in TITLES.items() if key != "loss"}}


class TrainLook(Experiment):
    """How the training screen is shown."""

    key: ClassVar[str] = "trainlook"
    title: ClassVar[str] = "Display"
    evaluates: ClassVar[bool] = True

    part: str = fields.choice("train", PARTS, label="Part of the screen")
    metric: str = fields.choice("auto", METRICS, label="Metric", help="What is drawn beside the loss.")
    looked_at: str = fields.choice("validation", {"validation": "Validation rows", "test": "Test rows"}, label="Rows",
                                   help="Test rows are for one last look: choosing settings by them would make them validation rows.")  # fmt: skip


def _stack(key: str) -> str:
    return STACKS[key].stack


# key, title, why, values, good
PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("digits", "Digits, one hidden layer", "64 pixels, 64 hidden units, ten classes: enough for 97 % of handwritten digits in under a second.", {}, True),
    ("logistic", "Logistic regression", "No hidden layer: each class is one weighted sum of the pixels. A strong baseline that every deeper network has to beat.",
     {"stack": _stack("linear"), "learning_rate": 0.01}, True),
    ("resnet", "Small ResNet", "Convolutions look for the same strokes everywhere, and shortcuts let the gradient through: fewer errors than the MLP with shifted copies "
     "of the images.", {"stack": _stack("resnet"), "batch_size": 64, "epochs": 20, "schedule": "one_cycle", "learning_rate": 0.01, "shift": 0.1, "weight_decay": 0.0001},
     True),
    ("diabetes", "Predict a number", "Regression: ten measurements, one number. About half of the spread can be explained at best, and more layers do not help.",
     {"dataset": "diabetes", "stack": "dense 16 | relu", "learning_rate": 0.003, "weight_decay": 0.03, "optimizer": "adamw", "epochs": 100, "patience": 20}, True),
    ("high", "Learning rate too high", "One layer, where the limit is exact: beyond 2 over the largest curvature, every step lands higher up the other side of the valley.",
     {"dataset": "diabetes", "stack": _stack("linear"), "optimizer": "sgd", "learning_rate": 0.4}, False),
    ("overfit", "Learning 50 rows by heart", "A network with far more weights than examples remembers each of them: its training loss goes to 0 while the validation loss climbs.",
     {"dataset": "breast_cancer", "train_rows": 50, "stack": "dense 256 | relu | dense 256 | relu", "learning_rate": 0.003, "epochs": 300}, False),
    ("leak", "Leaky column", "One column was filled in after the answer was known. Validation looks perfect; on test rows, where it is still empty, nothing is left.",
     {"dataset": "diabetes", "leak": True, "stack": "dense 32 | relu", "learning_rate": 0.003, "epochs": 60}, False),
    ("tiny", "Batches of one", "The gradient of a single example points anywhere: at this rate the loss trembles instead of sinking, and one row in ten stays wrong.",
     {"batch_size": 1, "optimizer": "sgd", "learning_rate": 0.1, "epochs": 10}, False),
)  # fmt: skip
