"""The exported script of a boundary run: plain PyTorch, one file, the same data, weights, batches and final loss."""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.data import points
from playground.functions.activations import ACTIVATIONS
from playground.functions.initialisers import INITIALISERS
from playground.functions.losses import LOSSES
from playground.functions.schedules import SCHEDULES
from playground.networks.features import FEATURES
from playground.optimizers.batched import RULES

if TYPE_CHECKING:
    from playground.experiments.boundary import Boundary

_LION = '''

class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p -= group["lr"] * torch.lerp(p.grad, m, 0.9).sign()
                m.lerp_(p.grad, 0.01)
'''


def write(experiment: Boundary, steps: int, changes: list[Change]) -> str:
    """The program's text. `changes` are replayed at their steps."""
    data = experiment.points()
    loss = experiment.used_loss(data.task)
    parts = [
        _head(experiment, steps, loss),
        _data(experiment),
        _features(experiment),
        _model(experiment, data.outputs, loss),
        _training(experiment, steps, changes, data.task, loss),
    ]
    return "\n".join(parts)


def _head(experiment: Boundary, steps: int, loss: str) -> str:
    lion = _LION if experiment.optimizer == "lion" else ""
    bends = ", ".join(dict.fromkeys(experiment.activations())) or "no activation"
    return f'''"""{experiment.title}: {points.DATASETS[experiment.dataset]}, {steps} updates of plain PyTorch.

Network: {len(experiment.features)} inputs, hidden sizes {list(experiment.hidden_sizes)}, {bends}.
Loss: {LOSSES[loss].title}. Optimizer: {RULES[experiment.optimizer].title}, learning rate {experiment.learning_rate:g},
batches of {experiment.batch_size}. float64 throughout, so that the numbers below agree with the ones on screen to many digits.
Needs: pip install torch numpy
"""

import math

import numpy as np
import torch

torch.set_num_threads(1)  # networks this small only get slower with more
{lion}'''


def _data(experiment: Boundary) -> str:
    if experiment.dataset == points.OWN:
        return _own_data(experiment)
    maker = points.MAKERS[experiment.dataset]
    source = inspect.getsource(maker.make)
    return f'''
# Data ------------------------------------------------------------------------------------------------------------------

{source}

stream = np.random.default_rng({derive(experiment.data_seed, "points")})
points, targets = {maker.make.__name__}({experiment.count}, {experiment.noise!r}, {experiment.classes}, stream)
{_split(experiment)}'''


def _own_data(experiment: Boundary) -> str:
    data = experiment.points()
    lines = [
        "",
        "# Data: data.csv beside this file, two columns of coordinates and the target -----------------------------------------",
        "",
        'rows = np.genfromtxt("data.csv", delimiter=",", skip_header=1, dtype=np.float64)',
        "points, targets = rows[:, :2], rows[:, 2]",
        _split(experiment),
        f"points = (points - np.array({data.origin.tolist()!r})) / np.array({data.scale.tolist()!r})  # training mean and spread",
    ]
    if data.task == "regression":
        lines.append(f"targets = (targets - {data.target_origin!r}) / {data.target_scale!r}  # training targets to -1 … 1")
    return "\n".join(lines) + "\n"


def _split(experiment: Boundary) -> str:
    return f"""order = np.random.default_rng({derive(experiment.data_seed, "split")}).permutation(len(points))
train_size = min(max(1, round(len(points) * {experiment.train_share!r})), len(points) - 1)
train, test = order[:train_size], order[train_size:]
"""


def _features(experiment: Boundary) -> str:
    listed = ", ".join(FEATURES[key].code for key in experiment.features)
    standard = """mean, spread = inputs[train].mean(0), inputs[train].std(0, correction=0)
inputs = (inputs - mean) / torch.where(spread > 1e-9, spread, 1.0)
""" if experiment.standardize else ""  # fmt: skip
    return f"""
x1, x2 = torch.from_numpy(points.astype(np.float64)).T
inputs = torch.stack([{listed}], dim=1)
{standard}"""


def _model(experiment: Boundary, outputs: int, loss: str) -> str:
    sizes = (len(experiment.features), *experiment.hidden_sizes, outputs)
    rows = []
    for layer, key in enumerate(experiment.activations()):
        rows.append(f"            torch.nn.Linear({sizes[layer]}, {sizes[layer + 1]}),")
        norm = {"batch": "BatchNorm1d", "layer": "LayerNorm"}.get(experiment.normalization)
        rows += [f"            torch.nn.{norm}({sizes[layer + 1]}),"] if norm else []
        rows.append(f"            Function(lambda x: {ACTIVATIONS[key].torch_expression}),")
        rows.append("            Drop(),")
    rows.append(f"            torch.nn.Linear({sizes[-2]}, {sizes[-1]}),")
    rows += ["            torch.nn.Tanh(),"] if loss == "half_mse" else []
    initialiser = INITIALISERS[experiment.initializer]
    body = "\n".join(row[4:] for row in rows)
    return f'''
# Network ---------------------------------------------------------------------------------------------------------------


class Function(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Drop(torch.nn.Module):
    """Dropout with its own generator; `rate` may change while training."""

    rate = {experiment.dropout!r}
    generator = torch.Generator().manual_seed({derive(experiment.seed, "dropout")})

    def forward(self, x):
        if not self.training or Drop.rate == 0:
            return x
        keep = torch.rand(*x.shape, generator=Drop.generator, dtype=x.dtype) >= Drop.rate
        return x * keep / (1 - Drop.rate)


def make_model():
    generator = torch.Generator().manual_seed({derive(experiment.seed, "weights")})
    model = torch.nn.Sequential(
{body}
    ).double()
    with torch.no_grad():
        for module in model:
            if isinstance(module, torch.nn.Linear):
                weight = module.weight
                {initialiser.torch_expression}
                module.bias.fill_({initialiser.bias!r})
    return model
'''


