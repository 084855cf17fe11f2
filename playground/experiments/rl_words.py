"""Presets of the deep-RL screen, and how it is shown."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core import fields
from playground.experiments.rl_recipes import recipe
from playground.experiments.stills import Still

INSIDE = {"learning": "Learning", "map": "What it expects where", "compare": "Compare", "play": "Play yourself", "agents": "Trained agents"}


class DeepRLLook(Still):
    """What the deep-RL screen shows below the film."""

    key: ClassVar[str] = "rllook"
    title: ClassVar[str] = "Deep RL, display"
    page: ClassVar[str] = "deep-rl"

    inside: str = fields.choice("learning", INSIDE, label="Look closer", help="What is shown below the film.")
    start: int = fields.integer(1, 1, 9_999, label="Start number", help="Same number, same start, for you and for the agent.")
    seeds: int = fields.integer(1, 1, 5, label="Seeds each", help="Every configuration is trained so many times; the band is from the worst to the best.")


def _preset(key: str, title: str, why: str, environment: str, algorithm: str, good: bool = True, **more: Any) -> tuple[str, str, str, dict[str, Any], bool]:
    return key, title, why, recipe(environment, algorithm, **more), good


# key, title, why, values, good
PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    _preset("balance", "Balance a pole", "PPO learns from short rollouts of eight carts, each used ten times: after some 10,000 steps the pole stays up.",
            "CartPole-v1", "ppo"),
    _preset("swing", "Swing up", "The motor is too weak to lift the rod at once, so SAC finds the rhythm first. It learns from every step many times over.",
            "Pendulum-v1", "sac"),
    _preset("hill", "Rock up a hill", "No reward tells the way. DQN's first guesses, zero everywhere, are too hopeful, and so it tries what it has not tried yet.",
            "MountainCar-v0", "dqn"),
    _preset("land", "Land on the moon", "PPO with sixteen landers. First it learns not to crash, then to hover, and last of all to dare to come down.",
            "LunarLander-v3", "ppo"),
    _preset("greedy", "No exploration", "DQN that never acts at random repeats its first opinion: it pushes one way, falls, and has nothing else to learn from.",
            "CartPole-v1", "dqn", False, epsilon=0.0, exploration=0.0),
    _preset("hasty", "Learning rate too high", "Each update throws the policy far past what the data said. Probabilities run to 0 and 1, and a policy that is "
            "certain explores no more.", "CartPole-v1", "ppo", False, learning_rate=0.1, decay=False),
    _preset("forgetful", "Tiny replay memory", "With room for 200 transitions DQN only knows the last seconds. It unlearns what it does not see any more.",
            "CartPole-v1", "dqn", False, memory=200, learning_starts=200),
    _preset("loud", "Reward scaled badly", "Rewards times 1,000 make the critic's squared error a million times larger. Its gradient is all that is left after "
            "clipping, and the critic cannot count so far.", "CartPole-v1", "ppo", False, reward_scale=1000.0),
)  # fmt: skip
