"""The part of the transformer screen that writes: a run whose steps are tokens."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments import transformer_models as models
from playground.experiments.transformer_script import writing_script
from playground.experiments.transformer_writing import Writing
from playground.explain import transformer_words as words
from playground.explain.transformer_rules import WRITING_RULES
from playground.figures import canvas, theme
from playground.figures.panels import Panel
from playground.runs.run import Run
from playground.ui import transformer_parts as parts
from playground.ui.transformer_canvas import show

FRONT = ("temperature", "top_p", "top_k", "min_p")


def write() -> None:
    """Prompt, transport, the text with its candidates, and how sure the model was."""
    ui.presets(Writing, [ui.Preset(*row) for row in words.PRESETS["write"]], keep=("seed", "prompt", "model", "branch"))
    view = ui.controls(Writing, container=st.sidebar)
    parts.begin(Writing)
    if not parts.ready(view):
        return
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        parts.prompt(Writing, view, height=80)
    run = ui.run(view, speed="step")
    with left:
        ui.components.transport(run, key="gpt_writing!transport")
        show("transformer_write", Panel("written", {"kind": "write", "alt": "The text as it is written"}, drags=True), run, on_drag=_branch)
        st.button("Other luck", key="gpt_writing!luck", icon=":material/casino:", on_click=_again, help="Another seed: the same settings, other draws.")
        if view.branch:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f":material/alt_route: This text branched off after {len(view.begun):,} tokens; they are underlined.")
                st.button("Back to the trunk", key="gpt_writing!trunk", icon=":material/undo:", on_click=_trunk)
        ui.watched(_said, 1.0 if run.active else None)(run)
    with right:
        st.markdown("**How surprising each token was**, in bits")
        series = [canvas.series("surprise", "surprise", color=theme.POSITIVE), canvas.series("entropy", "entropy", color=theme.NEGATIVE)]
        ui.lines(run, canvas.curves("token", "bits", series=series, alt="Surprise and entropy of every written token, in bits"), key="writing-surprise", height=210)
        st.caption("Surprise: −log₂ of the share the token was drawn with. Entropy: how much the model hesitated there. A loop shows as both sinking to zero.")
        ui.coach(run, WRITING_RULES)
        parts.card(view.model)
        with st.popover("Take it home", icon=":material/download:"):
            st.caption("The script writes on with transformers from the unpacked model, drawing by the same rules.")
            ui.files("gpt_writing!files", _files(view, run))
    ui.tasks([ui.Task(*each) for each in words.write_tasks(view, run.metrics())])
    with ui.explain():
        st.markdown(words.write_maths(view, run.last_metrics()))


def _again() -> None:
    ui.set_values(Writing, seed=random.SystemRandom().randrange(1_000_000))
    st.session_state["!play"] = True


def _branch(at: dict[str, Any]) -> None:
    ui.set_values(Writing, branch=",".join(str(int(each)) for each in at["tokens"]))
    st.session_state["!play"] = True


def _trunk() -> None:
    ui.set_values(Writing, branch="")


def _said(run: Run) -> None:
    """What a person has to know of the window."""
    scene, now = run.scene(), run.view()
    if not scene or not now:
        return
    lost = int(now.get("dropped", 0))
    if lost:
        st.caption(f":material/content_cut: This model reads {scene['context']:,} tokens at once. When they are full the older half is left out: "
                   f"{lost:,} tokens at the beginning are no longer read.")  # fmt: skip


def _files(view: Writing, run: Run) -> list[ui.File]:
    found = [ui.File("This text", lambda: _text(run), "written.txt", "text/plain", "article"),
             ui.File("Python script", lambda: writing_script(view), "write.py", "text/x-python", "code")]  # fmt: skip
    if view.model == models.BUNDLED:
        found.append(ui.File("Model folder for transformers (zip)", _folder, "stories-gpt.zip", "application/zip", "deployed_code"))
    return found


def _text(run: Run) -> str:
    scene, now = run.scene(), run.view()
    known = scene["vocabulary"]
    return "".join(known[int(each)] for each in np.concatenate([scene["prompt"], now["written"]]))


def _folder() -> bytes:
    from playground.zoo.gpt import FOLDER

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((FOLDER / models.BUNDLED).iterdir()):
            archive.write(path, f"{models.BUNDLED}/{path.name}")
    return packed.getvalue()
