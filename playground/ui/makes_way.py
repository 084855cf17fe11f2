"""Popovers in which something is chosen, and which make way for what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def popover(label: str, icon: str, key: str) -> tuple[Any, Callable[[], None]]:
    """A popover, and what a widget in it takes as `on_change` so that it closes once something was chosen.

    Args:
        icon: Name of a Material symbol.
        key: Of the session, for whether it is open.
    """

    def close() -> None:
        st.session_state[key] = False

    return st.popover(label, icon=f":material/{icon}:", key=key, on_change="rerun"), close
