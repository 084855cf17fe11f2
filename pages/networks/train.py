"""Train a network: real data, a network of one's own layer by layer, and a look at where it fails."""

import streamlit as st

from playground import ui
from playground.experiments.train import Train
from playground.experiments.train_words import PARTS, PRESETS, TrainLook
from playground.explain import train_words as words
from playground.ui import panels
from playground.ui import train as parts

ui.intro("Train a network", "Bring your data, stack up layers, watch the network learn, and find out where it fails. Everything runs here, live.")

parts.prepare()
ui.controls(TrainLook, only=())  # takes over an opened link before the first button is drawn
ui.presets(Train, [ui.Preset(*each) for each in PRESETS], keep=("own",))
panels.choose(TrainLook, PARTS)
look = ui.controls(TrainLook, only=())
now = ui.controls(Train, only=())
ui.controls(Train, container=st.sidebar, hide=parts.unused(now))

with ui.plain_words():
    run, experiment = parts.run_of(ui.current(Train), look.part)
    parts.draw(run, experiment, look)
    if run is not None:
        parts.foot(run, experiment)
    ui.glossary(words.GLOSSARY)
    ui.references(words.REFERENCES)
