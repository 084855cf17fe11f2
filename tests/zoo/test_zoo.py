"""Bundled models: cards that tell what the files hold, recipes that repeat and resume, changes that keep what an image shows."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from playground import cli
from playground.core.errors import UserError
from playground.zoo import cards, models
from playground.zoo.recipes import augment, vision

SMALL = replace(vision.RECIPES["digits-cnn"], name="small", epochs=2, batch_size=32, file="small.npz")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A recipe on made-up digits, with data, checkpoints and bundled weights in a folder of the test."""
    stream = np.random.default_rng(0)
    arrays = {f"x_{split}": stream.integers(0, 256, (96, 28, 28), dtype=np.uint8) for split in ("train", "test")}
    arrays |= {f"y_{split}": np.arange(96, dtype=np.uint8) % 10 for split in ("train", "test")}
    np.savez(tmp_path / "small.npz", **arrays)
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(cards, "WEIGHTS", tmp_path / "weights")
    monkeypatch.setitem(vision.RECIPES, "small", SMALL)
    cards.cards.cache_clear()
    models.load.cache_clear()
    yield tmp_path
    cards.cards.cache_clear()
    models.load.cache_clear()


def test_a_recipe_trains_keeps_its_model_and_measures_what_the_card_says(small, capsys):
    made = vision.train("small", say=lambda line: None)
    assert (small / "weights" / "small.safetensors").stat().st_size == made.bytes
    assert vision.evaluate("small") == made.scores
    assert made.parameters == sum(each.numel() for each in models.load("small").parameters())
    assert cli.main(["zoo", "info", "small", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scores"] == made.scores


def test_a_training_that_was_interrupted_ends_with_the_same_weights(small, monkeypatch):
    vision.train("small", say=lambda line: None)
    straight = (small / "weights" / "small.safetensors").read_bytes()

    def interrupt(line):
        if line.startswith("epoch 1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vision.train("small", say=interrupt)
    said = []
    vision.train("small", say=said.append)
    assert said[0] == "Going on after epoch 1."
    assert (small / "weights" / "small.safetensors").read_bytes() == straight


def test_a_training_may_be_done_in_pieces_and_in_bfloat16(small, monkeypatch, capsys):
    monkeypatch.setitem(vision.RECIPES, "small", replace(SMALL, mixed=True))
    assert cli.main(["zoo", "train", "small", "--minutes", "0"]) == 0 and "goes on from here" in capsys.readouterr().out
    vision.train("small", say=lambda line: None)
    straight = (small / "weights" / "small.safetensors").read_bytes()
    clock = iter([0.0, 1.0, 2.0, 3.0, 65.0])  # the second look at the clock before an epoch comes after a minute
    with monkeypatch.context() as slow:
        slow.setattr(vision.time, "monotonic", lambda: next(clock))
        assert vision.train("small", say=lambda line: None, minutes=1) is None
    said = []
    assert vision.train("small", say=said.append, minutes=1) is not None and said[0] == "Going on after epoch 1."
    assert (small / "weights" / "small.safetensors").read_bytes() == straight


def test_weights_come_back_as_they_were_kept_whatever_their_layout(small):
    model = vision.RECIPES["small"].build().to(memory_format=torch.channels_last)
    vision.train("small", say=lambda line: None)
    state = {key: value.numpy() for key, value in model.state_dict().items()}
    cards.keep("small", state, {key: value for key, value in cards.card("small").model_dump().items() if key not in ("name", "parameters", "bytes")})
    models.load.cache_clear()
    for key, value in models.load("small").state_dict().items():
        np.testing.assert_array_equal(value.numpy(), state[key])


def test_missing_data_and_unknown_names_are_said_in_words(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    assert cli.main(["zoo", "train", "digits-cnn"]) == 2
    assert "mnist.npz is not at" in capsys.readouterr().err
    assert cli.main(["zoo", "train", "nothing"]) == 2
    with pytest.raises(UserError, match="no bundled model"):
        models.load("../../etc/passwd")


@pytest.mark.parametrize("change", [augment.digits, augment.clothes, augment.photographs, augment.snapshots])
def test_changes_keep_shape_and_range_and_repeat_with_their_generator(change):
    images = torch.rand(7, 3 if change is augment.snapshots else 1, 28, 28, generator=torch.Generator().manual_seed(1))
    first, again, other = (change(images, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
    assert first.shape == images.shape and first.min() >= 0 and first.max() <= 1
    assert torch.equal(first, again) and not torch.equal(first, other)


@pytest.mark.parametrize("card", cards.cards().values(), ids=cards.cards())
def test_a_card_tells_what_the_file_beside_it_holds(card):
    path = cards.WEIGHTS / f"{card.name}.safetensors"
    assert path.stat().st_size == card.bytes <= 12_000_000
    model = models.load(card.name)
    assert card.parameters == sum(each.numel() for each in model.parameters())
    logits = model(torch.zeros(2, *card.input_shape))
    assert logits.shape == (2, len(card.classes)) and torch.isfinite(logits).all()
    assert 0 < card.scores["test accuracy"] <= 1 and card.command.endswith(card.name)


def test_the_network_for_photographs_fits_its_pictures_and_its_file():
    model = vision.RECIPES["cifar10-resnet"].build().eval()
    assert 2 * sum(each.numel() for each in model.parameters()) < 12_000_000
    maps = []
    for stage in (model.act1, model.layer1, model.layer2, model.layer3):
        stage.register_forward_hook(lambda layer, given, made: maps.append(made.shape[2]))
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10) and maps == [32, 16, 8, 4]


def test_all_bundled_weights_together_stay_small():
    assert sum(each.bytes for each in cards.cards().values()) <= 60_000_000
