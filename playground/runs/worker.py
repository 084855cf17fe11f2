"""The loop inside a worker process: step within a time budget, show a view when a frame is due, obey at once.

Both directions speak `core.packets`: commands come as packets of kind "command", answers as "scene", "view", "metrics",
"checkpoint", "change", "status". The loop polls the pipe between chunks of steps; the end of the pipe ends the process.
"""

import importlib
import os
import signal
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Experiment, Trainer
from playground.core.limits import WORKER_BYTES
from playground.runs import processes
from playground.runs.history import SECONDS

FRAME_SECONDS = 1 / 25
SLOW_FRAME_SECONDS = 1 / 5  # at full speed, pictures are the lesser good
CHUNK_SECONDS = 0.008
METRIC_SECONDS = 0.02
METRIC_BATCH_SECONDS = 0.1
CHECKPOINT_SECONDS = 3.0


def main(connection: Connection, request: bytes) -> None:
    """Run one experiment until told to stop, finished, or the other end of the pipe is gone."""
    _set_up_process()
    try:
        Worker(connection, packets.decode(request)[1]).loop()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the server is gone, and with it every reason to go on


def _set_up_process() -> None:
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends its workers
    torch.set_num_threads(1)
    processes.step_back()  # whoever looks at a page comes first
    try:
        import resource

        with open("/proc/self/statm") as file:
            mapped = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (mapped + WORKER_BYTES, resource.RLIM_INFINITY))
    except (ImportError, FileNotFoundError):
        pass  # no such limit on this system; the worker still runs


