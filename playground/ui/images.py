"""The Images screen: a picture is chosen, drawn, uploaded or photographed, and a network names it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import IMAGE_BYTES, MIB, PHOTOGRAPH_FILES
from playground.data import shelf
from playground.experiments import images_predict
from playground.experiments.images import Images
from playground.experiments.images_predict import DRAWN, UPLOADED
from playground.experiments.images_script import script
from playground.explain import images_words as words
from playground.figures import convolution, convolution_inside
from playground.figures import images as figures
from playground.figures.panels import Panel
from playground.ui import images_models, makes_way, panels
from playground.ui.images_canvas import show

KINDS = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]
OWN = "images!own"  # digest and name of the pictures that this visitor brought
KEPT = 24  # of them in the gallery


def setting(view: Images) -> Any:
    """Takes what was drawn or chosen over into the settings; an answer that is pressed opens the part that explains it."""

    def take(at: dict[str, Any]) -> None:
        if at.get("name") == "picture" and str(at.get("key", "")).startswith("uploaded:"):
            ui.set_values(Images, picture=UPLOADED, upload=str(at["key"]).removeprefix("uploaded:")[:16])
            return
        changed = view.dragged(at)
        if "target" in changed and view.part == "predict":
            changed["part"] = "why"
        ui.set_values(Images, **changed)

    return take


def set_up() -> Images:
    """Presets, the network and the controls in the sidebar; returns the settings."""
    now = ui.controls(Images, only=())
    if now.part != "find":
        images_models.picker(now)
    if now.part in words.PRESETS:
        return panels.set_up(Images, words.PRESETS[now.part])
    return ui.controls(Images, container=st.sidebar, hide=now.unused_controls())


def source(view: Images) -> None:
    """The gallery, and the ways to bring a picture of one's own."""
    own: list[tuple[str, str]] = st.session_state.setdefault(OWN, [])
    more: dict[str, tuple[str, np.ndarray]] = {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Draw", key="images!draw", icon=":material/draw:", on_click=ui.set_values, args=(Images,), kwargs={"picture": DRAWN})
        box, close = makes_way.popover("Upload", "upload", "images!files!open")
        files = box.file_uploader("Pictures", type=KINDS, key="images!files", accept_multiple_files=True, max_upload_size=IMAGE_BYTES // MIB, on_change=close,
                                  help="They stay on this machine.")  # fmt: skip
        box, close = makes_way.popover("Camera", "photo_camera", "images!camera!open")
        shot = box.camera_input("Camera", key="images!camera", label_visibility="collapsed", on_change=close)
    _bring([*(files or [])[:PHOTOGRAPH_FILES], *([shot] if shot else [])])
    for digest, name in own[:KEPT]:
        try:
            more[f"uploaded:{digest}"] = (name, shelf.get(digest)[0]["image"])
        except UserError:  # deleted from the shelf to make room: it leaves the gallery
            own[:] = [each for each in own if each[0] != digest]
    selected = f"uploaded:{view.upload}" if view.picture == UPLOADED else view.picture
    show("images_gallery", figures.gallery(selected, more), on_drag=setting(view))
    for problem in st.session_state.get("images!refused", ())[:4]:
        st.error(problem, icon=":material/error:")


def _bring(files: list[Any]) -> None:
    """Takes new files through the gate onto the shelf; what is wrong with one is said, and the others are taken."""
    from playground.data.uploads_photographs import read_photograph

    seen: set[str] = st.session_state.setdefault("images!seen", set())
    fresh = [file for file in files if file.file_id not in seen]
    if not fresh:
        return
    refused, last = [], ""
    for file in fresh:
        seen.add(file.file_id)
        try:
            digest = images_predict.stored(read_photograph(file.name, file.getvalue()))
        except UserError as error:
            refused.append(str(error))
            continue
        own = st.session_state[OWN]
        own[:] = [(digest, file.name), *(each for each in own if each[0] != digest)][:KEPT]
        last = digest
    st.session_state["images!refused"] = refused
    if last:
        ui.set_values(Images, picture=UPLOADED, upload=last)
        st.rerun()


def waiting(view: Images) -> bool:
    """Whether the picture is still to be drawn or uploaded; says so."""
    if view.picture == DRAWN and not view.drawing:
        st.info("Draw on the black pad: the answer follows the pen.", icon=":material/draw:")
        return True
    if view.picture == UPLOADED and not view.upload:
        st.info("Choose a file above: it is read on this machine and goes nowhere else.", icon=":material/upload:")
        return True
    return False


def predict() -> None:
    """The picture on the left, the answer on the right, and below what was done to the picture."""
    view = set_up()
    source(view)
    with ui.plain_words():
        if not images_models.ready(view):
            return
        peek = ui.following(Images, view, _pictures)
        left, right = st.columns([1, 1.5], gap="large")
        if view.picture == DRAWN:
            with left:
                show("convolution_pad", convolution.pad(view.drawing, "images!pad", "" if view.drawing else "Draw here."), peek=peek, on_drag=setting(view))
        with right:
            if waiting(view):
                return
        with st.spinner(f"{words.title(view.model)} is looking …", show_time=True):
            data = ui.compute(images_predict.predict, **view.asked())
        if view.picture != DRAWN:
            with left:
                show("images_maps", figures.shown(data), peek=peek)
        with right:
            show("images_bars", figures.answer(data), peek=peek, on_drag=setting(view))
            st.caption(" · ".join(f"{name} **{value}**" for name, value in words.facts(data)))
            _advice(view, data)
        st.markdown("**How the picture was made ready**")
        show("convolution_images", convolution_inside.steps(data, 118), peek=peek)
        st.caption(words.normalised(data))
        ui.tasks([ui.Task(*each) for each in words.predict_tasks(view, data)])
        with ui.explain():
            st.markdown(words.maths(data))
        with st.popover("Take it home", icon=":material/download:"):
            ui.files("images!home", [ui.File("This prediction (Python script)", lambda: ui.compute(script, **view.asked()), "predict.py", "text/x-python", "code"),
                                     ui.File("The answer (JSON)", lambda: _json(view, data), "answer.json", "application/json", "data_object")])  # fmt: skip


def _advice(view: Images, data: dict[str, Any]) -> None:
    for i, each in enumerate(words.advice(view, data)):
        with st.container(border=True, key=f"images-advice-{i}"):
            st.markdown(f":material/lightbulb: **{each.words}** {each.evidence}")
            if each.change:
                st.button(each.button, key=f"images!advice.{i}", on_click=ui.set_values, args=(Images,), kwargs=dict(each.change))


def _json(view: Images, data: dict[str, Any]) -> str:
    import json

    top = [{"label": label, "probability": float(value)} for label, value in zip(data["labels"], data["shares"], strict=True)]
    return json.dumps({"model": view.model, "top": top, "made_ready": data["steps"]}, indent=2, ensure_ascii=False)


def _pictures(moved: Images) -> dict[str, tuple[str, Panel]]:
    """What follows the pen and the sliders."""
    try:
        data = ui.compute(images_predict.predict, **moved.asked())
    except UserError:  # an empty pad: the script run that follows says so
        return {}
    return {"answer": ("images_bars", figures.answer(data)), "steps": ("convolution_images", convolution_inside.steps(data, 118))}
