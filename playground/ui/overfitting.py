"""The five parts of the overfitting screen."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground import ui
from playground.experiments.overfitting_capacity import Capacity
from playground.experiments.overfitting_double import DoubleDescent
from playground.experiments.overfitting_learning import LearningCurve
from playground.experiments.overfitting_regularize import Regularize
from playground.experiments.overfitting_variance import Variance
from playground.experiments.overfitting_widths import WidthSweep
from playground.explain import overfitting_numbers as numbers
from playground.explain import overfitting_rules as rules
from playground.explain import overfitting_tasks as tasks
from playground.explain import overfitting_words as words
from playground.explain.coach import Rule
from playground.figures import overfitting as figures
from playground.figures.panels import Rows
from playground.runs.run import Run
from playground.ui import overfitting_points as points
from playground.ui import panels


@dataclass(frozen=True)
class Part:
    """What one part of the screen is made of.

    Attributes:
        front: Fields whose controls stand above the pictures, where the eye is.
        own: Whether it can learn from a person's own points.
        draws: Whether points can be drawn on its first picture, for given settings.
        race: The metric by which several settings race; "" offers no race.
    """

    kind: Any
    draw: Callable[..., Rows]
    table: Callable[..., str]
    maths: Callable[..., str]
    tasks: Callable[..., panels.Items]
    rules: Sequence[Rule]
    front: tuple[str, ...]
    own: bool = True
    draws: Callable[[Any], bool] = lambda view: False
    race: str = ""


def _regularized(view: Regularize, drawable: bool = False) -> Rows:
    return figures.regularize(view, numbers.in_force(view), drawable)


PARTS: dict[str, Part] = {
    "capacity": Part(Capacity, figures.capacity, numbers.capacity_table, numbers.capacity_maths, tasks.capacity, rules.CAPACITY,
                     ("hidden_units", "degree"), draws=lambda view: True),
    "regularize": Part(Regularize, _regularized, numbers.regularize_table, numbers.regularize_maths, tasks.regularize, rules.REGULARIZE,
                       ("dropout", "l1", "l2", "weight_decay", "jitter", "patience", "batch_norm"), draws=lambda view: not view.plane, race="validation_loss"),
    "variance": Part(Variance, figures.variance, numbers.variance_table, numbers.variance_maths, tasks.variance, rules.VARIANCE, ("hidden_units", "degree")),
    "learning": Part(LearningCurve, figures.learning, numbers.learning_table, numbers.learning_maths, tasks.learning, rules.LEARNING, ("dataset", "model")),
    "double": Part(DoubleDescent, figures.double, numbers.double_table, numbers.double_maths, tasks.double, rules.DOUBLE,
                   ("ridge", "label_noise", "looked_at"), own=False),
    "widths": Part(WidthSweep, figures.widths, numbers.widths_table, numbers.widths_maths, tasks.widths, rules.WIDTHS,
                   ("label_noise", "decay", "looked_at"), own=False),
}  # fmt: skip
WIDTHS = {"regularize": 196, "learning": 250, "double": 250, "widths": 250}


def show(key: str) -> None:
    """One part: presets, the controls that matter most, pictures that run, what they say."""
    part = PARTS[key]
    kind = part.kind
    ui.presets(kind, [ui.Preset(*row) for row in words.PRESETS[key]], keep=("own",))
    now = ui.controls(kind, only=())
    unused = now.unused_controls()
    front = [name for name in part.front if name not in unused]
    ui.controls(kind, container=st.container(horizontal=True, vertical_alignment="bottom"), only=front, width=WIDTHS.get(key, 320))
    view = ui.controls(kind, container=st.sidebar, hide=(*unused, *part.front))
    if part.own:
        points.own_points(kind, view)
    run = ui.run(view.to_run(), name=kind.key, speed=view.pace)
    _transport(run, kind)
    drawing = part.draws(view) and points.drawing(kind)
    _paint(part, view, run, drawing)
    ui.coach(run, part.rules)
    ui.watched(_measured)(run, view, part)
    with ui.explain():
        ui.watched(_maths, 2.0)(run, view, part)
    if part.race and st.toggle("Race several settings", key=f"{kind.key}!racing", help="Up to six settings side by side, on the same points."):
        ui.race(kind, view, metric=part.race)
    ui.take_home(run)


def _paint(part: Part, view: Any, run: Run, drawing: bool) -> None:
    """The rows of pictures; the first one takes strokes while drawing."""
    rows = part.draw(view, drawing) if drawing else part.draw(view)
    if not drawing:
        panels.paint(rows, run)
        return
    first, *others = rows[0]
    for column, panel in zip(st.columns([each.weight for each in rows[0]]), [first, *others], strict=True):
        with column:
            if panel is first:
                st.markdown(f"**{panel.title}**")
                ui.stage(run, panel.spec or {}, key=panel.key, height=panel.height, on_draw=points.listener(part.kind, view))
                points.board()
            else:
                panels.paint([[panel]], run)
    panels.paint(rows[1:], run)


def _transport(run: Run, kind: Any) -> None:
    fields = kind.domains()

    def drawn(field: str) -> Callable[..., None] | None:
        return (lambda *_: ui.set_values(kind, **{field: random.SystemRandom().randrange(1_000_000)})) if field in fields else None

    data_field = "data_seed" if "data_seed" in fields else ""
    ui.components.transport(run, key=f"{kind.key}!transport", new_weights=drawn("seed"), new_data=drawn(data_field))


def _measured(run: Run, view: Any, part: Part) -> None:
    metrics, picture = run.metrics(), run.view()
    if len(metrics.get("step", ())) and picture:
        st.markdown(part.table(view, metrics, picture))
    ui.tasks([ui.Task(*each) for each in part.tasks(view, metrics, picture)])


def _maths(run: Run, view: Any, part: Part) -> None:
    st.markdown(part.maths(view, run.metrics(), run.view()))


