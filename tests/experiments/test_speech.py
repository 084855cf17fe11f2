"""What the Speech screen computes: answers, explanations that add up, one frame stage by stage, own words, and the program to take home."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.data import audio
from playground.experiments import speech_hear, speech_inside, speech_teach
from playground.experiments.speech import COLOURS, SOUNDS, Speech
from playground.experiments.speech_script import script
from playground.explain import speech_teach_words, speech_words
from playground.functions import speech as maths
from playground.zoo import speech

PLAIN = Speech()


def test_each_bundled_digit_is_heard_and_the_number_word_by_word():
    right = [speech_hear.hear(**PLAIN.changed(sound=f"digit-{digit}").heard())["best"] == digit for digit in range(10)]
    assert sum(right) >= 9
    number = speech_hear.course({"sound": "number", "upload": "", "word": 1})
    assert len(number["labels"]) == 5 and sum(a == b for a, b in zip(number["labels"], audio.NUMBER, strict=True)) >= 4
    third = speech_hear.hear(**PLAIN.changed(sound="number", word=3).heard())
    assert third["words"] == 5 and third["number"] == 3 and third["classes"][third["best"]] == number["labels"][2]


@given(st.sampled_from([key for key in SOUNDS if key != "own"]), st.integers(-10, 40), st.sampled_from(list(COLOURS)), st.floats(-12, 12), st.floats(0.5, 2), st.booleans())
@settings(max_examples=25, deadline=None)
def test_every_setting_gives_shares_that_add_up(sound, noise, colour, pitch, speed, backwards):
    view = Speech(sound=sound, noise=noise, colour=colour, pitch=pitch, speed=speed, backwards=backwards)
    data = speech_hear.hear(**view.heard())
    assert data["shares"].sum() == pytest.approx(1) and data["picture"].shape == (maths.BANDS, maths.FRAMES) and np.isfinite(data["sound"]).all()
    assert speech_words.advice(view, data) is not None and speech_words.maths_of(view, data, {"target": 0, "total": 0.0, "gap": 0.0, "asked": 1})


def test_words_that_run_together_are_asked_for_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    cut = []
    for digit in (1, 9, 8, 0):
        sound = np.abs(audio.sample(f"digit-{digit}"))
        loud = np.flatnonzero(sound > 0.05 * sound.max())
        cut.append(audio.sample(f"digit-{digit}")[loud[0] : loud[-1]])
    for words, told in ((cut, True), (cut[:1], False)):
        view = Speech(sound="own", upload=audio.stored(audio.as_kept(np.pad(np.concatenate(words), 4_000))))
        advice = " ".join(f"{each.words} {each.evidence}" for each in speech_words.advice(view, speech_hear.hear(**view.heard())))
        assert ("Words may run together" in advice and "0.2 s or more" in advice) == told


def test_integrated_gradients_add_up_to_the_score_gained():
    found = speech_hear.why(**PLAIN.heard(), target=-1, method="integrated")
    assert found["target"] == 7 and found["total"] == pytest.approx(found["gap"], rel=0.05, abs=0.2)
    against = speech_hear.why(**PLAIN.heard(), target=2, method="integrated")
    assert against["target"] == 2 and not np.allclose(found["values"], against["values"])


def test_occlusion_finds_the_word_and_not_the_silence_around_it():
    found = speech_hear.why(**PLAIN.heard(), target=7, method="occlusion")
    inside = np.abs(found["values"]).sum(0)
    picture = speech_hear.hear(**PLAIN.heard())["picture"]
    loud = picture.max(0) > -0.2
    assert inside[loud].mean() > 5 * inside[~loud].mean() + 1e-9


def test_noise_undoes_what_is_heard():
    curve = speech_hear.under_noise("white", 0.0, 1.0, False, 0)
    assert curve["right"][-1] >= 0.9 and curve["right"][0] < 0.5 and curve["count"] == 30
    assert speech_words.curve(PLAIN, curve).startswith("All 30 bundled clips")


def test_silence_and_a_click_are_said_and_a_quiet_word_is_heard():
    for sound in (np.zeros(16_000, np.int16), np.eye(1, 16_000, 500, np.int16)[0] * 20_000):
        assert "Nothing is said" in speech_hear.name_all([sound], 3)[0]["error"]
    quiet = (audio.as_kept(audio.sample("digit-7")) * 0.05).astype(np.int16)
    assert speech_hear.name_all([quiet], 3)[0]["labels"][0] == "7"


def test_a_word_beyond_the_last_is_the_last():
    assert speech_hear.hear(**PLAIN.changed(word=40).heard())["number"] == 1


@given(st.floats(0, 1))
@settings(max_examples=10, deadline=None)
def test_one_frame_taken_apart_is_the_column_that_the_network_sees(moment):
    data = speech_inside.frame(**PLAIN.heard(), moment=moment)
    logs = np.log10(np.maximum(data["bands"], 1e-10))
    by_hand = (np.maximum(logs, data["peak"] - maths.FLOOR) - data["peak"]) / (maths.FLOOR / 2) + 1
    np.testing.assert_allclose(by_hand, data["column"], atol=2e-3)
    assert speech_words.moment(data, data["time"]) == pytest.approx(moment, abs=0.02) and "mel" not in speech_words.inside_maths(data)[:5]


def test_the_program_to_take_home_repeats_the_answer(tmp_path):
    view = Speech(sound="digit-3", noise=15, pitch=1.0)
    data = speech_hear.hear(**view.heard())
    (tmp_path / "hear.py").write_text(script(view.changes()))
    (tmp_path / "sound.wav").write_bytes(audio.as_wav(data["sound"]))
    words = [sys.executable, "hear.py", "sound.wav", str(speech.FOLDER / f"{speech.NAME}.safetensors")]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-800:]
    label, share = done.stdout.splitlines()[0].rsplit(maxsplit=1)
    assert label.strip() == data["classes"][data["best"]] and float(share) == pytest.approx(data["shares"].max(), abs=0.02)


# Own words --------------------------------------------------------------------------------------------------------------------


def test_leaving_out_in_closed_form_is_the_same_as_learning_anew():
    stream = np.random.default_rng(0)
    inputs, targets, owner = stream.standard_normal((12, 5)), stream.standard_normal((12, 3)), np.repeat(np.arange(4), 3)
    inverse = np.linalg.inv(inputs @ inputs.T + 0.3 * np.eye(12))
    for i in range(4):
        own = owner == i
        kept = inputs[~own]
        anew = inputs[own] @ kept.T @ np.linalg.solve(kept @ kept.T + 0.3 * np.eye(9), targets[~own])
        np.testing.assert_allclose(speech_teach._left_out(inverse, inverse @ targets, targets, own), anew[0], atol=1e-8)


def test_the_sample_set_is_learnt_and_the_network_helps():
    found, plain = speech_teach.learn("", "network"), speech_teach.learn("", "picture")
    assert found["accuracy"] >= 5 / 6 and found["accuracy"] >= plain["accuracy"] and found["confusion"].sum() == 6
    asked = speech_teach.ask("", "network", {"sound": "digit-7", "upload": ""})
    assert asked["names"][asked["best"]] == "seven" and "cosine" in speech_teach_words.nearness(asked)
    assert "ridge" in speech_teach_words.maths(found) and "6 takes" in speech_teach_words.verdict(PLAIN, found)


def test_words_are_recorded_renamed_and_taken_back(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    project = speech_teach.renamed("", ("yes", "no"))
    recording = audio.as_kept(audio.sample("number"))
    project, count = speech_teach.with_recording(project, "yes", recording)
    assert count == 5
    with pytest.raises(UserError, match="“no” needs at least two takes"):
        speech_teach.learn(project, "network")
    project, _ = speech_teach.with_recording(project, "no", audio.as_kept(np.concatenate([audio.sample("digit-8")] * 3)))
    assert speech_teach.learn(project, "network")["counts"].tolist() == [5, 3]
    takes, labels, names = speech_teach.project(speech_teach.without(speech_teach.renamed(project, ("no", "perhaps")), [0]))
    assert names == ("no", "perhaps") and labels.tolist() == [0, 0] and takes.shape == (2, maths.WINDOW)
    for _ in range(7):
        project, _ = speech_teach.with_recording(project, "yes", recording)
    with pytest.raises(UserError, match="more than 40 takes"):
        speech_teach.with_recording(project, "yes", recording)


@pytest.mark.parametrize(
    ("line", "words"), [("yes", "1 different words"), ("yes, yes", "1 different words"), (",".join("abcdefghi"), "9 different words"), ("a," + "b" * 30, "longer than 24")]
)
def test_words_that_cannot_be_taught_are_said(line, words):
    with pytest.raises(UserError, match=words):
        speech_teach.names_of(line)


# The command line -------------------------------------------------------------------------------------------------------------


def test_the_command_line_answers_one_item_a_file(tmp_path, capsys):
    from playground import predict_cli

    good, empty = tmp_path / "four.wav", tmp_path / "empty.wav"
    good.write_bytes(audio.as_wav(audio.sample("digit-4")))
    empty.write_bytes(b"")
    threads = torch.get_num_threads()
    try:
        status = predict_cli.main(["speech", str(good), str(empty), str(tmp_path / "none.wav"), "--top", "2", "--json"])
    finally:
        torch.set_num_threads(threads)
    rows = json.loads(capsys.readouterr().out)
    assert status == 1 and [row["file"] for row in rows] == [str(good), str(empty), str(tmp_path / "none.wav")]
    assert rows[0]["top"][0]["label"] == "4" and len(rows[0]["top"]) == 2 and 0 <= rows[0]["top"][1]["probability"] <= 1
    assert "is empty" in rows[1]["error"] and "cannot be read" in rows[2]["error"]
    with pytest.raises(UserError, match="--top must be between 1 and 11"):
        predict_cli.main(["speech", str(good), "--top", "0"])
