"""What the loss screen says: presets, formulas with the current numbers, tasks, glossary, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.imbalance import METHODS, Imbalance
from playground.experiments.loss_views import LossCurves
from playground.experiments.outlier_fit import OutlierFit
from playground.explain.activation_words import Item, Row, number
from playground.functions.losses import LOSSES

SETTLED_STEPS = 200

INTRODUCTIONS = {
    "curves": "A loss puts a price on being wrong; its slope is the push a prediction gets. Drag the dashed line and compare the pushes.",
    "outliers": "Every curve is fitted to the same points, each under its own loss. Drag a point far away and see who follows.",
    "imbalance": "One class is rare. All three models see the same examples; only the price of a mistake differs. "
    "Compare recall, the share of rare ones found, with accuracy.",
    "train": "The same network, data and starting weights; only the loss differs.",
}

PRESETS: dict[str, tuple[Row, ...]] = {
    "curves": (
        ("three", "Square, absolute, Huber", "The square pulls harder the farther off; the absolute error pulls the same everywhere; Huber does both.",
         {}, True),
        ("robust", "Forgetting outliers", "Beyond a point these pull less and less: a distant example is taken for a mistake, not a lesson.",
         {"regression": ("mse", "huber", "cauchy", "tukey"), "probe": 3.0}, True),
        ("quantile", "Asking for a quantile", "Too low costs nine times as much as too high, so the fit settles above nine tenths of the points.",
         {"regression": ("mae", "quantile"), "probe": -1.5}, True),
        ("margins", "Cross-entropy and margins", "Hinge stops at a margin of 1; cross-entropy always wants a little more.",
         {"task": "binary", "binary": ("bce", "hinge", "squared_hinge", "exponential"), "probe": 0.5}, True),
        ("classes", "Three classes", "Cross-entropy pulls all logits, the categorical hinge only the strongest wrong one.",
         {"task": "multiclass", "probe": 0.0}, True),
        ("smooth", "Smoothed labels", "With smoothing, cross-entropy has a minimum: being too sure costs again.",
         {"task": "binary", "binary": ("bce",), "bce_smoothing": 0.2, "probe": 3.0}, True),
        ("brier", "Squared error for classes", "Sure and wrong at z = −5: the squared error's slope is 0.013, cross-entropy's is 0.993.",
         {"task": "binary", "binary": ("bce", "brier"), "probe": -5.0}, False),
    ),
    "outliers": (
        ("start", "Three strays", "The squared error leans towards the strays, the absolute error hardly.", {}, True),
        ("robust", "Robust losses", "Cauchy and Tukey let go of what is far away and come closest to the true line.",
         {"losses": ("mse", "huber", "cauchy", "tukey")}, True),
        ("quantile", "A quantile line", "The quantile loss leaves one point in ten above, strays or none.",
         {"losses": ("mae", "quantile"), "outliers": 0, "count": 60, "noise": 0.8}, True),
        ("chase", "A curve that chases", "Five degrees of freedom let the squared error bend all the way to the strays.",
         {"degree": 5}, False),
        ("caught", "Tukey, too narrow", "With c = 0.5 and a start at 0 most points lie beyond c and do not pull: the fit stays where it began.",
         {"losses": ("mse", "tukey"), "tukey_c": 0.5, "outliers": 0}, False),
        ("rate", "Learning rate too large", "Each step overshoots the minimum by more than it was off: the squared error diverges, clipped pulls cannot.",
         {"learning_rate": 1.0, "degree": 5}, False),
    ),
    "imbalance": (
        ("five", "One in twenty", "Plain cross-entropy is right 95 % of the time and still misses most rare ones; weighting finds them, with false alarms.",
         {}, True),
        ("even", "Even classes", "With as many of each the losses agree.", {"share": 50.0, "focal_alpha": 0.5}, True),
        ("focal", "Focal, plain α", "α = 0.25, the paper's value, favours the common class here: γ changes how sure the model is, α where the boundary lies.",
         {"focal_alpha": 0.25}, False),
        ("one", "One in a hundred", "99 % accurate by calling everything common: accuracy says nothing about a rare class.", {"share": 1.0}, False),
        ("alike", "Nothing to learn", "Both clouds share a centre: weighting cannot create information, it only moves the boundary.",
         {"distance": 0.0, "basis": "linear"}, False),
    ),
}  # fmt: skip

GLOSSARY = {
    "Residual": "Prediction minus target: how far off, and on which side.",
    "Logit": "The number before the sigmoid or softmax; 0 means even odds.",
    "Outlier": "A point that does not follow the rule of the others, such as a slip of the pen.",
    "Robust": "Said of a fit that a few outliers hardly move.",
    "Margin": "How far an example is on the right side of the boundary, in units of the logit.",
    "Recall": "Share of the rare examples that were found.",
    "Precision": "Share of the calls 'rare' that were right.",
    "F1": "Harmonic mean of precision and recall.",
    "Label smoothing": "Targets of 0.95 and 0.05 instead of 1 and 0, so that the model does not grow too sure.",
}
SOURCES = (
    "Huber 1964", "Koenker and Bassett 1978", "Beaton and Tukey 1974", "Cortes and Vapnik 1995", "Crammer and Singer 2001",
    "Szegedy et al. 2016", "Lin et al. 2017",
)  # fmt: skip


def probe_table(view: LossCurves, data: Mapping[str, np.ndarray]) -> str:
    """Exact values at the probe, one row a loss."""
    symbol = {"regression": "r", "binary": "z", "multiclass": "z₁"}[view.task]
    rows = [f"| {LOSSES[key].title} | {number(data[f'probe_{key}'][0])} | {number(data[f'probe_{key}'][1])} |" for key in view.shown]
    return "\n".join([f"| at {symbol} = {view.probe:g} | loss | gradient |", "|:--|--:|--:|", *rows])


def curves_maths(view: LossCurves, data: Mapping[str, np.ndarray]) -> str:
    """Formula and numbers of every shown loss."""
    where = {
        "regression": f"Residual $r = p - t = {view.probe:g}$.",
        "binary": f"Logit $z = {view.probe:g}$, true class $t = {int(view.positive)}$, so $\\sigma(z) = {1 / (1 + np.exp(-view.probe)):.4g}$.",
        "multiclass": f"Logits $z = ({view.probe:g},\\ {view.rival:g},\\ {view.other:g})$, the first class is right.",
    }[view.task]
    parts = [where]
    for key in view.shown:
        card, (loss, slope) = LOSSES[key], data[f"probe_{key}"]
        given = ", ".join(f"{each.label} = {view.shapes()[key][name]:g}" for name, each in card.parameters.items())
        parts.append(
            f"**{card.title}**{f' ({given})' if given else ''}: {card.note}\n\n"
            f"$$L = {card.latex} \\qquad L' = {card.gradient_latex}$$\n\n$$L = {loss:.5g} \\qquad L' = {slope:.5g}$$\n\n"
            f"`{card.expression(**view.shapes()[key])}` · {card.source}"
        )
    return "\n\n".join(parts)


def outlier_table(experiment: OutlierFit, metrics: Mapping[str, np.ndarray], view: Mapping[str, Any]) -> str:
    """One row a loss: how far the fit is from the truth, and how much of the pull comes from the farthest point."""
    rows = ["| loss | distance from the true line | share of the pull by the farthest point |", "|:--|--:|--:|"]
    for i, key in enumerate(experiment.losses):
        pulls, residual = np.asarray(view["pull"])[i], np.abs(np.asarray(view["residual"])[i])
        share = float(pulls[residual.argmax()] / pulls.sum()) if pulls.sum() else 0.0
        rows.append(f"| {LOSSES[key].title} | {number(metrics[f'{key}_distance'][-1])} | {share:.0%} |")
    return "\n".join(rows)


def outlier_maths(experiment: OutlierFit) -> str:
    key = experiment.losses[0]
    rate = experiment.learning_rate
    return (
        "$$w \\leftarrow w - \\eta\\, \\frac1n \\sum_i L'(\\hat y_i - y_i)\\, \\varphi(x_i)$$\n\n"
        f"Every point pulls with the derivative of the loss at its residual, here over n = {experiment.count} points with η = {rate:g}. "
        f"For {LOSSES[key].title}, $L' = {LOSSES[key].gradient_latex}$: a point 6 off pulls "
        "six times as hard as a point 1 off under the squared error, exactly as hard under the absolute error, and not at all under Tukey's "
        f"beyond c = {experiment.tukey_c:g}. The curve is a sum of Chebyshev polynomials up to degree {experiment.degree}."
    )


def imbalance_table(experiment: Imbalance, metrics: Mapping[str, np.ndarray], view: Mapping[str, Any]) -> str:
    """One row a method, measured on fresh examples."""
    rows = ["| loss | recall | precision | F1 | accuracy |", "|:--|--:|--:|--:|--:|"]
    for each in experiment.methods:
        found = [f"{float(metrics[f'{each}_{name}'][-1]):.1%}" for name in ("recall", "precision", "f1", "accuracy")]
        rows.append(f"| {METHODS[each]} | {' | '.join(found)} |")
    return "\n".join(rows)


def imbalance_maths(experiment: Imbalance) -> str:
    weight = experiment.positive_weight
    return (
        f"Of {experiment.count} examples {experiment.share:g} % are rare. **Weighted**: each rare one counts "
        f"$w = (n_0 / n_1)^{{{experiment.balance:g}}} = {weight:.3g}$ times.\n\n"
        f"**Focal**: $-\\alpha_t (1 - p_t)^\\gamma \\ln p_t$ with α = {experiment.focal_alpha:g}, γ = {experiment.focal_gamma:g}. "
        f"An example already at $p_t = 0.9$ counts $(1 - 0.9)^{{{experiment.focal_gamma:g}}} = {0.1**experiment.focal_gamma:.3g}$ of what it "
        f"would under cross-entropy, one at $p_t = 0.3$ counts ${0.7**experiment.focal_gamma:.3g}$.\n\n"
        "Weighting moves the boundary as if the classes were equally common. Moving the threshold of the plain model does the same "
        "to the calls; the probabilities of the plain model are the honest ones."
    )


def settled(metrics: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The latest metrics by name; nothing before SETTLED_STEPS, when they still tell of the start."""
    if not len(metrics.get("step", ())) or metrics["step"][-1] < SETTLED_STEPS:
        return {}
    return {name: float(values[-1]) for name, values in metrics.items() if len(values)}


