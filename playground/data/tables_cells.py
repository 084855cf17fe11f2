"""Cells of a table as words, numbers and days; exported scripts hold the source of these functions."""

import re

import numpy as np

MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-", "#n/a", "#na", "<na>", "-nan", "nat"}
NUMBER = r"(?i)[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)"


def words(column):
    """Cells as text without blanks around; "" where nothing stands."""
    found = [str(cell).strip() for cell in column]
    return np.array(["" if word.lower() in MISSING else word for word in found])


def numbers(column, spelling=""):
    """Cells as float64; NaN where nothing, no number or infinity stands. `spelling` says what commas and points mean."""
    if column.dtype.kind in "iuf":
        values = column.to_numpy(np.float64)
    else:
        drop = {"thousands": ",", "decimal comma": "."}.get(spelling, "")
        found = [word.replace(drop, "").replace(",", ".") if spelling not in ("", "mostly") else word for word in words(column)]
        values = np.array([float(word) if re.fullmatch(NUMBER, word) else np.nan for word in found])
    return np.where(np.isinf(values), np.nan, values)


def named(values):
    """Numbers as words, for a column of numbers that is a category: 2.0 is "2", a gap is ""."""
    return np.array(["" if np.isnan(value) else str(int(value)) if value == round(value) and abs(value) < 1e15 else repr(float(value)) for value in values])


def days(column, form="ISO8601"):
    """Dates as days since 1970, UTC; NaN where nothing stands."""
    import pandas as pd

    moments = pd.to_datetime(pd.Series(words(column)).replace("", None), format=form, utc=True).dt.tz_localize(None)
    seconds = moments.to_numpy().astype("datetime64[s]")
    return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64) / 86400)
