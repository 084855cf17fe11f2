"""What there is to know about a table before anything is learnt from it: kinds, statistics, gaps, and what each column may be used for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.core.limits import CATEGORY_WORDS
from playground.data.tables_cells import named
from playground.data.uploads import Table

WORD_CHARACTERS = 120  # a longer category is free text
LARGEST = 1e100  # in magnitude; the squares of larger numbers leave float64
NUMBERS_FROM = 11  # distinct whole numbers from which a target is taken for a number
BINS = 24
COUNTED = 100_000  # rows among which distinct values are counted
TARGET_NAMES = ("target", "label", "class", "y", "outcome", "species", "diagnosis", "quality", "survived", "price")


@dataclass(frozen=True, eq=False)
class Profile:
    """One column, summed up.

    Attributes:
        kind: number, category, date or text: what it is used as, unless the visitor says otherwise.
        distinct: How many different values; of very many rows, in a sample of them.
        why: The reason to leave it out; "" when features can be made of it.
        summary: Statistics in words, for the table of columns.
        counts: Rows in each of at most BINS equal bins of a number or date, or of the most frequent words.
        labels: The ends of the bins, or the words.
    """

    name: str
    kind: str
    missing: int
    distinct: int
    why: str
    summary: str
    counts: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()


def profile(table: Table) -> tuple[Profile, ...]:
    """Every column of a table, summed up."""
    return tuple(column(table, name) for name in table.columns)


def column(table: Table, name: str) -> Profile:
    kind, values = used_as(table, name)
    if kind == "number":
        return _numbers(name, values, table.n_rows)
    if kind == "date":
        return _dates(name, values)
    return _words(name, kind, values, table.n_rows)


def used_as(table: Table, name: str, wanted: str = "") -> tuple[str, np.ndarray]:
    """Kind of a column and its values as that kind: float64 numbers, or str; a column of numbers with a few words counts as numbers."""
    kind, values, cells = table.kinds[name], table.columns[name], table.cells.get(name)
    if kind in ("category", "text") and cells is not None and cells.numbers is not None and wanted in ("", "number"):
        return "number", cells.numbers
    if wanted == "category" and kind == "number":
        found, place = np.unique(values, return_inverse=True)
        return "category", named(found)[place]
    if wanted in ("", kind) and kind == "category" and max(map(len, np.unique(values)), default=0) > WORD_CHARACTERS:
        return "text", values
    return kind, values


def distinct(values: np.ndarray) -> int:
    """How many different values there are, gaps aside; of very many rows, how many a spread sample of COUNTED has."""
    import pyarrow as pa
    import pyarrow.compute as compute

    if len(values) > COUNTED:
        values = values[np.linspace(0, len(values) - 1, COUNTED).astype(int)]
    array = pa.array(values) if values.dtype.kind == "f" else pa.array(values, pa.string())
    if values.dtype.kind == "f":
        return int(compute.count_distinct(compute.if_else(compute.is_nan(array), None, array)).as_py())
    return int(compute.count_distinct(compute.if_else(compute.equal(array, ""), None, array)).as_py())


def _numbers(name: str, values: np.ndarray, rows: int) -> Profile:
    there = values[~np.isnan(values)]
    missing, kinds = len(values) - len(there), distinct(values)
    if not len(there):
        return Profile(name, "number", missing, 0, "is empty", "nothing but gaps")
    low, high = float(there.min()), float(there.max())
    why = ""
    if low == high:
        why = "has the same value in every row"
    elif max(abs(low), abs(high)) > LARGEST:
        why = f"holds numbers beyond {LARGEST:g}"
    elif not missing and rows > 5 and (there == np.round(there)).all() and (np.diff(there) == 1).all():
        why = "counts the rows: an identifier"
    if max(abs(low), abs(high)) > LARGEST:
        return Profile(name, "number", missing, kinds, why, f"{low:.4g} to {high:.4g}")
    counts, edges = np.histogram(there, BINS if kinds > BINS else max(kinds, 1), (low, high if high > low else low + 1))
    middle = float(np.median(there))
    words = f"{_short(low)} to {_short(high)}, mean {_short(float(there.mean()))}, median {_short(middle)}, spread {_short(float(there.std()))}"
    return Profile(name, "number", missing, kinds, why, words, tuple(counts.tolist()), tuple(_short(edge) for edge in edges))


def _short(value: float) -> str:
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"


def _dates(name: str, values: np.ndarray) -> Profile:
    there = values[values != ""]
    kinds, (first, last) = distinct(values), _ends(there)
    labels, counts = np.unique(there.astype("U4"), return_counts=True)
    if len(labels) > BINS:
        labels, counts = labels[-BINS:], counts[-BINS:]
    why = "has the same date in every row" if first == last else ""
    return Profile(name, "date", int((values == "").sum()), kinds, why, f"{first} to {last}", tuple(counts.tolist()), tuple(labels.tolist()))


def _ends(words: np.ndarray) -> tuple[str, str]:
    import pyarrow as pa
    import pyarrow.compute as compute

    ends = compute.min_max(pa.array(words, pa.string())).as_py()
    return ends["min"], ends["max"]


def _words(name: str, kind: str, values: np.ndarray, rows: int) -> Profile:
    import pyarrow as pa
    import pyarrow.compute as compute

    missing = int((values == "").sum())
    counted = compute.value_counts(pa.array(values, pa.string())).to_pylist()
    found = sorted(((each["counts"], each["values"]) for each in counted if each["values"] != ""), key=lambda pair: (-pair[0], pair[1]))
    if not found:
        return Profile(name, kind, missing, 0, "is empty", "nothing but gaps")
    why = ""
    if len(found) == 1:
        why = "has the same value in every row"
    elif len(found) == rows and rows > 5:
        why = "has another value in every row: an identifier"
    elif kind == "text":
        why = f"is free text ({len(found):,} different ones); at most {CATEGORY_WORDS} categories can be learnt from"
    shown = ", ".join(f"{shortened(word)} ({count:,})" for count, word in found[:3]) + (" …" if len(found) > 3 else "")
    often = found[:BINS] if kind == "category" and not why else []
    return Profile(name, kind, missing, len(found), why, shown, tuple(count for count, _ in often), tuple(shortened(word) for _, word in often))


def shortened(word: Any, characters: int = 24) -> str:
    text = str(word)
    return text if len(text) <= characters else f"{text[: characters - 1]}…"


def likely_target(profiles: tuple[Profile, ...]) -> str:
    """The column that most likely is to be predicted: one so named, else the last that can be learnt."""
    able = [each for each in profiles if each.distinct > 1 and each.kind != "date" and "identifier" not in each.why]
    named = [each.name for each in able if each.name.strip().lower() in TARGET_NAMES]
    return named[-1] if named else able[-1].name if able else profiles[-1].name


def likely_task(table: Table, target: str) -> str:
    """Classification for words and few distinct whole numbers, else regression."""
    kind, values = used_as(table, target)
    if kind != "number":
        return "classification"
    there = values[~np.isnan(values)]
    return "regression" if (there != np.round(there)).any() or distinct(values) >= NUMBERS_FROM else "classification"
