"""The outlier fit as a plain-PyTorch program to take home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.experiments.stretches import stretches
from playground.functions.losses import LOSSES
from playground.functions.shape_fields import shape_of

if TYPE_CHECKING:
    from playground.experiments.outlier_fit import OutlierFit

_HEAD = '''"""Fits one curve under several losses by gradient descent; repeats a run of {steps:,} steps."""

import torch

torch.set_default_dtype(torch.float64)


def features(x):
    scaled = x / {reach}
    terms = [torch.ones_like(scaled), scaled]
    while len(terms) <= {degree}:
        terms.append(2 * scaled * terms[-1] - terms[-2])
    return torch.stack(terms[: {degree} + 1], dim=1)


def train(weights, points, losses, learning_rate, steps):
    """Gradient descent on the mean of each loss; returns the last losses."""
    points = torch.tensor(points)
    inputs, targets = features(points[:, 0]), points[:, 1]
    for step in range(steps + 1):
        values = {{name: loss(inputs @ weights[name], targets).mean() for name, loss in losses.items()}}
        if step == steps:
            return {{name: value.item() for name, value in values.items()}}
        for name, value in values.items():
            (gradient,) = torch.autograd.grad(value, weights[name])
            with torch.no_grad():
                weights[name] -= learning_rate * gradient


weights = {{name: torch.zeros({degree} + 1, requires_grad=True) for name in {names}}}
'''


def script(experiment: OutlierFit, steps: int, changes: list[Change]) -> str:
    """A program that trains for `steps` steps, live changes included, and prints every final loss."""
    from playground.experiments.outlier_fit import REACH_X

    parts = [_HEAD.format(steps=steps, reach=REACH_X, degree=experiment.degree, names=list(experiment.losses))]
    parts += [_stretch(*each) for each in stretches(experiment, steps, changes)]
    parts.append('for name, value in final.items():\n    print(f"{name}_loss", repr(value))\n')
    return "\n".join(parts)


def _stretch(experiment: OutlierFit, steps: int) -> str:
    points = ",\n    ".join(f"[{x!r}, {y!r}]" for x, y in experiment.points().tolist())
    losses = ",\n    ".join(f'"{key}": lambda predictions, targets: {LOSSES[key].expression(**shape_of(experiment, key, LOSSES))}' for key in experiment.losses)
    return (
        f"points = [\n    {points},\n]\nlosses = {{\n    {losses},\n}}\n"
        f"final = train(weights, points, losses, learning_rate={experiment.learning_rate!r}, steps={steps})\n"
    )
