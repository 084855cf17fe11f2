"""Chosen runs side by side: curves, only what differs, parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.limits import RUNS_COMPARED
from playground.experiments.runs_look import RunsLook
from playground.figures import runs as figures
from playground.runs import cards as cards_of
from playground.runs.cards import Card
from playground.runs.engine import get_engine
from playground.runs.history import SECONDS

PICTURES = 4  # metrics drawn at once
POSITIVE = 0.98  # share of values above 0 from which a logarithmic axis loses next to nothing
LINES_DRAWN = 1_000  # of parallel coordinates
# Plotly draws the axes black and puts a pale glow around their numbers, whatever the theme
AXIS_STYLE = """<style>
.parcoords .axis .domain { stroke: #8d97a3 !important; stroke-opacity: 0.8 !important; }
.parcoords text { text-shadow: none !important; }
</style>"""


def curves(chosen: Sequence[Card], look: RunsLook) -> None:
    """One picture a metric, every chosen run in each."""
    if not chosen:
        st.info("Tick rows of the table to see their curves here.", icon=":material/show_chart:")
        return
    names = cards_of.metric_names(chosen)
    state = st.session_state
    wanted = [name for name in look.metrics.split(",") if name in names][:PICTURES] or _first(names)
    state["runs!metrics"] = wanted
    st.pills("Metrics", names, key="runs!metrics", selection_mode="multi", format_func=lambda name: name.replace("_", " "), on_change=_take_metrics,
             label_visibility="collapsed")  # fmt: skip
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    ui.controls(RunsLook, container=row, only=("x",), width=218)
    ui.controls(RunsLook, container=row, only=("smoothing",), width=190)
    look = ui.controls(RunsLook, container=row, only=("log_x", "log_y"), width=96)
    recorded = cards_of.curves(get_engine(), chosen)
    columns = st.columns(min(2, len(wanted)), gap="large") if wanted else []
    missing: set[str] = set()
    for place, metric in enumerate(wanted):
        found, without = traces(chosen, recorded, metric, look)
        missing |= without
        with columns[place % len(columns)]:
            title = metric.replace("_", " ")
            st.markdown(f"**{title.capitalize()}**")
            if not found:
                st.caption("None of the chosen runs recorded it along this axis.")
                continue
            values = np.concatenate([curve.y for curve in found])
            finite = values[np.isfinite(values)]
            log_y = look.log_y and "loss" in metric and bool((finite > 0).any()) and (finite > 0).mean() > POSITIVE
            arrays, spec = figures.overlay(found, title=title, x=look.x, smoothing=look.smoothing, log_x=look.log_x, log_y=log_y)
            ui.lines(arrays, spec, key=f"runs-{metric}", height=300 if len(wanted) > 1 else 380)
            if look.log_y and "loss" in metric and not log_y:
                st.caption("Goes below 0, so its axis is plain.")
    if missing:
        st.caption(f"Not drawn, because they did not record it: {', '.join(sorted(missing))}.")


def traces(chosen: Sequence[Card], recorded: dict[str, dict[str, np.ndarray]], metric: str, look: RunsLook) -> tuple[list[figures.Curve], set[str]]:
    """Curves of one metric along the chosen axis, and the names of the runs that have none. A race brings one curve a member."""
    beside = cards_of.differing(chosen)
    found: list[figures.Curve] = []
    without: set[str] = set()
    for number, card in enumerate(chosen):
        columns = recorded.get(card["token"], {})
        name = _unique(cards_of.call(card, beside if len({each["kind"] for each in chosen}) == 1 else ()), [curve.name for curve in found])
        x = _along(columns, card, look.x)
        members = cards_of.members(columns, metric)
        if x is None or not members:
            without.add(name)
            continue
        for member in members[: RUNS_COMPARED if len(chosen) == 1 else 3]:
            part = member.partition("/")[2]
            shade = int(part) if part and len(chosen) == 1 else number
            found.append(figures.Curve(f"{name}, no. {int(part) + 1}" if part else name, shade, x, columns[member]))
    return found, without


def differs(chosen: Sequence[Card], look: RunsLook) -> None:
    """A row a setting in which the chosen runs differ, then how they ended."""
    if len(chosen) < 2:
        st.info("Tick two or more rows of the table to see in what they differ.", icon=":material/difference:")
        return
    import pandas as pd

    names: list[str] = []
    fields = cards_of.differing(chosen)
    alike = len({card["kind"] for card in chosen}) == 1
    for card in chosen:
        names.append(_unique(cards_of.call(card, fields if alike else ()), names))
    rows = {_called(chosen, field): [_shown(cards_of.value_words(cards_of.kind_of(card), field, card["experiment"].get(field, "–"))) for card in chosen] for field in fields}
    if not fields:
        st.caption("They agree in every setting.")
    metrics = cards_of.metric_names(chosen)
    ends = {name.replace("_", " "): [_shown(cards_of.last(card, name)) for card in chosen] for name in metrics}
    ends |= {f"best {name.replace('_', ' ')}": [_shown(cards_of.best(card, name)) for card in chosen] for name in metrics if "loss" in name or cards_of.higher_is_better(name)}
    ends |= {"steps": [f"{card['step']:,}" for card in chosen], "state": [card["state"] for card in chosen]}
    if fields:
        st.table(pd.DataFrame(rows, index=names).T)
    with st.expander("How they ended", expanded=not fields, icon=":material/flag:"):
        st.table(pd.DataFrame(ends, index=names).T)
    same = len({name for card in chosen for name in card["experiment"]}) - len(fields)
    st.caption(f"{same} other settings are the same in all of them.")


def parallel(rows: Sequence[Card], look: RunsLook) -> None:
    """One line a run of the table, one axis a setting or metric."""
    kinds = {card["kind"]: card["title"] for card in rows if card["kind"] != "race"}
    if not kinds:
        st.info("Parallel coordinates compare single runs; the table holds none now.", icon=":material/format_line_spacing:")
        return
    counts = {kind: sum(card["kind"] == kind for card in rows) for kind in kinds}
    kind = max(counts, key=lambda each: counts[each])
    some = [card for card in rows if card["kind"] == kind][:LINES_DRAWN]
    fields, metrics = cards_of.differing(some), cards_of.metric_names(some)
    if len(some) < 2 or not fields:
        st.info(f"Two runs of {kinds[kind]} with different settings are needed for this picture.", icon=":material/format_line_spacing:")
        return
    coordinates(some, fields[:6], metrics, key=f"parallel-{kind}", others=fields)
    if len(kinds) > 1:
        st.caption(f"Runs of {kinds[kind]}, the most frequent in the table; choose an experiment above for another.")


def coordinates(some: Sequence[Card], fields: Sequence[str], metrics: Sequence[str], *, key: str, others: Sequence[str] = (), metric: str = "") -> None:
    """The picture itself, with a choice of axes."""
    kind = cards_of.kind_of(some[0])
    words = {f"setting:{name}": cards_of.field_words(some[0], name) for name in dict.fromkeys([*fields, *others])}
    words |= {f"metric:{name}": name.replace("_", " ") for name in metrics}
    colors = [f"metric:{name}" for name in metrics]
    first = [f"setting:{name}" for name in fields] + [f"metric:{name}" for name in ([metric] if metric else _first(list(metrics))[:2])]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axes = st.multiselect("Axes, left to right", list(words), default=first, key=f"{key}!axes{hash(tuple(first))}", format_func=lambda each: words[each])
        color = st.selectbox("Colour", colors, index=colors.index(f"metric:{metric}") if metric in metrics else 0, key=f"{key}!color", width=220,
                             format_func=lambda each: words[each])  # fmt: skip
    named = list(dict.fromkeys([*axes, color]))
    lines = [row for card in some if (row := _row(card, kind, named, words)) is not None]
    if len(lines) < 2 or len(named) < 2:
        st.caption("Fewer than two runs have a finite value on every axis.")
        return
    spread = [words[each] for each in named if each.startswith("setting:") and kind and kind.domains()[each[8:]].log]
    spread += [words[each] for each in named if each.startswith("metric:") and "loss" in each]
    better = "high" if cards_of.higher_is_better(color) else "low"
    st.html(AXIS_STYLE)
    ui.plot(figures.parallel(lines, [words[each] for each in named], words[color], logs=spread, best=better), key=key,
            alt=f"Parallel coordinates of {len(lines)} runs over {', '.join(words[each] for each in named)}; blue lines are the best by {words[color]}")  # fmt: skip
    left = len(some) - len(lines)
    st.caption("Drag along an axis to keep only the runs in that stretch; drag an axis name to move it; double-click an axis to release it. Blue is better."
               + (f" {left} runs without a finite value on every axis are left out." if left else ""))  # fmt: skip


def _row(card: Card, kind: Any, named: Sequence[str], words: dict[str, str]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for each in named:
        group, _, name = each.partition(":")
        value = cards_of.last(card, name) if group == "metric" else cards_of.value_words(kind, name, card["experiment"].get(name))
        if value is None or (isinstance(value, float) and not np.isfinite(value)):
            return None
        found[words[each]] = value
    return found


def _take_metrics() -> None:
    ui.set_values(RunsLook, metrics=",".join(st.session_state["runs!metrics"][-PICTURES:]))


def _first(names: Sequence[str]) -> list[str]:
    """The loss and the score that say most: of unseen data where there are some."""
    losses = [name for name in names if "loss" in name]
    scores = [name for name in names if cards_of.higher_is_better(name)]
    unseen = [next((name for name in group if any(word in name for word in ("test", "validation", "val_"))), group[0]) for group in (losses, scores) if group]
    return unseen or list(names[:1])


def _along(columns: dict[str, np.ndarray], card: Card, x: str) -> np.ndarray | None:
    if "step" not in columns:
        return None
    if x == "seconds":
        seconds = columns.get(SECONDS)
        return seconds if seconds is not None and np.isfinite(seconds).any() else None
    return columns["step"] / max(1, card["steps_per_epoch"]) if x == "epoch" else columns["step"]


def _called(chosen: Sequence[Card], field: str) -> str:
    return next(cards_of.field_words(card, field) for card in chosen if field in card["experiment"])


def _unique(name: str, taken: Sequence[str]) -> str:
    return name if name not in taken else next(f"{name} ({n})" for n in range(2, len(taken) + 3) if f"{name} ({n})" not in taken)


def _shown(value: Any) -> str:
    return "–" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)
