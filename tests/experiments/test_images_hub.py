"""Finders of the Hub as they are published, made small here, fetched from a Hub on loopback, and asked."""

import json

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import hub_files
from playground.experiments import images_tasks
from tests.data.test_hub_files import hub  # noqa: F401  (a fixture)

SEEN = {"picture": "cat", "drawing": "", "upload": ""}
LETTERS = "abcdefghijklmnopqrstuvwxyz 0123456789"


@pytest.fixture
def made(hub, tmp_path):  # noqa: F811
    """`made(model, **texts)` puts a model with its files on the Hub and fetches it."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    images_tasks._opened.cache_clear()

    def bring(name, model, **texts):
        model.save_pretrained(tmp_path / "made")
        files = {each.name: each.read_bytes() for each in (tmp_path / "made").iterdir()}
        hub.repositories[name] = files | {key: value.encode() for key, value in texts.items()}
        hub_files.fetch(hub_files.Job(name))

    yield bring
    images_tasks._opened.cache_clear()


def test_a_detr_whose_settings_name_a_pretrained_backbone_asks_the_network_for_none(made, hub):  # noqa: F811
    from transformers import DetrConfig, DetrForObjectDetection

    small = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16,
             "decoder_ffn_dim": 16, "num_queries": 5}  # fmt: skip
    model = DetrForObjectDetection(DetrConfig(use_timm_backbone=True, backbone="resnet10t", use_pretrained_backbone=False, id2label={0: "cup", 1: "cat"}, **small))
    told = json.loads(model.config.to_json_string())
    told.pop("backbone_config", None)
    published = {**told, "use_timm_backbone": True, "backbone": "resnet10t", "use_pretrained_backbone": True, "architectures": ["DetrForObjectDetection"]}
    made("tiny/detr", model, **{"config.json": json.dumps(published), "preprocessor_config.json": json.dumps(
        {"feature_extractor_type": "DetrFeatureExtractor", "format": "coco_detection", "size": 64, "max_size": 96, "image_mean": [0.5] * 3, "image_std": [0.2] * 3})})  # fmt: skip
    asked = sum(hub.asked.values())
    found = images_tasks.find("detection", "tiny/detr", SEEN)
    assert 0 < len(found["labels"]) == len(found["boxes"]) <= 5 and (np.diff(found["shares"]) <= 0).all() and sum(hub.asked.values()) == asked


def test_a_trocr_reads_every_line_of_writing(made):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import TrOCRConfig, VisionEncoderDecoderModel, ViTConfig
    from transformers.models.trocr import TrOCRForCausalLM
    from transformers.models.vit import ViTModel

    words = {word: i for i, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *LETTERS])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    encoder = ViTModel(ViTConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=32, patch_size=8))
    decoder = TrOCRForCausalLM(TrOCRConfig(vocab_size=len(words), d_model=16, decoder_layers=1, decoder_attention_heads=2, decoder_ffn_dim=16, max_position_embeddings=64,
                                           cross_attention_hidden_size=16, is_decoder=True, add_cross_attention=True))  # fmt: skip
    model = VisionEncoderDecoderModel(encoder=encoder, decoder=decoder)
    for settings in (model.config, model.generation_config):
        settings.decoder_start_token_id, settings.pad_token_id, settings.eos_token_id = 0, 1, 2
    made("tiny/trocr", model, **{
        "tokenizer.json": tokenizer.to_str(), "tokenizer_config.json": json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "</s>", "pad_token": "<pad>"}),
        "preprocessor_config.json": json.dumps({"feature_extractor_type": "ViTFeatureExtractor", "do_resize": True, "size": 32, "do_normalize": True,
                                                "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "resample": 2}),
    })  # fmt: skip
    found = images_tasks.find("words", "tiny/trocr", {**SEEN, "picture": "page"})
    assert len(found["texts"]) == len(found["boxes"]) >= 3 and found["all_lines"] >= len(found["texts"])
    assert ((found["shares"] > 0) & (found["shares"] <= 1)).all() and all(isinstance(each, str) for each in found["texts"])


def test_what_a_download_would_bring_is_told_before_anything_is_fetched(hub):  # noqa: F811
    told = hub_files.announced("tiny/weights")
    assert told == [("config.json", 2), ("model.safetensors", 3_000_000)] and hub_files.cached("tiny/weights") is None
    for name, words in (("nobody/nothing", "no public model"), ("not a name", "no name of a model")):
        with pytest.raises(UserError, match=words):
            hub_files.announced(name)
