"""The canvas components of the transformer screen: `components/transformer_*.js`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from playground.core.experiment import Experiment
from playground.figures.panels import Panel
from playground.ui import components
from playground.ui.controls import set_values

MODULES = ("transformer_heads", "transformer_next", "transformer_stages", "transformer_write", "transformer_lens")
_PARTS = {name: st.components.v2.component(f"playground_{name}", js=components._loader(name)) for name in MODULES}


def show(name: str, panel: Panel, source: Any = None, peek: Mapping[str, str] | None = None, on_drag: Callable[[dict[str, Any]], Any] | None = None) -> None:
    """One panel drawn by the module `name`.

    Args:
        source: A run, for a panel that brings no arrays of its own.
        peek: From `ui.following`.
        on_drag: Receives what was pressed, {"name": …}.
    """
    wanted = {"drag": on_drag} if on_drag else {}
    data = components.pack(panel.arrays or source or {}, panel.spec or {}, key=f"{name}/{panel.key}", height=panel.height, events=tuple(wanted), peek=peek)
    _PARTS[name](key=panel.key, data=data, **{f"on_{event}_change": partial(components._tell, panel.key, event, call) for event, call in wanted.items()})


def setting(kind: type[Experiment], view: Any) -> Callable[[dict[str, Any]], None]:
    """Takes what was pressed over into the controls of `kind`."""
    return lambda at: set_values(kind, **view.dragged(at))
