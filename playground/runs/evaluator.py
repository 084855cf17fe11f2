"""Pure torch functions for pages, evaluated in warm processes so that the app's own process never loads torch."""

import contextlib
import importlib
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from playground.core import fleeting
from playground.core.errors import UserError
from playground.runs import memory, processes

SECONDS = 30.0
TIDY_SECONDS = 1.0  # without a question, after which memory is given back
REST_SECONDS = 12.0  # without a question, after which all processes but one are sent home


def address(function: Callable[..., Any]) -> str:
    """`module:name` of a public module-level function of this package.

    Raises:
        TypeError: For anything else; what runs in the evaluator is code of this package alone.
    """
    module, name = function.__module__, function.__qualname__
    if not module.startswith("playground.") or "." in name or name.startswith("_"):
        raise TypeError(f"{module}.{name} is not a public module-level function of playground")
    return f"{module}:{name}"


def main(connection: Connection) -> None:
    """Answer calls until the pipe ends."""
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    while True:
        if not connection.poll(TIDY_SECONDS):
            memory.give_back()
            if not connection.poll(REST_SECONDS - TIDY_SECONDS):
                fleeting.forget()
                memory.give_back()
                memory.unmap_code()
        try:
            where, arguments = connection.recv()
        except EOFError:
            return
        try:
            module, name = where.split(":")
            answer = ("value", getattr(importlib.import_module(module), name)(**arguments))
        except UserError as error:
            answer = ("problem", (error.what, error.remedy, error.field))
        except Exception as error:  # the boundary of the process: the caller raises it again with this trace
            answer = ("broken", f"{error}\n{traceback.format_exc()}")
        connection.send(answer)


class Evaluators:
    """A small pool of evaluator processes; started at first need, replaced when one dies or takes too long."""

    def __init__(self, size: int = 2):
        self._idle: queue.LifoQueue[tuple[Any, Connection] | None] = queue.LifoQueue()  # the one used last is asked first
        self._used: dict[Any, float] = {}  # when each process was last given back
        self._size = size
        for _ in range(size):
            self._idle.put(None)
        self._all: set[Any] = set()
        self._lock = threading.Lock()

    def call(self, where: str, arguments: dict[str, Any], seconds: float = SECONDS) -> Any:
        """The function's value.

        Raises:
            UserError: As raised by the function, or when it takes longer than `seconds`.
            RuntimeError: When the function failed in any other way.
        """
        worker = self._idle.get() or self._start()
        process, connection = worker
        kept: tuple[Any, Connection] | None = None
        try:
            connection.send((where, arguments))
            if not connection.poll(seconds):
                raise UserError(f"This picture took longer than {seconds:g} s and was given up.", "Ask for less at once.")
            kind, value = connection.recv()
            kept = worker
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise UserError("The helper process that computes pictures ended unexpectedly.", "Try once more.") from error
        finally:
            if kept is None:
                self._end(process)
            else:
                self._used[process] = time.monotonic()
            self._idle.put(kept)
        if kind == "problem":
            raise UserError(*value)
        if kind == "broken":
            raise RuntimeError(value)
        return value

    def rest(self) -> None:
        """End all processes but one that nobody has asked anything for a while: each holds models of its own."""
        waiting: list[tuple[Any, Connection] | None] = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._idle.get_nowait())
        spare = [each for each in waiting if each][1:] if len(waiting) == self._size else []
        for worker in spare:
            if time.monotonic() - self._used.get(worker[0], 0.0) > REST_SECONDS:
                self._end(worker[0])
                waiting[waiting.index(worker)] = None
        for each in reversed(waiting):
            self._idle.put(each)

    def close(self) -> None:
        for process in list(self._all):
            self._end(process)

    def _start(self) -> tuple[Any, Connection]:
        worker = processes.start(main)
        with self._lock:
            self._all.add(worker[0])
        return worker

    def _end(self, process: Any) -> None:
        with self._lock:
            self._all.discard(process)
            self._used.pop(process, None)
        processes.kill(process)
