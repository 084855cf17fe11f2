"""The gridworld coach speaks when something is wrong, with a change that helps, and is silent otherwise."""

import numpy as np
import pytest

from playground.experiments.gridworld import Gridworld
from playground.experiments.gridworld_words import PRESETS
from playground.explain import gridworld_maths, gridworld_tasks
from playground.explain.coach import Evidence, diagnose
from playground.explain.gridworld_rules import RULES


def lived(steps=None, **settings):
    """Evidence of a run, recorded at every step."""
    experiment = Gridworld(**settings)
    trainer, rows, places = experiment.trainer(), [], []
    for _ in range(steps or experiment.step_limit):
        if trainer.finished or trainer.diverged:
            break
        trainer.advance(1)
        rows.append(trainer.metrics())
        places.append(trainer.step_count)
    metrics = {"step": np.array(places, float)} | {name: np.array([row[name] for row in rows]) for name in rows[0]}
    view = {name: getattr(trainer.view(), name) for name in ("v", "q", "truth", "epsilon")}
    state = "failed" if trainer.diverged else "finished" if trainer.finished else "paused"
    return Evidence(experiment, metrics, view, trainer.step_count, 1, state, trainer.diverged), trainer


PRESET = {row[0]: row[3] for row in PRESETS}


@pytest.mark.parametrize(("settings", "steps", "title"), [
    (PRESET["greedy"], None, "No exploration"), (PRESET["short"], None, "Short-sighted"), (PRESET["runaway"], None, "Run away"), (PRESET["sparse"], None, "Never gets there"),
    ({"world": "own", "grid": "S.#G", "discount": 0.9}, 20, "No way to a goal"),
    ({"world": "frozen_4", "slippery": True, "learning_rate": 0.8, "epsilon": 0.3}, 400, "Restless values"),
    ({"algorithm": "sarsa", "discount": 1.0}, 400, "It values its own slips"),
    ({"algorithm": "value_iteration", "world": "frozen_8", "slippery": True, "sweeps": 10}, None, "Not settled"),
])  # fmt: skip
def test_each_trouble_is_named_with_numbers(settings, steps, title):
    evidence, _ = lived(steps, **settings)
    found = diagnose(evidence, RULES)
    assert title in [each.title for each in found], [each.title for each in found]
    advice = next(each for each in found if each.title == title)
    assert any(sign.isdigit() for sign in advice.evidence) or title == "No way to a goal"
    assert evidence.experiment.changed(**advice.changes)


@pytest.mark.parametrize("settings", [{}, PRESET["ice"], PRESET["dyna"], {"world": "windy", "discount": 1.0}, {"world": "taxi", "algorithm": "policy_iteration"}])
def test_nothing_is_said_when_nothing_is_wrong(settings):
    assert diagnose(lived(300, **settings)[0], RULES) == []


@pytest.mark.parametrize("key", ["greedy", "short", "runaway"])
def test_the_proposed_change_mends_it(key):
    evidence, _ = lived(**PRESET[key])
    advice = diagnose(evidence, RULES)[0]
    after, trainer = lived(**{**PRESET[key], **advice.changes})
    assert not after.diverged and trainer.metrics()["expected_return"] > 0.6


def test_the_maths_holds_the_numbers_of_this_moment():
    evidence, trainer = lived(40, world="classic", discount=0.9)
    formula, words = gridworld_maths.bellman(evidence.experiment, evidence.view, 8)
    best = trainer.reference.model.lookahead(evidence.view["v"].astype(float), 0.9)[8].max()
    assert f"{best:.5g}" in formula and "row 3, column 1" in words and r"0.9\cdot" in formula and "0.8" in formula
    assert r"\alpha = 0.5" in gridworld_maths.update(evidence.experiment, evidence.view)
    assert "Howard" in gridworld_maths.truth(evidence.experiment)
    planned, _ = lived(60, world="frozen_8", slippery=True, algorithm="value_iteration", discount=0.9)
    assert "0.9^" not in gridworld_maths.contraction(planned.experiment, planned.metrics) and "γ^20" in gridworld_maths.contraction(planned.experiment, planned.metrics)


@pytest.mark.parametrize("algorithm", gridworld_maths._UPDATES)
def test_every_algorithm_has_its_rule(algorithm):
    text = gridworld_maths.update(Gridworld(algorithm=algorithm), {})
    assert r"\leftarrow" in text and "%(" not in text


def test_tasks_tick_when_they_are_done_and_not_before():
    def ticked(experiment, metrics, played=None, racers=()):
        return {name for name, _, done in gridworld_tasks.tasks(experiment, metrics, played or {}, racers) if done}

    assert ticked(Gridworld(), {}) == set()
    assert ticked(Gridworld(), {}, {"ended": True, "earned": -13.0, "best": -13.0}) == {"gridworld-play"}
    assert ticked(Gridworld(), {}, {"ended": True, "earned": -14.0, "best": -13.0}) == set()
    assert ticked(Gridworld(algorithm="sarsa"), {"expected_return": -13.0}) == {"gridworld-edge"}
    assert ticked(Gridworld(world="own"), {"expected_return": 0.5, "best_return": 0.5}) == {"gridworld-paint"}
    assert ticked(Gridworld(algorithm="value_iteration"), {"value_loss": 1e-9, "best_return": -13.0, "expected_return": -13.0}) == {"gridworld-exact"}
    assert ticked(Gridworld(), {}, {}, [Gridworld(), Gridworld(algorithm="sarsa")]) == {"gridworld-race"}
