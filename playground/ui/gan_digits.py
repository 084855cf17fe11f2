"""The image part of the GAN screen: a wall of samples while it learns, what they are compared with, and a walk through the noise."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.randomness import derive
from playground.experiments.gan_digits import MILESTONES, GanDigits
from playground.experiments.gan_digits_trainer import GAP, WALL_ROWS, walk
from playground.experiments.gan_words import DIGIT_PRESETS, GanLook
from playground.explain.gan_digits_rules import RULES
from playground.figures import gan_digits as figures
from playground.functions.gan_losses import OBJECTIVES
from playground.runs.engine import get_engine
from playground.runs.run import Run

SECONDS = 4.0  # between two looks at a run's latest checkpoint
FRONT = ("dataset", "loss", "g_learning_rate", "d_learning_rate", "r1")


def page() -> None:
    """Everything below the choice of the part."""
    ui.presets(GanDigits, [ui.Preset(*each) for each in DIGIT_PRESETS], keep=("dataset",))
    now = ui.controls(GanDigits, only=FRONT, container=st.container(horizontal=True, gap="small"), width=150)
    goal = OBJECTIVES[now.loss]
    hidden = (*FRONT, *(() if goal.clips else ("clip",)), *(() if goal.penalty else ("gradient_penalty",)))
    experiment = ui.controls(GanDigits, container=st.sidebar, hide=hidden)
    look = ui.controls(GanLook, only=())
    with ui.plain_words():
        images, _, classes = experiment.images()
        run = ui.run(experiment)
        ui.transport(run)
        _walls(run, classes, (images.shape[1] + 2 * GAP, images.shape[2] + 2 * GAP), look)
        ui.coach(run, RULES)
        _walking(run, experiment, classes, look)
        ui.take_home(run)
        with ui.explain():
            _maths(experiment)
        ui.watched(_tasks)(run, look)


def _walls(run: Run, classes: tuple[str, ...], shape: Any, look: GanLook) -> None:
    left, middle, right = st.columns([1.3, 1.3, 0.9], gap="medium")
    with left:
        st.markdown("**Samples now.** A column asks for one class, and every sample keeps its noise: watch one learn.")
        ui.stage(run, figures.wall("wall", classes, WALL_ROWS, shape), key="wall")
        ui.watched(_score, 1.0 if run.active else None)(run)
    with middle:
        ui.controls(GanLook, only=("beside",), wide=True)
        milestones = look.beside == "milestones"
        words = [f"{each:,}" for each in MILESTONES] if milestones else ()
        spec = figures.wall(look.beside, classes, len(MILESTONES) if milestones else WALL_ROWS, shape, row_words=words, row_label="step" if milestones else "")
        ui.stage(run, spec, key=f"beside-{look.beside}")
    with right:
        ui.lines(run, figures.scores(), key="digit-scores", height=150)
        ui.lines(run, figures.losses(), key="digit-losses", height=150)


def _score(run: Run) -> None:
    now = run.last_metrics()
    if not now:
        return
    with st.container(horizontal=True, gap="medium"):
        st.metric("Class asked for", f"{now['asked']:.0%}", width="content", help="Samples whose nearest real image is of the class that was asked for.")
        st.metric("Variety", f"{now['variety']:.0%}", width="content", help="How much samples of a class differ from one another; 100 % is as much as real images do.")
        st.metric("Nearest real", f"{now['nearest']:.3f}", width="content",
                  help="Root mean square distance, in pixel values from −1 to 1, of a sample to the nearest real image. "
                       "Close to 0 the images would be learnt by heart.")  # fmt: skip


def _walking(run: Run, experiment: GanDigits, classes: tuple[str, ...], look: GanLook) -> None:
    """A walk through the noise of the run as it stands."""
    st.subheader("A walk through the noise", anchor=False)
    left, right = st.columns([0.8, 1.5], gap="large")
    with right:
        st.markdown("Neighbouring noise makes neighbouring images: G has not stored pictures but a way to draw them. The walk visits three random places and comes back, "
                    "while the class goes over from one to the other and back again.")  # fmt: skip
        ui.controls(GanLook, only=("first", "second", "walk_seed"), container=st.container(horizontal=True, gap="small"), width=170)
    with left:
        ui.watched(_film, SECONDS if run.active else None)(run, experiment, look, len(classes) - 1)
    with right:
        first, second = (classes[min(each, len(classes) - 1)] for each in (look.first, look.second))
        st.caption(f"Within class {first}." if first == second else f"From {first} to {second} and back.")


def _film(run: Run, experiment: GanDigits, look: GanLook, last: int) -> None:
    """The walk through the generator of the latest checkpoint, which a run takes every few seconds."""
    state = run.checkpoint_state()
    if not state:
        get_engine().take_checkpoint(run)
        state = run.checkpoint_state()
    if not state:
        st.caption("The walk begins with the run.")
        return
    film = ui.compute(walk, values=experiment.values(), state=state, first=min(look.first, last), second=min(look.second, last), seed=derive(look.walk_seed, "walk"))
    ui.player(film, figures.walk(film["frames"]), key="walk", height=230)
    st.caption(f"Generator of step {int(state['step_count']):,}.")


def _maths(experiment: GanDigits) -> None:
    goal = OBJECTIVES[experiment.loss]
    st.markdown(f"Both networks are told the class $c$ as ten numbers, nine 0 and a 1 (Mirza and Osindero 2014). **{goal.title}**: {goal.note}")
    st.latex(rf"L_D = \mathbb E\left[{goal.latex[0].replace('(x)', '(x, c)').replace('G(z)', 'G(z, c)')}\right]")
    if experiment.r1:
        st.markdown("and the R1 penalty, on real images alone, by their pixels:")
        st.latex(rf"\frac{{{experiment.r1:g}}}{{2}}\;\mathbb E\,\lVert\nabla_x D(x, c)\rVert^2")


def _tasks(run: Run, look: GanLook) -> None:
    now = run.last_metrics()
    ui.tasks([
        ui.Task("gan-digits-asked", "Train until nineteen samples in twenty show the digit that was asked for.", now.get("asked", 0) >= 0.95),
        ui.Task("gan-digits-copies", "Compare the samples with their nearest real images. Are they copies?", look.beside == "nearest_wall"),
        ui.Task("gan-digits-walk", "Walk within one class: what does the noise change when the class stays?", look.first == look.second),
    ])  # fmt: skip
