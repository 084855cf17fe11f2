"""A person's own points on the overfitting screen: from a table, or drawn by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import DRAWN_POINTS
from playground.experiments import overfitting_data as data

APART = 0.06  # least distance between points of one stroke, as a share of half the window
PROBLEM = "overfitting!problem"


def curve_field(kind: Any) -> str:
    """The name of the field that chooses the points."""
    return "curve" if "curve" in kind.domains() else "dataset"


def take(kind: Any, digest: str) -> None:
    """Learn from these points; called from callbacks."""
    ui.set_values(kind, own=digest, **{curve_field(kind): data.OWN})


def own_points(kind: Any, view: Any) -> None:
    """In the sidebar: a table of one's own, its two columns, and the button that starts learning; a sample to try it with."""
    with st.sidebar.expander("Your own points", expanded=getattr(view, curve_field(kind)) == data.OWN):
        if getattr(view, curve_field(kind)) == data.OWN:
            rows, about = data.own_rows(view.own)
            st.caption(f"{len(rows):,} points, {about['names'][0]} → {about['names'][1]}; {1 - data.OWN_SHARE:.0%} are kept apart. " + " ".join(about["notes"]))
        table = ui.upload_table(f"{kind.key}!upload", words="A table with two columns of numbers")
        if table is not None:
            _columns(kind, table)
        else:
            st.button("Try a sample: body mass and diabetes", on_click=_sample, args=(kind,), width="stretch", key=f"{kind.key}!sample")
        _say()


def _columns(kind: Any, table: Any) -> None:
    names = [name for name in table.columns if table.kinds[name] == "number"]
    if len(names) < 2:
        st.error(f"“{table.name}” has {len(names)} column{'s' if len(names) != 1 else ''} of numbers; a curve needs two.", icon=":material/error:")
        return
    slots = [f"{kind.key}!column.{axis}" for axis in "xy"]
    for slot, axis, default in zip(slots, "xy", names[:2], strict=True):
        if st.session_state.get(slot) not in names:
            st.session_state[slot] = default
        st.selectbox(axis, names, key=slot)
    st.button("Learn from these columns", on_click=_learn, args=(kind, table, slots), type="primary", width="stretch", key=f"{kind.key}!learn")


def _learn(kind: Any, table: Any, slots: list[str]) -> None:
    try:
        take(kind, data.put_table(table, *(st.session_state[slot] for slot in slots)))
    except UserError as error:
        st.session_state[PROBLEM] = str(error)


def _sample(kind: Any) -> None:
    try:
        take(kind, ui.compute(data.sample_table))
    except UserError as error:
        st.session_state[PROBLEM] = str(error)


def _say() -> None:
    problem = st.session_state.pop(PROBLEM, None)
    if problem:
        st.warning(problem, icon=":material/error:")


# Drawing -----------------------------------------------------------------------------------------------------------------------


def drawing(kind: Any) -> bool:
    """The switch that turns the first picture into a board."""
    return st.toggle("Draw points", key=f"{kind.key}!drawing", help="Points added by hand join those you see; together they become your own data.")


def board() -> None:
    """How to draw, and what was wrong with the last stroke."""
    st.caption("Click or drag to add points, shift-click or right-click removes the nearest. Every stroke starts the training anew.")
    _say()


def listener(kind: Any, view: Any) -> Callable[[dict[str, Any]], None]:
    """What the plane calls after each stroke."""

    def drawn(event: dict[str, Any]) -> None:
        try:
            removes = bool(event.get("shift")) or event.get("button") == 2
            take(kind, stroke(view, np.array(event["points"], np.float64).reshape(-1, 2), removes))
        except UserError as error:
            st.session_state[PROBLEM] = str(error)

    return drawn


def stroke(view: Any, path: np.ndarray, removes: bool) -> str:
    """The digest of the present points with those of one stroke, or without the one nearest to where it began.

    Args:
        path: (N, 2), where the pointer went, in the points' own units.

    Raises:
        UserError: When too few or too many points would be left.
    """
    sample = view.sample()
    uploaded = getattr(view, curve_field(type(view))) == data.OWN and sample.scale != (1.0, 1.0)
    if getattr(view, curve_field(type(view))) == data.OWN:
        rows = data.own_rows(view.own)[0]
    else:
        rows = np.stack([sample.x, sample.y], 1)
    scale = np.array(sample.scale)
    if removes:
        rows = np.delete(rows, int((((rows - path[0]) / scale) ** 2).sum(1).argmin()), 0)
    else:
        kept = [path[0]]
        for place in path[1:]:
            if np.linalg.norm((place - kept[-1]) / scale) >= APART:
                kept.append(place)
        rows = np.vstack([rows, kept])
    if len(rows) > DRAWN_POINTS:
        raise UserError(f"The plane is full: at most {DRAWN_POINTS:,} points can be drawn.", "Remove some.")
    return data.put_rows(rows, sample.names) if uploaded else data.put_drawn(rows)
