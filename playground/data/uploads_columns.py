"""What a column of cells holds: numbers however they are written, dates, few words or free text; part of the gate.

Works on the distinct cells alone, so that a million rows cost little more than a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from playground.core.limits import CATEGORY_WORDS, WORDS_BYTES

Kind = Literal["number", "category", "text", "date"]

MISSING = ("", "na", "n/a", "nan", "null", "none", "?", "-", "#n/a", "#na", "<na>", "-nan", "nat")
PLAIN = r"[+-]?\d+(?:[eE][+-]?\d+)?"
NUMBER = r"(?i)[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)"
THOUSANDS = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
DECIMAL_POINT = r"[+-]?\d+\.\d+"
DECIMAL_COMMA = r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?"
ONE_COMMA = r"[+-]?\d+,\d+"
DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
WRITTEN_DATES = {"%d.%m.%Y": "day.month.year", "%d/%m/%Y": "day/month/year", "%m/%d/%Y": "month/day/year", "%Y/%m/%d": "year/month/day", "%d-%m-%Y": "day-month-year"}
WRITTEN_DATE = r"\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}/\d{1,2}/\d{1,2}"
MOSTLY = 0.8  # share of numbers from which the other cells of a column look like mistakes


@dataclass(frozen=True, eq=False)
class Cells:
    """One column, understood.

    Attributes:
        values: float64 with NaN where missing, or str with "" for missing (object str for free text).
        spelling: How numbers or dates are written when not plainly: "decimal comma", "thousands", "either decimal", a strptime
            format, or "mostly" for a column of words in which most cells are numbers.
        numbers: Such a column as numbers, NaN for the words.
    """

    values: np.ndarray
    kind: Kind
    spelling: str = ""
    numbers: np.ndarray | None = None


def understand(name: str, cells: Any, separator: str, lines: np.ndarray, notes: list[str], place: str = "line") -> Cells:
    """A column from what a parser gave (`pyarrow` chunked array of numbers or strings); says what is special in `notes`."""
    import pyarrow as pa

    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        return Cells(_finite(name, cells.to_numpy().astype(np.float64), lines, notes, place), "number")
    words, codes = _distinct(cells)
    found, spelling = _numbers(name, words, separator, notes)
    if found is not None:
        values = np.append(found, np.nan)[codes]
        return Cells(_finite(name, values, lines, notes, place), "number", spelling)
    _count_missing(name, codes < 0, lines, notes, place)
    dates, spelling = _dates(name, words, notes)
    if dates is not None:
        return Cells(np.append(dates, "")[codes], "date", spelling)
    few = len(words) <= CATEGORY_WORDS
    slim = few and len(codes) * 4 * max(map(len, words), default=0) <= WORDS_BYTES
    written = np.append(words.astype(str) if slim else words, "")[codes] if len(words) else np.full(len(codes), "")
    numbers, spelling = _mostly(name, words, codes, separator, lines, notes, place)
    return Cells(written, "category" if few else "text", spelling, numbers)


def _distinct(cells: Any) -> tuple[np.ndarray, np.ndarray]:
    """Distinct words (k,) object, trimmed and without those that mean missing, and (n,) places in them, -1 where missing."""
    import pyarrow as pa
    import pyarrow.compute as compute

    if pa.types.is_dictionary(cells.type):  # as it was stored: a long text that stands in every row is kept once
        encoded = cells.combine_chunks()
    else:
        encoded = compute.dictionary_encode(compute.cast(cells, pa.string()).combine_chunks())
    raw = compute.utf8_trim_whitespace(compute.cast(encoded.dictionary, pa.string()))
    present = ~compute.is_in(compute.utf8_lower(raw), value_set=pa.array(MISSING)).to_numpy(zero_copy_only=False)
    words, place = np.unique(np.asarray(raw.to_pylist(), object)[present].astype(object), return_inverse=True) if present.any() else (np.empty(0, object), [])
    translate = np.full(len(raw) + 1, -1, np.int64)
    translate[:-1][present] = place
    codes = encoded.indices.fill_null(len(raw)).to_numpy()
    return words, translate[codes]


def _matches(words: np.ndarray, pattern: str) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as compute

    return compute.match_substring_regex(pa.array(words, pa.string()), f"^(?:{pattern})$").to_numpy(zero_copy_only=False)


def _numbers(name: str, words: np.ndarray, separator: str, notes: list[str]) -> tuple[np.ndarray | None, str]:
    """The distinct words as numbers, when every one is written with commas of one meaning; else None. And how they are written.

    Between commas as separators "1,234" is a thousand and more; elsewhere it is one and a bit. The note says which was taken.
    """
    if not len(words):
        return np.empty(0), ""
    if _matches(words, NUMBER).all():
        return words.astype(np.float64), ""
    if separator == "," and _matches(words, f"{THOUSANDS}|{DECIMAL_POINT}|{PLAIN}").all():
        notes.append(f"“{name}” has commas between thousands.")
        return np.array([float(word.replace(",", "")) for word in words]), "thousands"
    if _matches(words, f"{DECIMAL_COMMA}|{PLAIN}").all():
        notes.append(f"“{name}” uses a decimal comma.")
        return np.array([float(word.replace(".", "").replace(",", ".")) for word in words]), "decimal comma"
    if _matches(words, f"{ONE_COMMA}|{NUMBER}").all():
        notes.append(f"“{name}” mixes decimal points and decimal commas; both were read as decimals.")
        return np.array([float(word.replace(",", ".")) for word in words]), "either decimal"
    return None, ""


def _mostly(
    name: str, words: np.ndarray, codes: np.ndarray, separator: str, lines: np.ndarray, notes: list[str], place: str,
) -> tuple[np.ndarray | None, str]:  # fmt: skip
    """Numbers, NaN for the words, when most cells hold numbers and a few do not, and their spelling; says which."""
    known = codes >= 0
    for spelling, pattern in (("mostly", NUMBER), *([("either decimal", f"{ONE_COMMA}|{NUMBER}")] if separator != "," else [])):
        fits = _matches(words, pattern) if len(words) else np.zeros(0, bool)
        numeric = np.append(fits, False)[codes]
        if numeric.any() and numeric.sum() >= MOSTLY * known.sum():
            odd = known & ~numeric
            shown = ", ".join(f"“{str(words[codes[row]])[:20]}”" for row in np.flatnonzero(odd)[:2])
            notes.append(f"“{name}” holds numbers, but words in {_count(int(odd.sum()), 'cell')} ({shown}; {places(lines, odd, place)}).")
            values = np.array([float(word.replace(",", ".")) if fit else np.nan for word, fit in zip(words, fits, strict=True)])
            values[np.isinf(values)] = np.nan
            return np.append(values, np.nan)[codes], spelling
    return None, ""


def _dates(name: str, words: np.ndarray, notes: list[str]) -> tuple[np.ndarray | None, str]:
    """The distinct words as ISO 8601 dates, or None, and the format they were written in when it is another."""
    import pandas as pd

    if not len(words):
        return None, ""
    series = pd.Series(words, dtype="str")
    if _matches(words[:50], DATE).all() and _matches(words, DATE).all():
        return (words.astype(str), "") if pd.to_datetime(series, format="ISO8601", errors="coerce", utc=True).notna().all() else (None, "")
    if not (_matches(words[:50], WRITTEN_DATE).all() and _matches(words, WRITTEN_DATE).all()):
        return None, ""
    fitting = {form: days for form in WRITTEN_DATES if (days := pd.to_datetime(series, format=form, errors="coerce")).notna().all()}
    if not fitting:
        return None, ""
    form, days = next(iter(fitting.items()))
    doubt = " (no day is above 12, so it could also be month first)" if len(fitting) > 1 else ""
    notes.append(f"“{name}” holds dates, read as {WRITTEN_DATES[form]}{doubt}.")
    return days.dt.strftime("%Y-%m-%d").to_numpy(str), form


def _finite(name: str, values: np.ndarray, lines: np.ndarray, notes: list[str], place: str) -> np.ndarray:
    values = np.array(values)
    infinite = np.isinf(values)
    values[infinite] = np.nan
    _count_missing(name, np.isnan(values), lines, notes, place, int(infinite.sum()))
    return values


def _count_missing(name: str, missing: np.ndarray, lines: np.ndarray, notes: list[str], place: str, infinite: int = 0) -> None:
    count = int(missing.sum())
    if count:
        extra = f", {infinite:,} of them infinite" if infinite else ""
        notes.append(f"“{name}”: {_count(count, 'cell')} missing{extra} ({places(lines, missing, place)}).")


def places(lines: np.ndarray, chosen: np.ndarray, place: str = "line") -> str:
    """The first few lines of a file on which `chosen` is true, in words."""
    found = lines[np.flatnonzero(chosen)[:4]]
    return f"{place} {', '.join(f'{line:,}' for line in found[:3])}{' …' if len(found) > 3 else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
