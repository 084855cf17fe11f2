"""Buttons for files to take home."""

from collections.abc import Sequence
from urllib.parse import quote

import streamlit as st

from playground.runs.offers import File, offer
from playground.ui import components


def files(key: str, offered: Sequence[File], *, row: bool = False) -> None:
    """Buttons that fetch `offered`, one under the other or in a `row`; `key` is unique on the page."""
    held = st.session_state.get(f"{key}!offer")
    if held is None:
        held = st.session_state[f"{key}!offer"] = offer()
    held.files = {each.name: each for each in offered}
    listed = [{"words": each.words, "name": each.name, "icon": each.icon, "address": f"/take/{held.token}/{quote(each.name)}"} for each in offered]
    components.files(listed, key=key, row=row)
