"""Speech models of the Hub: what is said when they are not here, and that the code that runs them runs, on tiny models made here."""

import json

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import hub_files
from playground.experiments import speech_hub


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Folders with a tiny random voice and a tiny random writer, as transformers saves them."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import torch
    import transformers

    torch.manual_seed(0)
    voice, writer = tmp_path_factory.mktemp("voice"), tmp_path_factory.mktemp("writer")
    letters = {letter: i for i, letter in enumerate("-abcdefghijklmnopqrstuvwxyz '")}
    (voice / "letters.json").write_text(json.dumps(letters))
    transformers.VitsTokenizer(str(voice / "letters.json"), pad_token="-", unk_token="-", is_uroman=False, phonemize=False).save_pretrained(voice)
    transformers.VitsModel(transformers.VitsConfig(
        vocab_size=len(letters), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16, flow_size=16, spectrogram_bins=9, upsample_initial_channel=16,
        upsample_rates=[4, 4], upsample_kernel_sizes=[8, 8], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]], prior_encoder_num_flows=1,
        posterior_encoder_num_wavenet_layers=1, prior_encoder_num_wavenet_layers=1, duration_predictor_num_flows=1,
        duration_predictor_filter_channels=16, wavenet_kernel_size=3, depth_separable_num_layers=1,
    )).save_pretrained(voice)  # fmt: skip
    return {"voice": voice, "writer": writer}


def test_a_text_is_read_aloud_the_same_way_for_the_same_seed(tiny, monkeypatch):
    monkeypatch.setattr(hub_files, "cached", lambda model, name="model.safetensors": tiny["voice"] / "model.safetensors")
    speech_hub.loaded.cache_clear()
    asked = {"model": "a/b", "text": "the cat", "tempo": 1.0, "liveliness": 0.5, "seed": 1}
    found = speech_hub.speak(**asked)
    assert found["sound"].dtype == np.float32 and len(found["sound"]) > 100 and found["rate"] == 16_000
    np.testing.assert_array_equal(found["sound"], speech_hub.speak(**asked)["sound"])
    assert len(speech_hub.speak(**{**asked, "tempo": 0.5})["sound"]) > len(found["sound"])
    with pytest.raises(UserError, match="nothing in this text"):
        speech_hub.speak(**{**asked, "text": "  "})
    with pytest.raises(UserError, match="cannot be opened for this task"):
        speech_hub.transcribe("a/b", {"sound": "digit-1", "upload": "", "word": 1}, 0, "", False)
    speech_hub.loaded.cache_clear()


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
