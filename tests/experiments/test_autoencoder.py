"""Autoencoders: their losses against the books, what they learn, what their views hold."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.core.randomness import derive
from playground.experiments.autoencoder import Autoencoder
from playground.experiments.autoencoder_data import SENSOR_NAMES, deal, lesson, raw_rows, sensors
from playground.experiments.autoencoder_view import REACH, SHOWN, basis, cells, lattice, tiled
from playground.experiments.autoencoder_words import PRESETS, AutoencoderLook
from playground.functions.autoencoder_axes import principal
from playground.networks import autoencoder as network


def trained(count, /, **values):
    trainer = Autoencoder(**values).trainer()
    trainer.advance(count)
    return trainer


def test_the_divergence_is_that_of_two_normal_distributions():
    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    known = torch.distributions.kl_divergence(torch.distributions.Normal(mean, (0.5 * log_variance).exp()), torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(network.divergence(mean, log_variance), known)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_rebuilding_costs_minus_the_log_probability(likelihood):
    model = network.Autoencoder((1, 8, 8), "dense", (8,), 2, "ae")
    inputs, outputs = torch.rand(4, 1, 8, 8), torch.randn(4, 1, 8, 8)
    found = network.reconstruction(model, outputs, inputs, likelihood, 0.3)
    if likelihood == "bernoulli":
        known = -(inputs * torch.sigmoid(outputs).log() + (1 - inputs) * (1 - torch.sigmoid(outputs)).log()).flatten(1).sum(1)
    else:
        density = torch.distributions.Normal(torch.sigmoid(outputs), 0.3).log_prob(inputs)
        known = -(density + math.log(0.3 * math.sqrt(2 * math.pi))).flatten(1).sum(1)
    torch.testing.assert_close(found, known)


def test_sparsity_is_nothing_at_the_wanted_activity_and_grows_away_from_it():
    at = [float(network.sparsity(torch.full((4, 3), each), 0.1)) for each in (0.1, 0.2, 0.4)]
    assert at[0] == pytest.approx(0, abs=1e-6) and 0 < at[1] < at[2]
    assert at[1] == pytest.approx(3 * (0.1 * math.log(0.5) + 0.9 * math.log(0.9 / 0.8)), rel=1e-4)


@pytest.mark.parametrize("shape, hidden", [((1, 8, 8), (4,)), ((1, 28, 28), (4, 6)), ((3, 19, 19), (4, 5, 6))])
def test_a_convolutional_decoder_returns_the_size_it_came_from(shape, hidden):
    model = network.Autoencoder(shape, "conv", hidden, 5, "vae")
    mean, log_variance = model.encode(torch.rand(2, *shape))
    assert mean.shape == log_variance.shape == (2, 5)
    assert model.decode(mean).shape == (2, *shape)


@pytest.mark.parametrize("way, amount", [("gaussian", 0.5), ("mask", 0.3)])
def test_inputs_are_spoilt_by_as_much_as_asked(way, amount):
    inputs = torch.full((200, 100), 2.0)
    spoilt = network.corrupted(inputs, way, amount, torch.Generator().manual_seed(0))
    found = float((spoilt - inputs).std()) if way == "gaussian" else float((spoilt == 0).float().mean())
    assert found == pytest.approx(amount, rel=0.05)


def test_beta_grows_within_the_warm_up_and_stays():
    now = Autoencoder(beta=2.0, warm_up=100)
    assert [now.beta_at(step) for step in (0, 49, 99, 5000)] == [0.02, 1.0, 2.0, 2.0]
    assert Autoencoder(beta=2.0).beta_at(0) == 2.0


def test_a_vae_learns_and_a_huge_beta_collapses_it():
    good, bad = trained(500), trained(500, beta=100.0)
    start = Autoencoder().trainer().metrics()["test_loss"]
    assert good.metrics()["test_loss"] < 0.75 * start and good.metrics()["kl"] > 0.5
    assert bad.metrics()["kl"] < 0.05 and bad.metrics()["active"] == 0


def test_the_loss_on_screen_is_the_sum_of_its_parts():
    now = trained(30, beta=3.0, warm_up=60).metrics()
    assert now["beta"] == pytest.approx(1.5)
    assert now["test_loss"] == pytest.approx(now["reconstruction"] + 1.5 * now["kl"], rel=1e-5)


def test_faults_of_the_pump_are_found_though_no_single_reading_is_unusual():
    trainer = trained(1500, dataset="sensors", kind="ae", hidden=(24, 12), likelihood="gaussian")
    assert trainer.metrics()["auc"] > 0.9
    given = trainer.lesson
    single = np.abs(given.test).max(1)  # the largest deviation of any one column
    normal, odd = single[~given.odd], single[given.odd]
    assert (odd[:, None] > normal).mean() < 0.8


def test_sensors_are_dealt_out_with_normal_rows_alone_to_learn_from():
    values, kinds = sensors(500, 3)
    train, test, left, rows = deal(values, kinds, 4)
    assert len(train) + len(test) == 500 and (kinds[np.setdiff1d(np.arange(500), rows)] == 0).all()
    assert np.abs(train.mean(0)).max() < 1e-4 and np.allclose(train.std(0), 1, atol=1e-4)
    assert (left == kinds[rows]).all() and set(left) == {0, 1, 2, 3}


def test_a_row_is_listed_in_its_own_units():
    now = Autoencoder(dataset="sensors")
    given = lesson(now)
    cells_ = raw_rows(now, given, 5)
    assert tuple(cells_) == SENSOR_NAMES
    values, _ = sensors(2400, derive(0, "sensors"))
    assert list(cells_.values()) == [round(float(each), 2) for each in values[given.rows[5]]]


def test_a_class_left_out_is_in_the_test_part_alone():
    given = lesson(Autoencoder(left_out="4"))
    whole = lesson(Autoencoder())
    assert len(given.train) < len(whole.train) and len(given.test) == len(whole.test)
    assert (given.targets[given.odd] == 4).all() and (given.targets[~given.odd] != 4).all() and given.odd.any()


@pytest.mark.parametrize(
    "values, field",
    [
        ({"build": "conv", "hidden": ()}, "hidden"),
        ({"build": "conv", "hidden": (65,)}, "hidden"),
        ({"build": "conv", "dataset": "sensors"}, "build"),
        ({"dataset": "own_table"}, "dataset"),
    ],
)
def test_what_cannot_be_built_is_refused_by_name(values, field):
    with pytest.raises(UserError) as refusal:
        Autoencoder(**values)
    assert refusal.value.field == field


def test_the_plane_and_back_is_the_same_place():
    codes = torch.randn(300, 5) * torch.tensor([3.0, 2.0, 0.1, 0.1, 0.1]) + 4
    plane = basis(codes, False)
    places = torch.tensor([[0.5, -1.0], [2.0, 0.3]])
    torch.testing.assert_close(plane.places(plane.codes(places)), places, atol=1e-4, rtol=1e-4)
    assert float(plane.places(codes).std(0)[0]) == pytest.approx(1, rel=0.01)
    straight = basis(codes[:, :2], True)
    torch.testing.assert_close(straight.codes(places), places)


FORLORN = (
    {"left_out": "9", "kind": "sparse", "hidden": (1,), "latent": 64, "learning_rate": 1.0, "batch_size": 2, "steps": 100, "seed": 999_999},
    {"build": "conv", "hidden": (1,), "latent": 64, "learning_rate": 1.0, "batch_size": 512},
    {"build": "conv", "hidden": (1,), "latent": 64, "learning_rate": 1.0, "batch_size": 512, "kind": "ae"},
)


@pytest.mark.parametrize("values", FORLORN)
def test_codes_that_a_hopeless_learning_rate_has_ruined_can_still_be_looked_at(values):
    trainer = trained(0, **values)
    for _ in range(6):
        trainer.advance(1)
        view = trainer.view()
        assert np.isfinite(view["codes"]).all()
        trainer.metrics()


@pytest.mark.parametrize("codes", [torch.zeros(40, 64), torch.full((40, 64), float("nan")), torch.full((40, 5), float("inf")), torch.full((3, 64), 1e30), torch.eye(64)])
def test_codes_that_are_alike_or_no_numbers_have_axes(codes):
    mean, axes, deviations = principal(codes)
    size = codes.shape[1]
    assert mean.shape == deviations.shape == (size,) and (deviations >= 0).all()
    torch.testing.assert_close(axes @ axes.T, torch.eye(size), atol=1e-5, rtol=0)
    assert np.isfinite(basis(codes, False).places(codes)).all()


def test_principal_axes_are_those_of_the_covariance():
    codes = torch.randn(200, 6, generator=torch.Generator().manual_seed(1)) * torch.tensor([5.0, 1.0, 3.0, 0.5, 2.0, 0.1]) + 7
    mean, axes, deviations = principal(codes)
    torch.testing.assert_close(mean, codes.mean(0))
    torch.testing.assert_close(axes.T @ torch.diag(deviations.square()) @ axes, torch.cov(codes.T), atol=1e-3, rtol=1e-3)
    assert (deviations.diff() <= 0).all()


def test_the_grid_of_pictures_lies_as_the_plane_does():
    places = lattice(4)
    assert places[0].tolist() == pytest.approx([-0.75 * REACH, 0.75 * REACH]) and places[-1].tolist() == pytest.approx([0.75 * REACH, -0.75 * REACH])
    look = AutoencoderLook()
    at = look.dragged({"name": "manifold", "x": 0.5, "y": 3.5, "wide": 4})  # the middle of the lowest cell on the left
    assert (at["place_x"], at["place_y"]) == pytest.approx(tuple(places[12].tolist()))
    small = np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1)
    assert tiled(small, 2, 2).tolist() == [[0, 1], [2, 3]]
    assert tiled(small, 1, 4, 1).shape == (1, 7)


@pytest.mark.parametrize("values", [values for _, _, _, values, _ in PRESETS], ids=[key for key, *_ in PRESETS])
def test_every_preset_can_be_run_and_shown(values):
    trainer = trained(3, **values)
    view = trainer.view()
    assert len(view["codes"]) == trainer.normal and np.isfinite(view["codes"]).all() and len(view["unit"]) == trainer.experiment.latent
    if trainer.lesson.images:
        count, rows = cells(8), 3 if values.get("kind") == "denoising" else 2
        assert view["manifold"].shape == (9 * count - 1, 9 * count - 1) and view["pairs"].shape == (9 * rows - 1, 9 * SHOWN - 1)
    else:
        assert len(view["odd_codes"]) == len(trainer.scene()["odd_labels"]) > 0


def test_the_script_repeats_live_changes_of_a_denoising_run(tmp_path):
    trainer = trained(20, dataset="sensors", kind="denoising", latent=3)
    trainer.tune(trainer.experiment.changed(amount=0.1, learning_rate=0.01, batch_size=32))
    trainer.advance(20)
    text = Autoencoder(dataset="sensors", kind="denoising", latent=3).script(40, [Change(step=20, values={"amount": 0.1, "learning_rate": 0.01, "batch_size": 32})])
    (tmp_path / "script.py").write_text(text)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-1000:]
    printed = {line.split()[0]: float(line.split()[1]) for line in done.stdout.splitlines()}
    assert printed["test_loss"] == pytest.approx(trainer.metrics()["test_loss"], rel=1e-6)


def test_a_run_with_a_hopeless_learning_rate_ends_in_words():
    trainer = trained(60, kind="ae", dataset="sensors", hidden=(64, 64, 64), learning_rate=1.0, sigma=0.05)
    trainer.view()
    trainer.batch_loss = torch.tensor(float("nan"))
    assert trainer.diverged and "learning rate" in trainer.stop_reason


def test_a_click_on_a_code_leads_the_way_on_to_it():
    look = AutoencoderLook(first=3, second=8)
    assert look.dragged({"name": "pick", "number": 20}) == {"first": 8, "second": 20}
    assert look.dragged({"name": "pick", "number": 8}) == {}  # it ends there already
