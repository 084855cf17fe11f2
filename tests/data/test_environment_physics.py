"""Our many-at-once physics against Gymnasium, one state at a time: bit for bit."""

import gymnasium
import numpy as np
import pytest

from playground.core import packets
from playground.core.randomness import derive
from playground.data.environment_physics import PHYSICS
from playground.data.environment_worlds import Worlds, actions_of
from playground.data.environments import ENVIRONMENTS

COPIES = 5
every = pytest.mark.parametrize("key", ENVIRONMENTS)


def chosen(environment, stream, count=COPIES):
    if environment.continuous:
        return actions_of(environment, stream.uniform(-1.3 * environment.limit, 1.3 * environment.limit, count))
    return stream.integers(0, len(environment.actions), count)


@every
def test_every_copy_is_gymnasiums_own_bit_for_bit_over_many_episodes(key):
    environment, stream = ENVIRONMENTS[key], np.random.default_rng(3)
    worlds = Worlds(environment, COPIES, seed=7)
    peers = [gymnasium.make(key, disable_env_checker=True) for _ in range(COPIES)]
    episodes = [0] * COPIES
    for copy, peer in enumerate(peers):
        seen = peer.reset(seed=derive(7, "episode", copy, 0))[0]
        assert np.array_equal(seen, worlds.observations[copy]) and worlds.observations.dtype == seen.dtype
    for _ in range(1100 if environment.max_steps > 500 else 600):
        actions = chosen(environment, stream)
        moved = worlds.step(actions)
        for copy, peer in enumerate(peers):
            seen, reward, terminated, truncated, _ = peer.step(actions[copy] if environment.continuous else int(actions[copy]))
            assert np.array_equal(seen, moved.arrived[copy]), (copy, seen, moved.arrived[copy])
            assert float(reward) == moved.rewards[copy]
            assert (terminated, truncated and not terminated) == (moved.terminated[copy], moved.truncated[copy])
            if terminated or truncated:
                episodes[copy] += 1
                seen = peer.reset(seed=derive(7, "episode", copy, episodes[copy]))[0]
            assert np.array_equal(seen, worlds.observations[copy])
    assert min(episodes) >= 1 and worlds.episodes.tolist() == episodes


@pytest.mark.parametrize("key", PHYSICS)
def test_physics_agrees_far_from_the_start_too(key):
    """Random states all over, where episodes that fail never come: within 1e-9 of Gymnasium, and mostly equal."""
    environment, stream = ENVIRONMENTS[key], np.random.default_rng(5)
    low, high = (np.array([getattr(each, end) for each in environment.axes]) for end in ("low", "high"))
    peer, count = gymnasium.make(key, disable_env_checker=True).unwrapped, 300
    states, actions = stream.uniform(1.2 * low, 1.2 * high, (count, len(low))), chosen(environment, stream, count)
    after, rewards, terminated = PHYSICS[key].step(states.copy(), actions, np.ones(count, bool))
    for i in range(count):
        peer.reset(seed=0)
        peer.state = states[i].copy()
        _, reward, over, _, _ = peer.step(actions[i] if environment.continuous else int(actions[i]))
        assert np.abs(np.asarray(peer.state, np.float64) - after[i]).max() <= 1e-9
        assert abs(float(reward) - rewards[i]) <= 1e-9 and over == terminated[i]


@every
def test_a_checkpoint_goes_on_bit_for_bit(key):
    environment, stream = ENVIRONMENTS[key], np.random.default_rng(1)
    worlds = Worlds(environment, 3, seed=2)
    for _ in range(60):
        worlds.step(chosen(environment, stream, 3))
    other = Worlds(environment, 3, seed=2)
    other.load_state_dict(packets.decode(packets.encode("checkpoint", worlds.state_dict()))[1])
    assert np.array_equal(worlds.observations, other.observations)
    for _ in range(40):
        actions = chosen(environment, stream, 3)
        one, two = worlds.step(actions), other.step(actions)
        assert np.array_equal(one.arrived, two.arrived) and np.array_equal(one.rewards, two.rewards)
    assert np.array_equal(worlds.returns, other.returns)
