"""The exported script of a recurrent run: torch.nn's own cells, one file, the same data, weights and final losses."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.experiments.recurrent_base import OPTIMIZERS

if TYPE_CHECKING:
    from playground.experiments.recurrent_base import Recurrent

LIVE = ("learning_rate", "clip", "momentum", "batch_size")
NN = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def write(experiment: Recurrent, steps: int, changes: list[Change]) -> str:
    """The program's text. `changes` are replayed at their steps."""
    return "\n".join([_head(experiment, steps), experiment.script_data(), _network(experiment), _loop(experiment, steps, changes)])


def _head(now: Recurrent, steps: int) -> str:
    return f'''"""{now.title}: {", ".join(NN[cell] for cell in now.cells)}, {steps} steps of plain PyTorch.

float64 throughout, so that the losses below agree with the ones on screen to many digits.
Needs: pip install torch numpy
"""

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)  # networks this small only get slower with more
'''


def _network(now: Recurrent) -> str:
    seeds = {cell: derive(now.seed, cell) for cell in NN if cell in now.cells}
    problem = now.problem()
    orthogonal = f'''        for block in self.recurrent.weight_hh_l0.split({now.units}):
            torch.nn.init.orthogonal_(block, {now.gain!r}, generator=stream)''' if now.start == "orthogonal" else (
        f"        self.recurrent.weight_hh_l0 *= {now.gain!r}")  # fmt: skip
    return f'''
# Networks ----------------------------------------------------------------------------------------------------------------


class Model(torch.nn.Module):
    def __init__(self, kind, seed):
        super().__init__()
        self.recurrent = kind({problem.inputs}, {now.units})
        self.readout = torch.nn.Linear({now.units}, {problem.outputs})
        self.double()
        self.start(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def start(self, stream):
        for each in self.parameters():
            each.uniform_(-1 / {now.units} ** 0.5, 1 / {now.units} ** 0.5, generator=stream)
{orthogonal}
        if isinstance(self.recurrent, torch.nn.LSTM):  # torch orders the gates input, forget, candidate, output
            self.recurrent.bias_ih_l0[{now.units} : {2 * now.units}] += {now.forget_bias!r}

    def forward(self, inputs):
        return self.readout(self.recurrent(inputs)[0])


KINDS = {{"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}}
models = {{cell: Model(KINDS[cell], seed) for cell, seed in {seeds!r}.items()}}


def loss_of(outputs, targets, asked):
    if {problem.quantity!r}:
        return ((outputs[asked][..., 0] - targets[asked]) ** 2).mean()
    return F.cross_entropy(outputs[asked].flatten(0, 1), targets[asked].flatten())
'''


def _loop(now: Recurrent, steps: int, changes: list[Change]) -> str:
    values = {name: getattr(now, name) for name in LIVE}
    table = [{"step": each.step, "values": {name: value for name, value in each.values.items() if name in LIVE}} for each in changes if each.step <= steps and each.values]
    made = OPTIMIZERS[now.optimizer].code.format(learning_rate='now["learning_rate"]', momentum='now["momentum"]')
    return f'''
# Training ------------------------------------------------------------------------------------------------------------------

now = {values!r}
CHANGES = {[each for each in table if each["values"]]!r}  # made by hand while it ran
stream = torch.Generator().manual_seed({derive(now.seed, "batches")})
optimizers = [{made} for model in models.values()]


def apply_changes(step):
    for change in CHANGES:
        if change["step"] == step:
            now.update(change["values"])
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = now["learning_rate"]
            if group.get("momentum"):
                group["momentum"] = now["momentum"]


apply_changes(0)
for step in range({steps}):
    batch = draw(now["batch_size"], stream)
    for model, optimizer in zip(models.values(), optimizers):
        optimizer.zero_grad()
        loss_of(model(batch[0]), *batch[1:]).backward()
        if now["clip"]:
            torch.nn.utils.clip_grad_norm_(model.parameters(), now["clip"])
        optimizer.step()
    apply_changes(step + 1)

with torch.no_grad():
    for cell, model in models.items():
        print(cell + "_loss", repr(loss_of(model(test[0]), *test[1:]).item()))
'''


def memory_data(task: str, length: int, symbols: int, items: int, seed: int, tested: int) -> str:
    """The data of a memory task: its maker as it is, and the fixed test batch."""
    from playground.data.sequences import TASKS

    maker = TASKS[task].make
    text = inspect.getsource(maker).replace("  # type: ignore[no-untyped-def]", "")
    return f'''
# Data ----------------------------------------------------------------------------------------------------------------------


{text}

def draw(count, stream):
    return {maker.__name__}({length}, {symbols}, {items}, count, stream)


test = draw({tested}, torch.Generator().manual_seed({derive(seed, "test")}))
'''
