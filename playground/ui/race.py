"""Race: the same data under several configurations, curves overlaid, and a table of only what differs."""

import json
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from playground.core.errors import UserError
from playground.core.experiment import Experiment, label
from playground.core.limits import ADDRESS_CHARACTERS, RACE_MEMBERS
from playground.core.race import race as make_race
from playground.figures import canvas, theme
from playground.runs.run import Run
from playground.ui import components, session


def race(kind: type[Experiment], experiment: Experiment, *, metric: str = "test_loss", lower_is_better: bool = True,
         picture: Callable[[Run, int, Any], None] | None = None) -> None:  # fmt: skip
    """Collect configurations of `kind`, train them side by side, overlay their curves and name the winner.

    Args:
        picture: Draws member number i (second argument) from the race's run; shown in a row of small pictures.
    """
    slot = f"{kind.key}!race"
    if slot not in st.session_state or (st.session_state.get("!arrived") and slot in st.query_params):
        st.session_state[slot] = _from_address(kind, slot)
    members: list[Experiment] = st.session_state[slot]
    _to_address(slot, members)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Add this configuration", icon=":material/add:", key=f"{slot}.add", on_click=_add, args=(slot, experiment),
                  disabled=len(members) >= RACE_MEMBERS or experiment in members)  # fmt: skip
        st.button("Clear", icon=":material/delete:", key=f"{slot}.clear", on_click=_clear, args=(slot,), disabled=not members)
        st.caption(f"{len(members)} of {RACE_MEMBERS} configurations. Set the controls, add, change something, add again.")
    if len(members) < 2:
        return
    run = session.run(make_race(members), autoplay=True, speed="frame", name=slot)
    components.transport(run, key=f"{slot}.transport")
    names = _names(kind, members)
    series = [canvas.series(name, f"{metric}/{i}", color=theme.CATEGORICAL[i % len(theme.CATEGORICAL)]) for i, name in enumerate(names)]
    words = metric.replace("_", " ")
    spec = canvas.curves("step", words, series=series, log_y="loss" in metric, alt=f"{words} of each configuration by step")
    components.lines(run, spec, key=f"{slot}.lines", height=320)
    if picture is not None:
        for number, (place, each) in enumerate(zip(st.columns(len(members)), members, strict=True)):
            with place:
                words = names[number] if len(names[number]) < 60 else f"configuration {number + 1}"
                st.html(f'<div style="font-size:.85rem"><span style="color:{theme.CATEGORICAL[number % len(theme.CATEGORICAL)]}">■</span> {escape(words)}</div>')
                picture(run, number, each)
    st.fragment(_table, run_every=1.0 if run.active else None)(run, kind, members, names, metric, lower_is_better)


def _from_address(kind: type[Experiment], slot: str) -> list[Experiment]:
    """The members that an opened link lists; what cannot be read is said and left away."""
    text = st.query_params.get(slot, "")
    try:
        given = json.loads(text[:ADDRESS_CHARACTERS]) if text else []
        return [kind(**values) for values in given[:RACE_MEMBERS]]
    except (ValueError, TypeError) as error:  # UserError is a ValueError
        words = str(error) if isinstance(error, UserError) else "its list of configurations cannot be read."
        st.warning(f"The link asked for a race that cannot be run: {words}", icon=":material/link_off:")
        return []


def _to_address(slot: str, members: list[Experiment]) -> None:
    """Each member as the settings that differ from the defaults."""
    listed = [{name: value for name, value in each.values().items() if value != type(each)().values()[name]} for each in members]
    text = json.dumps(listed, separators=(",", ":")) if members else ""
    if text and st.query_params.get(slot) != text:
        st.query_params[slot] = text
    elif not text and slot in st.query_params:
        del st.query_params[slot]


def _add(slot: str, experiment: Experiment) -> None:
    st.session_state[slot] = [*st.session_state[slot], experiment]


def _clear(slot: str) -> None:
    st.session_state[slot] = []
    session.restart(slot)


def _differing(kind: type[Experiment], members: list[Experiment]) -> list[str]:
    return [name for name in kind.domains() if len({repr(getattr(each, name)) for each in members}) > 1]


def _names(kind: type[Experiment], members: list[Experiment]) -> list[str]:
    fields = _differing(kind, members)
    return [", ".join(f"{label(kind, name)} {_value(each, name)}" for name in fields) or "the same" for each in members]


def _value(experiment: Experiment, name: str) -> str:
    value, domain = getattr(experiment, name), experiment.domains()[name]
    if domain.options and not isinstance(value, tuple):
        return domain.words(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _table(run: Run, kind: type[Experiment], members: list[Experiment], names: list[str], metric: str, lower: bool) -> None:
    columns = run.metrics()
    rows: list[dict[str, Any]] = []
    for i, each in enumerate(members):
        values = columns.get(f"{metric}/{i}", np.array([np.nan]))
        row = {label(kind, name): _value(each, name) for name in _differing(kind, members)}
        row |= {f"{metric.replace('_', ' ')} now": float(values[-1]) if len(values) else np.nan}
        finite = values[np.isfinite(values)]
        best = (finite.min() if lower else finite.max()) if len(finite) else np.nan
        rows.append(row | {"best": float(best)})
    st.dataframe(rows, hide_index=True)
    ranked = [(row["best"] if lower else -row["best"], i) for i, row in enumerate(rows) if np.isfinite(row["best"])]
    if not ranked:
        return
    winner = min(ranked)[1]
    leads = "wins" if not run.active or run.state == "finished" else "leads"
    st.markdown(f":material/trophy: **{names[winner]}** {leads}: best {metric.replace('_', ' ')} {rows[winner]['best']:.4g} "
                f"after {run.step:,} steps.")  # fmt: skip


def winner(run: Run, metric: str, lower_is_better: bool = True) -> int:
    """The member with the best value of `metric` so far.

    Raises:
        UserError: Before anything was measured.
    """
    found = {int(name.rpartition("/")[2]): values[np.isfinite(values)] for name, values in run.metrics().items()
             if name.startswith(f"{metric}/")}  # fmt: skip
    best = {i: (values.min() if lower_is_better else -values.max()) for i, values in found.items() if len(values)}
    if not best:
        raise UserError("The race has not measured anything yet.")
    return min(best, key=lambda i: best[i])
