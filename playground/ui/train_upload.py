"""The dialog for one's own data: a table or images, read through the gate, looked at, and only then learnt from."""

from __future__ import annotations

import functools
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import IMAGE_SIDES, MIB, UPLOAD_BYTES
from playground.data.datasets import OWN_IMAGES, OWN_TABLE
from playground.data.images_maths import FORMATS
from playground.figures import train_data as figures

KINDS = {"table": "A table", "images": "Images"}
WAYS = {"files": "Files or a zip", "folder": "A folder"}
TASKS = {"auto": "Automatic", "classification": "Classes", "regression": "A number"}
COLOURS = {"auto": "As they are", "colour": "Colour", "grey": "Grey"}
SAMPLE_IMAGES = {"digits": "300 handwritten digits"}
TABLE_TYPES = ["csv", "tsv", "txt", "xlsx", "xlsm", "parquet"]
IMAGE_TYPES = ["zip", "png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff"]
TABLE, PICTURES = "train-upload!table", "train-upload!pictures"
FIRST_ROWS = 6


@st.dialog("Learn from your own data", width="large", icon=":material/upload_file:")
def dialog() -> None:
    """Upload, look, choose what to learn, learn."""
    body()


def body() -> None:
    """What the dialog holds."""
    st.html(figures.STYLE)
    kind = st.segmented_control("Kind of data", list(KINDS), default="table", required=True, key="train-upload-kind", format_func=lambda key: KINDS[key],
                                label_visibility="collapsed")  # fmt: skip
    (_table if kind == "table" else _images)()


