"""The bundled autoencoder of faces on the autoencoder screen: drawn faces to click, a picture of one's own, directions, ways."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.experiments.autoencoder_faces import COLUMNS, Faces
from playground.explain import autoencoder_faces as asked
from playground.explain.numbers import signed
from playground.figures import autoencoder_faces as figures
from playground.runs.engine import get_engine
from playground.ui import own_pictures
from playground.ui.convolution_canvas import show

IMAGES = "convolution_images"


def part() -> None:
    """Drawn faces on the left, what is done with one on the right, the way to another below."""
    now = ui.controls(Faces, only=("sheet", "spread"), container=st.container(horizontal=True, gap="medium"), width=220)
    peek = ui.following(Faces, now, lambda moved: _pictures(moved, get_engine().compute))
    with ui.plain_words():
        pictures = _pictures(now, ui.compute)
        left, right = st.columns([1, 1.05], gap="large")
        with left:
            show(*pictures["faces-wall"], peek=peek, on_drag=_take)
            st.caption("None of these people exists: each face is decoded from 128 random numbers. **Click** one: it becomes A, the one before it B.")
        with right:
            show(*pictures["faces-face"], peek=peek)
            _facts(now)
            ui.controls(Faces, only=("direction", "amount"), container=st.container(horizontal=True, gap="small"), width=190)
            show(*pictures["faces-strip"], peek=peek)
            _own(now)
        ui.controls(Faces, only=("share",), container=st.container(horizontal=True), width=320)
        show(*pictures["faces-way"], peek=peek)
    _card()


def _pictures(now: Faces, compute: Any) -> dict[str, tuple[str, Any]]:
    """Every picture by its key, with the component that draws it."""
    first, second = now.chosen()
    face = compute(asked.face, **_asked_face(now))
    made = [figures.sheet(compute(asked.wall, sheet=now.sheet, spread=now.spread), (first, second), COLUMNS, asked.GAP),
            figures.face(face, bool(now.own), now.direction), figures.strip(face, asked.REACH),
            figures.way(compute(asked.way, sheet=now.sheet, spread=now.spread, first=first, second=second, own=now.own, framing=now.framing(), share=now.share))]  # fmt: skip
    return {panel.key: (IMAGES, panel) for panel in made}


def _asked_face(now: Faces) -> dict[str, Any]:
    return {"sheet": now.sheet, "spread": now.spread, "pick": now.chosen()[0], "own": now.own, "framing": now.framing(), "direction": now.direction, "amount": now.amount}


def _facts(now: Faces) -> None:
    data = ui.compute(asked.face, **_asked_face(now))
    said = "like most faces" if data["distance"] < 1.3 * data["usual"] else "further out than almost any face it learnt from: it draws what it knows"
    st.caption(f"Mean squared error **{data['error']:.4f}**. The code lies {data['distance']:.1f} deviations from the mean code (faces usually {data['usual']:.1f}), {said}. "
               f"Direction {now.direction} holds {data['share']:.1%} of the spread of all codes; this face stands at {signed(data['at'], 1)} on it.")  # fmt: skip


def _take(at: dict[str, Any]) -> None:
    ui.set_values(Faces, **ui.current(Faces).dragged(at))


def _own(now: Faces) -> None:
    own_pictures.choose(Faces, "A photograph of a face", camera=True)
    if now.own:
        ui.controls(Faces, only=("zoom", "across", "down"), container=st.container(horizontal=True, gap="small"), width=150)
        st.caption("Frame the face as the drawn ones are: eyes a little above the middle, chin near the lower border.")


def _card() -> None:
    card = asked.about() or {}
    with st.expander(f"**{card['name']}**: {card['title']}", icon=":material/badge:"):
        st.markdown(f"{card['network']}, {card['parameters']:,} parameters, {card['bytes'] / 1e6:.1f} MB. {card['how']} Learnt from {card['data']}: {card['split']}. "
                    f"**Terms:** {card['licence']}. `{card['command']}`")  # fmt: skip
        st.markdown("\n".join(f"- {name}: **{value:g}**" for name, value in card["scores"].items()))
        st.caption("It knows the faces of famous people of around 2010 and repeats what is frequent among them: smiles, make-up, light skin. What is rare there it draws badly.")
