"""Training without a screen: a recipe, run to its end, the best policy on the way kept and measured on fresh episodes."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.experiments.rl import DeepRL
from playground.experiments.rl_agents import EVALUATION_SEED, Card, evaluate, put, weights
from playground.experiments.rl_recipes import recipe
from playground.experiments.rl_trainer import DeepRLTrainer

CANDIDATES = 5  # policies kept on the way, judged again at the end
JUDGING_SEED = 2_000_000  # of the episodes that choose among them; never those the result is measured on


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished training: the card, the weights, and how it went."""

    card: Card
    arrays: dict[str, np.ndarray]
    curve: list[tuple[int, float]]  # environment steps, mean evaluation return
    seconds: float
    stopped: str


def command(experiment: DeepRL) -> str:
    """The command line that repeats this training."""
    plain, idle = recipe(experiment.environment, experiment.algorithm), experiment.unused()
    words = ["python", "-m", "playground", "rl", "train", "--env", experiment.environment, "--algo", experiment.algorithm]
    for name, value in experiment.model_dump().items():
        if value != plain[name] and name not in idle:
            text = ",".join(map(str, value)) if isinstance(value, tuple) else json.dumps(value) if isinstance(value, bool) else str(value)
            words += [f"--{name.replace('_', '-')}", text]
    return shlex.join(words)


def train(experiment: DeepRL, episodes: int = 100, tell: Callable[[int, dict[str, float]], Any] | None = None) -> Trained:
    """Train to the end, then keep the policy that does best.

    Every evaluation on the way is over few episodes and so flatters by chance: the best `CANDIDATES` and the last are judged again on
    episodes of their own, and the winner's score is measured on others once more.
    """
    started, trainer = time.perf_counter(), DeepRLTrainer(experiment)
    kept: list[tuple[float, int, dict[str, np.ndarray]]] = []
    curve, films = [], 0
    while not trainer.finished and not trainer.diverged:
        trainer.advance(min(trainer.steps_per_epoch, experiment.step_limit - trainer.step_count))
        if trainer.films != films:
            films = trainer.films
            mean = float(trainer.returns.mean())
            curve.append((trainer.film_step, mean))
            if len(kept) < CANDIDATES or mean >= kept[-1][0]:
                kept = sorted([*kept, (mean, trainer.film_step, weights(trainer.learner))], key=lambda each: -each[0])[:CANDIDATES]
            if tell:
                tell(trainer.step_count, trainer.metrics())
    if not trainer.diverged:
        kept.append((0.0, trainer.step_count, weights(trainer.learner)))
    best, best_score = kept[0], -np.inf
    for each in kept:
        put(trainer.learner, each[2])
        score = evaluate(experiment.task, trainer.learner.best, episodes, JUDGING_SEED)["mean"]
        if score > best_score:
            best, best_score = each, score
    put(trainer.learner, best[2])
    found = evaluate(experiment.task, trainer.learner.best, episodes)
    card = Card(experiment.environment, experiment.algorithm, found["mean"], found["std"], episodes, EVALUATION_SEED, best[1], experiment.seed,
                command(experiment), experiment.values())  # fmt: skip
    return Trained(card, best[2], curve, time.perf_counter() - started, trainer.stop_reason)
