"""Giving memory back to the machine: the C library keeps what is freed for later, and libraries stay mapped that were needed at their start alone.

All of this speaks to glibc and Linux; elsewhere nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import mmap
import re
import struct
from pathlib import Path

ARENA_MAX = -8  # mallopt's number of M_ARENA_MAX, as malloc.h has it
ARENAS = 2  # heaps that threads share; by itself glibc opens up to eight for each core, and each keeps what its threads once needed
LOADED, WRITABLE = 1, 2  # PT_LOAD and PF_W of elf.h


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
        Bytes that were taken out.
    """
    taken, part, resident = 0, None, 0
    with contextlib.suppress(OSError, AttributeError):  # no such listing or no such call on this system
        advise = ctypes.CDLL(None, use_errno=True).madvise
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for line in Path("/proc/self/smaps").read_text().splitlines():
            if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) r-.p ([0-9a-f]+) \S+ \d+ +(/.*\.so.*)", line):
                part = int(found[1], 16), int(found[2], 16), int(found[3], 16), found[4]
            elif re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                part = None
            elif part and line.startswith("Rss:"):
                resident = int(line.split()[1]) << 10
            elif part and line.startswith("Anonymous:"):  # above 0, something was written here (addresses, as the library was loaded), and only this process has it
                start, end, offset, path = part
                if resident and line.split()[1] == "0" and (offset, end - start) in read_only(path) and advise(start, end - start, mmap.MADV_DONTNEED) == 0:
                    taken += resident
                part = None
    return taken


@functools.cache
def read_only(path: str) -> frozenset[tuple[int, int]]:
    """The parts of a library that nobody writes to even while it is loaded: (first byte, number of bytes), in whole pages.

    A library that another thread is loading right now lies there as one piece at first, and its data are written over the end of that; such a piece is
    none of these parts. (Tool Interface Standard, Executable and Linking Format 1.2, part 1, "Program Header"; 64-bit fields as in elf.h.)
    """
    try:
        with open(path, "rb") as file:
            head = file.read(64)
            if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":  # 64 bits, little end first
                return frozenset()
            first, size, count = *struct.unpack_from("<Q", head, 32), *struct.unpack_from("<HH", head, 54)
            file.seek(first)
            table = file.read(size * count)
    except OSError:  # replaced or taken away since it was loaded
        return frozenset()
    parts = set()
    for at in range(0, len(table) - 55, size or 56):
        kind, flags, offset, _, _, length = struct.unpack_from("<IIQQQQ", table, at)
        if kind == LOADED and not flags & WRITABLE:
            begin, end = offset // mmap.PAGESIZE, -(-(offset + length) // mmap.PAGESIZE)
            parts.add((begin * mmap.PAGESIZE, (end - begin) * mmap.PAGESIZE))
    return frozenset(parts)
