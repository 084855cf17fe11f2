"""Speech models of the Hub, fetched from one on loopback: what is said is written down, a text is read aloud, and what cannot be is said."""

import io
import wave

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import audio, hub_files
from playground.experiments import speech_hub
from tests import hub_checkpoints
from tests.hub_server import brought, served

SEVEN = {"sound": "digit-7", "upload": "", "word": 1}
SPOKEN = {"model": "tiny/voice", "text": "the cat", "tempo": 1.0, "liveliness": 0.5, "seed": 1}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched, served(patched, tmp_path_factory.mktemp("cache")) as hub:
        hub.repositories |= {name: hub_checkpoints.every()[name] for name in ("tiny/whisper", "tiny/voice", "tiny/gpt2")}
        for repository in hub.repositories:
            brought(repository)
        yield hub


def test_what_is_said_is_written_down_with_times_and_an_upload_is_read_in_pieces(hub):
    heard = speech_hub.transcribe("tiny/whisper", SEVEN, 0, "en", False)
    last = len(speech_hub.recording(SEVEN)) / audio.KEPT_RATE
    assert heard["tokens"] > 0 and all(0 <= each["begin"] < last and each["begin"] <= each["end"] <= last and each["text"] for each in heard["segments"])
    again = speech_hub.transcribe("tiny/whisper", SEVEN, 0, "en", False)
    assert again["segments"] == heard["segments"] and again["text"] == heard["text"]
    own = {"sound": audio.OWN, "upload": audio.stored((9_000 * np.sin(np.arange(16_000 * 33) / 9)).astype(np.int16)), "word": 1}
    assert speech_hub.spans(own) == 2
    second = speech_hub.transcribe("tiny/whisper", own, 1, "", True)
    assert all(30 <= each["begin"] <= each["end"] <= 33 for each in second["segments"])


def test_a_model_that_has_lost_its_times_still_writes_one_piece(hub, monkeypatch):
    _, network = speech_hub.loaded("transcribe", "tiny/whisper")
    monkeypatch.delattr(network.generation_config, "no_timestamps_token_id")
    heard = speech_hub.transcribe("tiny/whisper", SEVEN, 0, "", False)
    assert len(heard["segments"]) <= 1 and heard["text"] == " ".join(each["text"] for each in heard["segments"])


def test_a_text_is_read_aloud_the_same_way_for_the_same_seed(hub):
    found = speech_hub.speak(**SPOKEN)
    assert found["sound"].dtype == np.float32 and len(found["sound"]) > 100 and found["rate"] == 16_000 and np.isfinite(found["sound"]).all()
    with wave.open(io.BytesIO(audio.as_wav(found["sound"], found["rate"]))) as file:
        assert (file.getframerate(), file.getnframes(), file.getnchannels()) == (16_000, len(found["sound"]), 1)
    np.testing.assert_array_equal(found["sound"], speech_hub.speak(**SPOKEN)["sound"])
    assert len(speech_hub.speak(**{**SPOKEN, "tempo": 0.5})["sound"]) > len(found["sound"])


def test_what_a_model_cannot_do_is_said(hub):
    with pytest.raises(UserError, match="nothing in this text"):
        speech_hub.speak(**{**SPOKEN, "text": "  "})
    with pytest.raises(UserError, match="was not taught German"):
        speech_hub.transcribe("tiny/whisper", SEVEN, 0, "de", False)
    for repository in ("tiny/voice", "tiny/gpt2"):
        with pytest.raises(UserError, match="cannot be opened for this task"):
            speech_hub.transcribe(repository, SEVEN, 0, "", False)
    with pytest.raises(UserError, match="cannot be opened for this task"):
        speech_hub.speak(**{**SPOKEN, "model": "tiny/whisper"})


def test_a_model_that_is_not_here_points_to_what_is(monkeypatch):
    monkeypatch.setattr(hub_files, "cached", lambda model, name="model.safetensors": None)
    speech_hub.loaded.cache_clear()
    for task in speech_hub.TASKS:
        with pytest.raises(UserError, match="not on this machine"):
            speech_hub.loaded(task, speech_hub.HubSpeech(task=task).chosen)
    assert all(row[0].endswith(".") and all("/" in name for name in row[1]) for row in speech_hub.TASKS.values())


def test_a_long_recording_is_read_in_pieces_of_thirty_seconds(monkeypatch):
    for seconds, pieces in ((1, 1), (30, 1), (31, 2), (600, 20)):
        monkeypatch.setattr(speech_hub, "recording", lambda chosen, size=16_000 * seconds: np.zeros(size, np.float32))
        assert speech_hub.spans({}) == pieces
