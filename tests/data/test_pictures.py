"""Pictures on their way to a network."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import pictures

LINE = np.array([[0.5, 0.2], [0.5, 0.8]])
SEVEN = [np.array([[0.25, 0.2], [0.7, 0.2], [0.45, 0.85]])]


def mass_centre(image):
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    return (rows * image).sum() / image.sum(), (columns * image).sum() / image.sum()


@pytest.mark.parametrize("key", pictures.SAMPLES)
def test_every_sample_is_a_picture_that_networks_can_be_given(key):
    image = pictures.sample(key)
    assert image.dtype == np.uint8 and image.ndim in (2, 3) and image.std() > 5
    for shape, digit in (((1, 28, 28), True), ((3, 32, 32), False)):
        prepared = pictures.prepare(image, shape, digit=digit, clean=True)
        assert prepared.pixels.shape == shape and prepared.pixels.dtype == np.float32
        assert 0 <= prepared.pixels.min() < prepared.pixels.max() <= 1 and len(prepared.steps) >= 2


def test_an_unknown_sample_is_refused_by_name():
    with pytest.raises(UserError, match="no sample picture named 'nobody'"):
        pictures.sample("nobody")


def test_strokes_survive_being_written():
    drawn = [np.random.default_rng(0).uniform(size=(9, 2)), LINE]
    back = pictures.strokes(pictures.written(drawn))
    assert [each.shape for each in back] == [(9, 2), (2, 2)]
    assert max(np.abs(one - other).max() for one, other in zip(drawn, back, strict=True)) <= 0.5 / (pictures.GRID - 1) + 1e-12


@pytest.mark.parametrize("text", ["AB", "A!C", "ABC.D"])
def test_a_damaged_drawing_is_refused_in_words(text):
    with pytest.raises(UserError, match="damaged"):
        pictures.strokes(text)


def test_a_stroke_is_drawn_where_and_as_wide_as_it_was():
    ink = pictures.drawn(pictures.written([LINE]), 100)
    assert ink.shape == (100, 100) and ink[50, 50] == 255 and ink[50, 20] == 0 and ink[5].max() == 0
    assert (ink[50] > 127).sum() == pytest.approx(100 * pictures.PEN, abs=2)


@pytest.mark.parametrize("place", [(0.0, 0.0), (0.25, 0.1), (-0.2, 0.12)])
@pytest.mark.parametrize("size", [0.35, 1.0])
def test_a_drawn_digit_is_centred_by_mass_wherever_and_however_large_it_was(place, size):
    moved = [(each - 0.5) * size + 0.5 + np.array(place) * (0.6 if size == 1 else 1) for each in SEVEN]
    made = pictures.as_digit(pictures.drawn(pictures.written(moved)), (1, 28, 28), clean=True).pixels[0]
    assert np.allclose(mass_centre(made), 13.5, atol=0.55)
    rows, columns = np.flatnonzero(made.any(1)), np.flatnonzero(made.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(20, abs=1) and made.max() == pytest.approx(1)


def test_ink_on_shaded_paper_becomes_what_the_pen_drew():
    ink = pictures.drawn(pictures.written(SEVEN), 160)
    wanted = pictures.as_digit(ink, (1, 28, 28), clean=True).pixels[0]
    y, x = np.mgrid[0:160, 0:160] / 160
    paper = 235 - 90 * x - 30 * y + np.random.default_rng(0).normal(0, 3, (160, 160))
    photo = np.clip(paper - 0.55 * ink, 0, 255)
    photo[4:7, 4:7] = 40  # a speck in the corner
    prepared = pictures.as_digit(np.repeat(photo[..., None], 3, 2).astype(np.uint8), (1, 28, 28))
    assert np.corrcoef(prepared.pixels[0].ravel(), wanted.ravel())[0, 1] > 0.92
    said = " ".join(each.words for each in prepared.steps)
    assert "inverted" in said and "Shade" in said and "speck" in said


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_empty_picture_has_no_digit_and_says_so(value):
    with pytest.raises(UserError, match="Nothing is drawn"):
        pictures.as_digit(np.full((40, 40), value, np.uint8), (1, 28, 28))


def test_a_photograph_is_cut_to_its_middle_and_says_so():
    image = np.zeros((64, 128, 3), np.uint8)
    image[:, 32:96] = 200
    prepared = pictures.as_photograph(image, (3, 32, 32))
    assert (prepared.pixels > 0.7).all()
    assert [each.image.shape[:2] for each in prepared.steps] == [(64, 128), (64, 64), (32, 32)]


@pytest.mark.parametrize("paper", [0.25, 0.45, 0.8])
def test_ink_on_grey_paper_is_dark_on_light_however_dim_the_room(paper):
    rows, columns = np.mgrid[0:300, 0:300] / 300
    ring = np.abs(np.hypot(rows - 0.5, columns - 0.45) - 0.2) < 0.02
    photograph = np.where(ring[..., None], np.array([0.1, 0.15, 0.4]) * paper, paper) * (1 - 0.3 * rows[..., None])
    noise = np.random.default_rng(0).normal(0, 0.02, photograph.shape)
    prepared = pictures.as_digit(np.round(255 * np.clip(photograph + noise, 0, 1)).astype(np.uint8), (1, 28, 28))
    said = [each.words for each in prepared.steps]
    assert "Dark on light: inverted." in said and any("noise averages away" in each for each in said)
    ink = prepared.pixels[0]
    assert ink[14, 14] < 0.1 < 0.6 < ink[14, 4:8].max() and ink[:4].max() < 0.1  # a ring: empty in its middle and outside


def test_light_strokes_on_a_dark_board_stay_as_they_are():
    rows, columns = np.mgrid[0:200, 0:200] / 200
    board = np.where(np.abs(columns - 0.5) < 0.03, 0.75, 0.15) * ((rows > 0.2) & (rows < 0.8)) + 0.15 * ((rows <= 0.2) | (rows >= 0.8))
    prepared = pictures.as_digit(np.repeat(np.round(255 * board).astype(np.uint8)[..., None], 3, 2), (1, 28, 28))
    assert not any("inverted" in each.words for each in prepared.steps) and prepared.pixels[0, 14].max() > 0.8


def test_every_sample_digit_reads_as_what_it_is_called():
    from playground.experiments.images_predict import name_all

    found = name_all("digits-cnn", [pictures.sample(f"digit-{each}") for each in range(10)], 1, clean=True)
    assert [each["labels"][0] for each in found] == list("0123456789") and min(each["shares"][0] for each in found) > 0.9
