import mmap
import multiprocessing
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from playground.core.errors import UserError
from playground.core.fields import Domain
from playground.core.text import from_text
from playground.runs import evaluator, memory
from playground.runs.engine import os_ready
from playground.runs.evaluator import address


def test_a_function_of_this_package_is_evaluated_in_another_process(engine):
    assert engine.compute(os_ready) is True
    assert engine.compute(from_text, domain=Domain("integer", 0, 9), text="7") == 7


def test_errors_cross_the_process_border_as_what_they_are(engine):
    from playground.runs.run import validate_speed

    with pytest.raises(UserError, match="Speed must be one of"):
        engine.compute(validate_speed, value="warp")
    with pytest.raises(RuntimeError, match="TypeError"):
        engine.compute(validate_speed, nonsense=1)
    assert engine.compute(os_ready) is True


def test_only_public_functions_of_this_package_may_be_named():
    import os

    for function in (os.system, lambda: 0, address.__class__):
        with pytest.raises((TypeError, AttributeError)):
            address(function)


def test_of_processes_that_nobody_asks_one_stays(monkeypatch):
    pool = evaluator.Evaluators(2)
    try:
        held = pool._idle.get() or pool._start()  # busy with another visitor's question
        assert pool.call(address(os_ready), {}) is True
        pool._used[held[0]] = time.monotonic()
        pool._idle.put(held)
        assert len(pool._all) == 2
        pool.rest()
        assert len(pool._all) == 2  # both were asked a moment ago
        monkeypatch.setattr(evaluator, "REST_SECONDS", 0.0)
        pool.rest()
        assert len(pool._all) == 1
        assert pool.call(address(os_ready), {}) is True
    finally:
        pool.close()


def test_one_that_is_left_alone_forgets_what_is_quickly_made_again(monkeypatch):
    here, there = multiprocessing.Pipe()
    monkeypatch.setattr(evaluator, "TIDY_SECONDS", 0.02)
    monkeypatch.setattr(evaluator, "REST_SECONDS", 0.04)
    made = []
    monkeypatch.setattr(evaluator.fleeting, "forget", lambda: made.append("forgotten") or here.close())  # which also ends it
    signal_was = signal.getsignal(signal.SIGINT)
    evaluator.main(there)
    signal.signal(signal.SIGINT, signal_was)
    assert made == ["forgotten"]


def test_freed_memory_goes_back_to_the_machine():
    def resident():
        return psutil.Process().memory_info().rss

    memory.give_back()
    before = resident()
    kept = [bytearray(4000) for _ in range(20_000)]  # too small to have pages of their own
    full = resident()
    del kept
    memory.give_back()
    assert full - before > 60e6 and resident() - before < 20e6


def test_code_that_is_taken_out_comes_back_when_it_runs():
    fresh = """if True:
        import pathlib, torch
        from playground.runs import memory
        def unwritten():
            rows = dict(row.split(":", 1) for row in pathlib.Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
            return sum(int(rows[each].split()[0]) for each in ("Shared_Clean", "Private_Clean"))
        rows = torch.arange(12.0).reshape(3, 4)
        found, before = torch.linalg.svdvals(rows), unwritten()
        taken = memory.unmap_code()
        print(taken, before, unwritten(), torch.equal(torch.linalg.svdvals(rows), found))
    """  # where nothing was taken out yet
    taken, before, after, same = subprocess.run([sys.executable, "-c", fresh], capture_output=True, text=True, check=True).stdout.split()
    assert int(taken) > 50e6 and int(after) < 0.6 * int(before) and same == "True"


def test_a_library_that_is_being_loaded_is_left_alone():
    import torch

    library = Path(torch.__file__).parent / "lib" / "libtorch_python.so"
    with open(library, "rb") as file, mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as whole:  # in one piece, as the loader begins

        def resident():
            length = f"{len(whole) // 1024 + 4:d}"
            parts = re.findall(r"r--p 00000000 \S+ \d+ +(\S+)\nSize: +(\d+) kB\n(?:.*\n){2}Rss: +(\d+) kB", Path("/proc/self/smaps").read_text())
            return sum(int(kept) for path, size, kept in parts if path == str(library) and abs(int(size) - int(length)) < 8)

        sum(whole[at] for at in range(0, len(whole), mmap.PAGESIZE))
        before = resident()
        memory.unmap_code()
        assert before > 10_000 and resident() == before
