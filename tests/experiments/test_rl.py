"""Agents in training: whole, split, interrupted and filmed, for every algorithm."""

import gymnasium
import numpy as np
import pytest

from playground.core import packets
from playground.core.errors import UserError
from playground.core.race import race
from playground.core.randomness import derive
from playground.data.environments import ENVIRONMENTS
from playground.experiments.rl import ALGORITHMS, USED_BY, DeepRL, fitting
from playground.experiments.rl_play import HumanPlay
from playground.experiments.rl_recipes import FIRST, RECIPES, recipe
from playground.experiments.rl_words import PRESETS

# Small enough to update several times within a few hundred steps.
QUICK = {
    "ppo": {"rollout": 8, "passes": 2, "batch_size": 16, "hidden_sizes": (8,)},
    "a2c": {"rollout": 5, "hidden_sizes": (8,)},
    "reinforce": {"rollout": 8, "hidden_sizes": (8,)},
    "dqn": {"copies": 4, "memory": 100, "learning_starts": 40, "batch_size": 8, "gradient_steps": 2, "target_every": 40, "n_step": 3, "prioritised": True,
            "dueling": True, "hidden_sizes": (8,), "noise_memory": 0.5},
    "sac": {"environment": "Pendulum-v1", "copies": 4, "memory": 100, "learning_starts": 40, "batch_size": 8, "gradient_steps": 2, "hidden_sizes": (8,),
            "noise_memory": 0.5},
}  # fmt: skip
every = pytest.mark.parametrize("algorithm", ALGORITHMS)


def quick(algorithm, **more):
    return DeepRL(**{"algorithm": algorithm, "film_every": 100, "steps": 5_000, **QUICK[algorithm], **more})


def exact(state):
    return packets.encode("state", state)


@every
def test_any_split_of_the_steps_leads_to_the_same_agent(algorithm):
    one, other = quick(algorithm).trainer(), quick(algorithm).trainer()
    one.advance(777)
    for piece in (1, 2, 60, 3, 400, 311):
        other.advance(piece)
        other.view(), other.metrics()
    assert one.learner.updates > 3
    assert exact(one.state_dict()) == exact(other.state_dict())


@every
def test_a_checkpoint_between_updates_goes_on_bit_for_bit(algorithm):
    first = quick(algorithm).trainer()
    first.advance(333)
    second = quick(algorithm).trainer()
    second.load_state_dict(packets.decode(packets.encode("checkpoint", first.state_dict()))[1])
    assert packets.encode("view", first.view()) == packets.encode("view", second.view())
    first.advance(500)
    second.advance(500)
    assert exact(first.state_dict()) == exact(second.state_dict())


def test_motors_are_learnt_by_policy_gradients_too():
    for algorithm in ("ppo", "a2c", "reinforce"):
        trainer = quick(algorithm, environment="MountainCarContinuous-v0").trainer()
        trainer.advance(1_100 * trainer.experiment.copies if algorithm == "reinforce" else 400)
        assert trainer.learner.updates > 0 and not trainer.diverged and trainer.view().film_scores.shape[1] == 2


def test_a_pole_is_balanced_within_thirty_thousand_steps():
    trainer = DeepRL(**recipe("CartPole-v1", "ppo")).trainer()
    while trainer.step_count < 30_000 and not np.isfinite(trainer.solved_at):
        trainer.advance(512)
    assert trainer.solved_at <= 30_000 and trainer.returns.mean() >= 475 > 100 > DeepRL(**recipe("CartPole-v1", "ppo")).trainer().returns.mean()


def test_a_film_is_what_gymnasium_shows_for_the_same_actions():
    for key in ("CartPole-v1", "Acrobot-v1", "MountainCarContinuous-v0", "LunarLander-v3"):
        trainer = DeepRL(**recipe(key)).trainer()
        film = trainer.film
        peer = gymnasium.make(key, disable_env_checker=True)
        seen = peer.reset(seed=derive(derive(0, "film", 0), "episode", 0, 0))[0]
        total = 0.0
        for row in range(len(film.rewards)):
            assert np.array_equal(seen, film.observations[row])
            action = film.actions[row : row + 1] if ENVIRONMENTS[key].continuous else int(film.actions[row])
            seen, reward, terminated, truncated, _ = peer.step(action)
            total += float(reward)
        assert terminated or truncated
        assert total == pytest.approx(trainer.returns[0]) and film.rewards.sum() == pytest.approx(total, rel=1e-4)
        shares = film.scores.sum(1)
        assert ENVIRONMENTS[key].continuous or np.allclose(shares, 1, atol=1e-5)


def test_filming_stays_a_small_part_of_the_time():
    trainer = DeepRL(**recipe("CartPole-v1", "ppo", film_every=100)).trainer()
    trainer.longest = 500
    assert trainer.film_pause() == 1.5 * 500 * trainer.experiment.copies


def test_live_changes_reach_the_learner_and_others_are_refused():
    trainer = quick("dqn").trainer()
    trainer.advance(100)
    trainer.tune(trainer.experiment.changed(epsilon=0.5, learning_rate=0.02))
    trainer.advance(100)
    assert trainer.learner.settings.epsilon == 0.5
    assert trainer.learner.optimizer.param_groups[0]["lr"] == pytest.approx(0.02 * (1 - trainer.learner.progress), rel=1e-2)
    with pytest.raises(UserError, match="Replay memory"):
        trainer.tune(trainer.experiment.changed(memory=5_000))


