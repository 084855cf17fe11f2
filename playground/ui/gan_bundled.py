"""A bundled generator on the GAN screen: a sheet of samples to click, and what can be done with those that were clicked."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.data import downloads
from playground.experiments import gan_bundled as asked
from playground.experiments.gan_words import USES, GanFaces, GanLook, Samples
from playground.explain.gan_bundled_words import WORDS, Words
from playground.explain.numbers import signed
from playground.figures import convolution
from playground.figures import gan_bundled as figures
from playground.runs.engine import get_engine
from playground.ui import own_pictures
from playground.ui.convolution_canvas import show
from playground.zoo import gan_models

IMAGES = "convolution_images"
FILM_HEIGHT = 320
FOOLED = 0.1  # share of real faces that a made-up one has to be liked better than
NEAR = 0.02  # share of unseen images below which a sample lies suspiciously near to a training image


def digits() -> None:
    """The part of the generator of digits: everything below the choice of the part."""
    page(GanLook)


def faces() -> None:
    """The part of the generator of faces."""
    page(GanFaces)


def page(kind: type[Samples]) -> None:
    """The part of the generator that `kind` asks about."""
    if not gan_models.ready(kind.model):
        st.info(f"This generator is not part of this installation. `{gan_models.FAMILIES[kind.model].command}` trains it.", icon=":material/inventory_2:")
        return
    row = st.container(horizontal=True, gap="medium")
    ui.controls(kind, only=("digit",), container=row, width=190)
    ui.controls(kind, only=("truncation", "wall_seed"), container=row, width=190)
    st.segmented_control("With the samples", list(USES), key=f"{kind.key}.use", format_func=USES.get, required=True, label_visibility="collapsed")
    look = ui.controls(kind, only=())
    words = WORDS[kind.model]
    peek = ui.following(kind, look, _moved)
    with ui.plain_words():
        left, right = st.columns([1.25, 1], gap="large")
        with left:
            show(IMAGES, _sheet(look, ui.compute), peek=peek, on_drag=lambda at: _take(kind, at))
            st.caption(f"{words.sheet} **Click** one: it becomes A, and those clicked before it B and C.")
        with right:
            _used(look, words, peek)
    _card(gan_models.card(kind.model))
    with ui.explain():
        _maths(look, words)
    ui.tasks([
        ui.Task(f"{kind.key}-typical", "Turn truncation down to 0.3. What is gained, what is lost?", look.truncation <= 0.3),
        ui.Task(f"{kind.key}-copy", "Is a sample of yours a copy? Look for the nearest training image.", look.use == "nearest"),
        ui.Task(f"{kind.key}-fool", "Draw a digit by hand that D takes for real." if kind is GanLook else "Find a made-up face that D likes better than one real face in ten.",
                st.session_state.get(f"{kind.key}!taken", False)),
    ])  # fmt: skip


def _sheet(look: Samples, compute: Any) -> Any:
    family = gan_models.FAMILIES[look.model]
    return figures.sheet(compute(asked.sheet, **look.asked()), look.chosen(), family.rows, family.columns, asked.GAP)


def _picks(look: Samples, compute: Any) -> Any:
    count = 1 if look.use == "nearest" else 2
    return figures.picks(compute(asked.picked, **look.asked(), picks=look.chosen()[:count]), count)


def _moved(look: Samples) -> dict[str, tuple[str, Any]]:
    """The pictures that follow a slider, a press on the sheet or the pen while it moves."""
    compute = get_engine().compute
    found = {"bundled-wall": (IMAGES, _sheet(look, compute))}
    if look.use in ("between", "nearest"):
        found["bundled-picks"] = (IMAGES, _picks(look, compute))
    if look.use == "sum":
        found["bundled-sums"] = (IMAGES, figures.sums(compute(asked.combined, **look.asked(), picks=look.chosen())))
    if look.use == "judge":
        try:
            data = _judged(look, compute)
        except UserError:  # said by the script run that follows
            return found
        found |= {panel.key: (part, panel) for part, panel in _opinion(look, data)}
    return found


def _take(kind: type[Samples], at: dict[str, Any]) -> None:
    ui.set_values(kind, **ui.current(kind).dragged(at))


def _used(look: Samples, words: Words, peek: dict[str, str]) -> None:
    if look.use in ("between", "nearest"):
        show(IMAGES, _picks(look, ui.compute), peek=peek)
    {"between": _between, "walk": _walk, "sum": _sum, "nearest": _nearest, "judge": _judge}[look.use](look, words, peek)


def _between(look: Samples, words: Words, peek: dict[str, str]) -> None:
    first, second, _ = look.chosen()
    film = ui.compute(asked.way, **look.asked(), first=first, second=second)
    ui.player(film, figures.film(film["frames"], words.one), key="bundled-way", height=FILM_HEIGHT)
    st.caption(words.between)


def _walk(look: Samples, words: Words, peek: dict[str, str]) -> None:
    film = ui.compute(asked.walk, **look.asked())
    ui.player(film, figures.film(film["frames"], words.one), key="bundled-walk", height=FILM_HEIGHT + 60)
    st.caption(words.walk)


def _sum(look: Samples, words: Words, peek: dict[str, str]) -> None:
    show(IMAGES, figures.sums(ui.compute(asked.combined, **look.asked(), picks=look.chosen())), peek=peek)
    st.caption(f"Noise is a list of {words.numbers} numbers, so it can be added (Radford et al. 2016, section 6.3.2). {words.sums} "
               "The sum is brought back to the usual length of noise.")  # fmt: skip


def _nearest(look: Samples, words: Words, peek: dict[str, str]) -> None:
    data = ui.compute(asked.neighbours, **look.asked(), pick=look.chosen()[0])
    panel = figures.found(data, _learnt(data["rows"])) if look.model == gan_models.NAME else None
    if panel is not None:
        show(IMAGES, panel)
    else:
        classes = [{"class": int(each)} for each in data.get("classes", ())] or [{}] * len(data["rows"])
        lines = [{"training image": int(row), **each, "distance": float(far)} for row, each, far in zip(data["rows"], classes, data["distances"], strict=True)]
        st.dataframe(lines, hide_index=True, column_config={"distance": st.column_config.NumberColumn(format="%.2f")})
        st.caption("Their numbers in MNIST's training part. The images are not part of this installation; fetch MNIST on **Train a network** to see them here."
                   if look.model == gan_models.NAME else
                   "Their numbers among the pictures it learnt from, found by the recipe for every sample of every sheet "
                   f"at truncation {gan_models.FAMILIES[look.model].truncation:g}. The photographs belong to "
                   "their owners: neither they nor anything they could be made of is part of this app.")  # fmt: skip
    st.caption(f"Nearest of {data['compared']:,} training images, in {words.features}. Of {words.real}, "
               f"**{data['nearer']:.0%}** have a nearer one: {'this sample lies suspiciously near' if data['nearer'] < NEAR else 'no sign of a copy'}.")  # fmt: skip


def _learnt(rows: np.ndarray) -> np.ndarray | None:
    """Training images by number, when the visitor has MNIST."""
    if not downloads.ready("mnist"):
        return None
    from playground.data import datasets

    return np.ascontiguousarray(datasets.load("mnist").images[rows, 0])


# What D thinks ------------------------------------------------------------------------------------------------------------------------


def _judge(look: Samples, words: Words, peek: dict[str, str]) -> None:
    if isinstance(look, GanLook):
        left, right = st.columns([1, 1], gap="medium")
        with left:
            show("convolution_pad", convolution.pad(look.ink, f"{GanLook.key}!pad", "" if look.ink else "Draw a digit."), peek=peek, on_drag=lambda at: _take(GanLook, at))
            own_pictures.choose(GanLook, "A picture of one digit", ink="")
        if not look.ink and not look.own:
            right.caption("D has only ever judged digits of MNIST and what G made. Draw one, or upload a photograph of one: what does it think of yours?")
            return
    else:
        right = st.container()
        own_pictures.choose(GanFaces, "A photograph of a face", camera=True)
        if look.own:
            ui.controls(GanFaces, only=("zoom", "across", "down"), container=st.container(horizontal=True, gap="small"), width=150)
            st.caption("Frame the face as the made-up ones are: D has never seen any other framing. A click on the sheet goes back to the samples.")
    with right:
        data = _judged(look, ui.compute)
        (part, panel), *others = _opinion(look, data)
        show(part, panel, peek=peek)
    for _, panel in others:
        ui.lines(panel.arrays, panel.spec, key=panel.key, height=panel.height, peek=peek)
    _said(look, words, data)


def _judged(look: Samples, compute: Any) -> dict[str, Any]:
    """D's opinion of what is drawn or uploaded, or of sample A.

    Raises:
        UserError: When nothing is drawn, or the picture is gone.
    """
    if isinstance(look, GanFaces):
        return compute(asked.judge_face, seed=look.wall_seed, truncation=look.truncation, pick=look.chosen()[0], own=look.own, framing=look.framing())
    return compute(asked.judge, drawing=look.ink, own=look.own)


def _opinion(look: Samples, data: dict[str, Any]) -> list[tuple[str, Any]]:
    """The panels of D's opinion, each with the component that draws it."""
    first = [(IMAGES, figures.given(data, "cut out, shrunk, centred" if isinstance(look, GanLook) else "your picture" if look.own else "sample A"))]
    return first + [("lines", figures.answers(data))] * (len(data["scores"]) > 1) + [("lines", figures.standing(data, WORDS[look.model].real))]


