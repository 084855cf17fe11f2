"""Decision boundaries: training, viewing, editing, racing, taking home."""

import numpy as np
import pytest
import torch

from playground.core import packets
from playground.core.errors import UserError
from playground.core.race import race
from playground.data import points
from playground.experiments.boundary import FITTING_LOSSES, PLAYGROUND, Boundary


def test_the_default_solves_the_spiral_within_twenty_epochs():
    trainer = Boundary().trainer()
    trainer.advance(20 * trainer.steps_per_epoch)
    assert trainer.metrics()["test_accuracy"] > 0.9


def test_the_tensorflow_playground_preset_learns_the_spiral():
    trainer = Boundary(**PLAYGROUND).trainer()
    trainer.advance(300 * trainer.steps_per_epoch)
    assert trainer.metrics()["test_loss"] < 0.05
    assert trainer.steps_per_epoch == 25 and len(trainer.material.train_inputs) == 250


@pytest.mark.parametrize("dataset", points.MAKERS)
def test_every_data_set_is_split_without_overlap_and_can_be_learnt(dataset):
    experiment = Boundary(dataset=dataset, hidden_sizes=(16, 16), noise=0.0)
    data = experiment.points()
    assert sorted([*data.train, *data.test]) == list(range(experiment.count))
    assert np.abs(data.inputs).max() < 8.5
    trainer = experiment.trainer()
    before = trainer.metrics()["train_loss"]
    trainer.advance(40 * trainer.steps_per_epoch)
    assert trainer.metrics()["train_loss"] < 0.7 * before


@pytest.mark.parametrize("dataset", ["circle", "xor", "gaussians", "moons", "checkerboard"])
def test_two_classes_are_balanced_and_noise_changes_the_data(dataset):
    clean, noisy = (points.load(dataset, "", 400, noise, 2, 0.5, 0) for noise in (0.0, 0.5))
    assert 0.3 < clean.targets.mean() < 0.7
    assert not (np.array_equal(clean.inputs, noisy.inputs) and np.array_equal(clean.targets, noisy.targets))


@pytest.mark.parametrize("values", [{}, {"dataset": "blobs", "classes": 6}, {"dataset": "hills", "hidden_sizes": (16,) * 8},
                                    {"dataset": "blobs", "classes": 6, "hidden_sizes": (16,) * 8, "count": 2000}, {"hidden_sizes": ()},
                                    {"normalization": "batch", "dropout": 0.3}])  # fmt: skip
def test_a_view_holds_all_figures_need_within_its_size(values):
    trainer = Boundary(**values).trainer()
    trainer.advance(3)
    view = trainer.view()
    units = 7 + sum(trainer.experiment.hidden_sizes) + trainer.material.outputs
    assert view["thumbnails"].shape[0] == units and view["thumbnails"].dtype == np.uint8
    assert view["field"].shape[-1] >= (100 if view["field"].ndim == 2 else 72) and view["weight_0"].shape[1] == 7
    assert len(packets.encode("view", view)) < 80_000


def test_the_bent_plane_is_a_rotated_projection_of_the_layer():
    trainer = Boundary(hidden_sizes=(6, 2)).trainer()
    trainer.advance(100)
    view = trainer.view()
    hidden = []
    trainer.cohort.network.evaluate(trainer.material.train_inputs[:120], hidden)
    raw, shown = hidden[0][0].numpy(), view["bent_points_0"].astype(float)
    raw = raw - raw.mean(0)
    spread = np.linalg.svd(raw, compute_uv=False)
    assert view["bent_share"][0] == pytest.approx((spread[:2] ** 2).sum() / (spread**2).sum()) and view["bent_share"][1] == 1.0
    shown = shown - shown.mean(0)
    ratio = np.linalg.svd(shown, compute_uv=False) / spread[:2]  # a rotation and one scale: both directions shrink alike
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-2)
    two = hidden[1][0].numpy()
    np.testing.assert_allclose(view["bent_points_1"].astype(float) * np.abs(two).max(), two, atol=0.15)
    assert np.abs(view["bent_grid_0"]).max() <= 1 and view["bent_cells"].shape == (31, 31)


def test_the_bent_plane_of_neighbouring_steps_lies_alike():
    trainer = Boundary().trainer()
    trainer.advance(300)
    before = trainer.view()["bent_grid_1"].astype(float)
    trainer.advance(1)
    after = trainer.view()["bent_grid_1"].astype(float)
    assert (before * after).sum() / np.sqrt((before**2).sum() * (after**2).sum()) > 0.95


def test_the_miniature_of_the_output_is_the_field_itself():
    for loss in ("bce", "half_mse"):
        trainer = Boundary(loss=loss).trainer()
        trainer.advance(200)
        view = trainer.view()
        last, picks = view["thumbnails"][-1].astype(float) / 127.5 - 1, np.linspace(0, 99, view["thumbnails"].shape[-1]).round().astype(int)
        field = view["field"].astype(float)[np.ix_(picks, picks)]
        np.testing.assert_allclose(last * np.abs(field).max(), field, atol=0.02)


def test_the_field_is_what_the_network_says():
    trainer = Boundary(dataset="circle").trainer()
    trainer.advance(100)
    field = trainer.view()["field"]
    place = torch.tensor([[points.DOMAIN[0] + 12 * 30 / 99, points.DOMAIN[0] + 12 * 70 / 99]], dtype=torch.float64)
    logit = trainer.cohort.network.evaluate(trainer.material.see(place, trainer.experiment.features))[0, 0, 0]
    assert abs(float(field[70, 30]) - (2 * torch.sigmoid(logit) - 1)) < 2e-3