def _schedule(experiment: Boundary) -> str:
    """The schedule's own source, with what it calls, and `factor(step)`."""
    schedule = SCHEDULES[experiment.schedule]
    shape = "".join(f", {name}={each.default!r}" for name, each in schedule.parameters.items())
    return f"""

# Learning rate: {schedule.title} --------------------------------------------------------------------------------------------

{_sources(schedule.rule)}


def factor(step):
    return {schedule.rule.__name__}(step, {experiment.step_limit}{shape})
"""


def _sources(function: types.FunctionType) -> str:
    """The text of a function, after the constants and functions of its module that it uses."""
    parts = []
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, types.FunctionType) and value.__module__ == function.__module__:
            parts.append(_sources(value))
        elif isinstance(value, (int, float)):
            parts.append(f"{name} = {value!r}")
    return "\n\n\n".join([*dict.fromkeys(parts), inspect.getsource(function).rstrip()])


_APPLY = '''
def apply_changes(step):
    for change in CHANGES:
        if change["step"] != step:
            continue
        for name, value in change.get("values", {}).items():
            if name == "dropout":
                Drop.rate = value
            elif name in now:
                now[name] = value
        for group in optimizer.param_groups:
            if group.get("momentum"):
                group["momentum"] = now["momentum"]
        if "edit" in change:
            edit = change["edit"]
            with torch.no_grad():
                if edit["kind"] == "weight":
                    linear[edit["layer"]].weight[edit["row"], edit["column"]] = edit["value"]
                else:
                    linear[edit["layer"]].bias[edit["row"]] = edit["value"]
'''
_RESULT = '''
model.eval()
with torch.no_grad():
    print("train_loss", repr(loss_of(predict(train_rows), goals[train_rows]).mean().item()))
    print("test_loss", repr(loss_of(predict(test_rows), goals[test_rows]).mean().item()))
'''


def _training(experiment: Boundary, steps: int, changes: list[Change], task: str, loss: str) -> str:
    """Everything from targets to the printed losses."""
    scheduled = experiment.schedule != "constant"
    table = [{"step": each.step, **({"values": each.values} if each.values else {"edit": each.edit})} for each in changes if each.step <= steps]
    dtype = "np.int64" if task == "multiclass" else "np.float64"
    signs = " * 2 - 1" if loss == "half_mse" and task == "binary" else ""
    now = {name: getattr(experiment, name) for name in ("learning_rate", "momentum", "l1", "l2", "gradient_clip")}
    optimizer = RULES[experiment.optimizer].code.format(learning_rate='now["learning_rate"]', momentum='now["momentum"]')
    return f'''
# Training --------------------------------------------------------------------------------------------------------------

goals = torch.from_numpy(targets.astype({dtype})){signs}
model = make_model()
now = {now!r}
optimizer = {optimizer}
batches = torch.Generator().manual_seed({derive(experiment.seed, "batches")})
linear = [module for module in model if isinstance(module, torch.nn.Linear)]
CHANGES = {table!r}  # made by hand while it ran
{_schedule(experiment) if scheduled else ""}

def loss_of(predictions, targets):
    return {LOSSES[loss].torch_expression}


def predict(rows):
    return model(inputs[rows]){"" if task == "multiclass" else ".squeeze(1)"}

{_APPLY}
{_loop(experiment, steps, scheduled)}{_RESULT}'''


def _loop(experiment: Boundary, steps: int, scheduled: bool) -> str:
    lone = """        if len(rows) < 2:  # one example has no batch statistics
            step += 1
            apply_changes(step)
            continue
""" if experiment.normalization == "batch" else ""  # fmt: skip
    return f'''
train_rows, test_rows = torch.from_numpy(train), torch.from_numpy(test)
step = 0
apply_changes(0)
while step < {steps}:
    shuffled = torch.randperm(len(train_rows), generator=batches)
    for rows in shuffled.split({experiment.batch_size}):
        if step == {steps}:
            break
        model.train()
{lone}        value = loss_of(predict(train_rows[rows]), goals[train_rows[rows]]).mean()
        for layer in linear:
            value = value + now["l1"] * layer.weight.abs().sum() + now["l2"] / 2 * (layer.weight**2).sum()
        optimizer.zero_grad()
        value.backward()
        if now["gradient_clip"] > 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), now["gradient_clip"])
        for group in optimizer.param_groups:
            group["lr"] = now["learning_rate"]{" * factor(step)" if scheduled else ""}
        optimizer.step()
        step += 1
        apply_changes(step)
'''
