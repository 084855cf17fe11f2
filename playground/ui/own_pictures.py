"""A picture of the visitor's own, from a file or the camera."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.experiment import Experiment
from playground.core.limits import IMAGE_BYTES, MIB
from playground.data import shelf

KINDS = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]


def choose(kind: type[Experiment], words: str, *, camera: bool = False, **others: Any) -> None:
    """A button that opens the choice; what is chosen goes through the gate onto the shelf, and the field `own` of `kind` names it there.

    Args:
        words: What the picture should show.
        others: Fields of `kind` that are set with it.
    """
    with st.popover("Your own picture", icon=":material/add_a_photo:" if camera else ":material/upload:"):
        file = st.file_uploader(words, type=KINDS, key=f"{kind.key}!file", max_upload_size=IMAGE_BYTES // MIB, help="It stays on this machine.")
        shot = st.camera_input("Camera", key=f"{kind.key}!camera", label_visibility="collapsed") if camera else None
    _bring(kind, shot or file, others)


def _bring(kind: type[Experiment], file: Any, others: dict[str, Any]) -> None:
    """Takes a new file over, once."""
    from playground.data.uploads_photographs import read_photograph

    if file is None or st.session_state.get(f"{kind.key}!seen") == file.file_id:
        return
    st.session_state[f"{kind.key}!seen"] = file.file_id
    with ui.plain_words():
        ui.set_values(kind, own=shelf.put({"image": read_photograph(file.name, file.getvalue())}, {"kind": "photograph"}), **others)
        st.rerun()
