"""The stability map against what is known exactly for quadratics, and against walking one by one."""

import numpy as np
import pytest
import torch

from playground.experiments.descent import RULES, Descent
from playground.experiments.descent_stability import axes, best, contraction, curvatures, largest_rate, stability
from playground.experiments.descent_views import race

rules = pytest.mark.parametrize("rule", RULES)
QUADRATIC = {"surface": "ravine", "condition": 20.0, "steps": 300}


@rules
def test_the_measured_border_is_the_analytic_one_on_a_quadratic(rule):
    """Polyak 1964 for the heavy ball: convergence up to η = 2 (1 + μ) / λ; O'Donoghue and Candès 2015 for Nesterov."""
    found = stability(rule, **Descent(**QUADRATIC).arguments())
    rates, momenta = axes()
    limit = largest_rate(rule, momenta, 20.0)[:, None]
    inside, outside = rates[None] < 0.9 * limit, rates[None] > 1.1 * limit
    slow = contraction(rule, rates[None], momenta[:, None], 1.0) > 0.999  # too slow to be seen in 300 steps
    assert found["exact"] and found["digits"].shape == (len(momenta), len(rates))
    assert (found["digits"][outside] < 0).all()
    assert (found["digits"][inside & ~slow & (momenta[:, None] < 0.9)] > 0).all()


@rules
def test_the_measured_speed_is_the_largest_root_of_the_characteristic_polynomial(rule):
    found = stability(rule, **Descent(**QUADRATIC).arguments())
    rates, momenta = axes()
    factor = np.maximum(*(contraction(rule, rates[None], momenta[:, None], each) for each in (1.0, 20.0)))
    clear = (factor > 0.75) & (factor < 0.97) & (momenta[:, None] < 0.7)  # far from double roots, long enough to be measured
    assert clear.sum() > 50
    assert found["digits"][clear] == pytest.approx(-np.log10(factor[clear]), rel=0.15)


def test_the_analytic_limit_is_where_the_root_leaves_the_unit_circle():
    momenta = np.linspace(0, 0.98, 20)
    for rule in RULES:
        limit = largest_rate(rule, momenta, 7.0)
        assert contraction(rule, limit, momenta, 7.0) == pytest.approx(np.ones(20), abs=1e-7)
        assert (contraction(rule, 0.99 * limit, momenta, 7.0) < 1).all() and (contraction(rule, 1.01 * limit, momenta, 7.0) > 1).all()
    assert largest_rate("momentum", 0.0, 4.0) == 0.5


def test_polyaks_choice_is_the_fastest_heavy_ball():
    low, high = 1.0, 20.0
    rate, momentum = best(low, high)
    assert momentum == pytest.approx(((np.sqrt(20) - 1) / (np.sqrt(20) + 1)) ** 2)

    def worst(rate, momentum):
        return float(max(contraction("momentum", rate, momentum, low), contraction("momentum", rate, momentum, high)))

    grid = [worst(r, m) for r in np.linspace(0.5, 1.5, 41) * rate for m in np.clip(np.linspace(0.5, 1.5, 41) * momentum, 0, 0.999)]
    assert worst(rate, momentum) <= min(grid) + 1e-6


@rules
def test_a_point_of_the_map_is_the_walk_that_torch_takes(rule):
    rates, momenta = axes()
    row, column = 20, int(np.searchsorted(rates, 0.02))
    values = Descent(**{**QUADRATIC, "steps": 120}).changed(optimizers=(rule,), **{f"{rule}_learning_rate": float(rates[column]), f"{rule}_momentum": float(momenta[row])})
    slopes = np.hypot(*race(**values.arguments())["gradients"][0].T)
    here = slopes > 1e-12 * slopes[0]
    line = np.polyfit(np.arange(len(slopes))[here], np.log10(slopes[here] / slopes[0]), 1)
    assert stability(rule, **values.arguments())["digits"][row, column] == pytest.approx(-line[0], rel=1e-4)


def test_curvatures_are_those_at_the_nearest_minimum_or_unknown():
    assert curvatures(Descent(surface="ravine", condition=30.0).ground(), (0, 0)) == (1.0, 30.0)
    low, high = curvatures(Descent(surface="rosenbrock").ground(), (0.5, 0.5))
    exact = torch.linalg.eigvalsh(torch.tensor([[802.0, -400.0], [-400.0, 200.0]], dtype=torch.float64))  # at (1, 1)
    assert [low, high] == pytest.approx(exact.tolist())
    assert np.isnan(curvatures(Descent(surface="formula", formula="x*y").ground(), (0, 0))).all(), "no minimum is known"


def test_the_map_stands_on_surfaces_where_walks_break_off():
    found = stability("momentum", **Descent(surface="formula", formula="log(x)**2 + y**2", start="2, 1", steps=40).arguments())
    assert np.isfinite(found["digits"]).all() and (found["digits"] > 0).any()
