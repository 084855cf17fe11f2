"""One width of the double descent of networks as a plain-PyTorch program to take home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.experiments.overfitting_crowd import Start, member_seed
from playground.experiments.overfitting_tables import table_code

if TYPE_CHECKING:
    from playground.experiments.overfitting_widths import WidthSweep

_PROGRAM = '''"""Is a digit below five? {repeats} networks of {units} hidden units on mislabelled digits; repeats {steps:,} steps of a run, in float64."""

import math

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # at this size more threads only wait for each other

{points}
ROWS = {rows}
TURNED = {turned}  # places among them whose labels are turned round
WEIGHT_SEEDS = {seeds}


{start}

def train(repeat, stretches):
    """Full-batch Adam; `stretches` lists (steps, learning rate, weight decay). Returns the last training and test error."""
    x, y = inputs[ROWS[repeat]], np.where(targets[ROWS[repeat]] < 5, 1.0, -1.0)
    y[TURNED[repeat]] *= -1
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    test_x, test_y = torch.from_numpy(kept_inputs[:{test}]), torch.from_numpy(np.where(kept_targets[:{test}] < 5, 1.0, -1.0))
    model = torch.nn.Sequential(torch.nn.Linear(64, {units}), torch.nn.{bend}(), torch.nn.Linear({units}, 1))
    start(model, WEIGHT_SEEDS[repeat])
    optimizer = torch.optim.Adam(model.parameters())
    for steps, rate, decay in stretches:
        optimizer.param_groups[0]["lr"] = rate
        for _ in range(steps):
            optimizer.zero_grad()
            ((model(x)[:, 0] - y) ** 2).mean().backward()
            with torch.no_grad():
                for layer in (model[0], model[2]):
                    layer.weight *= 1 - min(1.0, rate * decay)
            optimizer.step()
    with torch.no_grad():
        return [((model(x)[:, 0] - y) ** 2).mean().item(), ((model(test_x)[:, 0] - test_y) ** 2).mean().item()]


train_loss, test_loss = np.mean([train(repeat, {stretches}) for repeat in range({repeats})], axis=0)
print("train_loss", repr(float(train_loss)))
print("test_loss", repr(float(test_loss)))
'''


def widths(experiment: WidthSweep, steps: int, changes: Sequence[Change]) -> str:
    """The width looked at, in all repeats, live changes included."""
    from playground.experiments.overfitting_widths import TEST, UNITS

    now, begun, stretches = experiment, 0, []
    for change in [each for each in changes if each.step <= steps]:
        if change.step > begun:
            stretches.append((change.step - begun, now.learning_rate, now.decay))
            begun = change.step
        now = now.changed(**change.values)
    stretches.append((steps - begun, now.learning_rate, now.decay))
    chosen = [experiment.examples(repeat) for repeat in range(experiment.starts)]
    return _PROGRAM.format(
        repeats=experiment.starts, units=UNITS[now.chosen], steps=steps, points=table_code("digits", 0.0, 0), rows=[rows.tolist() for rows, _ in chosen],
        turned=[turned.nonzero()[0].tolist() for _, turned in chosen], seeds=[member_seed(experiment.seed, repeat) for repeat in range(experiment.starts)],
        start=Start((64, 2, 1), experiment.activation).code(), test=TEST, bend="ReLU" if experiment.activation == "relu" else "Tanh", stretches=stretches,
    )  # fmt: skip
