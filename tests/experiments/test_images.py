"""Classifiers name pictures; preparing repeats timm's and transformers' own; boxes, masks and words; the command line."""

import json

import numpy as np
import pytest
from PIL import Image

from playground import predict_cli
from playground.core.errors import UserError
from playground.data import hub_files, photographs
from playground.experiments import images_models, images_predict, images_tasks
from playground.experiments.images import PICTURES, Images
from playground.zoo import cards


def seen(picture):
    return {"picture": picture, "drawing": "", "upload": ""}


def test_the_bundled_network_names_generated_digits():
    named = [images_predict.predict("digits-cnn", seen(f"digit-{digit}")) for digit in range(10)]
    assert sum(each["labels"][0] == str(digit) for digit, each in enumerate(named)) >= 9  # one of them is a nine that might be a three
    assert all(sum(each["shares"]) + each["rest"] == pytest.approx(1) and each["count"] == 10 for each in named)


def test_every_bundled_classifier_answers_every_sample():
    for name, card in cards.cards().items():
        if card.task == images_models.TASK:
            rows = images_predict.name_all(name, [photographs.sample(key) for key in photographs.samples()], 3)
            assert all(("labels" in row and len(row["labels"]) == 3) or "error" in row for row in rows) and sum("labels" in row for row in rows) > 15


def test_many_at_once_are_named_as_one_by_one_and_one_empty_picture_stops_none():
    images = [photographs.sample(f"digit-{each}") for each in (3, 1, 4)] + [np.full((40, 40, 3), 255, np.uint8)]
    rows = images_predict.name_all("digits-cnn", images, 2, clean=True)
    assert [row.get("labels", ["none"])[0] for row in rows] == ["3", "1", "4", "none"] and "Nothing is drawn" in rows[3]["error"]
    for row, digit in zip(rows[:3], (3, 1, 4), strict=True):
        assert np.allclose(row["shares"], images_predict.predict("digits-cnn", seen(f"digit-{digit}"), 2)["shares"], atol=1e-5)


@pytest.mark.parametrize("size, share, mode, resampling", [
    (160, 0.875, "center", "bicubic"), (224, 0.95, "center", "bilinear"), (96, 1.0, "squash", "bicubic"), (224, 1.0, "center", "bicubic"),
])  # fmt: skip
@pytest.mark.parametrize("shape", [(300, 451), (500, 220), (90, 120)])
def test_preparing_is_what_timm_does_pixel_by_pixel(size, share, mode, resampling, shape):
    images_models._timm()
    from timm.data import create_transform

    image = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    transform = create_transform((3, size, size), interpolation=resampling, crop_pct=share, crop_mode=mode, mean=(0, 0, 0), std=(1, 1, 1))
    mine = photographs.as_photograph(image, images_models.timm_recipe((size, size), share, mode, resampling))
    assert np.abs(mine.pixels - transform(Image.fromarray(image)).numpy()).max() < 1.5 / 255
    assert len(mine.steps) >= 2 and mine.steps[0].words.startswith("As it came")


