"""A step taken apart adds up to the step that torch took, for every optimizer, at its first step and later ones."""

import numpy as np
import pytest

from playground.experiments.descent import Descent
from playground.experiments.descent_views import dissected
from playground.optimizers.table import OPTIMIZERS

every = pytest.mark.parametrize("key", OPTIMIZERS)
CLOSE = 1e-7  # torch keeps NAdam's running product in float32
SETTINGS = {"surface": "beale", "start": "1.2, 0.9", "steps": 40}


def taken(key, step, **more):
    return dissected(key, step, **Descent(**{**SETTINGS, **more, "optimizers": (key,)}).arguments())


@every
@pytest.mark.parametrize("step", [1, 2, 8])
def test_the_stated_move_is_the_move_that_torch_took(key, step):
    found = taken(key, step)
    moved = found["after"] - found["before"]
    assert found["step"] == step and np.abs(moved).max() > 0
    assert found["move"] == pytest.approx(moved, rel=CLOSE, abs=1e-13)
    words, latex, numbers = found["lines"][-1]
    assert words == "move" and latex and numbers == pytest.approx(moved.tolist(), rel=CLOSE, abs=1e-13)
    assert found["path"][-2:] == pytest.approx(np.stack([found["before"], found["after"]]))


@every
def test_the_stated_move_holds_with_a_schedule_decay_and_mini_batches(key):
    more = {"schedule": "cosine", "batching": "mini"}
    if "weight_decay" in OPTIMIZERS[key].hyperparameters:
        more[f"{key}_weight_decay"] = 0.2
    found = taken(key, 9, **more)
    assert found["move"] == pytest.approx(found["after"] - found["before"], rel=CLOSE, abs=1e-13)
    assert not np.allclose(found["slope"], found["full"])
    assert found["rate"] < Descent().racer(key).learning_rate


@every
def test_pieces_add_up_to_the_move_and_scaling_explains_it(key):
    found = taken(key, 6)
    if found["pieces"]:
        assert np.sum([each[1] for each in found["pieces"]], axis=0) == pytest.approx(found["move"], rel=CLOSE)
    assert len(found["forces"]) >= 1 and found["forces"][0][1] == pytest.approx((-found["slope"]).tolist())


def test_a_step_after_the_last_shows_the_last_one():
    assert taken("adam", 1000)["step"] == SETTINGS["steps"]


def test_lbfgs_standing_still_at_a_minimum_is_shown_as_no_move():
    found = dissected("lbfgs", 30, **Descent(surface="bowl", optimizers=("lbfgs",), steps=30).arguments())
    assert found["move"] == pytest.approx([0.0, 0.0], abs=1e-9)
