"""The arithmetic of splitting and encoding tables. Every function is self-contained NumPy: exported scripts hold its very source."""

import numpy as np


def split_rows(targets, seed, validation_share, test_share, stratify):
    """Shuffled row numbers for training, validation and test; with `stratify` every class is dealt out in the same shares."""
    stream = np.random.default_rng(seed)
    parts = [[], [], []]
    groups = [np.flatnonzero(targets == each) for each in np.unique(targets)] if stratify else [np.arange(len(targets))]
    for rows in groups:
        rows = stream.permutation(rows)
        n_test = min(round(len(rows) * test_share), len(rows) - 1)
        n_validation = min(round(len(rows) * validation_share), len(rows) - 1 - n_test)
        first, second = len(rows) - n_test - n_validation, len(rows) - n_test
        for part, piece in zip(parts, np.split(rows, [first, second]), strict=True):
            part.append(piece)
    return [stream.permutation(np.concatenate(part)) for part in parts]


def scale_of(values):
    """Median, mean and spread of training values; gaps (NaN) count as the median, and a column that never changes has spread 1."""
    present = values[~np.isnan(values)]
    median = np.median(present) if len(present) else 0.0
    filled = np.where(np.isnan(values), median, values)
    mean, spread = filled.mean(), filled.std()
    return median, mean, spread if spread > 1e-12 * abs(mean) else 1.0


def scaled(values, train):
    """A column of numbers with gaps filled by the median, shifted and scaled to mean 0 and spread 1 of the training rows."""
    median, mean, spread = scale_of(values[train])
    return (np.where(np.isnan(values), median, values) - mean) / spread


def date_part(days, part):
    """Year, month, day of the month, weekday (Monday is 0), hour, or days since 1970 of each date; gaps stay NaN."""
    there = ~np.isnan(days)
    moments = np.zeros(len(days), "datetime64[s]")
    moments[there] = np.round(days[there] * 86400).astype("int64").astype("datetime64[s]")
    day = moments.astype("datetime64[D]")
    month = moments.astype("datetime64[M]")
    values = {
        "year": lambda: moments.astype("datetime64[Y]").astype(int) + 1970,
        "month": lambda: month.astype(int) % 12 + 1,
        "day": lambda: (day - month).astype(int) + 1,
        "weekday": lambda: (day.astype(int) + 3) % 7,
        "hour": lambda: (moments - day).astype(int) // 3600,
        "elapsed days": lambda: days,
    }[part]()
    return np.where(there, values, np.nan)
