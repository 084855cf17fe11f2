"""The data of the autoencoder screen: what is bundled or fetched, and the visitor's own tables and images."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import MIB, UPLOAD_BYTES
from playground.data import downloads
from playground.experiments.autoencoder import DATASETS, NOBODY, OWN_IMAGES, OWN_TABLE, SENSORS, Autoencoder
from playground.experiments.autoencoder_data import lesson

IMAGE_TYPES = ["zip", "png", "jpg", "jpeg", "gif", "bmp", "webp"]
PENDING, PREVIOUS = "autoencoder!pending", "autoencoder!data"
IMAGE_SIDES = (16, 28, 32)
NO_LABEL = "(none)"


def adopt() -> None:
    """Own data that was just prepared goes into the controls; a class left out and layers give way when the data has none of them."""
    state = st.session_state
    pending = state.pop(PENDING, None)
    if pending:
        ui.set_values(Autoencoder, left_out=NOBODY, **pending, **({"build": "dense"} if pending["dataset"] == OWN_TABLE else {}))
        state["!play"] = True


def _chosen() -> None:
    """After another data set was chosen: what cannot go with it is put back."""
    key = st.session_state["autoencoder-data"]
    if key in (OWN_TABLE, OWN_IMAGES) and not st.session_state.get(f"{Autoencoder.key}.own"):
        return
    table = key in (SENSORS, OWN_TABLE)
    ui.set_values(Autoencoder, dataset=key, left_out=NOBODY, **({"build": "dense"} if table else {}))
    st.session_state["!play"] = True


def picker(experiment: Autoencoder) -> None:
    """Data sets in a row; those that have to be fetched first say so."""
    own = {experiment.dataset} if experiment.own else set()
    keys = [key for key in DATASETS if key not in (OWN_TABLE, OWN_IMAGES) or key in own]
    st.session_state["autoencoder-data"] = experiment.dataset if experiment.dataset in keys else keys[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.pills(
            "Data ↻",
            keys,
            key="autoencoder-data",
            format_func=_words,
            required=True,
            on_change=_chosen,
            width="content",
            help="What is to be squeezed and made anew. ↻ starts the run anew.",
        )
        if st.button("Your own", icon=":material/upload_file:", key="autoencoder-upload", help="A table to find odd rows in, or images"):
            dialog()
        left_out(experiment)


def _words(key: str) -> str:
    away = key in downloads.SOURCES and not downloads.ready(key)
    return DATASETS[key] + (" (to fetch)" if away else "")


def left_out(now: Autoencoder) -> None:
    """The class that training never shows, by its name."""
    if now.dataset == SENSORS:
        st.caption("Faults are never shown in training.", width="content")
        return
    try:
        names = lesson(now).classes
    except UserError:
        return
    if len(names) < 2:
        return
    domain = Autoencoder.domains()["left_out"]
    st.selectbox(f"{domain.label} ↻", [NOBODY, *(str(each) for each in range(min(10, len(names))))], key=f"{Autoencoder.key}.left_out", width=190,
                 format_func=lambda key: "None" if key == NOBODY else names[int(key)], help=domain.help)  # fmt: skip


@st.dialog("Learn from your own data", width="large", icon=":material/upload_file:")
def dialog() -> None:
    """A table or images, looked at and only then learnt from."""
    body()


def body() -> None:
    """What the dialog holds."""
    kind = st.segmented_control("Kind of data", ["table", "images"], default="table", required=True, key="autoencoder-own-kind", label_visibility="collapsed",
                                format_func={"table": "A table", "images": "Images"}.get)  # fmt: skip
    with ui.plain_words():
        (_table if kind == "table" else _images)()


def _use(key: str, arrays: Any, about: Any) -> None:
    from playground.data import shelf

    st.session_state[PENDING] = {"dataset": key, "own": shelf.put(arrays, about)}
    st.rerun()


def _table() -> None:
    from playground.data import tables_own, tables_profile

    st.markdown("One row a case: a minute of a machine, a payment, a patient. A column that says what each row is lets you leave one kind out of the training and "
                "see whether its rows are found; without one, the rows that are rebuilt worst are listed.")  # fmt: skip
    table = ui.upload_table("autoencoder-table") or _sample()
    if table is None:
        return
    st.markdown(f"**{table.name}** · {table.n_rows:,} rows · {len(table.columns):,} columns")
    names = list(table.columns)
    profiles = tables_profile.profile(table)
    target = st.selectbox("Column that says what a row is", names, index=names.index(tables_profile.likely_target(profiles)), key="autoencoder-target",
                          help="It is kept from the network.")  # fmt: skip
    if st.button("Learn from this table", type="primary", icon=":material/school:", key="autoencoder-use-table"):
        with st.spinner("Preparing the table …"):
            _use(OWN_TABLE, *tables_own.prepare(table, target, "auto", {}, profiles))


def _sample() -> Any:
    from playground.data import tables_samples
    from playground.data.uploads import read_table

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("No file at hand? Try", width="content")
        for name, words in tables_samples.TABLES.items():
            if st.button(words, key=f"autoencoder-sample-{name}", type="tertiary", icon=":material/science:"):
                st.session_state["autoencoder!sample"] = name
    name = st.session_state.get("autoencoder!sample")
    return read_table(*tables_samples.table(name)) if name else None


def _images() -> None:
    from playground.data import images_own
    from playground.data.uploads_images import read_images

    files = st.file_uploader(
        "Images, or a zip of them with a folder for each class", type=IMAGE_TYPES, accept_multiple_files=True, key="autoencoder-images", max_upload_size=UPLOAD_BYTES // MIB
    )
    left, right = st.columns(2)
    side = left.segmented_control("Reduce to", IMAGE_SIDES, default=28, required=True, key="autoencoder-side", format_func=lambda each: f"{each} px")
    colour = right.segmented_control("Colour", ["grey", "colour"], default="grey", required=True, key="autoencoder-colour", format_func=str.capitalize)
    if not files:
        return
    pictures = read_images([(file.name, file.getvalue()) for file in files], side, colour, True, lambda done, total: None)
    arrays, about = images_own.prepare(pictures, f"{len(pictures.images):,} images of yours")
    for note in (*pictures.notes, *about["warnings"]):
        st.caption(note)
    if st.button("Learn from these images", type="primary", icon=":material/school:", key="autoencoder-use-images"):
        _use(OWN_IMAGES, arrays, about)
