"""Rows of panels, still or live: what the screens of several parts are put together from."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from playground import ui
from playground.explain.coach import Rule
from playground.figures.panels import Panel, Rows
from playground.runs import export
from playground.runs.run import Run

Items = Sequence[tuple[str, str, bool]]
Presets = Sequence[tuple[str, str, str, Mapping[str, Any], bool]]


def choose(kind: Any, parts: Mapping[str, str]) -> None:
    """The parts of a screen as one row of buttons; the choice is the field `part` of `kind` and stands in the address."""
    st.segmented_control(
        "Part of the screen", list(parts), key=f"{kind.key}.part", format_func=lambda each: parts[each], required=True,
        label_visibility="collapsed",
    )  # fmt: skip


def set_up(kind: Any, presets: Presets) -> Any:
    """Presets on top and the controls that matter at present in the sidebar; returns the settings."""
    with st.container():  # and always a sentence, so that what comes below neither moves nor is rebuilt in the middle of a drag
        ui.presets(kind, [ui.Preset(*row) for row in presets], keep=("part",))
    now = ui.controls(kind, only=())
    return ui.controls(kind, container=st.sidebar, hide=now.unused_controls())


def paint(
    rows: Rows, source: Run | None = None, on_drag: Callable[[dict[str, Any]], Any] | None = None, peek: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Draw rows of panels; `source` feeds those that bring no arrays of their own, with `peek` they follow moving controls."""
    for row in rows:
        for column, panel in zip(st.columns([each.weight for each in row]), row, strict=True):
            with column:
                if panel.title:
                    st.markdown(f"**{panel.title}**")
                if panel.spec is None:
                    st.markdown(panel.words)
                    continue
                draw = ui.lines if panel.spec["kind"] == "curves" else ui.stage
                drag = on_drag if panel.drags else None
                draw(panel.arrays or source, panel.spec, key=panel.key, height=panel.height, on_drag=drag, peek=peek)


def still(
    kind: Any, presets: Presets, compute: Callable[..., Any], draw: Callable[..., Rows], maths: Callable[..., str],
    tasks: Callable[..., Items], after: Callable[[Any], None] | None = None,
) -> None:  # fmt: skip
    """A part that is computed in one go.

    Args:
        compute: A public torch function; receives what the settings' `arguments()` gives.
        draw, maths, tasks: Of the settings and what was computed.
        after: Of the settings; draws more below the panels.
    """
    view = set_up(kind, presets)
    with st.spinner("Computing this picture …"):
        data = ui.compute(compute, **view.arguments())
    peek = ui.following(kind, view, lambda moved: _pictures(draw(moved, ui.compute(compute, **moved.arguments()))))
    paint(draw(view, data), on_drag=lambda at: ui.set_values(kind, **view.dragged(at)), peek=peek)
    if after:
        after(view)
    ui.tasks([ui.Task(*each) for each in tasks(view, data)])
    with ui.explain():
        st.markdown(maths(view, data))


def _pictures(rows: Rows) -> dict[str, tuple[str, Panel]]:
    """The pictures among the panels, by key, each with the component that draws it."""
    return {panel.key: ("lines" if panel.spec["kind"] == "curves" else "stage", panel) for row in rows for panel in row if panel.spec is not None}


def live(
    kind: Any, presets: Presets, draw: Callable[[Any], Rows], maths: Callable[[Any], str], table: Callable[..., str],
    tasks: Callable[..., Items], rules: Sequence[Rule] = (),
) -> None:  # fmt: skip
    """A part that trains: the settings' `to_run()` is what the engine runs, at the speed `pace`.

    Args:
        table: Markdown of the settings, the recorded metrics and the latest view; repeated every second.
        tasks: Of the settings and the recorded metrics.
    """
    view = set_up(kind, presets)
    run = ui.run(view.to_run(), name=kind.key, speed=view.pace)
    _transport(run, kind)
    paint(draw(view), run, lambda at: ui.set_values(kind, **view.dragged(at)))
    if rules:  # below, so that its advice does not push a picture away from under the pointer
        ui.coach(run, rules)
    ui.watched(_measured)(run, view, table, tasks)
    with ui.explain():
        st.markdown(maths(view))
    if type(run.experiment) is not kind:
        _members(run, view)
    else:
        ui.take_home(run)


def _transport(run: Run, kind: Any) -> None:
    """The transport bar; seeds are drawn for the fields of `kind`, also when it is a race of others that runs."""
    fields = kind.domains()

    def drawn(field: str, **more: Any) -> Callable[..., None] | None:
        if field not in fields:
            return None
        return lambda *_: ui.set_values(kind, **{field: random.SystemRandom().randrange(1_000_000), **more})

    fresh = {"moved": ""} if "moved" in fields else {}  # new data has no points put elsewhere by hand
    ui.components.transport(run, key=f"{kind.key}!transport", new_weights=drawn("seed"), new_data=drawn("data_seed", **fresh))


def _members(run: Run, view: Any) -> None:
    """Every member's script, the history of all, and the way to take one of them further on the screen it comes from."""
    named = [(key, title, view.member(key)) for key, title in zip(view.keys, view.titles(), strict=True)]
    with st.popover("Take it home", icon=":material/download:"):
        scripts = [ui.File(f"{title} (Python script)", lambda member=member: member.script(min(run.step, member.step_limit)), f"{key}.py",
                           "text/x-python", "code") for key, title, member in named]  # fmt: skip
        history = ui.File("History of all (CSV)", lambda: export.history(run), f"{view.key}.csv", "text/csv", "timeline")
        ui.files(f"{view.key}!files", [*scripts, history])
    page = st.session_state.get("!pages", {}).get(named[0][2].page)
    if page is None:  # the screen stands alone, as in a test
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Take one further:")
        for _, title, member in named:
            st.page_link(page, label=title, query_params=ui.link(view.settings(member), type(member)))


def _measured(run: Run, view: Any, table: Callable[..., str], tasks: Callable[..., Items]) -> None:
    metrics, picture = run.metrics(), run.view()
    if len(metrics.get("step", ())) and picture:
        st.markdown(table(view, metrics, picture))
    ui.tasks([ui.Task(*each) for each in tasks(view, metrics)])
