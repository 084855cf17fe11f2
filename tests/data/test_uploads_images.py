"""Images from outside: files, folders and archives, friendly and hostile."""

import io
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from playground.core.errors import UserError
from playground.core.limits import IMAGE_PIXELS
from playground.data import datasets, images_maths, images_own, shelf
from playground.data.uploads_images import read_images
from tests.data.test_datasets import assert_same, run_script


def picture(mode="RGB", size=(30, 24), kind="PNG", seed=0, **more):
    """A file with noise in it."""
    stream = np.random.default_rng(seed)
    if mode == "I;16":
        image = Image.fromarray((stream.random(size[::-1]) * 65535).astype(np.uint16))
    elif mode == "P":
        image = Image.fromarray((stream.random((*size[::-1], 3)) * 255).astype(np.uint8)).quantize(8)
    elif mode == "1":
        image = Image.fromarray(stream.random(size[::-1]) > 0.5)
    else:
        bands = len(Image.new(mode, (1, 1)).getbands())
        image = Image.frombytes(mode, size, stream.integers(0, 256, size[0] * size[1] * bands, np.uint8).tobytes())
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def archive(files, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **more) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def pets(count=6, **more):
    return {f"pets/{kind}/{i}.png": picture(seed=i, **more) for kind in ("cats", "dogs") for i in range(count)}


EVERY_MODE = [("RGB", "PNG"), ("RGBA", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "GIF"), ("P", "PNG"), ("CMYK", "JPEG"), ("I;16", "PNG"), ("I;16", "TIFF"), ("1", "PNG"),
              ("RGB", "WEBP"), ("RGB", "BMP"), ("L", "JPEG"), ("RGB", "TIFF")]  # fmt: skip


@pytest.mark.parametrize("crop", [True, False])
def test_every_kind_of_image_is_read_and_the_script_reads_it_alike(crop, tmp_path):
    files = {f"pets/{kind}/{i}.{form.lower()}": picture(mode, (30 + i, 24), form, i) for kind in ("cats", "dogs") for i, (mode, form) in enumerate(EVERY_MODE)}
    files |= {"pets/readme.txt": b"hello", "pets/cats/empty.png": b"", "__MACOSX/pets/._0.png": b"x", "pets/.DS_Store": b"x"}
    content = archive(files)
    pictures = read_images([("pets.zip", content)], 28, crop=crop)
    assert pictures.images.shape == (28, 3, 28, 28) and set(pictures.labels) == {"cats", "dogs"}
    assert pictures.notes == ("28 images of 2 classes; the class is the folder.", "Left out because it is empty: empty.png.",
                              "Left out because it is no image that can be read: readme.txt.")  # fmt: skip
    data = datasets.load("own_images", shelf.put(*images_own.prepare(pictures)))
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path / "images")
    assert_same(run_script(data.script(1, 0.2, 0.2), tmp_path), data.split(1, 0.2, 0.2))


@pytest.mark.parametrize(("mode", "crop"), [("RGB", True), ("RGB", False), ("L", True)])
def test_a_new_image_is_reduced_as_the_data_were(mode, crop):
    files = pets(4, mode=mode)
    pictures = read_images([("pets.zip", archive(files))], 28, crop=crop)
    data = datasets.load("own_images", shelf.put(*images_own.prepare(pictures)))
    for name, image in zip(pictures.names, pictures.images, strict=True):
        assert np.array_equal(data.encode_image("new.png", files[name]), image)
    with pytest.raises(UserError, match="new.png is no image that can be read. PNG, JPEG"):
        data.encode_image("new.png", b"words")


