"""The sum behind every pixel is the pixel, for every kind of layer; and what moving and exciting do, on untrained networks."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.core.experiment import Experiment
from playground.experiments import convolution_excite, convolution_networks, convolution_shift
from playground.experiments.convolution_excite import Excite, answer, chosen_filters, target
from playground.experiments.convolution_network_script import feature_script
from playground.experiments.convolution_networks import Network
from playground.explain import convolution_fields, convolution_inside, convolution_moving, convolution_tops
from playground.networks.vision import SmallCNN, TinyVGG
from playground.zoo.recipes import vision

SEEN = {"picture": "digit-3", "drawing": "", "upload": ""}
DIGIT_NAMES = tuple("0123456789")


@pytest.fixture(params=["digits-cnn", "explainer-cnn", "cifar10-resnet"])
def opened(request, monkeypatch):
    torch.manual_seed(0)
    shape = (1, 28, 28) if request.param == "digits-cnn" else (3, 32, 32)
    makers = {"digits-cnn": lambda: SmallCNN(1, (14, 16, 16), 10), "explainer-cnn": lambda: TinyVGG(3, 10), "cifar10-resnet": vision.RECIPES["cifar10-resnet"].build}
    module = makers[request.param]()
    for each in module.modules():
        if isinstance(each, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(each.running_mean, -0.3, 0.3), torch.nn.init.uniform_(each.running_var, 0.5, 2), torch.nn.init.uniform_(each.bias, -0.2, 0.2)
            torch.nn.init.uniform_(each.weight, 0.5, 1.5)
    made = Network(request.param, module.eval(), DIGIT_NAMES, shape, (0.3,) * shape[0], (0.4,) * shape[0])
    for room in (convolution_networks, convolution_excite, convolution_inside, convolution_fields, convolution_moving, convolution_tops):
        monkeypatch.setattr(room, "network", lambda name: made)
    for kept in (convolution_inside._traced, convolution_fields._noise, convolution_fields._seen, convolution_moving._everywhere, convolution_tops._answers,
                 convolution_tops.collection):  # fmt: skip
        kept.cache_clear()
    yield made
    for kept in (convolution_inside._traced, convolution_fields._noise, convolution_fields._seen, convolution_moving._everywhere, convolution_tops._answers,
                 convolution_tops.collection):  # fmt: skip
        kept.cache_clear()


def test_every_pixel_is_explained_by_the_numbers_shown(opened):
    layers, _, _ = convolution_inside.traced(opened.name, SEEN)
    for number, layer in enumerate(layers):
        for place in ((0, 0, 0), (3, 2, 1), (9, 99, 99)):
            unit = convolution_inside.unit(opened.name, SEEN, number, *place)
            if "sums" in unit:
                assert layer.kind in ("conv", "linear")
                shown = unit["sums"].sum() + unit["bias"]
                assert np.allclose(unit["products"].sum((1, 2)), unit["sums"][unit["order"][: len(unit["products"])]], atol=1e-5)
            elif "deviation" in unit:
                shown = (unit["input"] - unit["mean"]) / unit["deviation"] * unit["scale"] + unit["shift"]
            elif "window_values" in unit:
                shown = {"largest": np.max, "mean": np.mean}[unit["how"]](unit["window_values"])
            else:
                shown = max(0.0, unit["input"])
            assert shown == pytest.approx(unit["value"], abs=2e-5), (layer.title, place)


def test_maps_and_answer_are_those_of_the_network(opened):
    found = convolution_inside.feature_maps(opened.name, SEEN)
    with torch.no_grad():
        logits = opened.module(opened.normal(found["pixels"] / 255.0)[None])[0]
    assert np.allclose(found["logits"], logits, atol=2e-3) and found["probabilities"].sum() == pytest.approx(1)
    assert all(found[f"map_{i}"].ndim == 3 for i in range(len(found["titles"])))
    assert len(found["steps"]) >= 2 and found["step_0"].shape[2] == 3


def test_the_script_prints_the_same_logits(opened, tmp_path):
    from safetensors.torch import save_file

    pixels = np.round(convolution_networks.given(opened.name, SEEN).pixels * 255).astype(int)
    save_file({key: value.contiguous() for key, value in opened.module.state_dict().items()}, tmp_path / f"{opened.name}.safetensors")
    (tmp_path / "script.py").write_text(feature_script(opened, pixels))
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-800:]
    printed = {line.split()[0]: float(line.split()[1]) for line in done.stdout.splitlines()[-10:]}
    with torch.no_grad():
        logits = opened.module(opened.normal(pixels / 255.0)[None])[0]
    assert [printed[name] for name in opened.classes] == pytest.approx(logits.tolist(), abs=1e-4)


def test_no_gradient_lies_outside_the_field_that_arithmetic_gives(opened):
    for layer in range(len(convolution_inside.traced(opened.name, SEEN)[0])):
        found = convolution_fields.field(opened.name, SEEN, layer, 1, 3, 3)
        top, left, bottom, right = (int(min(max(each, 0), opened.shape[1])) for each in found["window"])
        outside = found["noise"].copy()
        outside[top:bottom, left:right] = 0
        assert outside.max() == 0 and found["side_half"] <= found["side_noise"] <= found["side"] + 1e-9


def test_fields_grow_with_depth(opened):
    found = convolution_fields.growth(opened.name)
    assert (np.diff(found["theoretical"]) >= 0).all() and (found["half"] <= found["effective"]).all() and found["effective"][0] == pytest.approx(3)


def test_the_strongest_pictures_are_strongest(opened, monkeypatch):
    monkeypatch.setattr(convolution_tops, "CROPS", ((8, 8),))
    found = convolution_tops.strongest(opened.name, 2, 3)
    made = answer(opened, target(opened, 2).module, torch.from_numpy(convolution_tops.collection(opened.name)).float() / 255)
    every = made[:, 3].flatten(1).max(1).values.detach().numpy()
    assert np.allclose(found["values"], np.sort(every)[::-1][: convolution_tops.BEST], atol=1e-5)
    assert found["windows"].shape == (convolution_tops.BEST, 4) and (found["windows"][:, 2] - found["windows"][:, 0] == (9 if "resnet" in opened.name else 5)).all()


def test_filters_beyond_the_last_are_the_last():
    assert chosen_filters(10, 8, 4) == [6, 7, 8, 9] and chosen_filters(3, 0, 12) == [0, 1, 2] and chosen_filters(24, 5, 1) == [5]


@pytest.mark.parametrize("layer", [1, 3, 20])
def test_the_ascent_climbs(opened, layer):
    trainer = Excite(layer=layer, count=4, steps=40).trainer()
    before = trainer.metrics()["activation"]
    trainer.advance(25)
    view = trainer.view()
    assert trainer.metrics()["activation"] > before and view.images.dtype == np.uint8 and view.activations.shape == (4,)
    assert isinstance(trainer.experiment, Experiment) and not any(each._forward_hooks for each in opened.module.modules())


def test_blur_calms_and_noise_excites(opened):
    def rough(**changes):
        trainer = Excite(count=1, layer=2, **changes).trainer()
        trainer.advance(15)
        return trainer.metrics()["roughness"]

    assert rough(blur=1.0) < rough() < rough(blur=0.0, decay=0.0, jitter=0)


def test_no_move_changes_nothing_and_a_convolution_moves_along(opened):
    still = convolution_moving.answers(opened.name, SEEN, 0.0, 0.0, 0.0, 1.0, False)
    assert np.nanmax(still["drift"]) == 0 and still["change"].max() == 0 and np.allclose(still["probabilities"], still["before"])
    moved = convolution_moving.answers(opened.name, SEEN, 4.0, 0.0, 0.0, 1.0, False)
    assert moved["drift"][0] < 0.35 * moved["change"][0]
    if "rival" in moved:
        assert moved["rival"].shape == (10,) and moved["rival"].sum() == pytest.approx(1, abs=1e-5)


def test_the_map_of_moves_agrees_with_single_moves(opened):
    found = convolution_moving.everywhere(opened.name, SEEN)
    far = convolution_shift.FAR
    for right, up in ((0, 0), (-far, 3), (5, far)):
        one = convolution_moving.answers(opened.name, SEEN, float(right), float(up), 0.0, 1.0, False)
        assert found["network"][up + far, right + far] == pytest.approx(one["probabilities"][found["best"]], abs=1e-4)
    assert found["turned"][len(found["turns"]) // 2] == pytest.approx(found["network"][far, far], abs=1e-4)
