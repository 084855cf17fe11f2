"""The parts of the transformer screen beyond GPT-2: an encoder on a sentence pair, and any causal model of the Hub."""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from playground import ui
from playground.data import hub_files
from playground.experiments import text_hub
from playground.experiments.transformer_hub import LISTED, AnyModel, look
from playground.experiments.transformer_hub import words as hub_words
from playground.experiments.transformer_pair import Pair, attention
from playground.explain import transformer_more_words as more
from playground.explain import transformer_words as words
from playground.figures import text as text_figures
from playground.figures import transformer as figures
from playground.figures.panels import Panel
from playground.ui import hub_download, hub_writing, panels, text_parts
from playground.ui import transformer_parts as parts
from playground.ui.transformer_canvas import setting, show

WRITING = "gpt_any!writing"


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
    if not hub_download.choose(AnyModel, view, LISTED, more.ANY_HELP):
        return
    name = hub_files.checked(view.chosen)
    if not text_hub.here(name):
        _missing(name)
        return
    left, right = st.columns([1, 1.75], gap="large")
    with left:
        parts.prompt(AnyModel, view)
    asked = {"model": name, "prompt": view.asked()["prompt"]}
    data = hub_download.kept(look, f"{name} is reading …", **asked)
    with left:
        st.markdown("**What comes next**")
        show("transformer_next", _bars(view, name, data))
    with right:
        show("transformer_heads", figures.heads(data, (view.block, view.head), view.token, words.KINDS, key="any-heads"), on_drag=setting(AnyModel, view))
        if said := words.window(data, name):
            st.caption(f":material/content_cut: {said}")
    _write(view, asked)
    ui.tasks([ui.Task(*each) for each in more.any_tasks(view, data)])
    with ui.explain():
        st.markdown(more.any_maths(data))


def _write(view: AnyModel, asked: dict[str, Any]) -> None:
    """The text that follows, with what else could have stood at every token."""
    told = asked | view.sampling() | {"turns": [], "seed": view.seed}
    text = hub_writing.now(WRITING)
    if text is not None and text.of[0] != told:
        text = None
    if text is None:
        st.button("Go on writing", icon=":material/edit:", type="primary", key="gpt_any!write", on_click=hub_writing.begin, args=(WRITING, (told, ()), view.count))
        return

    def paint(text: hub_writing.Written) -> None:
        if text.prompt:
            show("transformer_write", Panel("any-written", {"kind": "write", "alt": "The text as it is written"}, hub_writing.arrays(text), drags=True), on_drag=branch)

    def branch(at: dict[str, Any]) -> None:
        before = st.session_state[WRITING]
        ids = hub_writing.numbers(before, at["tokens"])
        hub_writing.begin(WRITING, (told, tuple(ids)), view.count, ids, before)

    hub_writing.stream(WRITING, told, paint, lambda: _other_luck(told), view.count)


def _other_luck(told: dict[str, Any]) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    ui.set_values(AnyModel, seed=seed)
    hub_writing.begin(WRITING, (told | {"seed": seed}, ()), ui.current(AnyModel).count)


def _bars(view: AnyModel, name: str, data: dict) -> object:
    import numpy as np

    order = np.argsort(-data["logits"])[: figures.BARS]
    found = dict(zip(order.tolist(), ui.compute(hub_words, model=name, numbers=order.tolist()), strict=True))
    return figures.following(data["logits"], found, view.sampling(), key="any-next", press="")


def _missing(name: str) -> None:
    parts.missing(AnyModel, name, local="“One pass, opened” and “Write” work here without a network, with stories-gpt.", button=False)
