"""The training screen while it trains: key figures, curves, layers, and the learning-rate finder."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments import train_finder
from playground.experiments import train_measure as measure
from playground.experiments.train import Train
from playground.experiments.train_lesson import Lesson, lesson
from playground.experiments.train_words import TrainLook
from playground.explain.train_rules import RULES
from playground.figures import train as figures
from playground.figures import train_tables as tables
from playground.networks import stack
from playground.networks.stack import Row
from playground.runs.run import Run
from playground.ui.train import CELL, IN_FRONT


def section(run: Run, experiment: Train, look: TrainLook) -> None:
    """Key figures on top, curves below, and how its layers learn."""
    given = lesson(experiment)
    ui.watched(_key_figures, 0.5 if run.active else None)(run, given)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ui.controls(Train, container=st.container(horizontal=True, gap="small"), only=IN_FRONT, width=132)
        if st.button("Find a rate", icon=":material/query_stats:", key="train!find",
                     help="The learning-rate finder: a short trial training whose rate grows with every step (Smith 2017)."):  # fmt: skip
            _finder(experiment)
    metric = shown_metric(look, given)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Loss**")
        ui.lines(run, figures.losses(given.classifies), key="train-losses", height=270)
    with right:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{measure.TITLES[metric]}**")
            _metric_choice(metric, given)
        ui.lines(run, figures.scores(metric, measure.TITLES[metric]), key=f"train-{metric}", height=270)
    st.caption(_measured_on(given))
    ui.coach(run, RULES)
    _inside(run, experiment, given)


def shown_metric(look: TrainLook, given: Lesson) -> str:
    """The chosen metric if it fits the task, else the task's first one."""
    fitting = measure.names(given)
    return look.metric if look.metric in fitting else fitting[-1] if not given.classifies else fitting[0]


def _metric_choice(metric: str, given: Lesson) -> None:
    key = "train!metric"
    st.session_state[key] = metric

    def take() -> None:
        if st.session_state[key]:
            ui.set_values(TrainLook, metric=st.session_state[key])

    words = {"accuracy": "Accuracy", "f1": "F1", "auc": "ROC-AUC", "rmse": "RMSE", "mae": "MAE", "r2": "R²"}
    st.segmented_control("Metric", measure.names(given), key=key, on_change=take, required=True, label_visibility="collapsed", format_func=lambda each: words[each])


def _key_figures(run: Run, given: Lesson) -> None:
    columns, now = run.metrics(), run.last_metrics()
    if not now:
        st.html(figures.figures_row([("…", "starting", "The run is being set up")]))
        return
    metric, title = ("accuracy", "of validation rows right") if given.classifies else ("r2", "R² on validation rows")
    best = columns["validation_loss"]
    best = best[np.isfinite(best)]
    epoch = columns["epoch"][int(np.nanargmin(columns["validation_loss"]))] if len(best) else 0.0
    value = now[f"validation_{metric}"]
    rows = run.rate * run.experiment.batch_size if run.state == "playing" else 0.0  # type: ignore[attr-defined]
    shown = [("–" if not np.isfinite(value) else f"{value:.1%}" if given.classifies else f"{value:.3f}", title, "As last measured"),
             (_number(now["train_loss"]), "training loss", "Measured like the validation loss: without dropout and augmentation"),
             (_number(now["validation_loss"]), "validation loss", "On rows it never learns from"),
             (f"{best.min():.3g}" if len(best) else "–", f"best so far, epoch {epoch:.0f}", "Lowest validation loss")]  # fmt: skip
    if rows:
        shown.append((f"{rows:,.0f}", "rows a second", "Learnt from, not counting measurements"))
    st.html(figures.figures_row(shown))


