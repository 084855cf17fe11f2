"""Samples are there without a network, whatever is uploaded is a picture or refused by what it is, and the table of networks is timm's."""

import io

import numpy as np
import pytest
from PIL import Image

from playground.core.errors import UserError
from playground.data import photographs, timm_table
from playground.data.uploads_photographs import read_photograph


def sent(image, form="PNG", **options):
    held = io.BytesIO()
    image.save(held, form, **options)
    return held.getvalue()


def test_every_sample_is_a_picture_of_its_own():
    found = {key: photographs.sample(key) for key in photographs.samples()}
    assert {"cat", "flower", "digit-0", "number", "checks"} <= set(found)
    for image in found.values():
        assert image.dtype == np.uint8 and image.ndim in (2, 3) and max(image.shape) <= photographs.LARGEST and np.ptp(image) > 100 and not image.flags.writeable
    assert len({image.tobytes()[:5000] + str(image.shape).encode() for image in found.values()}) == len(found)


def test_a_missing_library_takes_only_its_own_samples_away(monkeypatch):
    real = photographs.find_spec
    monkeypatch.setattr(photographs, "find_spec", lambda name: None if name == "skimage" else real(name))
    photographs.samples.cache_clear()
    photographs.sample.cache_clear()
    assert "cat" not in photographs.samples() and "flower" in photographs.samples()
    with pytest.raises(UserError, match="package skimage"):
        photographs.sample("cat")
    photographs.samples.cache_clear()


@pytest.mark.parametrize("make, shape", [
    (lambda: sent(Image.new("CMYK", (30, 20), (0, 200, 200, 0)), "JPEG"), (20, 30, 3)), (lambda: sent(Image.fromarray(np.full((9, 9), 60_000, np.uint16))), (9, 9, 3)),
    (lambda: sent(Image.new("P", (8, 6), 3), "PNG", transparency=3), (6, 8, 3)), (lambda: sent(Image.new("RGB", (1, 1))), (1, 1, 3)),
    (lambda: sent(Image.new("RGB", (9, 9), "red"), "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9), "blue")]), (9, 9, 3)),
    (lambda: sent(Image.new("RGB", (4000, 2000)), "JPEG"), (512, 1024, 3)),
])  # fmt: skip
def test_pictures_of_every_kind_pass(make, shape):
    assert read_photograph("any.png", make()).shape == shape


@pytest.mark.parametrize("content, words", [
    (b"%PDF-1.7 x", "a PDF document"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"), (b"<?xml version='1.0'?>\n<svg/>", "an SVG drawing"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00", "a HEIC photograph"), (b"\x00\x00\x00\x18ftypavif", "an AVIF picture"), (b"\x00\x00\x00\x18ftypisom", "a film"),
    (b"PK\x03\x04xxxx", "an archive"), (b"<!DOCTYPE html><p>", "a web page"), (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a sound"), (b"hello", "no picture"), (b"", "is empty"),
    (sent(Image.new("1", (10_000, 10_000))), "million pixels"), (sent(Image.effect_noise((400, 400), 90))[:2000], "damaged"),
])  # fmt: skip
def test_what_is_no_picture_is_called_by_its_name(content, words):
    with pytest.raises(UserError, match=words) as refusal:
        read_photograph("holiday.jpg", content)
    assert str(refusal.value).startswith("holiday.jpg") and len(str(refusal.value)) < 250


def test_the_table_of_networks_is_that_of_timm():
    from playground.experiments.images_models import _timm

    timm = _timm()
    import torch

    wanted = {name for name in timm.list_pretrained() if (about := timm.get_pretrained_cfg(name)).num_classes in timm_table.CLASSES and about.hf_hub_id}
    assert set(timm_table.entries()) == wanted
    for name in ("resnet18.a1_in1k", "vit_tiny_patch16_224.augreg_in21k_ft_in1k", "convnext_atto.d2_in1k", "test_vit.r160_in1k"):
        with torch.device("meta"):
            model = timm.create_model(name, pretrained=False)
        entry = timm_table.entries()[name]
        assert entry.parameters == sum(each.numel() for each in model.parameters()) and entry.side == model.pretrained_cfg["input_size"][-1]


def test_the_table_is_searched_by_all_words_good_ones_first_then_the_smallest():
    hits = timm_table.found("vit tiny")
    others = [each.parameters for each in hits if each.name not in timm_table.FAMILIAR]
    assert len(others) > 3 and all("vit" in each.name and "tiny" in each.name for each in hits) and others == sorted(others)
    assert {each.name for each in timm_table.found("")[:8]} == set(timm_table.FAMILIAR) and timm_table.found("")[-1].name.startswith("test_")
    assert all(each.parameters <= 6_000_000 for each in timm_table.found("", 6_000_000)) and timm_table.found("no such words") == []
    shared = timm_table.found("", source="torchvision")
    assert {"resnet50.tv_in1k", "vgg16.tv_in1k"} <= {each.name for each in shared} and len(shared) < 100
