"""Drawing a distribution: strokes become places, Shift takes them away."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.core.limits import DRAWN_POINTS
from playground.ui.gan_data import APART, sample_csv, stroke

EMPTY = np.empty((0, 2))


def test_a_stroke_becomes_evenly_spaced_places():
    drawn = stroke(EMPTY, np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), False)
    gaps = np.linalg.norm(np.diff(drawn, axis=0), axis=1)
    assert gaps.max() < 2 * APART and gaps.min() > APART / 2 and np.allclose(drawn[-1], [1, 1])


def test_a_click_is_one_place_and_places_beyond_the_plane_are_brought_back():
    assert np.allclose(stroke(EMPTY, np.array([[0.5, -9.0]]), False), [[0.5, -3.0]])


def test_shift_takes_away_what_is_near_but_never_everything():
    drawn = stroke(stroke(EMPTY, np.array([[0.0, 0.0]]), False), np.array([[2.0, 0.0]]), False)
    assert np.allclose(stroke(drawn, np.array([[2.0, 0.1]]), True), [[0, 0]])
    with pytest.raises(UserError, match="has to stay"):
        stroke(drawn, np.array([[0.0, 0.0], [2.0, 0.0]]), True)


def test_a_full_plane_says_so():
    with pytest.raises(UserError, match="full"):
        stroke(np.zeros((DRAWN_POINTS, 2)), np.array([[0.0, 0.0]]), False)


@pytest.mark.parametrize("key", ["iris", "wine"])
def test_samples_are_two_columns_of_numbers(key):
    lines = sample_csv(key).splitlines()
    assert lines[0].count(",") == 1 and len(lines) > 100 and all(float(cell) > 0 for cell in lines[1].split(","))
