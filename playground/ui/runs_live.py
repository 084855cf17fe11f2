"""Runs that still go on, and what the screen of runs says while there are none at all."""

from __future__ import annotations

import streamlit as st

from playground import ui
from playground.figures import runs as figures
from playground.runs import cards as cards_of
from playground.runs import records
from playground.runs import sweep as sweeps
from playground.runs.engine import get_engine
from playground.runs.run import Run
from playground.runs.sweep import Sweep
from playground.ui import session
from playground.ui.sweep import progress

WORDS = {"queued": "waits for a place", "starting": "starts", "playing": "goes on", "paused": "is paused"}


def going() -> list[Run]:
    """This browser's runs that have not ended, those of sweeps left out."""
    me = session.browser()
    runs = list(get_engine().runs.values())
    return [run for run in runs if run.browser == me and not run.sweep and run.active and (run.step or run.state == "playing")]


def sweeping() -> list[Sweep]:
    return [each for each in sweeps.of(session.browser()) if each.state == "going"]


def strip() -> None:
    """One line a run that goes on, following it; the page draws itself anew when one has ended."""
    if going() or sweeping():
        with st.container(border=True, key="runs-going"):
            ui.watched(_lines)(_now())


def _now() -> tuple[set[str], int]:
    """What goes on, and how many runs of sweeps have ended: the table changes with it."""
    return {run.token for run in going()}, sum(each.done for each in sweeping())


def _lines(before: tuple[set[str], int]) -> None:
    if _now() != before:
        st.rerun()
    for each in sweeping():
        progress(each, title=True)
    now = going()
    pages = st.session_state.get("!pages", {})
    for run in now:
        with st.container(horizontal=True, vertical_alignment="center"):
            status = run.status()
            left = f", {status['seconds_left']:,.0f} s left" if status["seconds_left"] else ""
            st.markdown(f"**{run.experiment.title}** {WORDS.get(run.state, run.state)} at step {run.step:,} of {run.total:,}{left}", width="stretch")
            path, query = records.address(cards_of.live(run))
            if path in pages:
                st.page_link(pages[path], label="To its screen", icon=":material/open_in_new:", query_params=query)
            st.button("Stop", icon=":material/stop:", key=f"runs!stop!{run.token}", on_click=get_engine().stop, args=(run,))


def nothing_yet() -> None:
    """Nothing is kept: what would be, and one click that makes some."""
    left, right = st.columns([1, 1.2], gap="large", vertical_alignment="center")
    with right:
        ui.lines(*figures.example(), key="runs-example", height=260)
        st.caption("Runs laid over one another look like this. Here: gradient descent on the parabola x² with four learning rates.")
    with left.container(border=True, key="runs-empty"):
        st.markdown("**No run is kept yet.** Train something on any screen: as soon as it ends, or you leave it, it stands here with its settings, curves and weights.")
        st.button("Train four small networks now", icon=":material/play_arrow:", type="primary", key="runs!first", on_click=_first,
                  help="The same network on the same spiral with four learning rates, a few seconds in all.")  # fmt: skip


def _first() -> None:
    from playground.experiments.boundary import Boundary

    base = Boundary(epochs=60)
    sweeps.start(base, [sweeps.Axis("learning_rate", (0.001, 0.01, 0.03, 0.3))], browser=session.browser(), visitor=session.visitor().name, name="First look",
          address=records.written(Boundary.page, {}))  # fmt: skip
