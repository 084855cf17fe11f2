"""The text screen: its tasks, and what their settings share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, text
from playground.core.limits import TEXT_CHARACTERS
from playground.data import shelf
from playground.data.texts import clean
from playground.experiments.stills import Still

TASKS = {
    "classify": "Classify",
    "tags": "Words",
    "answer": "Answer",
    "compare": "Compare",
    "search": "Search",
    "labels": "Own labels",
    "map": "Map",
    "summary": "Summarize",
    "translate": "Translate",
    "hub": "From the Hub",
}
IN_ADDRESS = 1_200  # characters of a text that stands in the address; longer ones lie on the shelf
SHELVED = "shelf:"


class TextScreen(Still):
    """Which task is shown."""

    key: ClassVar[str] = "text"
    title: ClassVar[str] = "Text"
    page: ClassVar[str] = "text"

    part: str = choice("classify", TASKS, group="hidden", label="Task")


def passage(default: str, label: str = "Text", **more: str):
    """A field for a text: itself, or the digest under which it lies on the shelf."""
    return text(default, max_length=IN_ADDRESS, label=label, group="hidden", **more)


def keep(written: str, what: str = "The text") -> str:
    """What a field of `passage` holds for a text; a long one is put on the shelf.

    Raises:
        UserError: When it is longer than is read at once, or cannot be kept.
    """
    if len(written) > TEXT_CHARACTERS:
        clean(written, what)
    if len(written) <= IN_ADDRESS and not written.startswith(SHELVED):
        return written
    return SHELVED + shelf.put({"text": np.frombuffer(written.encode("utf-8", "surrogatepass"), np.uint8)}, {"kind": "text"})


def given(held: str) -> str:
    """The text that a field of `passage` holds.

    Raises:
        UserError: When it is not on this machine.
    """
    if not held.startswith(SHELVED):
        return held
    arrays, about = shelf.get(held.removeprefix(SHELVED))
    if about.get("kind") != "text":
        raise UserError("What this link names is no text.", "Type or paste it again.")
    return arrays["text"].tobytes().decode("utf-8", "replace")
