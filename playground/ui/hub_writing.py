"""A model of the Hub writing before one's eyes: a piece at a time, with Stop and Go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.experiments.hub_writing import OTHERS, write
from playground.figures import text as figures
from playground.ui import hub_download

BEAT = 0.2  # seconds between two pieces, of which each takes some 0.3: what else is asked of the server finds its turn
ENDS = {"count": "", "end": "the model had no more to say", "window": "the model's window is full"}


@dataclass(eq=False)
class Written:
    """A text on its way. `state` is "going", "stopped", "over" or "failed"; `why` says how it ended.

    Attributes:
        of: What makes it this text and no other; when that changes, another begins.
        target: Tokens to be written.
        begun: Tokens that stood there already when it began.
    """

    of: Any
    target: int
    ids: list[int] = field(default_factory=list)
    begun: int = 0
    text: str = ""
    state: str = "going"
    why: str = ""
    drawn: str = ""  # the state in which the whole page was last drawn
    opened: bool = False  # the page was drawn once, so that it is not empty while the model is being opened
    reading: float = 0.0
    seconds: float = 0.0
    left_out: int = 0
    template: bool = True
    prompt: list[int] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)
    shares: list[Any] = field(default_factory=list)
    words: dict[int, str] = field(default_factory=dict)
    place: dict[int, int] = field(default_factory=dict)  # of each token in the list of words that the page has; it only grows, so that the page may be a moment behind

    def take(self, piece: dict[str, Any]) -> None:
        """One more piece, as `hub_writing.write` gives it."""
        self.ids += piece["ids"]
        self.text, self.reading, self.left_out, self.template, self.prompt = (piece[name] for name in ("text", "reading", "left_out", "template", "prompt"))
        self.others += list(piece["others"])
        self.shares += list(piece["shares"])
        self.words |= piece["words"]
        for number in (*piece["prompt"], *self.ids, *(int(each) for each in np.ravel(piece["others"]))):
            self.place.setdefault(number, len(self.place))
        if piece["ids"]:
            self.seconds += piece["milliseconds"] / 1000
        if piece["over"] and self.state == "going":
            self.state, self.why = "over", piece["over"]

    @property
    def fresh(self) -> int:
        """Tokens written since it began."""
        return len(self.ids) - self.begun

    @property
    def ends_here(self) -> bool:
        """Whether there is nothing to go on with."""
        return self.state == "failed" or (self.state == "over" and self.why != "count")

    def said(self) -> str:
        """How far it is, how fast it went, and why it ended."""
        if self.state == "going" and not self.fresh:
            return f"Reading the prompt: {self.reading:.0%}" if self.reading else "Opening the model, once for all visitors …"
        rate = f"{self.fresh / self.seconds:,.1f} tokens a second on one core" if self.seconds else ""
        left = f"the first {self.left_out:,} tokens of the prompt were not read" if self.left_out else ""
        ended = "stopped" if self.state == "stopped" else ENDS.get(self.why, "")
        return " · ".join(each for each in (f"{self.fresh:,} of {self.target - self.begun:,} tokens", rate, ended, left) if each)


def now(slot: str) -> Written | None:
    """The text of a slot, if any was begun."""
    found = st.session_state.get(slot)
    return found if isinstance(found, Written) else None


def begin(slot: str, of: Any, count: int, ids: list[int] | None = None, before: Written | None = None) -> Written:
    """A new text in this slot; `ids` is what it begins with, and `before` the text that this was taken from."""
    made = st.session_state[slot] = Written(of, count + len(ids or ()), list(ids or ()), len(ids or ()))
    if before is not None:
        made.words, made.place, made.prompt, made.template = dict(before.words), dict(before.place), before.prompt, before.template
    return made


def stream(slot: str, asked: dict[str, Any], paint: Callable[[Written], None], again: Callable[[], None] | None, more: int, how: Callable[..., Any] = write) -> None:
    """Show the text of a slot and let it grow.

    Args:
        asked: What `how` takes beside `done` and `count`; may change on the way.
        paint: Draws it.
        again: Is called for another text under the same settings; None where there can be none.
        more: Tokens by which “Go on” goes on.
        how: What gives the next piece.
    """
    text = now(slot)
    if text is not None:
        text.drawn = text.state
        ui.watched(_beat, BEAT if text.state == "going" else None)(slot, asked, paint, again, more, how)


def _beat(slot: str, asked: dict[str, Any], paint: Callable[[Written], None], again: Callable[[], None] | None, more: int, how: Callable[..., Any]) -> None:
    text = now(slot)
    if text is None:  # thrown away a moment ago, while this beat was on its way
        return
    _draw(slot, text, paint, again, more)
    if text.state == "going" and text.opened:  # last: by now the next beat is often asked for, and what is drawn after that never arrives
        try:
            text.take(hub_download.patiently(how, **asked, done=list(text.ids), count=text.target))
        except UserError as error:
            text.state, text.why = "failed", str(error)
        except RuntimeError:  # said once here, with its trace in the log, and not at every beat
            text.state, text.why = "failed", "The model broke off while it wrote; the server's log says why."
            raise
    text.opened = True
    if text.state != text.drawn:  # it beats no more, or again
        st.rerun(scope="app")


def _draw(slot: str, text: Written, paint: Callable[[Written], None], again: Callable[[], None] | None, more: int) -> None:
    with st.container():  # however much is painted, what comes below keeps its place and is not rebuilt
        paint(text)
    if text.state == "failed":
        st.error(text.why, icon=":material/error:")
    else:
        st.html(figures.note(text.said()))
    with st.container(horizontal=True):
        if text.state == "going":
            st.button("Stop", key=f"{slot}!stop", icon=":material/stop:", type="primary", on_click=_stop, args=(slot,))
        else:
            if text.state == "failed":
                st.button("Try again", key=f"{slot}!retry", icon=":material/refresh:", on_click=_on, args=(slot, more))
            elif not text.ends_here:
                st.button("Go on", key=f"{slot}!on", icon=":material/play_arrow:", type="primary", on_click=_on, args=(slot, more))
            if again is not None and text.state != "failed":
                st.button("Other luck", key=f"{slot}!again", icon=":material/casino:", on_click=again, help="The same settings, other draws.")


def _stop(slot: str) -> None:
    text = now(slot)
    if text is not None and text.state == "going":
        text.state = "stopped"


def _on(slot: str, more: int) -> None:
    text = now(slot)
    if text is not None:
        text.target, text.state, text.why = len(text.ids) + more, "going", ""


def arrays(text: Written) -> dict[str, Any]:
    """The text with its alternatives as the component `transformer_write` draws it: tokens by their place in a list of its own words."""

    def placed(numbers: Any) -> np.ndarray:
        return np.array([text.place[int(each)] for each in np.ravel(numbers)], np.int32)

    return {"prompt": placed(text.prompt), "written": placed(text.ids), "others": placed(text.others).reshape(-1, OTHERS),
            "shares": np.array(text.shares, np.float32).reshape(-1, OTHERS + 1), "vocabulary": [text.words.get(each, "") for each in text.place], "begun": text.begun}  # fmt: skip


def numbers(text: Written, places: list[int]) -> list[int]:
    """Token numbers of places in the list of words."""
    known = list(text.place)
    return [known[int(each)] for each in places]