@pytest.mark.parametrize("settings", [
    {"size": {"height": 32, "width": 32}, "resample": 2}, {"size": {"shortest_edge": 40}, "do_center_crop": True, "crop_size": {"height": 32, "width": 32}, "resample": 3},
])  # fmt: skip
def test_preparing_is_what_transformers_does(settings):
    from playground.core import torchvision_guard

    torchvision_guard.install()
    from transformers import ViTImageProcessor
    from transformers.models.clip.image_processing_clip import CLIPImageProcessor

    kind = CLIPImageProcessor if settings.get("do_center_crop") else ViTImageProcessor
    image = photographs.sample("cat")
    recipe, mean, std = images_models.transformers_recipe({**settings, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}, 32)
    theirs = np.asarray(kind(**settings, image_mean=[0.5] * 3, image_std=[0.5] * 3)(Image.fromarray(image), return_tensors="np")["pixel_values"][0])
    mine = (photographs.as_photograph(image, recipe).pixels - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
    assert mine.shape == theirs.shape and np.abs(mine - theirs).mean() < 0.03


def test_clothing_on_a_light_ground_is_inverted_cut_and_laid_in_the_middle():
    picture = np.full((200, 300, 3), 245, np.uint8)
    picture[60:140, 100:140] = 40
    made = photographs.as_garment(picture, (1, 28, 28))
    rows, columns = np.flatnonzero((made.pixels[0] > 0.5).any(1)), np.flatnonzero((made.pixels[0] > 0.5).any(0))
    assert len(rows) == 28 and abs(len(columns) - 14) <= 1 and abs(columns.mean() - 13.5) <= 1
    assert any("inverted" in each.words for each in made.steps)
    with pytest.raises(UserError, match="Nothing stands out"):
        photographs.as_garment(np.full((50, 50, 3), 200, np.uint8), (1, 28, 28))


def test_names_that_are_none_are_refused_in_words():
    wrong = {"timm:no_such_net": "timm has no classifier", "hub:not a name": "no name of a model", "nobody": "no bundled model", "timm:resnet18.a1_in1k": "stay offline"}
    for name, words in wrong.items():
        with pytest.raises(UserError, match=words):
            images_models.classifier(name)
    with pytest.raises(UserError, match="not on this machine"):
        images_predict.look("uploaded", upload="0" * 16)


def test_settings_take_what_the_page_tells_and_nothing_else():
    view = Images()
    assert view.dragged({"name": "picture", "key": "coins"}) == {"picture": "coins"} and view.dragged({"name": "picture", "key": "../etc"}) == {}
    assert view.dragged({"name": "target", "target": 10**9}) == {} and view.dragged({"name": "target", "target": 3}) == {"target": 3}
    assert "coins" in PICTURES and view.explained("gradcam", 1)["steps"] == 32
    assert view.changed(layer="x").explained("saliency", 1)["layer"] == "" and view.changed(noise=0.3).explained("saliency", 1)["noise"] == 0.15


# Boxes, masks, words -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf_of_models(monkeypatch, tmp_path):
    """Tiny random checkpoints that lie where downloaded ones would."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    monkeypatch.setattr(hub_files, "cached", lambda repository, name="model.safetensors": path if (path := tmp_path / repository / name).is_file() else None)
    images_tasks._opened.cache_clear()
    yield tmp_path / "tiny"
    images_tasks._opened.cache_clear()


def test_a_detector_draws_its_boxes_inside_the_picture(shelf_of_models):
    from transformers import YolosConfig, YolosForObjectDetection, YolosImageProcessor

    YolosForObjectDetection(YolosConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=[64, 64], num_detection_tokens=6,
                                        id2label={0: "cup", 1: "cat"})).save_pretrained(shelf_of_models / "yolos")  # fmt: skip
    YolosImageProcessor(size={"height": 64, "width": 64}).save_pretrained(shelf_of_models / "yolos")
    found = images_tasks.find("detection", "tiny/yolos", seen("cat"))
    tall, wide = found["picture"].shape[:2]
    assert 0 < len(found["labels"]) == len(found["boxes"]) <= 6 and set(found["labels"]) <= {"cup", "cat", "LABEL_2"} and (np.diff(found["shares"]) <= 0).all()
    assert (found["boxes"][:, 2] >= found["boxes"][:, 0]).all() and found["boxes"].min() > -wide and found["boxes"].max() < 2 * max(tall, wide)
    with pytest.raises(UserError, match="does not do this"):
        images_tasks.find("segmentation", "tiny/yolos", seen("cat"))


def test_a_segmenter_gives_every_pixel_to_one_mask(shelf_of_models):
    from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessor

    SegformerForSemanticSegmentation(SegformerConfig(depths=[1] * 4, hidden_sizes=[8] * 4, num_attention_heads=[1, 1, 2, 2], decoder_hidden_size=8, sr_ratios=[2, 2, 1, 1],
                                                     id2label={0: "sky", 1: "wall", 2: "tree"})).save_pretrained(shelf_of_models / "seg")  # fmt: skip
    SegformerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(shelf_of_models / "seg")
    found = images_tasks.find("segmentation", "tiny/seg", seen("cat"))
    assert found["masks"].dtype == np.uint8 and found["masks"].max() == len(found["labels"]) and (found["masks"] > 0).mean() > 0.99
    assert found["shares"].sum() == pytest.approx(1, abs=0.01) and set(found["labels"]) <= {"sky", "wall", "tree"}


def test_lines_of_writing_are_found_and_the_bundled_finder_reads_digits():
    boxes = images_tasks.lines(photographs.sample("page"))
    assert 5 <= len(boxes) <= 9 and all(left < right and top < bottom for left, top, right, bottom in boxes)
    assert images_tasks.lines(np.full((100, 100, 3), 255, np.uint8)) == []
    found = images_tasks.find("detection", images_tasks.BUNDLED, seen("number"))
    read = [label for _, label in sorted(zip([(round(top / 60), left) for left, top, _, _ in found["boxes"].tolist()], found["labels"], strict=True))]
    assert sum(a == b for a, b in zip(read, photographs.NUMBER, strict=True)) >= 7


# The command line ----------------------------------------------------------------------------------------------------------------


def test_the_command_line_prints_one_array_one_item_a_file(tmp_path, capsys):
    Image.fromarray(photographs.sample("digit-7")).save(tmp_path / "seven.png")
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "paper.pdf.jpg").write_bytes(b"%PDF-1.7")
    files = [str(tmp_path / each) for each in ("seven.png", "text.png", "missing.png", "paper.pdf.jpg")]
    assert predict_cli.main(["image", "--model", "digits-cnn", *files, "--top", "3", "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in rows] == files and rows[0]["top"][0]["label"] == "7" and len(rows[0]["top"]) == 3 and set(rows[0]) == {"file", "top"}
    assert all(set(row) == {"file", "error"} for row in rows[1:]) and "PDF" in rows[3]["error"] and "cannot be read" in rows[2]["error"]
    assert predict_cli.main(["image", "--model", "digits-cnn", files[0]]) == 0 and "7" in capsys.readouterr().out
    for words, wrong in ((["--model", "nobody"], "no bundled model"), (["--model", "digits-cnn", "--top", "0"], "between 1 and")):
        with pytest.raises(UserError, match=wrong):
            predict_cli.main(["image", *words, files[0]])


def test_a_script_taken_home_prints_the_same_answer(tmp_path):
    import subprocess
    import sys

    from playground.experiments.images_script import script

    program = script("digits-cnn", seen("digit-4"), 5)
    (tmp_path / "predict.py").write_text(program)
    (tmp_path / "digits-cnn.safetensors").write_bytes((cards.WEIGHTS / "digits-cnn.safetensors").read_bytes())
    done = subprocess.run([sys.executable, "predict.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    last = [line.split() for line in done.stdout.splitlines() if line.split()[0].isdigit() and len(line.split()) == 3]
    best = max((row for row in last if row[0] == "4"), key=lambda row: float(row[2]))
    assert done.returncode == 0 and float(best[2]) == pytest.approx(images_predict.predict("digits-cnn", seen("digit-4"))["shares"][0], abs=1e-4)
    for name in ("timm:resnet18.a1_in1k", "hub:google/vit"):
        compile(script(name, seen("cat"), 5), name, "exec")


def test_a_picture_kept_twice_has_one_digest_and_is_found_again():
    picture = np.arange(75, dtype=np.uint8).reshape(5, 5, 3)
    digest = images_predict.stored(picture)
    assert digest == images_predict.stored(picture) and np.array_equal(images_predict.look("uploaded", upload=digest)[0], picture)
