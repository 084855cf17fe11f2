"""“Try this” on the gridworld screen: what ticks each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.experiments.gridworld import Gridworld

Item = tuple[str, str, bool]


def tasks(experiment: Gridworld, metrics: Mapping[str, float], played: Mapping[str, Any], racers: Sequence[Gridworld]) -> list[Item]:
    """Read from the settings, the run's latest metrics, the last game of the visitor and the members of the race."""
    earned = metrics.get("expected_return", float("-inf"))
    own_best = bool(played) and bool(played.get("ended")) and float(played["earned"]) >= float(played["best"]) - 1e-6
    edge = experiment.algorithm == "sarsa" and experiment.world == "cliff" and not experiment.slippery and earned >= -13.01
    pair = {(each.world, each.algorithm) for each in racers}
    raced = {("cliff", "sarsa"), ("cliff", "q_learning")} <= pair
    found = experiment.world == "own" and "#" in experiment.grid and earned >= 0.95 * metrics.get("best_return", 1e9) > 0
    exact = experiment.plans and metrics.get("value_loss", 1.0) <= 1e-8 and metrics.get("best_return") is not None
    return [
        ("gridworld-play", "Choose **You play** and earn at least what the best policy earns on average.", own_best),
        ("gridworld-edge", "Make SARSA walk along the cliff's edge. (Let its exploration fade.)", edge),
        ("gridworld-paint", "Paint a wall into a world of your own and let the agent find another way there.", found),
        ("gridworld-exact", "Bring the values within 0.00000001 of the truth.", exact),
        ("gridworld-race", "Race SARSA against Q-learning on the cliff. Which earns more, and which knows the better way?", raced),
    ]  # fmt: skip