def test_sixteen_bits_transparency_and_rotation_are_what_a_person_sees():
    ramp = Image.fromarray(np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (64, 1)))
    grey = images_maths.square(ramp, 16, "L", True)[0, 0]
    assert grey[0] < 16 and grey[-1] > 239 and (np.diff(grey.astype(int)) > 0).all()
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert (images_maths.square(clear, 16, "RGB", True) == 255).all()
    upright = Image.new("RGB", (40, 40))
    upright.paste("white", (0, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    out = io.BytesIO()
    upright.save(out, "JPEG", exif=exif)
    turned = images_maths.square(Image.open(io.BytesIO(out.getvalue())), 16, "L", True)[0]
    assert turned[0].mean() < 30 and turned[-1].mean() > 225


def test_an_animation_gives_its_first_frame():
    out = io.BytesIO()
    Image.new("L", (20, 20), 0).save(out, "GIF", save_all=True, append_images=[Image.new("L", (20, 20), 255)], duration=50)
    found = read_images([("a_1.gif", out.getvalue()), ("b_1.png", picture("L"))], 16)
    assert found.images[0].max() == 0


def test_grey_pictures_need_one_channel_and_colour_can_be_forced():
    files = [(f"{kind}_{i}.png", picture("L", seed=i)) for kind in "ab" for i in range(4)]
    assert read_images(files, 16).images.shape[1] == 1
    assert read_images(files, 16, "colour").images.shape[1] == 3
    assert read_images([(name, picture(seed=i)) for i, (name, _) in enumerate(files)], 16, "grey").images.shape[1] == 1


@pytest.mark.parametrize(("names", "labels"), [
    (["cat_1.png", "cat_12.png", "dog.3.png", "dog (4).png"], ["cat", "cat", "dog", "dog"]), (["a/x/1.png", "a/y/1.png"], ["x", "y"]),
    (["train/cat/1.png", "test/dog/1.png", "top_1.png"], ["dog", "cat", "top"]), (["big cat 1.png", "big dog-2.png"], ["big cat", "big dog"]),
])  # fmt: skip
def test_the_class_is_the_folder_or_the_name_without_its_number(names, labels):
    found = read_images([(name, picture(seed=i)) for i, name in enumerate(names)], 16)
    assert sorted(found.labels) == sorted(labels)


def test_an_archive_for_each_class_is_read_too():
    found = read_images([(f"{kind}.zip", archive({f"{i}.png": picture(seed=i) for i in range(3)})) for kind in ("cats", "dogs")], 16)
    assert found.labels == ("cats",) * 3 + ("dogs",) * 3


def claimed(width, height):
    """A PNG that claims to be very large, in a few bytes."""
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("content", "words"), [
    (claimed(20_000, 20_000), f"larger than {IMAGE_PIXELS / 1e6:g} million pixels"), (claimed(2**31 - 1, 2**31 - 1), "million pixels"), (picture()[:200], "damaged"),
    (picture("RGB", kind="JPEG")[:300], "damaged"), (b"not an image", "no image that can be read"), (b"", "empty"),
    (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no image"),
    (claimed(100, 100), "damaged"), (b"GIF89a", "damaged|no image"), (b"\xff\xd8\xff\xe0", "damaged|no image"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image"),
])  # fmt: skip
def test_a_bad_image_is_named_in_one_sentence_while_the_others_stay(content, words):
    import re

    found = read_images([("bad.png", content), *((f"{kind}_{i}.png", picture(seed=i)) for kind in "ab" for i in range(4))], 16)
    assert len(found.images) == 8 and len(found.notes) == 2
    assert re.search(words, found.notes[1]) and "bad.png" in found.notes[1] and len(found.notes[1]) < 120


def test_many_bad_images_are_counted_and_a_few_named():
    good = [(f"{kind}_{i}.png", picture(seed=i)) for kind in "ab" for i in range(4)]
    note = read_images([*good, *((f"note{i}.txt", b"words") for i in range(9))], 16).notes[1]
    assert note == "Left out because they are no image that can be read: note0.txt, note1.txt, note2.txt, note3.txt and 5 more."


def linked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in pets().items():
            packed.writestr(name, content)
        link = zipfile.ZipInfo("pets/cats/link.png")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    return out.getvalue()


def protected():
    content = bytearray(archive(pets()))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 1)
    return bytes(content)


@pytest.mark.parametrize(("content", "words"), [
    (archive({"../../etc/passwd": b"x", **pets()}), "leads out of the archive (“../../etc/passwd”)"), (archive({"/root/x.png": b"x"}), "leads out of the archive"),
    (archive({"C:\\x.png": b"x"}), "leads out of the archive"), (archive({"a\\..\\..\\x.png": b"x"}), "leads out of the archive"), (protected(), "protected by a password"),
    (archive(pets())[:-40], "damaged archive"), (b"PK\x03\x04" + b"\0" * 60, "damaged archive"), (archive({}), "empty archive"), (b"", "None of these files is an image"),
    (archive({"a.txt": b"\0" * (60 << 20)}, compression=zipfile.ZIP_DEFLATED), "would unpack to 60 MB, which is more than images do"),
    (archive({"inner.zip": archive(pets())}), "None of these files is an image"),
    (archive({"cats/1.png": picture(), "cats/2.png": picture()}), "All 2 images are of one class (“cats”)"),
])  # fmt: skip
def test_dangerous_and_damaged_archives_are_refused_in_one_sentence(content, words):
    with pytest.raises(UserError) as refusal:
        read_images([("pets.zip" if content.startswith(b"PK") else "pets.png", content)], 16)
    assert words in str(refusal.value) and len(str(refusal.value)) < 260


def test_links_and_nested_archives_inside_an_archive_are_left_out_and_named():
    found = read_images([("pets.zip", linked())], 16)
    assert found.notes[1] == "Left out because it is only linked to, not contained: link.png."
    assert "inner.zip" in read_images([("pets.zip", archive({**pets(), "pets/cats/inner.zip": archive(pets())}))], 16).notes[1]


def test_a_member_whose_checksum_is_wrong_is_left_out_and_named():
    content = bytearray(archive(pets()))
    content[content.find(b"IDAT") + 10] ^= 255
    note = read_images([("pets.zip", bytes(content))], 16).notes[1]
    assert "damaged" in note and "0.png" in note


def test_too_much_at_once_is_refused_with_the_limits(monkeypatch):
    monkeypatch.setattr("playground.data.uploads_images.IMAGE_FILES", 5)
    with pytest.raises(UserError, match="12 files; at most 5"):
        read_images([("pets.zip", archive(pets()))], 16)
    monkeypatch.setattr("playground.data.uploads_images.UPLOAD_BYTES", 1 << 20)
    with pytest.raises(UserError, match="2.0 MB; at most 1 MB"):
        read_images([("a_1.png", b"\0" * (2 << 20))], 16)


def test_more_classes_than_can_be_learnt_are_refused_with_the_limit():
    with pytest.raises(UserError, match="201 classes; at most 200"):
        read_images([(f"c{chr(97 + i // 26)}{chr(97 + i % 26)}_1.png", picture(size=(8, 8))) for i in range(201)], 16)


@pytest.mark.parametrize("arguments", [(7,), (32, "blue")])
def test_sizes_and_colours_that_do_not_exist_are_refused(arguments):
    with pytest.raises(UserError, match="reduced to 16, 28"):
        read_images([("a.png", picture())], *arguments)


def test_progress_is_told_and_two_thousand_images_take_seconds():
    files = {f"{kind}/{i}.jpg": picture(size=(96, 64), kind="JPEG", seed=i % 9) for kind in "ab" for i in range(250)}
    told = []
    started = time.perf_counter()
    found = read_images([("many.zip", archive(files))], 32, progress=lambda done, total: told.append((done, total)))
    assert time.perf_counter() - started < 4  # 500 of them; 2,000 take four times as long
    assert len(found.images) == 500 and told[-1] == (500, 500) and told == sorted(told)


def flipped(place, mask):
    """An archive with one byte changed."""
    content = bytearray(archive(pets(1)))
    content[place % len(content)] ^= mask
    return bytes(content)


hostile = st.one_of(st.binary(max_size=300), st.binary(max_size=60).map(lambda tail: picture()[:120] + tail), st.integers(0, 700).map(lambda cut: archive(pets(1))[:cut]),
                    st.builds(flipped, st.integers(0, 9000), st.integers(1, 255)))  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(hostile)
def test_hostile_bytes_never_raise_anything_but_words(content):
    try:
        read_images([("x.zip", content), ("cat_1.png", picture()), ("dog_1.png", picture())], 16)
    except UserError as error:
        assert str(error)
