"""Tables looked at before anything is learnt: columns with their kinds, statistics and little histograms, and rows."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import streamlit as st

from playground.core.limits import PREVIEW_CELL_CHARACTERS
from playground.data.datasets import Dataset, load
from playground.data.tables import Column, date_words

BINS = 20
ROW = 34  # pixels of a line
SAMPLED = 50_000  # rows from which statistics of a large data set are drawn


def columns(data: Dataset) -> None:
    """One line a column: what it is, how it is spread, what is missing; what is the same everywhere is not said."""
    import pandas as pd

    frame = pd.DataFrame(summaries(data.key, data.own))
    idle = [name for name, told in (("Used", not frame["Used"].all()), ("Missing", frame["Missing"].any()), ("Kind", frame["Kind"].nunique() > 1)) if not told]
    frame = frame.drop(columns=idle)
    st.dataframe(frame, hide_index=True, width="stretch", height=min(ROW * len(frame) + 40, 520), column_config=config(), row_height=ROW)


@functools.lru_cache(16)
def summaries(key: str, own: str) -> tuple[dict[str, Any], ...]:
    """Every column of a data set as a line."""
    return tuple(summary(column) for column in load(key, own).columns)


def config() -> dict[str, Any]:
    """How the columns of these tables are shown."""
    return {
        "Column": st.column_config.TextColumn(pinned=True),
        "Spread": st.column_config.BarChartColumn(y_min=0, width=130, help="Numbers from lowest to highest, words from most to least frequent."),
        "Missing": st.column_config.NumberColumn(format="localized", width=70),
        "Kind": st.column_config.TextColumn(width=80),
        "In words": st.column_config.TextColumn(width=320),
        "Used": st.column_config.CheckboxColumn(width=50, help="Whether features are made of it."),
    }


def summary(column: Column) -> dict[str, Any]:
    """A column as a line of the table."""
    step = max(1, len(column.values) // SAMPLED)
    spread, words = _spread(column, step)
    used = "" if column.used else f"left out: {column.why}. "
    return {"Column": column.name, "Spread": spread, "Kind": column.kind, "Used": column.used, "Missing": column.missing,
            "In words": used + words}  # fmt: skip


def _spread(column: Column, step: int) -> tuple[list[int], str]:
    if column.kind == "text":
        return [], f"such as “{column.values[0][:40]}”" if len(column.values) else ""
    values = column.values[::step]
    if column.kind == "category":
        counts = np.bincount(values[values >= 0], minlength=len(column.words))
        order = np.argsort(-counts, kind="stable")
        return counts[order][:BINS].tolist(), ", ".join(column.words[place] for place in order[:4]) + (" …" if len(order) > 4 else "")
    there = values[~np.isnan(values)]
    if not len(there):
        return [], "nothing but gaps"
    counts = np.histogram(there, BINS)[0].tolist()
    if column.kind == "date":
        return counts, f"{date_words(float(there.min()))} to {date_words(float(there.max()))}"
    return counts, f"{_figure(there.min())} to {_figure(there.max())}, mean {_figure(there.mean())} ± {_figure(there.std())}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"


def rows(data: Dataset, count: int, turn: int) -> None:
    """A few rows as they came, with the target first."""
    import pandas as pd

    chosen = np.sort(np.random.default_rng(turn).permutation(data.n_rows)[:count])
    cells = [data.show(int(row)) for row in chosen]
    names = [data.target_name, *(name for name in cells[0] if name != data.target_name)]
    frame = pd.DataFrame([{name: _short(row[name]) for name in names} for row in cells])
    st.dataframe(frame, hide_index=True, width="stretch", column_config={data.target_name: st.column_config.Column(pinned=True, help="The target.")})


def _short(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= PREVIEW_CELL_CHARACTERS else value[:PREVIEW_CELL_CHARACTERS] + "…"