def _samples(options: dict[str, str], key: str) -> str | None:
    """The sample that was just asked for."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("No file at hand? Try", width="content")
        asked = [name for name, words in options.items() if st.button(words, key=f"{key}-{name}", type="tertiary", icon=":material/science:")]
    return asked[0] if asked else None


def _keep(slot: str, identity: Any, read: Any, stays: str) -> Any:
    """What `read` gives, once for each identity; what is wrong is said, and what was read before stays."""
    held = st.session_state.setdefault(slot, {})
    if identity is not None and held.get("seen") != identity:
        held["seen"] = identity
        held.pop("problem", None)
        try:
            held["value"], held["id"] = read(), identity
        except UserError as error:
            held["problem"] = str(error)
    if held.get("problem"):
        st.error(held["problem"] + (f" {stays}" if "value" in held else ""), icon=":material/error:")
    return held.get("value")


def _use(key: str, arrays: Any, about: Any, slot: str) -> None:
    from playground.data import shelf
    from playground.ui.train_data import use

    digest = shelf.put(arrays, about)
    st.session_state.pop(slot, None)
    use(key, digest)
    st.rerun()


# Tables ---------------------------------------------------------------------------------------------------------------------


def _table() -> None:
    from playground.data import tables_samples
    from playground.data.uploads import read_table

    file = st.file_uploader("CSV, TSV, Excel or Parquet, with one line a case and one column to predict", type=TABLE_TYPES, key="train-upload-table",
                            max_upload_size=UPLOAD_BYTES // MIB)  # fmt: skip
    sample = _samples(tables_samples.TABLES, "train-sample")
    identity = ("sample", sample) if sample else file.file_id if file is not None and file.file_id != st.session_state.get("train-upload!last") else None
    if file is not None:
        st.session_state["train-upload!last"] = file.file_id

    def read() -> Any:
        with st.spinner("Reading the table …"):
            return read_table(*tables_samples.table(sample)) if sample else read_table(file.name, file.getvalue())

    table = _keep(TABLE, identity, read, "The previous table stays.")
    if table is not None:
        with ui.plain_words():
            _choose(table, str(st.session_state[TABLE]["id"]))


def _choose(table: Any, identity: str) -> None:
    """What to predict from what; each column with its kind, spread and gaps."""
    from playground.data import tables_own, tables_profile

    profiles = _once(TABLE, "profile", lambda: tables_profile.profile(table))
    st.markdown(f"**{table.name}** · {table.n_rows:,} rows · {len(table.columns):,} columns")
    names = list(table.columns)
    left, right = st.columns(2)
    target = left.selectbox("Predict", names, index=names.index(tables_profile.likely_target(profiles)), key=f"train-target-{identity}",
                            help="The column that will be unknown later.")  # fmt: skip
    task = right.segmented_control("Learn it as", list(TASKS), default="auto", required=True, key=f"train-task-{identity}", format_func=lambda key: TASKS[key],
                                   help="Words and few whole numbers are taken for classes, other numbers for a quantity.")  # fmt: skip
    with ui.plain_words():
        made = _once(TABLE, ("leaks", target, task), lambda: tables_own.examine(table, target, task))
        _target(made)
        uses = _columns(profiles, made.told, target, identity)
        st.caption("Numbers are standardised by the training rows; of words each becomes a column; dates become their parts; gaps are filled with the median, and marked.")
        with st.expander(f"First rows, and what was noticed while reading ({len(table.notes)})", icon=":material/table_rows:"):
            _first_rows(table)
            st.markdown("\n".join(f"- {note}" for note in table.notes))
        if st.button("Learn from this table", type="primary", icon=":material/school:", key="train-use-table"):
            with st.spinner("Preparing the table …"):
                _use(OWN_TABLE, *tables_own.prepare(table, target, task, uses, profiles), TABLE)


def _once(slot: str, name: Any, make: Any) -> Any:
    """A value computed once for what is held in `slot` now."""
    held = st.session_state[slot]
    kept = held.setdefault("kept", {})
    if kept.get("id") != held["id"]:
        kept.clear()
        kept["id"] = held["id"]
    if name not in kept:
        kept[name] = make()
    return kept[name]


def _target(made: Any) -> None:
    from playground.data.tables_warnings import certain

    left, right = st.columns([1, 1.4], gap="large")
    with left:
        if made.classes:
            st.html(figures.balance(made.classes, made.counts))
        else:
            st.html(figures.histogram(made.targets, f"{len(made.targets):,} numbers"))
    with right:
        for name, words in made.told.items():
            advice = "It is left out unless you choose otherwise." if certain(words) else "Will it be known when a prediction is needed? If not, leave it out."
            st.warning(f"“{name}” {words}. {advice}", icon=":material/key:")
        for words in made.warnings:
            st.warning(words, icon=":material/balance:")
        if not made.told and not made.warnings:
            st.success("Nothing here gives the answer away, and the classes are of like size." if made.classes else "No column gives the answer away.", icon=":material/check:")


def _columns(profiles: Any, told: dict[str, str], target: str, identity: str) -> dict[str, str]:
    """The table of columns; returns what the visitor wants columns to be used as, where that is not what was proposed."""
    import pandas as pd

    from playground.data.tables_own import LEAVE_OUT
    from playground.data.tables_warnings import certain
    from playground.ui import train_table

    shown = [each for each in profiles if each.name != target]
    proposed = [LEAVE_OUT if each.why or certain(told.get(each.name, "")) else each.kind for each in shown]
    frame = pd.DataFrame({
        "Column": [each.name for each in shown], "Use as": proposed, "Spread": [list(each.counts) for each in shown], "Missing": [each.missing for each in shown],
        "In words": [f"It {each.why}. {each.summary}" if each.why else each.summary for each in shown],
    })  # fmt: skip
    if not frame["Missing"].any():
        frame = frame.drop(columns="Missing")
    config = {**train_table.config(), "Use as": st.column_config.SelectboxColumn(options=["number", "category", "date", LEAVE_OUT], required=True, width=110)}
    edited = st.data_editor(frame, hide_index=True, width="stretch", height=min(train_table.ROW * len(shown) + 42, 330), row_height=train_table.ROW, column_config=config,
                            disabled=["Column", "Spread", "Missing", "In words"], key=f"train-columns-{identity}-{target}")  # fmt: skip
    return {each.name: use for each, was, use in zip(shown, proposed, edited["Use as"], strict=True) if use != was}


def _first_rows(table: Any) -> None:
    import pandas as pd

    st.dataframe(pd.DataFrame({name: values[:FIRST_ROWS] for name, values in table.columns.items()}), hide_index=True, width="stretch")


# Images ---------------------------------------------------------------------------------------------------------------------


def _images() -> None:
    from playground.data import tables_samples
    from playground.data.uploads_images import read_images

    way = st.segmented_control("Send", list(WAYS), default="files", required=True, key="train-upload-way", format_func=lambda key: WAYS[key], label_visibility="collapsed")
    words = "A zip with a folder for each class, or images named by class (cat_1.png)" if way == "files" else "A folder with a folder for each class"
    files = st.file_uploader(words, type=IMAGE_TYPES, accept_multiple_files=True if way == "files" else "directory", key=f"train-upload-images-{way}",
                             max_upload_size=UPLOAD_BYTES // MIB, help=f"{', '.join(FORMATS)}.")  # fmt: skip
    sample = _samples(SAMPLE_IMAGES, "train-sample-images")
    if sample or files:
        st.session_state["train-upload!from"] = "sample" if sample else "files"
    from_sample = st.session_state.get("train-upload!from") == "sample"
    places = st.columns(3)
    side = places[0].select_slider("Reduce to", IMAGE_SIDES, value=32, key="train-side", format_func=lambda each: f"{each} px", help="Larger squares cost more time.")
    colour = places[1].segmented_control("Colour", list(COLOURS), default="auto", required=True, key="train-colour", format_func=lambda key: COLOURS[key])
    crop = places[2].toggle("Take the middle", True, key="train-crop", help="Of images that are not square. Off: they are squeezed.")
    given = [("sample", "")] if from_sample else [(file.name, file.file_id) for file in files]
    bar = st.empty()

    def read() -> Any:
        sent = [tables_samples.images()] if from_sample else [(file.name, file.getvalue()) for file in files]
        try:
            return read_images(sent, side, colour, crop, functools.partial(_progress, bar))
        finally:
            bar.empty()

    pictures = _keep(PICTURES, (tuple(given), side, colour, crop) if given else None, read, "The previous images stay.")
    if pictures is not None:
        _look(pictures, "Handwritten digits, sample" if from_sample else files[0].name if len(files) == 1 else f"{len(pictures.images):,} images of yours")


def _progress(bar: Any, done: int, total: int) -> None:
    bar.progress(done / total, f"Reading images: {done:,} of {total:,}")


def _look(pictures: Any, title: str) -> None:
    """Examples of each class, how many there are, what was left out."""
    import numpy as np

    from playground.data import images_own
    from playground.ui.train_data import image_strips

    classes, targets = np.unique(np.array(pictures.labels), return_inverse=True)
    names = tuple(classes.tolist())
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        st.html(figures.balance(names, np.bincount(targets).tolist()))
    with right:
        st.html(image_strips(names, targets, pictures.images, 0))
    for note in pictures.notes:
        st.caption(note)
    with ui.plain_words():
        arrays, about = images_own.prepare(pictures, title)
        for words in about["warnings"]:
            st.warning(words, icon=":material/balance:")
        if st.button("Learn from these images", type="primary", icon=":material/school:", key="train-use-images"):
            _use(OWN_IMAGES, arrays, about, PICTURES)
