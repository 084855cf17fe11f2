"""The race on the gridworld screen: configurations lived through by several agents each, with their spread."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.experiment import label
from playground.core.limits import ADDRESS_CHARACTERS, RACE_MEMBERS
from playground.core.race import race as make_race
from playground.experiments.gridworld import Gridworld, reference
from playground.experiments.gridworld_words import RACES
from playground.figures import gridworld as figures
from playground.runs.run import Run
from playground.ui.gridworld_canvas import grid

SLOT = "gridworld!race"
UNLISTED = ("race_seeds",)


def race(experiment: Gridworld) -> None:
    """Ready-made races, or configurations collected one by one; curves with spread, a table, a picture of each."""
    if SLOT not in st.session_state:
        st.session_state[SLOT] = _from_address()
    members: list[Gridworld] = [each.changed(race_seeds=experiment.race_seeds) for each in st.session_state[SLOT]]
    _to_address(members)
    _choose(members, experiment)
    if len(members) < 2:
        st.caption("Choose a race above, or set the controls, add, change something, add again.")
        return
    run = ui.run(make_race(members), speed="frame", name=SLOT)
    ui.components.transport(run, key=f"{SLOT}.transport")
    names, plans = _names(members), all(each.plans for each in members)
    one_world = len({(each.world, each.grid, each.slippery, each.discount) for each in members}) == 1
    best = reference(members[0]).best_return if one_world else None
    quick = _free(members[0]) and not plans  # where steps cost nothing every way to the goal earns the same, and only its length tells
    left, right = st.columns([3, 2], gap="large")
    with left:
        ui.lines(run, figures.race(names, best, plans, "length" if quick else "return"), key=f"{SLOT}.returns", height=300)
        st.caption(f"Lines: mean over {experiment.race_seeds} agents and the last 10 episodes. In the shaded band lie four of five agents.")
    with right:
        ui.lines(run, figures.race_distance(names, plans), key=f"{SLOT}.distance", height=300)
    for number, place in enumerate(st.columns(len(members))):
        with place:
            st.caption(names[number])
            grid(run, figures.grid(names[number], paints=False, suffix=f"_{number}", mini=True, height=260), key=f"{SLOT}.world-{number}")
    ui.watched(_table, 1.0 if run.active else None)(run, members, names)


def _free(experiment: Gridworld) -> bool:
    """Whether steps earn nothing in its world."""
    return experiment.make_world().source.get("step_reward") == 0.0 and not experiment.slippery


def _choose(members: list[Gridworld], experiment: Gridworld) -> None:
    table = {key: (title, why, rows) for key, title, why, rows in RACES}
    active = next((key for key, (_, _, rows) in table.items() if _bare(members) == _bare([Gridworld(**row) for row in rows])), None)
    st.session_state[f"{SLOT}.choice"] = active
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.pills("Races", list(table), key=f"{SLOT}.choice", format_func=lambda key: table[key][0], on_change=_take, args=(table,))
        ui.controls(Gridworld, container=st.container(width=190), only=("race_seeds",))
    if active:
        st.caption(table[active][1])
    with st.container(horizontal=True, vertical_alignment="center"):
        bare = experiment.changed(race_seeds=20)
        st.button("Add this configuration", icon=":material/add:", key=f"{SLOT}.add", on_click=_add, args=(bare,),
                  disabled=len(members) >= RACE_MEMBERS or bare in _bare(members))  # fmt: skip
        st.button("Clear", icon=":material/delete:", key=f"{SLOT}.clear", on_click=_clear, disabled=not members)
        st.caption(f"{len(members)} of {RACE_MEMBERS} configurations")


def _bare(members: list[Gridworld]) -> list[Gridworld]:
    return [each.changed(race_seeds=20) for each in members]


def _take(table: dict[str, Any]) -> None:
    chosen = table.get(st.session_state[f"{SLOT}.choice"])
    if chosen:
        st.session_state[SLOT] = [Gridworld(**row) for row in chosen[2]]
        ui.restart(SLOT)


def _add(experiment: Gridworld) -> None:
    st.session_state[SLOT] = [*st.session_state[SLOT], experiment]


def _clear() -> None:
    st.session_state[SLOT] = []
    ui.restart(SLOT)


def _from_address() -> list[Gridworld]:
    text = st.query_params.get(SLOT, "")
    try:
        given = json.loads(text[:ADDRESS_CHARACTERS]) if text else []
        return [Gridworld(**values) for values in given[:RACE_MEMBERS]]
    except (ValueError, TypeError) as error:  # UserError is a ValueError
        words = str(error) if isinstance(error, UserError) else "its list of configurations cannot be read."
        st.warning(f"The link asked for a race that cannot be run: {words}", icon=":material/link_off:")
        return []


def _to_address(members: list[Gridworld]) -> None:
    """Each member as the settings that differ from the defaults."""
    usual = Gridworld().values()
    listed = [{name: value for name, value in each.values().items() if value != usual[name] and name not in UNLISTED} for each in members]
    text = json.dumps(listed, separators=(",", ":")) if members else ""
    if text and st.query_params.get(SLOT) != text:
        st.query_params[SLOT] = text
    elif not text and SLOT in st.query_params:
        del st.query_params[SLOT]


def _differing(members: list[Gridworld]) -> list[str]:
    return [name for name in Gridworld.domains() if len({repr(getattr(each, name)) for each in members}) > 1]


def _names(members: list[Gridworld]) -> list[str]:
    names = _differing(members)
    alone = names == ["algorithm"]
    said = [[_value(each, name) if alone or name == "algorithm" else f"{label(Gridworld, name)} {_value(each, name)}" for name in names if name not in each.unused_controls()]
            for each in members]  # fmt: skip
    return [", ".join(words) or "the same" for words in said]


def _value(experiment: Gridworld, name: str) -> str:
    value, domain = getattr(experiment, name), experiment.domains()[name]
    if domain.options:
        return domain.words(value)
    return ("on" if value else "off") if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)[:24]


def _table(run: Run, members: list[Gridworld], names: list[str]) -> None:
    columns = run.metrics()

    def now(name: str, number: int) -> float:
        values = columns.get(f"{name}/{number}", np.array([np.nan]))
        return float(values[-1]) if len(values) else float("nan")

    rows = [{**{label(Gridworld, name): "–" if name in each.unused_controls() else _value(each, name) for name in _differing(members)},
             "return, last 100 episodes": now("late_return", i), "its greedy policy earns": now("expected_return", i), "best possible": reference(each).best_return,
             "moves in all": now("moves", i), "largest error of V": now("value_loss", i)}
            for i, each in enumerate(members)]  # fmt: skip
    st.dataframe(rows, hide_index=True)
    late = [row["return, last 100 episodes"] for row in rows]
    if not np.isfinite(late).all():
        return
    near = [i for i, earned in enumerate(late) if earned >= max(late) - 0.01 * (1 + abs(max(late)))]
    moves = [row["moves in all"] for row in rows]
    first = min(near, key=lambda i: moves[i]) if len(near) > 1 and np.isfinite(moves).all() else int(np.argmax(late))
    leads = "wins" if run.state == "finished" else "leads"
    why = f"{late[first]:.4g} an episode over the last 100" + (f", with {moves[first]:,.0f} moves in all" if len(near) > 1 and np.isfinite(moves[first]) else "")
    st.markdown(f":material/trophy: **{names[first]}** {leads}: {why}, after {run.step:,} episodes of {members[first].race_seeds} agents.")
