"""Pictures of the loss screen: arrays in, canvas specs out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from playground.experiments.imbalance import METHODS, REACH, Imbalance
from playground.experiments.loss_views import LossCurves
from playground.experiments.outlier_fit import REACH_X, REACH_Y, OutlierFit
from playground.explain import loss_words as words
from playground.figures import canvas
from playground.figures.canvas import Spec
from playground.figures.panels import Panel, Rows, text
from playground.functions.losses import LOSSES

Arrays = Mapping[str, np.ndarray]
AXES = {"regression": "residual r = prediction − target", "binary": "logit z", "multiclass": "logit of the right class"}
TALLEST = {"regression": 8.0, "binary": 8.0, "multiclass": 9.0}  # steeper losses leave the picture at the top


def curves(view: LossCurves, data: Arrays) -> Rows:
    """Loss and gradient side by side, exact values at the probe and, for several classes, the pull on every logit."""
    rows = [
        [
            Panel("values", values(view, data), data, 300, title="Loss, the price of being wrong", drags=True),
            Panel("slopes", slopes(view, data), data, 300, title="Gradient, the push it gives", drags=True),
        ]
    ]
    numbers = text("numbers", words.probe_table(view, data))
    if view.task != "multiclass":
        return [*rows, [numbers]]
    arrays, bars = pulls(view, data)
    return [*rows, [Panel("pulls", bars, arrays, 220, title="Where each logit is pushed"), numbers]]


def values(view: LossCurves, data: Arrays) -> Spec:
    """Every shown loss over the prediction, with a probe to drag."""
    return _curves(view, data, "value", "loss")


def slopes(view: LossCurves, data: Arrays) -> Spec:
    """Their gradients likewise."""
    return _curves(view, data, "slope", "gradient")


def _curves(view: LossCurves, data: Arrays, which: str, label: str) -> Spec:
    rows = [data[f"{which}_{key}"] for key in view.shown]
    low, high = min(float(row.min()) for row in rows), max(float(row.max()) for row in rows)
    low, high = max(low, -TALLEST[view.task]), min(high, TALLEST[view.task])
    room = 0.06 * max(high - low, 0.5)
    series = [canvas.series(LOSSES[key].title, f"{which}_{key}", color=f"category {i}") for i, key in enumerate(view.shown)]
    probe = min(max(view.probe, -view.reach), view.reach)
    titles = ", ".join(LOSSES[key].title for key in view.shown)
    return canvas.curves(
        AXES[view.task], label, series=series, x="x", x_range=(-view.reach, view.reach), y_range=(low - room, high + room), switches=False,
        marks=[canvas.rule(y=0.0, dash=False), canvas.rule(x=probe, color="accent"), canvas.draggable("probe", (probe, low - room), along="x")],
        alt=f"{label.capitalize()} over the {AXES[view.task]}: {titles}.",
    )  # fmt: skip


def pulls(view: LossCurves, data: Arrays) -> tuple[dict[str, np.ndarray], Spec]:
    """Several classes: what each loss asks of each logit at the probe; up is 'raise it'."""
    count, classes = len(view.shown), len(data[f"pull_{view.shown[0]}"])
    arrays: dict[str, np.ndarray] = {}
    for i, key in enumerate(view.shown):
        places = np.arange(classes) + (i - (count - 1) / 2) / (count + 1)
        foot, tip = np.stack([places, 0 * places], 1), np.stack([places, -data[f"pull_{key}"]], 1)
        arrays[f"bars_{i}"] = np.stack([foot, tip], axis=1)
    high = max(1.0, *(float(np.abs(data[f"pull_{key}"]).max()) for key in view.shown)) * 1.1
    layers = [canvas.segments(f"bars_{i}", color=f"category {i}", width=60 / count, label=LOSSES[key].title) for i, key in enumerate(view.shown)]
    spec = canvas.stage(
        x=(-0.6, classes - 0.4), y=(-high, high), layers=[*layers, canvas.rule(y=0.0, dash=False)], aspect=None, y_label="− gradient",
        x_ticks=["right class", "class 2", "class 3"][:classes],
        alt="Bars of minus the gradient for each logit: up means raise it, down means lower it.",
    )  # fmt: skip
    return arrays, spec


def outliers(experiment: OutlierFit) -> Rows:
    """The plane to drag in, and how far each fit is from the truth."""
    return [
        [Panel("outliers", outlier_stage(experiment), height=420, drags=True)],
        [
            Panel("distance", outlier_curves(experiment, "distance"), height=220, title="Distance from the true line"),
            Panel("losses", outlier_curves(experiment, "loss"), height=220, title="What each fit minimises"),
        ],
    ]


def imbalance(experiment: Imbalance) -> Rows:
    """One boundary a loss, and what it finds among fresh examples."""
    stages = [Panel(f"field-{each}", imbalance_stage(experiment, each), title=METHODS[each]) for each in experiment.methods]
    rates = ("recall", "precision", "accuracy")
    lines = [Panel(each, imbalance_curves(experiment, each), height=200, title=each.capitalize()) for each in rates]
    return [*(stages[i : i + 3] for i in range(0, len(stages), 3)), lines]


def outlier_stage(experiment: OutlierFit) -> Spec:
    """Points to drag, the true line, and one fit a loss."""
    names = [LOSSES[key].title for key in experiment.losses]
    layers = [
        canvas.lines("truth", colors="muted", names=["true line"], width=1.5, dash=True, head=False),
        canvas.lines("fits", names=names, width=3, head=False),
        canvas.draggable("point", "points", label="point", color="ink", radius=5),
    ]
    return canvas.stage(
        x=(-REACH_X, REACH_X), y=(-REACH_Y, REACH_Y), layers=layers, aspect=None, x_label="x", y_label="y",
        alt=f"{experiment.count} points that can be dragged, and a curve fitted to them under each of: {', '.join(names)}.",
    )  # fmt: skip


def outlier_curves(experiment: OutlierFit, which: str) -> Spec:
    """By step, for each loss: `distance` of the fit from the true line, or the `loss` itself."""
    label = {"distance": "distance from the true line", "loss": "loss"}[which]
    series = [canvas.series(LOSSES[key].title, f"{key}_{which}", color=f"category {i}") for i, key in enumerate(experiment.losses)]
    return canvas.curves("step", label, series=series, log_y=True, alt=f"{label} of every fit by training step")


def imbalance_stage(experiment: Imbalance, method: str) -> Spec:
    """Probability of the rare class under one loss, its boundary, and the examples."""
    layers = [
        canvas.field(f"field_{method}", low=0.0, high=1.0, value="probability of the rare class", contours=(0.5,), scale=False, opacity=0.7),
        canvas.points("points", color="labels", palette="diverging", low=0, high=1, radius=2.5, outline=True),
    ]
    return canvas.stage(x=(-REACH, REACH), y=(-REACH, REACH), layers=layers, axes=False,
                        alt=f"Boundary that {METHODS[method]} draws between a common and a rare class ({experiment.share:g} %).")  # fmt: skip


def imbalance_curves(experiment: Imbalance, which: str) -> Spec:
    """recall, precision, f1 or accuracy of each method by step, on fresh examples."""
    series = [canvas.series(METHODS[each], f"{each}_{which}", color=f"category {i}") for i, each in enumerate(experiment.methods)]
    return canvas.curves("step", which, series=series, y_range=(0.0, 1.0), switches=False, alt=f"{which} of every loss by training step")
