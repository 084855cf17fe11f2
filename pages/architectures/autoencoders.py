"""Autoencoders: inputs are squeezed into a few numbers and made anew; what the numbers mean, and what cannot be made of them."""

import streamlit as st

from playground import ui
from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_words import INSIDE, PRESETS, AutoencoderLook
from playground.explain import autoencoder_words as words
from playground.explain.autoencoder_rules import RULES
from playground.ui import autoencoder as parts
from playground.ui import autoencoder_data, autoencoder_parts

ui.intro("Autoencoders", "An **encoder** squeezes every input into a few numbers, a **decoder** makes it anew from them. "
                         "Drag the handle and see what it makes of any place among them.")  # fmt: skip

parts.prepare()
ui.controls(AutoencoderLook, only=())  # takes over an opened link before the first button is drawn
ui.presets(Autoencoder, [ui.Preset(*each) for each in PRESETS], keep=("own",))
now = ui.controls(Autoencoder, only=())
autoencoder_data.picker(now)
parts.front(now)
ui.controls(Autoencoder, container=st.sidebar, hide=parts.unused(now))
experiment, look = ui.current(Autoencoder), ui.current(AutoencoderLook)

with ui.plain_words():
    given = parts.data_of(experiment)
    if given is not None:
        run = ui.run(experiment)
        ui.transport(run, new_data=True)
        peek = parts.following(run, experiment, look, given)
        parts.screen(run, experiment, look, given, peek)
        ui.coach(run, RULES)

        offered = parts.offered(given)
        if look.inside not in offered:
            ui.set_values(AutoencoderLook, inside=offered[0])
        st.segmented_control("Look inside", offered, key=f"{AutoencoderLook.key}.inside", format_func=INSIDE.get, required=True)
        look = ui.controls(AutoencoderLook, only=())
        autoencoder_parts.inside(run, experiment, look, given, peek)
        ui.take_home(run)
        with ui.explain():
            ui.watched(autoencoder_parts.maths, 1.0 if run.active else None)(run, experiment)
        ui.watched(autoencoder_parts.tasks, 1.0 if run.active else None)(run, experiment, given)
ui.glossary(words.GLOSSARY)
ui.references(words.REFERENCES)
