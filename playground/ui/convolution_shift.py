"""The part of the convolution screen where the picture is moved."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.convolution_shift import Moved
from playground.explain import convolution_moving as moving
from playground.explain import convolution_shift_words as words
from playground.figures import convolution_shift as figures
from playground.ui import panels
from playground.ui.convolution import beside, waiting
from playground.ui.convolution_canvas import setting, show
from playground.ui.convolution_trained import trained


def part() -> None:
    """The picture and its answer, the answer over all moves, and what each layer does."""
    view = panels.set_up(Moved, words.PRESETS)
    trained(Moved, view)
    peek = ui.following(Moved, view, _pictures)
    with beside(Moved, view, peek), ui.plain_words():
        if waiting(view):
            return
        with st.spinner("Asking about every move …"):
            data, everywhere = _computed(view)
        left, right = st.columns([1, 2.2], gap="medium")
        with left:
            show("convolution_images", figures.picture(view, data), peek=peek, on_drag=setting(Moved, view))
        with right:
            show("convolution_answers", figures.answers(data), peek=peek)
        st.markdown(words.verdict(data, everywhere))
        panels.paint([figures.maps(view, everywhere, data["classes"][data["best"]])], on_drag=setting(Moved, view), peek=peek)
        panels.paint(figures.sweeps(view, everywhere, data), peek=peek)
        st.caption("Layers: " + " · ".join(f"{i} {title}" for i, title in enumerate(data["titles"], 1)))
        ui.tasks([ui.Task(*each) for each in words.tasks(view, data, everywhere)])
        with ui.explain():
            st.markdown(words.maths(view, data))


def _computed(view: Moved) -> tuple[dict[str, Any], dict[str, Any]]:
    return ui.compute(moving.answers, **view.arguments()), ui.compute(moving.everywhere, **view.asked())


def _pictures(moved: Moved) -> dict[str, Any]:
    try:
        data, everywhere = _computed(moved)
    except UserError:  # an empty pad: the script run that follows says so
        return {}
    name = data["classes"][data["best"]]
    found = {"moved": ("convolution_images", figures.picture(moved, data)), "moved-answers": ("convolution_answers", figures.answers(data))}
    found |= {each.key: ("stage", each) for each in figures.maps(moved, everywhere, name)}
    return found | {each.key: ("lines", each) for row in figures.sweeps(moved, everywhere, data) for each in row}
