"""The parts of the training screen, put together: which run is shown, its transport bar, and the six views of it."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.train import Train
from playground.experiments.train_lesson import Lesson, lesson
from playground.experiments.train_words import TrainLook
from playground.explain import train_words as words
from playground.figures import train as figures
from playground.figures import train_tables as tables
from playground.networks import stack
from playground.networks.stack_presets import STACKS
from playground.optimizers.table import OPTIMIZERS
from playground.runs.engine import get_engine
from playground.runs.run import Run
from playground.ui.session import current_run

IN_FRONT = ("optimizer", "learning_rate", "schedule", "batch_size", "epochs")
DATA_FIELDS = ("dataset", "validation_share", "test_share", "train_rows", "leak", "data_seed")
AUGMENTATION = ("flip", "shift", "rotate", "crop", "erase")
CELL, POINT = "train!cell", "train!point"  # what was clicked in the picture of right and wrong
EPOCH_AT_ONCE = 6e8  # floating-point operations: an epoch of so many is over within a frame


def prepare() -> None:
    """Before any control is drawn: a network that cannot take newly chosen data gives way to one that can; button groups keep their choice."""
    st.html(figures.STYLE + tables.STYLE)
    for kind in (Train, TrainLook):
        for name, domain in kind.domains().items():
            if domain.kind == "choice" and st.session_state.get(f"{kind.key}.{name}", "") is None:
                del st.session_state[f"{kind.key}.{name}"]
    state = st.session_state
    kept = state.get(f"{Train.key}!values", {})
    chosen = (kept.get("dataset"), kept.get("own"))
    if chosen != state.get("train!data") and kept:
        if state.get("train!data") is not None:
            _fit_network(kept)
        state["train!data"] = chosen


def _fit_network(values: dict[str, Any]) -> None:
    """After a change of data: another network, when the old one cannot take it."""
    try:
        given = lesson(Train(**values))
        problem = stack.describe(values["stack"], given.input_shape, given.outputs).problem
    except UserError:
        return  # said where the run is asked for
    if problem:
        chosen = STACKS["cnn" if given.images else "mlp"]
        ui.set_values(Train, stack=chosen.stack)
        st.toast(f"The network was changed to “{chosen.title}”, because the old one cannot take this data.", icon=":material/layers:")


def unused(experiment: Train) -> tuple[str, ...]:
    """Fields without effect now, or with a control elsewhere on the screen."""
    hidden = [*IN_FRONT, *DATA_FIELDS, "stack"]
    if "momentum" not in OPTIMIZERS[experiment.optimizer].hyperparameters:
        hidden.append("momentum")
    given = known(experiment)
    if given is not None and not given.images:
        hidden += AUGMENTATION
    if given is not None and not given.classifies:
        hidden += ["class_weights", "label_smoothing"]
    return tuple(hidden)


def known(experiment: Train) -> Lesson | None:
    """The data of an experiment, or None when it cannot be loaded; why is said where the run is asked for."""
    try:
        return lesson(experiment)
    except UserError:
        return None


def run_of(experiment: Train, part: str) -> tuple[Run | None, Train]:
    """The run to show, and the settings it belongs to: those on the controls, or the last that could be trained.

    What is impossible is said in words, unless the shown `part` of the screen says it itself; the previous run stays.
    """
    try:
        given = lesson(experiment)
        summary = checked(experiment, given)
    except UserError as error:
        last = st.session_state.get("train!runnable")
        run = current_run(Train.key)
        stays = run is not None and last is not None
        if error.field == "stack" and part == "network":
            st.caption("This network cannot be built yet." + (" The run shown is that of the network before." if stays else ""))
        elif not (part == "data" and error.field != "stack"):
            st.error(f"{error}{' The run below is the one before.' if stays else ''}", icon=":material/error:")
        return (run, last) if run is not None and last is not None else (None, experiment)
    st.session_state["train!runnable"] = experiment
    epoch = 3 * max(1, summary.flops) * len(given.train.rows) + 2e6 * math.ceil(len(given.train.rows) / experiment.batch_size)
    speed = "epoch" if epoch < EPOCH_AT_ONCE else "max"
    before = current_run(Train.key)
    run = ui.run(experiment, speed=speed)
    if run is not before and run.speed != speed and run.speed in ("epoch", "max"):
        get_engine().command(run, "speed", value=speed)  # a whole epoch of a large network at once could not be paused
    return run, experiment


def checked(experiment: Train, given: Lesson) -> stack.Summary:
    """The stack with its costs; timm is asked about its own architectures.

    Raises:
        UserError: When it cannot be built, or one batch would not fit.
    """
    from playground.ui.train_builder import costed

    found = stack.check(experiment.stack, given.input_shape, given.outputs, experiment.batch_size)
    if not any(row.layer.kind == "timm" for row in found.rows):
        return found
    with st.spinner("Asking timm about this architecture …"):
        return stack.accept(costed(found, given), experiment.batch_size)


def draw(run: Run | None, experiment: Train, look: TrainLook) -> None:
    """The chosen part of the screen."""
    from playground.ui import train_builder, train_fails, train_live, train_try

    if run is not None and look.part not in ("race", "sweep"):  # which have bars of their own
        ui.transport(run, new_data=True)
    if look.part == "data":
        from playground.ui import train_data

        train_data.section(ui.current(Train))
        with st.expander("Shares, rows and leaks", icon=":material/call_split:"):
            ui.controls(Train, container=st.container(horizontal=True), only=("validation_share", "test_share", "train_rows", "leak"), width=230)
    elif look.part == "network":
        train_builder.section(ui.current(Train))
    elif run is None:
        st.info("Choose data and a network that fit together first.", icon=":material/arrow_upward:")
    elif look.part == "train":
        train_live.section(run, experiment, look)
    elif look.part == "fails":
        train_fails.section(run, experiment, look)
    elif look.part == "try":
        train_try.section(run, experiment)
    elif look.part == "race":
        ui.race(Train, experiment, metric="validation_loss")
    else:
        ui.sweep(Train, experiment, metric="validation_loss")


def foot(run: Run, experiment: Train) -> None:
    """What every part ends with: files, where the network can go, the maths, tasks."""
    with st.container(horizontal=True, vertical_alignment="center"):
        ui.take_home(run)
        _open_in(run, experiment)
    with ui.explain():
        ui.watched(_maths, 1.0 if run.active else None)(run, experiment)
    ui.watched(_tasks, 1.0 if run.active else None)(run, experiment)


def _open_in(run: Run, experiment: Train) -> None:
    """Other screens that can go on with this network."""
    page = st.session_state.get("!pages", {}).get("gradient-descent")
    if page is not None:
        st.page_link(page, label="Its loss landscape", icon=":material/landscape:", query_params={"descent.part": "network", "descent.along": "random", "!network": run.token})


def _maths(run: Run, experiment: Train) -> None:
    given = lesson(experiment)
    summary = stack.describe(experiment.stack, given.input_shape, given.outputs)
    st.markdown(words.maths(experiment, given, summary, run.last_metrics()))


def _tasks(run: Run, experiment: Train) -> None:
    state = st.session_state
    facts = {"found": bool(state.get("train!found")), "tested": f"train!tested.{run.token}" in state, "drawn": state.get("train!ink") is not None}
    ui.tasks([ui.Task(*each) for each in words.tasks(experiment, run.last_metrics(), facts)])
