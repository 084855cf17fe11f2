"""Try the network on something new: a row typed in, an image uploaded or taken from the data, a drawing. Live while it trains."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import IMAGE_BYTES, MIB
from playground.experiments import train_predict
from playground.experiments.train import Train
from playground.experiments.train_ink import as_learnt, picture_as_learnt
from playground.experiments.train_lesson import Lesson, lesson
from playground.figures import train as figures
from playground.networks.trained import weights_of
from playground.runs.run import Run
from playground.ui import components

_PART = st.components.v2.component("playground_sketch", js=components._loader("sketch"))
WAYS = {"draw": "Draw", "data": "From the data", "upload": "Upload"}
INK, ROW, SEEN = "train!ink", "train!row", "train!image"


def section(run: Run, experiment: Train) -> None:
    """What to ask on the left, the network's answer on the right."""
    given = lesson(experiment)
    if given.images:
        _images(run, experiment, given)
    else:
        ui.watched(_rows, None)(run, experiment, given)


def _weights(run: Run) -> Mapping[str, np.ndarray]:
    """The latest weights the run has reported; a worker reports them every few seconds, and whenever it pauses."""
    found = weights_of(run.checkpoint_state())
    if not found:
        raise UserError("The network has not reported its weights yet.", "It does so within a few seconds.")
    return found


def _ask(run: Run, experiment: Train, inputs: np.ndarray) -> dict[str, np.ndarray]:
    return ui.compute(train_predict.predict, values=experiment.values(), weights=_weights(run), inputs=inputs)


# Images -----------------------------------------------------------------------------------------------------------------------


def _images(run: Run, experiment: Train, given: Lesson) -> None:
    ways = [key for key in WAYS if key != "draw" or given.input_shape[0] == 1]
    st.session_state.setdefault("train!way", ways[0])
    if st.session_state["train!way"] not in ways:
        st.session_state["train!way"] = ways[0]
    way = st.segmented_control("Show it", ways, key="train!way", format_func=lambda each: WAYS[each], required=True, label_visibility="collapsed")
    if way == "draw":
        ui.watched(_drawn, 1.0 if run.active else None)(run, experiment, given)
    elif way == "data":
        ui.watched(_from_data, 1.0 if run.active else None)(run, experiment, given)
    else:
        _uploaded(run, experiment, given)


def _drawn(run: Run, experiment: Train, given: Lesson) -> None:
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        spec = {"kind": "sketch", "hint": "Draw here; the answer follows the pen."}
        _PART(key="train!sketch", data=components.pack({}, spec, key="sketch/train", events=("ink",)), on_ink_change=_inked)
    with right, ui.plain_words():
        ink = st.session_state.get(INK)
        wanted = as_learnt(ink, given) if ink is not None else None
        if wanted is None:
            st.markdown(f"Draw {_example_words(given)} on the pad. It is cut out, shrunk to **{given.input_shape[1]} × {given.input_shape[2]}** pixels and centred like the "
                        "images the network learns from; then it is asked.")  # fmt: skip
            return
        _answer(run, experiment, given, wanted)


def _example_words(given: Lesson) -> str:
    names = given.dataset.classes
    return f"a “{names[len(names) // 3]}”, or another of {', '.join(names[:4])} …" if len(names) > 4 else f"one of {', '.join(names)}"


def _inked() -> None:
    event = (st.session_state.get("train!sketch") or {}).get("ink")
    if event is not None:
        st.session_state[INK] = decoded(event)


def decoded(event: Mapping[str, Any]) -> np.ndarray | None:
    """The drawing (S, S) uint8 from what the pad reports; None when it is empty or not what a pad sends."""
    try:
        side = int(event["side"])
        grey = np.frombuffer(base64.b64decode(event["ink"], validate=True), np.uint8)
    except (binascii.Error, KeyError, TypeError, ValueError):
        return None
    return grey.reshape(side, side) if 0 < side <= 256 and len(grey) == side * side else None


def _from_data(run: Run, experiment: Train, given: Lesson) -> None:
    part = given.validation
    place = st.session_state.setdefault(ROW, 0) % len(part.rows)
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        st.html(f'<img class="seen" style="width:280px;height:280px" src="{figures.picture(given.dataset.show(int(part.rows[place])))}" alt="A validation image">')
        st.button("Another one", icon=":material/shuffle:", key="train!another", on_click=_another, args=(len(part.rows),))
        st.caption(f"A validation image: the network has never learnt from it. It is “{given.dataset.classes[int(part.targets[place])]}”.")
    with right, ui.plain_words():
        _answer(run, experiment, given, part.inputs[place : place + 1], int(part.targets[place]))


def _another(count: int) -> None:
    import random

    st.session_state[ROW] = random.SystemRandom().randrange(count)


