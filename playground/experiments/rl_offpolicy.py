"""Learning from a memory of experience: DQN for a few actions, SAC for a motor's force."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.lazy import torch
from playground.experiments.rl_replay import Replay, Window
from playground.experiments.rl_updates import q_targets, soft_targets

if TYPE_CHECKING:
    from playground.data.environment_worlds import Moved


class Remembering:
    """What DQN and SAC share: a replay memory filled by all copies, and updates at a fixed pace of steps.

    Attributes: as in `rl_onpolicy.Actor`.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("stream", "chance", "replay", "window", "steps", "updates", "broken", "owed", "last_copy")

    def __init__(self, settings: Any, task: Any, seed: int):
        self.settings, self.task = settings, task
        self.stream = torch.Generator().manual_seed(seed)
        self.chance = np.random.default_rng(seed)
        form = ((task.outputs,), np.float32) if task.continuous else ((), np.int64)
        self.replay = Replay(settings.memory, task.inputs, *form, settings.prioritised and not task.continuous,
                             settings.copies * settings.n_step)
        self.window = Window(settings.n_step, settings.copies, task.inputs, *form)
        self.steps, self.updates, self.progress, self.broken = 0, 0, 0.0, False
        self.owed = 0.0  # updates due, in parts: `gradient_steps` for every `train_every` steps
        self.last_copy = 0  # the step at which the target network was last copied

    def observe(self, moved: Moved) -> None:
        settings = self.settings
        self.window.push(self.observed, self.acted, moved.rewards * settings.reward_scale)
        for each in self.window.transitions(moved.arrived, moved.terminated, moved.ended, settings.discount):
            self.replay.add(*each)
        self.steps += settings.copies
        if self.steps < settings.learning_starts or self.replay.count < 2:
            return
        self.owed += settings.copies * settings.gradient_steps / settings.train_every
        # Not before a whole round is due, so that rounds stay as long as they are set.
        while self.owed >= settings.gradient_steps and not self.broken:
            for _ in range(settings.gradient_steps):
                self.owed -= 1
                if not self.broken:
                    self.learn()

    def batch(self) -> tuple[Any, ...]:
        beta = 0.4 + 0.6 * self.progress
        rows, weights = self.replay.draw(self.settings.batch_size, beta, self.chance)
        memory = self.replay
        arrays = (memory.seen[rows], memory.taken[rows], memory.rewards[rows], memory.arrived[rows], memory.discounts[rows], weights)
        return rows, *(torch.from_numpy(each) for each in arrays)

    def rate(self) -> float:
        return self.settings.learning_rate * (1 - self.progress if self.settings.decay else 1.0)

    def sound(self, loss: Any) -> bool:
        self.broken = self.broken or not bool(torch.isfinite(loss)) or float(loss.detach()) > 1e12
        return not self.broken


