"""The writer that reads sign by sign: its recipe resumes, its card tells the truth, its cell is the one of the screen."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from playground.core.errors import UserError
from playground.zoo import language_characters
from playground.zoo.recipes import characters as recipe
from playground.zoo.recipes import checkpoints

WRITTEN = "".join(f"the cat {i % 7} sat on the mat\n" for i in range(60))


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(language_characters, "FOLDER", tmp_path / "weights")
    for name, value in (("UNITS", 12), ("ROWS", 4), ("WINDOW", 16), ("PASSES", 2)):
        monkeypatch.setattr(recipe, name, value)
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    monkeypatch.setattr(recipe, "text", lambda: WRITTEN)
    language_characters.character_cards.cache_clear()
    language_characters.load.cache_clear()
    yield tmp_path / "weights"
    language_characters.character_cards.cache_clear()
    language_characters.load.cache_clear()


def test_a_training_that_was_interrupted_ends_with_the_same_weights(small):
    said = []
    recipe.train(said.append)
    straight = (small / f"{recipe.NAME}.safetensors").read_bytes()
    updates = recipe.Session(WRITTEN).updates
    assert recipe.train(lambda line: None, minutes=0.0) is None, "it stops at a checkpoint when its time is over"
    while recipe.train(said.append, minutes=0.0) is None:
        pass
    assert sum(line.startswith("Going on") for line in said) == updates - 1
    assert (small / f"{recipe.NAME}.safetensors").read_bytes() == straight


def test_the_loaded_network_gives_the_measured_loss_with_the_cell_of_the_screen(small):
    made = recipe.train(lambda line: None)
    net, session = language_characters.load(recipe.NAME), recipe.Session(WRITTEN)
    with torch.no_grad():
        tape = net.forward(torch.nn.functional.one_hot(session.rest[:-1], len(made.signs)).double().unsqueeze(1))
        loss = torch.nn.functional.cross_entropy(tape.outputs[:, 0], session.rest[1:])
    assert float(loss) == pytest.approx(made.scores["validation loss (nats a sign)"], abs=2e-4)
    assert made.parameters == sum(each.size for each in load_file(small / f"{recipe.NAME}.safetensors").values()) == net.flat.numel()


def test_windows_of_a_pass_follow_one_another_and_never_reach_the_rest(small):
    session = recipe.Session(WRITTEN)
    session.step = session.windows - 1
    last = session.window()
    session.step -= 1
    assert torch.equal(session.window()[-1], last[0]), "the state is carried from one window into the next"
    share = len(session.learnt) // recipe.ROWS
    assert np.array_equal(last[:, 1].numpy(), session.learnt[share : 2 * share].numpy()[-len(last) - _left(session) :][: len(last)])


def _left(session):
    """Signs of a stream that come after the last window of the first pass."""
    begin = int(np.random.default_rng([recipe.SEED, 0]).integers(recipe.WINDOW)) + (session.windows - 1) * recipe.WINDOW
    return len(session.learnt) // recipe.ROWS - begin - recipe.WINDOW - 1


def test_missing_or_other_training_data_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_TRAINING_DATA", str(tmp_path))
    with pytest.raises(UserError, match="PLAYGROUND_TRAINING_DATA"):
        recipe.text()
    (tmp_path / recipe.FILE).write_text("something else")
    with pytest.raises(UserError, match="not the text"):
        recipe.text()


@pytest.mark.parametrize("card", language_characters.character_cards().values(), ids=language_characters.character_cards())
def test_a_bundled_writer_is_small_and_as_good_as_its_card_has_to_say(card):
    path = language_characters.FOLDER / f"{card.name}.safetensors"
    assert path.stat().st_size == card.bytes <= 3_000_000
    assert card.scores["validation loss (nats a sign)"] < 1.7 and len(card.signs) == 65
