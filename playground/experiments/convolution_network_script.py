"""The program to take home from inside a network: the network written out, its bundled weights, and every feature map by hooks."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np

from playground.core.errors import UserError

if TYPE_CHECKING:
    from playground.experiments.convolution_networks import Network

HEAD = '''"""Every feature map of {name} for one picture. Put {name}.safetensors beside this file."""

import torch
from safetensors.torch import load_file
from torch import nn

'''
BODY = '''
model = {build}
model.load_state_dict({{key: value.float() if value.is_floating_point() else value for key, value in load_file("{name}.safetensors").items()}})
model.eval()

# {shape} bytes, brought to the mean and deviation of the training pictures.
picture = torch.tensor({pixels}, dtype=torch.float32) / 255
mean, std = torch.tensor({mean}).view(-1, 1, 1), torch.tensor({std}).view(-1, 1, 1)

maps = []
hooks = [layer.register_forward_hook(lambda layer, given, made: maps.append((type(layer).__name__, made))) for layer in model.modules() if not any(layer.children())]
with torch.no_grad():
    logits = model(((picture - mean) / std)[None])[0]
for hook in hooks:
    hook.remove()

for place, (name, made) in enumerate(maps):
    print(place, name, tuple(made.shape[1:]), "largest", made.abs().max().item())
classes = {classes}
for name, logit, share in sorted(zip(classes, logits.tolist(), logits.softmax(0).tolist()), key=lambda row: -row[1]):
    print(name, logit, share)
'''


def feature_script(opened: Network, pixels: np.ndarray) -> str:
    """A program that prints every layer's shape and the logits of `pixels` (channels, height, width) whole numbers 0 to 255.

    Raises:
        UserError: For a network that is not written out in this project's own few classes.
    """
    from playground.networks import vision

    kind = type(opened.module).__name__
    if kind == "SmallCNN":
        source = inspect.getsource(vision.ConvolutionBlock) + "\n\n" + inspect.getsource(vision.SmallCNN)
        widths = tuple(stage[0][0].out_channels for stage in opened.module.features if not hasattr(stage, "kernel_size"))
        build = f"SmallCNN({opened.shape[0]}, {widths}, {len(opened.classes)})"
    elif kind == "TinyVGG":
        source = inspect.getsource(vision.TinyVGG)
        build = f"TinyVGG({opened.shape[0]}, {len(opened.classes)})"
    else:
        raise UserError(f"{opened.name} is built by another library and has no short program.", "Take its weights home instead.")
    facts = {"mean": list(opened.mean), "std": list(opened.std), "classes": opened.classes, "shape": " × ".join(map(str, opened.shape))}
    body = BODY.format(build=build, name=opened.name, pixels=pixels.tolist(), **facts)
    return HEAD.format(name=opened.name) + "\n" + source + "\n" + body
