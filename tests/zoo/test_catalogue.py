"""One list of every bundled model, whatever its family, and the commands over it."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from playground import cli
from playground.core.errors import UserError
from playground.zoo import cards, catalogue
from playground.zoo import cli as zoo_cli

HUB_FILES = {"config.json": json.dumps({"architecture": "resnet18", "num_classes": 10}).encode()}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder of weights of one's own."""
    monkeypatch.setattr(cards, "WEIGHTS", tmp_path)
    return tmp_path


def put(folder, name, **about):
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"a": np.zeros((3, 4), np.float32)}, folder / f"{name}.safetensors")
    (folder / f"{name}.json").write_text(json.dumps({"name": name, "scores": {"test accuracy": 0.9}, **about}))


def test_every_bundled_file_of_weights_has_a_card_in_the_list_that_tells_the_truth_about_it():
    known = catalogue.models()
    listed = {each.weights for each in known.values()}
    kept = {path for path in cards.WEIGHTS.rglob("*.safetensors") if path.with_suffix(".json").is_file() or (path.parent / "card.json").is_file()}
    assert kept <= listed
    for each in known.values():
        assert each.weights.stat().st_size == each.bytes and each.parameters > 0 and each.title and each.licence, each.name
        assert each.main is not None and each.main[1] == each.scores[each.main[0]]


def test_a_model_of_a_new_family_appears_by_itself_without_a_restart(elsewhere):
    before = set(catalogue.models())
    put(elsewhere / "weather", "tomorrow", title="Tomorrow's weather", classes=["sun", "rain"])
    made = catalogue.models()["tomorrow"]
    assert "tomorrow" not in before
    assert (made.area, made.family, made.chance, made.share) == ("Weather", "weather", 0.5, 0.9)
    assert catalogue.arrays("tomorrow") == [("a", "F32", (3, 4), 12)]


def test_files_that_are_no_cards_are_left_out(elsewhere):
    put(elsewhere, "good")
    (elsewhere / "half.json").write_text('{"name": "ha')
    (elsewhere / "list.json").write_text("[1, 2]")
    (elsewhere / "alone.json").write_text(json.dumps({"name": "alone", "scores": {}}))
    assert {each.name for each in catalogue.models().values() if each.family == ""} == {"good"}


@pytest.mark.parametrize(("scores", "main"), [
    ({"test reconstruction": 140.0, "test negative ELBO": 145.0}, "test negative ELBO"),
    ({"the same of real test images": 0.99, "class asked for, read by digits-cnn": 0.97}, "class asked for, read by digits-cnn"),
    ({"dev exact match": 0.4, "dev F1": 0.5}, "dev F1"), ({"something else": 3.0}, "something else"),
])  # fmt: skip
def test_the_best_known_score_stands_for_a_model(elsewhere, scores, main):
    put(elsewhere, "one", scores=scores)
    assert catalogue.models()["one"].main[0] == main


