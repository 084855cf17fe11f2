"""Tabular agents: single updates by hand, and where they end up."""

from types import SimpleNamespace

import numpy as np
import pytest

from playground.data import grids
from playground.functions import tabular_rl as exact
from playground.functions.tabular_agents import LEARNERS, Agent

CORRIDOR = [[[(1.0, 0, 0.0, False)], [(1.0, 1, -1.0, False)]], [[(1.0, 0, -1.0, False)], [(1.0, 2, 5.0, True)]], [[(1.0, 2, 0.0, True)]] * 2]


def rules(**changed):
    usual = {"learning_rate": 0.5, "rate_decay": 0.0, "discount": 0.9, "epsilon": 0.0, "trace_decay": 0.8, "steps_ahead": 2, "planning": 3, "longest": 50}
    return SimpleNamespace(**{**usual, **changed})


def straight(q=((0.0, 1.0), (0.0, 2.0), (0.0, 0.0))):
    """An agent that walks right, right, to the end."""
    agent = Agent(CORRIDOR, [0], seed=1)
    agent.q = [list(row) for row in q]
    agent.twins = ([list(row) for row in q], [list(row) for row in q])
    return agent


# q(0, right) is 1, q(1, right) is 2 at first; rewards are -1 and 5, α = 0.5, γ = 0.9
@pytest.mark.parametrize(("name", "first", "second"), [
    ("q_learning", 1 + 0.5 * (-1 + 0.9 * 2 - 1), 2 + 0.5 * (5 - 2)),
    ("sarsa", 1 + 0.5 * (-1 + 0.9 * 2 - 1), 3.5),
    ("expected_sarsa", 1 + 0.5 * (-1 + 0.9 * 2 - 1), 3.5),
    ("monte_carlo", 1 + 0.5 * (-1 + 0.9 * 5 - 1), 3.5),
    ("n_step_sarsa", 1 + 0.5 * (-1 + 0.9 * 5 - 1), 3.5),
    ("sarsa_lambda", 1 + 0.5 * (-1 + 0.9 * 2 - 1) + 0.5 * 0.9 * 0.8 * (5 - 2), 3.5),
])  # fmt: skip
def test_one_episode_changes_the_table_as_the_book_says(name, first, second):
    agent = straight()
    assert LEARNERS[name](agent, rules()) == [-1.0, 5.0]
    assert agent.q[0][1] == pytest.approx(first) and agent.q[1][1] == pytest.approx(second)
    assert agent.path == [0, 1, 2] and agent.visits[0] == [0, 1]


def test_expected_sarsa_takes_the_mean_over_its_own_policy():
    agent = straight()
    agent.act = lambda state, epsilon: 1
    LEARNERS["expected_sarsa"](agent, rules(epsilon=0.4))
    assert agent.q[0][1] == pytest.approx(1 + 0.5 * (-1 + 0.9 * (0.6 * 2 + 0.4 * 1) - 1))


def test_double_q_changes_one_table_and_shows_the_mean():
    agent = straight()
    LEARNERS["double_q"](agent, rules())
    one, other = agent.twins
    assert sorted([one[1][1], other[1][1]]) == [2.0, 3.5] and agent.q[1][1] == pytest.approx(2.75)


def test_dyna_replays_only_what_it_has_met():
    agent = straight()
    agent.log = []
    LEARNERS["dyna_q"](agent, rules(planning=20))
    assert {row[1:3] for row in agent.log if row[0] == "planned"} <= {(0, 1), (1, 1)} and len(agent.log) == 2 + 40


def test_a_rate_that_falls_with_visits_is_the_mean():
    agent = straight()
    for _ in range(4):
        LEARNERS["monte_carlo"](agent, rules(learning_rate=1.0, rate_decay=1.0))
    assert agent.q[1][1] == pytest.approx(5.0) and agent.visits[1][1] == 4


def test_an_episode_is_cut_off_and_cutting_off_is_no_end():
    agent = Agent([[[(1.0, 0, -1.0, False)]]], [0], seed=0)
    for name, learn in LEARNERS.items():
        agent.q = [[0.0]]
        assert len(learn(agent, rules(longest=10))) == 10, name


@pytest.mark.parametrize("name", LEARNERS)
def test_values_settle_at_the_truth_where_learning_rates_fall(name):
    """On the classic grid: on-policy methods are compared with the best policy that explores as much as they do."""
    world = grids.make("classic")
    model = exact.Model(world.table)
    epsilon = 0.3
    on_policy = name not in ("q_learning", "double_q", "dyna_q")
    values = exact.optimal(model, 0.9, epsilon if on_policy else 0.0)[0]
    agent = Agent(world.table, world.starts, seed=3)
    for _ in range(4000):
        LEARNERS[name](agent, rules(learning_rate=1.0, rate_decay=0.7 if name != "monte_carlo" else 1.0, epsilon=epsilon, longest=200, planning=2))
    q = np.array(agent.q)
    found = (1 - epsilon) * q.max(1) + epsilon * q.mean(1) if on_policy else q.max(1)
    decided = [0, 1, 2, 4, 6, 8]
    assert np.abs(found - values)[decided].max() < (0.12 if name in ("monte_carlo", "double_q") else 0.06)


def test_a_seed_fixes_everything_and_ties_are_broken_by_the_dice():
    world = grids.make("karpathy")
    runs = []
    for seed in (5, 5, 6):
        agent = Agent(world.table, world.starts, seed)
        runs.append([LEARNERS["q_learning"](agent, rules(epsilon=0.1, longest=300)) for _ in range(3)])
    assert runs[0] == runs[1] != runs[2]
    agent = Agent(world.table, world.starts, 0)
    assert {agent.act(0, 0.0) for _ in range(60)} == {0, 1, 2, 3}
