"""The conditional GAN of digits: it learns to write what is asked for, keeps milestones, walks, and repeats as a script."""

import contextlib
import io

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.experiments.gan_digits import MILESTONES, GanDigits
from playground.experiments.gan_digits_trainer import GAP, spread, walk, wall
from playground.experiments.gan_words import DIGIT_PRESETS


@pytest.fixture(scope="module")
def trained():
    trainer = GanDigits().trainer()
    trainer.advance(700)
    return trainer


def test_most_samples_show_the_digit_that_was_asked_for_and_are_no_copies(trained):
    now = trained.metrics()
    assert now["asked"] > 0.8 and 0.5 < now["variety"] < 1.3 and now["nearest"] > 0.15


def test_milestones_are_kept_as_they_were(trained):
    reached = [step <= 700 for step in MILESTONES]
    assert [bool(each.any()) for each in trained.milestones] == reached
    fresh = GanDigits().trainer()
    fresh.advance(30)
    assert np.array_equal(fresh.milestones[:2], trained.milestones[:2])


def test_a_walk_comes_back_to_where_it_began_and_goes_through_both_classes(trained):
    film = walk(GanDigits().values(), trained.state_dict(), 1, 0, 5)["walk"].astype(float)
    assert np.array_equal(film[0], film[-1]) and film.shape == (73, 8, 8)
    assert np.abs(np.diff(film, axis=0)).mean() < 0.2 * np.abs(film[0] - film[36]).mean()  # small steps, a long way
    middle = film[36, :, 3:5].mean(), film[0, :, 3:5].mean()
    assert middle[0] < middle[1]  # a nought is empty where a one is full


def test_the_portable_generator_draws_the_same_images(trained):
    network, example = GanDigits().portable(trained.state_dict())
    assert network(**example).shape == (3, 8, 8)
    made = network(trained.fixed_noise.float(), trained.marks[trained.fixed_classes].float()).detach()
    assert torch.allclose(made.reshape(80, -1).double() * 2 - 1, trained.sample(trained.fixed_noise, trained.fixed_classes), atol=1e-4)


def test_a_wall_stands_upright_with_a_gap_around_every_image():
    images = np.arange(1, 1 + 2 * 3 * 4, dtype=np.uint8).reshape(6, 2, 2)
    sheet = wall(images, 2, (2, 2))
    side = 2 + 2 * GAP
    assert sheet.shape == (2 * side, 3 * side)
    assert np.array_equal(sheet[::-1][GAP : GAP + 2, GAP : GAP + 2], images[0]) and not sheet[:, 0].any()


def test_a_collapsed_class_has_no_spread():
    same = torch.ones(6, 4, dtype=torch.float64)
    assert spread(same, torch.tensor([0, 0, 0, 1, 1, 1])) == 0


@pytest.mark.parametrize("loss", ["hinge", "wasserstein", "wgan_gp"])
def test_the_script_repeats_other_losses(loss):
    experiment = GanDigits(loss=loss, d_steps=2, g_hidden=(12,), d_hidden=(10, 9), batch_size=16)
    trainer = experiment.trainer()
    trainer.advance(4)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(experiment.script(4), "script", "exec"), {})  # our own export
    printed = dict(line.split() for line in said.getvalue().splitlines())
    assert float(printed["d_loss"]) == pytest.approx(trainer.metrics()["d_loss"], rel=1e-8)


@pytest.mark.parametrize(("preset", "name", "most"), [("one", "variety", 0.12), ("lost", "d_loss", 0.05)])
def test_a_failing_preset_fails_as_its_sentence_says(preset, name, most):
    values = {key: each for key, _, _, each, _ in DIGIT_PRESETS}[preset]
    trainer = GanDigits(**values).trainer()
    trainer.advance(800)
    assert trainer.metrics()[name] < most


def test_images_that_are_not_here_are_named_with_the_way_to_get_them():
    with pytest.raises(UserError, match="Download it"):
        GanDigits(dataset="mnist").trainer()
