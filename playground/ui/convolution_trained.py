"""A network from the training screen, opened on the convolution screen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.convolution_networks import keep
from playground.runs.run import Run


def trained(kind: Any, view: Any) -> None:
    """In the sidebar: a button that opens the network this visitor trained, where there is one of convolutions, and one that leaves it."""
    run = ui.current_run("train")
    slot = f"{kind.key}!trained"
    with st.sidebar:
        if view.trained:
            st.info("This is a network trained on the training screen.", icon=":material/layers:")
            st.button("Back to the bundled ones", key=f"{slot}.back", on_click=ui.set_values, args=(kind,), kwargs={"trained": ""})
        if run is not None and "conv" in getattr(run.experiment, "stack", ""):
            words = "Open its latest weights" if view.trained else "Open the network I trained"
            st.button(words, key=f"{slot}.open", icon=":material/layers:", on_click=_open, args=(kind, run, slot))
        if problem := st.session_state.pop(slot, None):
            st.error(problem, icon=":material/error:")


def _open(kind: Any, run: Run, slot: str) -> None:
    try:
        ui.set_values(kind, trained=keep(run.experiment.values(), run.checkpoint_state()))
    except UserError as error:
        st.session_state[slot] = str(error)
