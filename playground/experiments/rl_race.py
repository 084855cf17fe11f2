"""Several agents on one task, an equal number of environment steps each, with the spread over seeds of one configuration."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np

from playground.core.experiment import Metrics
from playground.core.race import InTurn, Race
from playground.experiments.rl import DeepRL

ROUND = 256  # environment steps that one member takes before the next has its turn
QUIET = ("film_every", "map_x", "map_y", "seed")  # fields that make no other configuration


def configuration(experiment: DeepRL) -> str:
    """Equal for members that differ by seed only."""
    return json.dumps({name: value for name, value in experiment.values().items() if name not in QUIET}, sort_keys=True)


class DeepRLRace(InTurn):
    """Members in turn; besides theirs, the metrics `mean/g`, `low/g`, `high/g` of every group of members that differ by seed only."""

    def __init__(self, experiment: Race, members: Sequence[DeepRL]):
        super().__init__(experiment, members)
        names = [configuration(each) for each in members]
        self.groups = [[i for i, name in enumerate(names) if name == wanted] for wanted in dict.fromkeys(names)]

    def advance(self, steps: int) -> None:
        """Rounds end where the count of steps is a multiple of ROUND, so that any split of the steps gives the same order."""
        while steps > 0:
            piece = min(steps, ROUND - self.step_count % ROUND)
            super().advance(piece)
            steps -= piece

    def metrics(self) -> Metrics:
        found = super().metrics()
        for number, group in enumerate(self.groups):
            returns = np.array([found[f"evaluation_return/{i}"] for i in group])
            solved = [found[f"solved_at/{i}"] for i in group]
            share = sum(math.isfinite(each) for each in solved) / len(group)
            found |= {f"mean/{number}": float(returns.mean()), f"low/{number}": float(returns.min()), f"high/{number}": float(returns.max()),
                      f"solved/{number}": share, f"steps_to_solve/{number}": float(np.median(solved)) if share == 1 else math.nan}  # fmt: skip
        return found

    def view(self) -> dict[str, object]:
        """The film of each group's first member."""
        return {f"{name}_{number}": value for number, group in enumerate(self.groups)
                for name, value in vars(self.trainers[group[0]].view()).items() if name.startswith("film_")}  # fmt: skip

    @property
    def steps_per_epoch(self) -> int:
        return ROUND
