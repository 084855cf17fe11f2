"""What the engine does between requests: admit the next in line, pause what nobody watches, stop what nobody came back to, send idle evaluators home."""

from __future__ import annotations

import itertools
import logging
import time
from typing import TYPE_CHECKING

from playground.runs import memory

if TYPE_CHECKING:
    from playground.runs.engine import Engine

RELEASE_SECONDS = 10.0  # grace between a tab's end and its runs' end: a reload takes less
KEPT_RUNS = 64  # ended runs kept in memory for watchers; all are in the store
ROUND_SECONDS = 0.25
TIDY_ROUNDS = 40  # after which freed memory is returned to the machine
CODE_ROUNDS = 2 * TIDY_ROUNDS  # after which code that is not in use is

log = logging.getLogger(__name__)


def keep(engine: Engine) -> None:
    """Go round until the engine closes."""
    rounds = 0
    while not engine.closed.wait(ROUND_SECONDS):
        rounds += 1
        try:
            if rounds % TIDY_ROUNDS == 0:
                _tidy(engine, rounds)
            admit(engine)
            end_idle(engine)
            engine.evaluators.rest()
        except Exception:
            log.exception("the engine's housekeeping failed; it goes on")


def _tidy(engine: Engine, rounds: int) -> None:
    """Give memory back; what would hold live pictures up waits until none is live."""
    still = not engine.playing()
    memory.give_back(collect=still)
    if still and rounds % CODE_ROUNDS == 0:
        memory.unmap_code()


def admit(engine: Engine) -> None:
    """Give free places to those who wait, first come first served, and tell the others their place."""
    with engine.lock:
        while engine.line and len(engine.playing()) < engine.max_playing:
            run = engine.runs[engine.line.pop(0)]
            if run.token in engine.links:
                engine.links[run.token].send({"do": "play"})
                run.become("playing")
            else:
                engine.launch(run, playing=True)
        for place, token in enumerate(engine.line, 1):
            if engine.runs[token].place != place:
                engine.runs[token].become("queued", "", place)


def end_idle(engine: Engine) -> None:
    """Pause playing runs without a watcher, stop those whose tab is gone or that stood unwatched for long."""
    now = time.monotonic()
    with engine.lock:
        gone = {owner for owner, since in engine.released.items() if now - since > RELEASE_SECONDS}
        for owner in gone:
            del engine.released[owner]
        held = {*engine.links, *engine.line}
        runs = list(engine.runs.items())
        ending = [run for token, run in runs if run.released and run.owner in gone and token in held]
        idle = [run for run in engine.playing() if not run.watchers and now - run.unwatched_since > engine.idle_seconds]
        stale = [run for token, run in runs if token in engine.links and not run.watchers
                 and run.state in ("paused", "finished", "failed") and now - run.unwatched_since > 2 * engine.idle_seconds]  # fmt: skip
        ended = [token for token, run in runs if token not in engine.links and not run.active and not run.watchers]
        for token in ended[: max(0, len(ended) - KEPT_RUNS)]:
            del engine.runs[token]
    for run in idle:
        engine.pause(run)
        run.become("paused", "Paused, because nobody was watching.")
    for run in itertools.chain(ending, stale):
        engine.stop(run)
