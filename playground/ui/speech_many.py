"""Many recordings at once: read, heard and listed beside the script, so that the page stays free; each failure is a row of its own."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import MIB, SOUND_BYTES, SOUND_FILES
from playground.data import audio
from playground.experiments import speech_hear
from playground.runs.engine import get_engine
from playground.ui import batches

JOB = "speech!batch"
TOP = 3


@dataclass(eq=False)
class Batch(batches.Batch):
    """Recordings to be heard, `top` answers each."""

    slot, noun = JOB, "recordings"

    top: int = TOP

    def part(self, files: Sequence[tuple[str, bytes | np.ndarray]]) -> list[dict[str, Any]]:
        from playground.data.uploads_audio import read_sound

        rows: list[dict[str, Any]] = []
        sounds: list[np.ndarray] = []
        for name, content in files:
            row: dict[str, Any] = {"file": name}
            try:
                if isinstance(content, np.ndarray):
                    samples = content
                else:
                    sound = read_sound(name, content)
                    samples, row["about"] = sound.samples, "; ".join(sound.notes)
                row["length"] = len(samples) / audio.KEPT_RATE
                sounds.append(samples)
            except UserError as error:
                row["error"] = str(error)
            rows.append(row)
        asked = [row for row in rows if "error" not in row]
        found = get_engine().compute(speech_hear.name_all, sounds=sounds, top=self.top) if sounds else []
        for row, each in zip(asked, found, strict=True):
            row |= each
        return rows


def part() -> None:
    """Files on top, progress, then the table with its CSV."""
    files = st.file_uploader(f"Up to {SOUND_FILES} recordings", type=None, key="speech!many", accept_multiple_files=True, max_upload_size=SOUND_BYTES // MIB,
                             help="Whatever is no sound is listed with the reason; the others are heard all the same.")  # fmt: skip
    with st.container(horizontal=True):
        st.button(f"Hear {len(files):,} recordings" if files else "Hear them", key="speech!name", type="primary", icon=":material/play_arrow:", disabled=not files,
                  on_click=_begin, args=(files,))  # fmt: skip
        st.button("Hear the bundled clips", key="speech!samples", icon=":material/library_music:", on_click=_begin_samples)
    batch: Batch = st.session_state.get(JOB) or _first()
    if batch.state == "running":
        ui.watched(batches.progress, 0.5)(batch)
    _table(batch)


def _first() -> Batch:
    """Something to see before anything is asked for: the bundled clips, heard at once."""
    _begin_samples().join(1.5)
    return st.session_state[JOB]


def _begin(files: Sequence[Any]) -> None:
    problem = batches.too_much(files, SOUND_FILES, "heard")
    if problem:
        st.session_state[JOB] = Batch((), state="done", problem=problem)
    else:
        Batch(tuple(file.name for file in files)).begin([(file.name, file.getvalue()) for file in files])


def _begin_samples() -> threading.Thread:
    clips = [(f"{each.digit}, said by {each.speaker}, take {each.take}", audio.as_kept(each.samples)) for each in audio.clips()]
    return Batch(tuple(name for name, _ in clips)).begin(clips)


def _table(batch: Batch) -> None:
    if batch.problem:
        st.error(batch.problem, icon=":material/error:")
    rows = batch.rows
    if not rows:
        return
    wrong = [row for row in rows if "error" in row]
    spent = sum(row.get("seconds", 0.0) for row in rows)
    st.markdown(f"**{len(rows) - len(wrong):,} heard** in {spent:.2f} s" + (f", {len(wrong):,} not: the table says why." if wrong else ".")
                + (" Cancelled." if batch.state == "cancelled" else ""))  # fmt: skip
    table = {"File": [row["file"] for row in rows], "Answer": [row["labels"][0] if "labels" in row else "" for row in rows],
             "Share": [row["shares"][0] if "shares" in row else None for row in rows],
             "Second": [f"{row['labels'][1]} ({row['shares'][1]:.1%})" if len(row.get("labels", ())) > 1 else "" for row in rows],
             "All words": [row.get("said", "") for row in rows], "Seconds": [row.get("length") for row in rows],
             "What it is, or what is wrong": [row.get("error") or row.get("about", "") for row in rows]}  # fmt: skip
    config = {"Share": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1), "Seconds": st.column_config.NumberColumn(format="%.2f"),
              "What it is, or what is wrong": st.column_config.TextColumn(width="large")}  # fmt: skip
    st.dataframe(table, hide_index=True, column_config=config, height=min(620, 60 + 36 * len(rows)))
    ui.files("speech!manyfiles", [ui.File("The table (CSV)", lambda: as_csv(batch), "heard.csv", "text/csv", "table")])
    st.caption(f"Answer: the loudest word of each recording. {audio.CREDIT}.")


def as_csv(batch: Batch) -> str:
    """Every file with its likeliest answers or what was wrong with it."""
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(["file", *(f"{what}_{place}" for place in range(1, batch.top + 1) for what in ("label", "probability")), "words", "error"])
    for row in batch.rows:
        cells = [cell for label, share in zip(row.get("labels", ()), row.get("shares", ()), strict=True) for cell in (label, f"{share:.6f}")]
        writer.writerow([_harmless(row["file"]), *cells, *[""] * (2 * batch.top - len(cells)), row.get("said", ""), row.get("error", "")])
    return held.getvalue()


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name
