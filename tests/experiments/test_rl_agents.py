"""Trained agents: files, scores, and the command line."""

import json
import math

import numpy as np
import pytest

from playground import cli
from playground.core.errors import UserError
from playground.data.environments import ENVIRONMENTS
from playground.experiments.rl import DeepRL
from playground.experiments.rl_agents import AGENTS, card, cards, episode_of, evaluate, load, save
from playground.experiments.rl_recipes import recipe
from playground.experiments.rl_training import command, train

BAR = {"CartPole-v1": 500, "Acrobot-v1": -85, "MountainCar-v0": -110, "MountainCarContinuous-v0": 90, "Pendulum-v1": -200, "LunarLander-v3": 240}


@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_every_task_has_an_agent_that_reaches_its_score_as_its_card_says(key, capsys):
    episodes = 100 if key != "LunarLander-v3" else 40
    assert cli.main(["rl", "evaluate", "--env", key, "--episodes", str(episodes), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.keys() == {"env", "mean", "std", "episodes"} and found["env"] == key and found["episodes"] == episodes
    assert found["mean"] >= BAR[key] - (15 if episodes < 100 else 0)
    if episodes == 100:
        assert found["mean"] == pytest.approx(card(key).mean, rel=1e-6) and found["std"] == pytest.approx(card(key).std, rel=1e-6)
    assert card(key).mean >= BAR[key] and card(key).episodes >= 100
    assert (AGENTS / f"{key}.safetensors").stat().st_size < 1 << 20


def test_cards_are_complete_and_their_commands_repeat_their_settings():
    found = cards()
    assert [each.environment for each in found] == list(ENVIRONMENTS)
    for each in found:
        experiment = each.experiment()
        assert each.command == command(experiment) and each.seed == experiment.seed and each.algorithm == experiment.algorithm


def test_a_trained_agent_comes_back_from_its_files_as_it_was(tmp_path, capsys):
    experiment = DeepRL(**recipe("CartPole-v1", "ppo", steps=2_000, film_every=500, hidden_sizes=(8,)))
    trained = train(experiment, episodes=20)
    file = save(tmp_path, trained.card, trained.arrays)
    again, learner = load("CartPole-v1", tmp_path)
    assert again == trained.card or json.dumps(again.values) == json.dumps(trained.card.values)
    assert evaluate(experiment.task, learner.best, 20)["mean"] == trained.card.mean
    assert cli.main(["rl", "evaluate", "--env", "CartPole-v1", "--agent", str(file), "--episodes", "20"]) == 0
    assert f"{trained.card.mean:.2f}" in capsys.readouterr().out
    assert [step for step, _ in trained.curve] == sorted(step for step, _ in trained.curve)


def test_the_policy_kept_is_the_best_on_the_way_measured_on_fresh_episodes():
    trained = train(DeepRL(**recipe("CartPole-v1", "ppo", steps=3_000, film_every=500)), episodes=10)
    assert trained.card.mean > trained.curve[0][1] and 0 <= trained.card.steps <= 3_000


def test_the_command_line_trains_with_any_setting_of_the_screen(tmp_path, capsys):
    words = ["rl", "train", "--env", "cartpole", "--algo", "dqn", "--steps", "1000", "--hidden-sizes", "8", "--gradient_steps", "1", "--episodes", "2",
             "--out", str(tmp_path), "--json"]  # fmt: skip
    assert cli.main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["env"] == "CartPole-v1" and found["algo"] == "dqn" and math.isfinite(found["mean"]) and found["episodes"] == 2
    assert "--hidden-sizes 8" in found["card"]["command"] and (tmp_path / "CartPole-v1.json").exists()


@pytest.mark.parametrize(("words", "said"), [
    (["evaluate", "--env", "Pong"], "no environment named 'Pong'"),
    (["evaluate", "--env", "CartPole-v1", "--episodes", "0"], "between 1 and 1,000"),
    (["evaluate", "--env", "CartPole-v1", "--agent", "nowhere.safetensors"], "no file 'nowhere.safetensors'"),
    (["train", "--env", "CartPole-v1", "--algo", "magic"], "no algorithm named 'magic'"),
    (["train", "--env", "Pendulum-v1", "--algo", "dqn"], "DQN cannot learn Pendulum"),
    (["train", "--env", "CartPole-v1", "--learning-rate", "9000"], "Learning rate must be between"),
    (["train", "--env", "CartPole-v1", "--copies", "many"], "must be whole numbers"),
])  # fmt: skip
def test_wrong_requests_are_answered_in_words(words, said, capsys):
    assert cli.main(["rl", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_damaged_file_is_refused(tmp_path):
    experiment = DeepRL(**recipe("CartPole-v1", "ppo", hidden_sizes=(8,), steps=1_000))
    trained = train(experiment, episodes=2)
    save(tmp_path, trained.card, {**trained.arrays, "network.policy.0.weight": np.zeros((3, 3), np.float32)})
    with pytest.raises(UserError, match="do not fit"):
        load("CartPole-v1", tmp_path)
    (tmp_path / "CartPole-v1.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        load("CartPole-v1", tmp_path)
    with pytest.raises(UserError, match="no trained agent for Acrobot-v1"):
        load("Acrobot-v1", tmp_path)


def test_a_film_of_an_agent_for_the_page():
    film = episode_of("CartPole-v1", 5)
    assert film["film_return"] == len(film["film_rewards"]) == 500 and film["film_scores"].shape == (500, 2)
