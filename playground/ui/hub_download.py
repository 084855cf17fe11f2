"""A model of the Hub that is not on this machine: what is said, and what brings it, with progress and cancel."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from playground import ui
from playground.core.limits import MIB
from playground.data import hub_files


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
    if job is not None and job.state == "failed":
        st.error(job.problem, icon=":material/cloud_off:")
    st.info(f"{hub_files.missing(repository)} {local}", icon=":material/cloud_download:")
    with st.container(horizontal=True):
        if not hub_files.offline():
            st.button("Download", key=f"{slot}!get", type="primary", icon=":material/download:", on_click=hub_files.start, args=(repository,))
        if instead is not None:
            instead()


def progress(slot: str, repository: str) -> None:
    """How far a download is, and the button that ends it; the page is drawn anew once it is over."""
    job = hub_files.current(repository)
    if job is None or job.state != "running":
        st.rerun(scope="app")
        return
    left = f", {job.seconds_left:,.0f} s left" if job.seconds_left is not None and job.seconds_left < 36_000 else ""
    st.progress(job.share, text=f"Downloading {repository}: {job.received / MIB:,.1f} of {job.total / MIB:,.1f} MB{left}" if job.total else "Asking the Hub …")
    st.button("Cancel", key=f"{slot}!cancel", on_click=job.cancel, icon=":material/close:")
