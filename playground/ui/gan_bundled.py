"""The bundled generator on the GAN screen: a sheet of samples to click, and what can be done with those that were clicked."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import IMAGE_BYTES, MIB
from playground.data import downloads, shelf
from playground.experiments import gan_bundled as asked
from playground.experiments.gan_bundled import COLUMNS, GAP, ROWS
from playground.experiments.gan_words import USES, GanLook
from playground.figures import convolution
from playground.figures import gan_bundled as figures
from playground.figures.gan_digits import walk
from playground.runs.engine import get_engine
from playground.ui.convolution_canvas import show
from playground.zoo import gan_models

IMAGES = "convolution_images"
KINDS = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]
FILM_HEIGHT = 300


def page() -> None:
    """Everything below the choice of the part."""
    if not gan_models.ready():
        st.info("No trained generator is bundled with this installation. `python -m playground gan train gan-digits` makes it.", icon=":material/inventory_2:")
        return
    look = ui.controls(GanLook, only=("digit", "truncation", "wall_seed"), container=st.container(horizontal=True, gap="medium"), width=190)
    st.segmented_control("With the samples", list(USES), key=f"{GanLook.key}.use", format_func=USES.get, required=True, label_visibility="collapsed")
    look = ui.controls(GanLook, only=())
    peek = ui.following(GanLook, look, _moved)
    with ui.plain_words():
        left, right = st.columns([1.25, 1], gap="large")
        with left:
            show(IMAGES, _sheet(look, ui.compute), peek=peek, on_drag=_take)
            st.caption("Nobody wrote any of these digits. **Click** one: it becomes A, and those clicked before it B and C.")
        with right:
            _used(look, peek)
    _card(gan_models.card())
    with ui.explain():
        _maths(look)
    ui.tasks([
        ui.Task("gan-bundled-typical", "Turn truncation down to 0.3. What is gained, what is lost?", look.truncation <= 0.3),
        ui.Task("gan-bundled-copy", "Is a sample of yours a copy? Look for the nearest training image.", look.use == "nearest"),
        ui.Task("gan-bundled-fool", "Draw a digit by hand that D takes for real.", st.session_state.get("gan!taken", False)),
    ])  # fmt: skip


def _sheet(look: GanLook, compute: Any) -> Any:
    return figures.sheet(compute(asked.sheet, **_settings(look)), look.chosen(), ROWS, COLUMNS, GAP)


def _picks(look: GanLook, compute: Any) -> Any:
    count = 3 if look.use == "sum" else 1 if look.use == "nearest" else 2
    return figures.picks(compute(asked.picked, **_settings(look), picks=look.chosen()[:count]), count)


def _settings(look: GanLook) -> dict[str, Any]:
    return {"seed": look.wall_seed, "digit": look.digit, "truncation": look.truncation}


def _moved(look: GanLook) -> dict[str, tuple[str, Any]]:
    """The pictures that follow a slider, a press on the sheet or the pen while it moves."""
    compute = get_engine().compute
    found = {"bundled-wall": (IMAGES, _sheet(look, compute))}
    if look.use in ("between", "sum", "nearest"):
        found["bundled-picks"] = (IMAGES, _picks(look, compute))
    if look.use == "sum":
        found["bundled-sums"] = (IMAGES, figures.sums(compute(asked.combined, **_settings(look), picks=look.chosen())))
    if look.use == "judge" and (look.ink or look.own):
        try:
            data = compute(asked.judge, drawing=look.ink, own=look.own)
        except UserError:  # said by the script run that follows
            return found
        found |= {"bundled-given": (IMAGES, figures.given(data)), "bundled-answers": ("lines", figures.answers(data)), "bundled-standing": ("lines", figures.standing(data))}
    return found


def _take(at: dict[str, Any]) -> None:
    ui.set_values(GanLook, **ui.current(GanLook).dragged(at))


def _used(look: GanLook, peek: dict[str, str]) -> None:
    if look.use in ("between", "sum", "nearest"):
        show(IMAGES, _picks(look, ui.compute), peek=peek)
    {"between": _between, "walk": _walk, "sum": _sum, "nearest": _nearest, "judge": _judge}[look.use](look, peek)


def _between(look: GanLook, peek: dict[str, str]) -> None:
    first, second, _ = look.chosen()
    film = ui.compute(asked.way, **_settings(look), first=first, second=second)
    ui.player(film, walk(film["frames"]), key="bundled-way", height=FILM_HEIGHT)
    st.caption("From A to B and back, along a great circle of the noise, where every place between is as likely as its ends (White 2016); the class goes over as well.")


def _walk(look: GanLook, peek: dict[str, str]) -> None:
    film = ui.compute(asked.walk, **_settings(look))
    ui.player(film, walk(film["frames"]), key="bundled-walk", height=FILM_HEIGHT + 60)
    st.caption("A round trip over five places of the noise. Every picture on the way is a digit, more or less: G has learnt a space of digits, not a list.")


def _sum(look: GanLook, peek: dict[str, str]) -> None:
    show(IMAGES, figures.sums(ui.compute(asked.combined, **_settings(look), picks=look.chosen())), peek=peek)
    st.caption("Noise is a list of 64 numbers, so it can be added (Radford et al. 2016, section 6.3.2). Take a slanted A and an upright B of one class: what they differ in is "
               "added to C. The sum is brought back to the usual length of noise.")  # fmt: skip


def _nearest(look: GanLook, peek: dict[str, str]) -> None:
    data = ui.compute(asked.neighbours, **_settings(look), pick=look.chosen()[0])
    pictures = _learnt(data["rows"])
    panel = figures.found(data, pictures)
    if panel is not None:
        show(IMAGES, panel)
    else:
        lines = [{"training image": int(row), "class": int(each), "distance": float(far)} for row, each, far in zip(data["rows"], data["classes"], data["distances"], strict=True)]
        st.dataframe(lines, hide_index=True, column_config={"distance": st.column_config.NumberColumn(format="%.2f")})
        st.caption("Their numbers in MNIST's training part. The images are not part of this installation; fetch MNIST on **Train a network** to see them here.")
    st.caption(f"Nearest of {data['compared']:,} training images, in the features of our own digit classifier. Of real digits that were never learnt from, "
               f"**{data['nearer']:.0%}** have a nearer one: {'this sample lies suspiciously near' if data['nearer'] < 0.02 else 'no sign of a copy'}.")  # fmt: skip


def _learnt(rows: np.ndarray) -> np.ndarray | None:
    """Training images by number, when the visitor has MNIST."""
    if not downloads.ready("mnist"):
        return None
    from playground.data import datasets

    return np.ascontiguousarray(datasets.load("mnist").images[rows, 0])


def _judge(look: GanLook, peek: dict[str, str]) -> None:
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show("convolution_pad", convolution.pad(look.ink, f"{GanLook.key}!pad", "" if look.ink else "Draw a digit."), peek=peek, on_drag=_take)
        with st.popover("Upload a picture", icon=":material/upload:", width="stretch"):
            _bring(st.file_uploader("A picture of one digit", type=KINDS, key="gan!file", max_upload_size=IMAGE_BYTES // MIB, help="It stays on this machine."))
    with right, ui.plain_words():
        if not look.ink and not look.own:
            st.caption("D has only ever judged digits of MNIST and what G made. Draw one, or upload a photograph of one: what does it think of yours?")
            return
        data = ui.compute(asked.judge, drawing=look.ink, own=look.own)
        show(IMAGES, figures.given(data), peek=peek)
    _opinion(data, peek)


def _opinion(data: dict[str, Any], peek: dict[str, str]) -> None:
    best, score = int(data["scores"].argmax()), float(data["scores"].max())
    st.session_state["gan!taken"] = bool(score > 0) or st.session_state.get("gan!taken", False)
    for panel in (figures.answers(data), figures.standing(data)):
        ui.lines(panel.arrays, panel.spec, key=panel.key, height=panel.height, peek=peek)
    st.caption(f"D likes it best as a **{best}**: {score:+.2f}, which is {'real' if score > 0 else 'made up'} to it. It gives {data['better']:.0%} of real test digits and "
               f"{data['fooled']:.0%} of G's samples a lower score. The hinge loss asks for +1 and more of real images, −1 and less of fakes.")  # fmt: skip


def _bring(file: Any) -> None:
    """Takes a new file through the gate onto the shelf."""
    from playground.data.uploads_photographs import read_photograph

    if file is None or st.session_state.get("gan!seen") == file.file_id:
        return
    st.session_state["gan!seen"] = file.file_id
    with ui.plain_words():
        ui.set_values(GanLook, own=shelf.put({"image": read_photograph(file.name, file.getvalue())}, {"kind": "photograph"}), ink="")
        st.rerun()


def _maths(look: GanLook) -> None:
    st.markdown("D's score has two parts: how real an image looks at all, and how well its features $h(x)$ fit the class $c$ that it is told (Miyato and Koyama 2018). "
                "Every layer of D was divided by its largest singular value, so that the score cannot change faster than the image (Miyato et al. 2018):")  # fmt: skip
    st.latex(r"D(x, c) = \psi(h(x)) + \langle v_c, h(x)\rangle")
    st.latex(r"L_D = \mathbb E\,[1 - D(x, c)]_+ + \mathbb E\,[1 + D(G(z, c), c)]_+, \qquad L_G = -\,\mathbb E\,D(G(z, c), c)")
    st.markdown(f"The noise $z$ is 64 numbers from a standard normal, here multiplied by the truncation $t = {look.truncation:g}$, so that its length is about "
                f"$8t = {8 * look.truncation:.1f}$ instead of $\\sqrt{{64}} = 8$. A way from A to B turns by the angle $\\Omega$ between them:")  # fmt: skip
    st.latex(r"z(s) = \frac{\sin((1-s)\,\Omega)}{\sin\Omega}\,z_A + \frac{\sin(s\,\Omega)}{\sin\Omega}\,z_B")


def _card(about: Any) -> None:
    with st.expander(f"**{about.name}**: {about.words}", icon=":material/badge:"):
        st.markdown(f"{about.how} Learnt from {about.data}, {about.licence}. {about.parameters:,} parameters, {about.bytes / 1e6:.1f} MB, `{about.command}`.")
        st.markdown("\n".join(f"- {name}: **{value:g}**" for name, value in about.scores.items()))
