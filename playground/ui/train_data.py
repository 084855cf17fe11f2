"""The data of the training screen: a gallery to choose from, downloads with progress, and a close look at what was chosen."""

from __future__ import annotations

import functools

import numpy as np
import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import MIB
from playground.data import datasets, downloads
from playground.data.datasets import DATASETS, OWN_IMAGES, OWN_TABLE, Dataset
from playground.experiments.train import Train
from playground.figures import train_data as figures

OWN = (OWN_TABLE, OWN_IMAGES)
UPLOAD = "upload"  # the card that opens the dialog
GALLERY, WANTED, OPENED, MINE = "train-gallery-choice", "train-data!wanted", "train-data!open", "train-data!mine"
SHOWN_ROWS, SHOWN_IMAGES, SHOWN_CLASSES = 6, 12, 24
MINIATURES = {"digits": (6, 4), "mnist": (6, 4), "fashion_mnist": (6, 4), "cifar10": (6, 4), OWN_IMAGES: (5, 3)}  # columns and rows of a contact sheet
SAMPLED, SCORED = 2000, 60  # rows and features among which a table's miniature looks for the two that tell most


def section(experiment: Train) -> None:
    """Everything about the data of the experiment: choose it, fetch it, bring one's own, look at it."""
    st.html(figures.STYLE)
    gallery(experiment)
    wanted = st.session_state.get(WANTED)
    if wanted:
        _fetch(wanted)
    with ui.plain_words():
        about(experiment.data(), experiment)


# Choosing -------------------------------------------------------------------------------------------------------------------


def gallery(experiment: Train) -> None:
    """Every data set as a card with a real glimpse of it; those that are not here yet say how large they are."""
    mine = st.session_state.setdefault(MINE, {})
    if experiment.dataset in OWN:
        mine[experiment.dataset] = experiment.own
    keys = [*(key for key in DATASETS if key not in OWN or key in mine), UPLOAD]
    st.session_state[GALLERY] = st.session_state.get(WANTED) or experiment.dataset
    with st.container(key="train-gallery"):
        st.pills("Data ↻", keys, key=GALLERY, format_func=lambda key: _card(key, mine.get(key, "")), required=True, on_change=_chosen, width="stretch",
                 help="What the network has to learn. ↻ starts the run anew.")  # fmt: skip
    if st.session_state.pop(OPENED, False):
        from playground.ui.train_upload import dialog

        dialog()


def _chosen() -> None:
    key = st.session_state[GALLERY]
    if key == UPLOAD:
        st.session_state[OPENED] = True
    elif key in downloads.SOURCES and not downloads.ready(key):
        st.session_state[WANTED] = key
    elif key is not None:
        st.session_state.pop(WANTED, None)
        use(key, st.session_state[MINE].get(key, ""))


def use(key: str, own: str = "") -> None:
    """Learn from this data set from now on."""
    ui.set_values(Train, dataset=key, **({"own": own} if own else {}))
    st.session_state["!play"] = True


def _card(key: str, own: str) -> str:
    if key == UPLOAD:
        picture = figures.waiting_miniature("CSV, Excel, images", figures.UP)
        return f'![Upload]({picture} "A table or images of yours, looked at before anything is learnt") **Your own data** :gray[upload]'
    card = DATASETS[key]
    here = key not in downloads.SOURCES or downloads.ready(key)
    words = (f"{card.rows:,} × {card.size}" if card.kind == "table" else f"{card.rows:,} · {card.size}") if card.rows else "uploaded"
    try:
        picture = miniature(key, own, here)
    except UserError:  # of a link to data that is not on this machine; what is wrong is said below the gallery
        picture = figures.waiting_miniature("not here")
    return f'![{card.title}]({picture} "{card.words}") **{card.title}** :gray[{words if here else "to download"}]'


@functools.lru_cache(32)
def miniature(key: str, own: str, here: bool) -> str:
    """A data set's card as a data address, made of its own examples; equal on every visit."""
    if not here:
        return figures.waiting_miniature(f"{DATASETS[key].download_bytes / MIB:,.0f} MB")
    data = datasets.load(key, own)
    if data.kind == "image":
        columns, rows = MINIATURES[key]
        return figures.image_miniature(data.images[_mixed(data, columns * rows)], columns, rows)
    return figures.table_miniature(*_scatter(data))


