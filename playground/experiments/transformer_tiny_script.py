"""The tiny GPT's run as one file of plain PyTorch: the network's own source, the same data, the same losses."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.experiments import transformer_tasks as tasks
from playground.experiments.transformer_tiny_trainer import LEARNT, TESTED

if TYPE_CHECKING:
    from playground.experiments.transformer_tiny import TinyGPT

LIVE = ("learning_rate", "batch_size", "decay")


def write(now: TinyGPT, steps: int, changes: list[Change]) -> str:
    """The program's text. `changes` are replayed at their steps."""
    from playground.networks import gpt

    parts = [inspect.getsource(each) for each in (gpt.Shape, gpt.Block, gpt.GPT)]
    return "\n\n".join([_head(now, steps), *parts, _data(now), _loop(now, steps, changes)])


def _head(now: TinyGPT, steps: int) -> str:
    return f'''"""A tiny GPT learns “{now.task}”: {steps} steps of plain PyTorch. Needs: pip install torch numpy"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

torch.set_num_threads(1)  # a network this small only gets slower with more'''


def _data(now: TinyGPT) -> str:
    start = f"IGNORED = {tasks.IGNORED}\nSEED = {now.seed}\n\n\n{inspect.getsource(derive)}"
    if now.task != "text":
        sources = "\n\n".join(inspect.getsource(each) for each in (tasks.Batch, tasks.sequences, tasks._repeats, tasks._sums, tasks._batch))
        return f'{start}\n\n{sources}\n\ndef draw_batch(count, stream, test=False):\n    return sequences("{now.task}", {now.letters}, {now.length}, count, stream)\n'
    from playground.experiments.transformer_tiny_trainer import TinyTrainer

    trainer = TinyTrainer(now)
    text = now.load()
    return f'''{start}
TEXT = {"".join(text.signs[i] for i in text.codes)!r}
signs = "".join(sorted(set(TEXT)))
codes = np.array([signs.index(sign) for sign in TEXT])
WINDOW, LEARNT = {trainer.window}, int({LEARNT} * len(codes))  # the rest is the test

{inspect.getsource(tasks.Batch)}

def draw_batch(count, stream, test=False):
    low, high = (LEARNT, len(codes) - WINDOW - 1) if test else (0, LEARNT - WINDOW - 1)
    starts = stream.integers(min(low, max(0, high)), max(low, high) + 1, count)
    rows = codes[np.minimum(starts[:, None] + np.arange(WINDOW + 1)[None, :], len(codes) - 1)]
    return Batch(torch.from_numpy(np.ascontiguousarray(rows[:, :-1])), torch.from_numpy(np.ascontiguousarray(rows[:, 1:])))
'''


def _loop(now: TinyGPT, steps: int, changes: list[Change]) -> str:
    shape = now.shape
    replayed = [(each.step, {name: value for name, value in each.values.items() if name in LIVE}) for each in changes]
    first = {name: getattr(now, name) for name in LIVE}
    return f'''
net = GPT.fresh(Shape({shape.vocabulary}, {shape.context}, {shape.width}, {shape.blocks}, {shape.heads}), torch.Generator().manual_seed(derive(SEED, "weights")))
settings = {first!r}
changes = {replayed!r}  # (step, what was changed while it ran)
optimizer = torch.optim.AdamW(net.parameters(), lr=settings["learning_rate"], betas=(0.9, 0.98), weight_decay=settings["decay"])
test = draw_batch({TESTED}, np.random.default_rng(derive(SEED, "test")), test=True)


def loss_of(batch):
    return functional.cross_entropy(net(batch.ids).flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED)


train_loss = float("nan")
for step in range({steps}):
    for at, values in changes:
        if at == step:
            settings.update(values)
    for group in optimizer.param_groups:
        group["lr"], group["weight_decay"] = settings["learning_rate"], settings["decay"]
    loss = loss_of(draw_batch(settings["batch_size"], np.random.default_rng(derive(SEED, "batch", step))))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    train_loss = float(loss.detach())
with torch.no_grad():
    test_loss = float(loss_of(test))
    right = (net(test.ids).argmax(-1) == test.targets)[test.targets != IGNORED].double().mean()
print(f"final train_loss {{train_loss:.10f}}")
print(f"final test_loss {{test_loss:.10f}}")
print(f"accuracy {{float(right):.10f}}")
'''

