"""The program to take home from pictures that excite filters: the network written out, and the climb that made the pictures."""

from __future__ import annotations

from typing import Any

from playground.core.randomness import torch_stream
from playground.experiments.convolution_excite import KEPT, KEPT_SQUARE, TINY, Excite, chosen_filters, target
from playground.experiments.convolution_network_script import written
from playground.experiments.convolution_networks import network

HEAD = '''"""Pictures that excite {title} of {name}, grown from noise in {steps} steps. Put {name}.safetensors beside this file.

Gradient ascent on the picture (Erhan et al. 2009), kept natural by jitter, blur and a pull to grey (Olah et al. 2017).
"""

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

torch.set_num_threads(1)


'''
BODY = '''

model = {build}
model.load_state_dict({{key: value.float() if value.is_floating_point() else value for key, value in load_file("{name}.safetensors").items()}})
model.eval().requires_grad_(False)
layer = dict(model.named_modules())["{layer}"]
filters = {filters}
mean, std = torch.tensor({mean}).view(-1, 1, 1), torch.tensor({std}).view(-1, 1, 1)


def activations(pixels):
    """How much each picture, in [0, 1], excites its own filter."""
    found = []
    hook = layer.register_forward_hook(lambda layer, given, made: found.append(made))
    model((pixels - mean) / std)
    hook.remove()
    own = found[0][torch.arange(len(filters)), torch.tensor(filters)]
    return {own}


shape = (len(filters), {shape})
free = 0.1 * torch.randn(shape, generator=torch.Generator().manual_seed({start}))  # the picture is the sigmoid of these
jitter = torch.Generator().manual_seed({shake})
first, second = torch.zeros(shape), torch.zeros(shape)
kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]).div(16).expand(shape[1], 1, 3, 3)
for step in range(1, {steps} + 1):
    down, right = (torch.randint(0, 2 * {jitter} + 1, (2,), generator=jitter) - {jitter}).tolist()
    leaf = free.clone().requires_grad_()
    (slope,) = torch.autograd.grad(activations(leaf.roll((down, right), (2, 3)).sigmoid()).sum(), leaf)
    slope = slope / slope.square().mean((1, 2, 3), keepdim=True).sqrt().clamp_min({tiny})
    first.lerp_(slope, 1 - {kept})
    second.lerp_(slope.square(), 1 - {kept_square})
    move = (first / (1 - {kept}**step)) / ((second / (1 - {kept_square}**step)).sqrt() + {tiny})
    moved = (free + {learning_rate} * move) * (1 - {decay})
    blurred = nn.functional.conv2d(nn.functional.pad(moved, (1, 1, 1, 1), mode="replicate"), kernel, groups=shape[1])
    free = moved.lerp(blurred, {blur})

with torch.no_grad():
    print("activation", activations(free.sigmoid()).double().mean().item())
pixels = (free.sigmoid() * 255).round().byte().numpy()
row = np.concatenate(list(pixels.transpose(0, 2, 3, 1)), 1).squeeze()
Image.fromarray(row).resize((row.shape[1] * 4, row.shape[0] * 4), Image.Resampling.NEAREST).save("excited.png")
'''


def excite_script(values: dict[str, Any], steps: int) -> str:
    """A program that grows the pictures of the settings `values` for `steps` steps, writes them to excited.png and prints their mean activation.

    It holds the settings as they are now; live changes on the way are not repeated.

    Raises:
        UserError: For a network that is built by another library.
    """
    view = Excite(**values)
    opened = network(view.name)
    goal = target(opened, view.layer)
    source, build = written(opened)
    layer = next(name for name, module in opened.module.named_modules() if module is goal.module)
    own = "own" if goal.title == "classes" else "own.mean((1, 2))" if view.goal == "map" else "own[:, own.shape[1] // 2, own.shape[2] // 2]"
    body = BODY.format(
        build=build, name=opened.name, layer=layer, filters=chosen_filters(goal.filters, view.first, view.count), mean=list(opened.mean), std=list(opened.std), own=own,
        shape=", ".join(map(str, opened.shape)), start=torch_stream(view.seed, "start").initial_seed(), shake=torch_stream(view.seed, "jitter").initial_seed(), steps=steps,
        jitter=view.jitter, tiny=TINY, kept=KEPT, kept_square=KEPT_SQUARE, learning_rate=view.learning_rate, decay=view.decay, blur=view.blur,
    )  # fmt: skip
    return HEAD.format(title=goal.title, name=opened.name, steps=steps) + source + body
