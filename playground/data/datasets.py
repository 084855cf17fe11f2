"""Data sets to train networks on: what each one is, its split into three parts, and where it comes from.

`DATASETS` lists all of them with what is known before loading; `load` brings one. Tables live in `data.tables`, images in
`data.images`; both are a `Dataset`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import SPLIT_SHARE
from playground.core.randomness import derive
from playground.data.tables_maths import split_rows

Task = Literal["classification", "regression"]
Kind = Literal["table", "image"]

OWN_TABLE, OWN_IMAGES = "own_table", "own_images"
KEPT_SPLITS = 2  # a change of seed and back; more would hold the data several times


@dataclass(frozen=True, eq=False)
class Part:
    """One of training, validation and test.

    Attributes:
        inputs: Tables: (n, d) float32, encoded with statistics of the training part alone. Images: (n, channels, height, width) uint8.
        targets: (n,) int64 class numbers, or (n,) float32 in the target's own unit.
        rows: (n,) int64, the row of the data set each example is, for `Dataset.show`.
    """

    inputs: np.ndarray
    targets: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Split:
    """A data set dealt out: learnt from, chosen by, reported once. `notes` say in sentences what was special."""

    train: Part
    validation: Part
    test: Part
    notes: tuple[str, ...] = ()


@dataclass(eq=False)
class Dataset:
    """What a data set is, before it is split; equal keys and digests give equal data.

    Attributes:
        classes: Names of the classes; empty for regression.
        feature_names: One a number that goes into the network; for images empty.
        input_shape: Of one example: (d,) or (channels, height, width).
        unit: Words for the target's unit; empty for classes.
        official_test: First row of the test part that its makers set aside, or None: then the test share decides.
        notes: What was detected, changed or left out, in sentences.
        warnings: What may spoil the result (imbalance, leakage), in sentences.
    """

    key: str
    title: str
    kind: Kind
    task: Task
    targets: np.ndarray
    classes: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    columns: tuple[Any, ...] = ()
    target_name: str = "class"
    unit: str = ""
    source: str = ""
    licence: str = ""
    input_shape: tuple[int, ...] = ()
    official_test: int | None = None
    own: str = ""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    _splits: dict[tuple[int, float, float], Split] = field(default_factory=dict, repr=False)

    @property
    def n_rows(self) -> int:
        return len(self.targets)

    @property
    def class_counts(self) -> tuple[int, ...]:
        """Rows of each class, in the order of `classes`; empty for regression."""
        return tuple(int(each) for each in np.bincount(self.targets, minlength=len(self.classes))) if self.classes else ()

    def split(self, seed: int, validation_share: float, test_share: float) -> Split:
        """Training, validation and test part; the same arguments give the same parts.

        Classes are dealt out in equal shares (stratified). Where the makers of the data set theirs aside for testing, that is the
        test part and `test_share` has no effect.

        Args:
            seed: Fixes who goes where.
            validation_share, test_share: Of all rows, 0 to 0.8 together.

        Raises:
            UserError: When the shares leave nothing to learn from.
        """
        wanted = (seed, validation_share, test_share)
        kept = self._splits.get(wanted)
        if kept is None:
            rows, notes = self.parts(seed, validation_share, test_share)
            kept = Split(*(Part(inputs, self._targets(each), each) for each, inputs in zip(rows, self._inputs(rows), strict=True)), tuple(notes))
            while len(self._splits) >= KEPT_SPLITS:
                self._splits.pop(next(iter(self._splits)), None)
            self._splits[wanted] = kept
        return kept

    def parts(self, seed: int, validation_share: float, test_share: float) -> tuple[list[np.ndarray], list[str]]:
        """Row numbers of the three parts, (n,) int64 each, and what there is to say about them."""
        arguments, notes = self.deal(seed, validation_share, test_share)
        rows = split_rows(self._dealt(), **arguments)
        if self.official_test is not None:
            rows[2] = np.arange(self.official_test, self.n_rows)
        if len(rows[0]) == 0:
            raise UserError(f"{self.title} has {self.n_rows:,} rows: too few for these shares.", "Make the validation or test share smaller.")
        return rows, [*notes, *self._unseen(rows)]

    def deal(self, seed: int, validation_share: float, test_share: float) -> tuple[dict[str, Any], list[str]]:
        """Arguments of `split_rows` for one split, and what there is to say about them."""
        if not (validation_share >= 0 and test_share >= 0 and validation_share + test_share <= SPLIT_SHARE):
            raise UserError(f"Validation and test share together may be 0 to {SPLIT_SHARE:.0%}, got {validation_share + test_share:.0%}.",
                            "Leave more to learn from.", field="validation_share")  # fmt: skip
        notes = []
        if self.official_test is not None:
            test_share = 0.0
            notes.append(f"The test part is the {self.n_rows - self.official_test:,} examples that the makers of the data set aside for it.")
        arguments = {"seed": derive(seed, "split"), "validation_share": validation_share, "test_share": test_share, "stratify": bool(self.classes)}
        if self.classes:
            sizes = [len(each) for each in split_rows(self._dealt(), **arguments)]
            due = [round(share * sum(sizes)) for share in (validation_share, test_share)]
            if any(wanted and not size for wanted, size in zip(due, sizes[1:], strict=True)):
                arguments["stratify"] = False
                notes.append("The classes are too small to be dealt out in equal shares; rows were dealt out at random.")
        return arguments, notes

    def _dealt(self) -> np.ndarray:
        return self.targets[: self.official_test]

    def _unseen(self, rows: list[np.ndarray]) -> list[str]:
        notes = []
        if self.classes:
            for name, part in zip(("validation", "test"), rows[1:], strict=True):
                absent = sorted(set(range(len(self.classes))) - set(np.unique(self.targets[part]).tolist()))
                if len(part) and absent:
                    names = ", ".join(f"“{self.classes[each]}”" for each in absent[:4]) + (f" and {len(absent) - 4} more" if len(absent) > 4 else "")
                    notes.append(f"No example of {names} is in the {name} part: too few rows, so nothing is measured there.")
        return notes

    def _targets(self, rows: np.ndarray) -> np.ndarray:
        return self.targets[rows].astype(np.int64 if self.classes else np.float32)

    def _inputs(self, rows: list[np.ndarray]) -> list[np.ndarray]:
        raise NotImplementedError

    def encode(self, row: Mapping[str, Any], *, seed: int, validation_share: float, test_share: float) -> np.ndarray:
        """One new row, cell by column name, as the (d,) float32 input that `split` of the same arguments would make of it.

        Raises:
            UserError: For an unknown category, or words where a number is needed; names the column and what it accepts.
        """
        raise UserError(f"{self.title} holds images; give it an image.")

    def show(self, row: int) -> Any:
        """The original: the cells of a row as {column: number or words}, or an image (height, width, channels) uint8."""
        raise NotImplementedError

    def script(self, seed: int, validation_share: float, test_share: float) -> str:
        """Python source that loads the same data without this package and leaves `x_train, y_train, x_valid, y_valid, x_test, y_test`,
        NumPy arrays equal to `split` bit for bit."""
        raise NotImplementedError


@dataclass(frozen=True)
class Card:
    """What is known of a data set before it is loaded.

    Attributes:
        rows: Examples; 0 when only the upload says.
        size: Of one example, in words.
        download_bytes: What has to be fetched first; 0 for what is bundled.
        makers: `module:function` that loads it.
    """

    key: str
    title: str
    kind: Kind
    task: Task
    words: str
    rows: int
    size: str
    maker: str
    download_bytes: int = 0


_TABLES, _IMAGES = "playground.data.tables_bundled", "playground.data.images_bundled"
_CARDS = (
    Card("digits", "Handwritten digits", "image", "classification", "1,797 tiny pictures of 0 to 9", 1797, "8 × 8 grey", f"{_IMAGES}:digits"),
    Card("wine", "Wine", "table", "classification", "Which of three growers made it, from its chemistry", 178, "13 numbers", f"{_TABLES}:wine"),
    Card("breast_cancer", "Breast cancer", "table", "classification", "Benign or malignant, from measured cell nuclei", 569, "30 numbers", f"{_TABLES}:breast_cancer"),
    Card("iris", "Iris", "table", "classification", "Three species of iris by petal and sepal", 150, "4 numbers", f"{_TABLES}:iris"),
    Card("diabetes", "Diabetes", "table", "regression", "How the disease progressed after a year", 442, "10 numbers", f"{_TABLES}:diabetes"),
    Card("mnist", "MNIST", "image", "classification", "Handwritten digits, the classic", 70_000, "28 × 28 grey", f"{_IMAGES}:mnist", 11_594_722),
    Card("fashion_mnist", "Fashion-MNIST", "image", "classification", "Ten kinds of clothing", 70_000, "28 × 28 grey", f"{_IMAGES}:fashion_mnist", 30_878_645),
    Card("cifar10", "CIFAR-10", "image", "classification", "Ten kinds of things and animals", 60_000, "32 × 32 colour", f"{_IMAGES}:cifar10", 170_498_071),
    Card(OWN_TABLE, "Your table", "table", "classification", "A CSV, Excel or Parquet file of yours", 0, "", "playground.data.tables:own"),
    Card(OWN_IMAGES, "Your images", "image", "classification", "Pictures of yours, a folder a class", 0, "", "playground.data.images:own"),
)  # fmt: skip
DATASETS: dict[str, Card] = {card.key: card for card in _CARDS}


def load(key: str, own: str = "") -> Dataset:
    """A data set by key; `own` is the digest on the shelf for what was uploaded. The last few are kept in memory.

    Raises:
        UserError: For an unknown key, and when the data is not on this machine; says what to do.
    """
    if key not in DATASETS:
        raise UserError(f"There is no data set named {key!r}.", f"There are {', '.join(DATASETS)}.", field="dataset")
    return _load(key, own if key in (OWN_TABLE, OWN_IMAGES) else "")


@functools.lru_cache(maxsize=3)
def _load(key: str, own: str) -> Dataset:
    module, function = DATASETS[key].maker.split(":")
    make = getattr(importlib.import_module(module), function)
    return make(own) if key in (OWN_TABLE, OWN_IMAGES) else make()
