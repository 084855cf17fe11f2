"""Tables to learn from: columns with their kinds, the features made of them, new rows, and the script that repeats it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from playground.core.errors import UserError
from playground.data.datasets import Dataset
from playground.data.tables_maths import date_part, scale_of

ColumnKind = Literal["number", "category", "date", "text"]
DATE_PARTS = ("elapsed days", "year", "month", "day", "weekday", "hour")
NAMED = 8  # categories that a message lists
LARGEST = 1e30  # in magnitude, of a number typed in: float32 ends at 3e38


@dataclass(frozen=True, eq=False)
class Column:
    """One column as it came.

    Attributes:
        kind: number, category (few distinct words), date, or text (shown, never learnt from).
        values: number (n,) float64, NaN where missing; category (n,) int32 places in `words`, -1 where missing;
            date (n,) float64 days since 1970, NaN where missing; text: an object with `[row] -> str` and `gaps()`.
        words: The categories.
        used: Whether features are made of it.
        why: The reason, when it is left out.
    """

    name: str
    kind: ColumnKind
    values: Any
    words: tuple[str, ...] = ()
    used: bool = True
    why: str = ""

    @property
    def missing(self) -> int:
        """Cells without a value."""
        return int(self.gaps().sum())

    def gaps(self) -> np.ndarray:
        """(n,) bool: where nothing stands."""
        if self.kind == "category":
            return self.values < 0
        return self.values.gaps() if self.kind == "text" else np.isnan(self.values)

    def cell(self, row: int) -> float | str:
        """One cell as a person reads it; "" where nothing stands."""
        value = self.values[row]
        if self.kind == "category":
            return self.words[value] if value >= 0 else ""
        if self.kind == "date":
            return date_words(float(value))
        return str(value) if self.kind == "text" else "" if np.isnan(value) else float(value)


def date_words(days: float) -> str:
    """Days since 1970 as an ISO date, with the time when it is not midnight."""
    if np.isnan(days):
        return ""
    moment = np.datetime64(round(days * 86400), "s")
    return str(moment.astype("datetime64[D]")) if moment == moment.astype("datetime64[D]") else str(moment).replace("T", " ")


@dataclass(frozen=True)
class Feature:
    """One number that goes into the network.

    Attributes:
        take: From the column's values to (n,) float64.
        scaled: Standardised by the training rows; otherwise 0 or 1 as it stands.
        code: The same in the exported script, of a variable `{column}`.
    """

    name: str
    column: int
    take: Callable[[Any], np.ndarray]
    scaled: bool
    code: str


def features_of(columns: tuple[Column, ...]) -> tuple[Feature, ...]:
    """All features that the used columns make, in order; depends on the data set alone, not on how it is split."""
    made: list[Feature] = []
    for number, column in enumerate(columns):
        if column.used:
            made += {"number": _of_numbers, "category": _of_words, "date": _of_dates}[column.kind](number, column)
    return tuple(made)


def _of_numbers(number: int, column: Column) -> list[Feature]:
    return [Feature(column.name, number, lambda values: values, True, "scaled({column}, train)"), *_gap(number, column)]


def _gap(number: int, column: Column) -> list[Feature]:
    take = lambda values: np.isnan(values).astype(np.float64)
    return [Feature(f"{column.name} is missing", number, take, False, "np.isnan({column})")] if column.missing else []


def _of_words(number: int, column: Column) -> list[Feature]:
    gaps = column.missing > 0
    places = [1] if len(column.words) == 2 and not gaps else list(range(len(column.words)))
    made = [Feature(f"{column.name} = {column.words[place]}", number, lambda values, place=place: (values == place).astype(np.float64), False,
                    f"{{column}} == {column.words[place]!r}") for place in places]  # fmt: skip
    if gaps:
        made.append(Feature(f"{column.name} is missing", number, lambda values: (values < 0).astype(np.float64), False, '{column} == ""'))
    return made


def _of_dates(number: int, column: Column) -> list[Feature]:
    made = []
    for part in DATE_PARTS:
        values = date_part(column.values, part)
        there = values[~np.isnan(values)]
        if len(there) and there.min() < there.max():
            take = lambda days, part=part: date_part(days, part)
            made.append(Feature(f"{column.name}: {part}", number, take, True, f"scaled(date_part({{column}}, {part!r}), train)"))
    return made + _gap(number, column)


@dataclass(eq=False)
class TableData(Dataset):
    """A table: its columns and the features they make.

    Attributes:
        loading: Lines of a script that leave one variable a column, and `target`; written by whoever loaded the table.
    """

    features: tuple[Feature, ...] = ()
    loading: Callable[[], str] = field(default=lambda: "", repr=False)

    def __post_init__(self) -> None:
        self.features = features_of(self.columns)
        self.feature_names = tuple(each.name for each in self.features)
        self.input_shape = (len(self.features),)

    def _inputs(self, rows: list[np.ndarray]) -> list[np.ndarray]:
        parts = [np.empty((len(each), len(self.features)), np.float32) for each in rows]
        for place, feature in enumerate(self.features):
            values = feature.take(self.columns[feature.column].values)
            if feature.scaled:
                median, mean, spread = scale_of(values[rows[0]])
                values = (np.where(np.isnan(values), median, values) - mean) / spread
            for part, chosen in zip(parts, rows, strict=True):
                part[:, place] = values[chosen]
        return parts

    def encode(self, row: Mapping[str, Any], *, seed: int, validation_share: float, test_share: float) -> np.ndarray:
        train = self.parts(seed, validation_share, test_share)[0][0]
        given = [_read(column, row.get(column.name, "")) if column.used else None for column in self.columns]
        made = np.empty(len(self.features), np.float32)
        for place, feature in enumerate(self.features):
            (value,) = feature.take(given[feature.column])
            if feature.scaled:
                median, mean, spread = self._scale(feature, train, (seed, validation_share, test_share))
                value = ((median if np.isnan(value) else value) - mean) / spread
            made[place] = value
        return made

    def _scale(self, feature: Feature, train: np.ndarray, split: tuple[int, float, float]) -> tuple[float, float, float]:
        kept = self.__dict__.setdefault("_scales", {})
        if (feature.name, split) not in kept:
            if len(kept) > 4 * len(self.features):
                kept.clear()
            kept[feature.name, split] = scale_of(feature.take(self.columns[feature.column].values)[train])
        return kept[feature.name, split]

    def show(self, row: int) -> dict[str, float | str]:
        cells = {column.name: column.cell(row) for column in self.columns}
        target = self.targets[row]
        return cells | {self.target_name: self.classes[target] if self.classes else float(target)}

    def script(self, seed: int, validation_share: float, test_share: float) -> str:
        from playground.data.tables_script import table_script

        return table_script(self, seed, validation_share, test_share)


def _read(column: Column, given: Any) -> np.ndarray:
    """A typed cell as the column's values of one row."""
    text = "" if given is None else str(given).strip()
    empty = text == "" or text.lower() == "nan"
    if column.kind == "category":
        if empty and column.missing:
            return np.array([-1], np.int32)
        if text in column.words:
            return np.array([column.words.index(text)], np.int32)
        known = ", ".join(f"“{word}”" for word in column.words[:NAMED]) + (f" and {len(column.words) - NAMED} more" if len(column.words) > NAMED else "")
        what = f"“{column.name}” is empty." if empty else f"“{column.name}” has never been “{text[:40]}” in the data."
        raise UserError(what, f"It may be {known}.", field=column.name)
    if empty:
        return np.array([np.nan])
    return np.array([_number(column, text) if column.kind == "number" else _day(column, text)])


def _number(column: Column, text: str) -> float:
    there = column.values[~np.isnan(column.values)]
    accepted = f"In the data it goes from {there.min():g} to {there.max():g}." if len(there) else ""
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        raise UserError(f"“{column.name}” needs a number, got “{text[:40]}”.", accepted, field=column.name) from None
    if not np.isfinite(value) or abs(value) > LARGEST:
        raise UserError(f"“{column.name}” needs an ordinary number, got {text[:40]}.", accepted, field=column.name)
    return value


def _day(column: Column, text: str) -> float:
    try:
        return float(np.datetime64(text.replace(" ", "T"), "s").astype(np.int64)) / 86400
    except ValueError:
        raise UserError(f"“{column.name}” needs a date, got “{text[:40]}”.", "Write it as year-month-day, such as 2024-01-31.", field=column.name) from None


def own(digest: str) -> TableData:
    """The visitor's own table from the shelf.

    Raises:
        UserError: When it is not on this machine.
    """
    from playground.data.tables_own import from_shelf

    return from_shelf(digest)
