"""The exported script of a GAN run: plain PyTorch, one file, the same data, noise, networks and final losses."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.data import distributions
from playground.experiments.gan_trainer import EVALUATED
from playground.functions.gan_losses import OBJECTIVES
from playground.networks.gan_dense import BENDS
from playground.networks.gan_side import OPTIMIZERS

if TYPE_CHECKING:
    from playground.experiments.gan import Gan

LIVE = ("train", "g_learning_rate", "d_learning_rate", "d_steps", "g_steps", "batch_size", "momentum", "r1", "gradient_penalty", "clip", "blur")


def write(experiment: Gan, steps: int, changes: list[Change]) -> str:
    """The program's text. `changes` are replayed at their steps."""
    return "\n".join([_head(experiment, steps), _data(experiment), _networks(experiment), _losses(experiment), _loop(experiment, steps, changes)])


def _head(now: Gan, steps: int) -> str:
    return f'''"""{now.title}: {distributions.DATASETS[now.dataset]}, {steps} steps of plain PyTorch.

Generator {now.latent_dimensions} → {list(now.g_hidden)} → 2, discriminator 2 → {list(now.d_hidden)} → 1, loss: {OBJECTIVES[now.loss].title}
({OBJECTIVES[now.loss].source}). float64 throughout, so that the losses below agree with the ones on screen to many digits.
Needs: pip install torch numpy
"""

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)  # networks this small only get slower with more
'''


def _data(now: Gan) -> str:
    head = "\n# Data ------------------------------------------------------------------------------------------------------------------\n"
    if now.dataset == distributions.OWN:
        return head + _own(now)
    maker = distributions.MAKERS[now.dataset].make
    return f'''{head}
{inspect.getsource(maker)}

points = {maker.__name__}({distributions.COUNT}, {now.noise!r}, np.random.default_rng({derive(now.data_seed, "points")}))
real = torch.from_numpy(points)
'''


def _own(now: Gan) -> str:
    cloud = now.cloud()
    noise = now.noise if cloud.drawn else 0.0
    return f'''# data.csv beside this file: two columns of coordinates.

{inspect.getsource(distributions.own_samples)}

rows = np.genfromtxt("data.csv", delimiter=",", skip_header=1, dtype=np.float64)
seen = (rows - np.array({cloud.origin.tolist()!r})) / np.array({cloud.scale.tolist()!r})
points, _ = own_samples(seen, {noise!r}, {derive(now.data_seed, "points")})
real = torch.from_numpy(points)
'''


def _layers(sizes: tuple[int, ...], activation: str) -> str:
    rows = []
    for layer, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False)):
        rows.append(f"    torch.nn.Linear({a}, {b}),")
        if layer < len(sizes) - 2:
            rows.append(f"    {BENDS[activation].torch_module},")
    return "\n".join(rows)


def _networks(now: Gan) -> str:
    seeds = {name: derive(now.seed, name) for name in ("generator", "discriminator", "batches", "noise", "mix", "blur", "evaluation")}
    draw = "torch.rand(count, {0}, generator=stream, dtype=torch.float64) * 2 - 1" if now.latent == "uniform" else (
        "torch.randn(count, {0}, generator=stream, dtype=torch.float64)")  # fmt: skip
    return f'''
# Two networks ------------------------------------------------------------------------------------------------------------

G = torch.nn.Sequential(
{_layers((now.latent_dimensions, *now.g_hidden, 2), now.g_activation)}
).double()
D = torch.nn.Sequential(
{_layers((2, *now.d_hidden, 1), now.d_activation)}
).double()
streams = {{name: torch.Generator().manual_seed(seed) for name, seed in {seeds!r}.items()}}


def start(network, gain, stream):
    """Xavier-uniform weights (Glorot and Bengio 2010), biases 0."""
    linear = [each for each in network if isinstance(each, torch.nn.Linear)]
    for each in linear:
        torch.nn.init.xavier_uniform_(each.weight, gain=1.0 if each is linear[-1] else gain, generator=stream)
        torch.nn.init.zeros_(each.bias)


start(G, {BENDS[now.g_activation].gain!r}, streams["generator"])
start(D, {BENDS[now.d_activation].gain!r}, streams["discriminator"])


def noise(count, stream):
    return {draw.format(now.latent_dimensions)}


fixed_noise = noise({EVALUATED}, streams["evaluation"])
fixed_real = real[torch.randint(len(real), ({EVALUATED},), generator=streams["evaluation"])]
'''


