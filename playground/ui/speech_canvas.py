"""The canvas components of the Speech screen: `components/speech_*.js`, and those it shares with others, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from playground import ui
from playground.figures.panels import Panel
from playground.ui import components
from playground.ui.images_canvas import show as show_images

_PARTS = {name: st.components.v2.component(f"playground_{name}", js=components._loader(name)) for name in ("speech_bars",)}
Told = Callable[[dict[str, Any]], Any]


def show(name: str, panel: Panel, *, peek: Mapping[str, str] | None = None, on_drag: Told | None = None, on_click: Told | None = None) -> None:
    """One panel drawn by the module `name`."""
    if name == "stage":
        ui.stage(panel.arrays, panel.spec or {}, key=panel.key, height=panel.height, on_click=on_click, on_drag=on_drag, peek=peek)
    elif name == "lines":
        ui.lines(panel.arrays, panel.spec or {}, key=panel.key, height=panel.height, on_drag=on_drag, peek=peek)
    elif name not in _PARTS:
        show_images(name, panel, peek=peek, on_drag=on_drag)
    else:
        wanted = {"drag": on_drag} if on_drag else {}
        data = components.pack(panel.arrays, panel.spec or {}, key=f"{name}/{panel.key}", height=panel.height, events=tuple(wanted), peek=peek)
        _PARTS[name](key=panel.key, data=data, **{f"on_{event}_change": partial(components._tell, panel.key, event, call) for event, call in wanted.items()})