def _uploaded(run: Run, experiment: Train, given: Lesson) -> None:
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        file = st.file_uploader("An image", type=["png", "jpg", "jpeg", "bmp", "gif", "webp"], key="train!upload", max_upload_size=IMAGE_BYTES // MIB)
    if file is None:
        right.markdown(f"Upload a picture. It is reduced to {given.input_shape[1]} × {given.input_shape[2]} pixels, like the images the network learns from.")
        return
    with right, ui.plain_words():
        wanted = _as_learnt(file.name, file.getvalue(), given)
        ui.watched(_answer, 1.0 if run.active else None)(run, experiment, given, wanted)


def _as_learnt(name: str, content: bytes, given: Lesson) -> np.ndarray:
    if given.dataset.key == "own_images":
        return given.dataset.encode_image(name, content)[None]  # reduced exactly as the visitor's training images were
    from playground.data.uploads_picture import read_picture

    return picture_as_learnt(read_picture(name, content), given)


def _answer(run: Run, experiment: Train, given: Lesson, wanted: np.ndarray, true: int | None = None) -> None:
    """Bars of the likeliest classes, what the network saw, and where it looked."""
    with ui.plain_words():
        found = _ask(run, experiment, wanted)
        st.html(figures.shares(given.dataset.classes, found["shares"][0], true))
        pixels = np.ascontiguousarray(wanted[0].transpose(1, 2, 0))
        said = given.dataset.classes[int(found["shares"][0].argmax())]
        pair = ((figures.picture(pixels), "what the network is given"),
                (figures.picture(figures.saliency(pixels, found["slopes"][0])), f"orange: pixels to which “{said}” is most sensitive"))  # fmt: skip
        shown = "".join(f'<figure><img class="seen" src="{address}" alt="{words}"><figcaption>{words}</figcaption></figure>' for address, words in pair)
        st.html(f'<div class="pair">{shown}</div>')


# Rows -------------------------------------------------------------------------------------------------------------------------


def _rows(run: Run, experiment: Train, given: Lesson) -> None:
    part, data = given.validation, given.dataset
    slot = f"train!form.{data.key}.{data.own}"
    kept = st.session_state.setdefault(slot, {"row": int(part.rows[0])})
    original = data.show(kept["row"])
    columns = [column for column in data.columns if column.used]
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**A row to ask about**: the cells of a validation row, whose {data.target_name} is **{_said(original[data.target_name])}**. Change any.")
            st.button("Another row", icon=":material/shuffle:", key="train!another-row", on_click=_another_row, args=(slot, part.rows, [each.name for each in columns]))
        row, places = {}, st.columns(3)
        for number, column in enumerate(columns):
            with places[number % 3]:
                row[column.name] = _cell(f"{slot}.{column.name}", column, original[column.name])
    with right, ui.plain_words():
        wanted = data.encode(row, seed=experiment.data_seed, validation_share=experiment.validation_share, test_share=experiment.test_share)
        if experiment.leak:
            wanted = np.append(wanted, np.float32(0))  # the answer to a new row is not noted down yet
        ui.watched(_row_answer, 1.0 if run.active else None)(run, experiment, given, wanted[None].astype(np.float32))


def _another_row(slot: str, rows: np.ndarray, names: list[str]) -> None:
    import random

    st.session_state[slot] = {"row": int(rows[random.SystemRandom().randrange(len(rows))])}
    for name in names:
        st.session_state.pop(f"{slot}.{name}", None)


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cell(key: str, column: Any, value: Any) -> Any:
    if column.kind == "category":
        words = list(column.words) + ([""] if column.missing else [])
        st.session_state.setdefault(key, value)
        return st.selectbox(column.name, words, key=key, format_func=lambda each: each or "(missing)")
    st.session_state.setdefault(key, _said(value))
    return st.text_input(column.name, key=key)


def _row_answer(run: Run, experiment: Train, given: Lesson, wanted: np.ndarray) -> None:
    with ui.plain_words():
        found = _ask(run, experiment, wanted)
        names = [*given.dataset.feature_names, *(["the answer, noted down"] if experiment.leak else [])]
        if given.classifies:
            st.html(figures.shares(given.dataset.classes, found["shares"][0]))
            what = f"“{given.dataset.classes[int(found['shares'][0].argmax())]}”"
        else:
            unit = f" {given.dataset.unit}" if given.dataset.unit else ""
            st.html(figures.figures_row([(f"{float(found['numbers'][0]):.4g}{unit}", f"predicted {given.dataset.target_name}",
                                          f"The training rows' mean is {float(given.mean[0]):.4g}")]))  # fmt: skip
            what = "a larger number"
        st.markdown(f"**What speaks for {what}** (blue) **and against it** (orange)")
        st.html(figures.contributions(names, (found["slopes"] * found["given"])[0]))
        st.caption("Gradient times input: how fast the answer changes with each standardised input, times how far that input is from its mean. "
                   "For a network without hidden layer this is the exact share of each column; for others a local approximation.")  # fmt: skip
