"""What the picture of a gridworld is drawn from: the world once, values and backups at every frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.experiments.gridworld import ALGORITHMS, Gridworld, goal_in_reach, model_of

if TYPE_CHECKING:
    from playground.experiments.gridworld_trainers import _Gridworlder

RECORDED = 600  # backups of one sweep or episode that can be played in slow motion
LARGEST = 1e30
PATH = 2_001  # states of an episode's path
BACKUPS = ("real", "sweep", "trace", "planned")


@dataclass(frozen=True, eq=False)
class GridView:
    """One moment.

    Attributes:
        q (S, A), v (S,), truth (S,): f4, values and what they ought to be.
        policy: (S, A) u1, the actions that are best now. visits: (S, A) i4, how often each was tried.
        path: (T + 1,) i4, the states of the latest episode.
        backup_places: (B, 4) i4: kind (index into BACKUPS), state, action, s' of the latest backups.
        backup_numbers: (B, 8) f8: rate, reward, factor, bootstrap, old, new, shown before, shown after.
    """

    q: np.ndarray
    v: np.ndarray
    truth: np.ndarray
    policy: np.ndarray
    visits: np.ndarray
    path: np.ndarray
    backup_places: np.ndarray
    backup_numbers: np.ndarray
    backups_left_out: int
    learning_rate: float
    discount: float
    epsilon: float
    last_return: float
    best_return: float
    start_value: float

    @classmethod
    def make(cls, trainer: _Gridworlder, q: np.ndarray, values: np.ndarray, policy: np.ndarray, visits: np.ndarray, path: Sequence[int],
             latest: tuple[np.ndarray, np.ndarray, int]) -> GridView:  # fmt: skip
        experiment, truth = trainer.experiment, trainer.reference
        returns = getattr(trainer, "returns", None)
        q, values = (np.clip(each, -LARGEST, LARGEST) for each in (q, values))  # a table that has run away still fits the packet
        return cls(q.astype(np.float32), values.astype(np.float32), truth.values.astype(np.float32), policy.astype(np.uint8), visits.astype(np.int32),
                   np.array(path[:PATH], np.int32), *latest, experiment.learning_rate, experiment.discount, experiment.epsilon_in(trainer.step_count),
                   returns[-1] if returns else math.nan, truth.best_return, float(truth.values[list(trainer.world.starts)].mean()))  # fmt: skip


def backups(rows: Sequence[tuple[Any, ...]]) -> tuple[np.ndarray, np.ndarray, int]:
    """The first backups of a record as arrays, and how many more there were."""
    kept = rows[:RECORDED]
    places = np.array([(BACKUPS.index(row[0]), *row[1:4]) for row in kept], np.int32).reshape(-1, 4)
    numbers = np.array([(*row[4:10], *(row[10:12] or row[8:10])) for row in kept], np.float64).reshape(-1, 8)
    return places, numbers, len(rows) - len(kept)


def scene(experiment: Gridworld) -> dict[str, Any]:
    """The world as arrays: its table for the browser, and where everything is drawn."""
    world = experiment.make_world()
    model, met = model_of(world)
    layout = world.layout
    ends = (model.probability > 0) & (model.goes_on == 0)
    return {
        "rows": layout.rows, "columns": layout.columns, "kinds": layout.kinds, "actions": list(world.actions), "algorithm": experiment.algorithm,
        "algorithm_title": ALGORITHMS[experiment.algorithm], "plans": experiment.plans, "world": experiment.world, "world_title": world.title,
        "winds": np.array(layout.winds, np.int32), "cell_rewards": np.array([math.nan if each is None else each for each in layout.rewards], np.float32),
        "cells": np.array(world.cells, np.int32), "starts": np.array(world.starts, np.int32), "met": met.astype(np.uint8),
        "next": model.next.astype(np.int32), "chance": model.probability.astype(np.float32), "reward": model.reward.astype(np.float32),
        "ends": ends.astype(np.uint8), "slices": [{"words": words, "values": list(values)} for words, values in world.slices],
        "fences": np.array(world.fences, np.int32).reshape(-1, 2), "goal_in_reach": goal_in_reach(world), "limit": world.limit or experiment.longest,
        "rewards": {name: float(world.source[f"{name}_reward"]) for name in ("step", "goal", "pit", "cliff")} if world.source["kind"] == "grid" else {},
        "longest": experiment.longest,
    }  # fmt: skip
