"""Things to try on the gradient-descent screen; each ticks itself from what was computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.experiments import descent_stability as known
from playground.experiments.descent import Descent
from playground.experiments.descent_verdict import Verdict
from playground.experiments.descent_walk import Racer

Item = tuple[str, str, bool]
Arrays = Mapping[str, Any]


def race(experiment: Descent, racers: Sequence[Racer], verdicts: Sequence[Verdict]) -> list[Item]:
    ended = [(racer.key, verdict.kind) for racer, verdict in zip(racers, verdicts, strict=True)]
    kinds = {kind for _, kind in ended}
    adaptive = {"adam", "rmsprop", "adagrad"} & set(experiment.optimizers)
    return [
        ("descent-diverge", "Find a learning rate at which plain SGD leaves the surface.", ("sgd", "diverged") in ended),
        ("descent-turn", "Turn the ravine by 45° with Adam, RMSprop or Adagrad in the race, and find who does not mind.",
         experiment.surface == "ravine" and experiment.angle >= 30 and bool(adaptive) and len(racers) > 1),
        ("descent-calm", "Make SGD arrive on the least-squares fit although it sees one example or a mini-batch at a time.",
         experiment.surface == "least_squares" and experiment.batching != "batch" and ("sgd", "reached") in ended),
        ("descent-rastrigin", "Bring anyone to the lowest place of Rastrigin: a start, a learning rate or a schedule may do it.",
         experiment.surface == "rastrigin" and "reached" in kinds),
    ]  # fmt: skip


def step(parts: Arrays) -> list[Item]:
    move, slope = np.asarray(parts["move"], np.float64), np.asarray(parts["full"], np.float64)
    flat = np.hypot(*slope) and np.hypot(*move) and abs(move @ slope) / np.hypot(*slope) / np.hypot(*move) < 0.5
    return [
        ("descent-uphill", "Find a step that goes uphill.", bool(move @ slope > 0)),
        ("descent-first", "Compare Adam's first step with its tenth: why is the first one as long as the learning rate?", parts["key"] == "adam" and parts["step"] == 1),
        ("descent-bent", "Find a step whose scaling or curvature turns it by more than 60° without going uphill.",
         bool(flat and move @ slope < 0 and (parts["scaling"] is not None or parts["key"] == "lbfgs"))),
    ]  # fmt: skip


def rates(experiment: Descent, found: Arrays) -> list[Item]:
    low, high = (float(each) for each in found["curvatures"])
    rate, momentum = (float(getattr(experiment, f"momentum_{name}")) for name in ("learning_rate", "momentum"))
    near = False
    if experiment.surface == "ravine" and low < high:
        best_rate, best_momentum = known.best(low, high)
        near = abs(np.log10(rate / best_rate)) < 0.1 and abs(momentum - best_momentum) < 0.05
    factor = float(known.contraction("momentum", rate, momentum, high)) if np.isfinite(high) else 0.0
    return [
        ("descent-fastest", "On the ravine, click the map's bluest point: how close is it to Polyak's cross?", near),
        ("descent-edge", "Set momentum just beyond the dashed line and watch the race.", bool(found["exact"]) and 1 < factor < 1.2),
        ("descent-broad", "Which optimizer has the broadest range of learning rates that work? Race six or more here.",
         len(experiment.optimizers) >= 6),
    ]  # fmt: skip


def network(found: Arrays) -> list[Item]:
    return [
        ("descent-path", "Look at the plane along which training went.", "shares" in found),
        ("descent-random", "Look along two random directions and compare the curvatures.", "shares" not in found),
    ]
