"""Networks from the training screen, opened on the convolution screen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.convolution_networks import keep
from playground.networks.stack_presets import STACKS
from playground.runs import cards
from playground.runs.engine import get_engine
from playground.ui import session

CONVOLVES = ("conv", "residual", "timm")  # words of a stack that may hold convolutions


def trained(kind: Any, view: Any) -> None:
    """In the sidebar: every run of the training screen whose network may have convolutions, and the way back to the bundled networks."""
    slot = f"{kind.key}!trained"
    found = _runs()
    with st.sidebar:
        if view.trained:
            st.info("This is a network trained on the training screen.", icon=":material/layers:")
            st.button("Back to the bundled ones", key=f"{slot}.back", on_click=ui.set_values, args=(kind,), kwargs={"trained": ""})
        if found:
            st.selectbox("Open a network you trained", list(found), index=None, key=slot, format_func=found.get, placeholder="Choose a run", on_change=_open, args=(kind, slot),
                         help="Runs of the screen “Train a network”, also those that still go on: their latest weights are taken.")  # fmt: skip
        elif page := st.session_state.get("!pages", {}).get("train"):
            st.page_link(page, label="Train a network to open here", icon=":material/layers:", query_params={"train.stack": STACKS["cnn"].stack})
        if problem := st.session_state.pop(f"{slot}.problem", None):
            st.error(problem, icon=":material/error:")


def _runs() -> dict[str, str]:
    """Words by token, newest first."""
    rows = [card for card in cards.listed(get_engine(), session.browser()) if card["kind"] == "train" and any(word in card["experiment"]["stack"] for word in CONVOLVES)]
    beside = cards.differing(rows) if len(rows) > 1 else ()
    return {card["token"]: f"{cards.call(card, beside)}, step {card['step']:,}" for card in rows}


def _open(kind: Any, slot: str) -> None:
    token, st.session_state[slot] = st.session_state[slot], None
    run = get_engine().find(token) if token else None
    try:
        if token and run is None:
            raise UserError("This run is not kept any more.", "Choose another.")
        if run is not None:
            ui.set_values(kind, trained=keep(run.experiment.values(), run.checkpoint_state()))
    except UserError as error:
        st.session_state[f"{slot}.problem"] = str(error)
