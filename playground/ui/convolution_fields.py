"""The part of the convolution screen that shows what a unit sees."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.convolution_inside import FeatureMaps
from playground.explain import convolution_fields as fields
from playground.explain import convolution_fields_words as words
from playground.explain import convolution_inside as inside
from playground.figures import convolution_fields as figures
from playground.figures import convolution_inside as maps
from playground.ui import panels
from playground.ui.convolution import beside, waiting
from playground.ui.convolution_canvas import setting, show
from playground.ui.convolution_trained import trained


def part() -> None:
    """The unit and its field on top, then the growth by layer and all maps to choose from."""
    view = panels.set_up(FeatureMaps, words.PRESETS)
    trained(FeatureMaps, view)
    peek = ui.following(FeatureMaps, view, lambda moved: _pictures(view, moved))
    with beside(FeatureMaps, view, peek), ui.plain_words():
        if waiting(view):
            return
        data, growth = ui.compute(fields.field, **view.unit()), ui.compute(fields.growth, name=view.name)
        show("convolution_images", figures.field(data), peek=peek, on_drag=setting(FeatureMaps, view))
        chosen, grown = st.columns([1.5, 1], gap="medium")
        with chosen:
            st.markdown("**Choose a map**")
            show("convolution_maps", maps.maps(ui.compute(inside.feature_maps, **view.asked()), data["at"]), peek=peek, on_drag=setting(FeatureMaps, view))
        with grown:
            st.markdown("**How the field grows**, of the middle unit")
            panels.paint([[figures.growth(growth, data["title"])]])
            st.caption(" · ".join(f"{i} {title}" for i, title in enumerate(growth["titles"], 1)))
        ui.tasks([ui.Task(*each) for each in words.tasks(view, data)])
        with ui.explain():
            st.markdown(words.maths(view, data, growth))


def _pictures(view: FeatureMaps, moved: FeatureMaps) -> dict[str, Any]:
    try:
        drawn = {"field": ("convolution_images", figures.field(ui.compute(fields.field, **moved.unit())))}
        if moved.asked() == view.asked():
            return drawn
        found = ui.compute(inside.feature_maps, **moved.asked())
        return drawn | {"maps": ("convolution_maps", maps.maps(found, [moved.layer, moved.channel]))}
    except UserError:  # an empty pad: the script run that follows says so
        return {}
