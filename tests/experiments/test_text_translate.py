"""The translation of a text: cut into what the model reads at once, put together again, and honest about what it cannot read."""

import json
import subprocess
import sys

import numpy as np
import pytest

from playground import cli
from playground.core.errors import UserError
from playground.core.limits import TRANSLATED_PARTS
from playground.experiments import text_translate as experiment
from playground.experiments import text_translate_script
from playground.experiments.text_translate import Translate
from playground.explain import text_translate as words
from playground.zoo import translate as zoo

KNOWN = zoo.bundled(experiment.NAME)


def test_each_sentence_is_translated_by_itself_and_what_stands_between_stays():
    data = experiment.translate("★ Thank you.  😀 I am tired.\n\nHe is my brother.")
    assert len(data["parts"]) == 3 and data["left"] == data["pieces"] == 0
    first, second, third = (each["written"] for each in data["parts"])
    assert data["text"] == f"★ {first}  😀 {second}\n\n{third}"
    alone = experiment.translate("I am tired.")
    assert alone["text"] == second and alone["milliseconds"] > 0


def test_all_that_is_shown_of_a_sentence_has_one_entry_a_token():
    part = experiment.translate(Translate().text)["parts"][0]
    count = len(part["target"])
    assert part["target"][-1] == "end" and "".join(part["target"][:-1]).strip() == part["written"]
    assert part["shares"].shape == (count,) and len(part["others"]) == count and 0 < part["score"] <= 1
    for looks in experiment.LOOKS:
        seen = experiment.attention(part, looks)
        assert seen.shape == (count, len(part["source"]))
        np.testing.assert_allclose(seen.sum(1), 1.0, atol=1e-5)
    assert all(part["shares"][place] < 0.9 for place in experiment.unsure(part))
    assert len({part["written"], *(text for text, _ in part["also"])}) == 1 + len(part["also"])


@pytest.mark.parametrize("text", [
    "<script>alert(1)</script> **bold** words", "ممتاز جدا", "great\x07 movie\u202e!", "Ich habe keine Zeit.", "👩‍🚀 hello 👍", "a" * 300, "HELLO!!! " * 20,
])  # fmt: skip
def test_whatever_is_read_gives_something_written(text):
    data = experiment.translate(**Translate(text=text).arguments())
    assert data["text"].strip() and all(len(each["source"]) <= zoo.MOST and len(each["target"]) <= zoo.MOST + 1 for each in data["parts"])


@pytest.mark.parametrize("text", ["   ", "", "\x00\x07", "!!! ??? 12 + 7", "👍👍"])
def test_what_holds_no_word_is_refused_in_words(text):
    with pytest.raises(UserError, match="is empty|no word"):
        experiment.translate(**Translate(text=text).arguments())


def test_a_long_sentence_is_cut_behind_a_comma_and_a_long_text_says_what_it_leaves_out():
    long = "I went home because it was late and very cold outside, " * 9 + "and then I slept."
    places, pieces = experiment.cut(KNOWN, long)
    assert pieces == 1 and len(places) > 2 and all(long[a:b].endswith((",", ".")) for a, b in places)
    assert "".join(long[a:b] for a, b in places).replace(" ", "") == long.replace(" ", "")
    data = experiment.translate("Go! " * (TRANSLATED_PARTS + 5), beams=1)
    assert data["left"] == 5 and len(data["parts"]) == TRANSLATED_PARTS


def test_many_texts_are_translated_as_single_ones_and_a_bad_one_keeps_its_place():
    texts = ["I am tired. Go home!", " ", "Where is my key?", "go on. " * (TRANSLATED_PARTS + 1)]
    records = experiment.lines_of(texts)
    assert [each["text"] for each in records] == texts and ["problem" in each for each in records] == [False, True, False, True]
    for record in (records[0], records[2]):
        whole = experiment.translate(record["text"])
        assert record["translation"] == whole["text"]
        shares = np.concatenate([each["shares"] for each in whole["parts"]])
        assert record["score"] == pytest.approx(float(np.exp(np.log(shares).mean())), abs=1e-4)


def test_the_command_line_prints_an_array_and_plain_lines(capsys):
    assert cli.main(["predict", "text", "--task", "translation", "--json", "Thank you very much.", "I am tired."]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert set(first) == {"text", "translation", "score"} and first["translation"].startswith("Merci") and second["text"] == "I am tired."
    assert cli.main(["predict", "text", "--task", "translation", "Thank you very much."]) == 0
    assert capsys.readouterr().out.strip() == first["translation"]
    assert cli.main(["predict", "text", "--task", "translation", "--model", experiment.NAME, "--json", "Thank you very much."]) == 0
    assert json.loads(capsys.readouterr().out) == [{"text": "Thank you very much.", "translation": first["translation"]}]
    assert cli.main(["predict", "text", "--task", "translation", "12 + 7"]) == 0 and "no word" in capsys.readouterr().out
    assert cli.main(["predict", "text", "--task", "translation", "--model", "none/such", "Hello."]) == 2 and "not on this machine" in capsys.readouterr().err


def test_the_maths_and_the_tasks_follow_the_numbers():
    view = Translate(text="I am very tired today.", beams=1)
    data = experiment.translate(**view.arguments())
    total = float(np.log(data["parts"][0]["shares"]).sum())
    assert f"{total:.3f}" in words.maths(data["parts"][0], 1) and "Beam search" in words.maths(data["parts"][0], 4)
    assert len({key for key, _, _ in words.tasks(view, data)}) == 3
    for _, _, _, values, _ in words.PRESETS:
        assert Translate(**values).arguments()["text"]


@pytest.mark.parametrize("beams", [1, 4])
def test_the_script_taken_home_writes_the_same_french(tmp_path, beams):
    found = experiment.translate("I’m hungry. Where is the station?\nThe old man who lives here has lost his keys; nobody knows where.", beams)
    for _, make, name, _ in text_translate_script.files([each["english"] for each in found["parts"]], beams, experiment.NAME):
        made = make()
        (tmp_path / name).write_bytes(made.encode() if isinstance(made, str) else made)
    done = subprocess.run([sys.executable, str(tmp_path / f"{experiment.NAME}.py")], capture_output=True, text=True, timeout=100)
    assert done.stdout.splitlines() == [each["written"] for each in found["parts"]] and len(found["parts"]) == 3, done.stderr
