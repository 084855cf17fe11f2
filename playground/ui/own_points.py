"""What screens whose points can be one's own do before any control is drawn."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.core.experiment import Experiment


def keep_choices(*kinds: type[Experiment]) -> None:
    """A button group that reports no choice, as one may while the page is being rebuilt, keeps the choice it had."""
    for kind in kinds:
        for name, domain in kind.domains().items():
            if domain.kind == "choice" and st.session_state.get(f"{kind.key}.{name}", "") is None:
                del st.session_state[f"{kind.key}.{name}"]


def take(kind: type[Experiment], slot: str, dataset: str) -> None:
    """Data that was just prepared, whose digest waits in the session under `slot`, goes into the controls and is played."""
    digest = st.session_state.pop(slot, None)
    if digest:
        ui.set_values(kind, dataset=dataset, own=digest)
        st.session_state["!play"] = True
