"""The part of the text screen that runs models from the Hub: what they need, how they come here, what they answer."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments import text_hub as hub
from playground.experiments.text_hub import HubText
from playground.experiments.text_settings import TASKS, TextScreen
from playground.figures import text as figures
from playground.ui import hub_download
from playground.ui import text_parts as parts

OWN = "Another model …"


def part() -> None:
    """Task and model on top, then either how to get the model or its answer."""
    st.html(figures.STYLE)
    now = ui.controls(HubText, only=())
    _tasks(now)
    view = ui.controls(HubText, container=st.sidebar, hide=(*now.unused_controls(), "task"))
    _model(view)
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
    st.session_state["text_hub.model"] = ""
    st.session_state.pop("text_hub!pick", None)


def _model(view: HubText) -> None:
    known = hub.TASKS[view.task][3]
    options = [*known, OWN]
    slot = "text_hub!pick"
    if st.session_state.get(slot) not in options:
        st.session_state[slot] = view.chosen if view.chosen in known else OWN
    st.selectbox("Model", options, key=slot, format_func=lambda each: f"{known[each]}  ·  {each}" if each in known else each, on_change=_picked)
    if st.session_state[slot] == OWN:
        parts.line(HubText, view, "model", "Name on the Hub (owner/model); its weights must be safetensors", 140)


def _picked() -> None:
    pick = st.session_state["text_hub!pick"]
    ui.set_values(HubText, model="" if pick == OWN else pick)


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
    if (words := hub.EXTRA.get(view.task)) and view.chosen not in hub.OWN.values():
        parts.line(HubText, view, "extra", words, 300)
    parts.box(HubText, view, "text", "Your text", 120, "Mark the gap with ___" if view.task == "fill" else "")
    asked = view.arguments()
    try:
        data = parts.compute(hub.answer, "The model is at work …", **asked)
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
    parts.call({key: value for key, value in data.items() if key != "cut"}, f"from playground.experiments.text_hub import answer\n\nanswer(**{asked!r})")
