"""The race down a surface as a plain-PyTorch program to take home. Written without loading torch: the app itself calls it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from playground.experiments.descent_walk import LEFT, batch_seed
from playground.functions.schedules import DIVISOR, FINAL_DIVISOR, SCHEDULES
from playground.functions.shape_fields import shape_of
from playground.functions.surfaces import EXAMPLES

if TYPE_CHECKING:
    from playground.experiments.descent import Descent

_HEAD = '''"""{title}: {racers} on “{surface}”, {steps} steps each, repeated in plain PyTorch.

float64 throughout, so that the heights below agree with those on screen. Needs: pip install torch
"""

import math

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # two numbers only get slower with more

STEPS, TOTAL = {steps}, {total}  # steps taken here; length of the run that the schedule is stretched over
START = {start!r}
FAR = {far!r}  # a coordinate beyond this is gone for good
'''

_LION = '''

class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, parameters, lr, betas, weight_decay):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.lerp(p.grad, m, group["betas"][0]).sign())
                m.lerp_(p.grad, 1 - group["betas"][1])

'''

_BATCHES = '''
def batches():
    """Indices of the examples of each step; every epoch is a new order of all."""
    stream = torch.Generator().manual_seed({seed})
    while True:
        yield from torch.randperm({examples}, generator=stream).split({size})

'''

_RACE = '''
def race(build, shape):
    """Height after STEPS steps of one optimizer; infinite when it has left the surface."""
    point = torch.tensor([START]).reshape(shape).requires_grad_()
    optimizer = build([point])
    rate{setup}
    for step in range(STEPS):
{draw}
        def closure():
            optimizer.zero_grad()
            value = {slope}
            value.backward()
            return value

        for group in optimizer.param_groups:
            group["lr"] = rate * factor(step)
        if isinstance(optimizer, torch.optim.LBFGS):  # which asks for heights itself, perhaps several times
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        if not (torch.isfinite(point).all() and point.abs().max() < FAR):
            return math.inf
    final = height(*point.detach().reshape(2)).item()
    return final if math.isfinite(final) else math.inf

'''

_COSINE = "{final} + (1 - {final}) * 0.5 * (1 + math.cos(math.pi * min({step}, {total}) / {total}))"
_FACTORS = {
    "constant": "    return 1.0",
    "step": "    return {drop!r} ** (step // math.ceil(TOTAL / {stairs!r}))",
    "exponential": "    return {final!r} ** (min(step, TOTAL) / TOTAL)",
    "cosine": f"    return {_COSINE.format(final='{final!r}', step='step', total='TOTAL')}",
    "warmup": "    return min(1.0, (step + 1) / max(1, round({share!r} * TOTAL)))",
    "warmup_cosine": "    rise = round({share!r} * TOTAL)\n    left = max(1, TOTAL - rise)\n    if step < rise:\n        return (step + 1) / rise\n"
    f"    return {_COSINE.format(final='{final!r}', step='(step - rise)', total='left')}",
    "one_cycle": "    turn, last = {share!r} * TOTAL - 1, TOTAL - 1\n    step = min(step, last)\n    if step <= turn:\n"
    "        start, end, share = {first!r}, 1.0, step / turn if turn > 0 else 1.0\n    else:\n"
    "        start, end, share = 1.0, {end!r}, (step - turn) / (last - turn) if last > turn else 1.0\n"
    "    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))",
}


def write(experiment: Descent, steps: int) -> str:
    """A program that repeats `steps` steps of every racer and prints "final <racer>_loss <height>" for each."""
    surface, racers = experiment.ground(), experiment.racers()
    whole = experiment.batch_size_used == EXAMPLES
    spans = [surface.x, *([surface.y] if surface.y else [])]
    head = _HEAD.format(
        title=experiment.title, racers=", ".join(dict.fromkeys(each.card.title for each in racers)), surface=surface.card.title,
        steps=steps, total=experiment.steps, start=experiment.place(), far=LEFT * max(high - low for low, high in spans),
    )  # fmt: skip
    rows = "\n".join(f'    "{each.name}": (lambda point: {each.card.code("point", **each.hyperparameters)}, {(1, 2) if each.card.matrix else (2,)}),'
                     for each in racers)  # fmt: skip
    return "".join([
        head,
        "" if all(each.card.torch_name for each in racers) else _LION,
        _surface(experiment, whole),
        f'\ndef factor(step):\n    """What the learning rates are multiplied by at step `step`, counted from 0."""\n{factor_code(experiment)}\n\n',
        "" if whole else _BATCHES.format(seed=batch_seed(experiment.sample_seed), examples=EXAMPLES, size=experiment.batch_size_used),
        _race(whole),
        f'\nOPTIMIZERS = {{\n{rows}\n}}\n\nfor name, (build, shape) in OPTIMIZERS.items():\n    print(f"final {{name}}_loss", repr(race(build, shape)))\n',
    ])  # fmt: skip


def paths_csv(experiment: Descent, found: Mapping[str, np.ndarray]) -> str:
    """Every racer's walk as a table: one row a racer and step; empty cells from where a racer is gone.

    Args:
        found: What `descent_views.race` gave for the same experiment.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["optimizer", "learning_rate", "step", "x", "y", "height"])
    for racer, path, heights in zip(experiment.racers(), found["positions"], found["heights"], strict=True):
        for step, (row, height) in enumerate(zip(path.tolist(), heights.tolist(), strict=True)):
            cells = [repr(each) if math.isfinite(each) else "" for each in (*row, height)]
            writer.writerow([racer.card.title, repr(racer.learning_rate), step, *cells])
    return text.getvalue()


def factor_code(experiment: Descent) -> str:
    """The body of `factor(step)`, indented."""
    shape = shape_of(experiment, experiment.schedule, SCHEDULES)
    return _FACTORS[experiment.schedule].format(**shape, first=1 / DIVISOR, end=1 / DIVISOR / FINAL_DIVISOR)


def _surface(experiment: Descent, whole: bool) -> str:
    surface = experiment.ground()
    preparation = "" if whole and surface.data is None else f"\n{surface.preparation}\n"
    text = f"{preparation}\n\ndef height(x, y):\n    return {surface.code}\n\n"
    if not whole:
        text += f'\ndef batch_height(x, y, batch):\n    """Mean over the examples of one batch."""\n    {surface.batch_code}\n\n'
    return text


def _race(whole: bool) -> str:
    if whole:
        return _RACE.format(setup=' = optimizer.param_groups[0]["lr"]', draw="", slope="height(*point.reshape(2))")
    return _RACE.format(setup=', stream = optimizer.param_groups[0]["lr"], batches()', draw="        batch = next(stream)\n",
                        slope="batch_height(*point.reshape(2), batch)")  # fmt: skip
