"""From a table to points of the plane: two number columns and a target."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import CLASSES, POINTS
from playground.core.randomness import numpy_stream
from playground.data.uploads import Table
from playground.data.uploads_columns import places

FEWEST = 4  # rows: something to learn from and something to test on
NUMBERS_FROM = 11  # distinct whole numbers from which "auto" takes a target for a number
LARGEST = 1e100  # in magnitude; the squares of larger numbers leave float64, and no mean or spread is left
OF_EACH_CLASS = 2  # rows that a sample keeps of every class: one to learn from, one to test on
NAME_CHARACTERS = 40
TASKS = ("auto", "classification", "regression")


def two_features(table: Table, first: str, second: str, target: str, task: str = "auto") -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and description for the shelf.

    Args:
        task: "classification", "regression", or "auto": words and few distinct whole numbers are classes.

    Returns:
        arrays: "inputs" (N, 2) float64 and "targets", (N,) int64 classes or float64; N is at most POINTS.
        about: "task" ("binary", "multiclass", "regression"), "features", "target", "classes", "notes".

    Raises:
        UserError: When the columns cannot be learnt from; says which and why.
    """
    _check_choice(table, first, second, target, task)
    inputs, labels, notes = _complete_rows(table, first, second, target)
    about: dict[str, Any] = {"features": [first, second], "target": target, "notes": notes}
    if _is_regression(labels, table.kinds[target], target, task):
        _check_magnitude(target, labels)
        chosen = _sample(len(inputs), np.zeros(len(inputs), np.int64), notes)
        inputs, labels = inputs[chosen], labels[chosen]
        _check_variety(inputs, first, second)
        if np.ptp(labels) == 0:
            raise UserError(f"The target “{target}” has the same value in every row.", "Choose another target.")
        return {"inputs": inputs, "targets": labels.astype(np.float64)}, {**about, "task": "regression", "classes": []}
    names, targets = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise UserError(f"The target “{target}” has only one class ({_word(names[0])}).", "A boundary needs at least two.")
    if len(names) > CLASSES:
        raise UserError(f"The target “{target}” has {len(names):,} classes; at most {CLASSES} can be shown.", "Choose another target, or learn it as a number.")
    chosen = _sample(len(inputs), targets, notes)
    inputs, targets = inputs[chosen], targets[chosen]
    _check_variety(inputs, first, second)
    kind = "binary" if len(names) == 2 else "multiclass"
    return {"inputs": inputs, "targets": targets.astype(np.int64)}, {**about, "task": kind, "classes": _words(names)}


def _check_choice(table: Table, first: str, second: str, target: str, task: str) -> None:
    if task not in TASKS:
        raise UserError(f"There is no task named {task!r}.", f"It is one of {', '.join(TASKS)}.")
    for name in (first, second, target):
        if name not in table.columns:
            raise UserError(f"The table has no column named {name!r}.")
    if len({first, second, target}) < 3:
        raise UserError("Two different columns and a third as target are needed.")
    for name in (first, second):
        if table.kinds[name] != "number":
            held = "dates" if table.kinds[name] == "date" else "words"
            raise UserError(f"“{name}” holds {held}; a place in the plane needs numbers.", "Choose another column.")


def _complete_rows(table: Table, first: str, second: str, target: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(N, 2) inputs and (N,) labels of the rows without a missing cell, and what there is to say about the others."""
    inputs = np.stack([table.columns[first], table.columns[second]], axis=1)
    labels = table.columns[target]
    kept = np.isfinite(inputs).all(1) & (np.isfinite(labels) if table.kinds[target] == "number" else labels != "")
    notes = []
    dropped = int((~kept).sum())
    if dropped:
        notes.append(f"{dropped:,} of {len(kept):,} rows were left out for a missing cell ({places(table.lines, ~kept)}).")
    inputs, labels = inputs[kept], labels[kept]
    if len(inputs) < FEWEST:
        raise UserError(f"Only {len(inputs)} complete rows are left; at least {FEWEST} are needed.")
    for position, name in enumerate((first, second)):
        _check_magnitude(name, inputs[:, position])
    return inputs, labels, notes


def _check_magnitude(name: str, values: np.ndarray) -> None:
    largest = float(np.abs(values).max())
    if largest > LARGEST:
        raise UserError(f"“{name}” holds {largest:.3g}; numbers beyond {LARGEST:g} cannot be learnt from.", "Choose another column, or rescale it.")


def _check_variety(inputs: np.ndarray, first: str, second: str) -> None:
    for position, name in enumerate((first, second)):
        if np.ptp(inputs[:, position]) == 0:
            raise UserError(f"“{name}” has the same value in every row, so it tells nothing apart.", "Choose another column.")


def _sample(count: int, classes: np.ndarray, notes: list[str]) -> np.ndarray:
    """Row numbers in the file's order: all, or a seeded POINTS of them with at least OF_EACH_CLASS of every class that has as many."""
    if count <= POINTS:
        return np.arange(count)
    order = numpy_stream(0, "sample").permutation(count)
    must = np.concatenate([order[classes[order] == each][:OF_EACH_CLASS] for each in np.unique(classes)])
    others = order[~np.isin(order, must)]
    notes.append(f"A random {POINTS:,} of {count:,} rows are used.")
    return np.sort(np.concatenate([must, others[: POINTS - len(must)]]))


def _is_regression(labels: np.ndarray, kind: str, target: str, task: str) -> bool:
    if task == "regression" and kind != "number":
        held = "dates" if kind == "date" else "words"
        raise UserError(f"The target “{target}” holds {held} and cannot be learnt as a number.")
    if task != "auto":
        return task == "regression"
    if kind != "number":
        return False
    distinct = np.unique(labels)
    return len(distinct) >= NUMBERS_FROM or bool((distinct != np.round(distinct)).any())


def _words(names: np.ndarray) -> list[str]:
    """Names of classes, shortened, and told apart by a number when they begin alike."""
    short = [_word(name) for name in names]
    return [f"{name} ({number})" if short.count(name) > 1 else name for number, name in enumerate(short, 1)]


def _word(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)
    return text if len(text) <= NAME_CHARACTERS else f"{text[: NAME_CHARACTERS - 1]}…"
