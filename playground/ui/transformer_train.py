"""The part of the transformer screen that trains a tiny GPT live."""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from playground import ui
from playground.data import sequences_text
from playground.experiments.transformer_tasks import TASKS
from playground.experiments.transformer_tiny import EXAMPLES, TinyGPT
from playground.explain import transformer_train_words as words
from playground.explain import transformer_words
from playground.explain.transformer_rules import TRAINING_RULES
from playground.figures import canvas, theme
from playground.figures.panels import Panel
from playground.runs.run import Run
from playground.ui import own_data
from playground.ui.transformer_canvas import show

FRONT = ("task", "blocks", "heads", "learning_rate")


def train() -> None:
    """Task and network on top, loss and attention as it learns."""
    own_data.arrived(TinyGPT, task="text", text=sequences_text.OWN)
    ui.presets(TinyGPT, [ui.Preset(*row) for row in words.PRESETS], keep=("seed", "example", "own"))
    row = st.container(horizontal=True, vertical_alignment="top", gap="small")
    now = ui.controls(TinyGPT, only=FRONT, container=row, width=170)
    view = ui.controls(TinyGPT, container=st.sidebar, hide=(*FRONT, *now.unused_controls()))
    task = TASKS[view.task]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(f"**{task.title}.** {task.words}", width="stretch")
        if view.task == "text" and st.button("Upload a text", icon=":material/upload_file:", key="tiny-upload-button"):
            own_data.ask_text(TinyGPT)
    with ui.plain_words():
        run = ui.run(view)
        ui.components.transport(run, key="tiny_gpt!transport", new_weights=_fresh)
        left, right = st.columns([1, 1.75], gap="large")
        with left:
            _curves(run, view)
            ui.coach(run, TRAINING_RULES)
        with right:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown("**A sequence it never trained on**, and under each asked token what the network says", width="stretch")
                st.button("Another", icon=":material/shuffle:", key="tiny_gpt!another", on_click=_another, args=(view.example,))
            show("transformer_heads", _heads(view), run, on_drag=_ignore)
        if view.task == "text":
            ui.watched(_samples, 0.8 if run.active else None)(run)
        with st.expander("Race of configurations", icon=":material/flag:"):
            ui.race(TinyGPT, view, metric="test_loss")
        ui.take_home(run)
        ui.watched(_tasks)(run, view)
        with ui.explain():
            ui.watched(_maths, 1.0 if run.active else None)(run, view)


def _curves(run: Run, view: TinyGPT) -> None:
    series = [canvas.series("training", "train_loss", color=theme.NEUTRAL, width=1.3), canvas.series("test", "test_loss", color=theme.POSITIVE)]
    ui.lines(run, canvas.curves("step", "loss", series=series, log_y=True, alt="Training and test loss by step"), key="tiny-loss", height=190)
    right = [canvas.series("right answers", "accuracy", color=theme.CATEGORICAL[2])]
    ui.lines(run, canvas.curves("step", "right answers", series=right, y_range=(0.0, 1.03), switches=False, alt="Share of right answers by step"), key="tiny-accuracy", height=150)
    ui.watched(_score, 1.0 if run.active else None)(run, view)


def _score(run: Run, view: TinyGPT) -> None:
    now, scene = run.last_metrics(), run.scene()
    if now and scene:
        st.caption(f"{now['accuracy']:.1%} of the asked tokens are right, with {scene['parameters']:,} parameters.")


def _heads(view: TinyGPT) -> Panel:
    spec = {"kind": "heads", "chosen": [view.blocks - 1, 0], "token": -1, "causal": True, "kinds": transformer_words.KINDS, "off": [],
            "hint": "as they form; press one to enlarge it", "notes": None, "tips": [], "alt": "Attention of every head of the tiny network on one test sequence"}  # fmt: skip
    return Panel("tiny-heads", spec, drags=True)


def _ignore(at: dict[str, Any]) -> None:
    """What is chosen here stays in the picture."""


def _another(example: int) -> None:
    ui.set_values(TinyGPT, example=(example + 1) % EXAMPLES)


def _fresh(*_: Any) -> None:
    ui.set_values(TinyGPT, seed=random.SystemRandom().randrange(1_000_000))


def _samples(run: Run) -> None:
    view = run.view()
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Written now**")
        st.code(view.get("sample", "").strip("\n") or " ", language=None, wrap_lines=True, height=170)
    with right:
        st.markdown("**At milestones**, always with the same luck")
        kept = view.get("milestones") or []
        lines = "\n".join(f"{step:>6,}  {said[:70].strip()}".replace("\n", " ↵ ") for step, said in kept)
        st.code(lines or "after 1, 100, 200, 400 … steps", language=None, wrap_lines=True, height=170)


def _tasks(run: Run, view: TinyGPT) -> None:
    ui.tasks([ui.Task(*each) for each in words.tasks(view, run.metrics())])


def _maths(run: Run, view: TinyGPT) -> None:
    st.markdown(words.maths(view, run.last_metrics(), run.scene()))
