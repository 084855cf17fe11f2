import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from playground.core.limits import HISTORY_BYTES
from playground.runs.history import Metrics, Views


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=300), st.integers(3, 40))
def test_views_stay_within_their_count_and_keep_the_first_and_the_last(steps, count):
    views = Views(count=count)
    ordered = sorted(set(steps))
    for step in ordered:
        views.record(step, b"x" * 10)
    assert len(views.steps) == min(count, len(ordered))
    assert views.steps[0] == ordered[0] and views.steps[-1] == ordered[-1]
    assert views.steps == sorted(views.steps) and views.bytes == 10 * len(views.steps)


def test_at_least_200_views_of_80_kilobytes_fit_and_are_spread_over_the_run():
    views = Views()
    for step in range(2000):
        views.record(step, bytes(80_000))
    assert len(views.steps) >= 200 and views.bytes <= HISTORY_BYTES
    assert np.diff(views.steps).max() <= 40


def test_the_newer_view_of_the_same_step_holds():
    views = Views()
    views.record(1, b"old")
    views.record(1, b"newer")
    assert views.nearest(1) == (1, b"newer") and views.bytes == 5


def test_metrics_are_thinned_in_their_older_half_and_a_new_metric_starts_with_gaps():
    metrics = Metrics(limit=100)
    for step in range(150):
        metrics.append({"step": np.array([float(step)]), "loss": np.array([1.0])})
    metrics.append({"step": np.array([150.0]), "loss": np.array([1.0]), "late": np.array([2.0])})
    columns = metrics.arrays()
    assert len(columns["step"]) <= 101 and columns["step"][-1] == 150 and columns["step"][0] == 0
    assert np.isnan(columns["late"][:-1]).all() and columns["late"][-1] == 2.0
    assert metrics.version > 0
