"""Many files at once: read and asked about beside the script, so that the page stays free; each failure is a row of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import streamlit as st

from playground.core.errors import UserError
from playground.core.limits import MIB, UPLOAD_BYTES

AT_ONCE = threading.BoundedSemaphore(2)  # batches that read and ask at the same time, of all visitors together
MOST_BYTES = 4 * UPLOAD_BYTES
PART = 8  # files of one request to an evaluator


@dataclass(eq=False)
class Batch:
    """One batch on its way: a row a file, in the order they came. `state` is "running", "done" or "cancelled"."""

    slot: ClassVar[str]  # the visit's place for it
    noun: ClassVar[str]  # what the files are, in the plural

    names: tuple[str, ...]
    state: str = field(default="running", kw_only=True)
    problem: str = field(default="", kw_only=True)
    rows: list[dict[str, Any]] = field(default_factory=list, kw_only=True)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False, kw_only=True)

    def cancel(self) -> None:
        self._stop.set()

    def work(self, files: Sequence[tuple[str, Any]]) -> None:
        """Read and ask about every file, a few at a time. Runs in a thread of its own and uses no Streamlit."""
        try:
            with AT_ONCE:
                for start in range(0, len(files), PART):
                    if self._stop.is_set():
                        break
                    self.rows += self.part(files[start : start + PART])
            self.state = "cancelled" if self._stop.is_set() else "done"
        except UserError as error:
            self.problem, self.state = str(error), "done"
        except BaseException:  # whoever waits is told; the thread's own hook writes the trace to the log
            self.problem, self.state = "This batch ended for a reason that the server's log names.", "done"
            raise

    def part(self, files: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
        """A row for each of these files: its name under `file`, and what was found or `error`."""
        raise NotImplementedError

    def begin(self, files: list[tuple[str, Any]]) -> threading.Thread:
        """Take the place of the visit's batch before, which ends, and start."""
        before: Batch | None = st.session_state.get(self.slot)
        if before is not None:
            before.cancel()
        st.session_state[self.slot] = self
        thread = threading.Thread(target=self.work, args=(files,), name=self.slot, daemon=True)
        thread.start()
        return thread


def progress(batch: Batch) -> None:
    """How far it is, and the button that ends it; the page is drawn anew once it is over."""
    if batch.state != "running":
        st.rerun(scope="app")
        return
    done, count = len(batch.rows), len(batch.names)
    st.progress(done / max(count, 1), text=f"{done:,} of {count:,} {batch.noun}")
    st.button("Cancel", key=f"{batch.slot}!stop", icon=":material/close:", on_click=batch.cancel)


def too_much(files: Sequence[Any], most: int, verb: str) -> str:
    """What to say when these uploaded files are too many or too large for one batch; nothing when they are not."""
    total = sum(file.size for file in files)
    if len(files) <= most and total <= MOST_BYTES:
        return ""
    return f"These are {len(files):,} files of {total / MIB:,.0f} MB; at most {most} of {MOST_BYTES // MIB} MB are {verb} at once. Send them in parts."
