"""The exported script of a GAN of digits: plain PyTorch, one file, the same images, noise, networks and final losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.experiments.gan_digits import MOST, SOURCES
from playground.functions.gan_losses import OBJECTIVES
from playground.networks.gan_dense import BENDS

if TYPE_CHECKING:
    from playground.experiments.gan_digits import GanDigits

LIVE = ("g_learning_rate", "d_learning_rate", "d_steps", "batch_size", "r1", "gradient_penalty", "clip")


def write(now: GanDigits, steps: int, changes: list[Change]) -> str:
    """The program's text. `changes` are replayed at their steps."""
    from playground.data import datasets

    loading = datasets.load(now.dataset).loading()  # type: ignore[attr-defined]
    return "\n".join([_head(now, steps, loading), _networks(now), _updates(now), _loop(now, steps, changes)])


def _head(now: GanDigits, steps: int, loading: str) -> str:
    return f'''"""{now.title}: {SOURCES[now.dataset]}, {steps} steps of plain PyTorch.

A conditional GAN (Mirza and Osindero 2014) of dense layers, loss: {OBJECTIVES[now.loss].title} ({OBJECTIVES[now.loss].source}).
float64 throughout, so that the losses below agree with the ones on screen to many digits.
Needs: pip install torch numpy scikit-learn torchvision
"""

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)

# Images ----------------------------------------------------------------------------------------------------------------------

{loading}
if len(targets) > {MOST}:
    rows = np.sort(np.random.default_rng({derive(0, "images")}).permutation(len(targets))[:{MOST}])
    images, targets = images[rows], targets[rows]
real = torch.from_numpy(images.reshape(len(images), -1).astype(np.float64) / 127.5 - 1)
targets = torch.from_numpy(targets)
count, pixels = int(targets.max()) + 1, real.shape[1]
marks = torch.eye(count, dtype=torch.float64)
'''


def _networks(now: GanDigits) -> str:
    from playground.experiments.gan_digits_trainer import ACTIVATION, WALL_ROWS

    seeds = {name: derive(now.seed, name) for name in ("generator", "discriminator", "batches", "noise", "mix", "evaluation")}
    return f'''
# Two networks ------------------------------------------------------------------------------------------------------------


def network(sizes, stream):
    """Dense layers with Xavier-uniform weights (Glorot and Bengio 2010), biases 0."""
    layers = []
    for number, (a, b) in enumerate(zip(sizes, sizes[1:])):
        linear, last = torch.nn.Linear(a, b).double(), number == len(sizes) - 2
        torch.nn.init.xavier_uniform_(linear.weight, gain=1.0 if last else {BENDS[ACTIVATION].gain!r}, generator=stream)
        torch.nn.init.zeros_(linear.bias)
        layers += [linear] if last else [linear, {BENDS[ACTIVATION].torch_module}]
    return torch.nn.Sequential(*layers)


streams = {{name: torch.Generator().manual_seed(seed) for name, seed in {seeds!r}.items()}}
G = network(({now.latent_dimensions} + count, *{now.g_hidden!r}, pixels), streams["generator"])
D = network((pixels + count, *{now.d_hidden!r}, 1), streams["discriminator"])


def noise(rows):
    return torch.randn(rows, {now.latent_dimensions}, generator=streams["noise"], dtype=torch.float64)


def sample(z, classes):
    return torch.tanh(G(torch.cat([z, marks[classes]], 1)))


fixed_classes = torch.arange(count).repeat({WALL_ROWS})
fixed_noise = torch.randn(len(fixed_classes), {now.latent_dimensions}, generator=streams["evaluation"], dtype=torch.float64)
fixed_rows = torch.randint(len(real), (len(fixed_classes),), generator=streams["evaluation"])
'''


def _updates(now: GanDigits) -> str:
    goal = OBJECTIVES[now.loss]
    real, fake, generator = goal.code
    penalty = """    if now["gradient_penalty"]:
        share = torch.rand(len(rows), 1, generator=streams["mix"], dtype=torch.float64)
        norms = slopes(share * real_images + (1 - share) * fakes).norm(dim=1)
        value = value + now["gradient_penalty"] * ((norms - 1) ** 2).mean()
""" if goal.penalty else ""  # fmt: skip
    clipped = """    with torch.no_grad():
        for each in D.parameters():
            each.clamp_(-now["clip"], now["clip"])
""" if goal.clips else ""  # fmt: skip
    return f'''
# The two updates -----------------------------------------------------------------------------------------------------------

now = { {name: getattr(now, name) for name in LIVE}!r}
g_optimizer = torch.optim.Adam(G.parameters(), lr=now["g_learning_rate"], betas=(0.5, 0.999))
d_optimizer = torch.optim.Adam(D.parameters(), lr=now["d_learning_rate"], betas=(0.5, 0.999))


def real_loss(d):
    return {real}


def fake_loss(d):
    return {fake}


def generator_loss(d):
    return {generator}


def slopes(x):
    """The gradient of D by the pixels alone, at every row of x."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(D(x).sum(), x, create_graph=True)[0][:, :pixels]


def draw():
    rows = torch.randint(len(real), (now["batch_size"],), generator=streams["batches"])
    return rows, targets[rows], noise(len(rows))


def teach_discriminator():
    rows, classes, z = draw()
    with torch.no_grad():
        fakes = torch.cat([sample(z, classes), marks[classes]], 1)
    real_images = torch.cat([real[rows], marks[classes]], 1)
    value = real_loss(D(real_images)).mean() + fake_loss(D(fakes)).mean()
{penalty}    if now["r1"]:
        value = value + now["r1"] / 2 * (slopes(real_images) ** 2).sum(1).mean()
    d_optimizer.zero_grad()
    value.backward()
    d_optimizer.step()
{clipped}

def teach_generator():
    _, classes, z = draw()
    value = generator_loss(D(torch.cat([sample(z, classes), marks[classes]], 1))).mean()
    g_optimizer.zero_grad()
    value.backward()
    g_optimizer.step()
'''


def _loop(now: GanDigits, steps: int, changes: list[Change]) -> str:
    table = [{"step": each.step, "values": each.values} for each in changes if each.step <= steps and each.values]
    return f'''

CHANGES = {table!r}  # made by hand while it ran


def apply_changes(step):
    for change in CHANGES:
        if change["step"] == step:
            now.update({{name: value for name, value in change["values"].items() if name in now}})
    for optimizer, side in ((g_optimizer, "g"), (d_optimizer, "d")):
        optimizer.param_groups[0]["lr"] = now[side + "_learning_rate"]


apply_changes(0)
for step in range({steps}):
    for _ in range(now["d_steps"]):
        teach_discriminator()
    teach_generator()
    apply_changes(step + 1)

with torch.no_grad():
    on_fake = D(torch.cat([sample(fixed_noise, fixed_classes), marks[fixed_classes]], 1))
    on_real = D(torch.cat([real[fixed_rows], marks[targets[fixed_rows]]], 1))
    print("d_loss", repr((real_loss(on_real).mean() + fake_loss(on_fake).mean()).item()))
    print("g_loss", repr(generator_loss(on_fake).mean().item()))
'''