def _number(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "beyond numbers"


def _measured_on(given: Lesson) -> str:
    parts = []
    for name, words in (("train", "training"), ("validation", "validation")):
        count, most = len(given.part(name).rows), measure.EVALUATION_ROWS
        parts.append(f"{count:,} {words} rows" if count <= most else f"{most:,} of {count:,} {words} rows")
    return f"Both curves are measured alike, without dropout and augmentation, on {' and '.join(parts)}. {len(given.test.rows):,} test rows wait for the last look."


def _inside(run: Run, experiment: Train, given: Lesson) -> None:
    """What it confuses, and how its layers learn."""
    left, right = st.columns(2, gap="large")
    with left:
        if given.classifies and given.outputs <= measure.SHOWN_CLASSES:
            st.markdown("**What it confuses** (validation rows)")
            ui.stage(run, figures.confusion(given.dataset.classes), key="train-confusion-small", on_click=_open_cell)
        elif not given.classifies:
            st.markdown("**What it predicts** (validation rows)")
            spec, arrays = figures.fit(given.validation.targets, given.dataset.unit)
            ui.stage(run, spec, key="train-fit-small", arrays=arrays)
    with right:
        st.markdown("**How its layers learn**")
        ui.watched(_layer_table, 0.5 if run.active else None)(run, experiment, given)
        st.caption("A layer whose updates are about a thousandth of its weights (tinted) learns at a healthy pace; far left of it stands still, far right is thrown about.")
        st.markdown("**Learning rate and gradient**")
        ui.lines(run, figures.rates(), key="train-rates", height=150)


def _layer_table(run: Run, experiment: Train, given: Lesson) -> None:
    view = run.view()
    if not view:
        return
    rows = stack.describe(experiment.stack, given.input_shape, given.outputs).rows
    learning = [row for row in rows if row.parameters or row.layer.kind == "timm"]
    if len(learning) != len(view["gradients"]):
        return  # the run shown is of another network, for a moment
    st.html(tables.layers([f"{row.number} {row.layer.title}" for row in learning], view["gradients"], view["ratios"], [_dead_after(row, rows, view["dead"]) for row in learning]))


def _dead_after(row: Row, rows: tuple[Row, ...], dead: Any) -> float | None:
    """Share of dead units in the first ReLU that follows a layer, before the next one that learns weights of its own."""
    for other in rows[row.number - 1 :]:
        if np.isfinite(dead[other.number - 1]):
            return float(dead[other.number - 1])
        if other is not row and other.layer.kind in ("dense", "conv", "output", "timm"):
            return None
    return None


def _open_cell(at: dict[str, Any]) -> None:
    """A click on the small matrix opens the rows behind the cell."""
    st.session_state[CELL] = (round(at["y"]), round(at["x"]))
    ui.set_values(TrainLook, part="fails", looked_at="validation")


@st.dialog("Find a learning rate", width="medium", icon=":material/query_stats:")
def _finder(experiment: Train) -> None:
    """Tries rates from tiny to far too large and proposes one."""
    with ui.plain_words():
        with st.spinner("Trying learning rates from 0.000001 to 10 …"):
            found = ui.compute(train_finder.find_rate, values=experiment.values())
        if len(found["rates"]) < 8:
            st.warning("The loss blew up before anything could be read from it. Look at the data first.", icon=":material/error:")
            return
        ui.lines({"rates": found["rates"], "losses": found["losses"]}, figures.finder(found["proposal"], found["edge"]), key="train-finder", height=260)
        st.markdown(f"Every step multiplied the rate by the same factor. The loss falls fastest at **{found['proposal']:g}** (blue) and is lowest at "
                    f"**{found['edge']:.2g}** (orange), beyond which it blows up: a rate between a third and all of the first is a good start. "
                    f"You use **{experiment.learning_rate:g}** now.")  # fmt: skip
        st.caption("Smith 2017, Cyclical learning rates for training neural networks, section 3.3. Each loss is averaged with its neighbours.")
        if st.button(f"Use {found['proposal']:g}", type="primary", key="train!use", on_click=_use, args=(found["proposal"],)):
            st.rerun()


def _use(rate: float) -> None:
    ui.set_values(Train, learning_rate=rate)
    st.session_state["train!found"] = True

