"""Many pictures at once: read, named and listed beside the script, so that the page stays free; each failure is a row of its own."""

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
from playground.core.limits import IMAGE_BYTES, MIB, PHOTOGRAPH_FILES
from playground.data import photographs
from playground.experiments import images_predict
from playground.experiments.images import Images
from playground.explain import images_words as words
from playground.figures.train import picture as as_address
from playground.runs.engine import get_engine
from playground.ui import batches, images_models
from playground.ui.images import set_up

JOB = "images!batch"


@dataclass(eq=False)
class Batch(batches.Batch):
    """Pictures to be named by `model`, `top` answers each."""

    slot, noun = JOB, "pictures"

    model: str
    top: int

    def part(self, files: Sequence[tuple[str, bytes | np.ndarray]]) -> list[dict[str, Any]]:
        from playground.data.uploads_photographs import read_photograph

        rows: list[dict[str, Any]] = []
        images: list[np.ndarray] = []
        for name, content in files:
            row: dict[str, Any] = {"file": name}
            try:
                image = content if isinstance(content, np.ndarray) else read_photograph(name, content)
                row["picture"] = as_address(photographs.thumbnail(image, 56))
                images.append(_smaller(image))
            except UserError as error:
                row["error"] = str(error)
            rows.append(row)
        asked = [row for row in rows if "error" not in row]
        found = get_engine().compute(images_predict.name_all, name=self.model, images=images, top=self.top) if images else []
        for row, each in zip(asked, found, strict=True):
            row |= each
        return rows


def _smaller(image: np.ndarray, longest: int = 640) -> np.ndarray:
    """Small enough to be sent to an evaluator at once."""
    from PIL import Image

    if max(image.shape[:2]) <= longest:
        return image
    small = Image.fromarray(image)
    small.thumbnail((longest, longest), Image.Resampling.BOX)
    return np.asarray(small, np.uint8)


def part() -> None:
    """Files on top, progress, then the table with its CSV."""
    view = set_up()
    with ui.plain_words():
        if not images_models.ready(view):
            return
        files = st.file_uploader(f"Up to {PHOTOGRAPH_FILES} pictures", type=None, key="images!many", accept_multiple_files=True, max_upload_size=IMAGE_BYTES // MIB,
                                 help="Whatever is no picture is listed with the reason; the others are named all the same.")  # fmt: skip
        with st.container(horizontal=True):
            st.button(f"Name {len(files):,} pictures" if files else "Name them", key="images!name", type="primary", icon=":material/play_arrow:", disabled=not files,
                      on_click=_begin, args=(view, files))  # fmt: skip
            st.button("Name the samples", key="images!samples", icon=":material/image:", on_click=_begin_samples, args=(view,))
        batch: Batch | None = st.session_state.get(JOB)
        if batch is None:
            batch = _first(view)
        if batch.state == "running":
            ui.watched(batches.progress, 0.5)(batch)
        _table(batch)


def _first(view: Images) -> Batch:
    """Something to see before anything is asked for: the samples, named at once."""
    _begin_samples(view).join(1.5)
    return st.session_state[JOB]


def _begin(view: Images, files: Sequence[Any]) -> None:
    problem = batches.too_much(files, PHOTOGRAPH_FILES, "named")
    if problem:
        st.session_state[JOB] = Batch((), view.model, view.top, state="done", problem=problem)
    else:
        Batch(tuple(file.name for file in files), view.model, view.top).begin([(file.name, file.getvalue()) for file in files])


def _begin_samples(view: Images) -> threading.Thread:
    samples = [(title, photographs.sample(key)) for key, title in photographs.samples().items()]
    return Batch(tuple(name for name, _ in samples), view.model, view.top).begin(samples)


def _table(batch: Batch) -> None:
    if batch.problem:
        st.error(batch.problem, icon=":material/error:")
    rows = batch.rows
    if not rows:
        return
    wrong = [row for row in rows if "error" in row]
    spent = sum(row.get("seconds", 0.0) for row in rows)
    st.markdown(f"**{len(rows) - len(wrong):,} named** by {words.title(batch.model)} in {spent:.2f} s"
                + (f", {len(wrong):,} not: the table says why." if wrong else ".") + (" Cancelled." if batch.state == "cancelled" else ""))  # fmt: skip
    table = {"": [row.get("picture") for row in rows], "File": [row["file"] for row in rows], "Answer": [row["labels"][0] if "labels" in row else "" for row in rows],
             "Share": [row["shares"][0] if "shares" in row else None for row in rows],
             "Second": [f"{row['labels'][1]} ({words.share(row['shares'][1])})" if len(row.get("labels", ())) > 1 else "" for row in rows],
             "What was done, or what is wrong": [row.get("error") or row.get("did", "") for row in rows]}  # fmt: skip
    config = {"": st.column_config.ImageColumn(width="small"), "Share": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
              "What was done, or what is wrong": st.column_config.TextColumn(width="large")}  # fmt: skip
    st.dataframe(table, hide_index=True, column_config=config, height=min(620, 60 + 36 * len(rows)), row_height=44)
    ui.files("images!manyfiles", [ui.File("The table (CSV)", lambda: as_csv(batch), "predictions.csv", "text/csv", "table")])


def as_csv(batch: Batch) -> str:
    """Every file with its likeliest answers or what was wrong with it."""
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(["file", *(f"{what}_{place}" for place in range(1, batch.top + 1) for what in ("label", "probability")), "error"])
    for row in batch.rows:
        cells = [cell for label, share in zip(row.get("labels", ()), row.get("shares", ()), strict=True) for cell in (label, f"{share:.6f}")]
        writer.writerow([_harmless(row["file"]), *cells, *[""] * (2 * batch.top - len(cells)), row.get("error", "")])
    return held.getvalue()


def _harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name
