"""What may spoil the result of learning a table: columns that give the answer away, and classes of very different size."""

from __future__ import annotations

import numpy as np

from playground.data.tables_profile import used_as
from playground.data.uploads import Table

LOPSIDED = 0.8  # share of the largest class from which always naming it looks like success
RATIO = 10  # largest to smallest class
SAMPLE = 20_000
REPEATED = 5  # rows a value must have on average before "it always goes with one class" means anything


def leaks(table: Table, target: str, targets: np.ndarray, classes: tuple[str, ...], kept: np.ndarray) -> dict[str, str]:
    """Columns that tell the target outright, each with the end of a sentence that says how.

    A column leaks when it equals the target up to names (classes) or up to shift and scale (numbers); it may leak when each of its
    often repeated values goes with one class only. Whether it would be known at the time of prediction, no program can say.
    """
    found = {}
    for name in table.columns:
        if name == target:
            continue
        kind, values = used_as(table, name)
        words = (_tells_class if classes else _tells_number)(kind, values[kept], targets, len(classes))
        if words:
            found[name] = words
    return found


def certain(words: str) -> bool:
    """Whether a column is the target itself, and so is left out unless the visitor wants it."""
    return words.startswith("gives")


def _tells_class(kind: str, values: np.ndarray, targets: np.ndarray, classes: int) -> str:
    import pandas as pd

    if kind == "text":
        return ""
    if len(values) > 2 * SAMPLE:  # most columns are cleared by a few rows: two classes share a value, or hardly any value comes twice
        some = np.linspace(0, len(values) - 1, SAMPLE).astype(int)
        codes, found = pd.factorize(values[some])
        pairs = len(np.unique((codes + 1).astype(np.int64) * classes + targets[some]))
        if pairs != len(found) + int((codes < 0).any()) or len(found) > SAMPLE / 2:
            return ""
    codes, found = pd.factorize(values)  # gaps of numbers become -1: a value of their own
    known = len(found) + int((codes < 0).any())
    if known < classes or known * REPEATED > len(values):
        return ""
    pairs = len(np.unique((codes + 1).astype(np.int64) * classes + targets))
    if pairs != known:
        return ""
    return "gives the target away: it says the same in other words" if known == classes else "may give the target away: each of its values goes with one class only"


def _tells_number(kind: str, values: np.ndarray, targets: np.ndarray, _classes: int) -> str:
    if kind != "number":
        return ""
    there = ~np.isnan(values)
    x, y = values[there], targets[there]
    if len(x) < 3 or x.min() == x.max() or y.min() == y.max() or max(np.abs(x).max(), np.abs(y).max()) > 1e100:
        return ""
    if np.array_equal(x, y):
        return "gives the target away: it is the same number"
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    return "gives the target away: it is the same number, shifted or scaled" if abs(float((x * y).mean())) > 1 - 1e-10 else ""


def imbalance(targets: np.ndarray, classes: tuple[str, ...]) -> list[str]:
    """Sentences on classes of very different size, and on classes too small to be measured."""
    if not classes:
        return []
    counts = np.bincount(targets, minlength=len(classes))
    largest, smallest = int(counts.argmax()), int(counts.argmin())
    words = []
    if counts[largest] > LOPSIDED * len(targets):
        words.append(f"“{classes[largest]}” holds {counts[largest] / len(targets):.0%} of the rows: always answering it would look as good. "
                     "Watch F1, and try balanced class weights.")  # fmt: skip
    elif counts[largest] > RATIO * counts[smallest]:
        words.append(f"“{classes[largest]}” has {counts[largest] / counts[smallest]:.0f} times as many rows as “{classes[smallest]}”. Watch F1, and try balanced class weights.")
    rare = np.flatnonzero(counts < 3)
    if len(rare):
        names = ", ".join(f"“{classes[each]}” ({counts[each]})" for each in rare[:4]) + (f" and {len(rare) - 4} more" if len(rare) > 4 else "")
        words.append(f"Too few rows to learn and to test on: {names}. A class of one row is learnt from, never tested.")
    return words
