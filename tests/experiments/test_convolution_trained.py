"""A network from the training screen, opened from inside."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.experiments import convolution_networks as networks
from playground.experiments.convolution_excite import Excite
from playground.experiments.convolution_inside import FeatureMaps
from playground.experiments.train import Train
from playground.explain import convolution_inside

STACK = "conv 4 | norm | relu | max 2 | conv 6 | relu | flatten | dense 12 | relu"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    networks.network.cache_clear()
    convolution_inside._traced.cache_clear()


def run(stack=STACK, dataset="digits"):
    experiment = Train(dataset=dataset, stack=stack)
    trainer = experiment.trainer()
    trainer.advance(3)
    return experiment.values(), trainer


def test_a_trained_network_answers_as_it_did_and_every_sum_is_explained():
    values, trainer = run()
    view = FeatureMaps(trained=networks.keep(values, trainer.state_dict()), layer=4, channel=3, row=1, column=2)
    found, unit = convolution_inside.feature_maps(**view.asked()), convolution_inside.unit(**view.unit())
    assert unit["kind"] == "convolution" and unit["sums"].sum() + unit["bias"] == pytest.approx(unit["value"], abs=1e-5)
    from playground.experiments.train_predict import predict
    from playground.networks.trained import weights_of

    shares = predict(values, weights_of(trainer.state_dict()), found["pixels"][None])["shares"][0]
    assert np.allclose(found["probabilities"], shares, atol=1e-5) and found["classes"] == list("0123456789")


def test_its_filters_can_be_excited():
    values, trainer = run()
    ascent = Excite(trained=networks.keep(values, trainer.state_dict()), layer=2, count=4).trainer()
    before = ascent.metrics()["activation"]
    ascent.advance(10)
    assert ascent.metrics()["activation"] > before


@pytest.mark.parametrize("stack, dataset", [("flatten | dense 8 | relu", "digits"), ("dense 8 | relu", "wine")])
def test_a_network_without_convolutions_is_refused_in_words(stack, dataset):
    values, trainer = run(stack, dataset)
    with pytest.raises(UserError, match="no network of convolutions"):
        networks.keep(values, trainer.state_dict())


def test_what_is_no_network_on_the_shelf_is_refused_in_words():
    from playground.data import shelf

    digest = shelf.put({"image": np.zeros((4, 4, 3), np.uint8)}, {"kind": "picture"})
    for trained, words in ((digest, "no network"), ("0" * 16, "not on this machine"), ("../etc", "not on this machine")):
        with pytest.raises(UserError, match=words):
            convolution_inside.feature_maps(**FeatureMaps(trained=trained).asked())
