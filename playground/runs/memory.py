"""Giving memory back to the machine: the C library keeps what is freed for later, and large arrays leave much of it.

Both functions speak to glibc; other C libraries give back by themselves, and nothing happens there.
"""

from __future__ import annotations

import ctypes
import gc

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
