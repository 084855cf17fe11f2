"""Own data: a table from the visitor, read through the one gate and kept on the shelf under its digest."""

from typing import Any

import streamlit as st

from playground.core.errors import UserError
from playground.core.limits import MIB, UPLOAD_BYTES


def upload_table(key: str, *, words: str = "Upload a table (CSV, TSV, Excel or Parquet)") -> Any:
    """The visitor's last good table (`data.uploads.Table`), or None.

    What is wrong with a new file is said in words; the previous table stays.
    """
    slot = f"{key}!table"
    file = st.file_uploader(words, type=["csv", "tsv", "txt", "xlsx", "parquet"], key=key, max_upload_size=UPLOAD_BYTES // MIB)
    seen = st.session_state.get(f"{slot}.seen")
    if file is not None and file.file_id != seen:
        st.session_state[f"{slot}.seen"] = file.file_id
        from playground.data.uploads import read_table

        try:
            st.session_state[slot] = read_table(file.name, file.getvalue())
            st.session_state.pop(f"{slot}.problem", None)
        except UserError as error:
            st.session_state[f"{slot}.problem"] = str(error)
    problem = st.session_state.get(f"{slot}.problem")
    if problem and file is not None:
        st.error(problem + (" The previous table stays in use." if slot in st.session_state else ""), icon=":material/error:")
    return st.session_state.get(slot)
