"""What layers cost, against what is known otherwise."""

import numpy as np
import pytest
import torch
from torch import nn

from playground.core.errors import UserError
from playground.data import torchvision_table
from playground.experiments import zoo_layers, zoo_open
from playground.explain import zoo_words
from playground.figures import zoo as figures
from playground.zoo import cards, catalogue


def test_a_convolutions_cost_is_its_formula():
    module = nn.Sequential(nn.Conv2d(6, 8, (3, 5), stride=2, groups=2, bias=True), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 7 * 6, 4, bias=False))
    found = zoo_layers.layers(module.eval(), lambda: module(torch.zeros(1, 6, 16, 16)))
    convolution, relu, flatten, linear = found["rows"]
    assert convolution["flops"] == 2 * 3 * 5 * 3 * 8 * 7 * 6 and convolution["parameters"] == 3 * 5 * 3 * 8 + 8
    assert linear["flops"] == 2 * 8 * 7 * 6 * 4 and relu["flops"] == flatten["flops"] == 0
    assert relu["bytes"] == 4 * 8 * 7 * 6 and found["seconds"] > 0
    assert f"{convolution['flops']:,}".replace(",", r"\,") in zoo_words.maths(convolution) and "2 groups" in zoo_words.maths(convolution)


def test_parameters_count_once_and_also_where_a_module_uses_its_parts_without_calling_them():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.twice, self.silent = nn.Linear(4, 4), nn.Linear(4, 3)

        def forward(self, x):
            return torch.nn.functional.linear(self.twice(self.twice(x)), self.silent.weight, self.silent.bias)

    module = Odd()
    found = zoo_layers.layers(module, lambda: module(torch.zeros(1, 4)), timed=False)
    assert found["parameters"] == sum(each.numel() for each in module.parameters())
    assert [row["parameters"] for row in found["rows"]] == [20, 0, 15] and found["flops"] == 2 * 16 + 2 * 16 + 2 * 12


def test_attention_is_counted_and_named():
    layer = nn.MultiheadAttention(8, 2, batch_first=True).eval()
    tokens = torch.zeros(1, 5, 8)
    found = zoo_layers.layers(layer, lambda: layer(tokens, tokens, tokens, need_weights=False), timed=False)
    assert any(row["kind"] == "attention" for row in found["rows"])
    assert found["flops"] == 2 * 5 * 8 * 24 + 2 * 5 * 8 * 8 + 2 * (2 * 5 * 5 * 8)


def test_hooks_are_gone_afterwards_also_when_the_call_fails():
    module = nn.Sequential(nn.Linear(4, 2))
    with pytest.raises(UserError, match="could not be called"):
        zoo_layers.layers(module, lambda: module(torch.zeros(1, 5)))
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in module.modules())


@pytest.mark.parametrize("name", [each.name for each in catalogue.models().values() if each.source == "bundled"])
def test_every_bundled_model_can_be_looked_into(name):
    found, model = zoo_open.anatomy(name), catalogue.model(name)
    if not found["rows"]:
        assert sum(each[3] for each in found["arrays"]) > 0
        return
    assert found["flops"] == sum(row["flops"] for row in found["rows"]) > 0 and found["live"] and found["input"]
    if model.family in ("", "agents", "gan", "autoencoder"):
        assert found["parameters"] == model.parameters
    assert zoo_words.finding(found) and zoo_words.counted(found) and figures.anatomy(found["rows"], 0).data


@pytest.mark.parametrize("name", ["resnet18", "swin_t", "shufflenet_v2_x0_5"])
def test_laid_out_without_weights_an_architecture_costs_what_its_authors_publish(name):
    published = next(each for each in torchvision_table.entries() if each.architecture == name)
    found = zoo_open.anatomy(f"torchvision:{name}")
    assert found["parameters"] == published.parameters and not found["live"] and found["seconds"] == 0
    assert found["flops"] / 2e9 == pytest.approx(published.operations, rel=0.02)


def test_an_unknown_name_is_said_in_words():
    for name in ("timm:nonsense", "torchvision:nonsense", "nonsense", "hub:nobody/nothing"):
        with pytest.raises(UserError):
            zoo_open.anatomy(name)


def test_the_published_table_is_what_torchvision_says():
    from playground.core import torchvision_guard

    torchvision_guard.install()
    from torchvision import models

    for each in torchvision_table.entries()[::9]:
        about = models.get_model_weights(each.architecture)[each.weights].meta
        assert (each.parameters, each.top1) == (about["num_params"], pytest.approx(about["_metrics"]["ImageNet-1K"]["acc@1"] / 100))


def test_weights_that_timm_took_over_have_the_published_score_and_others_none():
    from playground.data import timm_table

    taken = [name for name, entry in timm_table.entries().items() if entry.source == "torchvision"]
    assert all(torchvision_table.of_timm(name) is not None for name in taken) and len(taken) > 40
    assert torchvision_table.of_timm("resnet50.tv2_in1k").top1 == pytest.approx(0.80858)
    assert torchvision_table.of_timm("resnet50.a1_in1k") is None


def test_nothing_cheaper_beats_what_stands_on_the_line_of_the_best():
    entries = torchvision_table.entries()
    for across in ("operations", "parameters", "megabytes"):
        best = figures.frontier(entries, across)
        for each in best:
            assert not any(other.top1 > each.top1 and figures.cost(other, across) <= figures.cost(each, across) for other in entries)
        assert figures.published(entries, across).data and zoo_words.bought(best, across) and zoo_words.returns(best, across)


@pytest.mark.parametrize("size", ["parameters", "bytes"])
def test_scores_are_drawn_from_where_guessing_would_stand(size):
    figure = figures.scores(list(catalogue.models().values()), size)
    drawn = {row.split(" · ")[0]: x for trace in figure.data if trace.name for row, x in zip(trace.y, trace.x, strict=True)}
    assert drawn["digits-cnn"] == 100 * cards.card("digits-cnn").scores["test accuracy"] and "vae-digits" not in drawn
    stems = np.array([x for trace in figure.data if trace.mode == "lines" for x in trace.x if x is not None], float).reshape(-1, 2)
    assert len(stems) >= 3 and (stems[:3] >= 0).all()
    order = [row.split(" · ")[0] for row in figure.layout.yaxis.categoryarray]
    sizes = [getattr(catalogue.model(name), size) for name in order]
    assert sizes == sorted(sizes, reverse=True)
