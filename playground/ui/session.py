"""A visitor's runs: found again on every rerun and page switch, stopped some time after the tab is gone."""

import time
import uuid
from typing import Any

import streamlit as st

from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.runs import browsers, records, sweep
from playground.runs.engine import Engine, get_engine
from playground.runs.run import Run


class Visitor:
    """One browser tab: its name towards the engine, and its run on each screen."""

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self.runs: dict[str, Run] = {}
        self.asked: dict[str, Experiment] = {}
        self.opened: set[str] = set()  # runs that were opened by a link

    def leave(self) -> None:
        get_engine().release(self.name)
        sweep.leave(self.name)


@st.cache_resource(scope="session", on_release=Visitor.leave, show_spinner=False)
def visitor() -> Visitor:
    """This session's visitor."""
    made = Visitor()
    sweep.follow(browsers.key(st.context.cookies), made.name)
    return made


def browser() -> str:
    """This browser's key on kept runs: the same for all its tabs and visits as long as it keeps our cookie; else that of the visit."""
    return browsers.key(st.context.cookies) or visitor().name


def run(experiment: Experiment, *, autoplay: bool = True, speed: str = "frame", name: str = "") -> Run:
    """This visitor's run of `experiment`: the same one on every rerun.

    A change of live fields is taken over by the run as it goes; any other change starts a new run, which plays if the old one
    did. `name` tells several runs of one screen apart.
    """
    engine, me = get_engine(), visitor()
    slot = name or experiment.key
    _open_shared(engine, me, slot, experiment)
    old = me.runs.get(slot)
    if old is not None and me.asked[slot] == experiment:
        if old.record:
            _say_record(old, slot)
        return old
    if old is not None and _tuned(engine, old, me.asked[slot], experiment):
        me.asked[slot], old.address = experiment, here(experiment)
        return old
    playing = autoplay if old is None else old.state in ("playing", "queued", "starting", "finished", "failed") and (autoplay or old.step > 0)
    playing = st.session_state.pop("!play", False) or playing
    new = None if old is not None else engine.adopt(experiment, me.name)
    about = {"browser": browser(), "slot": slot, "address": here(experiment)}
    new = new or engine.start(experiment, me.name, playing=playing, speed=old.speed if old else speed, **about)
    if old is not None and old.active:
        engine.stop_soon(old)
    if old is not None and st.query_params.get(records.RUN) == old.token:
        del st.query_params[records.RUN]  # the address names what is on screen
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
    stored = [row["token"] for row in get_engine().store.list(kind, limit, browser=browser()) if row["token"] not in known]
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
    """A link to one run shows that run, as it is or as it ended; once, so that a later choice is not undone by the address."""
    token = st.query_params.get(records.RUN)
    if not token or (token in me.opened and not st.session_state.get("!arrived")):
        return
    shared = engine.opened(token)
    if shared is None:
        me.opened.add(token)
        st.warning("The link names a run that is not kept here, or not any more.", icon=":material/link_off:")
    elif shared.experiment.key == experiment.key and shared.slot in ("", slot):
        me.opened.add(token)
        me.runs[slot], me.asked[slot] = shared, experiment


def complete_link() -> None:
    """Settings that a link to a run leaves out are those of the run. Called before the page reads its address."""
    token = st.query_params.get(records.RUN)
    cards = get_engine().store.list(tokens=[token]) if token else []
    if cards:
        for name, value in records.address(cards[0])[1].items():
            if name not in st.query_params:
                st.query_params[name] = value


def here(experiment: Experiment) -> str:
    """The present address, as a run keeps it to be shown again."""
    parameters = {name: st.query_params.get_all(name) for name in st.query_params}
    return records.written(st.session_state.get("!page", experiment.page), parameters)


def _say_record(record: Run, slot: str) -> None:
    """Above a kept run: what it is, and how one goes on from it."""
    ended = record.state in ("finished", "failed")
    when = time.strftime("%d %B %Y", time.localtime(record.created))
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"{slot}!record"):
        name = f"“{record.name}”, a kept run" if record.name else "A kept run"
        st.markdown(f":material/inventory_2: {name} of {when}, as it {record.state.replace('lost', 'was lost')} at step {record.step:,}.", width="stretch")
        if record.checkpoint and not ended:
            st.button("Go on from here", icon=":material/play_arrow:", key=f"{slot}!go-on", on_click=_go_on, args=(record, slot))
        st.button("Start it anew", icon=":material/replay:", key=f"{slot}!anew", on_click=_anew, args=(record, slot))


def _go_on(record: Run, slot: str) -> None:
    me = visitor()
    me.runs[slot] = records.go_on(get_engine(), record, me.name, browser=browser(), slot=slot, address=record.address, name=record.name)
    st.query_params.pop(records.RUN, None)


def _anew(record: Run, slot: str) -> None:
    restart(slot)
    st.session_state["!play"] = True
    st.query_params.pop(records.RUN, None)
