"""Models fetched from a Hub on loopback: what comes, what is counted, what is said when it does not come, and that they then open."""

import errno
import json
import time

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import hub_files
from playground.experiments import images_models
from playground.experiments.images_predict import predict
from tests.hub_server import COMMIT, brought, served

SEEN = {"picture": "checks", "drawing": "", "upload": ""}
TIMM = "test_resnet.r160_in1k"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with served(monkeypatch, tmp_path / "cache") as hub:
        hub.repositories["tiny/weights"] = {"config.json": b"{}", "model.safetensors": np.random.default_rng(0).bytes(3_000_000), "README.md": b"x"}
        yield hub


def nothing_left(tmp_path):
    return not [each for each in tmp_path.rglob("*") if each.is_file() and (each.name.endswith(".incomplete") or each.stat().st_size > 100_000)]


def test_settings_and_weights_come_and_are_counted_and_the_rest_stays_away(hub):
    assert hub_files.cached("tiny/weights") is None
    job, folder = brought("tiny/weights")
    assert sorted(each.name for each in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert job.received == job.total == 3_000_002 and job.share == 1
    assert hub_files.cached("tiny/weights").read_bytes() == hub.repositories["tiny/weights"]["model.safetensors"]
    assert "tiny/weights" in hub_files.stored()
    before = hub.asked[f"GET tiny/weights/resolve/{COMMIT}/model.safetensors"]
    brought("tiny/weights")
    assert hub.asked[f"GET tiny/weights/resolve/{COMMIT}/model.safetensors"] == before == 1  # the second time it is here


def test_vocabularies_and_the_form_of_conversations_come_and_programs_stay_away(hub):
    names = {"tokenizer.json", "vocab.txt", "source.spm", "tokenizer.model", "chat_template.jinja"}
    hub.repositories["tiny/words"] = {**hub.repositories["tiny/weights"], **dict.fromkeys(names, b"{}"), "modeling.py": b"", "pytorch_model.bin": b"", "rust_model.ot": b""}
    _, folder = brought("tiny/words")
    assert {each.name for each in folder.iterdir()} == names | {"config.json", "model.safetensors"}


@pytest.mark.parametrize("settings, found", [({}, ""), ({"auto_map": {}, "model_type": "gpt2"}, "offered"), ({"auto_map": {}, "model_type": "xlm-roberta"}, "offered"),
                                             ({"auto_map": {}, "model_type": "homemade"}, "needed"), ({"auto_map": {}}, "needed"), ([], "")])  # fmt: skip
def test_a_repository_that_brings_its_own_program_is_known_by_its_settings(tmp_path, settings, found):
    (tmp_path / "config.json").write_text(json.dumps(settings))
    assert hub_files.own_code(tmp_path) == found


def test_a_model_that_is_a_program_is_refused_before_its_weights_come(hub):
    hub.repositories["tiny/program"] = {**hub.repositories["tiny/weights"], "config.json": json.dumps({"auto_map": {}, "model_type": "homemade"}).encode(), "modeling.py": b"1 / 0"}
    with pytest.raises(UserError, match="trust_remote_code.*never run here"):
        brought("tiny/program")
    assert not any("modeling.py" in each or ("GET" in each and "model.safetensors" in each) for each in hub.asked)


def test_time_left_is_told_once_it_can_be_known(monkeypatch):
    clock = iter((0.0, 0.1, 1.0, 2.0))
    monkeypatch.setattr(hub_files.time, "monotonic", lambda: next(clock))
    job = hub_files.Job("a/b", total=400)
    job.count(0), job.count(100)
    assert job.seconds_left is None  # a tenth of a second tells nothing
    job.count(0), job.count(100)
    assert job.seconds_left == pytest.approx(2.0)


def test_a_broken_connection_is_taken_up_where_it_broke(hub):
    hub.fault = "cut once"
    job, _ = brought("tiny/weights")
    assert hub.ranges and int(hub.ranges[0].split("=")[1].split("-")[0]) > 0
    assert hub_files.cached("tiny/weights").read_bytes() == hub.repositories["tiny/weights"]["model.safetensors"]


def test_a_download_runs_beside_the_page_and_is_cancelled_at_once(hub, tmp_path):
    hub.fault = "trickle"
    job = hub_files.start("tiny/weights")
    assert hub_files.start("tiny/weights") is job  # a second visitor joins it
    deadline = time.monotonic() + 15
    while not job.received > 20_000 and time.monotonic() < deadline:
        hub.go.wait(0.02)
    assert 0 < job.share < 1 and job.state == "running"
    begun = time.monotonic()
    job.cancel()
    while not nothing_left(tmp_path) and time.monotonic() < begun + 10:
        hub.go.wait(0.02)
    assert job.state == "cancelled" and nothing_left(tmp_path) and hub_files.cached("tiny/weights") is None
    hub.fault = ""
    again = hub_files.start("tiny/weights")
    while again.state == "running" and time.monotonic() < begun + 20:
        hub.go.wait(0.02)
    assert again.state == "done" and hub_files.current("tiny/weights") is again


@pytest.mark.parametrize("fault, words", [("wrong", "checksum"), ("500", "fault of its own"), ("slow", "sent nothing")])
def test_each_failure_has_its_sentence_and_leaves_nothing(hub, tmp_path, fault, words):
    hub.fault = fault
    with pytest.raises(UserError, match=words):
        brought("tiny/weights")
    assert hub_files.cached("tiny/weights") is None and nothing_left(tmp_path)


def test_a_file_that_always_breaks_off_is_given_up_in_words(hub, tmp_path):
    hub.fault = "cut"
    with pytest.raises(UserError, match="broke off again and again; tiny/weights could not be fetched"):
        brought("tiny/weights")
    assert nothing_left(tmp_path)


def test_what_is_not_there_is_not_taken_or_does_not_fit_is_said(hub, monkeypatch):
    hub.repositories["tiny/pickled"] = {"config.json": b"{}", "pytorch_model.bin": b"x"}
    for repository, words in (("tiny/nobody", "no public model"), ("tiny/pickled", "could run a program"), ("../etc/passwd", "no name of a model"), ("a b", "no name of a model")):
        with pytest.raises(UserError, match=words):
            brought(hub_files.checked(repository))

    def full(*_arguments, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("huggingface_hub.file_download.http_get", full)
    with pytest.raises(UserError, match="disk is full"):
        brought("tiny/weights")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError, match="seems to be offline"):
        brought("tiny/weights")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserError, match="set to stay offline"):
        brought("tiny/weights")


