"""Distributions of points: makers, descriptions for counting coverage, own tables and drawings."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import distributions, shelf, uploads


@pytest.mark.parametrize("key", distributions.MAKERS)
def test_every_distribution_lies_in_its_plane_and_near_its_own_skeleton(key):
    cloud = distributions.load(key, "", 0.08, 3)
    assert cloud.points.shape == (distributions.COUNT, 2)
    assert np.abs(cloud.points).max() < distributions.DOMAIN[1]
    far = np.linalg.norm(cloud.points[:600, None] - cloud.skeleton, axis=2).min(1)
    assert (far <= cloud.reach).mean() > 0.98  # three standard deviations of a Gaussian in the plane hold 98.9 %
    assert cloud.parts == (distributions.MAKERS[key].centres or distributions.PIECES)


def test_the_same_setting_gives_the_same_points_and_another_data_seed_gives_others():
    one, other = distributions.load("ring", "", 0.1, 0), distributions.load("ring", "", 0.1, 1)
    assert np.array_equal(one.points, distributions.load.__wrapped__("ring", "", 0.1, 0).points)
    assert not np.array_equal(one.points, other.points) and not np.array_equal(one.points, one.twin)


def test_a_table_becomes_a_distribution_in_its_own_units():
    text = "length,width,kind\n" + "\n".join(f"{1000 + 50 * np.sin(i)},{0.001 * np.cos(i)},a" for i in range(60)) + "\n,3,b\n"
    table = uploads.read_table("mine.csv", text.encode())
    arrays, about = distributions.from_table(table, "length", "width")
    cloud = distributions.load("own", shelf.put(arrays, about), 0.1, 0)
    assert len(cloud.points) == 60 and np.abs(cloud.points).max() < 3 and "left out" in cloud.notes[0]
    assert np.allclose(cloud.own_units(cloud.points), arrays["cloud"])
    assert cloud.range(0)[0] < 950 < 1050 < cloud.range(0)[1] and cloud.names == ("length", "width")


@pytest.mark.parametrize(("text", "columns", "words"), [
    ("a,b\n" + "1,2\n" * 20, ("a", "b"), "same value"),
    ("a,b\n" + "\n".join(f"{i},x{i}" for i in range(20)), ("a", "b"), "does not hold numbers"),
    ("a,b\n1,2\n3,4\n5,6\n", ("a", "b"), "at least 8"),
    ("a,b\n" + "\n".join(f"{i},{i}e200" for i in range(1, 20)), ("a", "b"), "cannot be learnt from"),
    ("a,b\n" + "\n".join(f"{i},{i}" for i in range(20)), ("a", "a"), "Two different"),
])  # fmt: skip
def test_columns_that_make_no_distribution_are_refused_in_words(text, columns, words):
    table = uploads.read_table("mine.csv", text.encode())
    with pytest.raises(UserError, match=words):
        distributions.from_table(table, *columns)


def test_a_drawing_of_a_single_spot_is_a_distribution():
    digest = shelf.put({"cloud": np.array([[1.0, -1.0]])}, {"names": ["x", "y"], "drawn": True})
    cloud = distributions.load("own", digest, 0.1, 0)
    assert cloud.parts == 1 and np.allclose(cloud.points.mean(0), [1, -1], atol=0.02) and 0.08 < cloud.points.std() - 0 < 1.2


def test_a_digest_of_something_else_is_refused():
    digest = shelf.put({"inputs": np.zeros((3, 2))}, {})
    with pytest.raises(UserError, match="no distribution"):
        distributions.load("own", digest, 0.1, 0)