def _mixed(data: Dataset, count: int) -> np.ndarray:
    """Rows of all classes in turn."""
    by_class = [np.flatnonzero(data.targets == each)[:count] for each in range(len(data.classes))]
    turns = [rows[turn] for turn in range(count) for rows in by_class if turn < len(rows)]
    stream = np.random.default_rng(5)
    return stream.permutation(np.array(turns[:count]))


def _scatter(data: Dataset) -> tuple[np.ndarray, np.ndarray, int]:
    """The two features that tell most about the target, for some rows; their targets; and the number of classes."""
    rows = np.random.default_rng(0).permutation(data.n_rows)[:SAMPLED]
    values = [each.take(data.columns[each.column].values[rows]) for each in data.features[:SCORED]]
    values = [np.where(np.isnan(each), np.nanmedian(each) if (~np.isnan(each)).any() else 0.0, each) for each in values]
    order = sorted(range(len(values)), key=lambda place: -_telling(values[place], data.targets[rows], len(data.classes)))
    first, second = (order * 2)[:2]
    return np.stack([values[first], values[second]], 1), data.targets[rows], len(data.classes)


def _telling(values: np.ndarray, targets: np.ndarray, classes: int) -> float:
    """Share of a feature's spread that goes with the target: between classes, or along a line."""
    spread = values.var()
    if spread <= 1e-12 * (1 + values.mean() ** 2):
        return 0.0
    if not classes:
        return float(((values - values.mean()) * (targets - targets.mean())).mean() ** 2 / (spread * targets.var() + 1e-300))
    means = [(values[targets == each].mean(), (targets == each).mean()) for each in range(classes) if (targets == each).any()]
    return float(sum(share * (mean - values.mean()) ** 2 for mean, share in means) / spread)


# Fetching -------------------------------------------------------------------------------------------------------------------


def _fetch(key: str) -> None:
    """What has to be downloaded first: a button, then its progress, then the data itself."""
    card, now = DATASETS[key], downloads.current(key)
    if downloads.ready(key):  # another visitor fetched it meanwhile
        _arrived(key)
    with st.container(border=True, key="train-fetch"):
        if now is not None and now.state == "running":
            ui.watched(_progress, 0.5)(key)
            return
        st.markdown(f"**{card.title}** has to be fetched from the internet once: **{card.download_bytes / MIB:,.0f} MB**. It is kept on this machine.")
        if now is not None and now.state == "failed":
            st.error(now.problem, icon=":material/cloud_off:")
        elif now is not None and now.state == "cancelled":
            st.caption("The download was cancelled; nothing of it was kept.")
        with st.container(horizontal=True):
            st.button("Download", icon=":material/download:", type="primary", key="train-download", on_click=downloads.start, args=(key,))
            st.button("Not now", key="train-not-now", type="tertiary", on_click=st.session_state.pop, args=(WANTED, None))


def _progress(key: str) -> None:
    now = downloads.current(key)
    if now is None or now.state != "running":
        if now is not None and now.state == "done":
            _arrived(key)
        st.rerun(scope="app")
    left = now.seconds_left
    time_left = "" if left is None else f" · {left:,.0f} s left" if left < 90 else f" · {left / 60:,.0f} min left"
    st.progress(now.share, f"Downloading {DATASETS[key].title}: {now.received / MIB:,.1f} of {now.total / MIB:,.1f} MB{time_left}")
    st.button("Cancel", icon=":material/close:", key="train-cancel", on_click=now.cancel)


def _arrived(key: str) -> None:
    st.session_state.pop(WANTED, None)
    use(key)
    st.rerun(scope="app")


# Looking --------------------------------------------------------------------------------------------------------------------


