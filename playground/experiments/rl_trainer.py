"""Training an agent: copies of the task, a learner, and now and then a film of how it does without exploring."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, Trainer
from playground.core.randomness import derive
from playground.data.environment_worlds import Worlds, observe
from playground.data.environments import BOX2D
from playground.experiments.rl import DeepRL
from playground.experiments.rl_film import Film, film
from playground.experiments.rl_state import pack, unpack

RECENT = 20  # episodes in the mean of the training return
MAP_SIDE = 36
PATH_POINTS = 200
PATIENCE = 1.5  # steps of every copy between films, in lengths of the last one: filming stays a small part of the time


def learner_for(experiment: Any, seed: int) -> Any:
    """The learner an experiment's algorithm names."""
    from playground.experiments.rl_offpolicy import DeepQ, SoftActorCritic
    from playground.experiments.rl_onpolicy import AdvantageActor, Reinforce

    kinds = {"ppo": AdvantageActor, "a2c": AdvantageActor, "reinforce": Reinforce, "dqn": DeepQ, "sac": SoftActorCritic}
    return kinds[experiment.algorithm](experiment, experiment.task, seed)


@dataclass(frozen=True, eq=False)
class View:
    """The latest film (see `rl_film.Film`), and what the critic thinks of a plane through the states."""

    film_states: np.ndarray
    film_observations: np.ndarray
    film_actions: np.ndarray
    film_rewards: np.ndarray
    film_ground: np.ndarray
    film_scores: np.ndarray
    film_values: np.ndarray
    film_step: int  # environment steps the filmed policy had learnt from
    film_number: int
    film_return: float
    map_values: np.ndarray  # (36, 36) float32, row 0 at the lowest y
    map_actions: np.ndarray  # (36, 36) float32: the greedy action, or the force
    map_path: np.ndarray  # (P, 2) float32, where the film went


