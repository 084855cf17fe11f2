"""Sweeps: many settings of one experiment, run one after another in the background through the engine's own queue."""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.experiment import Experiment, label
from playground.core.fields import Domain
from playground.core.limits import SWEEP_AXES, SWEEP_MEMBERS
from playground.core.randomness import numpy_stream
from playground.runs import records
from playground.runs.engine import Engine, get_engine
from playground.runs.run import Run

GRACE_SECONDS = 60.0  # a sweep whose last visitor has left goes on for so long: a reload takes less
POLL_SECONDS = 0.05
REMEMBERED = 50  # ended sweeps; their runs are in the store
START_SECONDS = 0.25  # of one run beside its steps: a worker, the first and the last picture

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Axis:
    """A field and the values that it takes in turn."""

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Span:
    """A field and the range from which it is drawn at random, evenly by value or, where its slider is, by factor."""

    field: str
    low: float
    high: float


def spaced(domain: Domain, low: float, high: float, count: int) -> tuple[Any, ...]:
    """`count` round values from low to high: by equal factors where the field's slider is logarithmic, else by equal steps.

    Raises:
        UserError: When the range is empty or leaves the domain.
    """
    if not domain.low <= low <= high <= domain.high:
        raise UserError(f"A range goes from a lower to a higher value within {domain.low:g} and {domain.high:g}, got {low:g} to {high:g}.")
    values = np.geomspace(low, high, count) if domain.log and low > 0 else np.linspace(low, high, count)
    return tuple(dict.fromkeys(_round(domain, value) for value in values))


def grid(base: Experiment, axes: Sequence[Axis]) -> tuple[list[Experiment], list[str]]:
    """Every combination of the axes' values on top of `base`, and what was wrong with those that make no sense.

    Raises:
        UserError: When there are too many, or no axis.
    """
    _check(base, [axis.field for axis in axes])
    count = int(np.prod([len(axis.values) for axis in axes]))
    if count > SWEEP_MEMBERS:
        raise UserError(f"These values make {count} combinations, the limit is {SWEEP_MEMBERS}.", "Take fewer values, or draw some at random.")
    return _built(base, [dict(zip([axis.field for axis in axes], values, strict=True)) for values in itertools.product(*(axis.values for axis in axes))])


def draws(base: Experiment, axes: Sequence[Axis | Span], count: int, seed: int = 0) -> tuple[list[Experiment], list[str]]:
    """`count` random combinations: with more than one field that matters, they find good settings sooner than a grid of as many runs.

    Source:
        Bergstra and Bengio 2012, Random Search for Hyper-Parameter Optimization, section 2.
    """
    _check(base, [axis.field for axis in axes])
    if not 1 <= count <= SWEEP_MEMBERS:
        raise UserError(f"A sweep has 1 to {SWEEP_MEMBERS} runs, got {count}.")
    stream = numpy_stream(seed, "sweep")
    return _built(base, [{axis.field: _drawn(base.domains()[axis.field], axis, stream) for axis in axes} for _ in range(count)])


def _check(base: Experiment, names: Sequence[str]) -> None:
    if not names:
        raise UserError("A sweep varies at least one setting.", "Choose one.")
    if len(names) > SWEEP_AXES or len(set(names)) < len(names):
        raise UserError(f"A sweep varies up to {SWEEP_AXES} different settings, got {', '.join(label(type(base), name) for name in names)}.")


def _built(base: Experiment, changes: Sequence[dict[str, Any]]) -> tuple[list[Experiment], list[str]]:
    members: dict[Experiment, None] = {}
    refused: list[str] = []
    for values in changes:
        try:
            members[base.changed(**values)] = None
        except UserError as error:
            refused.append(str(error))
    return list(members), refused


def _drawn(domain: Domain, axis: Axis | Span, stream: np.random.Generator) -> Any:
    if isinstance(axis, Axis):
        return axis.values[int(stream.integers(len(axis.values)))]
    if domain.log and axis.low > 0:
        return _round(domain, float(np.exp(stream.uniform(np.log(axis.low), np.log(axis.high)))))
    return _round(domain, float(stream.uniform(axis.low, axis.high)))


def _round(domain: Domain, value: float) -> Any:
    """Three digits are enough to repeat a run, and can be read; never outside the domain."""
    rounded = min(max(float(f"{value:.3g}"), domain.low), domain.high)
    return int(round(rounded)) if domain.kind == "integer" else rounded


def estimate(members: Sequence[Experiment], seconds_per_step: float) -> float:
    """Seconds that all runs take one after another on a free core, at the pace of a run already seen."""
    return sum(member.step_limit * seconds_per_step + START_SECONDS for member in members)


