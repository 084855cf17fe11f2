"""The parts of the gridworld screen that need Streamlit: the world, the curves, the maths, the tasks."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.data import grids
from playground.experiments.gridworld import ON_POLICY, Gridworld, goal_in_reach, reference
from playground.experiments.gridworld_words import PRESETS, GridworldLook
from playground.explain import gridworld_maths as maths_words
from playground.explain import gridworld_tasks
from playground.figures import gridworld as figures
from playground.runs import export
from playground.runs.run import Run
from playground.ui import gridworld_race as racing
from playground.ui.gridworld_canvas import grid

IN_FRONT = ("world", "algorithm", "discount", "learning_rate", "epsilon")
PLAYED, SELECTED, SAID = "gridworld!played", "gridworld!selected", "gridworld!said"


def settings() -> Gridworld:
    """Presets, the controls in front and those in the sidebar."""
    ui.presets(Gridworld, [ui.Preset(*each) for each in PRESETS], keep=("race_seeds",))
    unused = _as_set().unused_controls()
    ui.controls(Gridworld, container=st.container(horizontal=True, gap="small"), only=[name for name in IN_FRONT if name not in unused], width=164)
    with st.sidebar:  # what is wrong with a setting is said here too, beside the field where it is put right
        experiment = ui.controls(Gridworld, container=st.sidebar, hide=(*unused, *IN_FRONT))
    if SAID in st.session_state:
        st.info(st.session_state.pop(SAID), icon=":material/info:")
    st.caption(grids.WORLDS[experiment.world].note)
    if not goal_in_reach(experiment.make_world()):
        st.warning("No goal can be reached from the start in this world: every way is blocked. Paint a door, or move start or goal.", icon=":material/block:")
    return experiment


def _as_set() -> Gridworld:
    """The settings as they stand in the widgets, possible or not: which controls are shown must not depend on a grid that can be read."""
    usual = {name: info.default for name, info in Gridworld.model_fields.items()}
    return Gridworld.model_construct(**{name: st.session_state.get(f"{Gridworld.key}.{name}", value) for name, value in usual.items()})


def transport(run: Run, experiment: Gridworld) -> None:
    """The bar of every training screen; planners throw no dice, so they have none to draw anew."""
    if experiment.plans:
        ui.components.transport(run, key="gridworld!transport")
    else:
        ui.transport(run)


def world(run: Run, experiment: Gridworld) -> None:
    """The picture in the middle of the screen."""
    paints = experiment.world != "taxi"
    grid(run, figures.grid(experiment.make_world().title, paints=paints), key="world", on_paint=painted if paints else None, on_select=_selected, on_play=_played)


def painted(event: dict[str, Any]) -> None:
    """A stroke of the brush: the world becomes the visitor's own, with the rules that it had."""
    now = ui.current(Gridworld)
    values: dict[str, Any] = {} if now.world == grids.OWN else grids.settings(now.world, now.slippery)
    values |= {"grid": str(event["grid"]), "world": grids.OWN}
    try:
        ui.set_values(Gridworld, **values)
    except UserError as error:
        if error.field != "discount":
            st.session_state[SAID] = str(error)
            return
        ui.set_values(Gridworld, **values, discount=0.95)
        st.session_state[SAID] = "With discount 1 some values would be infinite in this grid, so the discount is 0.95 now."


def _selected(event: dict[str, Any]) -> None:
    st.session_state[SELECTED] = event.get("state")


def _played(event: dict[str, Any]) -> None:
    best = st.session_state.get(PLAYED)
    if best is None or float(event["earned"]) >= float(best["earned"]) or best.get("world") != ui.current(Gridworld).world:
        st.session_state[PLAYED] = {**event, "world": ui.current(Gridworld).world}


def inside(run: Run, experiment: Gridworld) -> None:
    """The chosen curves, or the race."""
    look = ui.controls(GridworldLook, only=("inside",), wide=True)
    if look.inside == "race":
        racing.race(experiment)
        return
    left, right = st.columns(2, gap="large")
    plans = experiment.plans
    if look.inside == "learning" and not plans:
        pictures = figures.returns(reference(experiment).best_return), figures.distance(plans, experiment.algorithm in ON_POLICY)
    elif look.inside == "effort" and not plans:
        pictures = figures.effort()
    elif look.inside == "learning":
        pictures = figures.distance(plans, False, "Vπ" if experiment.algorithm == "policy_evaluation" else "V*"), figures.policy(plans)[0]
    else:
        pictures = figures.policy(plans, experiment.algorithm == "policy_evaluation")
    with left:
        ui.lines(run, pictures[0], key=f"{look.inside}-left", height=230)
    with right:
        ui.lines(run, pictures[1], key=f"{look.inside}-right", height=230)


def maths(run: Run, experiment: Gridworld) -> None:
    """The rule with its settings, Bellman's equation with its numbers, and where the truth comes from."""
    ui.watched(_maths, 1.0 if run.active else None)(run, experiment)


def _maths(run: Run, experiment: Gridworld) -> None:
    view = run.view()
    if not view or len(view["v"]) != len(experiment.make_world().table):
        st.caption("The numbers appear with the first picture.")
        return
    st.markdown("The rule by which the table is changed:")
    st.latex(maths_words.update(experiment, view))
    chosen = st.session_state.get(SELECTED)
    found = reference(experiment)
    state = int(chosen) if isinstance(chosen, (int, float)) and int(chosen) < len(found.matters) and found.matters[int(chosen)] else experiment.make_world().starts[0]
    formula, words = maths_words.bellman(experiment, view, state)
    st.markdown(f"Bellman's equation asks every value to agree with its successors. {words} Click another cell for its numbers.")
    st.latex(formula)
    if experiment.plans:
        st.markdown(maths_words.contraction(experiment, run.metrics()))
    st.markdown(maths_words.truth(experiment))


def tasks(run: Run, experiment: Gridworld) -> None:
    items = gridworld_tasks.tasks(experiment, run.last_metrics(), st.session_state.get(PLAYED, {}), st.session_state.get(racing.SLOT, []))
    ui.tasks([ui.Task(*each) for each in items])


def take_home(run: Run, experiment: Gridworld) -> None:
    """Script, tables, history and figure of exactly this run."""
    offered = [
        ui.File("Python script", lambda: export.script(run), "gridworld.py", "text/x-python", "code"),
        ui.File("Tables: values and policy (safetensors)", lambda: export.weights(run), "gridworld.safetensors", icon="memory"),
        ui.File("History (CSV)", lambda: export.history(run), "gridworld-history.csv", "text/csv", "timeline"),
        ui.File("Curves (HTML figure)", lambda: figures.returns_file(run.metrics(), experiment.title).to_html(include_plotlyjs=True), "gridworld-curves.html",
                "text/html", "show_chart"),
        ui.File("The grid (text)", lambda: experiment.make_world().layout.text(), "grid.txt", "text/plain", "grid_on"),
        ui.File("Settings (JSON)", lambda: json.dumps(run.experiment.values(), indent=2), "gridworld.json", "application/json", "settings"),
    ]  # fmt: skip
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("Exactly this run: the script repeats it in plain Python and NumPy and prints the same distance to the true values.")
        ui.files("gridworld!files", offered)
