"""The layers of one network: where parameters, work, memory and time lie, and the arithmetic of the chosen layer."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import streamlit as st

from playground import ui
from playground.core.limits import ZOO_SHOWN
from playground.data import timm_table, torchvision_table
from playground.experiments import zoo_open
from playground.experiments.zoo import Zoo
from playground.explain import zoo_words as words
from playground.figures import zoo as figures
from playground.ui import zoo_links
from playground.zoo import catalogue


def part() -> None:
    """The network is chosen on top; below its bars, its table, and the cost of one layer."""
    ui.presets(Zoo, [ui.Preset(*row) for row in words.presets("inside")], keep=("part", "search", "area", "size", "across"))
    view = ui.controls(Zoo, only=())
    _choose(view)
    with ui.plain_words():
        with st.spinner(f"{view.model} is called once, layer by layer …", show_time=True):
            data = ui.compute(zoo_open.anatomy, **view.asked())
        if data["rows"]:
            _shown(view, data)
        else:
            _file(view, data)
        ui.tasks([ui.Task(*each) for each in words.tasks(view, data)])


def _choose(view: Zoo) -> None:
    """Bundled networks by title; any other by name."""
    known = catalogue.models()
    options = list(dict.fromkeys([*known, *(f"timm:{name}" for name in timm_table.FAMILIAR), *(f"torchvision:{name}" for name in dict.fromkeys(each.architecture for each in
                                  torchvision_table.entries())), view.model]))  # fmt: skip
    st.session_state["zoo!model"] = view.model
    left, right = st.columns([2, 1], vertical_alignment="bottom", gap="medium")
    left.selectbox("Network", options, key="zoo!model", accept_new_options=True, format_func=lambda each: f"{known[each].title} ({each})" if each in known else each,
                   on_change=_chosen, help="Choose one, or type timm:NAME for any of timm's architectures. Without its weights it is laid out, not run.")  # fmt: skip
    with right.container(horizontal=True, vertical_alignment="center"):
        if view.model in known:
            zoo_links.open_on(view.model)
        elif view.model.startswith(zoo_open.TIMM) and view.model.removeprefix(zoo_open.TIMM) in timm_table.entries() and (page := st.session_state.get("!pages",
            {}).get("images")):
            st.page_link(page, label="Open on Images", icon=":material/open_in_new:", query_params={"images.model": view.model})


def _chosen() -> None:
    ui.set_values(Zoo, model=str(st.session_state["zoo!model"])[:200].strip() or Zoo().model, layer=-1)


def _shown(view: Zoo, data: dict[str, Any]) -> None:
    rows = data["rows"]
    number = view.layer if 0 <= view.layer < len(rows) else words.dearest(rows)
    with st.container(horizontal=True, gap="large"):
        for name, value in words.summary(data):
            st.metric(name, value, width="content")
    how = f"Called on {data['input']}; one thread of this server." if data["live"] else (
        f"Laid out for {data['input']}, without weights: shapes and costs are exact, nothing was downloaded.")
    st.markdown(f"{words.finding(data)} :gray[{how}]")
    ui.plot(figures.anatomy(rows, number), key="zoo-anatomy", alt="Bars for each layer: parameters, operations, bytes of output and, where it ran, time")
    _table(view, rows, number)
    with st.container(border=True):
        row = rows[number]
        st.markdown(f"**What {row['name']} costs** :gray[layer {number + 1} of {len(rows)}: {figures.shape(row['given'])} in, {figures.shape(row['made'])} out]")
        st.markdown(words.maths(row))
    with ui.explain("What is counted"):
        st.markdown(words.counted(data))
    with st.popover("Take it home", icon=":material/download:"):
        ui.files("zoo!layers", [ui.File("Layers (CSV)", lambda: as_csv(rows), "layers.csv", "text/csv", "table"),
                                ui.File("Layers (JSON)", lambda: json.dumps(data, indent=1), "layers.json", "application/json", "data_object")])  # fmt: skip


def _table(view: Zoo, rows: list[dict[str, Any]], number: int) -> None:
    """Every layer; a marked row is the one whose cost is worked out below."""
    import pandas as pd

    shown = rows[:ZOO_SHOWN]
    total = {key: max(1e-12, sum(row[key] for row in rows)) for key in ("parameters", "flops")}
    frame = pd.DataFrame({
        "Layer": [row["name"] for row in shown], "Kind": [row["type"] for row in shown], "Output": [figures.shape(row["made"]) for row in shown],
            "Parameters": [row["parameters"] for row in shown],
        "of all": [100 * row["parameters"] / total["parameters"] for row in shown], "Operations": [row["flops"] for row in shown],
            "of the work": [100 * row["flops"] / total["flops"] for row in shown],
        "Output kB": [row["bytes"] / 1e3 for row in shown], "ms": [1e3 * row["seconds"] for row in shown],
    })  # fmt: skip
    if not frame["ms"].any():
        frame = frame.drop(columns="ms")
    share = {"format": "%.1f %%", "min_value": 0, "max_value": 100}
    config: dict[str, Any] = {
        "Parameters": st.column_config.NumberColumn(format="localized"), "Operations": st.column_config.NumberColumn(format="compact"),
            "Output kB": st.column_config.NumberColumn(format="%.1f"),
        "of all": st.column_config.ProgressColumn(**share), "of the work": st.column_config.ProgressColumn(**share), "ms": st.column_config.NumberColumn(format="%.3f"),
    }  # fmt: skip
    key = f"zoo!layers!{hash((view.model, len(rows)))}"
    st.dataframe(frame, key=key, hide_index=True, height=38 + 35 * min(len(shown), 9) + 2, column_config=config, selection_mode="single-row", on_select=lambda: _mark(key),
                 selection_default={"selection": {"rows": [number] if number < len(shown) else [], "columns": [], "cells": []}},
                     alt="Every layer with its shape, parameters, operations and memory")  # fmt: skip
    st.caption("Mark a layer to see its arithmetic below." + (f" The first {ZOO_SHOWN} of {len(rows)} are listed." if len(rows) > ZOO_SHOWN else ""))


def _mark(key: str) -> None:
    picked = st.session_state[key]["selection"]["rows"]
    ui.set_values(Zoo, layer=int(picked[0]) if picked else -1)


def _file(view: Zoo, data: dict[str, Any]) -> None:
    """What the file of a model holds, where this screen has no way to call it."""
    st.info("This model cannot be called from this screen; these are the arrays in its file.", icon=":material/inventory_2:")
    arrays = data["arrays"][:ZOO_SHOWN]
    st.dataframe({"Array": [each[0] for each in arrays], "Type": [each[1] for each in arrays], "Shape": [" × ".join(map(str, each[2])) for each in arrays],
        "Values": [each[3] for each in arrays]},
                 key=f"zoo!arrays!{view.model}", hide_index=True)  # fmt: skip


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Layers as a table, one a line."""
    held = io.StringIO()
    writer = csv.DictWriter(held, ["number", "name", "type", "kind", "given", "made", "parameters", "weights", "flops", "bytes", "seconds"], extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"given": "x".join(map(str, row["given"])), "made": "x".join(map(str, row["made"])), "number": row["number"] + 1})
    return held.getvalue()
