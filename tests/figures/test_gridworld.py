"""What the gridworld canvases name must be there to be drawn."""

import numpy as np
import pytest

from playground.core import packets
from playground.core.limits import GRID_SIDE
from playground.experiments.gridworld import ALGORITHMS, Gridworld
from playground.figures import gridworld as figures


@pytest.mark.parametrize("algorithm", ["sarsa", "value_iteration"])
def test_every_curve_is_measured(algorithm):
    experiment = Gridworld(algorithm=algorithm)
    trainer = experiment.trainer()
    trainer.advance(2)
    specs = [figures.distance(experiment.plans, algorithm == "sarsa"), *figures.policy(experiment.plans)]
    specs += [] if experiment.plans else [figures.returns(-13.0), *figures.effort()]
    for spec in specs:
        assert {each["array"] for each in spec["series"]} <= set(trainer.metrics())


def test_the_picture_finds_all_that_it_draws():
    for algorithm in ALGORITHMS:
        trainer = Gridworld(algorithm=algorithm, world="classic", discount=0.9).trainer()
        trainer.advance(1)
        scene, view = trainer.scene(), dict(packets.items(trainer.view()))
        states, actions, outcomes = scene["next"].shape
        assert view["q"].shape == view["policy"].shape == view["visits"].shape == (states, actions) and view["v"].shape == view["truth"].shape == (states,)
        assert scene["chance"].shape == scene["reward"].shape == scene["ends"].shape == (states, actions, outcomes)
        assert len(scene["kinds"]) == scene["rows"] * scene["columns"] == len(scene["winds"]) == len(scene["cell_rewards"])
        assert view["backup_places"].shape[1:] == (4,) and view["backup_numbers"].shape[1:] == (8,)


def test_the_axis_of_returns_shows_what_matters():
    low, high = figures.returns(-13.0)["y_range"]
    assert low < -60 and high >= 0
    assert figures.returns(1.0)["y_range"] in (None, [None, None])
    assert figures.grid("x", mini=True)["largest"] == GRID_SIDE


def test_the_miniature_shows_the_best_way():
    arrays, spec = figures.miniature()
    assert arrays["values"].shape == (10, 10) and spec["kind"] == "stage"
    assert arrays["path"][0].tolist() == [0, 9] and arrays["path"][-1].tolist() == [5, 4] and np.abs(np.diff(arrays["path"], axis=0)).sum(1).max() == 1


def test_a_race_shows_spread():
    spec = figures.race(["a", "b"], -13.0, False)
    assert [each["low"] for each in spec["series"]] == ["return_low/0", "return_low/1"] and spec["marks"]
