"""Choosing a classifier: bundled ones first, then timm's table and the Hub; and bringing its files, with progress and cancel."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import MIB
from playground.data import hub_files, timm_table, torchvision_table
from playground.experiments import images_models
from playground.experiments.images import Images
from playground.explain.images_words import title
from playground.runs.run import Run
from playground.ui import hub_download
from playground.zoo import cards

RECENT = "images!recent"  # models of this visit that are not bundled
ROWS = 400  # of the table at once
SIZES = {"any size": None, "up to 6 million": 6_000_000, "up to 30 million": 30_000_000, "up to 100 million": 100_000_000}


def picker(view: Images) -> None:
    """In the sidebar: the classifier in use, the way to others, and what is known of it."""
    recent: list[str] = st.session_state.setdefault(RECENT, [])
    bundled = [name for name, card in cards.cards().items() if card.task == images_models.TASK]
    if view.model not in bundled and view.model not in recent:
        recent.append(view.model)
    options = [*bundled, *recent]
    slot = "images!model"
    st.session_state[slot] = view.model
    with st.sidebar:
        st.selectbox("Network", options, key=slot, format_func=_named, on_change=lambda: use(st.session_state[slot]), help="The bundled ones need no network connection.")
        st.button("More networks …", key="images!more", icon=":material/search:", on_click=_open_table, width="stretch")
        run = ui.current_run("train")
        if run is not None and "conv" in getattr(run.experiment, "stack", ""):
            st.button("Open the network I trained", key="images!trained", icon=":material/layers:", on_click=_open_trained, args=(run,), width="stretch")
        if problem := st.session_state.pop("images!problem", None):
            st.error(problem, icon=":material/error:")
        if view.model in cards.cards():
            card = cards.card(view.model)
            best = next(((name, value) for name, value in card.scores.items() if "test" in name.lower() or "accuracy" in name.lower()), None)
            scored = f" Measured: {best[0].replace('_', ' ')} {best[1]:.4g}." if best else ""
            st.caption(f"{card.words}{scored}")
    if st.session_state.pop("images!table", False):
        table()


def use(name: str) -> None:
    """Change the classifier; what belonged to the former one is let go. For callbacks."""
    ui.set_values(Images, model=name, target=-1, layer="")


def _named(name: str) -> str:
    where = "" if name in cards.cards() or name.startswith("shelf:") else " · timm" if name.startswith(images_models.TIMM) else " · Hub"
    return title(name) + where


def _open_table() -> None:
    st.session_state["images!table"] = True


def _open_trained(run: Run) -> None:
    from playground.experiments.convolution_networks import SHELF, keep

    try:
        use(SHELF + keep(run.experiment.values(), run.checkpoint_state()))
    except UserError as error:
        st.session_state["images!problem"] = str(error)


@st.dialog("More networks", width="large")
def table() -> None:
    """timm's classifiers as a table to search, and a field for any model of the Hub by name."""
    if hub_files.offline():
        st.info("This installation is set to stay offline: only models whose files are already here can be opened.", icon=":material/cloud_off:")
    by_table, by_name = st.tabs(["timm and torchvision", "Any model of the Hub"])
    with by_table:
        _timm()
    with by_name:
        _hub()


def _timm() -> None:
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    words = left.text_input("Search", key="images!search", placeholder="for example: vit tiny, or convnext apache", max_chars=80)
    most = SIZES[middle.selectbox("Parameters", list(SIZES), key="images!sizes")]
    source = right.selectbox("Weights", ["all", "torchvision", "here already"], key="images!source")
    here = hub_files.stored()
    hits = timm_table.found(words, most, source if source == "torchvision" else "")
    hits = [each for each in hits if source != "here already" or each.repository in here]
    cut = f"; {ROWS} are shown, good ones to begin with first" if len(hits) > ROWS else ""
    st.caption(f"{len(hits):,} of {len(timm_table.entries()):,} networks{cut}. Weights come from the Hub as safetensors. Top-1 stands where the installed packages state it: "
               "for weights trained by torchvision. For timm's own it is published in results/results-imagenet.csv of timm's repository.")
    shown = hits[:ROWS]
    rows = {"Network": [each.name for each in shown], "Parameters": [each.parameters / 1e6 for each in shown], "Input": [each.side for each in shown],
            "Top-1": [100 * known.top1 if (known := torchvision_table.of_timm(each.name)) else None for each in shown],
            "About, MB": [each.bytes / MIB for each in shown], "Classes": [each.data for each in shown], "Licence": [each.licence for each in shown],
            "Here": [each.repository in here for each in shown]}  # fmt: skip
    config = {"Top-1": st.column_config.NumberColumn(format="%.1f %%", help="Published with torchvision's weights; timm publishes its own elsewhere."),
              "Parameters": st.column_config.NumberColumn(format="%.1f M"), "Input": st.column_config.NumberColumn(format="%d px"),
              "About, MB": st.column_config.NumberColumn(format="%.0f", help="Four bytes a parameter; the exact size is known when the download begins.")}  # fmt: skip
    event: Any = st.dataframe(rows, key="images!rows", hide_index=True, height=330, column_config=config, on_select="rerun", selection_mode="single-row")
    picked = list(event.selection.rows) if event else []
    if picked and picked[0] < len(shown):
        _take(images_models.TIMM + shown[picked[0]].name)
    else:
        st.caption("Mark a row to choose a network.")


def _hub() -> None:
    name = st.text_input("Name on the Hub", key="images!hub", placeholder="owner/model", max_chars=200,
                         help="An image-classification model with safetensors weights, of transformers or timm.")  # fmt: skip
    if name.strip():
        with ui.plain_words():
            _take(images_models.HUB + hub_files.checked(name))


def _take(name: str) -> None:
    here = images_models.present(name)
    if st.button(f"Use {title(name)}" + ("" if here else " (to be downloaded)"), key="images!take", type="primary", icon=":material/check:"):
        use(name)
        st.rerun()


# Bringing files ------------------------------------------------------------------------------------------------------------------


def ready(view: Images) -> bool:
    """Whether the classifier's files are here; otherwise offers to bring them."""
    if images_models.present(view.model):
        return True
    offer(images_models.repository(view.model), title(view.model), _size(view.model))
    return False


def _size(name: str) -> str:
    entry = timm_table.entries().get(name.removeprefix(images_models.TIMM))
    return f"about {entry.bytes / MIB:,.0f} MB" if entry else "a size that is known when it begins"


def offer(repository: str, words: str, size: str) -> None:
    """A card that says what is missing and brings it, with progress, time left and cancel."""
    with st.container(border=True):
        job = hub_files.current(repository)
        if hub_files.offline():
            st.markdown(f":material/cloud_off: {hub_files.missing(repository, f'**{words}**')}")
            return
        st.markdown(f"**{words}** is not on this machine yet.")
        if job is not None and job.state == "running":
            ui.watched(hub_download.progress, 0.5)(f"images!{repository}", repository)
            return
        if job is not None and job.state == "failed":
            st.error(job.problem, icon=":material/error:")
        if job is not None and job.state == "cancelled":
            st.caption("The download was cancelled; nothing of it was kept.")
        st.caption(f"It is fetched from {repository} on the Hub, {size}, and kept in the Hub's cache on this machine. Nothing of yours is sent.")
        st.button("Download" if job is None or job.state != "failed" else "Try again", key=f"images!get.{repository}", icon=":material/download:", type="primary",
                  on_click=hub_files.start, args=(repository,))  # fmt: skip
