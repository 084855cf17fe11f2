"""The recurrent screen: its frame, and the part that remembers."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.data.sequences import TASKS
from playground.experiments.recurrent_base import CELLS, EXAMPLES, Recurrent
from playground.experiments.recurrent_memory import Memory
from playground.experiments.recurrent_words import MEMORY, PARTS, RecurrentLook
from playground.explain import recurrent_tasks, recurrent_words
from playground.explain.recurrent_rules import RULES
from playground.figures import recurrent as figures
from playground.runs.run import Run
from playground.ui import components, panels

FRONT = ("task", "length", "learning_rate", "clip")
_ALONG = st.components.v2.component("playground_recurrent", js=components._loader("recurrent"))


def memory() -> None:
    """Three cells on a task that needs memory."""
    ui.presets(Memory, [ui.Preset(*row) for row in MEMORY], keep=("seed", "example", "watch"))
    row = st.container(horizontal=True, vertical_alignment="top", gap="small")
    now = ui.controls(Memory, only=FRONT, container=row, width=148)
    with row:
        cells(Memory)
    experiment = ui.controls(Memory, container=st.sidebar, hide=(*FRONT, "cells", *now.unused_controls()))
    task = TASKS[experiment.task]
    st.caption(f"**{task.title}.** {task.words} ({task.source})")
    with ui.plain_words():
        run = ui.run(experiment)
        ui.transport(run)
        learning(run, experiment, task.chance(experiment.symbols))
        ui.coach(run, RULES)
        look_into(run, experiment)
        inside(run, experiment)
        ui.take_home(run)
        ui.watched(_memory_tasks)(run, experiment)
        with ui.explain():
            ui.watched(maths, 1.0 if run.active else None)(run, experiment)


def cells(kind: type[Recurrent]) -> None:
    """The cells that learn side by side."""
    domain = kind.domains()["cells"]
    st.pills("Cells ↻", domain.keys, key=f"{kind.key}.cells", selection_mode="multi", format_func=domain.words, width="content", help=f"{domain.help} ↻ starts the run anew.")


def learning(run: Run, experiment: Recurrent, chance: tuple[float, float]) -> None:
    """Loss on the left, the gradient through time on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Loss on sequences never trained on**")
        ui.lines(run, figures.curve(experiment.cells, "loss", "test loss", chance=chance[0], log=True), key="loss", height=190)
        ui.watched(_scores, 1.0 if run.active else None)(run, experiment, chance[1])
    with right:
        st.markdown("**Gradient through time**")
        ui.lines(run, figures.flow(experiment.cells), key="flow", height=190)
        st.caption("How much of the last answer's error comes back to each earlier step. Far below 1, nothing can be learnt from what happened there; above 1 it explodes.")


def _scores(run: Run, experiment: Recurrent, chance: float) -> None:
    now = run.last_metrics()
    if not now:
        return
    rows = [(cell, now[f"{cell}_accuracy"]) for cell in CELLS if cell in experiment.cells]
    st.html(figures.scores(rows, chance))


def look_into(run: Run, experiment: Recurrent) -> None:
    """Gates and states of one cell along one test sequence."""
    kind = type(experiment)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.markdown("**Inside the cell.** Point at a step: its equations stand beside it, in numbers.", width="content")
        if len(experiment.cells) > 1:
            if st.session_state[f"{kind.key}.watch"] not in experiment.cells:
                st.session_state[f"{kind.key}.watch"] = experiment.watched()
            st.segmented_control("Look into", [cell for cell in CELLS if cell in experiment.cells], key=f"{kind.key}.watch", format_func=CELLS.get, required=True,
                                 label_visibility="collapsed", width="content")  # fmt: skip
        st.button("Another sequence", icon=":material/shuffle:", key=f"{kind.key}!another", on_click=_another, args=(kind, experiment.example))
    along(run, key=f"{kind.key}-along")


def _another(kind: type[Recurrent], example: int) -> None:
    ui.set_values(kind, example=(example + 1) % EXAMPLES)


def along(run: Run, *, key: str) -> None:
    """The picture of `components/recurrent.js`."""
    _ALONG(key=key, data=components.pack(run, figures.along(), key=f"recurrent/{key}"))


def inside(run: Run, experiment: Memory) -> None:
    """The chosen further view."""
    look = ui.controls(RecurrentLook, only=("inside",), wide=True)
    if look.inside == "curves":
        left, right = st.columns(2, gap="large")
        with left:
            chance = TASKS[experiment.task].chance(experiment.symbols)[1]
            ui.lines(run, figures.curve(experiment.cells, "accuracy", "right answers", chance=chance, top=1.05), key="accuracy", height=190)
        with right:
            ui.lines(run, figures.gradient(experiment.cells, experiment.clip), key="gradient", height=190)
    elif look.inside == "lengths":
        lengths(run, experiment)
    elif look.inside == "race":
        st.caption("A configuration with several cells counts with the mean of their losses: add one cell at a time to race cells.")
        ui.race(Memory, experiment, metric="test_loss")
    elif look.inside == "sweep":
        ui.sweep(Memory, experiment, metric="test_loss", first=("length", "learning_rate", "units", "clip", "forget_bias"))


def lengths(run: Run, experiment: Memory) -> None:
    """The networks as trained, asked sequences shorter and longer than they have seen."""
    from playground.explain.recurrent_lengths import by_length
    from playground.runs.engine import get_engine

    if st.button("Measure the run as it stands", icon=":material/straighten:", key="recurrent-lengths", type="primary"):
        get_engine().take_checkpoint(run)
        state = run.checkpoint_state()
        if state:
            with st.spinner("Asking sequences of ten lengths …"):
                st.session_state["recurrent!lengths"] = (run.token, run.step, ui.compute(by_length, values=experiment.values(), state=state))
    kept = st.session_state.get("recurrent!lengths")
    if kept is None or kept[0] != run.token:
        st.caption("A rule that was really learnt holds for other lengths too; one that was learnt by heart does not. Train a while, then measure.")
        return
    st.caption(f"After step {kept[1]:,}.")
    ui.lines(kept[2], figures.lengths(experiment.cells, TASKS[experiment.task].chance(experiment.symbols)[1], experiment.length), key="lengths", height=230)


def _memory_tasks(run: Run, experiment: Memory) -> None:
    ui.tasks([ui.Task(*each) for each in recurrent_tasks.memory(experiment, run.metrics())])


def maths(run: Run, experiment: Recurrent) -> None:
    for kind, text in recurrent_words.maths(experiment, run.last_metrics(), run.view(), run.scene()):
        (st.latex if kind == "latex" else st.markdown)(text)


def foot() -> None:
    """Words and sources."""
    ui.glossary(recurrent_words.GLOSSARY)
    ui.references(recurrent_words.REFERENCES)


def choose() -> str:
    """The parts of the screen as a row of buttons; returns the chosen one."""
    ui.controls(RecurrentLook, only=())
    panels.choose(RecurrentLook, PARTS)
    return ui.controls(RecurrentLook, only=()).part
