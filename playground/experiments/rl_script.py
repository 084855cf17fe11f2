"""The exported script of a deep-RL run: plain PyTorch and Gymnasium, one file, the same episodes, updates and final figures."""

from __future__ import annotations

import inspect
import pprint
import re
import types
from typing import Any

from playground.core import randomness
from playground.core.experiment import Change
from playground.experiments import rl_offpolicy, rl_onpolicy, rl_replay, rl_updates
from playground.experiments.rl import ON_POLICY, DeepRL
from playground.experiments.rl_trainer import PATIENCE

_INSIDE = re.compile(r"^ *from playground\..*\n", re.MULTILINE)  # imports inside functions: in one file there is nothing to import


def write(experiment: DeepRL, steps: int, changes: list[Change]) -> str:
    """The program's text. `changes` are replayed at their steps."""
    return "\n".join([_head(experiment, steps), *_sources(experiment), _WORLDS, _settings(experiment, changes), _TRAINING.format(steps=steps, patience=PATIENCE)])


def _head(experiment: DeepRL, steps: int) -> str:
    task = experiment.task
    return f'''"""{experiment.algorithm.upper()} learns {task.key} for {steps:,} environment steps: plain PyTorch and Gymnasium.

{task.goal} Run: python rl.py   (needs torch, numpy and gymnasium{"[box2d]" if task.key.startswith("LunarLander") else ""})
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import gymnasium
import numpy as np
import torch
from torch import Tensor, nn

torch.set_num_threads(1)
'''


def _sources(experiment: DeepRL) -> list[str]:
    """The very code that ran."""
    from playground.data import environment_worlds
    from playground.networks import policies

    formulas = [each for name, each in vars(rl_updates).items() if isinstance(each, types.FunctionType)]
    shared: list[Any] = [randomness.derive, environment_worlds.Moved, policies.dense, policies.Seeing]
    if experiment.algorithm in ON_POLICY:
        kind: Any = rl_onpolicy.Reinforce if experiment.algorithm == "reinforce" else rl_onpolicy.AdvantageActor
        parts = [policies.ActorCritic, *formulas, rl_onpolicy.Actor, kind]
    elif experiment.algorithm == "dqn":
        kind = rl_offpolicy.DeepQ
        parts = [policies.QNetwork, *formulas, rl_replay.Replay, rl_replay.Window, rl_offpolicy.Remembering, kind]
    else:
        kind = rl_offpolicy.SoftActorCritic
        parts = [policies.SquashedGaussian, policies.TwinCritic, *formulas, rl_replay.Replay, rl_replay.Window, rl_offpolicy.Remembering, kind]
    bends = 'BENDS = {"tanh": nn.Tanh, "relu": nn.ReLU}\n'
    return [bends, *("\n" + _INSIDE.sub("", inspect.getsource(each)) for each in [*shared, *parts]), f"\nLearner = {kind.__name__}\n"]


def _settings(experiment: DeepRL, changes: list[Change]) -> str:
    task = experiment.task
    shape = {"inputs": task.inputs, "outputs": task.outputs, "continuous": task.continuous, "limit": task.limit, "max_steps": task.max_steps}
    values = {name: value for name, value in experiment.model_dump().items() if name not in ("map_x", "map_y")}
    live = [(each.step, {name: value for name, value in each.values.items() if name in values}) for each in changes if each.values]
    return f"""
ENVIRONMENT = {task.key!r}
SETTINGS = SimpleNamespace(**{pprint.pformat(values, width=120, sort_dicts=False)})
TASK = SimpleNamespace(**{shape!r})
TASK.scaling = lambda: {task.scaling()!r}
CHANGES = {live!r}  # (step, settings changed by hand while it ran)
EPISODES = {5 if task.key.startswith("LunarLander") else 10}  # of an evaluation
"""


_WORLDS = '''
class Worlds:
    """Gymnasium environments side by side; one that ends starts its next episode in the same step."""

    def __init__(self, count, seed):
        self.seed, self.episodes = seed, [0] * count
        self.games = [gymnasium.make(ENVIRONMENT, disable_env_checker=True) for _ in range(count)]
        self.returns = [0.0] * count
        self.finished = []
        self.observations = np.stack([self.start(copy) for copy in range(count)])

    def start(self, copy):
        return self.games[copy].reset(seed=derive(self.seed, "episode", copy, self.episodes[copy]))[0].astype(np.float32)

    def step(self, actions):
        answers = [game.step(action if TASK.continuous else int(action)) for game, action in zip(self.games, actions)]
        arrived = np.stack([each[0] for each in answers]).astype(np.float32)
        terminated = np.array([each[2] for each in answers])
        truncated = np.array([each[3] for each in answers]) & ~terminated
        self.observations, self.finished = arrived.copy(), []
        for copy, answer in enumerate(answers):
            self.returns[copy] += float(answer[1])
            if terminated[copy] or truncated[copy]:
                self.finished.append((copy, self.returns[copy]))
                self.returns[copy], self.episodes[copy] = 0.0, self.episodes[copy] + 1
                self.observations[copy] = self.start(copy)
        return Moved(np.array([float(each[1]) for each in answers]), terminated, truncated, arrived)


def evaluate(learner, seed):
    """Returns of whole episodes without exploration, and the length of the first."""
    worlds, returns, steps, first = Worlds(EPISODES, seed), np.full(EPISODES, np.nan), 0, 0
    while np.isnan(returns).any():
        worlds.step(learner.best(worlds.observations))
        steps += 1
        for copy, total in worlds.finished:
            if np.isnan(returns[copy]):
                returns[copy] = total
                first = steps if copy == 0 else first
    return returns, first
'''

_TRAINING = '''
STEPS = {steps}
worlds = Worlds(SETTINGS.copies, derive(SETTINGS.seed, "training"))
learner = Learner(SETTINGS, TASK, derive(SETTINGS.seed, "learner"))
practice, films, film_step = [], 1, 0
returns, longest = evaluate(learner, derive(SETTINGS.seed, "film", 0))

for step in range(0, STEPS, SETTINGS.copies):
    while CHANGES and CHANGES[0][0] <= step:
        vars(SETTINGS).update(CHANGES.pop(0)[1])
    if learner.broken:
        break
    learner.progress = min(1.0, step / SETTINGS.steps)
    if step - film_step >= max(SETTINGS.film_every, {patience} * longest * SETTINGS.copies):
        returns, longest = evaluate(learner, derive(SETTINGS.seed, "film", films))
        films, film_step = films + 1, step
        print(f"{{step:>9,}} steps   return {{returns.mean():.1f}}")
    moved = worlds.step(learner.act(worlds.observations))
    learner.observe(moved)
    practice += [total for _, total in worlds.finished]

print(f"final training_return {{float(np.mean(practice[-20:])) if practice else float('nan')!r}}")
print(f"final evaluation_return {{float(returns.mean())!r}}")
for name, value in learner.measured.items():
    print(f"final {{name}} {{float(value)!r}}")
'''
