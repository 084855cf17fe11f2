"""The parts of the GAN screen that need Streamlit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.data import distributions
from playground.experiments.gan import Gan
from playground.experiments.gan_view import latent_reach
from playground.experiments.gan_words import PRESETS, GanLook
from playground.explain import gan_tasks
from playground.explain.gan_rules import RULES
from playground.explain.gan_slow import take_apart
from playground.figures import gan as figures
from playground.functions.gan_losses import OBJECTIVES
from playground.networks.gan_side import OPTIMIZERS
from playground.runs.engine import get_engine
from playground.runs.run import Run
from playground.ui import gan_data

IN_FRONT = ("loss", "d_learning_rate", "g_learning_rate", "d_steps")
STAGE_HEIGHT = 520
ASKED = "gan!slow!asked"
LATENT_REACH = {"uniform": 1.15, "normal": 3.0}


def unused(experiment: Gan) -> tuple[str, ...]:
    """Fields without effect now, or with a control elsewhere on the screen."""
    goal = OBJECTIVES[experiment.loss]
    hidden = ["dataset", "noise", *IN_FRONT]
    hidden += [] if goal.clips else ["clip"]
    hidden += [] if goal.penalty else ["gradient_penalty"]
    if not any(OPTIMIZERS[each].uses_momentum for each in (experiment.g_optimizer, experiment.d_optimizer)):
        hidden.append("momentum")
    return tuple(hidden)


def front() -> Gan:
    """The settings that decide the game, and who of the two learns."""
    row = st.container(horizontal=True, vertical_alignment="top", gap="small")
    now = ui.controls(Gan, only=IN_FRONT, container=row, width=148)
    with row:
        st.segmented_control("Who learns", [key for key, _ in Gan.domains()["train"].options], key=f"{Gan.key}.train", required=True, width="content",
                             format_func=Gan.domains()["train"].words, help=f"{Gan.domains()['train'].help} Changes while it runs.")  # fmt: skip
    return now


def page() -> None:
    """Everything below the choice of the part."""
    ui.presets(Gan, [ui.Preset(*each) for each in PRESETS], keep=("own",))
    now = front()
    experiment = ui.controls(Gan, container=st.sidebar, hide=unused(now))
    look = ui.controls(GanLook, only=())
    with ui.plain_words():
        run = ui.run(experiment)
        ui.transport(run, new_data=experiment.dataset != distributions.OWN)
        screen(run, experiment, look)
        ui.coach(run, RULES)
        look = ui.controls(GanLook, only=("inside",), wide=True)
        inside(run, experiment, look)
        ui.take_home(run)
        with ui.explain():
            maths(run, experiment)
        ui.watched(tasks)(run, experiment)


def screen(run: Run, experiment: Gan, look: GanLook) -> None:
    """Data on the left, the plane in the middle, how far the imitation is on the right."""
    left, middle, right = st.columns([0.44, 1.75, 0.95], gap="medium")
    cloud = experiment.cloud()
    with left:
        gan_data.picker(experiment)
    with middle:
        spec = figures.plane(cloud.range(0), cloud.range(1), cloud.names, field=look.behind, curve=experiment.latent_dimensions == 1, drawable=look.drawing)
        ui.stage(run, spec, key="plane", height=STAGE_HEIGHT, on_draw=gan_data.listener(experiment) if look.drawing else None)
        if look.drawing:
            gan_data.board(experiment)
        ui.controls(GanLook, only=("behind",), wide=True)
    with right:
        ui.watched(_score, 1.0 if run.active else None)(run, cloud.parts, cloud.part)
        ui.lines(run, figures.distances(), key="distances", height=135)
        ui.lines(run, figures.losses(), key="losses", height=135)


def _score(run: Run, parts: int, word: str) -> None:
    now, floor = run.last_metrics(), run.scene().get("js_floor", math.nan)
    covered = good = apart = right = "–"  # the place is kept before there are figures: what stands below must not jump away from a finger
    sides = ""
    if now:
        covered, good, apart = f"{now['covered']:.0f} of {parts}", f"{now['quality']:.0%}", f"{now['js']:.3f}"
        right = f"{(now['right_on_real'] + now['right_on_fake']) / 2:.0%}"
        sides = f"Real points {now['right_on_real']:.0%}, fakes {now['right_on_fake']:.0%}. "
    with st.container(horizontal=True, gap="medium", key="gan-score"):
        st.metric(f"{word.capitalize()} covered", covered, width="content", help=f"{word.capitalize()} that get at least a quarter of the fakes they are due.")
        st.metric("Good fakes", good, width="content", help="Fakes within three standard deviations of a centre or of the curve.")
        st.metric("JS divergence", apart, width="content",
                  help="How far the fakes are from the data: 0 is the same distribution, 0.693 nothing in common."
                       + (f" Two samples of the real data differ by {floor:.3f}." if math.isfinite(floor) else ""))  # fmt: skip
        st.metric("D is right", right, width="content", help=f"{sides}At the end of a perfect game it can only guess: 50 %.")


# Looking inside ---------------------------------------------------------------------------------------------------------------


def inside(run: Run, experiment: Gan, look: GanLook) -> None:
    """The chosen view into the run."""
    if look.inside == "slow":
        slow_motion(run, experiment)
    elif look.inside == "curves":
        cloud = experiment.cloud()
        left, middle, right = st.columns(3, gap="large")
        with left:
            ui.lines(run, figures.coverage(cloud.parts, cloud.part), key="coverage", height=200)
        with middle:
            ui.lines(run, figures.quality(), key="quality", height=200)
        with right:
            ui.lines(run, figures.strengths(), key="strengths", height=200)
    elif look.inside == "answers":
        _answers(run, experiment)
    elif look.inside == "race":
        ui.race(Gan, experiment, metric="js", picture=racer)
    else:
        ui.sweep(Gan, experiment, metric="js", first=("loss", "g_learning_rate", "d_learning_rate", "d_steps", "r1"))


def _answers(run: Run, experiment: Gan) -> None:
    """What D answers, how the fakes are shared out, and which noise goes where."""
    cloud, curve = experiment.cloud(), experiment.latent_dimensions == 1
    left, middle, right = st.columns([1, 1, 0.8], gap="large")
    with left:
        ui.lines(run, figures.answers(), key="answers", height=220)
        st.caption("When the two hills lie on one another D can only guess: no fake can be told from a real point. When they stand at the two ends, "
                   "D is sure, and the minimax loss gives G almost nothing to go by.")  # fmt: skip
    with middle:
        ui.lines(run, figures.shares(cloud.part), key="shares", height=220)
        st.caption("Bars are fakes, dots the share that real points have. A missing bar is a mode that was dropped.")
    with right:
        ui.stage(run, figures.basins(latent_reach(experiment), cloud.part, cloud.parts, curve), key="basins", height=230)
        st.caption(f"The noise, coloured by which of the {cloud.part} G takes it to. A smooth G cannot cut its noise in pieces: "
                   "at each border there are fakes on their way from one to the next.")  # fmt: skip


def slow_motion(run: Run, experiment: Gan) -> None:
    """The next update, frame by frame, of the run as it stands."""
    left, right = st.columns([0.26, 0.74], vertical_alignment="center")
    state = st.session_state
    left.button("Take the next update apart", icon=":material/slow_motion_video:", key="gan-slow", type="primary", on_click=state.update, args=({ASKED: True},),
                help="Pauses the run and plays the update that comes next, stage by stage.")  # fmt: skip
    slot = state.get("gan!slow")
    if state.get(ASKED) or slot is None or slot[0] != run.token:
        with ui.plain_words():
            slot = state["gan!slow"] = (run.token, run.step, _film(run, experiment, bool(state.get(ASKED))))
        state[ASKED] = False  # only now: a live picture's rerun may have cut off the one that began with the press
    if slot is None or slot[0] != run.token or slot[2] is None:
        right.caption("The update can be taken apart as soon as the run has begun: press the button.")
        return
    _, step, film = slot
    right.caption(f"The update after step {step:,}. Noise on the left, the plane on the right; each point keeps its colour.")
    cloud = experiment.cloud()
    spec = figures.slow(cloud.range(0), cloud.range(1), cloud.names, film["frames"], experiment.latent_dimensions == 1, LATENT_REACH[experiment.latent])
    ui.player(film, spec, key="slow", height=400)


def _film(run: Run, experiment: Gan, pause: bool) -> dict[str, Any] | None:
    """The film of the next update; None while the run has no state yet."""
    engine = get_engine()
    if pause and run.active and not run.record:
        engine.command(run, "pause")
    engine.take_checkpoint(run)
    state = run.checkpoint_state()
    return ui.compute(take_apart, values=experiment.values(), state=state) if state else None


def racer(run: Run, number: int, experiment: Gan) -> None:
    """One member of a race: its plane."""
    cloud = experiment.cloud()
    ui.stage(run, figures.plane(cloud.range(0), cloud.range(1), cloud.names, curve=experiment.latent_dimensions == 1, suffix=f"_{number}", axes=False), key=f"racer-{number}")


# Words ----------------------------------------------------------------------------------------------------------------------------


def maths(run: Run, experiment: Gan) -> None:
    """The game, its two losses and the best answer, with the numbers of this moment."""
    ui.watched(_maths, 1.0 if run.active else None)(run, experiment)


def _maths(run: Run, experiment: Gan) -> None:
    now, goal = run.last_metrics(), OBJECTIVES[experiment.loss]
    if not now:
        st.caption("The numbers appear with the first picture.")
        return
    st.markdown(f"**{goal.title}** ({goal.source}). {goal.note} D makes its loss small, now **{now['d_loss']:.4g}**:")
    st.latex(rf"L_D = \mathbb E\left[{goal.latex[0]}\right] = {now['d_loss']:.4f}")
    st.markdown("and G makes its own small by moving the fakes, through D, which stands still meanwhile:")
    st.latex(rf"L_G = \mathbb E\left[{goal.latex[1]}\right] = {now['g_loss']:.4f}, \qquad \overline{{\lVert\nabla_x L_G\rVert}} = {now['pull']:.3g}")
    js = now["js"]
    st.markdown("Against the fakes of this moment no D can do better than the share of real density at each place; with log losses the value of the game is then "
                "fixed by the Jensen–Shannon divergence (Goodfellow et al. 2014, theorem 1), measured on a grid of 48 × 48 cells:")  # fmt: skip
    st.latex(rf"D^*(x) = \frac{{p(x)}}{{p(x) + q(x)}}, \qquad L_D^* = \log 4 - 2\,\mathrm{{JS}}(p, q) = 1.386 - 2 \cdot {js:.3f} = {math.log(4) - 2 * js:.3f}")


def tasks(run: Run, experiment: Gan) -> None:
    """“Try this”, ticked by what the run measures."""
    metrics = run.metrics()
    parts = experiment.cloud().parts
    ui.tasks([
        ui.Task("gan-collapse", "Make the generator collapse: fewer than a quarter of the modes, yet good fakes.", gan_tasks.collapsed(metrics, parts)),
        ui.Task("gan-only-d", "Let only D learn until it is right about nine points in ten. What do the arrows do?", gan_tasks.only_d(experiment, metrics)),
        ui.Task("gan-grid", "Cover twenty of the grid's twenty-five modes.", gan_tasks.solved_grid(experiment, metrics)),
        ui.Task("gan-draw", "Draw a distribution of your own and have it imitated: three good fakes in four.",
                experiment.dataset == distributions.OWN and bool(np.any(np.asarray(metrics.get("quality", ())) > 0.75))),
    ])  # fmt: skip
