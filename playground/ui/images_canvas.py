"""The canvas components of the Images screen: `components/images_*.js`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from playground.figures.panels import Panel
from playground.ui import components
from playground.ui.convolution_canvas import show as show_convolution

_PARTS = {name: st.components.v2.component(f"playground_{name}", js=components._loader(name)) for name in ("images_gallery", "images_bars", "images_maps", "images_boxes")}


def show(name: str, panel: Panel, *, peek: Mapping[str, str] | None = None, on_drag: Callable[[dict[str, Any]], Any] | None = None) -> None:
    """One panel drawn by the module `name`; `on_drag` receives what was chosen, {"name": …}."""
    if name not in _PARTS:
        show_convolution(name, panel, peek=peek, on_drag=on_drag)
        return
    wanted = {"drag": on_drag} if on_drag else {}
    data = components.pack(panel.arrays, panel.spec or {}, key=f"{name}/{panel.key}", height=panel.height, events=tuple(wanted), peek=peek)
    _PARTS[name](key=panel.key, data=data, **{f"on_{event}_change": partial(components._tell, panel.key, event, call) for event, call in wanted.items()})
