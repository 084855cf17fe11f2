"""Worker processes from a forkserver that has torch loaded; nothing of a page is ever executed in them."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing import spawn
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from playground.core.errors import UserError

_lock = threading.Lock()
_context: Any = None


def context() -> Any:
    """The forkserver context, set up once."""
    global _context
    with _lock:
        if _context is None:
            _context = _set_up()
        return _context


def start(target: Callable[..., None], *arguments: Any) -> tuple[Any, Connection]:
    """Start `target(connection, *arguments)` in a new process; returns the process and our end of the pipe."""
    here, there = context().Pipe()
    process = context().Process(target=target, args=(there, *arguments), daemon=True)
    process.start()
    there.close()  # else our end would never see the worker's death as end of file
    return process, here


def step_back() -> None:
    """Let everything else on the machine go before this thread, by as much as PLAYGROUND_NICE says: on Linux priority belongs to a thread."""
    os.nice(int(os.environ.get("PLAYGROUND_NICE") or 10))


def kill(process: Any) -> None:
    """End a process now and reap it."""
    if process.is_alive():
        process.kill()
    process.join(2)


def _set_up() -> Any:
    back = os.environ.get("PLAYGROUND_NICE") or "10"
    if not (back.isdecimal() and int(back) < 20):  # found out here, in words, and not in a process that ends without any
        raise UserError(f"PLAYGROUND_NICE is {back[:20]!r}; it must be a whole number from 0 to 19.", "Set it anew or leave it out, and start again.")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads slow competing runs to a crawl
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    root = str(Path(__file__).resolve().parents[2])
    paths = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
    if root not in paths:  # the forkserver is a fresh interpreter and must find this package
        os.environ["PYTHONPATH"] = os.pathsep.join([root, *paths])
    if not hasattr(spawn, "_playground_original"):
        spawn._playground_original = spawn.get_preparation_data  # type: ignore[attr-defined]
        spawn.get_preparation_data = _without_main
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(["playground.runs.preload"])
    return chosen


def _without_main(name: str) -> dict[str, Any]:
    """Preparation data without the parent's main module: Streamlit puts the page there, and children would run it again."""
    data = spawn._playground_original(name)  # type: ignore[attr-defined]
    return {key: value for key, value in data.items() if not key.startswith("init_main")}
