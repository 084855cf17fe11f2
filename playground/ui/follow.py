"""Pictures that follow a control while it is still being moved."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from playground.core.experiment import Experiment
from playground.figures.panels import Panel
from playground.runs.peeks import peek
from playground.ui import components


def following(kind: type[Experiment], now: Experiment, draw: Callable[[Any], Mapping[str, tuple[str, Panel]]]) -> dict[str, str]:
    """What components are given as `peek`, so that they repaint while a slider of `kind` or a handle of theirs moves.

    Args:
        now: The settings as they are.
        draw: For given settings, each picture's key on the page with the component that draws it and its panel. It is called
            outside the script thread and uses no Streamlit but `ui.compute`.
    """
    slot = f"{kind.key}!peek"
    held = st.session_state.get(slot)
    if held is None:
        held = st.session_state[slot] = peek()
    # Streamlit marks a widget's element with its key, every sign but letters, digits, - and _ as "-".
    asked = {"address": f"/peek/{held.token}", "prefix": f"{kind.key}-"}

    def paint(moved: Any) -> dict[str, bytes]:
        found = {}
        for key, (part, panel) in draw(moved).items():
            mount, moving = f"{part}/{key}", {"peeked": True} if part == "player" else {}
            events = (*(["click"] if panel.clicks else []), *(["drag"] if panel.drags else []))
            found[mount] = components.pack(panel.arrays, panel.spec or {}, key=mount, height=panel.height, events=events, peek=asked, **moving)
        return found

    held.now, held.paint = now, paint
    return asked
