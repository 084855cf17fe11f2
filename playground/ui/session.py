"""A visitor's runs: found again on every rerun and page switch, stopped some time after the tab is gone."""

import uuid
from typing import Any

import streamlit as st

from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.runs.engine import Engine, get_engine
from playground.runs.run import Run


class Visitor:
    """One browser tab: its name towards the engine, and its run on each screen."""

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self.runs: dict[str, Run] = {}
        self.asked: dict[str, Experiment] = {}

    def leave(self) -> None:
        get_engine().release(self.name)


@st.cache_resource(scope="session", on_release=Visitor.leave, show_spinner=False)
def visitor() -> Visitor:
    """This session's visitor."""
    return Visitor()


def run(experiment: Experiment, *, autoplay: bool = True, speed: str = "frame", name: str = "") -> Run:
    """This visitor's run of `experiment`: the same one on every rerun.

    A change of live fields is taken over by the run as it goes; any other change starts a new run, which plays if the old one
    did. `name` tells several runs of one screen apart.
    """
    engine, me = get_engine(), visitor()
    slot = name or experiment.key
    if "!run" in st.query_params and slot not in me.runs:
        _open_shared(engine, me, slot, experiment)
    old = me.runs.get(slot)
    if old is not None and me.asked[slot] == experiment:
        return old
    if old is not None and _tuned(engine, old, me.asked[slot], experiment):
        me.asked[slot] = experiment
        return old
    playing = autoplay if old is None else old.state in ("playing", "queued", "starting", "finished", "failed") and (autoplay or old.step > 0)
    playing = st.session_state.pop("!play", False) or playing
    new = None if old is not None else engine.adopt(experiment, me.name)
    new = new or engine.start(experiment, me.name, playing=playing, speed=old.speed if old else speed)
    if old is not None and old.active:
        engine.stop_soon(old)
    me.runs[slot], me.asked[slot] = new, experiment
    return new


def restart(slot: str, **commands: Any) -> None:
    """Forget this screen's run, so that the next script run starts a fresh one."""
    me = visitor()
    old = me.runs.pop(slot, None)
    me.asked.pop(slot, None)
    if old is not None and old.active:
        get_engine().stop_soon(old)


def current_run(slot: str) -> Run | None:
    """The run this visitor has on a screen, if any."""
    return visitor().runs.get(slot)


def session_runs() -> dict[str, Run]:
    """This visitor's runs by slot."""
    return dict(visitor().runs)


def recent_runs(kind: str, limit: int = 12) -> list[Run]:
    """Runs of one kind of experiment, this visitor's own first, then stored ones; each has a checkpoint."""
    mine = [each for each in visitor().runs.values() if each.experiment.key == kind and each.checkpoint]
    known = {each.token for each in mine}
    stored = [row["token"] for row in get_engine().store.list(kind, limit) if row["token"] not in known]
    opened = (get_engine().find(token) for token in stored[: max(0, limit - len(mine))])
    return mine + [each for each in opened if each is not None and each.checkpoint]


def _tuned(engine: Engine, old: Run, before: Experiment, experiment: Experiment) -> bool:
    if before.needs_restart(experiment) or old.token not in engine.links:
        return False
    values = experiment.values()
    try:
        engine.command(old, "tune", values={name: values[name] for name in before.differences(experiment)})
    except UserError:
        return False  # it has just ended: a new run takes its place
    return True


def _open_shared(engine: Engine, me: Visitor, slot: str, experiment: Experiment) -> None:
    """A link to one stored run shows that run as it ended."""
    shared = engine.find(st.query_params["!run"])
    if shared is not None and shared.experiment.key == experiment.key:
        me.runs[slot], me.asked[slot] = shared, experiment
