"""The part of the convolution screen where pictures grow that excite a filter, and the real pictures that excite it most."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.experiments.convolution_excite import Excite
from playground.experiments.convolution_excite_script import excite_script
from playground.explain import convolution_excite_words as words
from playground.explain import convolution_tops as tops
from playground.explain.convolution_inside import weights_file
from playground.figures import convolution_excite as figures
from playground.runs.engine import get_engine
from playground.runs.run import Run
from playground.ui import panels
from playground.ui.convolution_canvas import show
from playground.ui.convolution_trained import trained


def part() -> None:
    """Transport, the growing pictures, the climb, and the strongest real pictures of the filter looked at."""
    view = panels.set_up(Excite, words.PRESETS)
    trained(Excite, view)
    facts = ui.compute(tops.facts, name=view.name, layer=view.layer, first=view.first, count=view.count)
    chosen = min(view.chosen, len(facts["filters"]) - 1)
    run = ui.run(view)
    ui.transport(run)
    grown, beside = st.columns([1.6, 1], gap="medium")
    with grown:
        st.markdown(f"**Growing pictures for {facts['title']}**. Click one to look at it closely.")
        show("convolution_images", figures.grown(facts["filters"], facts["title"], chosen, facts["classes"]), run, on_drag=_choose)
    with beside:
        panels.paint([[figures.climb()]], run)
        with st.spinner("Asking the network about every picture of the collection …"):
            found = ui.compute(tops.strongest, name=view.name, layer=view.layer, channel=facts["filters"][chosen])
        st.markdown(f"**Real pictures that excite {_name(facts, chosen)} most**, of {found['count']:,}")
        show("convolution_images", figures.strongest(found))
    ui.watched(_measured)(run, view)
    with ui.explain():
        picture = run.view()
        st.markdown(words.maths(view, found, float(picture["activations"][chosen]) if picture and chosen < len(picture["activations"]) else None))
    with st.popover("The program", icon=":material/code:"):
        weights = f"{view.name.replace(':', '-')}.safetensors"
        ui.files("excite!program", [
            ui.File("These pictures (Python script)", lambda: _program(run, view), "excite.py", "text/x-python", "code"),
            ui.File("The network's weights (safetensors)", lambda: weights_file(view.name), weights, "application/octet-stream", "deployed_code"),
        ])  # fmt: skip
    ui.take_home(run)


def _name(facts: dict[str, Any], chosen: int) -> str:
    number = facts["filters"][chosen]
    return f"“{facts['classes'][number]}”" if facts["classes"] else f"filter {number + 1}"


def _program(run: Run, view: Excite) -> str:
    """The script that grows these pictures for as many steps as the run has taken."""
    return get_engine().compute(excite_script, values=view.values(), steps=max(1, run.step))


def _choose(at: dict[str, Any]) -> None:
    if at.get("first"):
        ui.set_values(Excite, chosen=int(at["number"]))


def _measured(run: Run, view: Excite) -> None:
    ui.tasks([ui.Task(*each) for each in words.tasks(view, run.metrics())])
