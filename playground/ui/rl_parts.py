"""The canvas components of the deep-RL screen: the theatre and the arcade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from playground.ui import components

_PARTS = {name: st.components.v2.component(f"playground_{name}", js=components._loader(name)) for name in ("theatre", "arcade")}


def theatre(source: Any, spec: Mapping[str, Any], *, key: str, arrays: Mapping[str, Any] | None = None) -> None:
    """Films of an agent (`figures.rl.theatre`): the latest in a run's views, or one given as arrays `film_…`."""
    _PARTS["theatre"](key=key, data=components.pack(source, spec, key=f"theatre/{key}", arrays=arrays))


def arcade(source: Any, spec: Mapping[str, Any], *, key: str, on_done: Callable[[dict[str, Any]], Any] | None = None) -> None:
    """The task for a person (`figures.rl.arcade`).

    Args:
        source: A run of `HumanPlay`, to which keys and buttons go as {"do": "edit", "action": …}; {} when the spec has a start, and the
            browser steps the task.
        on_done: Receives {"environment", "number", "score", "steps"} when an episode that the browser stepped is over.
    """
    calls = {"on_done_change": partial(components._tell, key, "done", on_done)} if on_done else {}
    _PARTS["arcade"](key=key, data=components.pack(source, spec, key=f"arcade/{key}", events=("done",) if on_done else ()), **calls)
