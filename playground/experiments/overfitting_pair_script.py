"""Two networks on one clock, with and without regularizers, as a plain-PyTorch program to take home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.experiments.overfitting_crowd import Start, member_seed

if TYPE_CHECKING:
    from playground.experiments.overfitting_regularize import Regularize

_PROGRAM = '''"""Two equal networks, one of them with regularizers. Repeats {steps:,} steps of a run, in float64."""

import copy
import math

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)  # at this size more threads only wait for each other

{points}

def network(batch_norm):
    layers = []
    for fan_in, fan_out in zip({sizes}, {sizes}[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), *([torch.nn.BatchNorm1d(fan_out)] if batch_norm else []), torch.nn.{bend}()]
    return torch.nn.Sequential(*layers[: -2 if batch_norm else -1])  # nothing after the last linear layer


{start}

def run(model, inputs, dropout, stream):
    """Forward, with hidden units silenced at random; the same draws as on screen."""
    hidden = 0
    draws = [torch.rand(len(inputs), units, generator=stream) for units in {sizes}[1:-1]] if dropout else []
    for layer in model:
        inputs = layer(inputs)
        if dropout and isinstance(layer, torch.nn.{bend}):
            inputs = inputs * (draws[hidden] >= dropout) / (1 - dropout)
            hidden += 1
    return inputs[:, 0]


def loss(outputs, targets):
    return ({loss}).mean()


@torch.no_grad()
def measured(model, x, y):
    model.eval()
    value = loss(model(x)[:, 0], y).item()
    model.train()
    return value


def weights(model):
    return [layer.weight for layer in model if isinstance(layer, torch.nn.Linear)]


settings = {settings}
changes = {changes}  # what was changed on the way, by step
plain, cared = network(False), network({batch_norm})
optimizers = []
for model in (plain, cared):
    start(model, {seed})
    optimizers.append(torch.optim.Adam(model.parameters()))
batches, dropout_stream, jitter_stream = (torch.Generator().manual_seed(seed) for seed in {streams})
batch, count = {batch}, len(train_inputs)
best_loss, best_step, stopped = math.inf, 0, False
best = copy.deepcopy((cared.state_dict(), optimizers[1].state_dict()))

for step in range({steps}):
    for at, values in changes:
        if at == step:
            if stopped and values.get("patience", settings["patience"]) != settings["patience"]:
                stopped, best_loss, best_step = False, math.inf, step
            settings.update(values)
    per_epoch = -(-count // batch)
    if step % per_epoch == 0:
        order = torch.randperm(count, generator=batches)
    rows = order[step % per_epoch * batch : (step % per_epoch + 1) * batch]
    x, y = train_inputs[rows], train_targets[rows]
    for number, (model, optimizer) in enumerate(zip((plain, cared), optimizers)):
        if number == 1 and (stopped or (len(rows) < 2 and {batch_norm})):
            continue
        care = settings if number == 1 else dict.fromkeys(settings, 0)
        rate = settings["learning_rate"]
        optimizer.param_groups[0]["lr"] = rate
        seen = x + care["jitter"] * torch.randn(x.shape, generator=jitter_stream) if care["jitter"] else x
        optimizer.zero_grad()
        loss(run(model, seen, care["dropout"], dropout_stream), y).backward()
        with torch.no_grad():
            for weight in weights(model):
                weight.grad += care["l2"] * weight + care["l1"] * weight.sign()
                weight -= rate * care["weight_decay"] * weight
        optimizer.step()
    if settings["patience"] and not stopped and (step + 1) % {check} == 0:
        now = measured(cared, validation_inputs, validation_targets)
        if now < best_loss:
            best_loss, best_step = now, step + 1
            best = copy.deepcopy((cared.state_dict(), optimizers[1].state_dict()))
        elif step + 1 - best_step >= settings["patience"]:
            stopped = True
            cared.load_state_dict(best[0])
            optimizers[1].load_state_dict(best[1])

for name, model in (("", cared), ("plain_", plain)):
    for part, x, y in (("train", train_inputs, train_targets), ("validation", validation_inputs, validation_targets), ("test", test_inputs, test_targets)):
        print(f"{{name}}{{part}}_loss", repr(measured(model, x, y)))
'''

_LIVE = ("dropout", "l1", "l2", "weight_decay", "jitter", "patience", "learning_rate")
_LOSSES = {
    True: "torch.nn.functional.binary_cross_entropy_with_logits(outputs, targets, reduction='none')",
    False: "(outputs - targets) ** 2",
}


def regularize(experiment: Regularize, steps: int, changes: Sequence[Change]) -> str:
    """Both networks for `steps` steps, live changes included."""
    from playground.experiments.overfitting_pair import CHECK

    features = 2 if experiment.plane else 1
    sizes = (features, *(experiment.hidden_units,) * experiment.layers, 1)
    given: dict[str, Any] = experiment.material()
    points = "\n".join(f"{name} = torch.tensor({values.tolist()})" for name, values in given.items())
    return _PROGRAM.format(
        steps=steps, points=points, sizes=sizes, bend="ReLU" if experiment.activation == "relu" else "Tanh", 
        start=Start(sizes, experiment.activation, not experiment.plane).code(),
        loss=_LOSSES[experiment.plane], settings={name: getattr(experiment, name) for name in _LIVE}, batch_norm=experiment.batch_norm,
        changes=[(each.step, each.values) for each in changes if each.step < steps], seed=member_seed(experiment.seed, 0),
        streams=[derive(experiment.seed, name) for name in ("batches", "dropout", "jitter")], check=CHECK,
        batch=min(experiment.batch_size, len(given["train_inputs"])),
    )  # fmt: skip
