"""Many copies of one task, stepped together; a copy that ends starts its next episode in the same step.

Episode `k` of copy `i` starts from the seed `derive(seed, "episode", i, k)` exactly as `gymnasium` starts from `reset(seed=…)`, so a
plain Gymnasium program sees the same episodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from playground.core.errors import UserError
from playground.core.randomness import derive
from playground.data.environment_physics import PHYSICS
from playground.data.environments import BOX2D, Environment, missing


@dataclass(frozen=True)
class Moved:
    """One step of all N copies.

    Attributes:
        rewards: (N,) float64.
        terminated: (N,) bool: the task itself ended. truncated: (N,) bool: its time was up.
        arrived: (N, O) float32, what was seen after the step, before any new episode began.
    """

    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    arrived: np.ndarray

    @property
    def ended(self) -> np.ndarray:
        return self.terminated | self.truncated


class Bodies(Protocol):
    """The physics behind a `Worlds`: N bodies that can be put at a start and moved."""

    def start(self, copy: int, seed: int) -> None: ...
    def move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...
    def retire(self, copy: int) -> None: ...
    def seen(self) -> np.ndarray: ...
    def drawn(self) -> np.ndarray: ...
    def ground(self, copy: int) -> np.ndarray: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state: dict[str, Any]) -> None: ...


class Worlds:
    """N copies of a task.

    Attributes:
        observations: (N, O) float32, what is seen now.
        returns: (N,) float64, reward summed over the running episode. lengths: (N,) its steps so far.
        finished: (copy, return, length) of the episodes that ended in the last step.
    """

    def __init__(self, environment: Environment, count: int, seed: int):
        self.environment, self.count, self.seed = environment, count, seed
        self.bodies: Bodies = LanderBodies(count) if environment.key == BOX2D else ArrayBodies(environment.key, count)
        self.episodes = np.zeros(count, np.int64)
        self.returns, self.lengths = np.zeros(count), np.zeros(count, np.int64)
        self.finished: list[tuple[int, float, int]] = []
        for copy in range(count):
            self.bodies.start(copy, self.episode_seed(copy))
        self.observations = self.bodies.seen()

    def episode_seed(self, copy: int) -> int:
        return derive(self.seed, "episode", copy, int(self.episodes[copy]))

    def step(self, actions: np.ndarray) -> Moved:
        """Move every copy; actions: (N,) integers, or (N, 1) float32 for a motor."""
        rewards, terminated = self.bodies.move(actions)
        self.returns += rewards
        self.lengths += 1
        truncated = (self.lengths >= self.environment.max_steps) & ~terminated
        arrived = self.observations = self.bodies.seen()
        self.finished = []
        over = np.flatnonzero(terminated | truncated)
        if len(over):
            for copy in over.tolist():
                self.finished.append((copy, float(self.returns[copy]), int(self.lengths[copy])))
                self.episodes[copy] += 1
                self.bodies.start(copy, self.episode_seed(copy))
            self.returns[over], self.lengths[over] = 0.0, 0
            self.observations = self.bodies.seen()
        return Moved(rewards, terminated, truncated, arrived)

    def retire(self, copy: int) -> None:
        """This copy's part is over: what it does from now on is of no interest, and costs nothing where physics is dear."""
        self.bodies.retire(copy)

    def state_dict(self) -> dict[str, Any]:
        return {"episodes": self.episodes.copy(), "returns": self.returns.copy(), "lengths": self.lengths.copy(), **self.bodies.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name in ("episodes", "returns", "lengths"):
            getattr(self, name)[:] = state[name]
        self.bodies.load_state_dict({**state, "seeds": [self.episode_seed(copy) for copy in range(self.count)]})
        self.observations = self.bodies.seen()


class ArrayBodies:
    """The classic control tasks: one array of states."""

    def __init__(self, key: str, count: int):
        self.physics = PHYSICS[key]
        self.states = np.zeros((count, len(self.physics.start(np.random.default_rng(0)))))
        self.fresh = np.zeros(count, bool)

    def start(self, copy: int, seed: int) -> None:
        self.states[copy] = self.physics.start(np.random.default_rng(seed))
        self.fresh[copy] = True

    def move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.states, rewards, terminated = self.physics.step(self.states, actions, self.fresh)
        self.fresh = np.zeros(len(self.states), bool)
        return rewards, terminated

    def retire(self, copy: int) -> None:
        pass  # an array moves as a whole

    def seen(self) -> np.ndarray:
        return self.physics.observe(self.states, self.fresh)

    def drawn(self) -> np.ndarray:
        return self.states.astype(np.float32)

    def ground(self, copy: int) -> np.ndarray:
        return np.zeros(0, np.float32)

    def state_dict(self) -> dict[str, Any]:
        return {"states": self.states.copy(), "fresh": self.fresh.copy()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.states, self.fresh = np.array(state["states"]), np.array(state["fresh"])


class LanderBodies:
    """LunarLander: Gymnasium's own, one Box2D world a copy, without a renderer and so without a window.

    A Box2D world cannot be copied, so a checkpoint holds every running episode's actions and `load_state_dict` plays them again.
    """

    def __init__(self, count: int):
        problem = missing(BOX2D)
        if problem:
            raise UserError(problem, field="environment")
        try:
            from gymnasium.envs.box2d.lunar_lander import LunarLander
        except Exception as error:  # a wheel for another platform, a missing shared library …: the other tasks still work
            raise UserError(f"LunarLander cannot run here: its physics (Box2D) did not load ({str(error)[:120]}).",
                            "Choose another environment.", field="environment") from error  # fmt: skip
        self.landers = [LunarLander() for _ in range(count)]
        self.now = np.zeros((count, 8), np.float32)
        self.taken: list[list[int]] = [[] for _ in range(count)]
        self.retired: set[int] = set()

    def start(self, copy: int, seed: int) -> None:
        self.now[copy] = self.landers[copy].reset(seed=seed)[0]
        self.taken[copy] = []

    def move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rewards, terminated = np.zeros(len(self.landers)), np.zeros(len(self.landers), bool)
        for copy, (lander, action) in enumerate(zip(self.landers, actions.tolist(), strict=True)):
            if copy in self.retired:
                continue
            self.now[copy], rewards[copy], terminated[copy], _, _ = lander.step(action)
            self.taken[copy].append(action)
        return rewards, terminated

    def retire(self, copy: int) -> None:
        self.retired.add(copy)

    def seen(self) -> np.ndarray:
        return self.now.copy()

    def drawn(self) -> np.ndarray:
        """(N, 9): x, y and angle of the body and of each leg, in Box2D's metres."""
        return np.array([[each for body in (lander.lander, *lander.legs) for each in (*body.position, body.angle)] for lander in self.landers], np.float32)

    def ground(self, copy: int) -> np.ndarray:
        """(11,) heights of the terrain, evenly spaced over the 20 m of the scene."""
        polygons = self.landers[copy].sky_polys
        return np.array([polygons[0][0][1], *(each[1][1] for each in polygons)], np.float32)

    def state_dict(self) -> dict[str, Any]:
        return {"taken": np.concatenate([np.array(each, np.uint8) for each in self.taken]), "taken_counts": np.array([len(each) for each in self.taken], np.int32)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        actions = np.split(np.array(state["taken"]), np.cumsum(state["taken_counts"])[:-1])
        for copy, (seed, played) in enumerate(zip(state["seeds"], actions, strict=True)):
            self.start(copy, seed)
            for action in played.tolist():
                self.now[copy] = self.landers[copy].step(action)[0]
            self.taken[copy] = played.tolist()


def observe(environment: Environment, states: np.ndarray) -> np.ndarray:
    """What is seen at given states (N, S), float32: for value maps over the axes of `environment.axes`."""
    if environment.key == BOX2D:
        return states.astype(np.float32)
    return PHYSICS[environment.key].observe(states, np.zeros(len(states), bool))


def actions_of(environment: Environment, chosen: Sequence[float] | np.ndarray) -> np.ndarray:
    """Actions as `Worlds.step` takes them."""
    if environment.continuous:
        return np.clip(np.asarray(chosen, np.float32).reshape(-1, 1), -environment.limit, environment.limit)
    return np.asarray(chosen, np.int64).reshape(-1)
