"""What stands where on a screen of still pictures: rows of panels, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Panel:
    """One picture or one piece of text in a row.

    Attributes:
        key: Name on the page.
        spec: From `figures.canvas`; None for words.
        arrays: What the spec's names stand for.
        height: Of the plot area, in pixels; None takes it from the width.
        weight: Share of the row's width.
        title: Heading above it.
        words: Markdown, for a panel without a picture.
        drags: True when something in it can be dragged.
        clicks: True when a click in it means something.
    """

    key: str
    spec: Mapping[str, Any] | None = None
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    height: int | None = None
    weight: float = 1.0
    title: str = ""
    words: str = ""
    drags: bool = False
    clicks: bool = False


Rows = list[list[Panel]]


def text(key: str, words: str, weight: float = 1.0) -> Panel:
    """A panel of words."""
    return Panel(key, words=words, weight=weight)
