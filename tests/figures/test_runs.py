"""Figures of kept runs: nothing recorded is lost from sight, averages are what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.figures import runs
from playground.figures.runs import Curve


def test_the_average_is_corrected_for_its_start_and_follows_the_formula():
    values = np.array([4.0, 2.0, 8.0, 6.0])
    weight, total, expected = 0.9, 0.0, []
    for t, value in enumerate(values, 1):
        total = weight * total + (1 - weight) * value
        expected.append(total / (1 - weight**t))
    np.testing.assert_allclose(runs.smoothed(values, weight), expected)
    assert runs.smoothed(values, 0.99)[0] == pytest.approx(4.0)
    assert runs.smoothed(values, 0.0) is values


def test_a_constant_stays_constant_and_gaps_stay_gaps():
    values = np.full(50, 3.0)
    values[[5, 20]] = np.nan, np.inf
    smooth = runs.smoothed(values, 0.95)
    assert np.isnan(smooth[5]) and np.isinf(smooth[20])
    np.testing.assert_allclose(smooth[np.isfinite(smooth)], 3.0)


@given(st.integers(1, 30_000), st.integers(0, 2**31), st.integers(10, 300))
def test_thinning_keeps_ends_and_extremes_and_stays_small(count, seed, buckets):
    stream = np.random.default_rng(seed)
    x, y = np.arange(count, dtype=float), stream.normal(size=count)
    y[stream.integers(count)] = 1e6
    few_x, few_y = runs.thinned(x, y, buckets)
    assert len(few_x) <= 5 * buckets + buckets and (np.diff(few_x) > 0).all()
    assert few_x[0] == x[0] and few_x[-1] == x[-1]
    assert few_y.max() == y.max() and few_y.min() == y.min()
    assert np.array_equal(y[few_x.astype(int)], few_y)


def test_thinning_bears_gaps():
    y = np.full(5000, np.nan)
    y[1234] = 7.0
    assert 7.0 in runs.thinned(np.arange(5000.0), y, 100)[1]


def test_an_overlay_draws_recorded_values_faint_behind_smoothed_ones():
    curves = [Curve("one", 0, np.arange(9.0), np.arange(9.0)), Curve("two", 3, np.arange(5.0), np.ones(5))]
    arrays, spec = runs.overlay(curves, title="test loss", smoothing=0.5, log_y=True)
    assert [(each["name"], each["quiet"], each["color"]) for each in spec["series"]] == [
        ("one", True, "category 0"), ("one", False, "category 0"), ("two", True, "category 3"), ("two", False, "category 3")]  # fmt: skip
    assert {each["array"] for each in spec["series"]} | {each["x"] for each in spec["series"]} == set(arrays)
    assert spec["log_y"] and "smoothed by 0.5" in spec["alt"]
    assert len(runs.overlay(curves, title="loss")[1]["series"]) == 2


def test_the_example_is_gradient_descent_on_a_parabola():
    arrays, spec = runs.example(rates=(0.1,), steps=5)
    x, seen = 1.0, []
    for _ in range(6):
        seen.append(x * x)
        x -= 0.1 * 2 * x
    np.testing.assert_allclose(arrays["line_0"], seen)
    assert spec["series"][0]["name"] == "learning rate 0.1"


def test_parallel_axes_hold_numbers_factors_and_words():
    rows = [{"rate": 0.001, "kind": "tanh", "loss": 0.5}, {"rate": 0.1, "kind": "relu", "loss": 0.031337}, {"rate": 0.01, "kind": "relu", "loss": 4.0}]
    line = runs.parallel(rows, ["rate", "kind", "loss"], "loss", logs=["rate", "loss"]).data[0]
    rate, kind, loss = line.dimensions
    np.testing.assert_allclose(rate["values"], [-3, -1, -2])
    assert list(rate["ticktext"]) == ["0.001", "0.01", "0.1"] and list(kind["ticktext"]) == ["relu", "tanh"] and list(kind["values"]) == [1, 0, 0]
    assert set(loss["ticktext"]) >= {"0.1", "1"} and min(loss["tickvals"]) == pytest.approx(np.log10(0.031337))
    assert line.line.reversescale is False and runs.parallel(rows, ["rate", "loss"], "loss", best="high").data[0].line.reversescale is True
