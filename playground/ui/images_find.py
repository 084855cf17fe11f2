"""Boxes, masks and written words: models of the Hub, drawn over the picture."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.core.limits import WRITTEN_LINES
from playground.data import hub_files
from playground.experiments import images_tasks as tasks
from playground.experiments.images import Images
from playground.figures import images as figures
from playground.ui.images import set_up, source, waiting
from playground.ui.images_canvas import show
from playground.ui.images_models import offer


def part() -> None:
    """The task and its model on top, the picture with what was found below."""
    view = set_up()
    task = tasks.TASKS[view.task]
    model = view.finder or task.models[0]
    left, right = st.columns([1.2, 1], vertical_alignment="bottom", gap="medium")
    st.session_state["images!task"] = view.task
    left.segmented_control("Task", list(tasks.TASKS), key="images!task", format_func=lambda each: tasks.TASKS[each].title, required=True,
                           on_change=lambda: ui.set_values(Images, task=st.session_state["images!task"], finder=""))  # fmt: skip
    options = list(dict.fromkeys([*task.models, model]))
    st.session_state["images!finder"] = model
    right.selectbox("Model of the Hub", options, key="images!finder", accept_new_options=True, on_change=_chosen,
                    format_func=_named, help="Choose one, or type owner/name of another.")  # fmt: skip
    st.caption(task.words + " Only the finder of digits is bundled; the others work without a network once they are downloaded.")
    source(view)
    with ui.plain_words():
        model = model if model == tasks.BUNDLED else hub_files.checked(model)
        if not tasks.present(model):
            offer(model, model, "a size that is known when it begins")
            if view.task == "words" and not waiting(view):
                _lines(view)
            return
        if waiting(view):
            return
        with st.spinner(f"{model} is looking …", show_time=True):
            data = ui.compute(tasks.find, task=view.task, model=model, seen=view.seen())
        show("images_boxes", figures.found(data, view.task))
        if model == tasks.BUNDLED and not len(data["labels"]):
            st.info("No digit stands out. Try the sample “The digits 31415926”, or photograph a few of your own.", icon=":material/lightbulb:")
        st.caption(f"{len(data['labels'])} found in {data['seconds']:.2f} s.")
        if view.task == "words":
            if data["all_lines"] > WRITTEN_LINES:
                st.caption(f"The first {WRITTEN_LINES} of {data['all_lines']} lines were read.")
            st.text_area("Read", "\n".join(data["texts"]), key=None, height=140)
        ui.files("images!findfiles", [ui.File("What was found (JSON)", lambda: _json(data), "found.json", "application/json", "data_object")])


def _named(model: str) -> str:
    if model == tasks.BUNDLED:
        return "Digits, bundled"
    return model + (" · here" if hub_files.NAME.fullmatch(model) and hub_files.cached(model) else "")


def _chosen() -> None:
    ui.set_values(Images, finder=str(st.session_state["images!finder"])[:200])


def _lines(view: Images) -> None:
    """Where the lines of writing are can be shown without any model."""
    import numpy as np

    from playground.experiments.images_predict import look

    image = look(**view.seen())[0]
    coloured = np.ascontiguousarray(np.broadcast_to(image[..., None], (*image.shape, 3)) if image.ndim == 2 else image)
    boxes = tasks.lines(coloured)
    data = {"picture": coloured, "labels": [f"line {i + 1}" for i in range(len(boxes))], "shares": np.ones(len(boxes)), "boxes": np.array(boxes, float).reshape(-1, 4)}
    st.markdown(f"**{len(boxes)} lines of writing** stand out; a model would read them one by one.")
    show("images_boxes", figures.found(data, "words"))


def _json(data: dict) -> str:
    import json

    rows = [{"label": label, "share": float(share), "box": [float(each) for each in box]} for label, share, box in zip(data["labels"], data["shares"], data["boxes"], strict=True)]
    return json.dumps(rows, indent=2, ensure_ascii=False)
