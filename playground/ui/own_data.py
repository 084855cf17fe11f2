"""Own sequences and texts: asked for in a dialog, put on the shelf, and taken up by the run of the script that follows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.experiment import Experiment
from playground.core.limits import MIB, UPLOAD_BYTES
from playground.data import sequences_text


def hand_in(kind: type[Experiment], arrays: Any, about: Any) -> None:
    """Put own data on the shelf; the next run of the script uses it."""
    from playground.data import shelf

    st.session_state[f"{kind.key}.pending"] = shelf.put(arrays, about)
    st.rerun()


def arrived(kind: type[Experiment], **chosen: str) -> None:
    """Own data that was just handed in goes into the controls before they are drawn; `chosen` says which field stands for it."""
    ui.controls(kind, only=())
    digest = st.session_state.pop(f"{kind.key}.pending", None)
    if digest:
        ui.set_values(kind, own=digest, **chosen)
        st.session_state["!play"] = True


@st.dialog("Learn your own text", width="medium", icon=":material/upload_file:")
def ask_text(kind: type[Experiment]) -> None:
    """A text file, its beginning, and the button that starts."""
    from playground.data.uploads_sequences import read_text

    st.markdown("Upload a plain text file. The network learns it sign by sign; the last 15 % are kept as the test.")
    file = st.file_uploader("Text file", type=["txt", "md", "csv", "py", "log"], key=f"{kind.key}-upload", max_upload_size=UPLOAD_BYTES // MIB)
    if file is None:
        return
    with ui.plain_words():
        text = read_text(file.name, file.getvalue())
        arrays, about = sequences_text.prepare(file.name, text)
        st.caption(" ".join([f"**{file.name}**: {len(text):,} signs.", *about["notes"]]))  # type: ignore[misc]
        st.code(text[:400], language=None, wrap_lines=True, height=140)
        if st.button("Learn this text", type="primary", key=f"{kind.key}.use"):
            hand_in(kind, arrays, about)
