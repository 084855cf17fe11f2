"""From a table to points of the plane: two number columns and a target."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import CLASSES, POINTS
from playground.core.randomness import numpy_stream
from playground.data.uploads import Table, places

FEWEST = 4  # rows: something to learn from and something to test on
NUMBERS_FROM = 11  # distinct whole numbers from which "auto" takes a target for a number


def two_features(table: Table, first: str, second: str, target: str, task: str = "auto") -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and description for the shelf.

    Args:
        task: "classification", "regression", or "auto": words and few distinct whole numbers are classes.

    Returns:
        arrays: "inputs" (N, 2) float64 and "targets", (N,) int64 classes or float64.
        about: "task" ("binary", "multiclass", "regression"), "features", "target", "classes", "notes".

    Raises:
        UserError: When the columns cannot be learnt from; says which and why.
    """
    for name in (first, second, target):
        if name not in table.columns:
            raise UserError(f"The table has no column named {name!r}.")
    if len({first, second, target}) < 3:
        raise UserError("Two different columns and a third as target are needed.")
    for name in (first, second):
        if table.kinds[name] != "number":
            held = "dates" if table.kinds[name] == "date" else "words"
            raise UserError(f"“{name}” holds {held}; a place in the plane needs numbers.", "Choose another column.")
    inputs = np.stack([table.columns[first], table.columns[second]], axis=1)
    labels = table.columns[target]
    kept = np.isfinite(inputs).all(1) & (np.isfinite(labels) if table.kinds[target] == "number" else labels != "")
    notes = []
    dropped = int((~kept).sum())
    if dropped:
        where = places(table.lines, ~kept)
        notes.append(f"{dropped:,} of {len(kept):,} rows were left out for a missing cell ({where}).")
    inputs, labels = inputs[kept], labels[kept]
    if len(inputs) < FEWEST:
        raise UserError(f"Only {len(inputs)} complete rows are left; at least {FEWEST} are needed.")
    for position, name in enumerate((first, second)):
        if np.ptp(inputs[:, position]) == 0:
            raise UserError(f"“{name}” has the same value in every row, so it tells nothing apart.", "Choose another column.")
    if len(inputs) > POINTS:
        chosen = np.sort(numpy_stream(0, "sample").choice(len(inputs), POINTS, replace=False))
        notes.append(f"A random {POINTS:,} of {len(inputs):,} rows are used.")
        inputs, labels = inputs[chosen], labels[chosen]
    about: dict[str, Any] = {"features": [first, second], "target": target, "notes": notes}
    if _is_regression(labels, table.kinds[target], target, task):
        if np.ptp(labels) == 0:
            raise UserError(f"The target “{target}” has the same value in every row.", "Choose another target.")
        return {"inputs": inputs, "targets": labels.astype(np.float64)}, {**about, "task": "regression", "classes": []}
    names, targets = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise UserError(f"The target “{target}” has only one class ({_word(names[0])}).", "A boundary needs at least two.")
    if len(names) > CLASSES:
        raise UserError(f"The target “{target}” has {len(names):,} classes; at most {CLASSES} can be shown.", "Choose another target, or learn it as a number.")
    classes = [_word(name) for name in names]
    return ({"inputs": inputs, "targets": targets.astype(np.int64)}, {**about, "task": "binary" if len(names) == 2 else "multiclass", "classes": classes})


def _is_regression(labels: np.ndarray, kind: str, target: str, task: str) -> bool:
    if task == "regression" and kind != "number":
        raise UserError(f"The target “{target}” holds words and cannot be learnt as a number.")
    if task != "auto":
        return task == "regression"
    if kind != "number":
        return False
    distinct = np.unique(labels)
    return len(distinct) >= NUMBERS_FROM or bool((distinct != np.round(distinct)).any())


def _word(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)
    return text[:40]
