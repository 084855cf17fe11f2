"""A model of the Hub that is not on this machine: what is said, and what brings it, with progress and cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from playground import ui
from playground.core.limits import MIB
from playground.data import hub_files
from playground.runs.engine import get_engine
from playground.runs.evaluator import address

PATIENCE = 180.0  # seconds: to open a model of some gigabytes from a slow disk, and to read with it


OTHER = "Another model …"


def choose(kind: Any, view: Any, known: Mapping[str, str], words: str = "Weights are taken as safetensors alone, and no code of the repository is run.") -> bool:
    """The models of a list, and a box for the name of any other; the choice is the field `model` of `kind`, "" for the first of the list.

    Returns:
        Whether a model is named.
    """
    slot, state = f"{kind.key}!pick", st.session_state
    wanted = view.chosen if view.chosen in known else OTHER
    if state.get(slot) != wanted and not (state.get(slot) == OTHER and not view.model):
        state[slot] = wanted

    def picked() -> None:
        ui.set_values(kind, model="" if state[slot] == OTHER else state[slot])

    def named() -> None:
        ui.set_values(kind, model=state[f"{kind.key}!name"].strip())

    st.selectbox("Model", [*known, OTHER], key=slot, format_func=lambda each: f"{known[each]}  ·  {each}" if each in known else each, on_change=picked)
    if state[slot] != OTHER:
        return True
    state[f"{kind.key}!name"] = view.model
    st.text_input("Name on the Hub", key=f"{kind.key}!name", max_chars=140, placeholder="owner/model", on_change=named, help=words)
    if not view.model:
        st.info("Type the name of a model, as it stands at the top of its page on the Hub: owner/model.", icon=":material/edit:")
    return bool(view.model)


def forget(kind: Any) -> None:
    """Back to the first model of the list, also when another was about to be named."""
    st.session_state.pop(f"{kind.key}!pick", None)


def missing(slot: str, repository: str, local: str, instead: Callable[[], None] | None = None) -> None:
    """What to say, and to press, while a model is not here.

    Args:
        slot: Unique on the page.
        local: What works without it.
        instead: Draws the button that leads there.
    """
    job = hub_files.current(repository)
    if job is not None and job.state == "running":
        ui.watched(progress)(slot, repository)
        return
    failed = job is not None and job.state == "failed"
    if failed:
        st.error(job.problem, icon=":material/cloud_off:")
        st.caption(local)
    else:
        st.info(f"{hub_files.missing(repository)} {local}", icon=":material/cloud_download:")
    with st.container(horizontal=True):
        if not hub_files.offline():
            words, icon = ("Try again", ":material/refresh:") if failed else ("Download", ":material/download:")
            st.button(words, key=f"{slot}!get", type="secondary" if failed else "primary", icon=icon, on_click=hub_files.start, args=(repository,))
        if instead is not None:
            instead()


def progress(slot: str, repository: str) -> None:
    """How far a download is, and the button that ends it; the page is drawn anew once it is over."""
    job = hub_files.current(repository)
    if job is None or job.state != "running":
        st.rerun(scope="app")
        return
    left = f", {remaining(job.seconds_left)} left" if job.seconds_left is not None else ""
    st.progress(job.share, text=f"Downloading {repository}: {job.received / MIB:,.1f} of {job.total / MIB:,.1f} MB{left}" if job.total else "Asking the Hub …")
    st.button("Cancel", key=f"{slot}!cancel", on_click=job.cancel, icon=":material/close:")


def remaining(seconds: float) -> str:
    """A time to wait, no finer than a person needs it."""
    return f"{seconds:,.0f} s" if seconds < 100 else f"{seconds / 60:,.0f} min" if seconds < 6_000 else f"{seconds / 3600:,.1f} h"


def patiently(function: Callable[..., Any], **arguments: Any) -> Any:
    """As `ui.compute`, for what large models do: nothing is kept, and it may take as long as opening the model takes.

    Raises:
        UserError: As raised by the function, or when it takes too long.
    """
    return get_engine().evaluators.call(address(function), arguments, PATIENCE)


@st.cache_data(max_entries=64, show_spinner=False)
def _kept(where: str, _function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    return patiently(_function, **arguments)


def kept(function: Callable[..., Any], words: str, **arguments: Any) -> Any:
    """As `patiently`, with a word on what is waited for; the last answers are kept.

    Raises:
        UserError: As raised by the function, or when it takes too long.
    """
    with st.spinner(words, show_time=True):
        return _kept(address(function), function, arguments)