def _losses(now: Gan) -> str:
    real, fake, generator = OBJECTIVES[now.loss].code
    return f'''
# Losses: {OBJECTIVES[now.loss].title} --------------------------------------------------------------------------------------


def real_loss(d):
    return {real}


def fake_loss(d):
    return {fake}


def generator_loss(d):
    return {generator}


def slopes(x):
    """The gradient of D at every row of x."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]
'''


def _penalties(now: Gan) -> str:
    if not OBJECTIVES[now.loss].penalty:
        return ""
    return '''    if now["gradient_penalty"]:
        share = torch.rand(count, 1, generator=streams["mix"], dtype=torch.float64)
        norms = slopes(share * real_points + (1 - share) * fakes).norm(dim=1)
        value = value + now["gradient_penalty"] * ((norms - 1) ** 2).mean()
'''


def _loop(now: Gan, steps: int, changes: list[Change]) -> str:
    values = {name: getattr(now, name) for name in LIVE}
    table = [{"step": each.step, "values": each.values} for each in changes if each.step <= steps and each.values]
    made = {name: OPTIMIZERS[getattr(now, f"{name}_optimizer")].code.format(learning_rate=f'now["{name}_learning_rate"]', momentum='now["momentum"]')
            .replace("model", name.upper()) for name in ("g", "d")}  # fmt: skip
    clipped = """    with torch.no_grad():
        for each in D.parameters():
            each.clamp_(-now["clip"], now["clip"])
""" if OBJECTIVES[now.loss].clips else ""  # fmt: skip
    return f'''
# Training ------------------------------------------------------------------------------------------------------------------

now = {values!r}
CHANGES = {table!r}  # made by hand while it ran
g_optimizer = {made["g"]}
d_optimizer = {made["d"]}


def blurred(points):
    if not now["blur"]:
        return points
    return points + now["blur"] * torch.randn(points.shape, generator=streams["blur"], dtype=torch.float64)


def teach_discriminator():
    count = now["batch_size"]
    rows = torch.randint(len(real), (count,), generator=streams["batches"])
    with torch.no_grad():
        seen = blurred(torch.cat([real[rows], G(noise(count, streams["noise"]))]))
    real_points, fakes = seen[:count], seen[count:]
    value = real_loss(D(real_points)).mean() + fake_loss(D(fakes)).mean()
{_penalties(now)}    if now["r1"]:
        value = value + now["r1"] / 2 * (slopes(real_points) ** 2).sum(1).mean()
    d_optimizer.zero_grad()
    value.backward()
    d_optimizer.step()
{clipped}

def teach_generator():
    value = generator_loss(D(blurred(G(noise(now["batch_size"], streams["noise"]))))).mean()
    g_optimizer.zero_grad()
    value.backward()
    g_optimizer.step()


def apply_changes(step):
    for change in CHANGES:
        if change["step"] == step:
            now.update({{name: value for name, value in change["values"].items() if name in now}})
    for optimizer, side in ((g_optimizer, "g"), (d_optimizer, "d")):
        for group in optimizer.param_groups:
            group["lr"] = now[side + "_learning_rate"]
            if group.get("momentum"):
                group["momentum"] = now["momentum"]


apply_changes(0)
for step in range({steps}):
    if now["train"] != "g":
        for _ in range(now["d_steps"]):
            teach_discriminator()
    if now["train"] != "d":
        for _ in range(now["g_steps"]):
            teach_generator()
    apply_changes(step + 1)

with torch.no_grad():
    on_real, on_fake = D(fixed_real), D(G(fixed_noise))
    print("d_loss", repr((real_loss(on_real).mean() + fake_loss(on_fake).mean()).item()))
    print("g_loss", repr(generator_loss(on_fake).mean().item()))
'''
