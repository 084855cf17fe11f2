"""Giving memory back to the machine: the C library keeps what is freed for later, and libraries stay mapped that were needed at their start alone.

All of this speaks to glibc and Linux; elsewhere nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import re
from pathlib import Path

ARENA_MAX = -8  # mallopt's number of M_ARENA_MAX, as malloc.h has it
ARENAS = 2  # heaps that threads share; by itself glibc opens up to eight for each core, and each keeps what its threads once needed


def few_heaps() -> None:
    """Let all threads of this process share two heaps; to be called before there are threads."""
    limit = getattr(ctypes.CDLL(None), "mallopt", None)
    if limit is not None:
        limit(ARENA_MAX, ARENAS)


def settle() -> None:
    """Leave everything that exists by now out of later searches for cycles: modules stay for good, and looking at them each time holds up every thread."""
    gc.collect()
    gc.freeze()


def give_back(collect: bool = True) -> None:
    """Return freed memory to the machine.

    Args:
        collect: Look for cycles first, which holds up every thread of the process meanwhile.
    """
    if collect:
        gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def unmap_code() -> int:
    """Take the pages of libraries that nobody wrote to out of this process; the machine still holds them, and what is used again is back in a microsecond.

    Torch runs through some 70 MB of its own code while it is imported, and through a small part of that ever after.

    Returns:
        Bytes of the parts that were taken out.
    """
    taken, part = 0, None
    with contextlib.suppress(OSError, AttributeError):  # no such listing or no such call on this system
        advise = ctypes.CDLL(None, use_errno=True).madvise
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for line in Path("/proc/self/smaps").read_text().splitlines():
            if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) r-.p .*\.so", line):
                part = int(found[1], 16), int(found[2], 16)
            elif re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                part = None
            elif part and line.startswith("Anonymous:"):  # above 0, something was written here (addresses, as the library was loaded), and only this process has it
                if line.split()[1] == "0" and advise(part[0], part[1] - part[0], mmap.MADV_DONTNEED) == 0:
                    taken += part[1] - part[0]
                part = None
    return taken
