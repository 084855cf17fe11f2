"""A person at the controls: the same tasks, the same physics, one step a frame."""

from __future__ import annotations

import math
from collections import deque
from typing import Any, ClassVar

import numpy as np

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.randomness import derive
from playground.data.environment_worlds import Worlds, actions_of
from playground.data.environments import BOX2D, ENVIRONMENTS, Environment, missing


class HumanPlay(Experiment):
    """One episode, steered by whoever watches."""

    key: ClassVar[str] = "rlplay"
    title: ClassVar[str] = "Play a task yourself"
    page: ClassVar[str] = "deep-rl"
    total_steps: ClassVar[int] = 2_000  # more than any episode has
    no_script: ClassVar[str] = "Nothing is learnt here: a person plays."

    environment: str = fields.choice("CartPole-v1", ENVIRONMENTS, label="Environment", help="The task.")
    start: int = fields.integer(1, 1, 9_999, label="Start number", help="Same number, same start.")

    def check(self) -> None:
        if problem := missing(self.environment):
            raise UserError(problem, field="environment")

    @property
    def task(self) -> Environment:
        return ENVIRONMENTS[self.environment]

    @property
    def episode_seed(self) -> int:
        return derive(self.start, "human")

    def first_state(self) -> np.ndarray:
        """(S,) where a classic task begins, for a browser that steps it itself; empty for LunarLander."""
        worlds = Worlds(self.task, 1, self.episode_seed) if self.task.key != BOX2D else None
        return worlds.bodies.drawn()[0].astype(np.float64) if worlds else np.zeros(0)

    def trainer(self) -> Trainer:
        return HumanTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        raise UserError(self.no_script)


class HumanTrainer(Trainer):
    """Steps one copy of the task with the action that is held at present; `edit(action=…)` holds another.

    Doing nothing is each task's idle action; CartPole has none, so it is pushed left and right in turn.
    """

    experiment: HumanPlay

    def __init__(self, experiment: HumanPlay):
        super().__init__(experiment)
        self.task = experiment.task
        self.worlds = Worlds(self.task, 1, experiment.episode_seed)
        self.held, self.acted = math.nan, math.nan  # NaN: nothing is held
        self.score, self.over = 0.0, False
        self.drawn = deque([self.worlds.bodies.drawn()[0]] * 2, maxlen=2)
        self.ground = self.worlds.bodies.ground(0)

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if not self.over:
                self.move()
            self.step_count += 1

    def move(self) -> None:
        self.acted = self.held
        if math.isnan(self.acted):
            idle = self.step_count % 2 if self.task.key == "CartPole-v1" else self.task.idle
            self.acted = 0.0 if self.task.continuous else float(idle)
        moved = self.worlds.step(actions_of(self.task, [self.acted]))
        self.score += float(moved.rewards[0])
        self.over = bool(moved.ended[0])
        if not self.over:  # the next episode has begun already in `worlds`
            self.drawn.append(self.worlds.bodies.drawn()[0])

    def edit(self, **what: Any) -> None:
        """Hold `action` from now on: its number, or a motor's force; None lets go."""
        action = what.get("action")
        if action is not None and (isinstance(action, bool) or not isinstance(action, (int, float)) or not math.isfinite(action)):
            raise UserError("An action is a number.")
        if action is not None and not self.task.continuous and action not in range(len(self.task.actions)):
            raise UserError(f"{self.task.title} has {len(self.task.actions)} actions, numbered from 0.")
        self.held = math.nan if action is None else float(action)

    @property
    def finished(self) -> bool:
        return self.over or super().finished

    @property
    def stop_reason(self) -> str:
        return f"The episode is over: {self.score:.4g}." if self.over else ""

    def metrics(self) -> Metrics:
        return {"score": self.score, "over": float(self.over), "place": float(self.drawn[-1].sum())}

    def view(self) -> dict[str, Any]:
        return {"states": np.stack(self.drawn), "ground": self.ground.copy(), "score": self.score, "over": self.over,
                "action": self.acted}  # fmt: skip

    def state_dict(self) -> State:
        worlds = {f"worlds/{name}": value for name, value in self.worlds.state_dict().items()}
        return {"step_count": self.step_count, "held": self.held, "acted": self.acted, "score": self.score, "over": self.over, "drawn": np.stack(self.drawn),
                "ground": self.ground.copy(), **worlds}  # fmt: skip

    def load_state_dict(self, state: State) -> None:
        self.worlds.load_state_dict({name.removeprefix("worlds/"): value for name, value in state.items() if name.startswith("worlds/")})
        self.step_count, self.over = int(state["step_count"]), bool(state["over"])
        self.held, self.acted, self.score = float(state["held"]), float(state["acted"]), float(state["score"])
        self.drawn = deque(np.array(state["drawn"]), maxlen=2)
        self.ground = np.array(state["ground"])
