"""Activation functions: their curves, one neuron, softmax, gates, a race through deep stacks, and one network with each."""

import streamlit as st

from playground import ui
from playground.experiments import activation_views as views
from playground.experiments import signal_race
from playground.experiments.network_race import ActivationRace
from playground.explain import activation_tasks as tasks
from playground.explain import activation_words as words
from playground.explain import network_race_words as race_words
from playground.figures import activations as figures
from playground.figures import network_race, signal
from playground.figures.panels import Rows

# part: what it sets, what computes it, how it is drawn, explained and tried
PARTS = {
    "curves": (views.ActivationCurves, views.curves, figures.curves, words.curves_maths, tasks.curves),
    "neuron": (views.Neuron, views.neuron_field, figures.neuron, words.neuron_maths, tasks.neuron),
    "softmax": (views.SoftmaxView, views.softmax_numbers, figures.softmax, words.softmax_maths, tasks.softmax),
    "gates": (views.GateView, views.gate_field, figures.gates, words.gate_maths, tasks.gates),
    "signal": (signal_race.SignalRace, signal_race.propagate, signal.signal, words.signal_maths, tasks.signal),
}


def paint(rows: Rows, source=None, on_drag=None) -> None:
    for row in rows:
        for column, panel in zip(st.columns([each.weight for each in row]), row, strict=True):
            with column:
                if panel.title:
                    st.markdown(f"**{panel.title}**")
                if panel.spec is None:
                    st.markdown(panel.words)
                else:
                    draw = ui.lines if panel.spec["kind"] == "curves" else ui.stage
                    drag = on_drag if panel.drags else None
                    draw(source or panel.arrays, panel.spec, key=panel.key, height=panel.height, on_drag=drag)


def set_up(kind, presets):
    ui.presets(kind, [ui.Preset(*row) for row in presets], keep=("part",))
    return ui.controls(kind, container=st.sidebar, hide=ui.controls(kind, only=()).unused_controls())


def still(part: str) -> None:
    kind, function, draw, explain, try_this = PARTS[part]
    view = set_up(kind, words.PRESETS[part])
    data = ui.compute(function, **view.arguments())
    paint(draw(view, data), on_drag=lambda at: ui.set_values(kind, **view.dragged(at)))
    if part == "signal":
        atlas(view)
    with ui.explain():
        st.markdown(explain(view, data))
    ui.tasks([ui.Task(*each) for each in try_this(view, data)])


def atlas(view: signal_race.SignalRace) -> None:
    said = "252 stacks as deep as these; takes a second or two."
    if st.toggle("Every activation with every start", key="signal-atlas", help=said):
        with st.spinner("Sending the batch through 252 stacks …"):
            data = ui.compute(signal_race.atlas, **view.arguments(whole=False))
        ui.plot(signal.atlas(data), key="atlas", alt="Gradient left at the first layer, for every activation and start")


def train() -> None:
    view = set_up(ActivationRace, race_words.ACTIVATION_PRESETS)
    run = ui.run(view.to_run(), name=ActivationRace.key)
    ui.transport(run)
    paint(network_race.race(view), run)
    ui.watched(measured)(run, view)
    with ui.explain():
        st.markdown(race_words.maths(view))


def measured(run, view) -> None:
    metrics = run.metrics()
    if len(metrics.get("step", ())):
        st.markdown(race_words.table(view, metrics, {}))
    ui.tasks([ui.Task(*each) for each in race_words.tasks(view, metrics)])


screen = ui.controls(views.ActivationCurves, only=())
ui.intro("Activation functions", words.INTRODUCTIONS[screen.part])
st.segmented_control("Part", list(views.PARTS), key="activations.part", format_func=views.PARTS.get, required=True, label_visibility="collapsed")
with ui.plain_words():
    if screen.part in PARTS:
        still(screen.part)
    else:
        train()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