def test_the_confusion_counts_every_test_point_once():
    trainer = Boundary(dataset="pinwheel", classes=5).trainer()
    trainer.advance(50)
    confusion = trainer.view()["confusion"]
    assert confusion.sum() == len(trainer.material.test_targets)
    assert np.trace(confusion) / confusion.sum() == pytest.approx(trainer.metrics()["test_accuracy"])


def test_an_edit_sets_exactly_one_weight_and_the_field_follows():
    trainer = Boundary().trainer()
    before, field = trainer.cohort.network.flat.clone(), trainer.view()["field"].copy()
    trainer.edit(layer=0, kind="weight", row=2, column=3, value=4.5)
    assert int((trainer.cohort.network.flat != before).sum()) == 1
    assert trainer.view()["weight_0"][2, 3] == 4.5
    assert not np.array_equal(trainer.view()["field"], field)


@pytest.mark.parametrize("what", [{"value": float("nan")}, {"value": float("inf")}, {"value": "4"}, {"value": True}, {"layer": 9}, {"row": -1}, {"row": 99},
                                  {"column": 1.5}, {"kind": "flat"}, {"kind": None}])  # fmt: skip
def test_an_impossible_edit_is_refused_in_words(what):
    trainer = Boundary().trainer()
    before = trainer.cohort.network.flat.clone()
    with pytest.raises(UserError):
        trainer.edit(**({"layer": 0, "kind": "weight", "row": 0, "column": 0, "value": 1.0} | what))
    assert torch.equal(trainer.cohort.network.flat, before)


def test_a_huge_learning_rate_diverges_and_says_why():
    trainer = Boundary(dataset="plane", optimizer="sgd", learning_rate=10.0, activation="relu").trainer()
    trainer.advance(300)
    assert trainer.diverged and "diverged" in trainer.stop_reason
    assert all(abs(value) <= 1e30 or not np.isfinite(value) for value in trainer.metrics().values())
    assert np.isfinite(trainer.view()["field"].astype(float)).all()


@pytest.mark.parametrize("values", [{"dataset": "hills", "hidden_sizes": (16,) * 8}, {"loss": "exponential", "normalization": "batch"}])
def test_a_diverged_network_can_still_be_looked_at(values):
    trainer = Boundary(optimizer="sgd", learning_rate=10.0, activation="relu", initializer="too_large", **values).trainer()
    for _ in range(40):
        trainer.advance(5)
        packets.encode("view", trainer.view())
    assert trainer.diverged and not np.isfinite(trainer.metrics()["train_loss"])


def test_early_stopping_ends_the_run_and_names_the_best_epoch():
    trainer = Boundary(dataset="gaussians", noise=0.4, count=60, patience=5, hidden_sizes=(16, 16), learning_rate=0.1).trainer()
    trainer.advance(2000 * trainer.steps_per_epoch)
    assert trainer.finished and "epoch" in trainer.stop_reason
    assert trainer.step_count == (trainer.best_epoch + 5) * trainer.steps_per_epoch


def test_a_race_gives_every_member_the_result_it_has_alone():
    members = [Boundary(learning_rate=0.01), Boundary(learning_rate=0.1, l2=0.01), Boundary(optimizer="sgd"), Boundary(hidden_sizes=(4,), seed=3)]
    together = race(members).trainer()
    assert len(together.cohorts) == 3
    together.advance(60)
    found = together.metrics()
    for number, each in enumerate(members):
        alone = each.trainer()
        alone.advance(60)
        assert found[f"test_loss/{number}"] == pytest.approx(alone.metrics()["test_loss"], rel=1e-9)
    fields = together.view()
    for number, each in enumerate(together.members):
        alone = each.trainer()
        alone.advance(60)
        picks = np.linspace(0, 99, 64).round().astype(int)
        assert fields[f"field_{number}"].shape == (64, 64)
        near = alone.view()["field"][np.ix_(picks, picks)].astype(float)
        assert np.median(np.abs(fields[f"field_{number}"].astype(float) - near)) < 0.05  # sampled at slightly other places


def test_a_loss_that_does_not_fit_gives_way_to_the_standard_one():
    assert Boundary(dataset="hills", loss="hinge").used_loss("regression") == "mse"
    for task, keys in FITTING_LOSSES.items():
        assert all(Boundary(loss=key).used_loss(task) == key for key in keys)


@pytest.mark.parametrize(("values", "words"), [({"layer_activations": "relu"}, "names 1 layers"), ({"layer_activations": "relu, wobble"}, "wobble"),
                                               ({"dataset": "own"}, "no own data"), ({"hidden_sizes": (8,) * 9}, "at most 8"),
                                               ({"hidden_sizes": (17,)}, "between 1 and 16"), ({"features": ()}, "needs 1 to")])  # fmt: skip
def test_impossible_settings_are_refused_in_words(values, words):
    with pytest.raises(UserError, match=words):
        Boundary(**values)


def test_the_landscape_hooks_agree_with_the_training_loss():
    trainer = Boundary().trainer()
    trainer.advance(50)
    flat = trainer.flat_parameters()
    assert trainer.loss_at(flat) == pytest.approx(trainer.metrics()["train_loss"])
    slices = trainer.filter_slices()
    assert sum(each.stop - each.start for each in slices) == 7 * 8 + 8 * 8 + 8