class Sweep:
    """One sweep: its members' runs, started one after another by a thread of its own.

    Attributes:
        name: Unique among the kept ones of its browser; its runs carry it.
        runs: Those started so far, in order.
        state: "going", "done" or "cancelled".
        followers: Visits that keep it going; without any it is cancelled after GRACE_SECONDS.
    """

    def __init__(self, engine: Engine, members: Sequence[Experiment], name: str, browser: str, visitor: str, slot: str, address: str):
        self.engine, self.members, self.name, self.browser = engine, list(members), name, browser
        self.kind = members[0].key
        self.token = secrets.token_urlsafe(9)
        self.slot, self.address = slot, address
        self.runs: list[Run] = []
        self.state = "going"
        self.followers = {visitor}
        self.left = time.monotonic()
        self.started = time.monotonic()
        self._cancelled = threading.Event()
        self.thread = threading.Thread(target=self._go, daemon=True, name=f"sweep-{self.token}")

    def cancel(self) -> None:
        """End the present run and start no other; what has ended stays."""
        self._cancelled.set()

    @property
    def done(self) -> int:
        return sum(not run.active for run in self.runs)

    def progress(self) -> float:
        """Share of all steps taken, in [0, 1]; a run that ended counts whole."""
        whole = sum(run.step / max(1, run.total) if run.active else 1.0 for run in self.runs)
        return whole / len(self.members) if self.state == "going" else 1.0

    def seconds_left(self) -> float | None:
        """At the pace so far; None before it can be told."""
        share = self.progress()
        return (time.monotonic() - self.started) * (1 - share) / share if share > 0.02 else None

    def _go(self) -> None:
        try:
            self.state = "done" if all(self._train(member) for member in self.members) else "cancelled"
        except Exception:
            self.state = "cancelled"
            log.exception("sweep %s ended early", self.name)

    def _train(self, member: Experiment) -> bool:
        """One run to its end; False when the sweep was over before that."""
        if self._over():
            return False
        address = records.moved(self.address, member)
        run = self.engine.start(member, f"sweep {self.token}", playing=True, speed="max", browser=self.browser, slot=self.slot, address=address, sweep=self.name)
        run.watch(+1)  # or it would be paused, as a run that nobody looks at
        self.runs.append(run)
        while run.active and not self._over():
            time.sleep(POLL_SECONDS)
        whole = not run.active
        self.engine.stop(run)  # an ended run's worker would wait for a reset that nobody sends
        run.watch(-1)
        return whole

    def _over(self) -> bool:
        abandoned = not self.followers and time.monotonic() - self.left > GRACE_SECONDS
        return self._cancelled.is_set() or self.engine.closed.is_set() or abandoned


_SWEEPS: dict[str, Sweep] = {}
_LOCK = threading.Lock()


def start(base: Experiment, axes: Sequence[Axis], *, browser: str, visitor: str, name: str = "", address: str = "") -> Sweep:
    """A sweep over every combination; see `begin`."""
    return begin(grid(base, axes)[0], browser=browser, visitor=visitor, name=name or named(type(base), [axis.field for axis in axes]), address=address)


def begin(members: Sequence[Experiment], *, browser: str, visitor: str, name: str, address: str = "") -> Sweep:
    """Start the runs of these members in the background.

    Args:
        name: What people call it; a number is added when a kept sweep has that name.
        address: Of the screen that is to show its runs, with the settings that all share.

    Raises:
        UserError: When there is nothing to run, or a sweep of this browser still goes on.
    """
    engine = get_engine()
    if not members:
        raise UserError("None of these combinations can be run.", "Choose other values.")
    with _LOCK:
        if any(each.state == "going" and each.browser == browser for each in _SWEEPS.values()):
            raise UserError("A sweep of yours still goes on.", "Wait for it, or cancel it.")
        made = Sweep(engine, members, _unused(engine, name), browser, visitor, members[0].key, address)
        _SWEEPS[made.token] = made
        for token in [each.token for each in _SWEEPS.values() if each.state != "going"][:-REMEMBERED]:
            del _SWEEPS[token]
    made.thread.start()
    return made


def named(kind: type[Experiment], fields: Sequence[str]) -> str:
    """A name that says what is varied."""
    return f"{kind.title}: {' × '.join(label(kind, field).lower() for field in fields)}"


def of(browser: str, kind: str = "") -> list[Sweep]:
    """Sweeps of this browser since the server started, newest first."""
    with _LOCK:
        return [each for each in reversed(_SWEEPS.values()) if each.browser == browser and kind in ("", each.kind)]


def follow(browser: str, visitor: str) -> None:
    """A visit of this browser has begun: it keeps its sweeps going."""
    for each in of(browser):
        each.followers.add(visitor)


def leave(visitor: str) -> None:
    """A visit has ended."""
    with _LOCK:
        for each in _SWEEPS.values():
            if visitor in each.followers:
                each.followers.discard(visitor)
                each.left = time.monotonic()


def _unused(engine: Engine, name: str) -> str:
    taken = {card["sweep"] for card in engine.store.list(limit=10_000)} | {each.name for each in _SWEEPS.values()}
    return next(each for n in itertools.count(1) if (each := name if n == 1 else f"{name} ({n})") not in taken)
