"""Downloaded models: what lies in the cache, taking it away, and fetching another by name."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import ZOO_SHOWN
from playground.data import hub_files, timm_table
from playground.experiments.zoo import Zoo
from playground.explain import zoo_words as words
from playground.ui.images_models import offer
from playground.zoo import catalogue_cache as cache


def part() -> None:
    """The cache as a table, then the way to bring a model."""
    view = ui.controls(Zoo, only=())
    if done := st.session_state.pop("zoo!done", None):
        st.success(done, icon=":material/check:")
    with ui.plain_words():
        _table(cache.kept())
    st.markdown("#### Bring a model")
    with ui.plain_words():
        _bring()
    ui.tasks([ui.Task(*each) for each in words.tasks(view, None)])


def _table(rows: list[cache.Kept]) -> None:
    """What lies there; marked rows can be opened or removed."""
    if not rows:
        st.info("Nothing was downloaded on this machine yet. The bundled models need no download.", icon=":material/inventory_2:")
        st.caption(f"Downloads would be kept in {cache.folder()}.")
        return
    shown = rows[:ZOO_SHOWN]
    st.markdown(f"**{len(rows)} downloaded model{'s' * (len(rows) != 1)}, {words.weight(sum(each.bytes for each in rows))}** in {cache.folder()}")
    frame = {"Model": [each.repository for each in shown], "What": [each.kind for each in shown], "MB": [each.bytes / 1e6 for each in shown], "Files": [each.files
        for each in shown],
             "Downloaded": [each.when for each in shown]}  # fmt: skip
    config: dict[str, Any] = {"MB": st.column_config.NumberColumn(format="%.1f"), "Downloaded": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")}
    event: Any = st.dataframe(frame, key=f"zoo!kept!{hash(tuple(each.repository for each in shown))}", hide_index=True, column_config=config, on_select="rerun",
        selection_mode="multi-row",
                              alt="Downloaded models with size and date")  # fmt: skip
    picked = [shown[i] for i in (event.selection.rows if event else ()) if i < len(shown)]
    with st.container(horizontal=True, vertical_alignment="center"):
        size = words.weight(sum(each.bytes for each in picked))
        if st.button(f"Remove {len(picked) or ''} ({size})" if picked else "Remove", key="zoo!remove", icon=":material/delete:", disabled=not picked):
            confirm([each.repository for each in picked], size)
        page = st.session_state.get("!pages", {}).get("images")
        for each in [each for each in picked if each.opens and page is not None][:3]:
            st.page_link(page, label=f"Open {each.repository}", icon=":material/open_in_new:", query_params={"images.model": each.opens})
        if not picked:
            st.caption("Mark models to remove or open them.")


@st.dialog("Remove from this machine?")
def confirm(repositories: list[str], size: str) -> None:
    """Asks once more; nothing is deleted before."""
    st.markdown(f"{', '.join(f'**{each}**' for each in repositories)}: {size} of disk become free. "
                "Everyone who uses this installation, and other programs that share the Hub's cache, would have to download them again.")  # fmt: skip
    with st.container(horizontal=True):
        if st.button("Remove", key="zoo!yes", type="primary", icon=":material/delete:"):
            try:
                freed = cache.remove(repositories)
                st.session_state["zoo!done"] = f"Removed; {words.weight(freed)} are free again."
            except UserError as error:
                st.error(str(error), icon=":material/error:")
                return
            st.rerun()
        if st.button("Keep", key="zoo!no"):
            st.rerun()


def _bring() -> None:
    """A name, what the Hub says of it before anything is fetched, and the download with progress and cancel."""
    if hub_files.offline():
        st.info("This installation is set to stay offline (HF_HUB_OFFLINE): nothing is asked of the network. The bundled models work without it.", icon=":material/cloud_off:")
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    name = left.text_input("Model", key="zoo!wanted", placeholder="resnet18.a1_in1k, or owner/model", max_chars=200,
                           help="A name of timm's, or of any model on the Hub that has its weights as safetensors.")  # fmt: skip
    right.button("Ask the Hub", key="zoo!ask", icon=":material/search:", on_click=_ask, width="stretch")
    if not name.strip():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption("Good ones to begin with:", width="content")
            for each in timm_table.FAMILIAR[:4]:
                st.button(each.split(".")[0], key=f"zoo!try.{each}", on_click=_try, args=(each,))
        return
    entry = timm_table.entries().get(name.strip())
    repository = entry.repository if entry else hub_files.checked(name)
    if hub_files.cached(repository) is not None:
        st.success(f"{repository} is here.", icon=":material/check:")
        return
    told = st.session_state.get("zoo!told", {}).get(repository)
    if told is None and hub_files.current(repository) is None:
        st.caption(f"Press “Ask the Hub” to learn how large {repository} is; nothing is fetched before you say so.")
        return
    if isinstance(told, str):
        st.error(told, icon=":material/error:")
        return
    offer(repository, name.strip(), f"{words.weight(sum(size for _, size in told))} in {len(told)} files" if told else "a size that is known when it begins")


def _try(name: str) -> None:
    st.session_state["zoo!wanted"] = name


def _ask() -> None:
    """What the Hub says about the wanted model: its files and sizes, or the sentence of what went wrong."""
    name = st.session_state["zoo!wanted"].strip()
    told: dict[str, Any] = st.session_state.setdefault("zoo!told", {})
    try:
        entry = timm_table.entries().get(name)
        repository = entry.repository if entry else hub_files.checked(name)
    except UserError:  # the field itself says so
        return
    try:
        told[repository] = hub_files.announced(repository)
    except UserError as error:
        told[repository] = str(error)
