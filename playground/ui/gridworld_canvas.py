"""The gridworld component: `components/grid.js`."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from playground.ui import components

_PART = st.components.v2.component("playground_grid", js=components._loader("grid"))


def grid(source: Any, spec: components.Spec, *, key: str, on_paint: components.Callback | None = None, on_select: components.Callback | None = None,
         on_play: components.Callback | None = None) -> None:  # fmt: skip
    """A world with its values (`figures.gridworld.grid`), live over a run.

    Args:
        on_paint: Receives {"grid": text} after each stroke of the brush.
        on_select: Receives {"state"}, the chosen one or None.
        on_play: Receives {"earned", "steps", "ended", "games", "best"} at the end of each game.
    """
    callbacks = {"paint": on_paint, "select": on_select, "play": on_play}
    wanted = {event: callback for event, callback in callbacks.items() if callback is not None}
    data = components.pack(source, spec, key=f"grid/{key}", events=tuple(wanted))
    _PART(key=key, data=data, **{f"on_{event}_change": partial(components._tell, key, event, callback) for event, callback in wanted.items()})
