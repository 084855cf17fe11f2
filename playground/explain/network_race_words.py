"""What the "train with each" comparisons say: presets, what is equal and what differs, measured results, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from playground.experiments.network_race import ActivationRace, LossRace, NetworkRace
from playground.explain.activation_words import Item, Row
from playground.functions.activations import ACTIVATIONS
from playground.functions.losses import LOSSES

ENOUGH = 0.95  # score that counts as solved
Columns = Mapping[str, np.ndarray]

ACTIVATION_PRESETS: tuple[Row, ...] = (
    ("ring", "A ring", "Linear layers in any number draw one straight line; ReLU builds the ring from corners, the smooth ones round it.",
     {}, True),
    ("spiral", "Spiral", "With this budget linear and sigmoid networks stay near chance; the others wind in.",
     {"dataset": "spiral", "learning_rate": 0.03}, True),
    ("waves", "Waves", "A number to predict: sine has the waves built in, GELU bends round them, linear and sigmoid see only the mean.",
     {"dataset": "sine", "noise": 0.0}, True),
    ("deep", "Six layers, plain SGD", "The gradient shrinks at every sigmoid, so the first layers do not move: chance, where the others reach 98 %.",
     {"optimizer": "sgd", "hidden_sizes": (8,) * 6, "learning_rate": 0.1, "epochs": 400,
      "activations": ("sigmoid", "tanh", "relu", "gelu")}, False),
    ("rate", "Dead ReLU", "One giant step pushes every ReLU to where its slope is 0, and nothing brings it back; sigmoid and tanh survive.",
     {"learning_rate": 1.0}, False),
    ("zeros", "All weights zero", "Units that start equal stay equal: no network gets far, whatever its activation.",
     {"initializer": "zeros"}, False),
)  # fmt: skip

LOSS_PRESETS: tuple[Row, ...] = (
    ("moons", "Overlapping moons", "All losses find nearly the same boundary; they differ in how sure they are beside it.", {}, True),
    ("three", "Three classes", "Cross-entropy, hinge and focal loss agree on clean classes.", {"dataset": "pinwheel", "noise": 0.1}, True),
    ("waves", "Noisy waves", "Predicting a number under noise: squared, absolute and Huber's error settle close together.",
     {"dataset": "sine", "noise": 0.5}, True),
    ("slow", "Plain SGD, 50 epochs", "The same learning rate is not the same speed: focal and squared probability error push so little that they lag.",
     {"dataset": "circle", "noise": 0.1, "optimizer": "sgd", "learning_rate": 0.05, "epochs": 50}, False),
    ("stuck", "Saturated output", "At a large learning rate the squared error on a tanh output saturates at ±1, where its gradient is 0.",
     {"learning_rate": 0.5}, False),
)  # fmt: skip


def maths(view: NetworkRace) -> str:
    """What is equal for all members, in numbers, and what differs."""
    sizes = (len(view.features), *view.hidden_sizes, view.outputs)
    weights = sum((a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False))
    table = ACTIVATIONS if isinstance(view, ActivationRace) else LOSSES
    what = "f" if isinstance(view, ActivationRace) else "L"
    rows = [f"- **{table[key].title}**: ${what} = {table[key].latex}$" for key in view.keys]
    return (
        "$$h_{l+1} = f(W_l h_l + b_l) \\qquad \\theta \\leftarrow \\theta - \\eta\\, \\nabla_\\theta \\tfrac1n \\sum_i L(\\hat y_i, y_i)$$\n\n"
        f"Every network has the sizes {' – '.join(map(str, sizes))}, so {weights} weights and biases, drawn with seed {view.seed}, and sees the "
        f"same batches of {view.batch_size} for {view.epochs} epochs at η = {view.learning_rate:g}. Only this differs:\n\n" + "\n".join(rows)
    )


def table(view: NetworkRace, metrics: Columns, picture: Mapping[str, Any]) -> str:
    """One row a member: score now, best so far, and the step at which it was solved."""
    target = "95 %" if view.score == "accuracy" else "0.95"
    rows = [f"| network | test score now | best | {target} reached at step |", "|:--|--:|--:|--:|"]
    for i, title in enumerate(view.titles()):
        scores = metrics[f"test_{view.score}/{i}"]
        solved = reached(scores, metrics["step"])
        shown = [f"{each:.1%}" if view.score == "accuracy" else f"{each:.3f}" for each in (scores[-1], np.nanmax(scores))]
        rows.append(f"| {title} | {shown[0]} | {shown[1]} | {'not yet' if solved is None else f'{solved:,.0f}'} |")
    return "\n".join(rows)


def reached(scores: Iterable[float], steps: Iterable[float], enough: float = ENOUGH) -> float | None:
    """The first step at which the score was at least `enough`; None if it never was."""
    return next((float(step) for step, score in zip(steps, scores, strict=True) if score >= enough), None)


def tasks(view: NetworkRace, metrics: Columns) -> list[Item]:
    """Things to try in the comparison of activations or of losses; judged when all networks have finished."""
    steps = metrics.get("step", np.zeros(0))
    if not len(steps) or steps[-1] < view.to_run().step_limit:
        return [(name, words, False) for name, words, _ in _judged(view, {})]
    return _judged(view, {key: float(metrics[f"test_{view.score}/{i}"][-1]) for i, key in enumerate(view.keys)})


def _judged(view: NetworkRace, last: Mapping[str, float]) -> list[Item]:
    return (_activation_tasks if isinstance(view, ActivationRace) else _loss_tasks)(view, last)


def _activation_tasks(view: Any, last: Mapping[str, float]) -> list[Item]:
    classes = view.score == "accuracy"
    return [
        ("train-linear", "Find data on which the linear network is as good as the others (over 95 %).", classes and last.get("linear", 0) > 0.95),
        ("train-dead", "Kill the ReLU network: below 60 % while tanh is above 75 %.",
         classes and last.get("relu", 1) < 0.6 and last.get("tanh", 0) > 0.75),
        ("train-spiral", "Solve the spiral with a sigmoid network (over 90 %).",
         view.dataset == "spiral" and last.get("sigmoid", 0) > 0.9),
    ]  # fmt: skip


def _loss_tasks(view: Any, last: Mapping[str, float]) -> list[Item]:
    return [
        ("train-stuck", "Get the half squared error stuck below 60 % while cross-entropy learns (over 75 %).",
         last.get("half_mse", 1) < 0.6 and last.get("bce", 0) > 0.75),
        ("train-lag", "Make the focal loss lag 20 points behind cross-entropy.", last.get("bce", 0) - last.get("focal", 1) > 0.2),
        ("train-number", "Compare losses for a number: bring an R² above 0.9.", view.score == "r2" and max(last.values(), default=0) > 0.9),
    ]  # fmt: skip


PRESETS: dict[type[NetworkRace], tuple[Row, ...]] = {ActivationRace: ACTIVATION_PRESETS, LossRace: LOSS_PRESETS}
