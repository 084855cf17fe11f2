"""Points in the plane: what each data set is, how it is split, and own data from the shelf."""

import inspect

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import points, shelf

COUNT = 600


def sample(key, noise=0.0, classes=3, seed=1, count=COUNT):
    return points.MAKERS[key].make(count, noise, classes, np.random.default_rng(seed))


@pytest.mark.parametrize("key", points.MAKERS)
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_every_data_set_gives_as_many_finite_points_in_the_plane_as_asked(key, noise):
    inputs, targets = sample(key, noise, count=121)
    assert inputs.shape == (121, 2) and targets.shape == (121,) and np.isfinite(inputs).all() and np.isfinite(targets).all()
    assert np.abs(sample(key)[0]).max() <= 6.0 + 1e-9 or key in ("blobs", "gaussians")  # clouds have tails
    assert targets.dtype == (np.float64 if points.MAKERS[key].task == "regression" else np.int64)


@pytest.mark.parametrize("key", points.MAKERS)
def test_every_maker_runs_alone_as_an_exported_script_runs_it(key):
    space = {"np": np}
    exec(inspect.getsource(points.MAKERS[key].make), space)
    mine = space[points.MAKERS[key].make.__name__](50, 0.2, 3, np.random.default_rng(5))
    for one, other in zip(mine, sample(key, 0.2, seed=5, count=50), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("key", points.MAKERS)
def test_the_same_stream_gives_the_same_points_and_another_gives_others(key):
    np.testing.assert_array_equal(sample(key, 0.1)[0], sample(key, 0.1)[0])
    assert not np.array_equal(sample(key, 0.1)[0], sample(key, 0.1, seed=2)[0])


def test_the_circle_is_a_disc_below_half_its_radius_and_a_ring_beyond_seven_tenths():
    inputs, targets = sample("circle")
    radius = np.hypot(*inputs.T)
    assert (radius[targets == 1] < 2.5).all() and ((radius[targets == 0] >= 3.5) & (radius[targets == 0] <= 5)).all()


def test_xor_is_positive_where_the_signs_agree_and_keeps_a_gap_around_the_axes():
    inputs, targets = sample("xor")
    np.testing.assert_array_equal(targets, (inputs.prod(1) >= 0).astype(int))
    assert np.abs(inputs).min() >= 0.3


def test_gaussians_have_the_centres_and_the_variance_of_the_reference():
    for noise, variance in ((0.0, 0.5), (0.5, 4.0)):
        inputs, targets = sample("gaussians", noise, count=20_000)
        np.testing.assert_allclose(inputs[targets == 1].mean(0), [2, 2], atol=0.1)
        np.testing.assert_allclose(inputs[targets == 0].mean(0), [-2, -2], atol=0.1)
        np.testing.assert_allclose(inputs[targets == 1].var(0), variance, rtol=0.1)


def test_the_spiral_follows_the_reference_formula():
    inputs, targets = sample("spiral", count=500)
    for label, turn in ((1, 0.0), (0, np.pi)):  # tensorflow/playground: r = i/n * 5, t = 1.75 * i/n * 2 pi + turn, (r sin t, r cos t)
        share = np.arange(250) / 250
        angle = 1.75 * share * 2 * np.pi + turn
        np.testing.assert_allclose(inputs[targets == label], 5 * share[:, None] * np.stack([np.sin(angle), np.cos(angle)], 1), atol=1e-12)


def test_the_plane_and_the_hills_have_the_reference_heights():
    inputs, targets = sample("plane")
    np.testing.assert_allclose(targets, inputs.sum(1) / 10)
    inputs, targets = sample("hills", count=4000)
    for centre, sign in (((-4, 2.5), 1), ((0, 2.5), -1), ((4, -2.5), -1)):
        near = np.linalg.norm(inputs - centre, axis=1) < 0.3
        assert (sign * targets[near] > 0.84).all()
    assert np.abs(targets).max() <= 1


@pytest.mark.parametrize("key", ["blobs", "pinwheel"])
@pytest.mark.parametrize("classes", range(2, 7))
def test_sets_of_several_classes_have_each_class_equally_often(key, classes):
    targets = sample(key, classes=classes)[1]
    counts = np.bincount(targets, minlength=classes)
    assert len(counts) == classes and np.ptp(counts) <= 1
    data = points.load(key, "", COUNT, 0.1, classes, 0.5, 0)
    assert data.task == ("binary" if classes == 2 else "multiclass") and data.outputs == (1 if classes == 2 else classes)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_split_covers_every_row_once_and_keeps_its_share(share):
    train, test = points.split(200, share, 3)
    assert sorted([*train, *test]) == list(range(200)) and len(train) == round(200 * share)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_a_split_of_two_rows_has_one_on_each_side(share):
    train, test = points.split(2, share, 0)
    assert len(train) == len(test) == 1


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Own data: numbers far from the plane's own, as a table brings them."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    stream = np.random.default_rng(0)
    inputs = np.stack([stream.normal(1000, 50, 80), stream.normal(0.02, 0.001, 80)], axis=1)
    targets = (inputs[:, 0] > 1000).astype(np.int64)
    about = {"task": "binary", "features": ["mass", "width"], "target": "kind", "classes": ["light", "heavy"], "notes": ["Two rows left out."]}
    return shelf.put({"inputs": inputs, "targets": targets}, about), inputs, targets


def test_own_data_is_standardised_by_its_training_rows_alone(kept):
    digest, inputs, targets = kept
    data = points.load("own", digest, 20, 0.0, 3, 0.5, 7)
    np.testing.assert_allclose(data.inputs[data.train].mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(data.inputs[data.train].std(0), points.DOMAIN[1] / points.SPREADS)
    assert not np.allclose(data.inputs[data.test].mean(0), 0, atol=1e-3)
    np.testing.assert_allclose(data.own_units(np.arange(80)), inputs)
    np.testing.assert_array_equal(data.targets, targets)
    assert data.names == ("mass", "width") and data.classes == ("light", "heavy") and data.notes == ("Two rows left out.",)
    low, high = data.range(0)
    assert low < inputs[:, 0].mean() < high


def test_a_feature_that_is_constant_in_training_is_moved_but_not_blown_up(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    inputs = np.stack([np.linspace(0, 1, 40), np.full(40, 5000.3)], axis=1)
    digest = shelf.put({"inputs": inputs, "targets": np.arange(40) % 2}, {"task": "binary", "features": ["a", "b"], "target": "c", "classes": ["x", "y"]})
    data = points.load("own", digest, 40, 0.0, 2, 0.5, 1)
    assert np.abs(data.inputs[:, 1]).max() < 1e-6
    np.testing.assert_allclose(data.own_units(np.arange(40)), inputs)


def test_targets_of_own_regression_reach_from_minus_one_to_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    inputs, targets = np.random.default_rng(0).normal(size=(30, 2)), np.linspace(200, 400, 30)
    digest = shelf.put({"inputs": inputs, "targets": targets}, {"task": "regression", "features": ["a", "b"], "target": "price", "classes": []})
    data = points.load("own", digest, 20, 0.0, 3, 0.5, 0)
    assert data.targets[data.train].min() == -1 and data.targets[data.train].max() == 1 and data.outputs == 1
    np.testing.assert_allclose(data.target_origin + data.target_scale * data.targets, targets)


def test_drawn_points_stay_where_they_were_drawn(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    places = np.array([[-3.0, 1.0], [2.0, 2.0], [0.0, -5.0], [4.0, 0.5]])
    digest = shelf.put({"inputs": places, "targets": np.array([0, 1, 0, 1])}, {"task": "binary", "classes": ["orange", "blue"], "drawn": True})
    np.testing.assert_array_equal(points.load("own", digest, 20, 0.0, 3, 0.5, 0).inputs, places)


@pytest.mark.parametrize(("digest", "words"), [("", "no own data"), ("0123456789abcdef", "not on this machine"), ("../../etc/passwd", "not on this machine")])
def test_own_data_that_is_not_here_is_answered_in_words(digest, words, tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    with pytest.raises(UserError, match=words):
        points.load("own", digest, 20, 0.0, 3, 0.5, 0)
