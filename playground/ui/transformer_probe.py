"""The parts of the transformer screen that take the model apart: heads off, logit lens, two prompts, the cache."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments.transformer_models import vocabulary
from playground.experiments.transformer_pass import overview
from playground.experiments.transformer_probe import CacheTiming, HeadsOff, Lens, TwoPrompts, lens, timing, without
from playground.experiments.transformer_settings import pairs
from playground.explain import transformer_probe_words as probe_words
from playground.explain import transformer_words as words
from playground.figures import transformer as figures
from playground.ui import panels, text_parts
from playground.ui import transformer_parts as parts
from playground.ui.transformer_canvas import setting, show


def heads_off() -> None:
    """Heads to press, and the prediction before and after."""
    view = panels.set_up(HeadsOff, words.PRESETS["heads"])
    parts.begin(HeadsOff)
    if not parts.ready(view):
        return
    left, right = st.columns([1, 1.75], gap="large")
    with left:
        parts.prompt(HeadsOff, view, height=96)
    off = pairs(view.off)
    data = text_parts.compute(without, "Switching every head off once …", **view.asked(), off=off)
    every = ui.compute(vocabulary, model=view.model)
    with left:
        st.markdown(f"**What comes next**, with {len(off)} head{'s' if len(off) != 1 else ''} off")
        show("transformer_next", figures.beside(data["plain"], data["logits"], every, ("all on", "now")))
        with st.container(horizontal=True):
            st.button("All on", key="gpt_heads!all", icon=":material/restart_alt:", on_click=ui.set_values, args=(HeadsOff,), kwargs={"off": ""}, disabled=not off)
            st.button("Switch off the ten that matter least", key="gpt_heads!least", on_click=_least, args=(data["worth"],))
        parts.card(view.model)
    with right:
        st.markdown("**Press a head to switch it off or on**")
        panel = figures.heads(data, (view.block, view.head), view.token, words.KINDS, key="off-heads", off=off, hint="crossed out: off", notes=figures.worth(data))
        show("transformer_heads", panel, on_drag=setting(HeadsOff, view))
    st.markdown("**What each head alone is worth** for this prompt: bits by which the prediction moves when it is off")
    st.html(figures.worth_map(data))
    if said := words.window(data, view.model):
        st.caption(f":material/content_cut: {said}")
    ui.tasks([ui.Task(*each) for each in probe_words.heads_tasks(off, data)])
    with ui.explain():
        st.markdown(probe_words.heads_maths(off, data))


def _least(worth: np.ndarray) -> None:
    order = np.argsort(worth, axis=None)[:10]
    ui.set_values(HeadsOff, off=" ".join(f"{i // worth.shape[1]}.{i % worth.shape[1]}" for i in sorted(int(each) for each in order)))


def logit_lens() -> None:
    """The table of what every block would say."""
    view = panels.set_up(Lens, words.PRESETS["lens"])
    parts.begin(Lens)
    if not parts.ready(view):
        return
    parts.prompt(Lens, view)
    data = text_parts.compute(lens, "Reading every block …", **view.asked())
    st.markdown("**What the model would say after each block**, from the embedding at the bottom to the answer at the top")
    show("transformer_lens", figures.lens(data, {"word": "shares", "answer": "answer", "surprise": "true"}[view.show]))
    st.caption(probe_words.TINTS[view.show])
    left, right = st.columns([1.4, 1], gap="large")
    with left:
        spec, arrays = figures.rise(data)
        ui.lines(arrays, spec, key="lens-rise", height=190)
    with right:
        st.markdown(probe_words.settles(data))
        if data["cut"]:
            st.caption(f":material/content_cut: The last {len(data['words'])} tokens are shown; {data['cut']:,} before them are read.")
        parts.card(view.model)
    ui.tasks([ui.Task(*each) for each in probe_words.lens_tasks(view, data)])
    with ui.explain():
        st.markdown(probe_words.lens_maths(data))


def two_prompts() -> None:
    """Two predictions side by side."""
    view = panels.set_up(TwoPrompts, words.PRESETS["two"])
    parts.begin(TwoPrompts)
    if not parts.ready(view):
        return
    left, right = st.columns(2, gap="large")
    with left:
        parts.prompt(TwoPrompts, view, "prompt", "First prompt")
    with right:
        parts.prompt(TwoPrompts, view, "other", "Second prompt")
    one = text_parts.compute(overview, "Reading both …", **view.asked())
    other = ui.compute(overview, **view.second())
    every = ui.compute(vocabulary, model=view.model)
    st.markdown("**What comes next**")
    show("transformer_next", figures.beside(one["logits"], other["logits"], every, ("first", "second")))
    for column, data, name in zip(st.columns(2, gap="large"), (one, other), ("one", "other"), strict=True):
        with column:
            panel = figures.heads(data, (view_block(data), 0), -1, words.KINDS, key=f"two-{name}")
            show("transformer_heads", panel, on_drag=_keep)
    ui.tasks([ui.Task(*each) for each in probe_words.two_tasks(view, one, other)])
    with ui.explain():
        st.markdown(probe_words.two_maths(one, other, every))


def view_block(data: dict[str, np.ndarray]) -> int:
    """A block in the middle, where most happens."""
    return int(len(data["weights"]) // 2)


def _keep(at: dict[str, object]) -> None:
    """What is chosen here stays in the picture."""


def cache() -> None:
    """Time for a token with and without cache, measured now."""
    view = panels.set_up(CacheTiming, probe_words.CACHE_PRESETS)
    parts.begin(CacheTiming)
    if not parts.ready(view):
        return
    data = text_parts.compute(timing, "Measuring, token by token …", **view.asked(), most=view.most, again=view.again)
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        ui.lines(data, figures.timing(), key="cache-lines", height=320)
        st.button("Measure again", icon=":material/timer:", key="gpt_cache!again", on_click=ui.set_values, args=(CacheTiming,), kwargs={"again": (view.again + 1) % 1001})
    with right:
        st.html(probe_words.cache_big(data))
        st.markdown(probe_words.cache_words(data))
    ui.tasks([ui.Task(*each) for each in probe_words.cache_tasks(view, data)])
    with ui.explain():
        st.markdown(probe_words.cache_maths(data))
