"""Settings that are known to learn each task, by environment and algorithm; most follow rl-baselines3-zoo's `hyperparams/*.yml`.

CartPole's PPO, the defaults, is not the zoo's (γ = 0.98, λ = 0.8, rollouts of 32, 20 passes): with that, two of five seeds needed over 26,000
steps to 475 and many fell back later. γ = 0.99 lets the agent see the end of the track coming, rewards times 0.1 keep the critic's error from
filling the clipped gradient: of 12 seeds the slowest took 14,336 steps, half of them 4,096.
"""

from __future__ import annotations

from typing import Any

from playground.experiments.rl import DeepRL, fitting

_PLAIN = {"reward_scale": 1.0}
_A2C = {"rollout": 5, "learning_rate": 7e-4, "discount": 0.99, "gae_lambda": 1.0, "normalise": False, "reward_scale": 1.0}
_DQN = {"hidden_sizes": (256, 256), "activation": "relu", "copies": 4, "decay": False, "gradient_clip": 10.0, "discount": 0.99, "reward_scale": 1.0}
_SAC = {"hidden_sizes": (64, 64), "activation": "relu", "copies": 1, "decay": False, "gradient_clip": 100.0, "discount": 0.99, "batch_size": 256, "reward_scale": 1.0}

# (environment, algorithm): fields that differ from the defaults
RECIPES: dict[tuple[str, str], dict[str, Any]] = {
    ("CartPole-v1", "ppo"): {},
    ("CartPole-v1", "a2c"): _A2C | {"steps": 200_000},
    ("CartPole-v1", "reinforce"): _PLAIN | {"steps": 200_000, "learning_rate": 5e-3, "rollout": 64, "discount": 0.99},
    ("CartPole-v1", "dqn"): _DQN | {"hidden_sizes": (64, 64), "steps": 50_000, "learning_rate": 2.3e-3, "batch_size": 64, "memory": 100_000,
                                    "train_every": 256, "gradient_steps": 128,
                                    "target_every": 10, "exploration": 0.16, "epsilon": 0.04},
    ("Acrobot-v1", "ppo"): _PLAIN | {"steps": 400_000, "copies": 16, "rollout": 256, "gae_lambda": 0.94, "discount": 0.99, "passes": 4, "batch_size": 64,
                            "learning_rate": 5e-4},
    ("Acrobot-v1", "a2c"): _A2C | {"steps": 500_000, "copies": 16, "decay": False},
    ("Acrobot-v1", "reinforce"): _PLAIN | {"steps": 500_000, "copies": 16, "learning_rate": 3e-3, "rollout": 200, "discount": 0.99},
    ("Acrobot-v1", "dqn"): _DQN | {"steps": 100_000, "learning_rate": 6.3e-4, "batch_size": 128, "learning_starts": 1_000, "train_every": 4, "gradient_steps": 4,
                                   "target_every": 250, "exploration": 0.12, "epsilon": 0.1},
    ("MountainCar-v0", "ppo"): _PLAIN | {"steps": 1_000_000, "copies": 16, "rollout": 16, "gae_lambda": 0.98, "discount": 0.99, "passes": 4, "batch_size": 64,
                                "learning_rate": 3e-4, "decay": False},
    ("MountainCar-v0", "a2c"): _A2C | {"steps": 1_000_000, "copies": 16, "decay": False},
    ("MountainCar-v0", "reinforce"): _PLAIN | {"steps": 500_000, "copies": 16, "learning_rate": 3e-3, "rollout": 200, "discount": 0.99},
    ("MountainCar-v0", "dqn"): _DQN | {"hidden_sizes": (64, 64), "steps": 120_000, "learning_rate": 1e-3, "batch_size": 128, "discount": 0.98, "train_every": 16,
                                       "gradient_steps": 8, "target_every": 600, "exploration": 0.5, "n_step": 5, "noise_memory": 0.95},
    ("MountainCarContinuous-v0", "sac"): _SAC | {"steps": 15_000, "learning_rate": 3e-4, "temperature": 0.1,
                                                 "train_every": 32, "gradient_steps": 32, "discount": 0.9999, "target_rate": 0.01, "learning_starts": 1_000,
                                                 "noise_memory": 0.98},
    ("MountainCarContinuous-v0", "ppo"): _PLAIN | {"steps": 300_000, "copies": 16, "rollout": 256, "gae_lambda": 0.9, "discount": 0.9999, "passes": 10, "batch_size": 256,
                                          "learning_rate": 3e-4, "entropy": 0.004},
    ("MountainCarContinuous-v0", "a2c"): _A2C | {"steps": 300_000, "rollout": 100},
    ("MountainCarContinuous-v0", "reinforce"): _PLAIN | {"steps": 300_000, "learning_rate": 3e-3, "rollout": 999, "discount": 0.999},
    ("Pendulum-v1", "sac"): _SAC | {"steps": 15_000, "copies": 2, "learning_rate": 1e-3, "batch_size": 128, "train_every": 2, "gradient_steps": 2,
                                    "learning_starts": 200, "film_every": 1_000},
    ("Pendulum-v1", "ppo"): {"steps": 200_000, "copies": 4, "rollout": 1024, "gae_lambda": 0.95, "discount": 0.9, "passes": 10, "batch_size": 64,
                             "learning_rate": 1e-3, "reward_scale": 0.1},
    ("Pendulum-v1", "a2c"): _A2C | {"steps": 500_000, "rollout": 8, "gae_lambda": 0.9, "discount": 0.95, "reward_scale": 0.1},
    ("Pendulum-v1", "reinforce"): {"steps": 500_000, "copies": 16, "learning_rate": 3e-3, "rollout": 200, "discount": 0.95, "reward_scale": 0.1},
    ("LunarLander-v3", "ppo"): _PLAIN | {"steps": 1_000_000, "copies": 16, "rollout": 1024, "gae_lambda": 0.98, "discount": 0.999, "passes": 4, "batch_size": 64,
                                "learning_rate": 3e-4, "entropy": 0.01, "decay": False, "film_every": 10_000},
    ("LunarLander-v3", "a2c"): _A2C | {"steps": 500_000, "learning_rate": 8.3e-4, "discount": 0.995, "entropy": 1e-5, "film_every": 10_000},
    ("LunarLander-v3", "reinforce"): {"steps": 500_000, "copies": 16, "learning_rate": 3e-3, "rollout": 256, "discount": 0.99, "reward_scale": 0.1,
                                      "film_every": 10_000},
    ("LunarLander-v3", "dqn"): _DQN | {"steps": 150_000, "learning_rate": 6.3e-4, "batch_size": 128, "learning_starts": 1_000, "train_every": 4,
                                       "gradient_steps": 4, "target_every": 250, "exploration": 0.12, "epsilon": 0.1, "film_every": 4_000},
}  # fmt: skip

FIRST = {"CartPole-v1": "ppo", "Acrobot-v1": "ppo", "MountainCar-v0": "dqn", "MountainCarContinuous-v0": "sac", "Pendulum-v1": "sac", "LunarLander-v3": "ppo"}


def recipe(environment: str, algorithm: str = "", **more: Any) -> dict[str, Any]:
    """All fields of a good start; without a fitting algorithm the environment's first one is taken."""
    from playground.data.environments import ENVIRONMENTS

    if algorithm not in fitting(ENVIRONMENTS[environment]):
        algorithm = FIRST[environment]
    defaults = {name: info.default for name, info in DeepRL.model_fields.items()}
    return {**defaults, "environment": environment, "algorithm": algorithm, **RECIPES[environment, algorithm], **more}
