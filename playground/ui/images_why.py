"""The attribution studio: several explanations of one answer side by side, and how faithful each is."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.images import Images
from playground.experiments.images_methods import METHODS
from playground.explain import attribution_studio as studio
from playground.explain import images_words as words
from playground.figures import images as figures
from playground.ui import images_models
from playground.ui.images import set_up, setting, source, waiting
from playground.ui.images_canvas import show

POINTS = 24  # of the faithfulness curves
LISTED = 2_000  # classes that a list of all of them may have


def part() -> None:
    """Class and layer on top, the maps below, then their scores."""
    view = set_up()
    source(view)
    with ui.plain_words():
        if not images_models.ready(view):
            return
        if view.picture == "drawn":
            with st.expander("The pad", icon=":material/draw:", expanded=not view.drawing):
                from playground.figures import convolution

                show("convolution_pad", convolution.pad(view.drawing, "images!pad", "" if view.drawing else "Draw here."), on_drag=setting(view))
        if waiting(view):
            return
        with st.spinner(f"{words.title(view.model)} is looking …", show_time=True):
            offered = ui.compute(studio.about, name=view.model)
            about = ui.compute(studio.picture, name=view.model, seen=view.seen(), target=view.target)
        _choices(view, offered, about)
        found, refused = _maps(view, offered, about)
        show("images_maps", figures.maps(about, found))
        for each in refused:
            st.warning(each, icon=":material/info:")
        scores = _scores(view, about, found) if view.measure and found else {}
        ui.tasks([ui.Task(*each) for each in words.why_tasks(view, about, scores)])
        with ui.explain():
            st.markdown(words.why_maths(about, found))
        with st.popover("Take it home", icon=":material/download:"):
            ui.files("images!whyfiles", [ui.File("The maps (NumPy archive)", lambda: _archive(found), "maps.npz", "application/octet-stream", "grid_on"),
                                         ui.File("The scores (CSV)", lambda: _csv(figures.score_rows(scores, found)), "scores.csv", "text/csv", "table")])  # fmt: skip


def _choices(view: Images, offered: dict[str, Any], about: dict[str, Any]) -> None:
    """Which class is explained and which layer is read."""
    left, right, answer = st.columns([1.2, 1.2, 1.6], vertical_alignment="bottom", gap="medium")
    known = dict(zip(about["choices"], zip(about["labels"], about["shares"], strict=True), strict=True))
    names = offered["classes"]
    targets = [-1, *about["choices"], *([each for each in range(len(names)) if each not in known] if len(names) <= LISTED else [])]
    st.session_state["images!target"] = view.target if view.target in targets else -1
    label = lambda each: f"its own answer: {about['labels'][0]}" if each < 0 else f"{known[each][0]} · {words.share(known[each][1])}" if each in known else names[each]
    left.selectbox("Explain", targets, key="images!target", format_func=label, on_change=lambda: ui.set_values(Images, target=st.session_state["images!target"]),
                   help="The logit of this class is explained, whether it is the answer or not.")  # fmt: skip
    if any(METHODS[each].layered for each in view.methods) and offered["layers"]:
        layers = ["", *offered["layers"]]
        st.session_state["images!layer"] = view.layer if view.layer in layers else ""
        told = dict(zip(offered["layers"], offered["words"], strict=True))
        right.selectbox("Layer", layers, key="images!layer", format_func=lambda each: told[each] if each else f"by itself: {offered['automatic']}",
                        on_change=lambda: ui.set_values(Images, layer=st.session_state["images!layer"]),
                        help="For the class activation maps. By itself the last layer that still knows places.")  # fmt: skip
    answer.markdown(f"What speaks for **{about['label']}**, share {words.share(about['share'])}, logit {about['logit']:.2f}?")


def _maps(view: Images, offered: dict[str, Any], about: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Each method's map, and sentences on those that could not be made."""
    found: dict[str, Any] = {}
    refused: list[str] = []
    for key in view.methods:
        if key not in offered["methods"]:
            refused.append(f"{METHODS[key].title} does not fit this network, which has no {'attention' if key == 'rollout' else 'layer that answers place by place'}.")
            continue
        with st.spinner(f"{METHODS[key].title} …", show_time=True):
            try:
                found[key] = ui.compute(studio.explain, **view.explained(key, about["target"]))
            except UserError as error:
                refused.append(f"{METHODS[key].title}: {error}")
    return found, refused


def _scores(view: Images, about: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Deletion and insertion curves with their areas, beside those of chance."""
    scores: dict[str, Any] = {}
    st.markdown("**How faithful are they?** Delete the pixels a map finds important and the share should fall at once; insert them into a blurred picture "
                "and it should rise at once.")  # fmt: skip
    for key in [*found, "chance"]:
        asked = view.explained(key if key in METHODS else "saliency", about["target"]) | {"method": key, "points": POINTS}
        with st.spinner(f"Testing {METHODS[key].title if key in METHODS else 'an order drawn by lot'} …", show_time=True):
            scores[key] = ui.compute(studio.faithful, **asked)
    left, right = st.columns(2, gap="medium")
    for column, way, title in ((left, "deletion", "Deletion: the lower the better"), (right, "insertion", "Insertion: the higher the better")):
        with column:
            st.caption(title)
            arrays, spec = figures.curves(scores, way)
            ui.lines(arrays, spec, key=f"images_{way}", height=210)
    st.markdown(figures.narrow(figures.score_rows(scores, found)))
    return scores


def _archive(found: dict[str, Any]) -> bytes:
    import io

    import numpy as np

    if not found:
        raise UserError("There is no map to take home.", "Choose an explanation that fits this network.")
    held = io.BytesIO()
    np.savez_compressed(held, **{key.replace("+", "p"): each["values"] for key, each in found.items()})
    return held.getvalue()


def _csv(rows: list[dict[str, Any]]) -> str:
    import csv
    import io

    if not rows:
        raise UserError("Nothing was measured.", "Switch on how faithful they are.")
    held = io.StringIO()
    writer = csv.DictWriter(held, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return held.getvalue()
