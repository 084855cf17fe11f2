"""The bundled digit network, its card, and the recipe: resumable to the bit, measured on clips it has not seen."""

import json

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.randomness import numpy_stream
from playground.data import audio
from playground.functions import speech as maths
from playground.zoo import catalogue, speech
from playground.zoo.recipes import speech_augment, speech_data, speech_session, speech_voices


def test_the_card_says_what_was_measured_on_whom():
    card = speech.speech_card()
    assert card.classes == speech.CLASSES and card.bytes < 2_000_000 and card.licence == "CC BY-SA 4.0" and "speech train" in card.command
    held = card.scores["speaker-held-out accuracy"]
    assert held == pytest.approx(np.mean(list(card.speakers.values())), abs=1e-3) and 0.8 < held <= 1 and 1 <= len(card.speakers) <= 5
    assert "by a network trained without" in card.split and card.scores["the same under pink noise 20 dB below the word"] <= held + 0.02
    assert catalogue.model(speech.NAME).area == "Sound" and catalogue.model(speech.NAME).main[0] == "speaker-held-out accuracy"
    with pytest.raises(UserError, match="no bundled model for sounds"):
        speech.speech_card("ears")


def test_bundled_clips_are_named_rightly_and_noise_is_none_of_them():
    model = speech.load()
    windows = [_window(np.pad(each.samples, 2_000)) for each in audio.clips()]
    with torch.inference_mode():
        found = model(maths.picture(torch.from_numpy(np.stack(windows)))).argmax(1).tolist()
        noises = [0.05 * maths.noise(maths.WINDOW, colour, numpy_stream(0, "test", i)) for colour in (0.0, 0.5, 1.0, 1.5, 2.0) for i in range(12)]
        called = model(maths.picture(torch.from_numpy(np.stack(noises)))).argmax(1) == speech.CLASSES.index(speech.OTHER)
    assert sum(a == each.digit for a, each in zip(found, audio.clips(), strict=True)) >= 28
    assert called[:36].all() and float(called.double().mean()) > 0.9  # white to pink always, brown noise is the hardest


def _window(sound):
    begin, end = max(maths.words(sound), key=lambda each: maths.loudness(sound[each[0] : each[1]]))
    return maths.window(sound, begin, end)[0]


