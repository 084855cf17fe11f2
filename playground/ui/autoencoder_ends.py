"""The two inputs that a way leads between, chosen by clicks on their codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_words import AutoencoderLook
from playground.figures import autoencoder as figures
from playground.runs.run import Run
from playground.ui.autoencoder import take


def choose(run: Run, experiment: Autoencoder, look: AutoencoderLook) -> None:
    """The codes, live, to click on."""
    count = len(run.scene().get("labels", ())) or 1
    st.markdown("**Click a code**: the way goes on from where it ended to the input you clicked.")
    ui.stage(run, figures.ends(experiment), key="ae-ends", height=250, arrays=figures.ringed(count, look.first, look.second), on_click=lambda at: _pick(run, at))
    with st.container(horizontal=True, gap="small"):
        st.button("Turn round", icon=":material/swap_horiz:", on_click=_pick_pair, args=(look.second, look.first), key="ae-turn")
        pair = np.random.default_rng((look.first, look.second)).integers(0, count, 2)
        st.button("Another two", icon=":material/shuffle:", on_click=_pick_pair, args=(int(pair[0]), int(pair[1])), key="ae-another")
    st.caption("Try two of one colour, then two on opposite sides. With few latent numbers the way leads through the classes between them.")


def _pick(run: Run, at: dict[str, Any]) -> None:
    codes = (run.view() or {}).get("codes")
    if codes is not None and len(codes):
        take({"name": "pick", "number": figures.nearest(codes, float(at["x"]), float(at["y"]))})


def _pick_pair(first: int, second: int) -> None:
    ui.set_values(AutoencoderLook, first=first, second=second)
