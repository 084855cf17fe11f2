"""The maths of a training run with its present numbers, its tasks and its references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.experiments.train import OFFERED_OPTIMIZERS, Train
from playground.experiments.train_lesson import Lesson
from playground.functions.schedules import SCHEDULES
from playground.networks.stack import Summary, spoken

GLOSSARY = ("epoch", "batch", "learning rate", "loss", "accuracy", "overfitting", "convolution", "dropout", "batch normalisation", "early stopping", "data augmentation",
            "confusion matrix", "label smoothing", "weight decay")  # fmt: skip
REFERENCES = ("Goodfellow, Bengio and Courville 2016, Deep Learning, chapters 7 to 9", "LeCun et al. 1998, Gradient-based learning applied to document recognition",
              "He et al. 2016, Deep residual learning for image recognition", "Ioffe and Szegedy 2015, Batch normalization", "Srivastava et al. 2014, Dropout",
              "Smith 2017, Cyclical learning rates", "Simonyan, Vedaldi and Zisserman 2014, Deep inside convolutional networks",
              "Szegedy et al. 2016, Rethinking the Inception architecture, section 7")  # fmt: skip


def maths(experiment: Train, given: Lesson, summary: Summary, now: Mapping[str, float]) -> str:
    """Markdown: the map, the loss, the update, and where the parameters are."""
    parts = [_map(given, summary), _loss(experiment, given, now), _update(experiment, now), _parameters(summary)]
    return "\n\n".join(parts)


def _map(given: Lesson, summary: Summary) -> str:
    count = len(summary.rows)
    spaces = (r" \times ".join(map(str, shape)) for shape in _shapes(given, summary))
    steps = r" \to ".join(rf"\mathbb{{R}}^{{{each}}}" for each in spaces)
    return (f"The network is {count} maps in a row, and what they pass on are blocks of numbers of these shapes (layers that keep the shape are left out):\n\n"
            rf"$$ f = f_{{{count}}} \circ \dots \circ f_1, \qquad {steps} $$")  # fmt: skip


def _shapes(given: Lesson, summary: Summary) -> list[tuple[int, ...]]:
    found = [tuple(given.input_shape)]
    for row in summary.rows:
        if row.after != found[-1]:
            found.append(row.after)
    return found if len(found) <= 7 else [*found[:3], *found[-3:]]


def _loss(experiment: Train, given: Lesson, now: Mapping[str, float]) -> str:
    value = now.get("train_loss", float("nan"))
    if not given.classifies:
        return ("The loss is the mean squared distance to the standardised target; times the target's variance it is the square of the RMSE:\n\n"
                rf"$$ L = \frac1B \sum_{{i=1}}^{{B}} \left(f(x_i) - \frac{{y_i - \bar y}}{{s}}\right)^2 = {value:.4g}, \qquad \bar y = {float(given.mean[0]):.4g},\; "
                rf"s = {float(given.spread[0]):.4g} $$")  # fmt: skip
    smooth = experiment.label_smoothing
    text = ("The loss is the cross-entropy: minus the logarithm of the probability given to the true class, averaged over a batch:\n\n"
            rf"$$ L = -\frac1B \sum_{{i=1}}^{{B}} \log \frac{{e^{{f_{{y_i}}(x_i)}}}}{{\sum_{{c=1}}^{{{given.outputs}}} e^{{f_c(x_i)}}}} = {value:.4g} "
            rf"\qquad\text{{(guessing: }} \log {given.outputs} = {_log(given.outputs):.3f}\text{{)}} $$")  # fmt: skip
    if smooth:
        wanted = 1 - smooth + smooth / given.outputs
        text += f"\n\nWith label smoothing {smooth:g} the wanted probability of the true class is {wanted:.3f} instead of 1; curves show the plain loss."
    return text


def _log(count: int) -> float:
    import math

    return math.log(count)


def _update(experiment: Train, now: Mapping[str, float]) -> str:
    card = OFFERED_OPTIMIZERS[experiment.optimizer]
    rate = now.get("learning_rate", experiment.learning_rate)
    length = now.get("gradient_norm", 0.0)
    return (f"Every batch of {experiment.batch_size} moves all parameters by the rule of {card.title}, with the gradient $g$, of length {length:.3g} now:\n\n"
            f"$$ {card.latex} $$\n\nThe learning rate follows the schedule “{SCHEDULES[experiment.schedule].title.lower()}”: "
            rf"$\eta = {experiment.learning_rate:g} \cdot {SCHEDULES[experiment.schedule].latex}$, which is **{rate:.3g}** now.")  # fmt: skip


def _parameters(summary: Summary) -> str:
    learning = [row for row in summary.rows if row.parameters]
    lines = [f"| {row.number} | {row.layer.title} | {spoken(row.before)} → {spoken(row.after)} | {_count(row.layer.kind, row)} | {row.parameters:,} |" for row in learning]
    return "What is learnt, layer by layer:\n\n| | layer | shape | count | parameters |\n|---|---|---|---|---:|\n" + "\n".join(lines)


def _count(kind: str, row: Any) -> str:
    """How the parameters of a layer are counted."""
    if kind in ("dense", "output"):
        return f"{row.before[0]:,} · {row.after[0]:,} + {row.after[0]:,}"
    if kind == "conv":
        kernel = row.layer.given["kernel"]
        return f"{kernel} · {kernel} · {row.before[0]} · {row.after[0]} + {row.after[0]}"
    return f"2 · {row.before[0]:,}" if kind in ("norm", "layernorm") else ""


def tasks(experiment: Train, now: Mapping[str, float], facts: Mapping[str, bool]) -> list[tuple[str, str, bool]]:
    """“Try this”: name, words, whether it is done now.

    Args:
        facts: "tested", "found", "drawn", "raced": what was done on the screen.
    """
    right = now.get("validation_accuracy", 0.0)
    digits = experiment.dataset == "digits"
    return [
        ("train-98", "Bring the digits to 98.5 % of the validation rows with a convolutional network.", digits and "conv" in experiment.stack and right >= 0.985),
        ("train-linear", "How far does a network without hidden layer come on the digits? Beat 95 % with it.",
         digits and not any(each in experiment.stack for each in ("dense", "conv", "residual", "timm")) and right >= 0.95),
        ("train-finder", "Let the learning-rate finder choose, and use what it proposes.", facts.get("found", False)),
        ("train-leak", "Take the preset “Leaky column” and find out on the test rows what is left of its perfect score.", experiment.leak and facts.get("tested", False)),
        ("train-draw", "Draw something under “Try it” while the network trains, and watch its answer settle.", facts.get("drawn", False)),
    ]  # fmt: skip
