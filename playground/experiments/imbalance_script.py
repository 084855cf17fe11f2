"""The rare-class comparison as a plain-PyTorch program to take home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.experiments.stretches import stretches
from playground.functions.losses import LOSSES

if TYPE_CHECKING:
    from playground.experiments.imbalance import Imbalance

_HEAD = '''"""Trains one model under several losses on a rare class; repeats a run of {steps:,} steps."""

import torch

torch.set_default_dtype(torch.float64)

points = torch.tensor([
    {points},
])
targets = torch.tensor({targets})


def expand(points):
    x, y = points[:, 0] / 2, points[:, 1] / 2
    return torch.stack([{terms}], dim=1)


def train(weights, losses, learning_rate, steps):
    """Gradient descent on the mean of each loss; returns the last losses."""
    inputs = expand(points)
    for step in range(steps + 1):
        values = {{name: loss(inputs @ weights[name], targets).mean() for name, loss in losses.items()}}
        if step == steps:
            return {{name: value.item() for name, value in values.items()}}
        for name, value in values.items():
            (gradient,) = torch.autograd.grad(value, weights[name])
            with torch.no_grad():
                weights[name] -= learning_rate * gradient


weights = {{name: torch.zeros({size}, requires_grad=True) for name in {names}}}
'''
_TERMS = ["torch.ones_like(x)", "x", "y", "x * x", "x * y", "y * y", "x * x * x", "x * x * y", "x * y * y", "y * y * y"]
_SIZES = {"linear": 3, "quadratic": 6, "cubic": 10}


def script(experiment: Imbalance, steps: int, changes: list[Change]) -> str:
    """A program that trains for `steps` steps, live changes included, and prints every final loss."""
    points, labels = experiment.sample("train", experiment.count)
    size = _SIZES[experiment.basis]
    head = _HEAD.format(
        steps=steps, size=size, names=list(experiment.methods), terms=", ".join(_TERMS[:size]),
        points=",\n    ".join(f"[{x!r}, {y!r}]" for x, y in points.tolist()), targets=labels.tolist(),
    )  # fmt: skip
    parts = [head]
    parts += [_stretch(*each) for each in stretches(experiment, steps, changes)]
    parts.append('for name, value in final.items():\n    print(f"{name}_loss", repr(value))\n')
    return "\n".join(parts)


def _stretch(experiment: Imbalance, steps: int) -> str:
    rows = []
    for method in experiment.methods:
        key, shape = experiment.loss(method)
        rows.append(f'    "{method}": lambda predictions, targets: {LOSSES[key].expression(**shape)},')
    body = "\n".join(rows)
    return f"losses = {{\n{body}\n}}\nfinal = train(weights, losses, learning_rate={experiment.learning_rate!r}, steps={steps})\n"