def test_the_list_as_json_holds_every_family(capsys):
    assert cli.main(["zoo", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == set(catalogue.models()) and {"digits-cnn", "sentiment", "CartPole-v1", "vae-digits"} <= set(rows)
    assert rows["digits-cnn"]["scores"] == cards.card("digits-cnn").scores
    assert cli.main(["zoo", "list"]) == 0 and "Acting" in capsys.readouterr().out


def test_recipes_are_known_before_their_weights_are():
    assert {"digits-cnn", "cifar10-resnet", "sentiment", "qa", "gan-digits", "vae-digits"} <= set(zoo_cli.recipes())


def test_train_and_evaluate_go_to_the_recipe_of_the_family_with_the_options_it_has(monkeypatch, capsys):
    from playground.zoo.recipes import gan, language

    asked = []
    monkeypatch.setattr(language, "train", lambda name, say=print: asked.append(("train", name)) or cards.card("digits-cnn"))
    monkeypatch.setattr(language, "evaluate", lambda name: asked.append(("evaluate", name)) or {"F1": 0.5})
    monkeypatch.setattr(gan, "train", lambda steps=1, say=print: asked.append(("gan", steps)) or cards.card("digits-cnn"))
    assert cli.main(["zoo", "train", "qa", "--json"]) == 0 and cli.main(["zoo", "evaluate", "sentiment", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"name": "sentiment", "F1": 0.5}
    assert cli.main(["zoo", "train", "gan-digits", "--device", "cpu"]) == 0
    assert asked == [("train", "qa"), ("evaluate", "sentiment"), ("gan", 1)]
    assert cli.main(["zoo", "train", "qa", "--epochs", "3"]) == 2 and "no --epochs" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "said"), [
    (["info", "nothing"], "no bundled model named 'nothing'"), (["train", "nothing"], "no recipe named 'nothing'"), (["evaluate", "nothing"], "no recipe named 'nothing'"),
    (["train", "CartPole-v1"], "rl train --env CartPole-v1"),
])  # fmt: skip
def test_what_is_not_there_is_said_in_words(words, said, capsys):
    assert cli.main(["zoo", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_autoencoder_is_measured_from_its_bundled_weights(monkeypatch, capsys):
    from playground.zoo.recipes import autoencoder

    monkeypatch.setattr(autoencoder, "measure", lambda model: ({"learnt": float(sum(each.numel() for each in model.parameters()))}, None, None))
    assert cli.main(["zoo", "evaluate", "vae-digits", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["learnt"] == catalogue.model("vae-digits").parameters


def test_the_doctor_says_where_the_language_backbone_lies_and_finds_a_broken_file(elsewhere):
    from playground import doctor

    put(elsewhere, "good")
    assert "1 pictures" in doctor._models() and "MiniLM" in doctor._models()
    (elsewhere / "good.safetensors").write_bytes((elsewhere / "good.safetensors").read_bytes()[:30])
    with pytest.raises((ValueError, UserError)):
        doctor._models()


# Downloaded models ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A Hub's cache of one's own with two downloaded models."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    for owner, name, size in (("timm", "resnet18.a1_in1k", 5000), ("someone", "thing", 300)):
        place = tmp_path / f"models--{owner}--{name}"
        commit = "a" * 40
        (place / "snapshots" / commit).mkdir(parents=True)
        (place / "blobs").mkdir()
        (place / "refs").mkdir()
        (place / "refs" / "main").write_text(commit)
        for file, content in {**HUB_FILES, "model.safetensors": b"x" * size}.items():
            (place / "blobs" / file).write_bytes(content)
            (place / "snapshots" / commit / file).symlink_to(place / "blobs" / file)
    return tmp_path


def test_downloaded_models_are_listed_with_size_and_removed_from_the_disk(cache):
    from playground.zoo import catalogue_cache

    rows = catalogue_cache.kept()
    assert [each.repository for each in rows] == ["timm/resnet18.a1_in1k", "someone/thing"]
    assert rows[0].bytes == 5000 + len(HUB_FILES["config.json"]) and rows[0].files == 2
    assert catalogue_cache.remove(["timm/resnet18.a1_in1k"]) == rows[0].bytes
    assert [each.repository for each in catalogue_cache.kept()] == ["someone/thing"]
    assert not list(cache.glob("models--timm*"))
    with pytest.raises(UserError, match="not in the cache any more"):
        catalogue_cache.remove(["timm/resnet18.a1_in1k"])


def test_a_model_that_is_being_downloaded_is_not_removed(cache, monkeypatch):
    from playground.data import hub_files
    from playground.zoo import catalogue_cache

    monkeypatch.setitem(hub_files._JOBS, "someone/thing", hub_files.Job("someone/thing"))
    with pytest.raises(UserError, match="being downloaded"):
        catalogue_cache.remove(["someone/thing"])
    assert len(catalogue_cache.kept()) == 2


def test_a_cache_that_does_not_exist_is_an_empty_one(tmp_path, monkeypatch):
    from huggingface_hub import constants

    from playground.zoo import catalogue_cache

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "nothing"))
    assert catalogue_cache.kept() == [] and catalogue_cache.remove([]) == 0
