"""Loss functions: their curves, outliers to drag, a rare class, and one network with each."""

import streamlit as st

from playground import ui
from playground.experiments import loss_views as views
from playground.experiments.imbalance import Imbalance
from playground.experiments.network_race import LossRace
from playground.experiments.outlier_fit import OutlierFit
from playground.explain import loss_coach as coach
from playground.explain import loss_words as words
from playground.explain import network_race_words as race_words
from playground.figures import losses as figures
from playground.figures import network_race
from playground.figures.panels import Rows

# part: what it sets, how it is drawn, explained, measured, tried and coached
LIVE = {
    "outliers": (OutlierFit, figures.outliers, words.outlier_maths, words.outlier_table, words.outlier_tasks, coach.OUTLIERS),
    "imbalance": (Imbalance, figures.imbalance, words.imbalance_maths, words.imbalance_table, words.imbalance_tasks, coach.IMBALANCE),
    "train": (LossRace, network_race.race, race_words.maths, race_words.table, race_words.tasks, ()),
}  # fmt: skip


def paint(rows: Rows, source=None, on_drag=None) -> None:
    for row in rows:
        for column, panel in zip(st.columns([each.weight for each in row]), row, strict=True):
            with column:
                if panel.title:
                    st.markdown(f"**{panel.title}**")
                if panel.spec is None:
                    st.markdown(panel.words)
                else:
                    draw = ui.lines if panel.spec["kind"] == "curves" else ui.stage
                    drag = on_drag if panel.drags else None
                    draw(source or panel.arrays, panel.spec, key=panel.key, height=panel.height, on_drag=drag)


def set_up(kind):
    ui.presets(kind, [ui.Preset(*row) for row in words.PRESETS[screen.part]], keep=("part",))
    return ui.controls(kind, container=st.sidebar, hide=ui.controls(kind, only=()).unused_controls())


def curves() -> None:
    view = set_up(views.LossCurves)
    data = ui.compute(views.curves, **view.arguments())
    paint(figures.curves(view, data), on_drag=lambda at: ui.set_values(views.LossCurves, **view.dragged(at)))
    with ui.explain():
        st.markdown(words.curves_maths(view, data))
    ui.tasks([ui.Task(*each) for each in words.curves_tasks(view, data)])


def live(kind, draw, explain, table, tasks, rules) -> None:
    view = set_up(kind)
    run = ui.run(view.to_run(), name=kind.key, speed=view.pace)
    ui.transport(run, seed_field="seed" if kind is OutlierFit else "data_seed")
    ui.coach(run, rules)
    paint(draw(view), run, lambda at: ui.set_values(kind, **view.dragged(at)))
    ui.watched(measured)(run, view, table, tasks)
    with ui.explain():
        st.markdown(explain(view))
    if kind is not LossRace:
        ui.take_home(run)


def measured(run, view, table, tasks) -> None:
    metrics, picture = run.metrics(), run.view()
    if len(metrics.get("step", ())) and picture:
        st.markdown(table(view, metrics, picture))
    ui.tasks([ui.Task(*each) for each in tasks(view, metrics)])


screen = ui.controls(views.LossCurves, only=())
ui.intro("Loss functions", words.INTRODUCTIONS[screen.part])
st.segmented_control("Part", list(views.PARTS), key="losses.part", format_func=views.PARTS.get, required=True, label_visibility="collapsed")
with ui.plain_words():
    if screen.part == "curves":
        curves()
    else:
        live(*LIVE[screen.part])
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