def _said(look: Samples, words: Words, data: dict[str, Any]) -> None:
    best, score = int(data["scores"].argmax()), float(data["scores"].max())
    taken = f"{look.key}!taken"
    fooled = score > 0 if isinstance(look, GanLook) else not look.own and data["better"] >= FOOLED
    st.session_state[taken] = bool(fooled) or st.session_state.get(taken, False)
    verdict = signed(score) + f", which is {'real' if score > 0 else 'made up'} to it"
    liked = f"D likes it best as a **{best}**: " if len(data["scores"]) > 1 else "D's score is "
    st.caption(f"{liked}{verdict}. "
               f"It gives {data['better']:.0%} of {words.real}, and {data['fooled']:.0%} of G's samples a lower score. "
               "The hinge loss asks for +1 and more of real images, −1 and less of fakes.")  # fmt: skip


# Words ------------------------------------------------------------------------------------------------------------------------------------


def _maths(look: Samples, words: Words) -> None:
    st.markdown(words.how)
    st.latex(words.d_score)
    st.latex(words.losses)
    long, (first, second, _) = words.numbers**0.5, look.chosen()
    turned = ui.compute(asked.angle, seed=look.wall_seed, first=first, second=second, name=look.model)
    st.markdown(f"The noise $z$ is {words.numbers} numbers from a standard normal, here multiplied by the truncation $t = {look.truncation:g}$, so that its length is about "
                f"$t\\sqrt{{{words.numbers}}} = {long * look.truncation:.1f}$ instead of ${long:.1f}$. {words.typical} A way from A to B turns by the angle "
                f"$\\Omega$ between them, here ${turned:.0f}°$ (in so many dimensions almost all directions stand at right angles):")  # fmt: skip
    st.latex(r"z(s) = \frac{\sin((1-s)\,\Omega)}{\sin\Omega}\,z_A + \frac{\sin(s\,\Omega)}{\sin\Omega}\,z_B")


def _card(about: Any) -> None:
    with st.expander(f"**{about.name}**: {about.words}", icon=":material/badge:"):
        st.markdown(f"{about.how} Learnt from {about.data}: {about.split}. {about.parameters:,} parameters, {about.bytes / 1e6:.1f} MB, `{about.command}`.")
        st.markdown(f"**Terms:** {about.licence}.")
        st.markdown("\n".join(f"- {name}: **{value:g}**" for name, value in about.scores.items()))
    if about.name == gan_models.FACES:
        st.caption(f"**For research only**: {about.licence}. It knows the faces of famous people of around 2010 and repeats what is frequent among them.")
