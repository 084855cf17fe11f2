"""Explanations against captum and against formulas written out; layers of CNN, ViT and Swin; and hooks that go."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.experiments import images_models
from playground.experiments.images_methods import METHODS
from playground.experiments.images_models import Classifier
from playground.explain import attribution, attribution_layers, attribution_score, attribution_studio

ARCHITECTURES = {
    "test_resnet": ("planes", 5, 0), "test_vit": ("tokens", 10, 1), "test_convnext": ("planes", 5, 0), "test_efficientnet": ("planes", 5, 0),
    "swin_tiny_patch4_window7_224": ("last", 2, 0), "deit_tiny_distilled_patch16_224": ("tokens", 4, 2),
}  # fmt: skip


def opened(architecture, monkeypatch, **options):
    import torch

    timm = images_models._timm()
    torch.manual_seed(0)
    if architecture.startswith(("swin", "deit")):
        options = {"img_size": 64, "depth": 3} if architecture.startswith("deit") else {"img_size": 64, "window_size": 2, "depths": (1, 1, 1, 2)}
    model = timm.create_model(architecture, pretrained=False, num_classes=7, **options)
    images_models._still(model)
    side = 64 if options else 160
    made = Classifier(architecture, model, tuple("abcdefg"), (3, side, side), (0.5,) * 3, (0.5,) * 3, "small", 0, 0)
    attribution_layers.layers.cache_clear()
    monkeypatch.setattr(attribution_layers, "classifier", lambda _name: made)
    return made, torch.rand(1, 3, side, side) * 2 - 1


def hooks(module):
    return sum(len(each._forward_hooks) + len(each._forward_pre_hooks) + len(each._backward_hooks) for each in module.modules())


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_layer_is_found_for_every_family_and_no_hook_stays(architecture, monkeypatch):
    made, picture = opened(architecture, monkeypatch)
    kind, side, prefix = ARCHITECTURES[architecture]
    place = attribution_layers.chosen(architecture)
    assert (place.kind, place.height, place.width, place.prefix) == (kind, side, side, prefix)
    offered = attribution_layers.offered(architecture)
    assert offered["automatic"] in offered["names"] and len(offered["names"]) <= attribution_layers.OFFERED + 1
    for method in ("gradcam", "gradcam++", "layercam"):
        found = attribution.explain(made, picture, 2, method)
        assert found.values.shape == made.shape[1:] and np.isfinite(found.values).all() and found.values.min() >= 0 and found.asked == 1
        attribution.explain(made, picture, 2, method, layer=offered["names"][0])
    assert hooks(made.module) == 0


def test_rollout_is_for_networks_that_keep_their_tokens(monkeypatch):
    made, picture = opened("test_vit", monkeypatch)
    weights = attribution.attentions(made, picture)
    assert len(weights) > 1 and all(np.allclose(each.sum(-1), 1, atol=1e-5) for each in weights)
    found = attribution.explain(made, picture, 0, "rollout").values
    assert found.shape == (160, 160) and found.min() >= 0 and all(each.fused_attn for each in made.module.modules() if hasattr(each, "fused_attn"))
    for other, words in (("test_resnet", "has no attention"), ("swin_tiny_patch4_window7_224", "windows")):
        made, picture = opened(other, monkeypatch)
        with pytest.raises(UserError, match=words):
            attribution.explain(made, picture, 0, "rollout")
        assert hooks(made.module) == 0


def test_hooks_go_when_the_network_fails(monkeypatch):
    made, picture = opened("test_resnet", monkeypatch)
    attribution_layers.layers("test_resnet")
    for method in METHODS:
        with pytest.raises((RuntimeError, IndexError, UserError)):
            attribution.explain(made, picture[:, :2], 0, method)  # a channel is missing
        assert hooks(made.module) == 0
    with pytest.raises(UserError, match="no layer of this network"):
        attribution.explain(made, picture, 0, "gradcam", layer="nowhere")
    with pytest.raises(UserError, match="none of the 7 classes"):
        attribution.explain(made, picture, 7, "gradcam")


def test_gradients_and_perturbation_agree_with_captum(monkeypatch):
    attr = pytest.importorskip("captum.attr")
    import torch

    made, picture = opened("test_resnet", monkeypatch)
    given = picture.clone().requires_grad_()
    black = made.normal(torch.zeros(made.shape))[None]
    side, jump = round(0.2 * 160), round(0.2 * 160 / 2)
    rivals = {
        "saliency": attr.Saliency(made.module).attribute(given, target=2)[0].amax(0),
        "inputgrad": attr.InputXGradient(made.module).attribute(given, target=2)[0].sum(0),
        "integrated": attr.IntegratedGradients(made.module).attribute(given, black, target=2, n_steps=16)[0].sum(0),
        "occlusion": attr.Occlusion(made.module).attribute(picture, (3, side, side), strides=(3, jump, jump), baselines=0, target=2)[0, 0],
    }
    for method, rival in rivals.items():
        mine = attribution.explain(made, picture, 2, method, steps=16).values
        assert np.abs(mine - rival.detach().numpy()).max() <= 1e-4 * np.abs(mine).max(), method
    rough, quiet = attribution.explain(made, picture, 2, "saliency").values, attribution.explain(made, picture, 2, "smoothgrad", noise=0.0, steps=8).values
    assert np.allclose(rough, quiet, atol=1e-5 * rough.max())  # without noise SmoothGrad is saliency
    again = [attribution.explain(made, picture, 2, "smoothgrad", noise=0.2, steps=8).values for _ in range(2)]
    assert np.array_equal(*again) and not np.allclose(again[0], rough)


def test_class_activation_maps_are_their_formulas(monkeypatch):
    import torch

    made, picture = opened("test_resnet", monkeypatch)
    place = attribution_layers.chosen("test_resnet")
    maps, slopes = attribution.activation(made, picture, 3, place)
    head = made.module.forward_head
    leaf = made.module.forward_features(picture).detach().requires_grad_()
    (slope,) = torch.autograd.grad(head(leaf)[0, 3], leaf)
    assert torch.allclose(maps, leaf.detach()[0], atol=1e-5) and torch.allclose(slopes, slope[0], atol=1e-6)
    weights = slopes.mean((1, 2))
    assert torch.allclose(attribution.gradcam(maps, slopes), torch.einsum("k,khw->hw", weights, maps).relu(), atol=1e-6)
    assert torch.allclose(attribution.layercam(maps, slopes), (slopes.clamp_min(0) * maps).sum(0).clamp_min(0))
    alpha = slopes**2 / (2 * slopes**2 + maps.sum((1, 2))[:, None, None] * slopes**3)
    by_hand = torch.einsum("k,khw->hw", (alpha.nan_to_num() * slopes.relu()).sum((1, 2)), maps).relu()
    assert torch.allclose(attribution.gradcam_pp(maps, slopes), by_hand, rtol=1e-3, atol=1e-4)


def test_integrated_gradients_add_up_to_the_score_gained(monkeypatch):
    import torch

    made, picture = opened("test_vit", monkeypatch)
    found = attribution.explain(made, picture, 1, "integrated", steps=64)
    with torch.no_grad():
        ends = made.module(torch.cat([picture, made.normal(torch.zeros(made.shape))[None]]))[:, 1]
    assert found.values.sum() == pytest.approx(float(ends[0] - ends[1]), rel=0.05) and found.gap < 0.05 and found.asked == 66


def test_a_true_map_beats_chance_and_the_upside_down_one():
    import torch

    class Corner(torch.nn.Module):
        def forward(self, x):
            inside = x[:, 0, :8, :8].mean((1, 2))
            return torch.stack([8 * inside, torch.zeros_like(inside)], 1)

    made = Classifier("corner", Corner(), ("corner", "not"), (3, 32, 32), (0.0,) * 3, (1.0,) * 3, "small", 0, 0)
    picture = torch.zeros(1, 3, 32, 32)
    picture[:, :, :8, :8] = 1.0
    truth = np.zeros((32, 32), np.float32)
    truth[:8, :8] = 1
    right, wrong, chance = attribution_score.score(made, picture, 0, truth), attribution_score.score(made, picture, 0, -truth), attribution_score.by_chance(made, picture, 0)
    assert right.deletion_area < chance.deletion_area < wrong.deletion_area and right.insertion_area > chance.insertion_area > wrong.insertion_area
    assert attribution_score.area(np.array([1.0, 0.0])) == 0.5 and len(right.deletion) == 25
    assert right.deletion[0] == pytest.approx(right.insertion[-1])


def test_the_studio_explains_a_bundled_network_for_any_class():
    seen = {"picture": "digit-5", "drawing": "", "upload": ""}
    about = attribution_studio.about("digits-cnn")
    assert set(about["methods"]) == set(METHODS) - {"rollout"} and about["automatic"] == "features" and len(about["classes"]) == 10
    own, other = (attribution_studio.picture("digits-cnn", seen, target) for target in (-1, 3))
    assert own["label"] == "5" and other["target"] == 3 and own["picture"].shape == (28, 28, 3)
    fine = {"layer": "", "steps": 16, "noise": 0.1, "patch": 0.2}
    for_five = attribution_studio.explain("digits-cnn", seen, 5, "integrated", **fine)["values"]
    against = attribution_studio.explain("digits-cnn", seen, 3, "integrated", **fine)["values"]
    assert not np.allclose(for_five, against)
    scored = attribution_studio.faithful("digits-cnn", seen, 5, "gradcam", points=12, **fine)
    chance = attribution_studio.faithful("digits-cnn", seen, 5, "chance", points=12, **fine)
    assert scored["insertion_area"] - scored["deletion_area"] > chance["insertion_area"] - chance["deletion_area"]
