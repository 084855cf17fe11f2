"""The forecasting part of the recurrent screen."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.data import sequences_series
from playground.experiments.recurrent_base import CELLS
from playground.experiments.recurrent_forecast import Forecast
from playground.experiments.recurrent_forecast_trainer import TESTED
from playground.experiments.recurrent_words import FORECAST
from playground.explain import recurrent_tasks, recurrent_words
from playground.explain.recurrent_rules import FORECAST_RULES
from playground.figures import recurrent as figures
from playground.runs.run import Run
from playground.ui import own_data
from playground.ui import recurrent as parts

FRONT = ("series", "window", "learning_rate")
SAMPLES = {"sales": "seasonal", "waves": "waves"}
RULES = ("last", "seasonal", "linear")


def forecast() -> None:
    """A series, its split, and who forecasts it best."""
    own_data.arrived(Forecast, series=sequences_series.OWN)
    ui.presets(Forecast, [ui.Preset(*row) for row in FORECAST], keep=("seed", "data_seed", "example", "watch", "own"))
    row = st.container(horizontal=True, vertical_alignment="top", gap="small")
    now = ui.controls(Forecast, only=FRONT, container=row, width=148)
    with row:
        parts.cells(Forecast)
    ui.controls(Forecast, only=("changes",), container=row)
    experiment = ui.controls(Forecast, container=st.sidebar, hide=(*FRONT, "changes", "cells", *now.unused_controls()))
    with ui.plain_words():
        series, split = experiment.load(), experiment.split()
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.caption(" ".join([f"**{series.title}.** {series.words} {split:,} of {len(series.values):,} values are learnt from.", *series.notes]), width="stretch")
            if st.button("Upload a series", icon=":material/upload_file:", key="forecast-upload-button"):
                upload()
        run = ui.run(experiment)
        ui.transport(run, new_data=experiment.series in sequences_series.MADE)
        _pictures(run, experiment, series, split)
        ui.coach(run, FORECAST_RULES)
        with st.expander("Gradient through time, and inside the cell", icon=":material/search:"):
            left, right = st.columns(2, gap="large")
            with left:
                ui.lines(run, figures.flow(experiment.cells), key="forecast-flow", height=190)
            with right:
                ui.lines(run, figures.curve(experiment.cells, "loss", "test loss (standardised)", chance=float("nan"), log=True), key="forecast-loss", height=190)
            parts.look_into(run, experiment)
        with st.expander("Race of configurations", icon=":material/flag:"):
            ui.race(Forecast, experiment, metric="test_loss")
        ui.take_home(run)
        ui.watched(_tasks)(run, experiment)
        with ui.explain():
            ui.watched(parts.maths, 1.0 if run.active else None)(run, experiment)
            for kind, text in recurrent_words.baselines(series.season):
                (st.latex if kind == "latex" else st.markdown)(text)


def _pictures(run: Run, experiment: Forecast, series: Any, split: int) -> None:
    rules = [rule for rule in RULES if rule != "seasonal" or 1 < series.season < split]
    tested = min(len(series.values) - split, TESTED)
    cells, watched = experiment.cells, experiment.watched()
    st.markdown("**Free running** from where the learnt part ends: each method reads its own forecasts.")
    ui.lines(run, figures.free_running(cells, rules, split, tested, experiment.horizon), key="free", height=230)
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        st.markdown("**The next value**, knowing all before it")
        ui.lines(run, figures.forecast(cells, watched, rules, split, tested, experiment.horizon), key="told", height=190)
    with right:
        ui.watched(_errors, 1.0 if run.active else None)(run, experiment, rules)


def _errors(run: Run, experiment: Forecast, rules: list[str]) -> None:
    now, scene = run.last_metrics(), run.scene()
    if not now or f"{rules[0]}_rmse" not in scene:
        return
    rows = [(figures.TITLES[cell], figures.COLORS[cell], now[f"{cell}_rmse"], now[f"{cell}_mae"]) for cell in CELLS if cell in experiment.cells]
    rows += [(figures.RULES[rule].capitalize(), figures.RULE_COLORS[rule], scene[f"{rule}_rmse"], scene[f"{rule}_mae"]) for rule in rules]
    st.html(figures.errors(rows))
    covers = run.view().get("band_covers")
    if covers is not None:
        st.caption(f"The shaded band of the {CELLS[experiment.watched()]} is ±1.96 times its error on the learnt part: it should hold 95 % of the test and holds {covers:.0%}.")


def _tasks(run: Run, experiment: Forecast) -> None:
    ui.tasks([ui.Task(*each) for each in recurrent_tasks.forecast(experiment, run.metrics(), run.scene())])


@st.dialog("Forecast your own series", width="medium", icon=":material/upload_file:")
def upload() -> None:
    """A table, its column, its season; samples to try it with."""
    st.markdown("Upload a table with one row a time step, in order, and a header. Choose the column to forecast; the last part is kept as the test.")
    table = ui.upload_table("forecast-upload")
    with st.container(gap="small"):  # one below the other: side by side the files would leave a narrow dialog
        st.caption("No table at hand? Generated ones to try:")
        ui.files("forecast-samples", [ui.File(words.capitalize(), functools.partial(sample_csv, key), f"{words}.csv", "text/csv") for words, key in SAMPLES.items()], row=True)
    if table is None:
        return
    st.caption(" ".join([f"**{table.name}**: {table.n_rows:,} rows, {len(table.columns)} columns.", *table.notes]))
    numbers = [name for name, kind in table.kinds.items() if kind == "number"]
    if not numbers:
        st.error("This table has no column of numbers to forecast.", icon=":material/error:")
        return
    column = st.selectbox("Column", numbers, index=len(numbers) - 1, key="forecast.column")
    values = np.asarray(table.columns[column], np.float64)
    guess = sequences_series.guess_season(values)
    season = st.number_input("Season (steps after which it roughly repeats; 1 for none)", 1, 400, guess, key=f"forecast.season-{table.name}-{column}")
    ui.lines({"series": values, "times": np.arange(len(values), dtype=np.float64)}, figures.plain(column), key="forecast-preview", height=120)
    if st.button("Forecast this series", type="primary", key="forecast.use"):
        with ui.plain_words():
            own_data.hand_in(Forecast, *sequences_series.from_table(table, column, int(season)))


def sample_csv(key: str) -> str:
    """A generated series as a table of two columns.

    Raises:
        UserError: When there is no such sample.
    """
    if key not in sequences_series.MADE:
        raise UserError(f"There is no sample named {key!r}.")
    series = sequences_series.load(key)
    return "\n".join(["step,value", *(f"{i},{value:.5g}" for i, value in enumerate(series.values.tolist()))]) + "\n"
