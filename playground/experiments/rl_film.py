"""An agent at its best, watched: evaluation episodes without exploration, the first of them filmed state by state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.data.environment_worlds import Worlds
from playground.data.environments import Environment

Act = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Film:
    """One episode of T steps, as the browser draws it: states instead of pixels, a few bytes a frame.

    Attributes:
        states: (T, D) float32, what is drawn. observations: (T, O) float32, what the policy saw.
        actions, rewards: (T,) float32. ground: (11,) float32, LunarLander's terrain; empty elsewhere.
        scores: (T, A) float32: probability or Q of every action; of a motor (T, 2), mean and spread of its force.
        values: (T,) float32, what the critic expected from there on.
    """

    states: np.ndarray
    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    ground: np.ndarray
    scores: np.ndarray
    values: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        return {f"film_{name}": getattr(self, name) for name in self.__dataclass_fields__}


def play(environment: Environment, act: Act, seed: int, episodes: int, record: bool = True) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Play `episodes` episodes side by side; episode i starts from `derive(seed, "episode", i, 0)`.

    Args:
        act: From what is seen (N, O) to actions as `Worlds.step` takes them.

    Returns:
        returns (episodes,) float64, lengths (episodes,) int64, and of the first episode the arrays states, observations, actions,
        rewards and ground of a `Film`; empty without `record`.
    """
    worlds = Worlds(environment, episodes, seed)
    returns, lengths = np.full(episodes, np.nan), np.zeros(episodes, np.int64)
    rows: dict[str, list[Any]] = {name: [] for name in ("states", "observations", "actions", "rewards")}
    ground = worlds.bodies.ground(0)
    while np.isnan(returns).any():
        filmed = record and np.isnan(returns[0])
        if filmed:
            rows["states"].append(worlds.bodies.drawn()[0])
            rows["observations"].append(worlds.observations[0])
        actions = act(worlds.observations)
        moved = worlds.step(actions)
        if filmed:
            rows["actions"].append(float(np.asarray(actions[0]).reshape(-1)[0]))
            rows["rewards"].append(float(moved.rewards[0]))
        for copy, total, length in worlds.finished:
            if np.isnan(returns[copy]):
                returns[copy], lengths[copy] = total, length
                worlds.retire(copy)
    film = {name: np.array(each, np.float32) for name, each in rows.items()} | {"ground": ground} if record else {}
    return returns, lengths, film


def film(environment: Environment, learner: Any, seed: int, episodes: int) -> tuple[np.ndarray, Film]:
    """Returns (episodes,) of the learner's greedy policy, and the first episode with what it thought at every step."""
    returns, _, recorded = play(environment, learner.best, seed, episodes)
    seen = recorded["observations"]
    scores, values = learner.scores(seen).astype(np.float32), learner.values(seen).astype(np.float32)
    return returns, Film(**recorded, scores=scores, values=values)
