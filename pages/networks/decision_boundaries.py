"""Decision boundaries: a small network learns to tell points of the plane apart."""

import streamlit as st

from playground import ui
from playground.experiments.boundary import Boundary
from playground.experiments.boundary_words import PRESETS, BoundaryLook
from playground.explain.boundary_rules import RULES
from playground.ui import boundary as parts

ui.intro("Decision boundaries", "Press Play and watch a real network bend its boundary around the points. Hover a unit to see what it sees; "
         "click a weight to change it by hand.")  # fmt: skip

parts.take_pending()
ui.presets(Boundary, [ui.Preset(*each) for each in PRESETS], keep=("own",))
ui.controls(Boundary, container=st.sidebar, hide=("dataset", "learning_rate", "activation", "optimizer", "loss"))
experiment = ui.controls(Boundary, container=st.container(horizontal=True), only=("dataset", "activation", "loss", "optimizer", "learning_rate"), width=164)
look = ui.current(BoundaryLook)

with ui.plain_words():
    run = ui.run(experiment, speed="epoch")
    ui.transport(run, new_data=experiment.dataset != "own")
    parts.picture(run, experiment, look)
    ui.coach(run, RULES)

    look = ui.controls(BoundaryLook, only=("inside",), wide=True)
    parts.inside(run, experiment, look)
    if look.inside == "race":
        ui.race(Boundary, experiment, picture=parts.racer)
    parts.own_data(experiment, look)
    ui.take_home(run)

    with ui.explain():
        parts.maths(run, experiment)
    metrics = run.last_metrics()
    ui.tasks([
        ui.Task("boundary-solve", "Bring the test accuracy of a spiral to 98 % or more.", experiment.dataset == "spiral" and metrics.get("test_accuracy", 0) >= 0.98),
        ui.Task("boundary-linear", "Solve XOR without any hidden layer. Which input makes it a straight line?",
                experiment.dataset == "xor" and not experiment.hidden_sizes and metrics.get("test_accuracy", 0) >= 0.95),
        ui.Task("boundary-edit", "Change one weight by hand and watch the boundary jump.", any(each.edit for each in run.changes)),
        ui.Task("boundary-race", "Race three learning rates on one data set.", len(st.session_state.get("boundary!race", [])) >= 3),
    ])  # fmt: skip
    ui.glossary(["epoch", "batch", "learning rate", "loss", "activation", "overfitting", "standardisation", "logits"])
    ui.references(["Rumelhart, Hinton and Williams 1986", "Smilkov et al. 2017, Direct-Manipulation Visualization of Deep Networks",
                   "Kingma and Ba 2015", "Glorot and Bengio 2010"])  # fmt: skip
