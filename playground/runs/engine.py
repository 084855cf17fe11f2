"""The engine: admits runs, owns their workers, obeys commands at once, keeps what finished."""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.runs import housekeeping
from playground.runs.evaluator import Evaluators, address
from playground.runs.link import Link
from playground.runs.run import Run, validate_speed
from playground.runs.store import Store

RECORD = ("This is a kept run and stays as it ended.", "Change a setting to start a run of your own, or go on from here with the buttons above.")
OBEY_SECONDS = 0.15  # a worker that has not obeyed by then is frozen (pause) or killed (stop)
RUNS_PER_VISITOR = 8

log = logging.getLogger(__name__)


class Engine:
    """All runs of this server."""

    def __init__(self, store: Store | None = None, max_playing: int | None = None, idle_seconds: float | None = None):
        environment = os.environ
        self.max_playing = max_playing or int(environment.get("PLAYGROUND_MAX_RUNS", 0)) or os.cpu_count() or 1
        self.idle_seconds = idle_seconds or float(environment.get("PLAYGROUND_IDLE_SECONDS", 600))
        self.store = store or Store()
        self.runs: dict[str, Run] = {}
        self.records: weakref.WeakValueDictionary[str, Run] = weakref.WeakValueDictionary()  # stored runs that somebody looks at
        self.links: dict[str, Link] = {}
        self.lock = threading.RLock()
        self.evaluators = Evaluators(min(2, os.cpu_count() or 1))
        self.line: list[str] = []  # tokens of runs that wait for a place
        self.released: dict[str, float] = {}  # visitor → when their tab ended
        self.closed = threading.Event()
        threading.Thread(target=housekeeping.keep, args=(self,), daemon=True, name="engine").start()

    # Runs ----------------------------------------------------------------------------------------------------------

    def start(self, experiment: Experiment, owner: str = "", playing: bool = False, speed: str = "frame",
              checkpoint: bytes | None = None, token: str | None = None, **about: str) -> Run:  # fmt: skip
        """A new run of `experiment`; it plays as soon as there is a place, or stands ready at its first view.

        `about` sets what a run says of itself: browser, slot, address, sweep, name.
        """
        run = Run(experiment, owner, token)
        run.speed, run.checkpoint = validate_speed(speed), checkpoint
        for name, value in about.items():
            setattr(run, name, value)
        return self.enter(run, playing)

    def enter(self, run: Run, playing: bool) -> Run:
        """Take a run in: launched at once or queued."""
        with self.lock:
            self.runs[run.token] = run
            self._limit_visitor(run.owner)
            if playing and not self._make_place(run):
                self._queue(run)
            else:
                self.launch(run, playing)
        return run

    def find(self, token: str) -> Run | None:
        """The live or remembered run; one that only the store knows is opened, ended, from there."""
        with self.lock:
            run = self.runs.get(token) or self.records.get(token)
        if run is None and (opened := self.store.open(token)) is not None:
            with self.lock:
                run = self.records.setdefault(token, opened)  # one object for all who look, page and sockets alike
        return run

    def opened(self, token: str) -> Run | None:
        """A run as somebody sees it who opens a link to it: live while it has a worker; once it has ended, the kept one, which stays as it is."""
        with self.lock:
            run = self.runs.get(token)
            ended = run is not None and not run.active and token not in self.links
        if ended and self.store.list(tokens=[token]):
            with self.lock:
                self.runs.pop(token, None)
        return self.find(token)

    def adopt(self, experiment: Experiment, owner: str) -> Run | None:
        """A run of the same experiment whose tab has just gone: after a reload, the new session goes on with it."""
        with self.lock:
            for run in reversed(list(self.runs.values())):
                if run.released and run.active and run.experiment == experiment:
                    run.owner, run.released = owner, False
                    return run
        return None

    def command(self, run: Run, do: str, **more: Any) -> None:
        """Carry out one command of the live protocol.

        Raises:
            UserError: When it is unknown or cannot be done in the run's present state.
        """
        if run.record:
            raise UserError(*RECORD)
        actions = {"play": self.play, "pause": self.pause, "stop": self.stop, "reset": self.reset, "resume": self.resume}
        if do in actions:
            actions[do](run)
        elif do in ("step", "epoch"):
            self._pass_on(run, {"do": do})
        elif do == "speed":
            run.speed = validate_speed(more.get("value"))
            self._pass_on(run, {"do": "speed", "value": run.speed})
        elif do == "tune":
            values = more.get("values")
            if not isinstance(values, dict):
                raise UserError("A change of settings names the settings and their new values.")
            run.experiment.changed(**values)  # refuses values outside their range before the worker is asked
            self._pass_on(run, {"do": "tune", "values": values})
        elif do == "edit":
            self._pass_on(run, {"do": "edit", **more})
        else:
            raise UserError(f"A run cannot {do!r}.")

    def play(self, run: Run) -> None:
        with self.lock:
            if run.token in self.line or run.state == "playing":
                return
            if run.state in ("lost", "stopped"):
                return self.resume(run)
            if not self._make_place(run):
                return self._queue(run)
            self._pass_on(run, {"do": "play"})
            if run.state == "paused":
                run.become("playing")

    def pause(self, run: Run) -> None:
        with self.lock:
            if run.token in self.line:
                self.line.remove(run.token)
                run.become("paused")
                if run.token not in self.links:
                    self.launch(run, playing=False)
                return
            link = self.links.get(run.token)
        if not link:
            return
        link.send({"do": "pause"})
        if not _within(OBEY_SECONDS, lambda: run.state != "playing"):
            link.freeze()
            run.become("paused", "Paused inside a long step; it goes on from there.")

    def stop(self, run: Run) -> None:
        """End the run: asked first, killed when it does not obey."""
        with self.lock:
            if run.token in self.line:
                self.line.remove(run.token)
            link = self.links.get(run.token)
        if link:
            link.send({"do": "stop"})
            if not _within(OBEY_SECONDS, lambda: not link.process.is_alive()):
                link.kill()
        if run.active:
            run.become("stopped")

    def stop_soon(self, run: Run) -> None:
        """End the run without making the caller wait."""
        threading.Thread(target=self.stop, args=(run,), daemon=True).start()

    def reset(self, run: Run) -> None:
        """Same settings, same seed, step 0; goes on playing if it was."""
        playing = run.state == "playing"
        with self.lock:
            link = self.links.get(run.token)
            busy = link is not None and (link.frozen or not link.process.is_alive())
        if link and not busy and run.state not in ("lost", "failed"):
            run.forget()
            link.send({"do": "reset", "playing": playing})
            if run.state == "finished":
                run.become("paused")
            return
        if link:
            link.kill()
            _within(1.0, lambda: run.token not in self.links)
        run.forget()
        with self.lock:
            self.launch(run, playing=False)

    def take_checkpoint(self, run: Run, seconds: float = 2.0) -> None:
        """Have the run's worker report its state now, without changing whether it plays; a dead one keeps its last."""
        before = run.checkpoint
        link = self.links.get(run.token)
        if link is not None and not link.frozen:
            link.send({"do": "checkpoint"})
            _within(seconds, lambda: run.checkpoint is not before)

    def resume(self, run: Run) -> None:
        """Go on from the last checkpoint after a worker was lost or stopped."""
        if run.checkpoint is None:
            raise UserError("This run has no checkpoint to resume from.", "Reset starts it anew.")
        with self.lock:
            self.runs[run.token] = run
            if not self._make_place(run):
                return self._queue(run)
            self.launch(run, playing=True)

    # Visitors ------------------------------------------------------------------------------------------------------

    def release(self, owner: str) -> None:
        """The visitor's tab is gone: their runs are stopped after a grace time, unless a reload adopts them."""
        with self.lock:
            self.released[owner] = time.monotonic()
            for run in self.runs.values():
                if run.owner == owner:
                    run.released = True

    def compute(self, function: Callable[..., Any], **arguments: Any) -> Any:
        """Evaluate a public torch function of this package in a warm process."""
        return self.evaluators.call(address(function), arguments)

    def warm(self) -> None:
        """Start the forkserver and one evaluator, and open the store, ahead of the first need."""
        self.compute(os_ready)
        self.store.usage()

    def close(self) -> None:
        """End every worker and evaluator; finished and stopped runs are already in the store."""
        self.closed.set()
        for run in list(self.runs.values()):
            if run.token in self.links:
                self.stop(run)
        self.evaluators.close()
        self.store.close()

    def counts(self) -> dict[str, int]:
        with self.lock:
            states = [run.state for run in self.runs.values()]
        return {state: states.count(state) for state in sorted(set(states))}

    # Inside --------------------------------------------------------------------------------------------------------

    def launch(self, run: Run, playing: bool) -> None:
        """Start a worker for this run, at its checkpoint if it has one."""
        self.runs[run.token] = run
        run.become("starting")
        request: dict[str, Any] = {"key": run.experiment.key, "modules": run.experiment.modules(),
                                   "values": run.experiment.values(), "playing": playing, "speed": run.speed}  # fmt: skip
        if run.checkpoint:
            import numpy as np

            request["checkpoint"] = np.frombuffer(run.checkpoint, np.uint8)
        self.links[run.token] = Link(run, request, self._ended, self._heard)

    def _pass_on(self, run: Run, command: dict[str, Any]) -> None:
        link = self.links.get(run.token)
        if link is None:
            if run.token in self.line:
                raise UserError("This run still waits for a free place.", "Pause another run, or wait.")
            raise UserError("This run has ended.", "Reset starts it anew.")
        link.send(command)

    def _heard(self, run: Run) -> None:
        if run.state in ("finished", "failed") and run.stored_step != run.step:
            run.stored_step = run.step
            self._keep(run)

    def _ended(self, run: Run) -> None:
        with self.lock:
            link = self.links.pop(run.token, None)
        if run.state == "failed" and run.trace:
            log.error("run %s failed:\n%s", run.token[:6], run.trace)
        if run.active and link and not (link.killed or self.closed.is_set()):
            code = link.process.exitcode
            done = f"It can be resumed from step {int(run.checkpoint_state().get('step_count', 0)):,}." if run.checkpoint else ""
            run.become("lost", f"The worker process ended unexpectedly (exit code {code}). {done}".strip())
        elif run.active:
            run.become("stopped")
        self._keep(run)

    def _keep(self, run: Run) -> None:
        if run.step > 0:
            try:
                self.store.save(run)
            except Exception:
                log.exception("run %s could not be stored", run.token[:6])
                run.say_problem("This run could not be saved to disk; see the server's log.")

    def playing(self) -> list[Run]:
        """Runs that hold a place now."""
        return [self.runs[token] for token in self.links if self.runs[token].state in ("playing", "starting")]

    def _make_place(self, run: Run) -> bool:
        """Is there a place for one more playing run? A visitor's own unwatched run is paused to make one."""
        playing = [each for each in self.playing() if each is not run]
        if len(playing) < self.max_playing:
            return True
        idle = [each for each in playing if each.owner == run.owner and each.watchers == 0 and each.state == "playing"]
        if idle:
            self.links[idle[0].token].send({"do": "pause"})
            idle[0].become("paused", "Paused to make room for your newer run.")
            return True
        return False

    def _queue(self, run: Run) -> None:
        self.line.append(run.token)
        run.become("queued", "", place=len(self.line))

    def _limit_visitor(self, owner: str) -> None:
        mine = [each for each in self.runs.values() if each.owner == owner and each.token in self.links]
        for run in mine[: max(0, len(mine) - RUNS_PER_VISITOR)]:
            self.stop_soon(run)


def os_ready() -> bool:
    """Something for a fresh evaluator to answer."""
    return True


def _within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


_engine: Engine | None = None
_engine_lock = threading.Lock()


def get_engine() -> Engine:
    """This server's engine, made at first need."""
    global _engine
    with _engine_lock:
        if _engine is None:
            _engine = Engine()
        return _engine


def close_engine() -> None:
    """End the engine, if there is one."""
    global _engine
    with _engine_lock:
        if _engine is not None:
            _engine.close()
            _engine = None
