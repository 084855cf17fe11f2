"""The server's side of one run: what it was told, what it reported, and the last of each kind of packet."""

import secrets
import threading
import time
from typing import Any

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment
from playground.runs.history import Metrics, Views

SPEEDS = ("step", "epoch", "frame", "max")
ENDED = ("finished", "stopped", "failed", "lost")


class Run:
    """One execution of an experiment. Thread-safe; written by its link's reader, read by pages and live sockets.

    Attributes:
        token: Unguessable name; whoever knows it may watch and steer the run.
        experiment: The experiment with all live changes taken over.
        changes: Live changes in order, each with the step at which the trainer took it over.
        owner, browser: The visit that steers it and the browser it belongs to; "" belongs to everybody.
        slot, address: Which run of its screen it is, and path and query at which that screen shows it.
        record: It is kept in the store and stays as it ended.
    """

    def __init__(self, experiment: Experiment, owner: str = "", token: str | None = None):
        self.token = token or secrets.token_urlsafe(18)
        self.initial = self.experiment = experiment
        self.owner = owner
        self.browser = self.slot = self.address = ""
        self.name = self.note = self.sweep = ""
        self.pinned = self.record = False
        self.created = time.time()
        self.lock = threading.RLock()
        self.state = "queued"
        self.message = ""
        self.step = 0
        self.rate = 0.0
        self.speed = "frame"
        self.place = 0
        self.diverged = False
        self.trace = ""
        self.problem: tuple[int, str] = (0, "")
        self.changes: list[Change] = []
        self.metrics_history = Metrics()
        self.views = Views()
        self.scene_packet: bytes | None = None
        self.view_packet: bytes | None = None
        self.checkpoint: bytes | None = None
        self.total = experiment.step_limit
        self.steps_per_epoch = 1
        self.sequence = 0  # grows with every change that a watcher should hear of
        self.watchers = 0
        self.unwatched_since = time.monotonic()
        self.released = False
        self.stored_step = -1

    # What pages read -----------------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """The status message of the live protocol."""
        with self.lock:
            left = (self.total - self.step) / self.rate if self.rate > 0 and self.state == "playing" else None
            return {"kind": "status", "state": self.state, "place": self.place, "step": self.step, "total": self.total,
                    "steps_per_epoch": self.steps_per_epoch, "rate": round(self.rate, 1), "message": self.message,
                    "seconds_left": left, "speed": self.speed, "frames": list(self.views.steps),
                    "resumable": self.checkpoint is not None and self.state in ("lost", "stopped")}  # fmt: skip

    def metrics(self) -> dict[str, Any]:
        """Recorded columns: "step" and one array per metric, all of one length."""
        with self.lock:
            return self.metrics_history.arrays()

    def seconds(self) -> Any:
        """Seconds of computing at each recorded row, pauses left out; NaN where none were recorded."""
        with self.lock:
            return self.metrics_history.seconds()

    def last_metrics(self) -> dict[str, float]:
        with self.lock:
            return self.metrics_history.last()

    def view(self, step: int | None = None) -> dict[str, Any]:
        """The latest view, or the recorded one nearest `step`; empty before the first."""
        with self.lock:
            packet = self.view_packet if step is None else (self.views.nearest(step) or (0, None))[1]
        return packets.decode(packet)[1] if packet else {}

    def scene(self) -> dict[str, Any]:
        with self.lock:
            return packets.decode(self.scene_packet)[1] if self.scene_packet else {}

    def checkpoint_state(self) -> dict[str, Any]:
        """The last checkpoint as a flat mapping; empty before the first."""
        with self.lock:
            return packets.decode(self.checkpoint)[1] if self.checkpoint else {}

    @property
    def active(self) -> bool:
        return self.state not in ENDED

    # What the link reports -----------------------------------------------------------------------------------------

    def receive(self, packet: bytes) -> None:
        """Take one packet from the worker."""
        kind, content = packets.decode(packet)
        with self.lock:
            getattr(self, f"_on_{kind}")(packet, content)
            self.sequence += 1

    def _on_scene(self, packet: bytes, content: dict[str, Any]) -> None:
        self.scene_packet = packet
        self.metrics_history.go_on()
        self.steps_per_epoch = int(content["steps_per_epoch"])
        self.total = int(content["total"])

    def _on_view(self, packet: bytes, content: dict[str, Any]) -> None:
        self.view_packet = packet
        self.step = int(content["step"])
        self.views.record(self.step, packet)

    def _on_metrics(self, packet: bytes, content: dict[str, Any]) -> None:
        self.metrics_history.append(content)

    def _on_checkpoint(self, packet: bytes, content: dict[str, Any]) -> None:
        self.checkpoint = packet

    def _on_change(self, packet: bytes, content: dict[str, Any]) -> None:
        self.changes.append(Change(**content))
        if content.get("values"):
            self.experiment = self.experiment.changed(**content["values"])

    def _on_status(self, packet: bytes, content: dict[str, Any]) -> None:
        if not (content["state"] == "stopped" and self.state in ENDED):  # stopping what has ended does not rename its end
            self.state = content["state"]
        self.step, self.rate = int(content["step"]), float(content["rate"])
        self.speed = content["speed"]
        self.message = content["message"] or (self.message if self.state in ENDED else "")
        self.diverged = bool(content.get("diverged", False))
        self.trace = content.get("trace", "")

    def _on_problem(self, packet: bytes, content: dict[str, Any]) -> None:
        self.say_problem(content["message"])

    def say_problem(self, words: str) -> None:
        """A refused request: watchers are told, nothing else changes."""
        with self.lock:
            self.problem = (self.problem[0] + 1, words)
            self.sequence += 1

    def become(self, state: str, message: str = "", place: int = 0) -> None:
        with self.lock:
            self.state, self.message, self.place = state, message, place
            self.sequence += 1

    def forget(self) -> None:
        """Back to the beginning: history, changes and last packets go; the tuned values stay."""
        with self.lock:
            self.initial = self.experiment
            version = self.metrics_history.version
            self.metrics_history, self.views, self.changes = Metrics(), Views(), []
            self.metrics_history.version = version + 1
            self.checkpoint, self.step, self.message, self.diverged = None, 0, "", False

    # Watching ------------------------------------------------------------------------------------------------------

    def watch(self, delta: int) -> None:
        with self.lock:
            self.watchers += delta
            self.unwatched_since = time.monotonic()


def validate_speed(value: Any) -> str:
    if value not in SPEEDS:
        raise UserError(f"Speed must be one of {', '.join(SPEEDS)}, got {value!r}.")
    return str(value)
