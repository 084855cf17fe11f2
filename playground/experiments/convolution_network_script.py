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

RESIDUAL = '''class Block(nn.Module):
    """Two convolutions, and a shortcut around them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.act1, self.act2 = nn.ReLU(), nn.ReLU()

    def forward(self, x):
        y = self.bn2(self.conv2(self.act1(self.bn1(self.conv1(x)))))
        return self.act2(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """A stem, three stages of one block each, the average over the plane and one linear layer; named as in timm."""

    def __init__(self, channels, stem, widths, strides, classes):
        super().__init__()
        self.conv1, self.bn1, self.act1 = nn.Conv2d(channels, stem, 3, 1, 1, bias=False), nn.BatchNorm2d(stem), nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        stages = [nn.Sequential(Block(*each)) for each in zip((stem, *widths), widths, strides)]
        self.layer1, self.layer2, self.layer3 = stages
        self.fc = nn.Linear(widths[-1], classes)

    def forward(self, images):
        x = self.maxpool(self.act1(self.bn1(self.conv1(images))))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))
'''


def feature_script(opened: Network, pixels: np.ndarray) -> str:
    """A program that prints every layer's shape and the logits of `pixels` (channels, height, width) whole numbers 0 to 255.

    Raises:
        UserError: For a network that is not written out in this project's own few classes.
    """
    source, build = written(opened)
    facts = {"mean": list(opened.mean), "std": list(opened.std), "classes": opened.classes, "shape": " × ".join(map(str, opened.shape))}
    body = BODY.format(build=build, name=opened.name, pixels=pixels.tolist(), **facts)
    return HEAD.format(name=opened.name) + "\n" + source + "\n" + body


def written(opened: Network) -> tuple[str, str]:
    """A network's classes as source, and the expression that builds it.

    Raises:
        UserError: As `feature_script`.
    """
    from playground.networks import vision

    kind = type(opened.module).__name__
    if kind == "SmallCNN":
        source = inspect.getsource(vision.ConvolutionBlock) + "\n\n" + inspect.getsource(vision.SmallCNN)
        widths = tuple(stage[0][0].out_channels for stage in opened.module.features if not hasattr(stage, "kernel_size"))
        return source, f"SmallCNN({opened.shape[0]}, {widths}, {len(opened.classes)})"
    if kind == "TinyVGG":
        return inspect.getsource(vision.TinyVGG), f"TinyVGG({opened.shape[0]}, {len(opened.classes)})"
    if kind == "ResNet" and not any(opened.module.layer4.children()):
        stages = [stage[0] for stage in (opened.module.layer1, opened.module.layer2, opened.module.layer3)]
        widths, strides = ([getattr(each.conv1, name) for each in stages] for name in ("out_channels", "stride"))
        return RESIDUAL, f"ResNet({opened.shape[0]}, {opened.module.conv1.out_channels}, {widths}, {[each[0] for each in strides]}, {len(opened.classes)})"
    raise UserError(f"{opened.name} is built by another library and has no short program.", "Take its weights home instead.")
