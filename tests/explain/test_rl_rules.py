"""The coach of the deep-RL screen speaks of what the numbers say, and else keeps silent."""

import math

import numpy as np
import pytest

from playground.data.environments import ENVIRONMENTS
from playground.experiments.rl import ALGORITHMS, DeepRL, fitting
from playground.experiments.rl_recipes import recipe
from playground.explain.coach import Evidence, diagnose
from playground.explain.rl_rules import RULES
from playground.explain.rl_words import MEASURED, maths, tasks

FINE = {"evaluation_return": [20.0, 150.0, 300.0, 500.0], "evaluation_high": [30.0, 200.0, 400.0, 500.0], "training_return": [20.0, 90.0, 250.0, 480.0],
        "updates": [0.0, 100.0, 400.0, 900.0], "entropy": [0.69, 0.6, 0.5, 0.4], "kl": [0.01] * 20, "value_loss": [1.0, 2.0, 5.0, 2.0], "gradient_norm": [0.5, 1.0, 1.0, 0.5],
        "q_mean": [1.0, 10.0, 30.0, 50.0], "epsilon": [1.0, 0.5, 0.1, 0.05], "solved_at": [math.nan, math.nan, math.nan, 20_000.0]}  # fmt: skip


def said(experiment, step=20_000, diverged=False, **columns):
    rows = {name: np.array(values) for name, values in {**FINE, **columns}.items()}
    return diagnose(Evidence(experiment, rows, {}, step, 256, "playing", diverged), RULES)


def one(environment="CartPole-v1", algorithm="ppo", **more):
    return DeepRL(**recipe(environment, algorithm, **more))


@pytest.mark.parametrize("algorithm", ["ppo", "a2c", "reinforce", "dqn"])
def test_nothing_is_said_of_an_agent_that_learns(algorithm):
    assert said(one(algorithm=algorithm)) == []


@pytest.mark.parametrize(("experiment", "columns", "title", "changes"), [
    (one(learning_rate=0.5), {"diverged": True}, "Diverged", {"learning_rate": 0.05}),
    (one(algorithm="dqn", epsilon=0.0, exploration=0.0), {"epsilon": [0.0], "evaluation_return": [9.0] * 5}, "No exploration", {"epsilon": 0.05, "exploration": 0.2}),
    (one(learning_rate=0.1), {"entropy": [0.001], "evaluation_return": [9.0] * 5}, "Certain too soon", {"learning_rate": 0.001}),
    (one(), {"entropy": [0.001], "evaluation_return": [9.0] * 5}, "Certain too soon", {"entropy": 0.01}),
    (one(learning_rate=0.03), {"kl": [0.7] * 20, "evaluation_return": [200.0] * 5}, "Updates too large", {"learning_rate": 0.003}),
    (one(algorithm="dqn", memory=200), {"evaluation_return": [100.0] * 5}, "Memory too small", {"memory": 50_000}),
    (one(reward_scale=1000.0), {"value_loss": [1e8], "gradient_norm": [1e5], "evaluation_return": [20.0] * 5}, "Rewards too large", {"reward_scale": 1.0}),
    (one(algorithm="dqn", double=False), {"q_mean": [900.0]}, "Wishful thinking", {"double": True}),
    (one("MountainCar-v0", "ppo"), {"evaluation_return": [-200.0] * 5, "evaluation_high": [-200.0] * 5, "training_return": [-200.0] * 5, "epsilon": []},
     "The flag was never reached", {}),
    (one("MountainCar-v0", "dqn", noise_memory=0.0), {"evaluation_return": [-200.0] * 5, "evaluation_high": [-200.0] * 5, "training_return": [-200.0] * 5},
     "The flag was never reached", {"noise_memory": 0.95}),
    (one(), {"evaluation_return": [20.0, 500.0, 500.0, 130.0], "solved_at": [8_000.0]}, "It unlearned", {"learning_rate": 0.0003}),
])  # fmt: skip
def test_each_trouble_is_named_with_evidence_and_a_change_that_is_possible(experiment, columns, title, changes):
    advice = next((each for each in said(experiment, **columns) if each.title == title), None)
    assert advice is not None and any(digit.isdigit() for digit in advice.evidence)
    assert dict(advice.changes) == pytest.approx(changes)
    experiment.changed(**advice.changes)


@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_the_maths_and_tasks_of_every_algorithm_can_be_written_at_any_moment(key):
    for algorithm in fitting(ENVIRONMENTS[key]):
        experiment = one(key, algorithm)
        trainer = experiment.changed(hidden_sizes=(4,)).trainer() if key == "CartPole-v1" else None
        now = trainer.metrics() if trainer else {}
        if trainer:
            assert all(name in now for group in MEASURED[algorithm] for name in group)
        for numbers in ({}, now):
            assert "\\gamma" in maths(experiment, numbers) and "nan" not in maths(experiment, numbers)
        assert all(not done for _, _, done in tasks(experiment.changed(baseline=True), {}, [], {}))
    assert MEASURED.keys() == ALGORITHMS.keys()
