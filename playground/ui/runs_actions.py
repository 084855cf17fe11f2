"""What can be done with the chosen runs: open, name, pin, delete, share, take home; and how much room all of them take."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.limits import DELETED_SECONDS, RUN_NAME_CHARACTERS, RUN_NOTE_CHARACTERS, RUNS_BYTES, RUNS_EXPORTED
from playground.experiments.runs_look import RunsLook
from playground.runs import cards as cards_of
from playground.runs import export, records
from playground.runs.cards import Card
from playground.runs.engine import get_engine
from playground.runs.export_board import tensorboard
from playground.runs.run import Run
from playground.ui import session
from playground.ui.take_home import offered

NOT_YOURS = "Another browser made this run; only that one may change it."
ALL = 1_000_000
KEEP = (50, 100, 200, 500, 1_000)


def bar(chosen: Sequence[Card], look: RunsLook) -> None:
    """One row of buttons for the chosen runs."""
    if not chosen:
        return
    me = session.browser()
    mine = [card["token"] for card in chosen if records.belongs(card, me) and card["state"] not in cards_of.GOING]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs-actions"):
        if look.state == "deleted":
            st.button("Bring back", icon=":material/restore_from_trash:", on_click=_restore, args=(mine,), disabled=not mine, key="runs!restore")
            return
        if len(chosen) == 1:
            _open(chosen[0])
            _describe(chosen[0], me)
        pinned = all(card["pinned"] for card in chosen)
        st.button("Unpin" if pinned else "Pin", icon=":material/push_pin:", on_click=_pin, args=(mine, not pinned), disabled=not mine, key="runs!pin",
                  help="Pinned runs stand on top and are never removed to make room." if mine else NOT_YOURS)  # fmt: skip
        st.button("Delete" if len(chosen) == 1 else f"Delete {len(mine)}", icon=":material/delete:", on_click=_delete, args=(mine,), disabled=not mine, key="runs!delete",
                  help=f"It can be brought back for {DELETED_SECONDS // 3600} hours." if mine else f"{NOT_YOURS} A run that still goes on is stopped first.")  # fmt: skip
        with st.popover("Take home", icon=":material/download:"):
            ui.files("runs!files", _files_of_one(chosen[0]) if len(chosen) == 1 else _files_of_many(chosen))
        if len(chosen) == 1:
            _share(chosen[0])


def undo_bar() -> None:
    """After a deletion: what was deleted, and the way back."""
    gone: list[str] = st.session_state.get("runs!gone", [])
    if gone:
        with st.container(horizontal=True, vertical_alignment="center", border=True, key="runs-undo"):
            st.markdown(f":material/delete: {len(gone)} run{'s' * (len(gone) > 1)} deleted.", width="stretch")
            st.button("Undo", icon=":material/undo:", on_click=_restore, args=(gone,), key="runs!undo")


def storage() -> None:
    """How much is kept, what happens when it grows, and a way to keep less."""
    store, me = get_engine().store, session.browser()
    used, whole = store.usage(me), store.usage()
    left, right = st.columns([4.6, 1], vertical_alignment="center")
    left.caption(f"{used['runs']:,} runs of this browser take {_size(used['bytes'])}. When all runs on this server exceed {_size(RUNS_BYTES)} "
                 f"({_size(whole['bytes'])} now), the oldest that nobody pinned go for good.")  # fmt: skip
    with right.popover("Room and privacy", icon=":material/database:", type="tertiary"):
        st.markdown(_privacy(used["others"]))
        limit = st.selectbox("Keep at most", KEEP, index=len(KEEP) - 1, key="runs!keep", format_func=lambda count: f"the newest {count:,} of mine")
        surplus = _surplus(limit)
        st.button(f"Delete {len(surplus)} older ones", disabled=not surplus, on_click=_delete, args=(surplus,), key="runs!trim",
                  help="Pinned ones stay. They can be brought back for a day.")  # fmt: skip


def _privacy(others: int) -> str:
    there = f" {others:,} runs of other browsers are kept here too; this list does not show them." if others else ""
    return ("A run is kept on the machine that serves this page: its settings, curves, last picture and last weights. It belongs to the browser that "
            f"started it, known by a cookie: only there it is listed, renamed or deleted.{there} Whoever is given a run's link can look at it, "
            "and go on from it in a run of their own.")  # fmt: skip


def _surplus(limit: int) -> list[str]:
    me = session.browser()
    kept = get_engine().store.list(browser=me, limit=ALL)
    return [card["token"] for card in kept[limit:] if not card["pinned"]]


def _open(card: Card) -> None:
    path, query = records.address(card)
    page = st.session_state.get("!pages", {}).get(path)
    if page is not None:
        st.page_link(page, label="Open on its screen", icon=":material/open_in_new:", query_params=query)


def _describe(card: Card, me: str) -> None:
    with st.popover("Name and note", icon=":material/edit_note:", disabled=not records.belongs(card, me)):
        name, note = f"runs!name!{card['token']}", f"runs!note!{card['token']}"
        st.session_state.setdefault(name, card["name"])
        st.session_state.setdefault(note, card["note"])
        st.text_input("Name", key=name, max_chars=RUN_NAME_CHARACTERS, placeholder=cards_of.call(card), on_change=_named, args=(card["token"],))
        st.text_area("Note", key=note, max_chars=RUN_NOTE_CHARACTERS, on_change=_named, args=(card["token"],), placeholder="What was this run for, what did it show?")


def _share(card: Card) -> None:
    with st.popover("Link", icon=":material/link:"):
        path, query = records.address(card)
        here = st.context.url
        home = f"{urlsplit(here).scheme}://{urlsplit(here).netloc}/" if isinstance(here, str) else "/"
        st.code(f"{home}{path}?{urlencode({records.RUN: query[records.RUN]})}", language=None)
        st.caption("Opens this run as it ended, on its screen, for whoever reaches this server. Nothing they do there changes it.")


def _files_of_one(card: Card) -> list[ui.File]:
    token, kind = card["token"], cards_of.kind_of(card)

    def run() -> Run:
        found = get_engine().find(token)
        assert found is not None  # deleted runs are kept for a day
        return found

    everything = ui.File("Everything but weights (JSON)", lambda: export.whole([run()]), f"{card['kind']}-run.json", "application/json", "data_object")
    try:
        found = offered(kind(**card["experiment"]), run) if kind is not None else []
    except UserError:  # settings that this version does not take any more
        found = []
    return [*found, everything]


def _files_of_many(chosen: Sequence[Card]) -> list[ui.File]:
    tokens = [card["token"] for card in chosen[:RUNS_EXPORTED]]

    def runs() -> list[Run]:
        return [run for token in tokens if (run := get_engine().find(token)) is not None]

    return [
        ui.File("Settings and results (CSV)", lambda: export.summary(chosen), "runs.csv", "text/csv", "table"),
        ui.File("Histories (CSV)", lambda: export.histories(runs()), "histories.csv", "text/csv", "timeline"),
        ui.File("Everything but weights (JSON)", lambda: export.whole(runs()), "runs.json", "application/json", "data_object"),
        ui.File("TensorBoard events (zip)", lambda: tensorboard(runs()), "tensorboard.zip", "application/zip", "monitoring"),
        ui.File("All weights (zip)", lambda: export.all_weights(runs()), "weights.zip", "application/zip", "memory"),
    ]


def _named(token: str) -> None:
    say(token, name=st.session_state[f"runs!name!{token}"].strip(), note=st.session_state[f"runs!note!{token}"].strip())


def say(token: str, *, name: str | None = None, note: str | None = None, pinned: bool | None = None) -> None:
    """Say something about a run, kept or still going on."""
    engine = get_engine()
    engine.store.describe(token, name=name, note=note, pinned=pinned)
    run = engine.runs.get(token)
    if run is not None:
        run.name = run.name if name is None else name
        run.note = run.note if note is None else note
        run.pinned = run.pinned if pinned is None else pinned


def _pin(tokens: Sequence[str], pinned: bool) -> None:
    for token in tokens:
        say(token, pinned=pinned)


def _delete(tokens: Sequence[str]) -> None:
    get_engine().store.delete(*tokens)
    st.session_state["runs!gone"] = list(tokens)
    ui.set_values(RunsLook, chosen="")


def _restore(tokens: Sequence[str]) -> None:
    get_engine().store.restore(*tokens)
    st.session_state["runs!gone"] = []


def _size(count: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:,.0f} {unit}"
        count /= 1024
    return f"{count:,.1f} GB"
