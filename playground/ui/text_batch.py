"""Many texts at once: a file of lines or a table, its column, progress with time left, and the answers to take home."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import MIB, UPLOAD_BYTES
from playground.data.text_samples import REVIEWS
from playground.data.uploads_texts import Texts, read_texts
from playground.figures import text as figures
from playground.runs.engine import get_engine

TYPES = ["csv", "tsv", "txt", "md", "xlsx", "parquet"]
AT_ONCE = 48  # texts of one call: about half a second, so that progress is seen and Stop is heard
SHOWN = 500  # rows of the table on the screen


def upload(key: str, words: str, sample: Sequence[str] = ()) -> list[str] | None:
    """The texts of the visitor's last good file, or None; what is wrong with a new file is said, and the former one stays."""
    state, slot = st.session_state, f"{key}!texts"
    file = st.file_uploader(words, type=TYPES, key=key, max_upload_size=UPLOAD_BYTES // MIB)
    if file is not None and state.get(f"{slot}.seen") != file.file_id:
        state[f"{slot}.seen"] = file.file_id
        _take(slot, lambda: read_texts(file.name, file.getvalue()))
    if sample and st.button("Try it with sample reviews", key=f"{key}!sample", type="tertiary", icon=":material/science:"):
        _take(slot, lambda: read_texts("reviews.txt", "\n".join(sample).encode()))
    if problem := state.get(f"{slot}.problem"):
        st.error(problem + (" The former file stays in use." if slot in state else ""), icon=":material/error:")
    found: Texts | None = state.get(slot)
    if found is None:
        return None
    names = list(found.columns)
    column = found.likely if len(names) == 1 else st.selectbox("Column of texts", names, index=names.index(found.likely), key=f"{key}!column.{found.name}")
    st.caption(f"{figures.safe(found.name)}: " + " ".join(figures.safe(each) for each in found.notes[:3]))
    return found.column(column or found.likely)


def _take(slot: str, read: Callable[[], Texts]) -> None:
    try:
        st.session_state[slot] = read()
        st.session_state.pop(f"{slot}.problem", None)
    except UserError as error:
        st.session_state[f"{slot}.problem"] = str(error)


def batch(kind: Any, words: str, function: Callable[..., list[dict[str, Any]]], arguments: Mapping[str, Any], shown: Sequence[str]) -> None:
    """A corner where `function(texts=…, **arguments)` answers a whole file.

    Args:
        words: What is answered, for the heading.
        shown: Fields of each record that are shown beside the text.
    """
    with st.expander("Many texts at once: CSV, Excel, Parquet or lines", icon=":material/table_rows:"), ui.plain_words():
        lines = upload(f"{kind.key}!batch", "Texts, one a line or in a column", REVIEWS)
        if lines is None:
            return
        asked, slot = (words, json.dumps(dict(arguments), sort_keys=True), len(lines), hash(tuple(lines))), f"{kind.key}!batch.done"
        held = st.session_state.get(slot)
        if held is None or held["asked"] != asked:
            held = {"asked": asked, "records": [], "seconds": 0.0}
        left = len(lines) - len(held["records"])
        go = f"Answer {left:,} texts" if not held["records"] else f"Go on with the other {left:,}"
        if left and st.button(go, key=f"{kind.key}!batch.go", type="primary", icon=":material/play_arrow:"):
            st.session_state[slot] = held
            _answer(lines, held, function, arguments, kind.key)
            st.rerun()
        if held["records"]:
            _show(held, shown, kind.key)


def _answer(lines: Sequence[str], held: dict[str, Any], function: Callable[..., list[dict[str, Any]]], arguments: Mapping[str, Any], key: str) -> None:
    """Answers what is left, some texts at a time; whatever is pressed meanwhile ends it, and what is done stays."""
    bar = st.progress(0.0, text="Starting …")
    st.button("Stop here", key=f"{key}!batch.stop", icon=":material/stop:")
    while len(held["records"]) < len(lines):
        done = len(held["records"])
        started = time.monotonic()
        held["records"] += get_engine().compute(function, texts=list(lines[done : done + AT_ONCE]), **arguments)
        held["seconds"] += time.monotonic() - started
        done = len(held["records"])
        rate = done / max(held["seconds"], 1e-6)
        bar.progress(done / len(lines), text=f"{done:,} of {len(lines):,} · {rate:,.0f} a second · {(len(lines) - done) / rate:,.0f} s left")


def _show(held: dict[str, Any], shown: Sequence[str], key: str) -> None:
    records = held["records"]
    flat = [{"text": each["text"], **{name: _cell(each.get(name)) for name in shown}, **({"problem": each["problem"]} if "problem" in each else {})} for each in records]
    counts: dict[str, int] = {}
    for each in records:
        if each.get("label"):
            counts[each["label"]] = counts.get(each["label"], 0) + 1
    if counts:
        ranked = sorted(counts, key=lambda each: -counts[each])
        st.html(figures.bars(ranked, [counts[each] for each in ranked], best=0, form="{:,}", most=max(counts.values())))
    st.dataframe(flat[:SHOWN], hide_index=True, height=min(38 * (len(flat[:SHOWN]) + 1), 360))
    more = f"; the first {SHOWN} are shown" if len(flat) > SHOWN else ""
    st.html(figures.note(f"{len(records):,} texts in {held['seconds']:.1f} s, {len(records) / max(held['seconds'], 1e-6):,.0f} a second{more}"))
    whole = ui.File("Everything (JSON)", lambda: json.dumps(records, ensure_ascii=False, indent=1), "answers.json", "application/json", "data_object")
    ui.files(f"{key}!batch.files", [ui.File("Table (CSV)", lambda: csv_of(flat), "answers.csv", "text/csv", "table"), whole], row=True)


def _cell(value: Any) -> Any:
    """A value as one cell: a list of names as words."""
    if isinstance(value, list):
        return ", ".join(f"{each['text']} ({each['kind']})" for each in value)
    return value


def csv_of(records: Sequence[Mapping[str, Any]]) -> str:
    """Records as CSV; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for each in records for name in each)))
    writer.writeheader()
    for each in records:
        writer.writerow({name: f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value for name, value in each.items()})
    return out.getvalue()
