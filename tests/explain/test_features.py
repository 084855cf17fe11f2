"""Hooks that are always removed, and receptive fields against gradients."""

import pytest
import torch
from torch import nn

from playground.explain.features import listening, reaches, trace
from playground.networks.vision import SmallCNN, TinyVGG


def hooks(model):
    return sum(len(each._forward_hooks) for each in model.modules())


def small():
    torch.manual_seed(0)
    return SmallCNN(1, (4, 6), 5).eval()


def test_every_layer_is_noted_with_what_it_took_and_the_hooks_are_gone():
    model, picture = small(), torch.rand(1, 1, 20, 20)
    layers = trace(model, picture)
    kinds = [each.kind for each in layers]
    assert kinds == ["conv", "norm", "activation"] * 2 + ["pool"] + ["conv", "norm", "activation"] * 2 + ["mean", "linear"]
    assert [each.source for each in layers] == list(range(-1, len(layers) - 1))
    assert torch.equal(layers[-1].made, model(picture)) and layers[-1].title == "logits" and hooks(model) == 0


def test_hooks_are_removed_when_the_network_fails():
    model = small()
    with pytest.raises(RuntimeError), listening(model):
        model(torch.rand(1, 3, 20, 20))
    assert hooks(model) == 0
    with pytest.raises(RuntimeError):
        trace(model, torch.rand(1, 3, 20, 20))
    assert hooks(model) == 0


def test_layers_used_twice_and_in_place_are_told_apart_and_stay_as_they_were():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True), nn.Conv2d(2, 2, 3), nn.ReLU(inplace=True))
    layers = trace(model, torch.randn(1, 1, 9, 9))
    assert (layers[0].made < 0).any() and (layers[1].made >= 0).all() and model[1].inplace
    vgg = trace(TinyVGG(3, 10).eval(), torch.rand(1, 3, 32, 32))
    assert [each.title for each in vgg if each.kind == "activation"] == ["ReLU 1", "ReLU 2", "ReLU 3", "ReLU 4"]
    assert [each.source for each in vgg] == list(range(-1, len(vgg) - 1))


class AddsInPlace(nn.Module):
    """As timm's residual blocks do it."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.relu = nn.Conv2d(1, 1, 3, padding=1), nn.BatchNorm2d(1), nn.ReLU()

    def forward(self, x):
        y = self.norm(self.conv(x))
        y += x
        return self.relu(y)


def test_a_shortcut_added_in_place_leaves_the_layer_before_it_as_it_answered():
    picture = torch.randn(1, 1, 8, 8)
    conv, norm, relu = trace(AddsInPlace().eval(), picture)
    torch.testing.assert_close(norm.made, norm.module(conv.made))
    torch.testing.assert_close(relu.made, (norm.made + picture).relu())
    assert [each.source for each in (conv, norm, relu)] == [-1, 0, None]


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.last = nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 5, padding=2), nn.Conv2d(1, 1, 3, stride=2)

    def forward(self, x):
        x = self.one(x)
        return self.last(x + self.two(x))


@pytest.mark.parametrize("model", [
    nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(1, 1, 3, dilation=2, padding=2), nn.AvgPool2d(3, 2, 1), nn.Conv2d(1, 1, 5, stride=2)),
    nn.Sequential(nn.Conv2d(1, 1, 5, stride=3, padding=1), nn.ReLU(), nn.Conv2d(1, 1, 1), nn.Conv2d(1, 1, 3, padding="same")),
    Residual(),
], ids=["pools", "strides", "residual"])  # fmt: skip
def test_arithmetic_gives_exactly_the_pixels_that_a_gradient_finds(model):
    """With positive weights and several random pictures every pixel that can reach a unit has a gradient in one of them."""
    for parameter in model.parameters():
        nn.init.uniform_(parameter, 0.5, 1.0)
    pictures = torch.rand(40, 1, 40, 40, generator=torch.Generator().manual_seed(0)).requires_grad_()
    layers = trace(model, pictures)
    for layer, reach in zip(layers, reaches(layers, 40), strict=True):
        for unit in (0, layer.made.shape[2] // 2):
            (slope,) = torch.autograd.grad(layer.made[:, 0, unit, unit].sum(), pictures, retain_graph=True)
            rows = slope.abs().sum((0, 1, 3)).nonzero().ravel()
            first, past = reach.window(unit)
            assert (int(rows[0]), int(rows[-1]) + 1) == (max(0, first), min(40, past)), layer.title