class DeepRLTrainer(Trainer):
    """A step is one environment step; all copies move together at every `copies`-th of them."""

    experiment: DeepRL

    def __init__(self, experiment: DeepRL):
        super().__init__(experiment)
        self.task = experiment.task
        self.worlds = Worlds(self.task, experiment.copies, derive(experiment.seed, "training"))
        self.learner = learner_for(experiment, derive(experiment.seed, "learner"))
        self.recent: deque[float] = deque(maxlen=RECENT)
        self.episodes, self.films, self.film_step, self.solved_at, self.best = 0, 0, 0, float("nan"), -float("inf")
        self.evaluate()
        self.first, self.first_return = self.film, float(self.returns[0])

    @property
    def steps_per_epoch(self) -> int:
        """A round of learning: a rollout, or the steps between rounds of updates."""
        one = self.experiment
        return one.copies * one.rollout if one.algorithm in ("ppo", "a2c", "reinforce") else max(one.copies, one.train_every)

    def advance(self, steps: int) -> None:
        copies, target = self.experiment.copies, self.step_count + steps
        while self.step_count < target:
            into = self.step_count % copies
            if into == 0 and not self.learner.broken:
                self.move()
            self.step_count = min(target, self.step_count - into + copies)

    def move(self) -> None:
        """One step of every copy, and what is learnt from it."""
        self.learner.progress = min(1.0, self.step_count / self.experiment.steps)
        if self.step_count - self.film_step >= self.film_pause():
            self.evaluate()
        moved = self.worlds.step(self.learner.act(self.worlds.observations))
        self.learner.observe(moved)
        for _, total, _ in self.worlds.finished:
            self.recent.append(total)
            self.episodes += 1

    def film_pause(self) -> float:
        return max(self.experiment.film_every, PATIENCE * self.longest * self.experiment.copies)

    def evaluate(self) -> None:
        """Play some episodes without exploring, from starts not seen before, and keep the first as a film."""
        episodes = 5 if self.task.key == BOX2D else 10
        seed = derive(self.experiment.seed, "film", self.films)
        self.returns, self.film = film(self.task, self.learner, seed, episodes)
        self.longest = len(self.film.rewards)
        self.films, self.film_step = self.films + 1, self.step_count
        mean = float(self.returns.mean())
        self.best = max(self.best, mean)
        if mean >= self.task.solved and np.isnan(self.solved_at):
            self.solved_at = float(self.step_count)
        self.map = self.survey()

    def metrics(self) -> Metrics:
        recent = float(np.mean(self.recent)) if self.recent else float("nan")
        found = {"evaluation_return": float(self.returns.mean()), "evaluation_low": float(self.returns.min()), "evaluation_high": float(self.returns.max()),
                 "training_return": recent, "episodes": float(self.episodes), "updates": float(self.learner.updates), "solved_at": self.solved_at}  # fmt: skip
        return {**found, **{name: float(value) for name, value in self.learner.measured.items()}}

    @property
    def diverged(self) -> bool:
        return bool(self.learner.broken)

    @property
    def stop_reason(self) -> str:
        if self.learner.broken:
            return f"The loss was no longer a finite number after {self.learner.updates:,} updates: learning was stopped."
        if not self.finished:
            return ""
        solved = f"solved after {self.solved_at:,.0f} steps" if np.isfinite(self.solved_at) else f"not solved (that takes {self.task.solved:g})"
        return f"Finished: {solved}, best evaluation {self.best:.4g}."

    def scene(self) -> dict[str, Any]:
        """The film of the untrained policy, which any later one can be compared with."""
        first = {name.replace("film_", "first_"): value for name, value in self.first.arrays().items()}
        return {"environment": self.task.key, "first_step": 0, "first_number": 1, "first_return": self.first_return, **first}

    def view(self) -> View:
        planes = {name: each.copy() for name, each in self.map.items()}
        return View(**self.film.arrays(), film_step=self.film_step, film_number=self.films, film_return=float(self.returns[0]), **planes)

    def survey(self) -> dict[str, np.ndarray]:
        """The plane of the value map: two quantities vary, the others stay at their mean over the film."""
        x, y = self.experiment.axes()
        spans = [(each.low, each.high) for each in self.task.axes]
        drawn = self.film.observations if self.task.key == BOX2D else self.film.states
        states = np.tile(drawn.mean(0, dtype=np.float64), (MAP_SIDE * MAP_SIDE, 1))
        states[:, x] = np.tile(np.linspace(*spans[x], MAP_SIDE), MAP_SIDE)
        states[:, y] = np.repeat(np.linspace(*spans[y], MAP_SIDE), MAP_SIDE)
        seen = observe(self.task, states)
        values = self.learner.values(seen).astype(np.float32).reshape(MAP_SIDE, MAP_SIDE)
        actions = np.asarray(self.learner.best(seen), np.float32).reshape(MAP_SIDE, MAP_SIDE)
        rows = np.unique(np.linspace(0, len(drawn) - 1, min(len(drawn), PATH_POINTS)).astype(int))
        path = drawn[rows][:, [x, y]].astype(np.float32)
        return {"map_values": values, "map_actions": actions, "map_path": path}

    def apply(self, before: Experiment) -> None:
        self.learner.settings = self.experiment
        if before.axes() != self.experiment.axes():  # type: ignore[attr-defined]
            self.map = self.survey()

    def state_dict(self) -> State:
        film = {f"film/{name}": value for name, value in self.film.arrays().items()}
        worlds = {f"worlds/{name}": value for name, value in self.worlds.state_dict().items()}
        learner = {f"learner/{name}": value for name, value in pack(self.learner).items()}
        measured = {f"measured/{name}": value for name, value in self.learner.measured.items()}
        return {"step_count": self.step_count, "recent": np.array(self.recent, np.float64), "episodes": self.episodes,
                "films": self.films, "film_step": self.film_step, "solved_at": self.solved_at, "best": self.best, "returns": self.returns.copy(),
                "longest": self.longest, **self.map, **film, **worlds, **learner, **measured}  # fmt: skip

    def load_state_dict(self, state: State) -> None:
        def part(name: str) -> dict[str, Any]:
            return {key[len(name) + 1 :]: value for key, value in state.items() if key.startswith(f"{name}/")}

        self.worlds.load_state_dict(part("worlds"))
        unpack(self.learner, part("learner"))
        self.learner.measured = {name: float(value) for name, value in part("measured").items()}
        self.film = Film(**{name.removeprefix("film_"): np.array(value) for name, value in part("film").items()})
        self.recent = deque(np.asarray(state["recent"]).tolist(), maxlen=RECENT)
        for name in ("step_count", "episodes", "films", "film_step", "longest"):
            setattr(self, name, int(state[name]))
        self.solved_at, self.best, self.returns = float(state["solved_at"]), float(state["best"]), np.array(state["returns"])
        self.map = {name: np.array(state[name]) for name in self.map}