def test_a_network_of_timm_is_fetched_and_names_a_picture(hub):
    import torch
    from safetensors.torch import save

    timm = images_models._timm()
    torch.manual_seed(0)
    model = timm.create_model(TIMM, pretrained=False)
    hub.repositories[f"timm/{TIMM}"] = {"config.json": json.dumps({"architecture": "test_resnet"}).encode(), "model.safetensors": save(model.state_dict())}
    with pytest.raises(UserError, match="Download it first"):
        predict(f"timm:{TIMM}", SEEN)
    assert not images_models.present(f"timm:{TIMM}")
    brought(images_models.repository(f"timm:{TIMM}"))
    found = predict(f"timm:{TIMM}", SEEN, 3)
    opened = images_models.classifier(f"timm:{TIMM}")
    assert len(found["labels"]) == 3 and found["count"] == 1000 and opened.classes[281] == "tabby"
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), opened.module.state_dict().values(), strict=True))


def test_a_classifier_of_transformers_is_fetched_and_a_damaged_one_refused_in_words(hub, tmp_path):
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(0)
    settings = ViTConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, image_size=32, patch_size=8,
                         id2label={0: "ant", 1: "bee", 2: "cow"})  # fmt: skip
    ViTForImageClassification(settings).save_pretrained(tmp_path / "made")
    files = {each.name: each.read_bytes() for each in (tmp_path / "made").iterdir()}
    files["preprocessor_config.json"] = json.dumps({"size": {"height": 32, "width": 32}, "resample": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}).encode()
    hub.repositories["tiny/vit"] = files
    hub.repositories["tiny/broken"] = {**files, "model.safetensors": files["model.safetensors"][:-1000]}
    hub.repositories["tiny/other"] = {**files, "config.json": json.dumps({"architectures": ["BertModel"], "model_type": "bert"}).encode()}
    for repository in ("tiny/vit", "tiny/broken", "tiny/other"):
        brought(repository)
    assert set(predict("hub:tiny/vit", SEEN)["labels"]) == {"ant", "bee", "cow"}
    with pytest.raises(UserError, match="could not be opened"):
        predict("hub:tiny/broken", SEEN)
    with pytest.raises(UserError, match="no classifier of pictures but BertModel"):
        predict("hub:tiny/other", SEEN)
