"""The part of the recurrent screen where a bundled network, trained long before, reads and writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments import recurrent_reader as reading
from playground.experiments.recurrent_reader import COLOURS, Reader
from playground.experiments.recurrent_words import READER
from playground.explain import recurrent_tasks, recurrent_words
from playground.explain.numbers import signed
from playground.figures import recurrent_reader as figures
from playground.figures import text as text_figures
from playground.ui import text_parts
from playground.zoo import language_characters


def reader() -> None:
    """What the network writes, and what its units do while it reads."""
    if reading.NAME not in language_characters.character_cards():
        st.info("The trained network is not bundled with this installation. Its recipe makes it: `python -m playground.zoo.recipes.characters train`. "
                "Under “Text” a smaller one learns while you watch.", icon=":material/inventory_2:")  # fmt: skip
        return
    ui.presets(Reader, [ui.Preset(*row) for row in READER], keep=("draw",))
    view = ui.controls(Reader, only=())
    about = language_characters.character_card(reading.NAME)
    loss, right = (about.scores[key] for key in ("validation loss (nats a sign)", "validation accuracy"))
    size = f"One LSTM layer of {about.units} units, {about.parameters / 1e6:.2f} M parameters, {about.bytes / 1e6:.1f} MB."
    score = f"On lines it has never read: {loss:.3f} nats a sign (it hesitates among {np.exp(loss):.1f}), {right:.0%} of the next signs right."
    st.caption(f":material/verified: **{about.title}.** {size} {score}", help=f"{about.data}. {about.split}. {about.how}.")
    with ui.plain_words():
        _writes(view)
        data = _reads(view)
        ui.tasks([ui.Task(*each) for each in recurrent_tasks.reader(view, data)])
        with ui.explain():
            for kind, words in recurrent_words.reader_maths(view, data):
                (st.latex if kind == "latex" else st.markdown)(words)


def _writes(view: Reader) -> None:
    st.markdown("**It writes**")
    left, right = st.columns([1, 1.9], gap="large")
    with left:
        text_parts.line(Reader, view, "begin", "It begins", 80)
        ui.controls(Reader, only=("temperature", "count"), wide=True)
        st.button("Other luck", icon=":material/casino:", key="reader!draw", on_click=ui.set_values, args=(Reader,), kwargs={"draw": view.draw + 1})
    with right, st.spinner("Writing …"):
        found = ui.compute(reading.write, begin=view.begin, temperature=view.temperature, count=view.count, draw=view.draw)
        st.code(found["text"], language=None, wrap_lines=True, height=290)
        _unread(found)


def _reads(view: Reader) -> Any:
    st.markdown("**It reads.** Nobody told it of lines, words or names; some of its units keep track of them all the same. Point at a sign for its numbers.")
    ui.controls(Reader, only=("colour",), wide=True)
    if view.colour == "unit":
        ui.controls(Reader, only=("unit",))
    with st.spinner("Reading …"):
        data = ui.compute(reading.read, text=view.text)
    values, signed = data["surprise"], view.colour != "surprise"
    if signed:
        unit = view.unit if view.colour == "unit" else data["found"].get(view.colour, {}).get("unit", 0)
        values = data["cells"][unit].astype(np.float64)
        st.caption(_about(view, data, unit))
    st.html(figures.coloured(data["text"], values, data["surprise"], data["guesses"], signed=signed))
    st.html(figures.key(signed))
    st.html(text_figures.STYLE + text_figures.note(f"{len(data['text']):,} signs, {data['surprise'].mean():.3f} nats each"))
    _unread(data)
    with st.expander("Let it read something else", icon=":material/edit:"):
        text_parts.box(Reader, view, "text", "It reads", 220)
    return data


def _about(view: Reader, data: Any, unit: int) -> str:
    if view.colour == "unit":
        return f"Unit {unit} of {len(data['cells'])}."
    if view.colour not in data["found"]:
        return f"“{COLOURS[view.colour]}” does not vary in this text: nothing can follow it."
    r = data["found"][view.colour]["r"]
    how = "follows it closely" if abs(r) > 0.8 else "goes along with it" if abs(r) > 0.5 else "is the best there is, which is not much"
    return f"Of {len(data['cells'])} units, unit {unit} {how}: correlation {signed(r)}."


def _unread(found: Any) -> None:
    if found["ignored"]:
        st.caption(f"The network has never met these signs and skipped them: {text_figures.safe(found['ignored'][:60])}")
