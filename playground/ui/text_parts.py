"""What the tasks of the text screen share: the box for a text, the line below an answer, the call behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.text_settings import given, keep
from playground.figures import text as figures
from playground.ui import panels

LOADING = "Loading the language model, once for all visitors …"


def begin(kind: Any, presets: Any) -> Any:
    """Presets on top, controls in the sidebar; returns the settings."""
    st.html(figures.STYLE)
    return panels.set_up(kind, presets)


def box(kind: Any, view: Any, field: str, label: str, height: int = 110, placeholder: str = "") -> None:
    """A box for the text of `field`; what is wrong with what was written is said below it, and the former text stays in use."""
    slot, held = f"{kind.key}!box.{field}", getattr(view, field)
    state = st.session_state
    if state.get(f"{slot}.of") != held or slot not in state:
        state[slot], state[f"{slot}.of"] = given(held), held
        state.pop(f"{slot}.problem", None)
    st.text_area(label, key=slot, height=height, placeholder=placeholder, on_change=_take, args=(kind, field, slot, label))
    if problem := state.get(f"{slot}.problem"):
        st.error(problem + " The former text stays in use.", icon=":material/error:")


def line(kind: Any, view: Any, field: str, label: str, most: int) -> None:
    """A box of one line for a short field."""
    slot, held = f"{kind.key}!line.{field}", getattr(view, field)
    state = st.session_state
    if state.get(f"{slot}.of") != held or slot not in state:
        state[slot], state[f"{slot}.of"] = held, held
    st.text_input(label, key=slot, max_chars=most, on_change=_take_line, args=(kind, field, slot))


def _take(kind: Any, field: str, slot: str, label: str) -> None:
    state = st.session_state
    try:
        held = keep(state[slot], f"“{label}”")
        state.pop(f"{slot}.problem", None)
        state[f"{slot}.of"] = held
        ui.set_values(kind, **{field: held})
    except UserError as error:
        state[f"{slot}.problem"] = str(error)


def _take_line(kind: Any, field: str, slot: str) -> None:
    st.session_state[f"{slot}.of"] = st.session_state[slot]
    ui.set_values(kind, **{field: st.session_state[slot]})


def compute(function: Callable[..., Any], words: str = LOADING, **arguments: Any) -> Any:
    """`ui.compute` with a word on what is waited for."""
    with st.spinner(words):
        return ui.compute(function, **arguments)


def took(data: Mapping[str, Any], *more: str) -> None:
    """The line below an answer: how long it took, on what."""
    parts = [f"{data['milliseconds']:,.0f} ms on one core", *more]
    st.html(figures.note(" · ".join(each for each in parts if each)))


def foreign(text: str) -> None:
    """Says that the model knows English alone, when most letters are of another script."""
    letters = [sign for sign in text[:5000] if sign.isalpha()]
    if letters and sum(ord(sign) > 0x24F for sign in letters) > 0.3 * len(letters):
        st.caption(":material/translate: The model learnt from English. Other scripts fall into single signs for it; do not trust the answer.")


def waiting(words: str) -> None:
    """What to do before there is anything to show."""
    st.info(words, icon=":material/edit_note:")


def windows(count: int) -> str:
    """What to say of a text that was read in pieces."""
    return f"read in {count:,} windows of 256 tokens, each counted by its length" if count > 1 else ""


def call(result: Any, code: str, shell: str = "") -> None:
    """The answer as JSON and the call that gives it."""
    with st.expander("Raw JSON and the same call in Python", icon=":material/code:"):
        st.code(code, language="python")
        if shell:
            st.code(shell, language="bash")
        written = json.dumps(plain(result), indent=2, ensure_ascii=False)
        st.code(written if len(written) < 20_000 else written[:20_000] + "\n…", language="json", height=320 if written.count("\n") > 14 else "content")


def plain(value: Any) -> Any:
    """Arrays and tuples as lists, floats with six digits."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return round(value, 6) if isinstance(value, float) else value.item() if isinstance(value, np.generic) else value


def card(name: str) -> None:
    """What is known of a bundled head, in one line and on demand whole."""
    from playground.zoo import language_cards

    about = language_cards.language_card(name)
    scores = " · ".join(f"{key} {value:.1%}" for key, value in about.scores.items() if "test" in key or "held" in key)
    st.caption(f":material/verified: {scores} · {about.parameters / 1e6:.2f} M own parameters, {about.bytes / 1e6:.1f} MB, on MiniLM",
               help=f"{about.words} Data: {about.data}. Split: {about.split}. {about.how}.")  # fmt: skip


def short(text: str, most: int = 120) -> str:
    """The beginning of a text, for a line of code."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 2] + " …"
