"""The bundled generator on the GAN screen: a sheet of samples, and the way between two that were clicked."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments.gan_bundled import COLUMNS, ROWS, sheet, way
from playground.experiments.gan_digits_trainer import GAP
from playground.experiments.gan_words import GanLook
from playground.figures import gan_digits as figures
from playground.zoo import gan_models

PICKED = "gan!picked"
SIDE = 28


def page() -> None:
    """Everything below the choice of the part."""
    if not gan_models.ready():
        st.info("No trained generator is bundled with this installation. `python -m playground gan train gan-digits` makes it.", icon=":material/inventory_2:")
        return
    look = ui.controls(GanLook, only=("digit", "truncation", "wall_seed"), container=st.container(horizontal=True, gap="medium"), width=190)
    about = gan_models.card()
    asked = {"seed": look.wall_seed, "digit": look.digit, "truncation": look.truncation}
    with ui.plain_words():
        left, right = st.columns([1.7, 1], gap="large")
        with left:
            _wall(ui.compute(sheet, **asked), look)
        with right:
            _way(asked)
    _card(about)


def _wall(arrays: dict[str, Any], look: GanLook) -> None:
    words = list("0123456789") if look.digit == "all" else [look.digit] * COLUMNS
    spec = {**figures.wall("wall", words, ROWS, (SIDE + 2 * GAP, SIDE + 2 * GAP)), "events": ["click"]}
    first, second = picked()
    ui.stage(arrays, spec, key="bundled-wall", on_click=_pick)
    st.caption(f"Click two samples to go from one to the other: now row {first // COLUMNS + 1}, column {first % COLUMNS + 1} "
               f"and row {second // COLUMNS + 1}, column {second % COLUMNS + 1}. None of these was ever written by hand.")  # fmt: skip


def picked() -> tuple[int, int]:
    """The two samples clicked last."""
    first, second = st.session_state.get(PICKED, (0, COLUMNS + 8))
    return first, second


def _pick(event: dict[str, Any]) -> None:
    st.session_state[PICKED] = (picked()[1], place(event["x"], event["y"]))


def place(x: float, y: float) -> int:
    """The number of the sample at a place of the sheet, counted from its upper left."""
    column, row = (int(np.clip(round(each), 0, most - 1)) for each, most in ((x, COLUMNS), (y, ROWS)))
    return (ROWS - 1 - row) * COLUMNS + column


def _way(asked: dict[str, Any]) -> None:
    first, second = picked()
    film = ui.compute(way, **asked, first=first, second=second)
    ui.player(film, figures.walk(film["frames"]), key="bundled-way", height=300)
    st.caption("Along a great circle of the noise, where every place between is as likely as its ends (White 2016), with the class going over as well.")


def _card(about: Any) -> None:
    with st.expander(f"**{about.name}**: {about.words}", icon=":material/badge:"):
        st.markdown(f"{about.how} Learnt from {about.data}, {about.licence}. {about.parameters:,} parameters, {about.bytes / 1e6:.1f} MB, `{about.command}`.")
        st.markdown("\n".join(f"- {name}: **{value:g}**" for name, value in about.scores.items()))
