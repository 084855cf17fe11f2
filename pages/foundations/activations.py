"""Activation functions: their curves, one neuron, softmax, gates, a race through deep stacks, and one network with each."""

import streamlit as st

from playground import ui
from playground.experiments import activation_views as views
from playground.experiments.network_race import ActivationRace
from playground.experiments.signal_race import SignalRace, atlas, propagate
from playground.explain import activation_tasks as tasks
from playground.explain import activation_words as words
from playground.explain import network_race_words as race_words
from playground.figures import activations as figures
from playground.figures import network_race, signal
from playground.functions.activations import ACTIVATIONS
from playground.functions.initialisers import INITIALISERS
from playground.ui import panels

# part: what computes it, how it is drawn, explained and tried
STILL = {
    "curves": (views.ActivationCurves, views.curves, figures.curves, words.curves_maths, tasks.curves),
    "neuron": (views.Neuron, views.neuron_field, figures.neuron, words.neuron_maths, tasks.neuron),
    "softmax": (views.SoftmaxView, views.softmax_numbers, figures.softmax, words.softmax_maths, tasks.softmax),
    "gates": (views.GateView, views.gate_field, figures.gates, words.gate_maths, tasks.gates),
    "signal": (SignalRace, propagate, signal.signal, words.signal_maths, tasks.signal),
}


def every_pair(view: SignalRace) -> None:
    count = len(ACTIVATIONS) * len(INITIALISERS)
    st.toggle("Every activation with every start", key="signal.atlas", help=f"{count} stacks as deep as these; takes a few seconds.")
    if view.atlas:
        with st.spinner(f"Sending the batch through {count} stacks …"):
            data = ui.compute(atlas, **view.arguments(whole=False))
        st.caption("Pale: the gradient arrives as it left. Orange: it vanishes. Blue: it explodes.")
        ui.plot(signal.atlas(data), key="atlas", alt="Gradient left at the first layer, for every activation and start")


part = ui.controls(views.ActivationCurves, only=()).part
ui.intro("Activation functions", words.INTRODUCTIONS[part])
panels.choose(views.ActivationCurves, views.PARTS)
with ui.plain_words():
    if part == "train":
        panels.live(ActivationRace, race_words.ACTIVATION_PRESETS, network_race.race, race_words.maths, race_words.table, race_words.tasks)
    else:
        kind, *rest = STILL[part]
        panels.still(kind, words.PRESETS[part], *rest, after=every_pair if part == "signal" else None)
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
