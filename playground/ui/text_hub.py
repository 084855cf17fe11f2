"""The part of the text screen that runs models from the Hub: what they need, how they come here, what they answer."""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments import text_hub as hub
from playground.experiments.hub_rewriting import rewrite
from playground.experiments.hub_writing import write
from playground.experiments.text_hub import HubText
from playground.experiments.text_settings import TASKS, TextScreen
from playground.figures import text as figures
from playground.ui import hub_download, hub_writing, text_chat
from playground.ui import text_parts as parts

WRITTEN = ("generate", *hub.ORDERS)  # tasks whose answers come word by word


def part() -> None:
    """Task and model on top, then either how to get the model or its answer."""
    st.html(figures.STYLE)
    now = ui.controls(HubText, only=())
    _tasks(now)
    view = ui.controls(HubText, container=st.sidebar, hide=(*now.unused_controls(), "task"))
    if not hub_download.choose(HubText, view, hub.TASKS[view.task][3]):
        return
    with ui.plain_words():
        model = hub.named(view.chosen)
        if not hub.here(model):
            _missing(view, model)
            return
        _ask(view)


def _tasks(now: HubText) -> None:
    """The tasks as one row of buttons."""
    st.pills("Task", list(hub.TITLES), key="text_hub.task", format_func=lambda each: hub.TITLES[each], required=True, label_visibility="collapsed", on_change=_forget)


def _forget() -> None:
    """Another task begins with its own first model."""
    ui.set_values(HubText, model="", extra="")
    hub_download.forget(HubText)


def _missing(view: HubText, model: str) -> None:
    """What to say, and to press, while the model is not here."""
    _, local, part_, _ = hub.TASKS[view.task]

    def bundled() -> None:
        words, icon = "Use what is bundled", ":material/offline_bolt:"
        if view.task in hub.OWN:
            st.button(words, key="text_hub!own", icon=icon, on_click=ui.set_values, args=(HubText,), kwargs={"model": hub.OWN[view.task]})
        elif part_ in TASKS:
            st.button(words, key="text_hub!local", icon=icon, on_click=ui.set_values, args=(TextScreen,), kwargs={"part": part_})

    hub_download.missing("text_hub", model, local, bundled)


def _ask(view: HubText) -> None:
    ours = view.chosen in hub.OWN.values()
    if view.task == "chat":
        text_chat.part(view)
        return
    if view.task in hub.EXTRA and not ours and (view.task != "translate" or "t5" in view.chosen.lower()):
        _extra(view)
    parts.box(HubText, view, "text", "Your text", 120, "Mark the gap with ___" if view.task == "fill" else "")
    asked = view.arguments()
    if view.task in WRITTEN and not ours:
        _write(view, asked)
        return
    try:
        data = hub_download.kept(hub.answer, "The model is at work …", **asked)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    if "text" in data:
        st.html(figures.block(figures.safe(data["text"] or "(nothing)")))
    if "names" in data:
        st.html(figures.marked(asked["text"], data["names"]))
    if "choices" in data:
        st.html(figures.bars([each["label"] for each in data["choices"]], [each["score"] for each in data["choices"]], best=0))
    parts.took(data, "only the beginning was read" if data["cut"] else "")
    _call({key: value for key, value in data.items() if key != "cut"}, asked)


def _extra(view: HubText) -> None:
    """The question, the labels, or what T5 is told; what stands in for an empty box is shown in it."""
    label, without = hub.EXTRA[view.task]
    slot = "text_hub!extra"
    st.session_state[slot] = view.extra
    st.text_input(label, key=slot, max_chars=300, placeholder=without, on_change=lambda: ui.set_values(HubText, extra=st.session_state[slot]))


def _call(result: Any, asked: dict[str, Any]) -> None:
    parts.call(result, f"from playground.experiments.text_hub import answer\n\nanswer(**{asked!r})")


def _write(view: HubText, asked: dict[str, Any]) -> None:
    """The text comes a piece at a time."""
    given, slot = asked["text"], "text_hub!writing"
    goes_on = view.task == "generate"
    if goes_on:
        told = view.drawing() | {"prompt": given, "turns": []}
    else:
        told = {"model": asked["model"], "text": given, "told": view.extra or hub.ORDERS[view.task]}
    text = hub_writing.now(slot)
    if text is None or text.of != told:
        text = hub_writing.begin(slot, told, view.tokens)

    def paint(text: hub_writing.Written) -> None:
        st.html(figures.block((f"<b>{figures.safe(given)}</b>" if goes_on else "") + figures.safe(text.text)))

    hub_writing.stream(slot, told, paint, other_luck if goes_on else None, view.tokens, write if goes_on else rewrite)
    if text.state in ("stopped", "over"):
        _call({"text": text.text, "tokens": len(text.ids), "ended": text.why or "stopped", "seconds": text.seconds}, asked | {"tokens": len(text.ids)})


def other_luck() -> None:
    """The same question to the dice again."""
    ui.set_values(HubText, seed=random.SystemRandom().randrange(1_000_000))
