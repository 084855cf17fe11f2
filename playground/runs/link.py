"""A worker process as the engine holds it: commands in, packets out, frozen or killed when it does not obey."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from playground.core import packets
from playground.runs import processes, worker
from playground.runs.run import Run


class Link:
    """A worker process and the thread that reads what it says."""

    def __init__(self, run: Run, request: dict[str, Any], on_end: Callable[[Run], None], on_packet: Callable[[Run], None]):
        self.run, self._on_end, self._on_packet = run, on_end, on_packet
        self.process, self.connection = processes.start(worker.main, packets.encode("command", request))
        self.frozen = False
        self.killed = False
        self._send_lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True, name=f"run-{run.token[:6]}").start()

    def send(self, command: dict[str, Any]) -> None:
        self.thaw()
        with self._send_lock, contextlib.suppress(BrokenPipeError, OSError):  # its end is reported by the reader
            self.connection.send_bytes(packets.encode("command", command))

    def freeze(self) -> None:
        """Stop the process where it stands: pause is a fact even inside one long step."""
        if self.process.is_alive() and hasattr(signal, "SIGSTOP"):
            os.kill(self.process.pid, signal.SIGSTOP)
            self.frozen = True

    def thaw(self) -> None:
        if self.frozen:
            os.kill(self.process.pid, signal.SIGCONT)
            self.frozen = False

    def kill(self) -> None:
        self.killed = True
        processes.kill(self.process)

    def _read(self) -> None:
        try:
            while True:
                self.run.receive(self.connection.recv_bytes())
                self._on_packet(self.run)
        except (EOFError, OSError):
            self.process.join(2)
            self._on_end(self.run)
