"""Specs of the GAN screen name arrays that views really hold."""

import numpy as np
import pytest
import torch

from playground.experiments.gan import Gan
from playground.experiments.gan_digits import GanDigits
from playground.figures import gan as figures
from playground.figures import gan_bundled, gan_digits

NAMES = ("array", "xy", "start", "vectors")


def named(spec):
    return {layer[name] for layer in spec["layers"] for name in NAMES if isinstance(layer.get(name), str)}


@pytest.mark.parametrize("dimensions", [1, 2])
def test_every_array_of_the_plane_is_in_the_view_or_the_scene(dimensions):
    trainer = Gan(latent_dimensions=dimensions).trainer()
    held = {*trainer.view(), *trainer.scene()}
    for field in ("field", "best", ""):
        spec = figures.plane((-3, 3), (-3, 3), ("a", "b"), field=field, curve=dimensions == 1)
        assert named(spec) <= held
        assert len(named(spec)) == 4 + bool(field)


@pytest.mark.parametrize(("dimensions", "dataset"), [(1, "spiral"), (2, "gaussians8")])
def test_the_map_of_the_noise_says_where_the_generator_takes_it(dimensions, dataset):
    trainer = Gan(latent_dimensions=dimensions, dataset=dataset, latent="uniform").trainer()
    view = trainer.view()
    spec = figures.basins(1.0, "modes", 8, dimensions == 1)
    assert named(spec) <= {*view, *trainer.scene()}
    corner = torch.full((1, dimensions), -1.0, dtype=torch.float64)  # the lowest left of the noise
    assert view["basins"][0, 0] == int(trainer.judge.nearest_part(trainer.g.network(corner)))


def test_every_curve_is_a_metric_or_an_array():
    trainer = Gan().trainer()
    held = {"step", *trainer.metrics(), *trainer.view(), *trainer.scene()}
    for spec in (figures.distances(), figures.losses(), figures.coverage(8, "modes"), figures.quality(), figures.strengths(), figures.answers(), figures.shares("modes")):
        assert {each["array"] for each in spec["series"]} | {spec["x"]} <= held


def test_every_wall_is_in_the_view_or_the_scene():
    trainer = GanDigits().trainer()
    held = {**trainer.view(), **trainer.scene()}
    for array in gan_digits.WORDS:
        assert named(gan_digits.wall(array, list("0123456789"), 8, (10, 10))) == {array}
        assert held[array].shape == (80, 100)


def test_a_miniature_draws_its_points_inside():
    text = figures.picture(Gan().cloud().points)
    assert text.startswith("<svg") and text.count("h0") == figures.PICTURE_POINTS


def opinion(classes):
    return {"scores": np.linspace(-1, 1, max(1, classes)), "bins": np.linspace(-2, 2, 5), "real": np.ones(5), "made": np.ones(5), "given": np.zeros((8, 8), np.uint8)}


def test_classes_that_a_discriminator_is_told_are_whole():
    assert gan_bundled.answers(opinion(10)).spec["x_ticks"] == list("0123456789")


def test_what_a_discriminator_goes_by_is_shown_where_it_was_measured():
    bare, measured = gan_bundled.given(opinion(0), ""), gan_bundled.given({**opinion(0), "grounds": np.array([[0.5, -2.0]])}, "")
    assert [each["array"] for each in bare.spec["images"]] == ["given"]
    assert [each["most"] for each in measured.spec["images"]] == [None, 2.0] and set(measured.arrays) == {"given", "grounds"}


@pytest.mark.parametrize("classes", [[], [3, 5, 8, 8]])
def test_samples_are_called_by_their_letters_and_by_their_class_where_they_have_one(classes):
    data = {"classes": classes, **{f"pick_{i}": np.zeros((4, 4, 3), np.uint8) for i in range(4)}}
    titles = [each["title"] for each in gan_bundled.sums(data).spec["images"]]
    assert titles == (["A: a 3", "− B: a 5", "+ C: a 8", "= the sum: a 8?"] if classes else ["A", "− B", "+ C", "= the sum"])
    assert [each["title"] for each in gan_bundled.picks(data, 2).spec["images"]] == [title.replace("− ", "") for title in titles[:2]]


def test_a_film_names_its_pictures():
    spec = gan_bundled.film(41, "face")
    assert named(spec["panels"][0]) == {"walk"} and spec["frames"] == 41 and spec["loop"]
