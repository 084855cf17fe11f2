"""The convolution screen: the kernel lab, and the picture that every part begins with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import IMAGE_BYTES, MIB
from playground.experiments.convolution import KernelLab, convolve
from playground.experiments.convolution_pictures import DRAWN, UPLOADED
from playground.experiments.convolution_script import lab_script
from playground.explain import convolution_words as words
from playground.figures import convolution as figures
from playground.ui import panels
from playground.ui.convolution_canvas import setting, show

KINDS = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]


def picture(kind: Any, view: Any, peek: Any) -> None:
    """What is needed beside the choice of a picture: the pad when it is drawn, the file when it is uploaded."""
    if view.picture == DRAWN:
        show("convolution_pad", figures.pad(view.drawing, f"{kind.key}!pad", "" if view.drawing else "Draw here."), peek=peek, on_drag=setting(kind, view))
    elif view.picture == UPLOADED:
        _upload(kind)


@contextlib.contextmanager
def beside(kind: Any, view: Any, peek: Any) -> Iterator[None]:
    """The pad or the file to the left when there is one, and what follows to the right of it."""
    if view.picture not in (DRAWN, UPLOADED):
        yield
        return
    left, right = st.columns([1, 3.4], gap="medium")
    with left:
        picture(kind, view, peek)
    with right:
        yield


def waiting(view: Any) -> bool:
    """Whether the picture is still to be drawn or uploaded; says so."""
    words = "Draw on the black pad: everything here follows the pen." if view.picture == DRAWN else "Choose a file: it is read on this machine and goes nowhere else."
    missing = not (view.drawing if view.picture == DRAWN else view.upload if view.picture == UPLOADED else "there")
    if missing:
        st.info(words, icon=":material/draw:" if view.picture == DRAWN else ":material/upload:")
    return missing


def _upload(kind: Any) -> None:
    """Takes a file through the gate onto the shelf; what is wrong with it is said, and the former picture stays."""
    slot = f"{kind.key}!file"
    file = st.file_uploader("A picture", type=KINDS, key=slot, max_upload_size=IMAGE_BYTES // MIB, help="It stays on this machine, reduced to 256 pixels.")
    if file is None or st.session_state.get(f"{slot}.seen") == file.file_id:
        if problem := st.session_state.get(f"{slot}.problem"):
            st.error(problem, icon=":material/error:")
        return
    st.session_state[f"{slot}.seen"] = file.file_id
    st.session_state.pop(f"{slot}.problem", None)
    from playground.data import shelf
    from playground.data.uploads_picture import read_picture

    try:
        digest = shelf.put({"image": read_picture(file.name, file.getvalue())}, {"kind": "picture"})
    except UserError as error:
        st.session_state[f"{slot}.problem"] = str(error)
        st.error(str(error), icon=":material/error:")
        return
    ui.set_values(kind, upload=digest)
    st.rerun()


def lab() -> None:
    """Picture, kernel, window, output, and the sum behind each cell."""
    view = panels.set_up(KernelLab, words.PRESETS)
    peek = ui.following(KernelLab, view, lambda moved: {"lab": ("convolution", figures.lab(moved, ui.compute(convolve, **moved.arguments())))})
    with beside(KernelLab, view, peek), ui.plain_words():
        if waiting(view):
            return
        data = ui.compute(convolve, **view.arguments())
        show("convolution", figures.lab(view, data), peek=peek, on_drag=setting(KernelLab, view))
        ui.tasks([ui.Task(*each) for each in words.tasks(view, data)])
        with ui.explain():
            st.markdown(words.maths(view, data))
        with st.popover("Take it home", icon=":material/download:"):
            ui.files("convolution!files", [ui.File("This convolution (Python script)", lambda: lab_script(view, data["input"]), "convolution.py", "text/x-python", "code")])