@pytest.fixture(scope="module")
def data():
    """Four made-up clips a speaker of two speakers."""
    stream = np.random.default_rng(0)
    lengths = stream.integers(2_000, 5_000, 60)
    sounds = [0.3 * np.sin(np.arange(size) * (0.1 + 0.05 * (i % 10))).astype(np.float32) for i, size in enumerate(lengths)]
    begins = np.cumsum([0, *lengths[:-1]])
    column = lambda values: torch.as_tensor(np.asarray(values, np.int64))
    audio_ = torch.from_numpy(np.concatenate([*sounds, np.zeros(2, np.float32)]))
    return speech_data.Clips(audio_, column(begins), column(lengths), column(np.arange(60) % 10), column(np.arange(60) // 30), column(np.arange(60) % 12), ("Ann", "Bob"))


@pytest.fixture(scope="module")
def small(data):
    made = pytest.MonkeyPatch()
    made.setattr(speech_data, "VERSIONS", 2)
    made.setattr(speech_session, "BATCH", 14)
    yield speech_data.pool(data)
    made.undo()


def test_guises_are_pictures_that_differ_and_come_from_the_seed_alone(data, small):
    assert small.digits.shape == (2, 60, maths.BANDS, maths.FRAMES) and small.digits.dtype == torch.uint8
    assert (small.digits[0] != small.digits[1]).float().mean() > 0.1 and small.others.shape[0] == 12 and set(small.speakers.tolist()) <= {-1, 0, 1}
    again = speech_data.pool(data)
    assert torch.equal(again.digits, small.digits) and torch.equal(again.others, small.others)


def test_a_training_that_was_interrupted_goes_on_to_the_bit(data, small):
    whole = speech_session.Session(data, small, 1, epochs=3)
    for _ in range(3):
        whole.one_epoch()
    begun = speech_session.Session(data, small, 1, epochs=3)
    begun.one_epoch()
    resumed = speech_session.Session(data, small, 1, epochs=3)
    from playground.core import packets

    resumed.load(packets.decode(packets.encode("checkpoint", begun.state()))[1])
    resumed.one_epoch(), resumed.one_epoch()
    assert all(np.array_equal(value, resumed.kept()[key]) for key, value in whole.kept().items())
    assert set(data.speakers[whole.rows].tolist()) == {0} and 1 not in small.speakers[whole.others]


def test_the_bundled_weights_never_see_the_takes_that_were_set_aside(data, small):
    session = speech_session.Session(data, small, None)
    assert int(data.takes[session.rows].min()) == speech_session.TESTED and len(session.rows) < len(data.labels)


def test_synthetic_voices_are_half_of_every_batch_and_no_speaker_that_is_measured(data, small):
    made = {"audio": np.arange(-3_000, 3_000, dtype=np.int16), "offsets": np.array([0, 2_000, 6_000]), "labels": np.array([3, 4]), "speakers": np.array([0, 1])}
    crowd = data.joined(made)
    assert np.array_equal(crowd.one(61), made["audio"][2_000:].astype(np.float32) / 32768) and np.array_equal(crowd.one(59), data.one(59))
    assert crowd.names == data.names and crowd.speakers[60:].tolist() == [2, 3]
    guises = speech_data.Pool(torch.cat([small.digits, small.digits[:, :2]], 1), small.others, small.speakers)
    session = speech_session.Session(crowd, guises, 0)
    pictures, targets = session.batch(session.rows[: session.share])
    assert session.share == 4 and set(session.rows.tolist()) == set(range(30, 60)) and session.voices.tolist() == [60, 61]
    assert pictures.shape == (14, maths.BANDS, maths.FRAMES) and set(targets[4:8].tolist()) <= {3, 4} and targets[8:].tolist() == [10] * 6


def test_voices_that_cannot_speak_are_named_and_what_was_said_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(speech_voices.shutil, "which", lambda name: None if name == "flite" else name)
    with pytest.raises(UserError, match="flite cannot be found"):
        speech_voices.voices()
    monkeypatch.setattr(speech_voices.shutil, "which", lambda name: name)
    tone = np.concatenate([np.zeros(4_000), 0.2 * np.sin(np.arange(8_000) * 0.2), np.zeros(6_000)]).astype(np.float32)
    asked = []
    speak = lambda stream, number: asked.append(number) or iter([(3, (tone, 16_000)), (4, (tone[:3_900], 16_000))])  # the second is silence
    monkeypatch.setattr(speech_voices, "SPEAKERS", {"espeak-ng": 2, "festival": 1})
    monkeypatch.setattr(speech_voices, "_SAID", {"espeak-ng": speak, "festival": speak})
    made = speech_voices.voices(asked.append)
    assert made["labels"].tolist() == [3, 3, 3] and made["speakers"].tolist() == [0, 1, 2] and asked == [0, 1, 0, "3 clips of 3 synthetic voices"]
    assert 3_900 <= made["offsets"][1] <= 4_300 and abs(int(np.abs(made["audio"]).max()) - round(0.7 * 32767)) < 700
    assert np.array_equal(speech_voices.voices(asked.append)["audio"], made["audio"]) and len(asked) == 4  # kept: nobody spoke again


def test_every_change_keeps_shape_and_is_finite():
    stream = torch.Generator().manual_seed(3)
    sounds = speech_augment.hum(5, stream) * 0.2
    for change in (speech_augment.echo, speech_augment.dirtied):
        made = change(sounds.clone(), stream)
        assert made.shape == sounds.shape and torch.isfinite(made).all()
    pictures = speech_augment.masked(speech_augment.pictures(sounds, stream), stream)
    assert pictures.shape == (5, maths.BANDS, maths.FRAMES) and float(pictures.min()) >= -1 and float(pictures.max()) <= 1
    gated = speech_augment.gated(pictures, stream)
    assert gated.shape == pictures.shape and float(gated.min()) >= -1 and float(gated.max()) == 1 and float((gated - pictures).abs().max()) > 0.05
    assert float(speech_augment.coloured(4, stream).square().mean(1).sub(1).abs().max()) < 1e-3


def test_the_card_is_what_lies_beside_the_weights():
    written = json.loads((speech.FOLDER / f"{speech.NAME}.json").read_text())
    assert written["bytes"] == (speech.FOLDER / f"{speech.NAME}.safetensors").stat().st_size
    assert written["parameters"] == sum(each.numel() for each in speech.load().parameters())
