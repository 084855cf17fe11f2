"""The part of the convolution screen that opens a network: all its feature maps, and how one pixel came about."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.convolution_inside import FeatureMaps
from playground.explain import convolution_inside as inside
from playground.explain import convolution_inside_words as words
from playground.figures import convolution_inside as figures
from playground.ui import panels
from playground.ui.convolution import picture, waiting
from playground.ui.convolution_canvas import setting, show
from playground.ui.convolution_trained import trained


def part() -> None:
    """The picture and the answer on top, the network and the chosen unit below."""
    view = panels.set_up(FeatureMaps, words.PRESETS)
    trained(FeatureMaps, view)
    peek = ui.following(FeatureMaps, view, lambda moved: _pictures(view, moved))
    left, middle, right = st.columns([0.9, 1.35, 2.1], gap="medium") if view.picture in ("drawn", "uploaded") else (None, *st.columns([1.5, 2.1], gap="medium"))
    if left:
        with left:
            picture(FeatureMaps, view, peek)
    with middle:
        if waiting(view):
            return
    with ui.plain_words():
        data, unit = _computed(view)
        with middle:
            st.markdown("**What the network is given**")
            show("convolution_images", figures.steps(data), peek=peek)
        with right:
            st.markdown("**What it answers**")
            show("convolution_answers", figures.answers(data), peek=peek)
        network, one = st.columns([1.5, 1], gap="medium")
        with network:
            st.markdown("**Every feature map**, blue above zero and orange below")
            show("convolution_maps", figures.maps(data, unit["at"]), peek=peek, on_drag=setting(FeatureMaps, view))
        with one:
            show("convolution_unit", figures.unit(unit), peek=peek, on_drag=setting(FeatureMaps, view))
        ui.tasks([ui.Task(*each) for each in words.tasks(view, data, unit)])
        with ui.explain():
            st.markdown(words.maths(data, unit))
        with st.popover("Take it home", icon=":material/download:"):
            program = ui.File("These feature maps (Python script)", lambda: ui.compute(inside.script, **view.asked()), "feature_maps.py", "text/x-python", "code")
            stored = f"{view.name.replace(':', '-')}.safetensors"
            weights = ui.File("Weights (safetensors)", lambda: inside.weights_file(view.name), stored, "application/octet-stream", "deployed_code")
            ui.files("feature_maps!files", [program, weights])


def _computed(view: FeatureMaps) -> tuple[dict[str, Any], dict[str, Any]]:
    return ui.compute(inside.feature_maps, **view.asked()), ui.compute(inside.unit, **view.unit())


def _pictures(view: FeatureMaps, moved: FeatureMaps) -> dict[str, Any]:
    """All pictures when the picture changed; the unit and its mark among the maps alone when only another unit was chosen."""
    try:
        if moved.asked() == view.asked():
            return {"unit": ("convolution_unit", figures.unit(ui.compute(inside.unit, **moved.unit())))}
        data, unit = _computed(moved)
    except UserError:  # an empty pad: the script run that follows says so
        return {}
    return {"steps": ("convolution_images", figures.steps(data)), "answers": ("convolution_answers", figures.answers(data)),
            "maps": ("convolution_maps", figures.maps(data, unit["at"])), "unit": ("convolution_unit", figures.unit(unit))}  # fmt: skip
