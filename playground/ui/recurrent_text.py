"""The text part of the recurrent screen."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.data import sequences_text
from playground.experiments.recurrent_base import CELLS
from playground.experiments.recurrent_text import Characters
from playground.experiments.recurrent_text_trainer import perplexity, write
from playground.experiments.recurrent_words import CHARACTERS
from playground.explain import recurrent_tasks
from playground.explain.recurrent_rules import TEXT_RULES
from playground.figures import recurrent as figures
from playground.runs.engine import get_engine
from playground.runs.run import Run
from playground.ui import own_data
from playground.ui import recurrent as parts

FRONT = ("text", "window", "learning_rate", "temperature")
PRIME_CHARACTERS = 80


def characters() -> None:
    """A text, what is learnt of it, and what is written."""
    own_data.arrived(Characters, text=sequences_text.OWN)
    ui.presets(Characters, [ui.Preset(*row) for row in CHARACTERS], keep=("seed", "example", "watch", "own"))
    row = st.container(horizontal=True, vertical_alignment="top", gap="small")
    now = ui.controls(Characters, only=FRONT, container=row, width=148)
    with row:
        parts.cells(Characters)
    experiment = ui.controls(Characters, container=st.sidebar, hide=(*FRONT, "cells", *now.unused_controls()))
    with ui.plain_words():
        text = experiment.load()
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            about = [f"**{text.title}.** {sequences_text.WORDS[experiment.text]} {len(text.codes):,} signs of {len(text.signs)} kinds.", *text.notes]
            st.caption(" ".join(about), width="stretch")
            if st.button("Upload a text", icon=":material/upload_file:", key="text-upload-button"):
                own_data.ask_text(Characters)
        run = ui.run(experiment)
        ui.transport(run)
        left, right = st.columns([1, 1.1], gap="large")
        with left:
            st.markdown("**Loss on the part that is not learnt**, nats a sign")
            ui.lines(run, figures.text_curve(experiment.cells), key="text-loss", height=230)
            ui.watched(_score, 1.0 if run.active else None)(run, experiment)
        with right:
            ui.watched(_samples, 0.6 if run.active else None)(run, experiment)
        ui.coach(run, TEXT_RULES)
        with st.expander("Samples at milestones", icon=":material/history_edu:", expanded=True):
            ui.watched(_milestones, 1.0 if run.active else None)(run, experiment)
        with st.expander("Write on from a beginning of yours", icon=":material/edit:"):
            _write(run, experiment)
        parts.look_into(run, experiment)
        with st.expander("Race of configurations", icon=":material/flag:"):
            ui.race(Characters, experiment, metric="test_loss")
        ui.take_home(run)
        ui.watched(_tasks)(run, experiment)
        with ui.explain():
            ui.watched(parts.maths, 1.0 if run.active else None)(run, experiment)
            ui.watched(_perplexity, 1.0 if run.active else None)(run, experiment)


def _score(run: Run, experiment: Characters) -> None:
    now = run.last_metrics()
    if now:
        rows = [(cell, now[f"{cell}_accuracy"]) for cell in CELLS if cell in experiment.cells]
        st.html(figures.scores(rows, run.scene().get("chance_accuracy", 0.0), "always saying the commonest sign"))


def _samples(run: Run, experiment: Characters) -> None:
    view = run.view()
    st.markdown(f"**Written now**, after step {view.get('sampled', 0):,}, at temperature {experiment.temperature:g}")
    for cell, text in (view.get("samples") or {}).items():
        if len(experiment.cells) > 1:
            st.caption(CELLS[cell])
        st.code(text.strip("\n") or " ", language=None, wrap_lines=True, height=150 if len(experiment.cells) > 1 else 250)


def _milestones(run: Run, experiment: Characters) -> None:
    kept = run.view().get("milestones") or []
    if not kept:
        st.caption("After 1, 50, 100, 200, 400 … steps a sample is kept here, always drawn with the same luck.")
        return
    cell = experiment.watched()
    for step, samples in kept:
        left, right = st.columns([0.12, 0.88], vertical_alignment="center")
        left.markdown(f"step {step:,}")
        right.code(samples.get(cell, "").strip("\n").replace("\n", " ↵ ") or " ", language=None, wrap_lines=True)


def _write(run: Run, experiment: Characters) -> None:
    with st.form("text-write", border=False):
        left, right = st.columns([0.7, 0.3], vertical_alignment="bottom")
        prime = left.text_input("It begins", value="Mar", max_chars=PRIME_CHARACTERS, help="The network reads this first and then goes on.")
        asked = right.form_submit_button("Write on", icon=":material/edit:", type="primary")
    if asked:
        get_engine().take_checkpoint(run)
        state = run.checkpoint_state()
        if not state:
            st.caption("The network can write as soon as the run has begun.")
            return
        draw = st.session_state["text!draw"] = st.session_state.get("text!draw", 0) + 1
        found = ui.compute(write, values=experiment.values(), state=state, cell=experiment.watched(), prime=prime, temperature=experiment.temperature, count=300, draw=draw)
        st.session_state["text!written"] = (run.token, prime, found)
    kept = st.session_state.get("text!written")
    if kept and kept[0] == run.token:
        st.code(kept[1] + kept[2]["text"], language=None, wrap_lines=True)
        if kept[2]["ignored"]:
            st.caption(f"The text it learnt from does not have these signs, so it did not read them: {kept[2]['ignored']}")


def _perplexity(run: Run, experiment: Characters) -> None:
    now = run.last_metrics()
    for cell in experiment.cells if now else ():
        loss = now[f"{cell}_loss"]
        st.latex(rf"\text{{perplexity of the {CELLS[cell]}}} = e^{{{loss:.3f}}} = {perplexity(loss):.2f}")
    heat = f"{experiment.temperature:g}"
    st.latex(rf"p_i = \frac{{e^{{z_i / {heat}}}}}{{\sum_j e^{{z_j / {heat}}}}}")


def _tasks(run: Run, experiment: Characters) -> None:
    ui.tasks([ui.Task(*each) for each in recurrent_tasks.characters(experiment, run.metrics(), run.scene())])
