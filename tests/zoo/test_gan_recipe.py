"""The recipe of the bundled generator on made-up digits: it resumes where it was stopped, keeps what it measures, and its sheets are drawn."""

import numpy as np
import pytest
import torch

from playground import gan_cli
from playground.core.errors import UserError
from playground.experiments.gan_bundled import COLUMNS, ROWS, sheet, way
from playground.ui.gan_bundled import place
from playground.zoo import gan_models
from playground.zoo.recipes import gan


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Made-up training data, and a folder of the test for checkpoints and weights."""
    stream = np.random.default_rng(0)
    arrays = {f"x_{split}": stream.integers(0, 256, (60, 28, 28), dtype=np.uint8) for split in ("train", "test")}
    np.savez(tmp_path / "mnist.npz", **arrays, **{f"y_{split}": np.arange(60, dtype=np.uint8) % 10 for split in ("train", "test")})
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(gan_models, "FOLDER", tmp_path / "gan")
    for name, value in (("BATCH", 8), ("EVERY", 2), ("MEASURED", 60), ("NEIGHBOURS", 60)):
        monkeypatch.setattr(gan, name, value)
    for each in (gan_models.card, gan_models.load):
        each.cache_clear()
    yield tmp_path
    for each in (gan_models.card, gan_models.load):
        each.cache_clear()


def test_a_training_that_was_stopped_ends_with_the_same_weights_and_the_card_says_what_is_kept(small):
    straight = gan.train(4, say=lambda line: None)
    weights = (small / "gan" / "gan-digits.safetensors").read_bytes()
    (small / "zoo" / "gan-digits.checkpoint").unlink()
    gan.train(2, say=lambda line: None)
    said = []
    again = gan.train(4, say=said.append)
    assert said[0] == "Going on after step 2." and (small / "gan" / "gan-digits.safetensors").read_bytes() == weights
    assert again == straight == gan_models.card() and straight.bytes == len(weights)
    assert straight.parameters == sum(each.numel() for each in gan_models.load().parameters())


def test_sheets_ways_and_the_command_line_draw_from_what_is_kept(small, capsys):
    gan.keep(gan.Session().kept, 0)
    one, other = sheet(0, "all", 1.0)["wall"], sheet(1, "all", 1.0)["wall"]
    assert one.shape == (ROWS * 30, COLUMNS * 30) and not np.array_equal(one, other) and np.array_equal(one, sheet(0, "all", 1.0)["wall"])
    typical = sheet(0, "7", 0.0)["wall"].reshape(ROWS, 30, COLUMNS, 30)
    assert np.array_equal(typical[0, :, 0], typical[2, :, 5])  # without noise all samples of a class are one
    film = way(0, "all", 1.0, 3, 18)["walk"]
    assert np.array_equal(film[0], film[-1])
    upright = one[::-1].reshape(ROWS, 30, COLUMNS, 30)
    assert np.abs(film[0][::-1].astype(int) - upright[0, 1:-1, 3, 1:-1].astype(int)).max() <= 1
    assert gan_cli.main(["sample", str(small / "sheet.png"), "--digit", "3"]) == 0 and (small / "sheet.png").stat().st_size > 500
    assert gan_cli.main(["info"]) == 0 and "gan-digits" in capsys.readouterr().out


def test_a_click_on_the_sheet_finds_its_sample_counted_from_the_upper_left():
    assert place(0.2, ROWS - 1.1) == 0 and place(9.4, ROWS - 1) == 9 and place(0, 0) == (ROWS - 1) * COLUMNS and place(99, -5) == ROWS * COLUMNS - 1


def test_a_generator_that_is_not_there_is_named_with_the_way_to_make_it(small):
    assert not gan_models.ready()
    with pytest.raises(UserError, match="playground gan train"):
        gan_models.card()


def test_the_frechet_distance_of_two_gaussians_is_that_of_their_formula():
    stream = torch.Generator().manual_seed(0)
    one = torch.randn(20_000, 3, generator=stream)
    assert gan.frechet(one, 2 * one + 5) == pytest.approx(3 * (25 + 1), rel=0.02) and gan.frechet(one, one) == pytest.approx(0, abs=1e-6)