class Worker:
    """One trainer, its pace and its reports."""

    def __init__(self, connection: Connection, request: dict[str, Any]):
        self.connection = connection
        self.request = request
        self.playing = bool(request.get("playing"))
        self.speed = str(request.get("speed", "frame"))
        self.ended = False
        self.end_state = "finished"
        self.chunk = 1
        self.rate = 0.0
        self.rows: list[tuple[int, float, dict[str, float]]] = []
        self.spent = 0.0  # seconds inside the trainer's steps
        self.drawing = 0.0  # seconds that the last picture took
        self.last = dict.fromkeys(("frame", "metric", "batch", "checkpoint", "rate"), 0.0)
        self.rate_step = 0
        self.trainer: Trainer

    def loop(self) -> None:
        try:
            self._build(self.request.get("state"))
            while True:
                # Nothing to do: sleep in the poll until a command comes. Else look and go on.
                while self.connection.poll(0 if self.playing else 30):
                    if not self._obey(packets.decode(self.connection.recv_bytes())[1]):
                        return
                if self.playing:
                    self._play()
        except UserError as error:
            self._say("failed", str(error))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:  # the boundary of the process: reported in words, with the trace for the log
            starved = isinstance(error, MemoryError) or "allocate memory" in str(error)
            words = f"The run needed more than {WORKER_BYTES >> 30} GiB of memory and was ended." if starved else f"The run broke: {error}"
            self._say("failed", words, trace=traceback.format_exc())

    def _build(self, state: dict[str, Any] | None = None) -> None:
        for module in self.request["modules"]:  # already there when preloaded; registers the experiment
            importlib.import_module(module)
        kind = Experiment.registry()[self.request["key"]]
        self.trainer = kind(**self.request["values"]).trainer()
        packed = self.request.get("checkpoint")
        if state is None and packed is not None:
            state = packets.decode(packed.tobytes())[1]
        if state:
            self.trainer.load_state_dict(state)
        self.ended = False
        self.rows.clear()
        self.spent = 0.0
        self.rate_step = self.trainer.step_count
        self.last = dict.fromkeys(self.last, time.perf_counter())
        self._send("scene", {**self.trainer.scene(), "steps_per_epoch": self.trainer.steps_per_epoch,
                             "total": self.trainer.experiment.step_limit})  # fmt: skip
        self._report_now()
        self._say("playing" if self.playing else "paused")

    def _obey(self, command: dict[str, Any]) -> bool:
        """Carry out one command; False when it was the last."""
        name = command["do"]
        try:
            if name == "play":
                self.playing = not self.ended
            elif name == "pause":
                self.playing = False
                self._report_now()  # what stands still on screen is where the run stands
                self._checkpoint()
            elif name in ("step", "epoch"):
                self.playing = False
                self._take(1 if name == "step" else self.trainer.steps_per_epoch)
            elif name == "checkpoint":
                self._checkpoint()
            elif name == "speed":
                self.speed = command["value"]
            elif name == "reset":
                self.playing = bool(command.get("playing", False))
                self.request = {key: value for key, value in self.request.items() if key not in ("checkpoint", "state")}
                self.request["values"] = self.trainer.experiment.values()
                self._build()
                return True
            elif name == "tune":
                self._tune(command["values"])
            elif name == "edit":
                what = {key: value for key, value in command.items() if key != "do"}
                self.trainer.edit(**what)
                self._send("change", {"step": self.trainer.step_count, "edit": what})
                self._report_now()
            elif name == "stop":
                self._checkpoint()
                self._flush()
                self._say("stopped")
                return False
        except UserError as error:
            self._send("problem", {"message": str(error)})
        self._say()
        return True

    def _tune(self, values: dict[str, Any]) -> None:
        experiment = self.trainer.experiment
        self.trainer.tune(experiment.changed(**values))
        self._send("change", {"step": self.trainer.step_count, "values": values})
        self._show()

    def _play(self) -> None:
        """One frame's worth of work."""
        due = self.last["frame"] + (SLOW_FRAME_SECONDS if self.speed == "max" else FRAME_SECONDS)
        if self.speed in ("step", "epoch"):
            wanted = 1 if self.speed == "step" else self.trainer.steps_per_epoch
            self._advance(wanted)
            self._measure()
        else:
            due = max(due, time.perf_counter() + self.drawing)  # a picture that takes longer than a frame leaves half of the time to the steps
            while time.perf_counter() < due and not self.ended:
                self._timed_chunk()
                if self.connection.poll(0):
                    return
        self._report()
        if self.playing:
            pause = due - time.perf_counter()
            if pause > 0:
                self.connection.poll(pause)

    def _timed_chunk(self) -> None:
        """Steps for about CHUNK_SECONDS, so that commands never wait for long."""
        started = time.perf_counter()
        steps = min(self.chunk, max(1, self.trainer.experiment.step_limit - self.trainer.step_count))
        self._advance(steps)
        spent = max(time.perf_counter() - started, 1e-6)
        self.chunk = max(1, min(2 * self.chunk, int(steps * CHUNK_SECONDS / spent)))
        if time.perf_counter() - self.last["metric"] >= METRIC_SECONDS:
            self._measure()

    def _report_now(self) -> None:
        self._measure()
        self._flush()
        self._show()

    def _take(self, steps: int) -> None:
        self._advance(steps)
        self._report_now()
        self._end_if_due()

    def _advance(self, steps: int) -> None:
        started = time.perf_counter()
        self.trainer.advance(steps)
        self.spent += time.perf_counter() - started
        if self.trainer.finished:
            self.ended = True

    def _measure(self) -> None:
        metrics = self.trainer.metrics()
        self.last["metric"] = time.perf_counter()
        step = self.trainer.step_count
        if self.rows and self.rows[-1][0] == step:
            self.rows.pop()
        self.rows.append((step, self.spent, metrics))
        if self.trainer.diverged:
            self.ended = True

    def _report(self) -> None:
        now = time.perf_counter()
        if now - self.last["rate"] >= 0.5:
            self.rate = (self.trainer.step_count - self.rate_step) / (now - self.last["rate"])
            self.rate_step, self.last["rate"] = self.trainer.step_count, now
        if now - self.last["batch"] >= METRIC_BATCH_SECONDS:
            self._flush()
            self._say()
        self._show()
        if now - self.last["checkpoint"] >= CHECKPOINT_SECONDS:
            self._checkpoint()
        self._end_if_due()

    def _end_if_due(self) -> None:
        if not self.ended:
            return
        self.playing = False
        self._report_now()
        self._checkpoint()
        diverged = self.trainer.diverged
        words = "The loss is no longer a finite number: the run diverged and was ended." if diverged else "Finished."
        self.end_state = "failed" if diverged else "finished"
        self._say(self.end_state, self.trainer.stop_reason or words, diverged=diverged)

    def _show(self) -> None:
        started = self.last["frame"] = time.perf_counter()
        self._send("view", {**dict(packets.items(self.trainer.view())), "step": self.trainer.step_count})
        self.drawing = time.perf_counter() - started

    def _flush(self) -> None:
        if not self.rows:
            return
        names = sorted({name for _, _, row in self.rows for name in row})
        columns = {name: np.array([row.get(name, np.nan) for _, _, row in self.rows]) for name in names}
        steps, seconds = (np.array([row[place] for row in self.rows], np.float64) for place in (0, 1))
        self._send("metrics", {"step": steps, SECONDS: seconds, **columns})
        self.rows.clear()
        self.last["batch"] = time.perf_counter()

    def _checkpoint(self) -> None:
        self._send("checkpoint", self.trainer.state_dict())
        self.last["checkpoint"] = time.perf_counter()

    def _say(self, state: str = "", message: str = "", **more: Any) -> None:
        now = state or ("playing" if self.playing else self.end_state if self.ended else "paused")
        step = self.trainer.step_count if hasattr(self, "trainer") else 0
        self._send("status", {"state": now, "message": message, "step": step, "rate": self.rate, "speed": self.speed, **more})

    def _send(self, kind: str, content: Any) -> None:
        self.connection.send_bytes(packets.encode(kind, content))
