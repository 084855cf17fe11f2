"""A conversation with a model of the Hub, turn by turn."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground.core.errors import UserError
from playground.core.limits import TEXT_CHARACTERS
from playground.data.texts import clean
from playground.experiments.text_hub import HubText
from playground.figures import text as figures
from playground.ui import hub_writing
from playground.ui import text_parts as parts

SLOT, TALK = "text_hub!answer", "text_hub!talk"
OPENINGS = ("What is a neuron?", "Write two lines about the sea.", "Why is the sky blue?")
FACES = {"user": ":material/person:", "assistant": ":material/smart_toy:"}


def part(view: HubText) -> None:
    """What was said, the answer as it comes, and the box for what is said next."""
    talk = _talk(view)
    for turn in talk["turns"]:
        _bubble(turn["role"], turn["content"])
    if talk["turns"]:
        _answer(view, talk)
    else:
        st.caption("Begin with a question of yours, or with one of these.")
        with st.container(horizontal=True):
            for i, words in enumerate(OPENINGS):
                st.button(words, key=f"text_hub!opening.{i}", on_click=_say, args=(words,))
    if problem := talk.pop("problem", ""):
        st.error(problem, icon=":material/error:")
    with st.container():  # inside a container the box stands where it belongs instead of at the foot of the window
        st.chat_input("Say something", key="text_hub!said", max_chars=TEXT_CHARACTERS, on_submit=_said)
    if talk["turns"]:
        st.button("New conversation", key="text_hub!new", icon=":material/add_comment:", on_click=_new)
        _call(view, talk)


def _talk(view: HubText) -> dict[str, Any]:
    """The conversation with this model; another model begins another."""
    held = st.session_state.get(TALK)
    if held is None or held["model"] != view.chosen:
        held = st.session_state[TALK] = {"model": view.chosen, "turns": [], "luck": 0}
        st.session_state.pop(SLOT, None)
    return held


def _answer(view: HubText, talk: dict[str, Any]) -> None:
    of = (view.chosen, tuple(each["content"] for each in talk["turns"]), talk["luck"])
    text = hub_writing.now(SLOT)
    if text is None or text.of != of:
        text = hub_writing.begin(SLOT, of, view.tokens)
    asked = view.drawing() | {"prompt": "", "turns": list(talk["turns"]), "seed": _seed(view, talk)}

    def paint(text: hub_writing.Written) -> None:
        if not text.template:
            st.caption(":material/info: This model was not taught to converse: it is given your words as “Question: …” and goes on writing after “Answer:”.")
        _bubble("assistant", text.text.strip())

    hub_writing.stream(SLOT, asked, paint, _again, view.tokens)


def _call(view: HubText, talk: dict[str, Any]) -> None:
    """The conversation as JSON, and the call that answers its last question."""
    text = hub_writing.now(SLOT)
    if text is None or text.state not in ("stopped", "over"):
        return
    call = {"task": "chat", "model": view.chosen, "text": talk["turns"][-1]["content"], "extra": "", "tokens": len(text.ids), "temperature": view.temperature,
            "seed": _seed(view, talk)}  # fmt: skip
    whole = [*talk["turns"], {"role": "assistant", "content": text.text.strip()}]
    alone = "" if len(talk["turns"]) == 1 else "  # the last question by itself"
    parts.call(whole, f"from playground.experiments.text_hub import answer\n\nanswer(**{call!r}){alone}")


def _seed(view: HubText, talk: dict[str, Any]) -> int:
    return (view.seed + talk["luck"]) % 1_000_000


def _bubble(role: str, words: str) -> None:
    with st.chat_message(role, avatar=FACES[role]):
        st.html(figures.block(figures.safe(words) or "…"))


def _said() -> None:
    _say(st.session_state["text_hub!said"] or "")


def _say(words: str) -> None:
    """The answer so far becomes part of the conversation, and these words follow it."""
    talk = st.session_state[TALK]
    try:
        words = clean(words, "What you said")
    except UserError as error:
        talk["problem"] = str(error)
        return
    text = hub_writing.now(SLOT)
    if talk["turns"] and text is not None and text.text:
        talk["turns"].append({"role": "assistant", "content": text.text.strip()})
    talk["turns"].append({"role": "user", "content": words})
    talk["luck"] = 0


def _again() -> None:
    st.session_state[TALK]["luck"] += 1


def _new() -> None:
    st.session_state.pop(TALK, None)
    st.session_state.pop(SLOT, None)
