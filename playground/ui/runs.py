"""The screen of runs: filters, the table, what can be done with the chosen ones, and their comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground import ui
from playground.core.limits import RUNS_COMPARED, RUNS_LISTED
from playground.experiments.runs_look import NONE, PARTS, STATES, RunsLook
from playground.runs import cards as cards_of
from playground.runs.cards import Card
from playground.runs.engine import get_engine
from playground.ui import runs_actions, runs_compare, runs_live, runs_table, session

SHOWN_FIRST = 4  # runs compared before anything is chosen


def screen() -> None:
    """All of it."""
    look = ui.controls(RunsLook, only=())
    engine = get_engine()
    with ui.plain_words():
        every = cards_of.listed(engine, session.browser(), deleted=look.state == "deleted")
        runs_actions.undo_bar()
        runs_live.strip()
        if not every and not runs_live.sweeping() and look.state != "deleted" and not look.tokens:
            runs_live.nothing_yet()
            return
        rows = _filtered(every, look)
        chosen = _chosen(rows, look)
        runs_table.table(rows, chosen, look, total=len(every))
        runs_actions.bar(chosen, look)
        if look.state != "deleted" and rows:
            st.segmented_control("Compare by", list(PARTS), key="runs.part", format_func=lambda part: PARTS[part], required=True, label_visibility="collapsed")
            _compare(rows, chosen, look)
        runs_actions.storage()


def _filtered(every: Sequence[Card], look: RunsLook) -> list[Card]:
    """The filters in one row, and what passes them: pinned runs first."""
    kinds = {card["kind"]: card["title"] for card in every} | ({look.kind: look.kind} if look.kind else {})
    sweeps = list(dict.fromkeys([card["sweep"] for card in every if card["sweep"]] + ([look.sweep] if look.sweep else [])))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input("Search", key="runs.search", placeholder="Search names, notes, settings …", icon=":material/search:", width=190, live=True,
                      label_visibility="collapsed", max_chars=100)  # fmt: skip
        st.selectbox("Experiment", ["", *kinds], key="runs.kind", width=172, label_visibility="collapsed", format_func=lambda key: kinds.get(key, "Every experiment"))
        st.selectbox("State", list(STATES), key="runs.state", width=122, label_visibility="collapsed", format_func=lambda key: STATES[key])
        if sweeps:
            st.selectbox("Sweep", ["", *sweeps], key="runs.sweep", width=160, label_visibility="collapsed", format_func=lambda name: name or "Sweep or none")
        ranges = runs_table.options(every)
    found = [card for card in every if cards_of.matches(card, search=look.search, kind=look.kind, state=look.state, sweep=look.sweep, ranges=ranges)]
    return sorted(found, key=lambda card: not card["pinned"])


def _chosen(rows: Sequence[Card], look: RunsLook) -> list[Card]:
    """The chosen runs; before any choice, the newest and others of its kind."""
    if look.chosen == NONE:
        return []
    if look.tokens:
        return cards_of.find(get_engine(), look.tokens[:RUNS_COMPARED]) if look.state != "deleted" else [card for card in rows if card["token"] in look.tokens]
    if look.state == "deleted" or not rows:
        return []
    newest = max(rows, key=lambda card: (card["pinned"], card["updated"]))
    return [card for card in rows if card["kind"] == newest["kind"]][:SHOWN_FIRST]


def _compare(rows: Sequence[Card], chosen: Sequence[Card], look: RunsLook) -> None:
    shown: dict[str, Any] = {"curves": runs_compare.curves, "differs": runs_compare.differs, "parallel": lambda chosen, look: runs_compare.parallel(rows, look)}
    shown[look.part](chosen, look)


def counted(shown: int, total: int) -> str:
    """How many runs the table shows, and of how many."""
    words = f"{shown:,} run{'s' * (shown != 1)}" if shown == total else f"{shown:,} of {total:,} runs"
    return words + (f" (the newest {RUNS_LISTED:,})" if total >= RUNS_LISTED else "")
