"""Runs of the overfitting screen as plain-PyTorch programs to take home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_crowd import Start, member_seed
from playground.experiments.overfitting_tables import table_code

if TYPE_CHECKING:
    from playground.experiments.overfitting_capacity import Capacity
    from playground.experiments.overfitting_double import DoubleDescent
    from playground.experiments.overfitting_learning import LearningCurve
    from playground.experiments.overfitting_variance import Variance

_HEAD = '''"""{title}. Repeats {steps:,} steps of a run, in float64, so that the last digits agree too."""

import math

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # at this size more threads only wait for each other

'''

_FIT = '''
def network(*sizes):
    """A dense network with {bend} between its layers."""
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.{bend}()]
    return torch.nn.Sequential(*layers[:-1])


{start}

def fit(sizes, seed, x, y, rates):
    """Full-batch Adam on the mean squared error; `rates` lists (steps, learning rate)."""
    model = network(*sizes)
    start(model, seed)
    optimizer = torch.optim.Adam(model.parameters())
    inputs, targets = torch.from_numpy(x)[:, None], torch.from_numpy(y)
    for steps, rate in rates:
        optimizer.param_groups[0]["lr"] = rate
        for _ in range(steps):
            optimizer.zero_grad()
            ((model(inputs)[:, 0] - targets) ** 2).mean().backward()
            optimizer.step()
    return model


@torch.no_grad()
def heights(model, x):
    return model(torch.from_numpy(x)[:, None])[:, 0].numpy()

'''

_POLYNOMIAL = '''
def heights(coefficients, x):
    """A polynomial in Chebyshev form."""
    return np.polynomial.chebyshev.chebval(x, coefficients)


def fit(degree, x, y):
    """Least squares; of several best fits the one of least norm."""
    return np.linalg.lstsq(np.polynomial.chebyshev.chebvander(x, degree), y, rcond=None)[0]

'''


def stretches(experiment: Capacity | Variance, steps: int, changes: Sequence[Change]) -> tuple[list[tuple[int, float]], Capacity | Variance]:
    """(steps, learning rate) between live changes, and the experiment as it stood at the end."""
    found: list[tuple[int, float]] = []
    now, begun = experiment, 0
    for change in changes:
        if change.step > steps:
            break
        if change.step > begun:
            found.append((change.step - begun, now.learning_rate))
            begun = change.step
        now = now.changed(**change.values)
    return [*found, (steps - begun, now.learning_rate)], now


def _fitting(bend: str, depth: int) -> str:
    start = Start((1, *(2,) * depth, 1), bend, True).code()
    return _FIT.format(bend="ReLU" if bend == "relu" else "Tanh", start=start)


def capacity(experiment: Capacity, steps: int, changes: Sequence[Change]) -> str:
    """The model looked at, trained alone."""
    rates, now = stretches(experiment, steps, changes)
    points = data.sample_code(experiment.curve, experiment.count, experiment.noise, experiment.data_seed, experiment.own)
    chosen = now.ladder[now.chosen]  # type: ignore[union-attr]
    if experiment.family == "polynomial":
        body = _POLYNOMIAL + f"\nmodel = fit({chosen}, x, y)\n"
    else:
        sizes = (1, *(chosen,) * experiment.layers, 1)
        body = _fitting(experiment.activation, experiment.layers) + f"\nmodel = fit({sizes}, {member_seed(experiment.seed, 0)}, x, y, {rates})\n"
    return (
        _HEAD.format(title=experiment.title, steps=steps) + points + body + 'print("train_loss", repr(float(np.mean((heights(model, x) - y) ** 2))))\n'
        'print("validation_loss", repr(float(np.mean((heights(model, fresh_x) - fresh_y) ** 2))))\n'
    )


def variance(experiment: Variance, steps: int, changes: Sequence[Change]) -> str:
    """The complexity looked at, fitted to every training set, and its error taken apart."""
    rates, now = stretches(experiment, steps, changes)
    chosen = now.ladder[now.chosen]
    polynomial = experiment.family == "polynomial"
    refits = min(steps, experiment.refits) if polynomial else experiment.refits
    own = experiment.curve == data.OWN
    if own:
        points = data.sample_code(experiment.curve, 0, 0.0, experiment.seed, experiment.own)
        draw = "    rows = np.sort(np.random.default_rng(seed).integers(0, len(x), len(x)))\n    return x[rows], y[rows]\n"
        judged = "judged, target = fresh_x, fresh_y\n"
    else:
        points = f"def truth(x):\n    return {data.TRUTHS[experiment.curve].code}\n\n"
        draw = (f"    stream = np.random.default_rng(seed)\n    x = np.sort(stream.uniform(-1, 1, {experiment.count}))\n"
                f"    return x, truth(x) + {experiment.noise!r} * stream.normal(size={experiment.count})\n")  # fmt: skip
        judged = f"judged = np.linspace(-1, 1, {data.PLACES})\ntarget = truth(judged)\n"
    one = f"fit({chosen}, *each)" if polynomial else f"fit((1, {chosen}, 1), weight_seed, *each, {rates})"
    seeds = [(experiment.stream_seed(refit), member_seed(experiment.seed, refit)) for refit in range(refits)]
    return (
        _HEAD.format(title=experiment.title, steps=steps) + points + f"\ndef training_set(seed):\n{draw}\n"
        + (_POLYNOMIAL if polynomial else _fitting(experiment.activation, 1))
        + f"\n{judged}seeds = {seeds}\nfits, losses = [], []\nfor set_seed, weight_seed in seeds:\n    each = training_set(set_seed)\n    model = {one}\n"
        "    fits.append(heights(model, judged))\n    losses.append(np.mean((heights(model, each[0]) - each[1]) ** 2))\n"
        "mean = np.mean(fits, axis=0)\n"
        'print("train_loss", repr(float(np.mean(losses))))\nprint("bias2", repr(float(np.mean((mean - target) ** 2))))\n'
        'print("variance", repr(float(np.mean((np.array(fits) - mean) ** 2))))\n'
    )  # fmt: skip


_LEARNING = '''

def network(*sizes):
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.{bend}()]
    return torch.nn.Sequential(*layers[:-1])


{start}

def error(outputs, targets):
    """{error_words}"""
    {error}


def run(size, repeat, updates):
    """One fit on `size` examples: losses and errors on them and on the rows kept apart."""
    rows = np.random.default_rng(ROW_SEEDS[repeat]).permutation(len(inputs))[:size]
    x, kept_x, y, kept_y = inputs[rows], kept_inputs, targets[rows], kept_targets
{scaling}    x, kept_x = torch.from_numpy(x), torch.from_numpy(kept_x)
    y, kept_y = torch.from_numpy(y){cast}, torch.from_numpy(kept_y){cast}
    model = network({sizes})
    start(model, WEIGHT_SEEDS[repeat])
    optimizer = torch.optim.Adam(model.parameters(), lr={rate!r})
    for _ in range(updates):
        optimizer.zero_grad()
        loss(model(x), y).backward()
{decay}        optimizer.step()
    with torch.no_grad():
        return [loss(model(x), y).item(), loss(model(kept_x), kept_y).item(), error(model(x), y){unit}, error(model(kept_x), kept_y){unit}]


loss = {loss}
for size in SIZES[:{amounts}]:
    updates = {updates} if size != SIZES[:{amounts}][-1] else {last}
    found = np.mean([run(size, repeat, updates) for repeat in range(len(ROW_SEEDS))], axis=0)
    print(f"{{size}} examples: training error {{found[2]:.5g}}, validation error {{found[3]:.5g}}")
print("train_loss", repr(float(found[0])))
print("validation_loss", repr(float(found[1])))
'''

_TASK = {
    "multiclass": ("torch.nn.functional.cross_entropy", "return (outputs.argmax(1) != targets).double().mean().item()", "Share of wrong classes.", ".long()"),
    "binary": ("lambda outputs, targets: torch.nn.functional.binary_cross_entropy_with_logits(outputs[:, 0], targets)",
               "return ((outputs[:, 0] > 0) != (targets > 0.5)).double().mean().item()", "Share of wrong classes.", ""),
    "regression": ("lambda outputs, targets: ((outputs[:, 0] - targets) ** 2).mean()",
                   "return (outputs[:, 0] - targets).square().mean().sqrt().item()", "Root mean squared error.", ""),
}  # fmt: skip


def learning(experiment: LearningCurve, steps: int) -> str:
    """Every amount of data up to the present one."""
    found = experiment.table()
    loss, error, error_words, cast = _TASK[found.task]
    taken = min(max(steps, 1), experiment.step_limit)
    amounts, last = (taken - 1) // experiment.updates + 1, (taken - 1) % experiment.updates + 1 if steps else 0
    scaling = ""
    if found.rescale:
        scaling += "    mean, spread = x.mean(0), np.maximum(x.std(0), 1e-9)\n    x, kept_x = (x - mean) / spread, (kept_x - mean) / spread\n"
    if found.task == "regression":
        scaling += "    shift, scale = y.mean(), max(y.std(), 1e-9)\n    y, kept_y = (y - shift) / scale, (kept_y - shift) / scale\n"
    decay = ""
    if experiment.decay:
        factor = 1 - experiment.learning_rate * experiment.decay
        decay = ("        with torch.no_grad():\n            for layer in model:\n                if isinstance(layer, torch.nn.Linear):\n"
                 f"                    layer.weight *= {factor!r}\n")  # fmt: skip
    start = experiment.start(found.inputs.shape[1], found.outputs)
    repeats = range(experiment.repeats)
    from playground.core.randomness import derive

    constants = (f"\nROW_SEEDS = {[derive(experiment.seed, 'rows', repeat) for repeat in repeats]}\n"
                 f"WEIGHT_SEEDS = {[member_seed(experiment.seed, repeat) for repeat in repeats]}\nSIZES = {list(experiment.sizes())}\n")  # fmt: skip
    body = _LEARNING.format(
        bend="ReLU" if experiment.activation == "relu" else "Tanh", start=start.code(), error=error, error_words=error_words, cast=cast, loss=loss,
        scaling=scaling, decay=decay, sizes=", ".join(map(str, start.sizes)), rate=experiment.learning_rate, amounts=amounts,
        unit=" * scale" if found.task == "regression" else "", updates=experiment.updates, last=last,
    )  # fmt: skip
    head = _HEAD.format(title=f"{experiment.title}, {experiment.domains()['dataset'].words(experiment.dataset)}", steps=steps)
    return head + table_code(experiment.dataset, experiment.noise, experiment.data_seed, experiment.own) + constants + body


_DOUBLE = '''
def shortest(train, answers):
    """Ridge regression, or at λ = 0 the least-squares solution of least norm."""
    if RIDGE:
        u, s, v = np.linalg.svd(train, full_matrices=False)
        return v.T @ ((s / (s**2 + RIDGE))[:, None] * (u.T @ answers))
    return np.linalg.lstsq(train, answers, rcond=None)[0]


{expand}

{case}

def measure(count):
    """Mean squared errors on training and test examples over the repeats, and the norm of the weights."""
    found = []
    for repeat, seed in enumerate(EXAMPLE_SEEDS):
        inputs, answers, test_inputs, test_answers = examples(seed)
        weights = shortest(expand(inputs, count, repeat), answers)
        found.append([np.sum((expand(inputs, count, repeat) @ weights - answers) ** 2, 1).mean(),
                      np.sum((expand(test_inputs, count, repeat) @ weights - test_answers) ** 2, 1).mean(), np.linalg.norm(weights)])
    return np.mean(found, axis=0)


for count in {counts}:
    train, test, norm = measure(count)
    print(f"{{count}} features: training error {{train:.5g}}, test error {{test:.5g}}, norm {{norm:.5g}}")
train, test, norm = measure({shown})
print("train_loss", repr(float(train)))
print("test_loss", repr(float(test)))
'''


def double(experiment: DoubleDescent, steps: int) -> str:
    """Every number of features that has been fitted, and at the end the one looked at."""
    from playground.core.randomness import derive
    from playground.experiments.overfitting_double import TEST

    ladder, order = experiment.ladder(), experiment.order()
    fitted = [ladder[place] for place in order[: max(1, min(steps, len(order)))]]
    shown = min(fitted, key=lambda count: (abs(_log(count) - _log(experiment.looked_at)), count))
    repeats = range(experiment.repeats)
    seeds = [derive(experiment.seed, "examples", repeat) for repeat in repeats]
    head = _HEAD.format(title=f"{experiment.title}: {experiment.domains()['task'].words(experiment.task)}", steps=steps)
    head += f"RIDGE = {experiment.ridge!r}\nNOISE = {experiment.label_noise!r}\nEXAMPLE_SEEDS = {seeds}\n"
    if experiment.curve:
        head += f"\n\ndef truth(x):\n    return {data.TRUTHS[experiment.task].code}\n\n"
        expand = "def expand(x, count, repeat):\n    k = np.arange(count)\n    return np.cos(np.pi * k * (x + 1) / 2) / (1 + k)\n"
        case = (f"def examples(seed):\n    stream = np.random.default_rng(seed)\n    x = (np.arange({experiment.count}) + stream.uniform(size={experiment.count})) "
                f"/ {experiment.count} * 2 - 1\n    noise, test = stream.normal(size={experiment.count}), np.linspace(-1, 1, {TEST})\n"
                "    return x[:, None], (truth(x) + NOISE * noise)[:, None], test[:, None], truth(test)[:, None]\n")  # fmt: skip
    else:
        seed_table = {(repeat, count): experiment.feature_seed(repeat, count) for repeat in repeats for count in fitted}
        head += table_code("digits", 0.0, 0) + f"FEATURE_SEEDS = {seed_table}\n\n"
        width, bend = (1 / 5.0, "2**0.5 * torch.cos(x @ weights + 2 * torch.pi * shifts)") if experiment.features == "fourier" else (
            64**-0.5, f"torch.relu(x @ weights + (2 * shifts - 1) * {64**-0.5!r})")  # fmt: skip
        expand = (f"def expand(x, count, repeat):\n    stream = torch.Generator().manual_seed(FEATURE_SEEDS[repeat, count])\n    x = torch.from_numpy(x)\n"
                  f"    weights = {width!r} * torch.randn(x.shape[1], count, generator=stream)\n    shifts = torch.rand(count, generator=stream)\n"
                  f"    return ({bend} / count**0.5).numpy()\n")  # fmt: skip
        case = (f"def examples(seed):\n    stream, count = np.random.default_rng(seed), {experiment.count}\n    rows = stream.permutation(len(inputs))[:count]\n"
                "    wrong, rank = stream.integers(0, 10, count), stream.permutation(count) / count\n    labels = np.where(rank < NOISE, wrong, targets[rows])\n"
                "    one_hot = lambda labels: np.eye(10)[labels.astype(int)] - 0.1\n    centre = inputs.mean(0)\n"
                f"    return inputs[rows] - centre, one_hot(labels), kept_inputs[:{TEST}] - centre, one_hot(kept_targets[:{TEST}])\n")  # fmt: skip
    return head + _DOUBLE.format(expand=expand, case=case, counts=fitted, shown=shown)


def _log(value: float) -> float:
    import math

    return math.log(value)
