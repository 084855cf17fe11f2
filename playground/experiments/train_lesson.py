"""What a run learns from: the three parts of the data, after the experiment's own changes to them. No torch."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.randomness import numpy_stream

if TYPE_CHECKING:
    from playground.experiments.train import Train

PARTS = ("train", "validation", "test")
LEAK_NAME = "the answer, noted down"
SAMPLE_IMAGES = 5_000  # from which mean and spread of the pixels are taken


@dataclass(frozen=True, eq=False)
class Lesson:
    """One task, ready to be learnt.

    Attributes:
        dataset: From `data.datasets`.
        train, validation, test: Its parts: `inputs`, `targets`, `rows`.
        input_shape: (columns,) or (channels, height, width).
        outputs: Classes, or 1.
        mean, spread: Of the training part: of every channel for images in [0, 1], (channels,); of the target for regression, (1,); else empty.
        notes: What happened to the data on the way, a sentence each.
    """

    dataset: Any
    train: Any
    validation: Any
    test: Any
    input_shape: tuple[int, ...]
    outputs: int
    mean: np.ndarray
    spread: np.ndarray
    notes: tuple[str, ...]

    @property
    def images(self) -> bool:
        return self.dataset.kind == "image"

    @property
    def classifies(self) -> bool:
        return self.dataset.task == "classification"

    def part(self, name: str) -> Any:
        return getattr(self, name)

    @property
    def class_counts(self) -> np.ndarray:
        """Training rows of each class, (classes,) int64."""
        return np.bincount(self.train.targets, minlength=self.outputs)


def lesson(experiment: Train) -> Lesson:
    """The parts of an experiment's data; the last few are kept.

    Raises:
        UserError: When the data cannot be loaded, or has too few rows to be parted.
    """
    e = experiment
    return _lesson(e.dataset, e.own, e.data_seed, e.validation_share, e.test_share, e.train_rows, e.leak)


@functools.lru_cache(maxsize=4)
def _lesson(key: str, own: str, seed: int, validation_share: float, test_share: float, train_rows: int, leak: bool) -> Lesson:
    from playground.data import datasets

    data = datasets.load(key, own)
    split = data.split(seed, validation_share, test_share)
    parts = {name: getattr(split, name) for name in PARTS}
    if train_rows and train_rows < len(parts["train"].rows):
        whole = parts["train"]
        some = chosen_rows(seed, len(whole.rows), train_rows)
        parts["train"] = replace(whole, inputs=whole.inputs[some], targets=whole.targets[some], rows=whole.rows[some])
    for name, part in parts.items():
        if not len(part.rows):
            raise UserError(f"The {name} part has no rows left.", "Use more data, or other shares.", field="validation_share")
    shape, notes = tuple(data.input_shape), tuple(split.notes)
    if leak and data.kind == "table":
        parts = {name: replace(part, inputs=_leaky(part, parts["train"], name)) for name, part in parts.items()}
        shape, notes = (shape[0] + 1,), (*notes, "One column holds the answer, but for the test rows.")
    outputs = len(data.classes) if data.task == "classification" else 1
    return Lesson(data, *(parts[name] for name in PARTS), shape, outputs, *_scale(data, parts["train"]), notes)


def chosen_rows(seed: int, count: int, wanted: int) -> np.ndarray:
    """Places of the training rows kept when there are to be fewer."""
    return numpy_stream(seed, "train rows").permutation(count)[:wanted]


def _leaky(part: Any, train: Any, name: str) -> np.ndarray:
    """The inputs with one more column: the answer, standardised; 0 where it is not known yet."""
    middle, spread = train.targets.mean(), max(float(train.targets.std()), 1e-9)
    answer = np.zeros(len(part.rows)) if name == "test" else (part.targets - middle) / spread
    return np.column_stack([part.inputs, answer]).astype(np.float32)


def _scale(data: Any, train: Any) -> tuple[np.ndarray, np.ndarray]:
    if data.kind == "image":
        pixels = train.inputs[:SAMPLE_IMAGES].astype(np.float32) / 255
        return pixels.mean(axis=(0, 2, 3)), pixels.std(axis=(0, 2, 3)).clip(1e-3)
    if data.task == "regression":
        return np.array([train.targets.mean()], np.float32), np.array([max(float(train.targets.std()), 1e-9)], np.float32)
    return np.zeros(0, np.float32), np.ones(0, np.float32)
