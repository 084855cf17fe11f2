"""One uploaded picture passes the gate, or is refused in a sentence."""

import io

import numpy as np
import pytest
from PIL import Image

from playground.core.errors import UserError
from playground.core.limits import IMAGE_BYTES
from playground.data.pictures import KEPT
from playground.data.uploads_picture import read_picture


def sent(image, form="PNG", **options):
    held = io.BytesIO()
    image.save(held, form, **options)
    return held.getvalue()


def ramp(wide=300, tall=200, mode="RGB"):
    values = np.broadcast_to(np.linspace(0, 255, wide).astype(np.uint8), (tall, wide))
    return Image.fromarray(np.ascontiguousarray(values)).convert(mode)


@pytest.mark.parametrize("mode, form", [("RGB", "PNG"), ("L", "PNG"), ("P", "GIF"), ("RGBA", "PNG"), ("CMYK", "JPEG"), ("1", "BMP"), ("RGB", "WEBP"), ("RGB", "TIFF")])
def test_pictures_of_any_kind_become_small_colours(mode, form):
    image = read_picture("a", sent(ramp(mode=mode), form))
    assert image.shape == (round(KEPT * 2 / 3), KEPT, 3) and image.dtype == np.uint8
    assert image[:, :30].mean() < 60 and image[:, -30:].mean() > 190


def test_sixteen_bits_keep_their_range_and_transparency_is_white():
    deep = Image.fromarray(np.linspace(0, 65535, 100, dtype=np.uint16).reshape(10, 10))
    image = read_picture("deep.png", sent(deep))
    assert image[0, 0].max() < 10 and image[-1, -1].min() > 245
    assert (read_picture("clear.png", sent(Image.new("RGBA", (5, 5), (255, 0, 0, 0)))) == 255).all()


def test_a_camera_turned_picture_stands_upright():
    turned = Image.Exif()
    turned[274] = 6
    assert read_picture("phone.jpg", sent(ramp(120, 60), "JPEG", exif=turned)).shape[:2] == (120, 60)


def test_one_pixel_and_the_first_of_many_frames_are_pictures():
    assert read_picture("dot.png", sent(Image.new("RGB", (1, 1), "white"))).shape == (1, 1, 3)
    frames = sent(Image.new("RGB", (9, 9), "red"), "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9), "blue")])
    assert tuple(read_picture("film.gif", frames)[0, 0]) == (255, 0, 0)


@pytest.mark.parametrize("content, words", [
    (b"", "is empty"), (b"%PDF-1.7 hello", "no picture that can be read"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture that can be read"),
    (sent(ramp())[:200], "damaged"), (b"x" * (IMAGE_BYTES + 1), "may have"), (sent(Image.new("1", (10_000, 10_000))), "million pixels"),
])  # fmt: skip
def test_what_is_no_picture_is_refused_in_one_sentence(content, words):
    with pytest.raises(UserError, match=words) as refusal:
        read_picture("holiday.png", content)
    assert str(refusal.value).startswith("holiday.png")
