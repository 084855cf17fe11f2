"""A race in which every configuration is lived through by several agents, so that luck can be told from skill."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import Any

import numpy as np

from playground.core.experiment import Metrics, State, Trainer
from playground.core.race import Race
from playground.experiments.gridworld import Gridworld
from playground.experiments.gridworld_trainers import LearnerTrainer, PlannerTrainer
from playground.experiments.gridworld_views import scene

RECENT = 10  # episodes of the running mean, as in Sutton and Barto's figure 6.4
LATE = 100  # episodes of the mean that decides
JUDGED_STATES = 150
LOOKED_AT = 25  # every so many episodes it is looked whether an agent's values have run away


class GridworldRace(Trainer):
    """One step is one episode of every agent, or one sweep of every planner.

    Metrics of member i: `return/i`, the mean over its agents and the last 10 episodes; `return_low/i` and `return_high/i`, between
    which four of five agents lie; `late_return/i`, the mean over the last 100 episodes; `length/i`, moves in an episode, with the same
    mean and band; `moves/i`, all moves of an agent so far; `value_loss/i`; `expected_return/i`, of the greedy policies.
    """

    def __init__(self, experiment: Race, members: Sequence[Gridworld]):
        super().__init__(experiment)
        self.members = list(members)
        self.crews: list[list[LearnerTrainer | PlannerTrainer]] = [
            [member.changed(seed=(member.seed + 7919 * number) % 1_000_000).trainer() for number in range(1 if member.plans else member.race_seeds)]  # type: ignore[misc]
            for member in self.members
        ]
        for crew in self.crews:
            for trainer in crew[1:]:
                trainer.records = False  # only the first one's steps are shown
        self.over = [[False] * len(crew) for crew in self.crews]
        self.recent = [collections.deque(maxlen=LATE) for _ in members]  # (agents,) returns of each episode

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            looks = self.step_count % LOOKED_AT == 0
            for crew, over, recent in zip(self.crews, self.over, self.recent, strict=True):
                going = not all(over)
                for number, trainer in enumerate(crew):
                    if not over[number]:
                        trainer.advance(1)
                        over[number] = trainer.finished or looks and trainer.diverged
                if going and isinstance(crew[0], LearnerTrainer):
                    recent.append([(each.returns[-1], float(each.length)) for each in crew if isinstance(each, LearnerTrainer)])
            self.step_count += 1

    def metrics(self) -> Metrics:
        found: Metrics = {}
        for number, (crew, recent) in enumerate(zip(self.crews, self.recent, strict=True)):
            tables = [np.array(each.agent.q) if isinstance(each, LearnerTrainer) else each.view().q for each in crew]
            judged = crew if len(tables[0]) <= JUDGED_STATES else crew[:1]  # a large world's policies take too long to judge one by one
            earned = float(np.mean([each.judged(table) for each, table in zip(judged, tables, strict=False)]))
            if recent:  # before the first episode there is nothing to say
                late = np.array(recent)  # (episodes, agents, 2)
                low, high = np.quantile(late[-RECENT:].mean(0), [0.1, 0.9], axis=0)
                for place, name in enumerate(("return", "length")):
                    found |= {f"{name}/{number}": float(late[-RECENT:, :, place].mean()), f"{name}_low/{number}": float(low[place]), f"{name}_high/{number}": float(high[place])}
                found |= {f"late_return/{number}": float(late[:, :, 0].mean()), f"moves/{number}": float(np.mean([each.moves for each in crew]))}  # type: ignore[union-attr]
            elif isinstance(crew[0], PlannerTrainer):
                found |= {f"{name}/{number}": earned for name in ("return", "late_return")}
            found[f"value_loss/{number}"] = float(np.mean([each.distance(each.values if isinstance(each, PlannerTrainer) else table.max(1))
                                                           for each, table in zip(crew, tables, strict=True)]))  # fmt: skip
            found[f"expected_return/{number}"] = earned
        return found

    @property
    def finished(self) -> bool:
        return all(map(all, self.over))

    @property
    def diverged(self) -> bool:
        return all(each.diverged for crew in self.crews for each in crew)

    @property
    def stop_reason(self) -> str:
        return f"Finished after {self.step_count:,} episodes of {sum(map(len, self.crews))} agents." if self.finished else ""

    def view(self) -> dict[str, Any]:
        """Of every member the mean of its agents' tables."""
        found: dict[str, Any] = {}
        for number, crew in enumerate(self.crews):
            views = [each.view() for each in crew]
            q = np.mean([each.q for each in views], axis=0)
            visits = np.sum([each.visits for each in views], axis=0)
            shown = {"q": q, "v": np.mean([each.v for each in views], axis=0), "policy": (q >= q.max(1, keepdims=True) - 1e-6).astype(np.uint8),
                     "visits": visits.astype(np.int32), "path": views[0].path, "truth": views[0].truth}  # fmt: skip
            found |= {f"{name}_{number}": value for name, value in shown.items()}
        return found

    def scene(self) -> dict[str, Any]:
        return {f"{name}_{number}": value for number, member in enumerate(self.members) for name, value in scene(member).items()}

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count}
        for i, (crew, recent) in enumerate(zip(self.crews, self.recent, strict=True)):
            state[f"recent/{i}"], state[f"over/{i}"] = np.array(recent, np.float64), np.array(self.over[i])
            state |= {f"{i}/{k}/{name}": value for k, each in enumerate(crew) for name, value in each.state_dict().items()}
        return state

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        for i, crew in enumerate(self.crews):
            self.over[i] = np.array(state[f"over/{i}"]).tolist()
            self.recent[i] = collections.deque(np.array(state[f"recent/{i}"]).tolist(), maxlen=LATE)  # of (agents, 2): return and length
            for k, each in enumerate(crew):
                prefix = f"{i}/{k}/"
                each.load_state_dict({name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)})