def curves_tasks(view: LossCurves, data: Mapping[str, np.ndarray]) -> list[Item]:
    slopes = {key: float(data[f"probe_{key}"][1]) for key in view.shown}
    sure = view.task == "binary" and view.probe < -4 and view.positive
    return [
        ("loss-same", "Find the residual at which squared and absolute error pull equally hard.",
         view.task == "regression" and {"mse", "mae"} <= slopes.keys() and abs(slopes["mse"] - slopes["mae"]) < 0.03),
        ("loss-fade", "Two classes: be sure and wrong (z below −4, true class 1) and show a loss whose gradient has faded below 0.05.",
         sure and any(abs(slope) < 0.05 for slope in slopes.values())),
        ("loss-smooth", "Smooth the labels of binary cross-entropy and find the logit where it pushes neither way.",
         view.task == "binary" and view.bce_smoothing > 0 and abs(slopes.get("bce", 1.0)) < 0.005),
    ]  # fmt: skip


def outlier_tasks(experiment: OutlierFit, metrics: Mapping[str, np.ndarray]) -> list[Item]:
    last = settled(metrics)
    return [
        ("outlier-drag", "Drag one point to the top or bottom edge.", any(abs(y) > 5.5 for _, y in experiment.moves().values())),
        ("outlier-fool", "Move points until even the absolute error is more than 1 off the true line.",
         bool(experiment.moved) and last.get("mae_distance", 0.0) > 1),
        ("outlier-tukey", "Add Tukey's loss and bring it within 0.1 of the true line while the squared error is more than 1 off.",
         last.get("tukey_distance", 9.0) < 0.1 and last.get("mse_distance", 0.0) > 1),
    ]  # fmt: skip


def imbalance_tasks(experiment: Imbalance, metrics: Mapping[str, np.ndarray]) -> list[Item]:
    last = settled(metrics)
    return [
        ("imbalance-blind", "Find a share at which the plain model is over 98 % accurate and finds nothing.",
         last.get("plain_accuracy", 0) > 0.98 and last.get("plain_recall", 1.0) < 0.01),
        ("imbalance-found", "Bring the recall of the focal loss above 80 %.", last.get("focal_recall", 0) > 0.8),
        ("imbalance-match", "At a share of 5 %, set the weighting so that the weighted loss's F1 rises above 45 %.",
         experiment.share == 5 and last.get("weighted_f1", 0) > 0.45),
    ]  # fmt: skip
