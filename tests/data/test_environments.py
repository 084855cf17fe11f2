"""The cards of the tasks against Gymnasium's registry."""

import gymnasium
import pytest

from playground.core.errors import UserError
from playground.data.environments import ENVIRONMENTS, find, missing


@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_a_card_says_what_gymnasium_says(key):
    task, peer = ENVIRONMENTS[key], gymnasium.make(key)
    assert peer.spec.max_episode_steps == task.max_steps
    assert peer.spec.reward_threshold in (None, task.solved)
    assert peer.observation_space.shape == (task.inputs,)
    assert peer.metadata["render_fps"] == task.rate or key == "Pendulum-v1"
    if task.continuous:
        assert peer.action_space.shape == (1,) and peer.action_space.high[0] == task.limit and len(task.actions) == 2
    else:
        assert peer.action_space.n == len(task.actions) == task.outputs and 0 <= task.idle < task.outputs
    assert all(each < len(task.axes) for each in task.map_axes) and task.floor < task.solved <= task.ceiling
    assert all(quantity.low < quantity.high for quantity in (*task.observation, *task.axes))


def test_names_may_be_written_loosely_and_unknown_ones_are_refused():
    assert find("cartpole").key == find("CartPole-v1").key == find("Cart_Pole").key == "CartPole-v1"
    assert find("mountaincarcontinuous").key == "MountainCarContinuous-v0"
    with pytest.raises(UserError, match="no environment named 'Pong'"):
        find("Pong")


def test_all_tasks_can_run_here():
    assert not any(missing(key) for key in ENVIRONMENTS)
