"""The table of runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.limits import RUNS_COMPARED
from playground.experiments.runs_look import NONE, RunsLook
from playground.runs import cards as cards_of
from playground.runs.cards import Card

ROW, HEAD = 35, 38  # pixels
TALLEST = 12  # rows before the table scrolls
STATE_WORDS = {"queued": "waiting", "starting": "going on", "playing": "going on", "paused": "paused"}
FIXED = {"state": "State", "step": "Steps", "curve": "Curve", "seconds": "Computing", "when": "Started", "sweep": "Sweep", "note": "Note", "rows": "Recorded rows", "size": "Size"}
USUAL = ("state", "step", "curve", "seconds", "when")


def options(every: Sequence[Card]) -> dict[str, tuple[float, float]]:
    """Columns and ranges of metrics, behind one button; returns the ranges asked for."""
    metrics = cards_of.metric_names(every)
    settings = {f"setting:{name}": cards_of.field_words(card, name) for card in every[:200] for name in card["experiment"]}
    words = FIXED | {f"metric:{name}": name.replace("_", " ") for name in metrics} | settings
    with st.popover("Columns and ranges", icon=":material/tune:"):
        st.multiselect("Columns", list(words), key="runs!columns", format_func=lambda key: words.get(key, key), placeholder="The usual ones",
                       help="Empty: the usual ones, with the metrics and settings that tell the runs apart.")  # fmt: skip
        st.multiselect("Only runs whose last value lies in a range", metrics, key="runs!ranged", format_func=lambda name: name.replace("_", " "))
        found = {}
        for name in st.session_state["runs!ranged"]:
            values = [value for card in every if (value := cards_of.last(card, name)) is not None]
            if values:
                low, high = st.columns(2)
                found[name] = (low.number_input(f"{name.replace('_', ' ')} from", value=None, placeholder=f"{min(values):.4g}", key=f"runs!low!{name}", format="%g"),
                               high.number_input("to", value=None, placeholder=f"{max(values):.4g}", key=f"runs!high!{name}", format="%g"))  # fmt: skip
    return {name: (-math.inf if low is None else low, math.inf if high is None else high) for name, (low, high) in found.items() if (low, high) != (None, None)}


def table(rows: Sequence[Card], chosen: Sequence[Card], look: RunsLook, *, total: int) -> None:
    """The rows, those chosen ticked; a click on a heading sorts, on a box chooses."""
    from playground.ui.runs import counted

    if not rows:
        st.info("No run passes these filters." if look.state != "deleted" else "Nothing was deleted within the last day.")
        return
    tokens = [card["token"] for card in rows]
    marked = {card["token"] for card in chosen}
    ticked = [place for place, token in enumerate(tokens) if token in marked]
    frame, config = _frame(rows)
    key = f"runs!table!{hash((tuple(tokens), tuple(frame.columns)))}"
    st.dataframe(frame, key=key, height=HEAD + ROW * min(len(rows), TALLEST) + 2, row_height=ROW, hide_index=True, column_config=config, selection_mode="multi-row",
                 on_select=lambda: _select(key, tokens), selection_default={"selection": {"rows": ticked, "columns": [], "cells": []}},
                 placeholder="", alt="Table of runs: what each is called, its experiment, state, steps, curve, metrics and settings")  # fmt: skip
    more = f" At most {RUNS_COMPARED} are compared." if len(look.tokens) > RUNS_COMPARED else ""
    st.caption(f"{counted(len(rows), total)}, {len(chosen)} chosen. Tick rows to choose them; click a heading to sort.{more}")


def _select(key: str, tokens: Sequence[str]) -> None:
    """Ticks became the choice."""
    ticked = [tokens[place] for place in st.session_state[key]["selection"]["rows"] if place < len(tokens)]
    ui.set_values(RunsLook, chosen=",".join(ticked) or NONE)


def _frame(rows: Sequence[Card]) -> tuple[Any, dict[str, Any]]:
    import pandas as pd

    wanted = st.session_state.get("runs!columns") or _usual(rows)
    differing = cards_of.differing(rows[:200]) if len({card["kind"] for card in rows}) == 1 else []
    columns: dict[str, Any] = {"pin": ["📌" if card["pinned"] else "" for card in rows], "run": [cards_of.call(card, differing) for card in rows],
                               "experiment": [card["title"] for card in rows]}  # fmt: skip
    config: dict[str, Any] = {"pin": st.column_config.TextColumn("", width=34, help="Pinned"), "run": st.column_config.TextColumn("Run", width="medium"),
                              "experiment": st.column_config.TextColumn("Experiment", width=150)}  # fmt: skip
    if len({card["kind"] for card in rows}) == 1:
        del columns["experiment"]
    if not any(columns["pin"]):
        del columns["pin"]
    for name in wanted:
        group, _, key = name.rpartition(":")
        if group == "metric":
            columns[name] = [np.nan if (value := cards_of.last(card, key)) is None else value for card in rows]
            config[name] = st.column_config.NumberColumn(key.replace("_", " "), format="%.4g", width=110)
        elif group == "setting":
            columns[name] = _settings(rows, key)
            config[name] = st.column_config.Column(cards_of.field_words(rows[0], key), width=120)
        else:
            columns[name], config[name] = _fixed(rows, name)
    return pd.DataFrame(columns), config


def _usual(rows: Sequence[Card]) -> list[str]:
    """What tells these runs apart: their first metrics, and the settings that differ when all are of one kind."""
    found = list(USUAL)
    found[3:3] = [f"metric:{name}" for name in cards_of.metric_names(rows)[:3]]
    if len({card["kind"] for card in rows}) == 1 and rows[0]["kind"] != "race":
        found += [f"setting:{name}" for name in cards_of.differing(rows[:200])[:4]]
    return found


def _settings(rows: Sequence[Card], name: str) -> list[Any]:
    """One type a column: numbers if all are, else words."""
    values = [cards_of.value_words(cards_of.kind_of(card), name, card["experiment"][name]) if name in card["experiment"] else None for card in rows]
    if all(isinstance(value, (int, float)) for value in values if value is not None):
        return values
    return ["" if value is None else f"{value:g}" if isinstance(value, float) else str(value) for value in values]


def _fixed(rows: Sequence[Card], name: str) -> tuple[list[Any], Any]:
    import datetime

    columns = st.column_config
    if name == "state":
        return [STATE_WORDS.get(card["state"], card["state"]) for card in rows], columns.TextColumn("State", width=84)
    if name == "curve":
        return [card["spark"] for card in rows], columns.LineChartColumn("Curve", width=120, help="The training loss over the run; above 0, its logarithm.")
    if name == "seconds":
        return [card["seconds"] for card in rows], columns.NumberColumn("Computing", format="%.1f s", width=96, help="Time spent in its steps; pauses and drawing are left out.")
    if name == "when":
        return [datetime.datetime.fromtimestamp(card["created"], datetime.UTC) for card in rows], columns.DatetimeColumn("Started", format="distance", width=120)
    if name == "size":
        return [card["bytes"] / 1024 for card in rows], columns.NumberColumn("Size", format="%.0f KB", width=90)
    return [card[name] for card in rows], (columns.NumberColumn(FIXED[name], format="localized", width=84) if name in ("step", "rows") else columns.TextColumn(FIXED[name]))
