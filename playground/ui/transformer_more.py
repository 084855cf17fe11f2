"""The parts of the transformer screen beyond GPT-2: an encoder on a sentence pair, and any causal model of the Hub."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.data import hub_files
from playground.experiments import text_hub
from playground.experiments.transformer_hub import LISTED, AnyModel, go_on, look
from playground.experiments.transformer_hub import words as hub_words
from playground.experiments.transformer_pair import Pair, attention
from playground.explain import transformer_more_words as more
from playground.explain import transformer_words as words
from playground.figures import text as text_figures
from playground.figures import transformer as figures
from playground.ui import panels, text_parts
from playground.ui import transformer_parts as parts
from playground.ui.transformer_canvas import setting, show


def pair() -> None:
    """Two sentences and the attention of MiniLM's 72 heads."""
    view = panels.set_up(Pair, more.PAIR_PRESETS)
    st.html(text_figures.STYLE)
    left, right = st.columns(2, gap="large")
    with left:
        parts.prompt(Pair, view, "one", "First sentence")
    with right:
        parts.prompt(Pair, view, "other", "Second sentence")
    data = text_parts.compute(attention, text_parts.LOADING, **view.asked())
    notes = [[f"{value:.0%} of its weight crosses between the sentences" for value in row] for row in data["cross"]]
    show("transformer_heads", figures.heads(data, (view.block, view.head), view.token, words.KINDS, key="pair-heads", causal=False, notes=notes), on_drag=setting(Pair, view))
    st.caption(more.pair_said(data, view))
    ui.tasks([ui.Task(*each) for each in more.pair_tasks(view, data)])
    with ui.explain():
        st.markdown(more.pair_maths(view, data))


def any_model() -> None:
    """A model of the Hub, its attention, its next token, and what it writes."""
    view = panels.set_up(AnyModel, more.ANY_PRESETS)
    st.html(text_figures.STYLE)
    with st.sidebar:
        st.selectbox("Model", list(LISTED), key="gpt_any.model", format_func=lambda each: LISTED.get(each, each), accept_new_options=True, help=more.ANY_HELP)
    name = hub_files.checked(view.model)
    if not text_hub.here(name):
        _missing(name)
        return
    left, right = st.columns([1, 1.75], gap="large")
    with left:
        parts.prompt(AnyModel, view)
    asked = {"model": name, "prompt": view.asked()["prompt"]}
    data = text_parts.compute(look, f"{name} is reading …", **asked)
    with left:
        st.markdown("**What comes next**")
        show("transformer_next", _bars(view, name, data))
    with right:
        show("transformer_heads", figures.heads(data, (view.block, view.head), view.token, words.KINDS, key="any-heads"), on_drag=setting(AnyModel, view))
        if said := words.window(data, name):
            st.caption(f":material/content_cut: {said}")
    if st.button("Go on writing", icon=":material/edit:", type="primary", key="gpt_any!write"):
        st.session_state["gpt_any!asked"] = (asked, view.count, view.seed, tuple(view.sampling().items()))
    kept = st.session_state.get("gpt_any!asked")
    if kept and kept[0] == asked:
        made = text_parts.compute(go_on, f"{name} is writing {kept[1]} tokens …", **asked, count=kept[1], seed=kept[2], **dict(kept[3]))
        st.html(text_figures.block(f"<b>{text_figures.safe(asked['prompt'])}</b>{text_figures.safe(made['text'])}"))
        text_parts.took(made, f"{made['tokens']} tokens", f"{1000 * made['tokens'] / max(made['milliseconds'], 1):,.0f} tokens a second")
    ui.tasks([ui.Task(*each) for each in more.any_tasks(view, data)])
    with ui.explain():
        st.markdown(more.any_maths(data))


def _bars(view: AnyModel, name: str, data: dict) -> object:
    import numpy as np

    order = np.argsort(-data["logits"])[: figures.BARS]
    found = dict(zip(order.tolist(), ui.compute(hub_words, model=name, numbers=order.tolist()), strict=True))
    return figures.following(data["logits"], found, view.sampling(), key="any-next", press="")


def _missing(name: str) -> None:
    parts.missing(AnyModel, name, local="“One pass, opened” and “Write” work here without a network, with stories-gpt.", button=False)