def about(data: Dataset, experiment: Train) -> None:
    """What the data set holds: classes, parts, examples, statistics, and what may go wrong with it."""
    left, right = st.columns([1, 1.7], gap="large")
    with left:
        _facts(data, experiment)
    with right:
        if data.kind == "image":
            _images(data)
        else:
            _table(data)


def _facts(data: Dataset, experiment: Train) -> None:
    words = [DATASETS[data.key].words + "."] if data.key not in OWN else []
    st.markdown(f"#### {data.title}")
    st.caption(" ".join([*words, _size(data)]))
    for warning in data.warnings:
        st.warning(warning, icon=":material/warning:")
    with ui.plain_words():
        counts, notes = dealt(data.key, data.own, experiment.data_seed, experiment.validation_share, experiment.test_share)
        st.html(figures.title("Learnt from, chosen by, reported once") + figures.shares(counts))
        for note in notes:
            st.caption(note)
    if data.classes:
        st.html(figures.title("Classes" if data.target_name == "class" else f"Classes of “{data.target_name}”") + figures.balance(data.classes, data.class_counts))
    else:
        st.html(figures.title(f"The number to predict: {data.target_name}") + figures.histogram(data.targets, data.unit or data.target_name))
    if data.notes:
        with st.expander(f"What was noticed while reading ({len(data.notes)})", icon=":material/fact_check:"):
            st.markdown("\n".join(f"- {note}" for note in data.notes))
    if data.key not in OWN:
        st.caption(f"{data.source}. Licence: {data.licence}.")


@functools.lru_cache(64)
def dealt(key: str, own: str, seed: int, validation_share: float, test_share: float) -> tuple[dict[str, int], tuple[str, ...]]:
    """How many rows each part gets, and what there is to say about it."""
    rows, notes = datasets.load(key, own).parts(seed, validation_share, test_share)
    return {name: len(each) for name, each in zip(("train", "validation", "test"), rows, strict=True)}, tuple(notes)


def _size(data: Dataset) -> str:
    if data.kind == "image":
        channels, height, width = data.input_shape
        return f"{data.n_rows:,} images · {width} × {height} pixels · {'grey' if channels == 1 else 'colour'} · {len(data.classes)} classes."
    used = sum(column.used for column in data.columns)
    task = f"{len(data.classes)} classes" if data.classes else "a number to predict"
    return f"{data.n_rows:,} rows · {used} columns become {len(data.feature_names)} numbers · {task}."


def _images(data: Dataset) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("**Examples of each class**")
        st.button("Others", icon=":material/shuffle:", type="tertiary", key="train-others", on_click=_next_examples)
    turn = st.session_state.get("train-data!turn", 0)
    st.html(examples(data.key, data.own, turn))
    if len(data.classes) > SHOWN_CLASSES:
        st.caption(f"{len(data.classes) - SHOWN_CLASSES} more classes are not shown.")


def _next_examples() -> None:
    st.session_state["train-data!turn"] = st.session_state.get("train-data!turn", 0) + 1


@functools.lru_cache(16)
def examples(key: str, own: str, turn: int) -> str:
    """A strip of images of each class, others with every turn."""
    data = datasets.load(key, own)
    return image_strips(data.classes, data.targets, data.images, turn)


def image_strips(classes: tuple[str, ...], targets: np.ndarray, images: np.ndarray, turn: int) -> str:
    """HTML of up to SHOWN_IMAGES examples of each of the first classes."""
    stream = np.random.default_rng(turn)
    shown = classes[:SHOWN_CLASSES]
    chosen = [np.flatnonzero(targets == place) for place in range(len(shown))]
    strips = [images[np.sort(stream.permutation(rows)[:SHOWN_IMAGES])] for rows in chosen]
    return figures.class_sheets(shown, strips, min(SHOWN_IMAGES, max(map(len, strips))))


def _table(data: Dataset) -> None:
    from playground.ui import train_table

    st.markdown("**Columns**")
    train_table.columns(data)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("**A few rows**")
        st.button("Others", icon=":material/shuffle:", type="tertiary", key="train-others", on_click=_next_examples)
    train_table.rows(data, SHOWN_ROWS, st.session_state.get("train-data!turn", 0))