class DeepQ(Remembering):
    """DQN, with double targets, a dueling network, n steps and prioritised replay as switches.

    `noise_memory` is the chance that a random action is taken once more, so that exploring pushes last; the share of random actions
    stays ε (Dabney et al. 2021, "Temporally-Extended ε-Greedy Exploration").

    Source:
        Mnih et al. 2015, algorithm 1, and the papers named in `rl_updates` and `rl_replay`.
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Remembering.KEPT, "network", "target", "optimizer", "exploring", "at_random")

    def __init__(self, settings: Any, task: Any, seed: int):
        from playground.networks.policies import QNetwork

        super().__init__(settings, task, seed)
        self.network, self.target = (
            QNetwork(task.inputs, task.outputs, settings.hidden_sizes, settings.activation, settings.dueling, *task.scaling(), self.stream) for _ in range(2)
        )
        self.target.load_state_dict(self.network.state_dict())
        self.parameters = list(self.network.parameters())
        self.optimizer = torch.optim.Adam(self.parameters, settings.learning_rate, fused=True)
        self.exploring, self.at_random = np.zeros(settings.copies, bool), np.zeros(settings.copies, np.int64)
        self.measured = {"value_loss": 0.0, "q_mean": 0.0, "gradient_norm": 0.0, "epsilon": self.epsilon()}

    def epsilon(self) -> float:
        """Share of random actions: falls from 1 to its end over the first part of the run."""
        share = min(1.0, self.progress / self.settings.exploration) if self.settings.exploration else 1.0
        return 1.0 + share * (self.settings.epsilon - 1.0)

    def act(self, observations: np.ndarray) -> np.ndarray:
        epsilon, keep, count = self.epsilon(), self.settings.noise_memory, len(observations)
        self.measured["epsilon"] = epsilon
        again = self.exploring & (self.chance.random(count) < keep)
        begin = epsilon if keep == 0 or epsilon == 1 else epsilon * (1 - keep) / (1 - epsilon * keep)
        self.exploring = again | (self.chance.random(count) < begin)
        self.at_random = np.where(again, self.at_random, self.chance.integers(0, self.task.outputs, count))
        actions = self.at_random if self.exploring.all() else np.where(self.exploring, self.at_random, self.best(observations))
        self.observed, self.acted = observations, actions
        return actions

    def learn(self) -> None:
        rows, seen, taken, rewards, arrived, discounts, weights = self.batch()
        with torch.no_grad():
            after = self.target(arrived)
            goals = q_targets(rewards, discounts, after, self.network(arrived) if self.settings.double else after)
        found = self.network(seen).gather(1, taken.unsqueeze(1)).squeeze(1)
        loss = (weights * torch.nn.functional.smooth_l1_loss(found, goals, reduction="none")).mean()
        if not self.sound(loss):
            return
        self.optimizer.param_groups[0]["lr"] = self.rate()
        self.optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.settings.gradient_clip)
        self.optimizer.step()
        self.updates += 1
        if self.replay.prioritised:
            self.replay.set_errors(rows, (found.detach() - goals).numpy())
        if self.steps - self.last_copy >= self.settings.target_every:
            self.target.load_state_dict(self.network.state_dict())
            self.last_copy = self.steps
        self.measured |= {"value_loss": float(loss.detach()), "q_mean": float(found.detach().mean()), "gradient_norm": float(norm)}

    def best(self, observations: np.ndarray) -> np.ndarray:
        return self.scores(observations).argmax(1)

    def scores(self, observations: np.ndarray) -> np.ndarray:
        """(N, A): Q of every action."""
        with torch.no_grad():
            return self.network(torch.from_numpy(observations)).numpy()

    def values(self, observations: np.ndarray) -> np.ndarray:
        return self.scores(observations).max(1).astype(np.float64)


class SoftActorCritic(Remembering):
    """SAC: a policy that is paid for staying random, two critics, and a price of randomness that sets itself.

    `noise_memory` makes the noise of neighbouring steps alike, so that exploring pushes last (Eberhard et al. 2023, "Pink Noise Is All
    You Need"); a fixed temperature is set by `temperature` above 0.

    Source:
        Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", algorithm 1; target entropy −dim(A), section 5.
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Remembering.KEPT, "actor", "critic", "target", "actor_optimizer", "critic_optimizer", "log_alpha", "alpha_optimizer", "noise")

    def __init__(self, settings: Any, task: Any, seed: int):
        from playground.networks.policies import SquashedGaussian, TwinCritic

        super().__init__(settings, task, seed)
        form = (task.inputs, task.outputs, settings.hidden_sizes, settings.activation, *task.scaling(), self.stream)
        self.actor, self.critic, self.target = SquashedGaussian(*form), TwinCritic(*form), TwinCritic(*form)
        self.target.load_state_dict(self.critic.state_dict())
        self.actor_optimizer = torch.optim.Adam(self.actor.parameters(), settings.learning_rate, fused=True)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), settings.learning_rate, fused=True)
        self.log_alpha = torch.zeros(1, requires_grad=True)
        self.alpha_optimizer = torch.optim.Adam([self.log_alpha], settings.learning_rate, fused=True)
        self.noise = np.zeros((settings.copies, task.outputs), np.float32)
        self.measured = {"policy_loss": 0.0, "value_loss": 0.0, "entropy": 0.0, "q_mean": 0.0, "temperature": self.alpha(), "gradient_norm": 0.0}

    def alpha(self) -> float:
        return self.settings.temperature if self.settings.temperature > 0 else math.exp(float(self.log_alpha.detach()))

    def act(self, observations: np.ndarray) -> np.ndarray:
        keep = self.settings.noise_memory
        fresh = self.chance.standard_normal(self.noise.shape).astype(np.float32)
        self.noise = (keep * self.noise + math.sqrt(1 - keep**2) * fresh).astype(np.float32)
        with torch.no_grad():
            actions = self.actor.draw(torch.from_numpy(observations), torch.from_numpy(self.noise))[0].numpy()
        self.observed, self.acted = observations, actions
        return actions * np.float32(self.task.limit)

    def learn(self) -> None:
        _, seen, taken, rewards, arrived, discounts, _ = self.batch()
        for optimizer in (self.actor_optimizer, self.critic_optimizer):
            optimizer.param_groups[0]["lr"] = self.rate()
        alpha = self.alpha()
        with torch.no_grad():
            following, logs = self.actor.draw(arrived, torch.randn(len(arrived), self.task.outputs, generator=self.stream))
            goals = soft_targets(rewards, discounts, *self.target(arrived, following), logs, alpha)
        first, second = self.critic(seen, taken)
        value_loss = (first - goals).square().mean() + (second - goals).square().mean()
        if not self.sound(value_loss):
            return
        self.critic_optimizer.zero_grad()
        value_loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.critic.parameters(), self.settings.gradient_clip)
        self.critic_optimizer.step()

        actions, logs = self.actor.draw(seen, torch.randn(len(seen), self.task.outputs, generator=self.stream))
        policy_loss = (alpha * logs - torch.minimum(*self.critic(seen, actions))).mean()
        self.actor_optimizer.zero_grad()
        policy_loss.backward()
        self.actor_optimizer.step()
        if self.settings.temperature == 0:
            price = -(self.log_alpha.exp() * (logs.detach() - self.task.outputs)).mean()  # towards an entropy of -dim(A)
            self.alpha_optimizer.zero_grad()
            price.backward()
            self.alpha_optimizer.step()
        with torch.no_grad():
            for slow, fast in zip(self.target.parameters(), self.critic.parameters(), strict=True):
                slow.lerp_(fast, self.settings.target_rate)
        self.updates += 1
        self.measured |= {"policy_loss": float(policy_loss.detach()), "value_loss": float(value_loss.detach()), "entropy": -float(logs.detach().mean()),
                          "q_mean": float(first.detach().mean()), "temperature": self.alpha(), "gradient_norm": float(norm)}  # fmt: skip

    def best(self, observations: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return self.actor.parts(torch.from_numpy(observations))[0].tanh().numpy() * np.float32(self.task.limit)

    def scores(self, observations: np.ndarray) -> np.ndarray:
        """(N, 2): mean and spread of the force, before it is squashed to its limits."""
        with torch.no_grad():
            mean, log_std = self.actor.parts(torch.from_numpy(observations))
            return torch.cat([mean.tanh(), log_std.exp()], 1).numpy() * np.float32(self.task.limit)

    def values(self, observations: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            seen = torch.from_numpy(observations)
            return torch.minimum(*self.critic(seen, self.actor.parts(seen)[0].tanh())).numpy().astype(np.float64)
