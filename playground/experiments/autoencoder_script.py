"""The exported script of an autoencoder: plain PyTorch, one file, the same data, weights, noise and final losses."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.experiments import autoencoder_data
from playground.experiments.autoencoder_data import SENSOR_ROWS, TEST_SHARE, Lesson, lesson
from playground.experiments.autoencoder_trainer import EVALUATED, STREAMS

if TYPE_CHECKING:
    from playground.experiments.autoencoder import Autoencoder

LIVE = ("beta", "warm_up", "corruption", "amount", "sparsity", "target", "sigma", "learning_rate", "batch_size")
RULE = "# " + "-" * 110
NETWORK = Path(__file__).resolve().parents[1] / "networks" / "autoencoder.py"


def write(experiment: Autoencoder, steps: int, changes: list[Change]) -> str:
    """The program's text; live `changes` are replayed at their steps."""
    given = lesson(experiment)
    return "\n".join([_head(experiment, given, steps), _data(experiment), _network(), _setup(experiment, given, changes), _loop(steps)])


def _head(now: Autoencoder, given: Lesson, steps: int) -> str:
    domains = now.domains()
    return f'''"""{domains["kind"].words(now.kind)} autoencoder: {given.title}, {steps:,} updates of plain PyTorch.

{domains["build"].words(now.build)} layers {list(now.hidden)} to {now.latent} latent numbers and back. Needs: pip install torch numpy and what the data is loaded with.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)  # the order of additions, and so the last digits, depend on it
'''


def _data(now: Autoencoder) -> str:
    head = f"\n# Data\n{RULE}\n"
    if now.dataset == "sensors":
        made = [inspect.getsource(each) for each in (autoencoder_data.sensors, autoencoder_data.deal)]
        return (
            head
            + "\n".join(made)
            + f"""
values, kinds = sensors({SENSOR_ROWS}, {derive(now.data_seed, "sensors")})
train, test, kinds, _ = deal(values, kinds, {derive(now.data_seed, "split")})
odd = kinds > 0
"""
        )
    from playground.data import datasets

    source = datasets.load(now.dataset, now.own).script(now.data_seed, 0.0, TEST_SHARE)
    absent = -1 if now.left_out == "none" else int(now.left_out)
    return head + source.strip("\n") + f"\n\ntrain, test, odd = x_train[y_train != {absent}], x_test, y_test == {absent}\n"


def _network() -> str:
    """The very file that the run used, without its imports."""
    text = NETWORK.read_text(encoding="utf-8")
    return f"\n# Network and loss\n{RULE}\n\n" + text[text.index("class Autoencoder") :]


def _setup(now: Autoencoder, given: Lesson, changes: list[Change]) -> str:
    values = {"likelihood": now.judged_by} | {name: getattr(now, name) for name in LIVE}
    table = [{"step": each.step, "values": each.values} for each in changes if each.values]
    streams = {name: derive(now.seed, name) for name in STREAMS}
    return f"""
# Training
{RULE}

now = {values!r}
CHANGES = {table!r}  # made by hand while it ran
train, normal = torch.from_numpy(np.ascontiguousarray(train)), torch.from_numpy(np.ascontiguousarray(test[~odd][:{EVALUATED}]))
torch.manual_seed({derive(now.seed, "weights")})
model = Autoencoder({given.shape!r}, {now.build!r}, {tuple(now.hidden)!r}, {now.latent}, {now.kind!r})
optimizer = torch.optim.Adam(model.parameters(), now["learning_rate"], fused=True)
streams = {{name: torch.Generator().manual_seed(seed) for name, seed in {streams!r}.items()}}


def prepared(inputs):
    return inputs.float() / 255 if inputs.dtype == torch.uint8 else inputs


def spoilt(inputs, stream):
    return corrupted(inputs, now["corruption"], now["amount"], stream) if model.kind == "denoising" else inputs


def beta_at(step):
    return now["beta"] * min(1.0, (step + 1) / now["warm_up"]) if now["warm_up"] else now["beta"]


def apply_changes(step):
    for change in CHANGES:
        if change["step"] == step:
            now.update({{name: value for name, value in change["values"].items() if name in now}})
    for group in optimizer.param_groups:
        group["lr"] = now["learning_rate"]


def measured(inputs, noise_seed, corruption_seed, step):
    inputs = prepared(inputs[:{EVALUATED}])
    noise = torch.randn(len(inputs), model.latent, generator=torch.Generator().manual_seed(noise_seed))
    given = spoilt(inputs, torch.Generator().manual_seed(corruption_seed))
    with torch.no_grad():
        return [each.item() for each in terms(model, given, inputs, noise, now, beta_at(max(0, step - 1)))]


SEEDS = {{"train": {(derive(now.seed, "evaluation", "train"), derive(now.seed, "evaluation corruption", "train"))!r},
         "test": {(derive(now.seed, "evaluation", "test"), derive(now.seed, "evaluation corruption", "test"))!r}}}
"""


def _loop(steps: int) -> str:
    return f"""
apply_changes(0)
for step in range({steps}):
    rows = torch.randint(len(train), (now["batch_size"],), generator=streams["batches"])
    inputs = prepared(train[rows])
    given = spoilt(inputs, streams["corruption"])
    noise = torch.randn(len(rows), model.latent, generator=streams["noise"]) if model.kind == "vae" else torch.zeros(())
    loss = terms(model, given, inputs, noise, now, beta_at(step))[0]
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    apply_changes(step + 1)

print("train_loss", repr(measured(train, *SEEDS["train"], {steps})[0]))
for name, value in zip(("test_loss", "reconstruction", "kl"), measured(normal, *SEEDS["test"], {steps})):
    print(name, repr(value))
"""
