"""The four parts of the gradient-descent screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments import descent_script, descent_stability
from playground.experiments import descent_views as views
from playground.experiments.boundary import Boundary
from playground.experiments.descent import RULES, SCREEN_FIELDS, Descent
from playground.experiments.train import Train
from playground.explain import descent_tasks as tasks
from playground.explain import descent_words as words
from playground.explain import landscape
from playground.figures import descent as figures
from playground.figures import descent_anatomy as anatomy
from playground.figures.panels import Panel
from playground.runs import export
from playground.runs.run import Run

PENDING = "descent!pending"
KEPT = tuple(name for name in SCREEN_FIELDS if name != "beside")  # what a preset leaves alone
MOST_RECORDS = 150  # places of a training path that are drawn
NETWORKS, ASKED = (Boundary.key, Train.key), "!network"  # kinds of runs that have parameters to look around in; the address's word for one of them
NETWORK_CONTROLS = {"path": ("along",), "random": ("along", "plane_reach", "plane_seed")}


def take_pending() -> None:
    """Before any control is drawn: take over learning rates that have just been found."""
    found = st.session_state.pop(PENDING, None)
    if found:
        ui.set_values(Descent, **found)


def race() -> None:
    """All optimizers on one map, and what became of them."""
    experiment = _set_up()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        experiment = ui.controls(Descent, container=st.container(), only=("beside",), wide=True)
        _find_rates(experiment)
    scene, found = ui.compute(views.relief, **experiment.arguments()), ui.compute(views.race, **experiment.arguments())
    racers, panel = experiment.racers(), _walks(experiment)
    peek = ui.following(Descent, experiment, lambda moved: {"race": ("player", _walks(moved))})
    ui.player(panel.arrays, panel.spec or {}, key="race", height=panel.height, on_click=_start_here, on_drag=_dropped, peek=peek)
    verdicts, curve = views.verdicts(found, scene), not scene["y"]
    if experiment.beside == "fit" and "data" not in scene:
        st.caption("Only the least-squares fit has lines to show; beside the map are the heights.")
    elif experiment.beside == "surface" and curve:
        st.caption("A curve has no third dimension; beside it are the heights.")
    st.markdown(words.summary(racers, verdicts))
    table, side = st.columns([3, 2]) if experiment.schedule != "constant" else (st.container(), None)
    table.markdown(words.verdict_table(racers, verdicts, experiment.steps, curve))
    if side is not None:
        with side:
            rates = figures.schedule(found["factors"], [each.title for each in racers], [each.learning_rate for each in racers])
            st.markdown(f"**{rates.title}**")
            ui.lines(rates.arrays, rates.spec or {}, key="schedule", height=rates.height)
    _take_home(experiment, scene, found)
    _tasks(tasks.race(experiment, racers, verdicts))
    with ui.explain():
        st.markdown(words.race_maths(experiment, racers, found))


def _walks(experiment: Descent) -> Panel:
    scene, found = ui.compute(views.relief, **experiment.arguments()), ui.compute(views.race, **experiment.arguments())
    return figures.race([each.title for each in experiment.racers()], scene, found, experiment.place(), experiment.beside)


def step() -> None:
    """One step of one optimizer, as arrows and as numbers."""
    _set_up()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in ("tuned", "at_step"):
            experiment = ui.controls(Descent, container=st.container(width=220), only=(name,))
    parts = ui.compute(views.dissected, key=experiment.tuned, step=experiment.at_step, **experiment.arguments())
    picture, numbers = st.columns([5, 6], gap="medium")
    with picture:
        panel, peek = _dissected(experiment), ui.following(Descent, experiment, lambda moved: {"step": ("stage", _dissected(moved))})
        ui.stage(panel.arrays, panel.spec or {}, key="step", height=panel.height, peek=peek)
    with numbers:
        if parts["step"] < experiment.at_step:
            st.caption(f"It takes no step {experiment.at_step}; this is its last one, step {parts['step']}.")
        st.markdown(words.step_reading(parts))
        st.markdown(words.step_table(parts))
    _tasks(tasks.step(parts))
    with ui.explain():
        st.markdown(words.step_maths(parts))


def _dissected(experiment: Descent) -> Panel:
    parts = ui.compute(views.dissected, key=experiment.tuned, step=experiment.at_step, **experiment.arguments())
    panel = anatomy.step(parts)
    return replace(panel, height=None) if parts["y"] else panel


def rates() -> None:
    """Where learning rate and momentum converge, and how every optimizer depends on its learning rate."""
    _set_up()
    experiment = ui.controls(Descent, only=("rule",), wide=True)
    rule = experiment.rule
    yours = float(getattr(experiment, f"{rule}_learning_rate")), float(getattr(experiment, f"{rule}_momentum"))
    with st.spinner("Walking from the start with every learning rate and momentum …"):
        found = ui.compute(descent_stability.stability, rule=rule, **experiment.changed(rule=rule).arguments())
    left, right = st.columns(2, gap="medium")
    with left:
        panel = anatomy.stability(rule, RULES[rule], found, yours)
        st.markdown(f"**{panel.title}**")
        ui.stage(panel.arrays, panel.spec or {}, key="stability", height=panel.height, on_click=_take_rate(rule))
    with right, st.spinner("Racing every optimizer at 21 learning rates …"):
        titles = [experiment.racer(key).title for key in experiment.optimizers]
        panel = anatomy.sweep(titles, ui.compute(views.sweep, **experiment.arguments()), range(len(titles)))
        st.markdown(f"**{panel.title}**")
        ui.lines(panel.arrays, panel.spec or {}, key="sweep", height=panel.height)
    _tasks(tasks.rates(experiment, found))
    with ui.explain():
        st.markdown(words.rates_maths(experiment, found))


def network() -> None:
    """The loss around a trained network."""
    run = _choose_network()
    along = ui.current(Descent).along
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in NETWORK_CONTROLS[along]:
            experiment = ui.controls(Descent, container=st.container(width="content" if name == "along" else 240), only=(name,), wide=True)
    with st.spinner(f"Evaluating the network at {landscape.SIDE**2:,} places …"):
        try:
            found = _landscape(run, experiment)
        except UserError as error:
            if along != "path":
                raise
            st.info(f"{error.what} Shown along two random directions instead.", icon=":material/info:")
            found = _landscape(run, experiment.changed(along="random"))
    panel = anatomy.landscape(found, "training loss")
    ui.player(panel.arrays, panel.spec or {}, key="landscape", height=panel.height)
    st.markdown(words.network_reading(found))
    _tasks(tasks.network(found))
    with ui.explain():
        st.markdown(words.network_maths(found))


def _landscape(run: Run | None, experiment: Descent) -> dict[str, Any]:
    look = {"along": experiment.along, "reach": experiment.plane_reach, "seed": experiment.plane_seed}
    if run is None:
        return ui.compute(landscape.example_plane, **look)
    state = export.fresh_checkpoint(run) if run.active else run.checkpoint_state()
    path = _recorded(run) if experiment.along == "path" else None
    return ui.compute(landscape.network_plane, key=run.experiment.key, values=run.experiment.values(), state=state, path=path, **look)


def _set_up() -> Descent:
    ui.presets(Descent, [ui.Preset(*row) for row in words.PRESETS], keep=KEPT)
    now = ui.current(Descent)
    return ui.controls(Descent, container=st.sidebar, hide=now.unused_controls())


def _start_here(at: dict[str, Any]) -> None:
    ui.set_values(Descent, **ui.current(Descent).dragged(at))


def _dropped(at: dict[str, Any]) -> None:
    if at["done"]:
        _start_here(at)


def _take_rate(rule: str) -> Callable[[dict[str, Any]], None]:
    def take(at: dict[str, Any]) -> None:
        domains = Descent.domains()
        rate, momentum = domains[f"{rule}_learning_rate"], domains[f"{rule}_momentum"]
        chosen = float(f"{10 ** at['x']:.3g}")
        ui.set_values(Descent, **{f"{rule}_learning_rate": min(max(chosen, rate.low), rate.high),
                                  f"{rule}_momentum": min(max(round(at["y"], 3), momentum.low), momentum.high)})  # fmt: skip

    return take


def _find_rates(experiment: Descent) -> None:
    said = f"Tries {len(views.RATE_GRID)} learning rates for each optimizer and takes the one that is lowest over the whole walk."
    if st.button("Find good learning rates", icon=":material/tune:", help=said, key="descent!find"):
        with st.spinner(f"Trying {len(views.RATE_GRID)} learning rates for each …"):
            st.session_state[PENDING] = ui.compute(views.good_rates, **experiment.values()) | {"rates": 1}
        st.rerun()


def _take_home(experiment: Descent, scene: dict[str, Any], found: dict[str, Any]) -> None:
    titles = [each.title for each in experiment.racers()]
    offered = [
        ui.File("Python script", lambda: experiment.script(experiment.steps), "descent.py", "text/x-python", "code"),
        ui.File("Paths (CSV)", lambda: descent_script.paths_csv(experiment, found), "descent.csv", "text/csv", "timeline"),
        ui.File("Picture (HTML figure)", lambda: anatomy.figure(titles, scene, found, experiment.title).to_html(include_plotlyjs=True), "descent.html",
                "text/html", "image"),
        ui.File("Settings (JSON)", lambda: json.dumps(experiment.values(), indent=2), "descent.json", "application/json", "settings"),
    ]  # fmt: skip
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("Exactly this race: the script repeats it in plain PyTorch and prints the same final heights.")
        ui.files("descent!files", offered)


def _choose_network() -> Run | None:
    """A trained network of this visitor, or None for the example."""
    runs = {run.token: run for kind in NETWORKS for run in ui.recent_runs(kind)}
    if st.query_params.get(ASKED) in runs:  # another screen sent its network here
        st.session_state["descent!network"] = st.query_params[ASKED]
    st.query_params.pop(ASKED, None)
    page = st.session_state.get("!pages", {}).get("decision-boundaries")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        token = st.selectbox("Network", [*runs, ""], format_func=lambda each: _name(runs[each]) if each else "Example: a small network, trained just now",
                             key="descent!network", width=520, help="Networks that you have trained on the screens of decision boundaries and of real data.")  # fmt: skip
        if page is not None:
            st.page_link(page, label="Train another", icon=":material/arrow_forward:")
    return runs.get(token)


def _name(run: Run) -> str:
    experiment: Any = run.experiment
    if isinstance(experiment, Train):
        loss = run.last_metrics().get("train_loss")
        return f"{experiment.data().title}, {experiment.stack}"[:70] + f", step {run.step:,}" + ("" if loss is None else f", loss {loss:.3g}")
    sizes = "–".join(map(str, experiment.hidden_sizes)) or "no hidden layer"
    loss = run.last_metrics().get("train_loss")
    return f"{experiment.dataset}, {sizes}, {experiment.optimizer}, step {run.step:,}" + ("" if loss is None else f", loss {loss:.3g}")


def _recorded(run: Run) -> np.ndarray:
    """Parameters at the recorded moments, thinned."""
    steps = run.status()["frames"]
    chosen = sorted({steps[round(i)] for i in np.linspace(0, len(steps) - 1, min(MOST_RECORDS, len(steps)))}) if steps else []
    path = landscape.recorded_path([run.view(each) for each in chosen])
    if path is None:
        raise UserError("This run has recorded no parameters from which its path could be drawn.", "Look along random directions.")
    return path


def _tasks(items: list[tasks.Item]) -> None:
    ui.tasks([ui.Task(*each) for each in items])