def test_a_run_that_diverges_stops_and_says_why():
    trainer = quick("a2c", learning_rate=1.0, reward_scale=1e4, gradient_clip=100.0, value_weight=2.0).trainer()
    trainer.learner.network.value[-1].weight.data[:] = 1e38  # its square is more than a float32 holds
    trainer.advance(200)
    assert trainer.diverged and "no longer a finite number" in trainer.stop_reason
    before = trainer.learner.updates
    trainer.advance(200)
    assert trainer.step_count == 400 and trainer.learner.updates == before
    packets.encode("view", trainer.view())


@pytest.mark.parametrize(("values", "words"), [
    ({"algorithm": "dqn", "environment": "Pendulum-v1"}, "DQN cannot learn Pendulum: it sets a force"),
    ({"algorithm": "sac"}, "SAC cannot learn CartPole: it chooses among a few actions"),
    ({"algorithm": "dqn", "memory": 50, "copies": 64}, "at least one step of every copy, 64 here"),
    ({"discount": 1.5}, "Discount γ must be between 0 and 1"),
    ({"environment": "Pong"}, "Environment must be one of"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words(values, words):
    with pytest.raises(UserError, match=words):
        DeepRL(**values)


def test_without_box2d_the_lander_is_refused_and_the_rest_goes_on(monkeypatch):
    from playground.data import environments

    found = environments.importlib.util.find_spec
    monkeypatch.setattr(environments.importlib.util, "find_spec", lambda name: None if name == "Box2D" else found(name))
    with pytest.raises(UserError, match="needs Box2D, which is not installed here"):
        DeepRL(environment="LunarLander-v3")
    assert DeepRL(environment="Acrobot-v1").trainer()


def test_a_broken_box2d_is_said_in_words(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "gymnasium.envs.box2d.lunar_lander", None)
    with pytest.raises(UserError, match="did not load.*another environment"):
        DeepRL(environment="LunarLander-v3").trainer()


def test_the_value_map_moves_the_two_chosen_quantities_only():
    trainer = DeepRL(environment="CartPole-v1", map_x=0, map_y=3).trainer()
    view = trainer.view()
    assert view.map_values.shape == (36, 36) and view.map_path.shape[1] == 2
    np.testing.assert_array_equal(view.map_path[0], trainer.film.states[0][[0, 3]])
    place = trainer.film.states.mean(0, dtype=np.float64)
    place[[0, 3]] = -2.4, 3.0  # the upper left corner
    assert view.map_values[-1, 0] == pytest.approx(float(trainer.learner.values(place.astype(np.float32)[None])[0]), rel=1e-5)
    assert DeepRL(map_x=2, map_y=2).axes() == (2, 0) and DeepRL(map_x=7).axes() == (2, 3)


def test_every_recipe_and_preset_is_possible_and_every_field_is_used_by_somebody():
    for (environment, algorithm), values in RECIPES.items():
        assert algorithm in fitting(ENVIRONMENTS[environment])
        assert DeepRL(**recipe(environment, algorithm)).differences(DeepRL()).keys() >= {name for name in values if values[name] != DeepRL.model_fields[name].default}
    assert set(RECIPES) == {(key, algorithm) for key, task in ENVIRONMENTS.items() for algorithm in fitting(task)}
    assert FIRST.keys() == ENVIRONMENTS.keys() and all(recipe(key, "no such")["algorithm"] == FIRST[key] for key in FIRST)
    assert len({repr(values) for *_, values, _ in PRESETS}) == len(PRESETS) and sum(not good for *_, good in PRESETS) >= 4
    for *_, values, _ in PRESETS:
        DeepRL(**values)
    assert USED_BY.keys() <= DeepRL.domains().keys()


def test_a_race_gives_everyone_the_same_steps_and_the_spread_over_seeds():
    members = [quick("ppo", seed=seed) for seed in (0, 1)] + [quick("dqn")]
    one, other = race(members).trainer(), race(members).trainer()
    one.advance(700)
    for piece in (100, 1, 599):
        other.advance(piece)
    assert one.metrics() == pytest.approx(other.metrics(), nan_ok=True)
    assert [each.step_count for each in one.trainers] == [700] * 3 and one.groups == [[0, 1], [2]]
    now = one.metrics()
    both = [now["evaluation_return/0"], now["evaluation_return/1"]]
    assert (now["low/0"], now["mean/0"], now["high/0"]) == pytest.approx((min(both), sum(both) / 2, max(both)))
    alone = quick("ppo", seed=1).trainer()
    alone.advance(700)
    assert alone.metrics()["evaluation_return"] == now["evaluation_return/1"]
    assert "film_states_1" in one.view()


def test_a_person_plays_the_same_physics_and_the_score_is_the_return():
    trainer = HumanPlay(environment="MountainCar-v0", start=7).trainer()
    peer = gymnasium.make("MountainCar-v0", disable_env_checker=True)
    peer.reset(seed=derive(trainer.experiment.episode_seed, "episode", 0, 0))
    trainer.edit(action=2)
    for _ in range(30):
        trainer.advance(1)
        peer.step(2)
    np.testing.assert_array_equal(trainer.view()["states"][-1], np.array(peer.unwrapped.state, np.float32))
    trainer.edit(action=None)
    trainer.advance(300)
    assert trainer.finished and trainer.metrics()["score"] == -200 and "over" in trainer.stop_reason


@pytest.mark.parametrize("action", [7, "left", True, float("nan"), [1]])
def test_a_held_action_must_be_one_of_the_tasks(action):
    with pytest.raises(UserError):
        HumanPlay().trainer().edit(action=action)
