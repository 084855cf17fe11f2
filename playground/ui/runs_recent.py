"""The last kept runs of this browser, for the way back to them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.figures import runs as figures
from playground.runs import cards as cards_of
from playground.runs import records
from playground.runs.engine import get_engine
from playground.ui import session

SHOWN = 4


def recent(pages: dict[str, Any]) -> None:
    """A row of links, each with its curve; nothing when nothing is kept."""
    cards = get_engine().store.list(browser=session.browser(), limit=SHOWN)
    cards = [card for card in cards if records.address(card)[0] in pages]
    if not cards or "runs" not in pages:
        return
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    left.subheader("Your last runs", anchor=False)
    with right.container(horizontal=True, horizontal_alignment="right"):
        st.page_link(pages["runs"], label="All runs", icon=":material/monitoring:")
    for column, card in zip(st.columns(SHOWN), cards, strict=False):
        path, query = records.address(card)
        with column.container(border=True):
            if len(card["spark"]) > 1:
                ui.stage(*figures.small(card["spark"]), key=f"recent-{card['token']}", height=56)
            st.page_link(pages[path], label=f"**{cards_of.call(card)}**", query_params=query, width="stretch")
            st.caption(f"{card['title']} · {card['state']} at step {card['step']:,}")
