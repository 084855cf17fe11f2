"""A picture of the visitor's own, from a file or the camera."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.experiment import Experiment
from playground.core.limits import IMAGE_BYTES, MIB
from playground.data import shelf
from playground.ui import makes_way

KINDS = ["png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"]


def choose(kind: type[Experiment], words: str, *, camera: bool = False, **others: Any) -> None:
    """A button that opens the choice; what is chosen goes through the gate onto the shelf, and the field `own` of `kind` names it there.

    Args:
        words: What the picture should show.
        others: Fields of `kind` that are set with it.
    """
    box, close = makes_way.popover("Your own picture", "add_a_photo" if camera else "upload", f"{kind.key}!own!open")
    with box:
        file = st.file_uploader(words, type=KINDS, key=f"{kind.key}!file", max_upload_size=IMAGE_BYTES // MIB, help="It stays on this machine.", on_change=close)
        shot = st.camera_input("Camera", key=f"{kind.key}!camera", label_visibility="collapsed", on_change=close) if camera else None
    _bring(kind, [each for each in (file, shot) if each is not None], others)


def _bring(kind: type[Experiment], files: list[Any], others: dict[str, Any]) -> None:
    """Takes over what is new, once."""
    from playground.data.uploads_photographs import read_photograph

    seen: set[str] = st.session_state.setdefault(f"{kind.key}!seen", set())
    fresh = [each for each in files if each.file_id not in seen]
    if not fresh:
        return
    seen.update(each.file_id for each in fresh)
    with ui.plain_words():
        ui.set_values(kind, own=shelf.put({"image": read_photograph(fresh[-1].name, fresh[-1].getvalue())}, {"kind": "photograph"}), **others)
        st.rerun()
