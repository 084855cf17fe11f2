"""Replay: what goes in comes out, surprising things more often, and n steps are summed as they should be."""

import numpy as np
import pytest

from playground.core import packets
from playground.experiments.rl_replay import Replay, Window


def filled(count=40, capacity=64, prioritised=False, stride=1):
    replay, stream = Replay(capacity, 2, (), np.int64, prioritised, stride), np.random.default_rng(0)
    seen = stream.normal(size=(count + 1, 2)).astype(np.float32)
    for i in range(count):
        replay.add(seen[i : i + 1], np.array([i % 3]), np.array([float(i)], np.float32), seen[i + 1 : i + 2], np.array([0.9], np.float32))
    return replay


def test_the_oldest_is_overwritten():
    replay = filled(100, 64)
    assert replay.count == 64 and replay.place == 100 - 64
    assert sorted(replay.rewards.tolist()) == list(map(float, range(36, 100)))


def test_surprising_transitions_are_drawn_in_proportion_and_weigh_less():
    replay, stream = filled(8, 8, prioritised=True), np.random.default_rng(1)
    errors = np.array([1, 2, 4, 8, 16, 32, 64, 0.0])
    replay.set_errors(np.arange(8), errors)
    wanted = (errors + 1e-6) ** 0.6
    rows = np.concatenate([replay.draw(64, 0.5, stream)[0] for _ in range(400)])
    np.testing.assert_allclose(np.bincount(rows, minlength=8) / len(rows), wanted / wanted.sum(), atol=0.01)
    rows, weights = replay.draw(256, 0.5, stream)
    shares = wanted / wanted.sum()
    by_hand = (8 * shares[rows]) ** -0.5
    np.testing.assert_allclose(weights, by_hand / by_hand.max(), rtol=1e-5)
    assert replay.tree[1] == pytest.approx(wanted.sum())


def test_new_transitions_get_the_largest_priority():
    replay = filled(4, 8, prioritised=True)
    replay.set_errors(np.array([0]), np.array([1000.0]))
    replay.add(np.zeros((1, 2), np.float32), np.array([0]), np.zeros(1, np.float32), np.zeros((1, 2), np.float32), np.ones(1, np.float32))
    assert replay.tree[replay.leaves + 4] == replay.largest == pytest.approx(1000.0**0.6, rel=1e-6)


@pytest.mark.parametrize("prioritised", [False, True])
@pytest.mark.parametrize("count", [0, 1, 40, 100])
def test_a_checkpoint_holds_everything_once(prioritised, count):
    replay = filled(count, 64, prioritised)
    if prioritised and count > 10:
        replay.set_errors(np.arange(10), np.arange(10.0))
    state = packets.decode(packets.encode("checkpoint", replay.state_dict()))[1]
    other = Replay(64, 2, (), np.int64, prioritised)
    other.load_state_dict(state)
    for name in ("seen", "taken", "rewards", "arrived", "discounts", "tree"):
        np.testing.assert_array_equal(getattr(replay, name), getattr(other, name), err_msg=name)
    if count >= 40:
        assert len(state["arrived"]) <= 3  # the next observation is another row's own


@pytest.mark.parametrize("steps", [1, 3])
def test_n_steps_are_summed_within_an_episode_and_the_rest_is_bootstrapped(steps):
    copies, length, discount, stream = 2, 30, 0.9, np.random.default_rng(2)
    window = Window(steps, copies, 1, (), np.int64)
    rewards, terminated = stream.normal(size=(length, copies)).astype(np.float32), stream.random((length, copies)) < 0.15
    truncated = (stream.random((length, copies)) < 0.1) & ~terminated
    found = []
    for t in range(length):
        window.push(np.full((copies, 1), t, np.float32) + 100 * np.arange(copies)[:, None], np.full(copies, t), rewards[t])
        arrived = np.full((copies, 1), t + 1, np.float32) + 100 * np.arange(copies)[:, None]
        for seen, taken, summed, after, discounts in window.transitions(arrived, terminated[t], terminated[t] | truncated[t], discount):
            found += [(int(s[0]) // 100, int(a), float(r), int(n[0]) % 100, float(d)) for s, a, r, n, d in zip(seen, taken, summed, after, discounts, strict=True)]
    wanted = []
    for copy in range(copies):
        for start in range(length):
            total, factor = 0.0, 1.0
            for t in range(start, length):
                total, factor = total + factor * float(rewards[t, copy]), factor * discount
                over = terminated[t, copy] or truncated[t, copy]
                if over or t - start + 1 == steps:
                    wanted.append((copy, start, total, t + 1, 0.0 if terminated[t, copy] else factor))
                    break
    assert len(found) == len(wanted)
    for one, other in zip(sorted(found), sorted(wanted), strict=True):
        assert one == pytest.approx(other, abs=1e-5)
