"""The parts of the deep-RL screen."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from playground import ui
from playground.data.environments import ENVIRONMENTS, missing
from playground.experiments.rl import ALGORITHMS, DeepRL, fitting
from playground.experiments.rl_recipes import recipe
from playground.explain import rl_words as words
from playground.figures import rl as figures
from playground.runs.run import Run
from playground.ui.rl_parts import theatre

FRONT = ("environment", "algorithm")
KNOBS = {"ppo": ("learning_rate", "entropy", "clip"), "a2c": ("learning_rate", "entropy"), "reinforce": ("learning_rate", "entropy"),
         "dqn": ("learning_rate", "epsilon", "exploration"), "sac": ("learning_rate", "temperature", "noise_memory")}  # fmt: skip


def pick() -> DeepRL:
    """Task and algorithm; another one brings settings that are known to learn it."""
    now = ui.controls(DeepRL, only=())
    _put_right(now)
    state = st.session_state
    possible = [key for key in ENVIRONMENTS if not missing(key)]
    state["rl!task"], state["rl!way"] = now.environment, now.algorithm
    left, right = st.columns([4.8, 1])
    with left:
        st.segmented_control("Environment", possible, key="rl!task", on_change=_task_chosen, required=True, format_func=lambda key: ENVIRONMENTS[key].title,
                             help="The task to learn. Another task brings settings that are known to learn it. ↻ starts the run anew.", wrap=True)  # fmt: skip
    with right:
        st.selectbox("Algorithm", fitting(now.task), key="rl!way", on_change=_way_chosen, format_func=ALGORITHMS.get,
                     help="DQN chooses among a few actions, SAC sets a motor; the others can do both.")  # fmt: skip
    for key in ENVIRONMENTS:
        if problem := missing(key):
            st.info(problem, icon=":material/extension_off:")
    st.markdown(f"**{now.task.goal}** Reward: {now.task.reward} {words.WAYS[now.algorithm]}")
    return ui.controls(DeepRL, container=st.sidebar, hide=(*FRONT, *KNOBS[now.algorithm], *now.unused()))


def _put_right(now: DeepRL) -> None:
    """Settings that cannot be together, from a link or typed in, go back to the last good ones: what is wrong with them has just been said."""
    values = {name: getattr(now, name) for name in DeepRL.domains()}
    shown = {name: ", ".join(map(str, value)) if isinstance(value, tuple) else value for name, value in values.items()}
    if any(st.session_state.get(f"{DeepRL.key}.{name}") != value for name, value in shown.items()):
        ui.set_values(DeepRL, **values)


def _task_chosen() -> None:
    now = ui.current(DeepRL)
    ui.set_values(DeepRL, **recipe(st.session_state["rl!task"], now.algorithm, seed=now.seed))


def _way_chosen() -> None:
    now = ui.current(DeepRL)
    ui.set_values(DeepRL, **recipe(now.environment, st.session_state["rl!way"], seed=now.seed))


def film(run: Run, experiment: DeepRL) -> None:
    """The latest film, what can be turned while it learns, and one line on how far the run is."""
    critic = experiment.algorithm != "reinforce" or experiment.baseline
    spec = figures.theatre(experiment.task, experiment.algorithm, discount=experiment.discount, reward_scale=experiment.reward_scale, critic=critic)
    theatre(run, spec, key="film")
    ui.controls(DeepRL, container=st.container(horizontal=True, gap="medium"), only=KNOBS[experiment.algorithm], width=200)
    ui.watched(_verdict, 1.0 if run.active else None)(run, experiment)


def _verdict(run: Run, experiment: DeepRL) -> None:
    now, task = run.last_metrics(), experiment.task
    if not now:
        return
    published = task.published.get(experiment.algorithm)
    solved = now.get("solved_at", math.nan)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Return without exploring", f"{now['evaluation_return']:.4g}", width="content",
                  help="Mean of the latest evaluation: 10 whole episodes (5 of LunarLander) from fresh starts.")  # fmt: skip
        st.metric("Solved", f"after {solved:,.0f}" if math.isfinite(solved) else "not yet", width="content",
                  help=f"Steps after which an evaluation first reached {task.solved:g}.")  # fmt: skip
        st.metric("Episodes practised", f"{now.get('episodes', 0):,.0f}", width="content")
        if published is not None:
            st.metric(f"Published for {ALGORITHMS[experiment.algorithm]}", f"{published.mean:.4g}", width="content",
                      help=f"± {published.std:.3g} after {published.steps:,} steps: rl-baselines3-zoo, benchmark.md.")  # fmt: skip


def learning(run: Run, experiment: DeepRL) -> None:
    """Curves of the run."""
    task = experiment.task
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        ui.lines(run, figures.learning_curve(task, task.published.get(experiment.algorithm)), key="returns", height=300)
    with right:
        first, second = words.MEASURED[experiment.algorithm]
        ui.lines(run, figures.measures(first), key="measured-1", height=118)
        ui.lines(run, figures.measures(second, log=second == ("value_loss",)), key="measured-2", height=118)


def expectations(run: Run, experiment: DeepRL) -> None:
    """Value and action over two chosen quantities of the state."""
    task, axes = experiment.task, experiment.axes()
    places = list(range(len(task.axes)))
    with st.container(horizontal=True):
        for name, title, at in (("map_x", "Across", axes[0]), ("map_y", "Up", axes[1])):
            slot = f"rl!{name}"
            st.session_state[slot] = at
            st.selectbox(title, places, key=slot, format_func=lambda i: task.axes[i].title, on_change=_axis_chosen, args=(name, slot), width=240)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**What it expects** from there on")
        ui.stage(run, figures.value_map(task, axes), key=f"values-{task.key}-{axes}")
    with right:
        st.markdown("**What it would do** there")
        ui.stage(run, figures.action_map(task, axes), key=f"actions-{task.key}-{axes}")
    rest = [task.axes[i].title.lower() for i in places if i not in axes]
    if rest:
        st.caption(f"The other quantities ({', '.join(rest)}) are held at their mean over the film; the line is where the film went.")


def _axis_chosen(name: str, slot: str) -> None:
    ui.set_values(DeepRL, **{name: st.session_state[slot]})


def maths(run: Run, experiment: DeepRL) -> None:
    """The update rule with this moment's numbers."""
    ui.watched(_maths, 1.0 if run.active else None)(run, experiment)


def _maths(run: Run, experiment: DeepRL) -> None:
    st.markdown(words.maths(experiment, run.last_metrics()))


def tasks(run: Run, experiment: DeepRL) -> None:
    now: dict[str, Any] = run.last_metrics()
    ui.tasks([ui.Task(*each) for each in words.tasks(experiment, now, [change.values for change in run.changes], st.session_state)])
