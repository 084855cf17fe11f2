"""Decision boundaries: a small network learns to tell points of the plane apart."""

import streamlit as st

from playground import ui
from playground.experiments.boundary import Boundary
from playground.experiments.boundary_words import PRESETS, BoundaryLook
from playground.explain.boundary_rules import RULES
from playground.ui import boundary as parts
from playground.ui import boundary_data

ui.intro("Decision boundaries", "A real network bends its boundary around the points, live. Hover a unit to see what it sees; click a weight to change it.")

boundary_data.prepare()
ui.presets(Boundary, [ui.Preset(*each) for each in PRESETS], keep=("own",))
now = ui.controls(Boundary, container=st.container(horizontal=True), only=parts.IN_FRONT, width=164)
experiment = ui.controls(Boundary, container=st.sidebar, hide=parts.unused(now))
look = ui.controls(BoundaryLook, only=())

with ui.plain_words():
    run = ui.run(experiment, speed="epoch")
    ui.transport(run, new_data=experiment.dataset != "own")
    parts.screen(run, experiment, look)
    ui.coach(run, RULES)

    look = ui.controls(BoundaryLook, only=("inside",), wide=True)
    parts.inside(run, experiment, look)
    if look.inside == "race":
        ui.race(Boundary, experiment, picture=parts.racer)
    elif look.inside == "sweep":
        ui.sweep(Boundary, experiment)
    ui.take_home(run)

    with ui.explain():
        parts.maths(run, experiment)
    ui.watched(parts.tasks)(run, experiment)
    ui.glossary(["epoch", "batch", "learning rate", "loss", "activation", "overfitting", "standardisation", "logits"])
    ui.references(["Rumelhart, Hinton and Williams 1986", "Smilkov et al. 2017, Direct-Manipulation Visualization of Deep Networks",
                   "Kingma and Ba 2015", "Glorot and Bengio 2010"])  # fmt: skip
