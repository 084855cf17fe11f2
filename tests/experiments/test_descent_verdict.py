"""Verdicts follow from the walk's own numbers: each kind of end on a surface where it is known to come about."""

import numpy as np
import pytest

from playground.experiments.descent import Descent
from playground.experiments.descent_verdict import FLAT, judge
from playground.experiments.descent_views import race, relief, verdicts


def verdict(key, **settings):
    experiment = Descent(optimizers=(key,), **settings)
    return verdicts(race(**experiment.arguments()), relief(**experiment.arguments()))[0]


@pytest.mark.parametrize(
    ("kind", "key", "settings"),
    [
        ("reached", "momentum", {"surface": "bowl", "steps": 500}),
        ("reached", "lbfgs", {"surface": "rosenbrock"}),
        ("reached", "sgd", {"surface": "formula", "formula": "x**2 + y**2", "start": "1, 1", "sgd_learning_rate": 0.2}),
        ("local", "sgd", {"surface": "rastrigin", "sgd_learning_rate": 0.001, "steps": 500}),
        ("local", "sgd", {"surface": "double_well", "sgd_learning_rate": 0.05}),
        ("saddle", "sgd", {"surface": "saddle", "start": "-1.7, 0", "sgd_learning_rate": 0.1}),
        ("diverged", "sgd", {"surface": "rosenbrock", "sgd_learning_rate": 0.05}),
        ("diverged", "sgd", {"surface": "bowl", "sgd_learning_rate": 3.0}),
        ("oscillating", "lion", {"surface": "bowl", "lion_learning_rate": 0.07}),
        ("oscillating", "sgd", {"surface": "kink", "sgd_learning_rate": 0.2}),
        ("moving", "sgd", {"surface": "ravine", "condition": 200.0, "sgd_learning_rate": 0.001}),
        ("level", "sgd", {"surface": "plateau", "start": "5.9"}),
    ],
)
def test_each_end_has_its_name(kind, key, settings):
    assert verdict(key, **settings).kind == kind


def test_the_step_of_arrival_is_the_first_after_which_the_ground_stays_level():
    experiment = Descent(optimizers=("sgd",), surface="parabola", sgd_learning_rate=0.5)
    found = verdict("sgd", surface="parabola", sgd_learning_rate=0.5)
    slopes = np.abs(race(**experiment.arguments())["gradients"][0, :, 0])
    above = 2.5 * 0.5 ** np.arange(201)
    expected = next(i for i in range(201) if (above[i:] < FLAT).all() or (above[i:] ** 2 / 2 < 1e-4).all())
    assert slopes == pytest.approx(above) and found.step == pytest.approx(expected, abs=1)


def test_a_walk_that_leaves_is_judged_by_where_it_was_last_seen():
    positions = np.array([[1.0, 0.0], [2.0, 0.0], [np.nan, np.nan], [np.nan, np.nan]])
    heights = np.array([1.0, 4.0, np.inf, np.inf])
    found = judge(positions, heights, positions, np.full(2, np.nan), np.array([[0.0, 0.0], [3.0, 0.0]]), 0.0)
    assert (found.kind, found.step, found.place, found.height, found.minimum) == ("diverged", 1, (2.0, 0.0), 4.0, (3.0, 0.0))


def test_where_no_minimum_is_known_none_is_named():
    assert verdict("sgd", surface="formula", formula="x**2 + y**2").minimum is None
