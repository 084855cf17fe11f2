"""The model zoo: a card for every bundled model, and how their scores stand to their size."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground import ui
from playground.experiments.zoo import SIZES, Zoo
from playground.explain import zoo_words as words
from playground.figures import zoo as figures
from playground.ui import zoo_links
from playground.zoo import catalogue
from playground.zoo.catalogue import Model

EVERY = "All"


def part() -> None:
    """The chart on top, then the filters and the cards."""
    view = ui.controls(Zoo, only=())
    every = list(catalogue.models().values())
    shown = _filtered(every, view)
    with st.container(border=True):
        left, right = st.columns([3, 1], vertical_alignment="center")
        left.markdown(f"**{len(every)} models, {words.weight(sum(each.bytes for each in every if each.source == 'bundled'))} in all**, trained by this project's own recipes")
        right.segmented_control("Size", list(SIZES), key="zoo.size", format_func=lambda each: SIZES[each], required=True, label_visibility="collapsed")
        if any(each.share is not None for each in shown):
            ui.plot(figures.scores(shown, view.size), key="zoo-scores",
                alt="Share of right answers of each bundled model, the smallest on top; stems begin where guessing would stand.")
        st.caption(words.why_chance(shown))
    if not shown:
        st.info("No model passes this search.", icon=":material/search_off:")
    for start in range(0, len(shown), 3):
        for column, each in zip(st.columns(3, gap="medium"), shown[start : start + 3], strict=False):
            with column.container(border=True, height="stretch", key=f"zoo-card-{each.name}"):
                card(each)
    ui.tasks([ui.Task(*each) for each in words.tasks(view, None)])
    with st.popover("Take it home", icon=":material/download:"):
        ui.files("zoo!cards", [ui.File("Every card (JSON)", lambda: as_json(every), "models.json", "application/json", "data_object"),
                               ui.File("Every card (CSV)", lambda: as_csv(every), "models.csv", "text/csv", "table")])  # fmt: skip


def _filtered(every: Sequence[Model], view: Zoo) -> list[Model]:
    """The kinds as one row of pills, the search beside it."""
    areas = [EVERY, *dict.fromkeys(each.area for each in every)]
    counts = {area: sum(each.area == area for each in every) for area in areas} | {EVERY: len(every)}
    st.session_state["zoo!area"] = view.area if view.area in areas else EVERY
    left, right = st.columns([3, 1], vertical_alignment="center", gap="medium")
    left.pills("Kind of model", areas, key="zoo!area", label_visibility="collapsed", required=True, format_func=lambda each: f"{each} {counts[each]}",
               on_change=lambda: ui.set_values(Zoo, area="" if st.session_state["zoo!area"] == EVERY else st.session_state["zoo!area"]))  # fmt: skip
    right.text_input("Search", key="zoo.search", placeholder="Search models …", icon=":material/search:", label_visibility="collapsed", max_chars=100, live=True)
    parts = view.search.lower().split()
    return [each for each in every if (not view.area or each.area == view.area) and all(part in f"{each.name} {each.title} {each.task} {each.words} {each.data}".lower()
        for part in parts)]


def card(each: Model) -> None:
    """What is known of one model, and the ways on from it."""
    st.html(face(each))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        zoo_links.open_on(each.name)
        st.button("Inside", key=f"zoo!inside.{each.name}", icon=":material/layers:", type="tertiary", help="Its layers and what they cost", on_click=look_inside,
            args=(each.name,))
        with st.popover("Card", icon=":material/description:", type="tertiary"):
            details(each)


FACE = """<div style="display:flex;flex-direction:column;gap:.15rem;line-height:1.4">
<div style="display:flex;justify-content:space-between;align-items:baseline;gap:.6rem"><span style="font-weight:650;font-size:1.06rem">{title}</span>
<span style="font-size:.74rem;white-space:nowrap;color:{colour};border:1px solid {colour};border-radius:99px;padding:0 .5rem">{state}</span></div>
<div style="font-size:.82rem;opacity:.65"><code style="font-size:.8rem;background:none;padding:0">{name}</code> · {task}</div>
<div style="font-size:.9rem;min-height:2.5rem;margin-top:.3rem">{words}</div>
<div style="display:flex;align-items:baseline;gap:.5rem;margin-top:.2rem">
<span style="font-size:1.55rem;font-weight:650;font-variant-numeric:tabular-nums;white-space:nowrap">{score}</span>
<span style="font-size:.82rem;opacity:.7">{measured}</span></div>
<div style="font-size:.82rem;opacity:.7">{facts}</div></div>"""


def face(each: Model) -> str:
    """What a card shows at a glance, as HTML; every word in it is escaped."""
    from html import escape

    measured, value = each.main or ("not measured", float("nan"))
    facts = f"{words.count(each.parameters)} parameters · {words.weight(each.bytes)} · {each.licence or 'no licence stated'}"
    given = {"title": each.title, "state": "bundled" if each.source == "bundled" else each.source.split(" ")[0], "name": each.name, "task": each.task, "words": each.words,
             "score": words.score(measured, value) if each.main else "–", "measured": measured, "facts": facts}  # fmt: skip
    return FACE.format(colour="#1b9e77" if each.source == "bundled" else "#0877bd", **{key: escape(text) for key, text in given.items()})


def details(each: Model) -> None:
    """The whole card."""
    rows = [("Learnt from", each.data), ("Measured on", each.split), ("How it was made", each.how), ("Made on", each.date), ("Comes from", "" if each.source == "bundled"
        else each.source), ("File", f"{each.weights.name}, {each.bytes:,} bytes")]
    st.markdown("\n\n".join(f"**{name}.** {value}" for name, value in rows if value))
    if each.scores:
        st.markdown("| Measured | |\n|---|---:|\n" + "\n".join(f"| {name.replace('|', '/')} | {words.score(name, value)} |" for name, value in each.scores.items()))
    if each.command:
        st.caption("Made anew by:")
        st.code(each.command, language="bash", wrap_lines=True)
    if each.source == "bundled":
        st.caption("Measured again by:")
        st.code(f"python -m playground zoo evaluate {each.name}", language="bash", wrap_lines=True)


def look_inside(name: str) -> None:
    """Open the layers of a network; for callbacks."""
    ui.set_values(Zoo, part="inside", model=name, layer=-1)


def as_json(models: Sequence[Model]) -> str:
    """Cards as one JSON array."""
    return json.dumps([each.about() for each in models], indent=2, ensure_ascii=False, default=str) + "\n"


def as_csv(models: Sequence[Model]) -> str:
    """Cards as a table, one model a line; every score in words in one column."""
    held = io.StringIO()
    columns = ["name", "title", "area", "task", "state", "parameters", "bytes", "score", "scores", "data", "licence", "split", "date", "command"]
    writer = csv.DictWriter(held, columns, extrasaction="ignore")
    writer.writeheader()
    for each in models:
        row: dict[str, Any] = each.about()
        writer.writerow(row | {"score": each.main[1] if each.main else "", "scores": "; ".join(f"{name}: {value:.6g}" for name, value in each.scores.items())})
    return held.getvalue()
