"""The transformer screen: one pass through the model, opened."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.transformer_models import vocabulary
from playground.experiments.transformer_pass import Pass, opened, overview
from playground.explain import transformer_words as words
from playground.figures import transformer as figures
from playground.figures.transformer_stages import stages
from playground.ui import panels, text_parts
from playground.ui import transformer_parts as parts
from playground.ui.transformer_canvas import setting, show

FRONT = ("temperature", "top_k", "top_p", "min_p")


def opened_pass() -> None:
    """Prompt on top, next token and heads below it, then the stages."""
    view = panels.set_up(Pass, words.PRESETS["pass"])
    parts.begin(Pass)
    if not parts.ready(view):
        return
    peek = ui.following(Pass, view, lambda moved: _pictures(view, moved))
    left, right = st.columns([1, 1.75], gap="large")
    with left:
        parts.prompt(Pass, view, height=118)
    data = text_parts.compute(overview, "Reading the prompt …", **view.asked())
    every = ui.compute(vocabulary, model=view.model)
    with left:
        st.markdown("**What comes next**")
        show("transformer_next", figures.following(data["logits"], every, view.sampling()), peek=peek, on_drag=parts.append(Pass, view))
        if said := words.window(data, view.model):
            st.caption(f":material/content_cut: {said}")
        parts.card(view.model)
    with right:
        st.markdown("**Where every head looks.** Press a token: the tint is what the chosen head looks at from there.")
        show("transformer_heads", _heads(view, data), peek=peek, on_drag=setting(Pass, view))
    inside = ui.compute(opened, **view.opening())
    word = (inside["words"][inside["token"]].strip() or "space").replace("`", "'")
    st.markdown(f"**The way of token {inside['token'] + 1}, `{word}`,** through block {inside['block'] + 1}, head {inside['head'] + 1}")
    show("transformer_stages", stages(inside, _context(view.model)), peek=peek)
    ui.tasks([ui.Task(*each) for each in words.pass_tasks(view, data)])
    with ui.explain():
        st.markdown(words.pass_maths(view, data, inside))


def _heads(view: Pass, data: Any) -> Any:
    return figures.heads(data, (view.block, view.head), view.token, words.KINDS)


def _context(model: str) -> int:
    from playground.experiments.transformer_models import places

    return int(ui.compute(places, model=model))


def _pictures(view: Pass, moved: Pass) -> dict[str, Any]:
    """What follows a control: the bars alone while sampling is set, the stages when another place is chosen."""
    try:
        if moved.opening() != view.opening():
            return {"stages": ("transformer_stages", stages(ui.compute(opened, **moved.opening()), _context(moved.model)))}
        data = ui.compute(overview, **moved.asked())
    except UserError:  # the script run that follows says what is wrong
        return {}
    return {"next": ("transformer_next", figures.following(data["logits"], ui.compute(vocabulary, model=moved.model), moved.sampling()))}
