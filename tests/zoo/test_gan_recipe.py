"""The recipe of the bundled generator on made-up digits: it resumes where it was stopped, keeps what it measures, and its sheets are drawn."""

import numpy as np
import pytest
import torch

from playground import gan_cli
from playground.core.errors import UserError
from playground.experiments import gan_bundled as asked
from playground.experiments.gan_bundled import sheet, way
from playground.experiments.gan_words import GanLook
from playground.networks.gan_images import Discriminator
from playground.zoo import gan_models
from playground.zoo.recipes import gan, gan_measures

ROWS, COLUMNS = gan_models.FAMILIES["gan-digits"].rows, gan_models.FAMILIES["gan-digits"].columns
SHEET = (ROWS * 29 - 1, COLUMNS * 29 - 1)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Made-up training data, and a folder of the test for checkpoints and weights."""
    stream = np.random.default_rng(0)
    arrays = {f"x_{split}": stream.integers(0, 256, (60, 28, 28), dtype=np.uint8) for split in ("train", "test")}
    np.savez(tmp_path / "mnist.npz", **arrays, **{f"y_{split}": np.arange(60, dtype=np.uint8) % 10 for split in ("train", "test")})
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(gan_models, "FOLDER", tmp_path / "gan")
    for module, name, value in ((gan, "BATCH", 8), (gan, "EVERY", 2), (gan_measures, "MEASURED", 60), (gan_measures, "NEIGHBOURS", 60)):
        monkeypatch.setattr(module, name, value)
    gan_models.forget()
    yield tmp_path
    gan_models.forget()


@pytest.fixture
def untrained(small):
    """The networks as they begin, kept as a trained pair is."""
    return gan.keep(gan.Session())


def test_a_training_that_was_stopped_ends_with_the_same_weights_and_the_card_says_what_is_kept(small):
    straight = gan.train(4, say=lambda line: None)
    weights = (small / "gan" / "gan-digits.safetensors").read_bytes()
    (small / "zoo" / "gan-digits.checkpoint").unlink()
    gan.train(2, say=lambda line: None)
    said = []
    again = gan.train(4, say=said.append)
    assert said[0] == "Going on after step 2." and (small / "gan" / "gan-digits.safetensors").read_bytes() == weights
    assert again == straight == gan_models.card() and straight.bytes == len(weights)
    assert gan.evaluate() == straight.scores
    assert straight.parameters == sum(each.numel() for each in gan_models.load().parameters())


def test_a_training_that_runs_out_of_time_keeps_nothing_but_its_checkpoint(small):
    assert gan.train(100, minutes=0.0, say=lambda line: None) is None
    assert (small / "zoo" / "gan-digits.checkpoint").is_file() and not gan_models.ready()
    assert gan_cli.main(["keep", "gan-digits"]) == 0 and "2 steps" in gan_models.card().how


def test_sheets_and_ways_draw_from_what_is_kept(untrained, small, capsys):
    one, other = sheet(0, "all", 1.0)["wall"], sheet(1, "all", 1.0)["wall"]
    assert one.shape == SHEET and not np.array_equal(one, other) and np.array_equal(one, sheet(0, "all", 1.0)["wall"])
    typical = sheet(0, "7", 0.0)["wall"]
    assert np.array_equal(typical[:28, :28], typical[58:86, 145:173])  # without noise all samples of a class are one
    film = way(0, "all", 1.0, 3, 18)["walk"]
    assert np.array_equal(film[0], film[-1])
    assert np.abs(film[0].astype(int) - one[:28, 87:115].astype(int)).max() <= 1  # upright, and sample number 3
    alone = asked.picked(0, "all", 1.0, (3, 18))
    assert np.array_equal(alone["pick_0"], one[:28, 87:115]) and alone["classes"] == [3, 8]
    round_trip = asked.walk(0, "all", 1.0)
    assert len(round_trip["walk"]) == round_trip["frames"] == asked.STOPS * asked.LEG + 1 and np.array_equal(round_trip["walk"][0], round_trip["walk"][-1])
    assert gan_cli.main(["sample", str(small / "sheet.png"), "--digit", "3"]) == 0 and (small / "sheet.png").stat().st_size > 500
    assert gan_cli.main(["info"]) == 0 and "gan-digits" in capsys.readouterr().out


def test_a_sample_less_itself_plus_another_is_the_other(untrained):
    found = asked.combined(0, "all", 1.0, (4, 4, 17))
    noise, _ = asked._drawn(0, "all", "gan-digits")
    marks = asked._marks(torch.tensor([7]), "gan-digits")
    scaled = noise[17] * (8 / noise[17].norm())  # the sum is brought to the typical length, the square root of 64
    wanted = asked.as_bytes(gan_models.drawn(scaled[None], marks))[0, 0]
    assert np.abs(found["pick_3"].astype(int) - wanted.astype(int)).max() <= 1 and found["classes"] == [4, 4, 7, 7]


def test_nearest_training_images_are_those_of_the_reduced_features(untrained):
    found = asked.neighbours(0, "all", 1.0, 12)
    assert found["class"] == 2 and found["compared"] == 60 and 0 <= found["nearer"] <= 1
    assert (np.diff(found["distances"]) >= 0).all() and len(set(found["rows"].tolist())) == asked.NEAREST
    held = gan_models.part("memory/")
    assert (held["classes"][found["rows"]] == found["classes"]).all() and "memory" not in "".join(name for name in held if held[name].ndim > 2)  # no image is kept


def test_the_kept_discriminator_answers_as_the_one_that_learnt(untrained):
    session = gan.Session()
    images, classes = torch.rand(5, 1, 28, 28) * 2 - 1, torch.arange(5)
    with torch.no_grad():
        torch.testing.assert_close(gan_models.judge()(images, classes), session.d.eval()(images, classes), atol=5e-3, rtol=5e-3)
    assert isinstance(gan_models.judge(), Discriminator)


def test_a_drawing_is_judged_as_each_class_and_nothing_drawn_is_said(untrained):
    from playground.data.pictures import written

    line = written([np.stack([np.full(20, 0.5), np.linspace(0.1, 0.9, 20)], 1)])
    found = asked.judge(line, "")
    assert found["scores"].shape == (10,) and found["given"].shape == (28, 28) and found["given"].max() > 200
    assert 0 <= found["better"] <= 1 and found["real"].sum() == pytest.approx(1, abs=1e-4)
    with pytest.raises(UserError) as refusal:
        asked.judge("", "")
    assert refusal.value.field == "ink"


def test_a_press_on_the_sheet_puts_its_sample_before_the_others():
    look = GanLook()
    at = {"name": "wall", "x": 3 * 29 + 5.0, "y": 1 * 29 + 2.0, "tile": 29}
    assert look.dragged(at) == {"picks": (13, 0, 18)}
    assert look.changed(picks=(13, 0, 18)).dragged(at) == {"picks": (13, 0, 18)}  # pressed again
    assert look.changed(picks=(5, 13, 18)).dragged(at) == {"picks": (13, 5, 18)}
    assert look.dragged({**at, "x": 9999.0, "y": -4.0})["picks"][0] == COLUMNS - 1
    assert GanLook(picks=()).chosen() == (0, 18, 44)


def test_a_generator_that_is_not_there_is_named_with_the_way_to_make_it(small):
    assert not gan_models.ready()
    with pytest.raises(UserError, match="playground gan train"):
        gan_models.card()


def test_the_frechet_distance_of_two_gaussians_is_that_of_their_formula():
    stream = torch.Generator().manual_seed(0)
    one = torch.randn(20_000, 3, generator=stream)
    assert gan_measures.frechet(one, 2 * one + 5) == pytest.approx(3 * (25 + 1), rel=0.02) and gan_measures.frechet(one, one) == pytest.approx(0, abs=1e-6)


def test_the_kernel_distance_is_nothing_between_samples_of_one_distribution_and_grows_with_the_gap():
    stream = torch.Generator().manual_seed(0)
    one, same = torch.randn(800, 6, generator=stream), torch.randn(800, 6, generator=stream)
    distances = [gan_measures.kernel_distance(one, same + gap) for gap in (0.0, 0.5, 1.0)]
    assert abs(distances[0]) < 0.02 < distances[1] < distances[2]
