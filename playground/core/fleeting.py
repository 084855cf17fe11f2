"""What is worth keeping while a visitor moves about, and not once nobody asks any more.

`lru_cache` keeps the last answers until others take their place: right for models, wasteful for networks' graphs and feature maps, which are
large and quickly made again. Those are marked here, and a process that is left alone forgets them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
_known: list[Any] = []


def fleeting(size: int) -> Callable[[Function], Function]:
    """A decorator: the last `size` answers are kept until `forget` is called."""

    def decorate(function: Function) -> Function:
        kept = functools.lru_cache(size)(function)
        _known.append(kept)
        return kept  # type: ignore[return-value]

    return decorate


def forget() -> None:
    """Let go of every answer kept by a function so marked, in this process."""
    for each in _known:
        each.cache_clear()
