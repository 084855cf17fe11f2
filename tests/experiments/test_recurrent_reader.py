"""A trained network that reads and writes: surprise, units that follow something, beginnings with unknown signs."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.experiments import recurrent_reader as reading
from playground.figures import recurrent_reader as figures
from playground.networks.recurrent import RecurrentNet
from playground.zoo import language_characters

SIGNS = "\n :ABEIMNORSTabcdefghijklmnopqrstuvwxyz.'\"-"


@pytest.fixture
def network(tmp_path, monkeypatch):
    monkeypatch.setattr(language_characters, "FOLDER", tmp_path)
    language_characters.character_cards.cache_clear()
    language_characters.load.cache_clear()
    net = RecurrentNet("lstm", len(SIGNS), 9, len(SIGNS))
    import torch

    net.draw(torch.Generator().manual_seed(3))
    words = dict.fromkeys(("title", "task", "words", "data", "licence", "split", "date", "command", "how"), "x")
    language_characters.keep(reading.NAME, {name: value.numpy().astype(np.float16) for name, value in net.parts.items()},
                             {**words, "signs": SIGNS, "cell": "lstm", "units": 9, "scores": {}, "seconds": 1})  # fmt: skip
    yield language_characters.load(reading.NAME)
    language_characters.character_cards.cache_clear()
    language_characters.load.cache_clear()


def test_surprise_is_what_the_network_itself_gave_each_sign(network):
    data = reading.read("MARIA:\nno no")
    assert data["text"] == "MARIA:\nno no" and data["cells"].shape == (9, 12) and data["surprise"].shape == (12,)
    assert all(len(each) == reading.GUESSES and each[0][1] >= each[-1][1] > 0 for each in data["guesses"])
    sign, share = data["guesses"][3][0]
    again = reading.read("MARI" + sign)
    assert again["surprise"][4] == pytest.approx(-np.log(share)), "the likeliest guess costs what was said"
    assert again["surprise"].mean() == pytest.approx(np.log(len(SIGNS)), rel=0.2), "an untrained network hesitates among all signs"


def test_unknown_signs_are_told_and_nothing_readable_is_refused(network):
    data = reading.read("it’s — a ☃ cat")
    assert data["text"] == "it's - a  cat" and data["ignored"] == "☃"
    with pytest.raises(UserError, match="nothing the network could read"):
        reading.read("☃☃")


def test_what_is_written_begins_as_told_and_follows_luck_and_temperature(network):
    one, two, other = (reading.write("BEA:", 1.0, 30, draw)["text"] for draw in (1, 1, 2))
    assert one == two != other and one.startswith("BEA:\n") and len(one) == 5 + 30
    assert reading.write("☃", 0.05, 10, 0)["ignored"] == "☃"
    assert len(set(reading.write("a", 0.05, 40, 0)["text"])) < len(set(reading.write("a", 2.0, 40, 0)["text"]))


def test_traits_are_what_a_reader_would_count():
    found = reading.traits("BEN:\nIt is.\nNo")
    assert found["name"].tolist() == [1, 1, 1, 1] + [0] * 10
    assert found["line"].tolist() == [1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2]
    assert found["word"].tolist() == [1, 2, 3, 0, 0, 1, 2, 0, 1, 2, 0, 0, 1, 2] and found["start"].sum() == 4


def test_the_unit_that_follows_a_trait_is_found_whatever_its_sign():
    text = "ANNA:\nA word or two.\nAnd some more of them.\n"
    cells = np.random.default_rng(0).normal(size=(6, len(text)))
    cells[4] = -0.1 * reading.traits(text)["line"] + 0.5
    found = reading.follow(cells, text)
    assert found["line"]["unit"] == 4 and found["line"]["r"] == pytest.approx(-1)
    assert "name" not in reading.follow(cells[:, :3], "abc"), "nothing follows what does not vary"


def test_what_a_visitor_wrote_is_shown_as_text():
    page = figures.coloured("<b>&\n", np.array([-1, 0, 0.5, 1, 0]), np.ones(5), [[("<", 0.5)]] * 5)
    assert "<b>" not in page and "&lt;" in page and page.count("<span") == 5 and "↵" in page
