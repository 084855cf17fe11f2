"""Exact values against the books' numbers and against brute force."""

import random

import numpy as np
import pytest

from playground.data import grids
from playground.functions import tabular_rl as exact


def solved(key, discount, slippery=False, epsilon=0.0):
    world = grids.make(key, slippery)
    model = exact.Model(world.table)
    return world, model, *exact.optimal(model, discount, epsilon, exact.reachable(model, world.starts))


def test_the_classic_grid_has_the_utilities_of_russell_and_norvig():
    """Artificial Intelligence, 4th edition, figure 17.3, to its four digits."""
    _, _, values, _, _ = solved("classic", 1.0)
    printed = [[0.8516, 0.9078, 0.9578], [0.8016, 0, 0.7003], [0.7453, 0.6953, 0.6514]]
    np.testing.assert_allclose(values.reshape(3, 4)[:, :3], printed, atol=5e-5)
    assert values[11] == pytest.approx(0.4279, abs=5e-5)


def test_the_random_policy_of_example_4_1_has_its_values():
    world = grids.make("corners")
    values = exact.policy_values(exact.Model(world.table), np.full((16, 4), 0.25), 1.0)
    np.testing.assert_allclose(values.reshape(4, 4), [[0, -14, -20, -22], [-14, -18, -20, -20], [-20, -20, -18, -14], [-22, -20, -14, 0]], atol=1e-9)


@pytest.mark.parametrize(("key", "discount", "value"), [("windy", 1.0, -15), ("cliff", 1.0, -13), ("maze", 0.95, 0.95**13), ("taxi", 1.0, 7.93)])
def test_starts_are_worth_what_the_books_say(key, discount, value):
    world, _, values, _, _ = solved(key, discount)
    assert values[list(world.starts)].mean() == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("discount", [0.0, 0.5, 0.9, 0.99, 1.0])
@pytest.mark.parametrize("key", [key for key in grids.WORLDS if key != grids.OWN])
def test_bellmans_equation_holds_and_value_iteration_agrees(key, discount):
    for slippery in {False, key in grids.SLIPPERY}:
        world, model, values, q, choice = solved(key, discount, slippery)
        met = exact.reachable(model, world.starts)
        np.testing.assert_allclose(model.lookahead(values, discount).max(1)[met], values[met], atol=1e-9)
        swept = np.zeros(len(values))
        for _ in range(4000):
            swept = model.lookahead(swept, discount).max(1)
        np.testing.assert_allclose(swept[met], values[met], atol=1e-6)
        np.testing.assert_allclose(q[np.arange(len(q)), choice][met], values[met], atol=1e-9)


def test_the_best_policy_on_ice_reaches_the_goal_as_often_as_is_known():
    """0.74 of 100-step episodes on the slippery 4×4 lake."""
    world, model, _, q, choice = solved("frozen_4", 0.99, True)
    assert exact.expected_return(model, np.eye(4)[choice], world.starts, 100) == pytest.approx(0.7402, abs=5e-4)
    assert exact.expected_return(model, exact.greedy(q), world.starts, 100) <= 0.7403


def test_both_ways_to_an_expected_return_agree_with_playing():
    world, model, _, _, choice = solved("cliff", 0.9, True)
    policy = 0.8 * np.eye(4)[choice] + 0.05
    found = exact.expected_return(model, policy, world.starts, 60)
    assert found == pytest.approx(exact._walked(model, policy, world.starts, 60), rel=1e-10)
    dice, sums, chances = random.Random(0), [], policy.tolist()
    for _ in range(3000):
        state, total = world.starts[0], 0.0
        for _ in range(60):
            outcomes = world.table[state][dice.choices(range(4), chances[state])[0]]
            _, state, reward, ended = dice.choices(outcomes, [each[0] for each in outcomes])[0]
            total += reward
            if ended:
                break
        sums.append(total)
    assert abs(np.mean(sums) - found) < 4 * np.std(sums) / np.sqrt(len(sums))


def test_the_best_exploring_policy_is_best_among_those_that_explore_as_much():
    world, model, values, q, choice = solved("cliff", 1.0, epsilon=0.1)
    np.testing.assert_allclose(0.9 * q.max(1) + 0.1 * q.mean(1), values, atol=1e-8)
    best = solved("cliff", 1.0)[4]
    edge = exact.policy_values(model, 0.9 * np.eye(4)[best] + 0.025, 1.0)
    assert values[36] > edge[36] + 5  # the safe way is worth it


def test_infinite_values_are_refused_and_harmless_rest_is_worth_nothing():
    stuck = exact.Model([[[(1.0, 0, -1.0, False)]]])
    with pytest.raises(ValueError, match="infinite"):
        exact.policy_values(stuck, np.ones((1, 1)), 1.0)
    assert exact.policy_values(stuck, np.ones((1, 1)), 0.5)[0] == pytest.approx(-2.0)
    rest = exact.Model([[[(1.0, 0, 0.0, False)]]])
    assert exact.policy_values(rest, np.ones((1, 1)), 1.0)[0] == 0.0
