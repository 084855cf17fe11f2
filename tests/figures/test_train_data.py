"""Pictures of data sets: they show what they are given and no more."""

import base64
import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from playground.figures import train_data as figures


def opened(address):
    kind, content = address.split(",", 1)
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def test_a_sheet_puts_every_image_in_its_place_and_leaves_gaps_clear():
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((5, 1, 4, 3), np.uint8) + 10
    whole = figures.sheet(images, 3)
    assert whole.shape == (9, 11, 4)
    assert (whole[:4, 4:7, :3] == 11).all() and (whole[5:, :3, :3] == 13).all() and (whole[4] == 0).all() and (whole[5:, 8:] == 0).all()


def test_colours_survive_the_way_into_the_page():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 7, 3), np.uint8)
    assert np.array_equal(opened(figures.png(pixels)), pixels)
    assert np.array_equal(opened(figures.png(pixels[..., :1])), pixels[..., 0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), st.integers(1, 10_000)), min_size=1, max_size=40))
def test_bars_name_classes_safely_and_add_up(pairs):
    names, counts = [name for name, _ in pairs], [count for _, count in pairs]
    page = figures.balance(names, counts)
    assert page.count("<i ") == min(len(counts), figures.BARS) and "<script" not in figures.balance(["<script>"], [1])
    shown = [int(part.split(" ·")[0].replace(",", "")) for part in page.split("<span>")[1:]]
    assert sum(shown) == sum(counts)


def test_shares_are_as_long_as_their_parts():
    page = figures.shares({"train": 70, "validation": 20, "test": 10})
    assert [page.count(f"width:{share}") for share in ("70.00%", "20.00%", "10.00%")] == [1, 1, 1]
    assert "width" in figures.shares({"train": 10, "validation": 0, "test": 0})


def test_miniatures_are_pictures_of_the_data():
    stream = np.random.default_rng(1)
    scatter = base64.b64decode(figures.table_miniature(stream.normal(size=(400, 2)), stream.integers(0, 3, 400), 3).split(",", 1)[1]).decode()
    assert scatter.count("<circle") == figures.DOTS
    assert figures.table_miniature(np.zeros((5, 2)), np.zeros(5), 0).startswith("data:image/svg+xml")  # even when nothing varies
    assert opened(figures.image_miniature(stream.integers(0, 256, (30, 3, 32, 32), np.uint8), 6, 4)).shape == (256, 384, 3)
    assert "5 MB" in base64.b64decode(figures.waiting_miniature("5 MB").split(",", 1)[1]).decode()


def test_strips_have_one_line_a_class_with_its_name_made_safe():
    strips = [np.zeros((count, 1, 8, 8), np.uint8) for count in (3, 1)]
    page = figures.class_sheets(["a<b", "c"], strips, 3)
    assert page.count("<img") == 2 and "a&lt;b" in page and "width:33.33%" in page


def test_a_histogram_of_equal_numbers_is_drawn_too():
    assert figures.histogram(np.full(9, 3.0), "metres").startswith("<img")
