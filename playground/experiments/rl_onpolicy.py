"""Learning from one's own fresh experience, used once and thrown away: REINFORCE, A2C and PPO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.lazy import torch
from playground.experiments.rl_updates import clipped_loss, discounted_returns, explained, generalised_advantages, policy_gradient_loss

if TYPE_CHECKING:
    from playground.data.environment_worlds import Moved


class Actor:
    """What REINFORCE, A2C and PPO share: an actor and a critic, drawing actions, one optimizer step.

    Attributes:
        settings: The experiment; only its fields are read, live ones anew at every use.
        measured: What the last update measured.
        broken: True once a loss was not a finite number; nothing is learnt from then on.
        progress: Share of the run that is done, for a learning rate that falls.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("network", "optimizer", "stream", "updates", "broken", "filled", "seen", "taken", "rewards", "ended", "next_values")

    def __init__(self, settings: Any, task: Any, seed: int):
        from playground.networks.policies import ActorCritic

        self.settings, self.task = settings, task
        self.stream = torch.Generator().manual_seed(seed)
        self.network = ActorCritic(task.inputs, task.outputs, task.continuous, settings.hidden_sizes, settings.activation, *task.scaling(), self.stream)
        self.parameters = list(self.network.parameters())
        if settings.algorithm == "a2c":  # as in the paper's appendix
            self.optimizer = torch.optim.RMSprop(self.parameters, settings.learning_rate, alpha=0.99, eps=1e-5)
        else:
            self.optimizer = torch.optim.Adam(self.parameters, settings.learning_rate, eps=1e-5, fused=True)
        self.measured = {"policy_loss": 0.0, "value_loss": 0.0, "entropy": 0.0, "kl": 0.0, "clipped": 0.0, "explained": 0.0, "gradient_norm": 0.0}
        self.updates, self.filled, self.progress, self.broken = 0, 0, 0.0, False
        rows, copies = self.rows(), settings.copies
        self.seen = np.zeros((rows, copies, task.inputs), np.float32)
        self.taken = np.zeros((rows, copies, task.outputs), np.float32) if task.continuous else np.zeros((rows, copies), np.int64)
        self.rewards, self.next_values = np.zeros((rows, copies)), np.zeros((rows, copies))
        self.ended = np.zeros((rows, copies), bool)

    def rows(self) -> int:
        return self.settings.rollout

    def act(self, observations: np.ndarray) -> np.ndarray:
        """Actions drawn from the policy, as the task takes them."""
        with torch.no_grad():
            actions = self.network.sample(torch.from_numpy(observations), self.stream).numpy()
        self.seen[self.filled], self.taken[self.filled] = observations, actions
        return np.clip(actions * self.task.limit, -self.task.limit, self.task.limit) if self.task.continuous else actions

    def values(self, observations: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return self.network.values(torch.from_numpy(observations)).numpy().astype(np.float64)

    def best(self, observations: np.ndarray) -> np.ndarray:
        """Greedy actions: the likeliest, or the mean."""
        with torch.no_grad():
            outputs = self.network.policy(self.network.see(torch.from_numpy(observations)))
        if self.task.continuous:
            return np.clip(outputs.numpy() * self.task.limit, -self.task.limit, self.task.limit)
        return outputs.argmax(1).numpy()

    def scores(self, observations: np.ndarray) -> np.ndarray:
        """(N, A): probability of every action; of a motor (N, 2): mean and spread of its force."""
        with torch.no_grad():
            outputs = self.network.policy(self.network.see(torch.from_numpy(observations)))
            if not self.task.continuous:
                return outputs.softmax(1).numpy()
            return torch.cat([outputs, self.network.log_std.exp().expand_as(outputs)], 1).numpy() * self.task.limit

    def descend(self, loss: Any) -> float:
        """One optimizer step; returns the length of the gradient before it was shortened."""
        if not bool(torch.isfinite(loss)):
            self.broken = True
            return float("nan")
        self.optimizer.param_groups[0]["lr"] = self.settings.learning_rate * (1 - self.progress if self.settings.decay else 1.0)
        self.optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.settings.gradient_clip)
        self.optimizer.step()
        self.updates += 1
        return float(norm)


class AdvantageActor(Actor):
    """A2C and PPO: a rollout of fixed length from every copy, advantages from the critic, then one pass (A2C) or several (PPO).

    Source:
        Mnih et al. 2016, "Asynchronous Methods for Deep RL", section 4 (A2C is its synchronous form); Schulman et al. 2017, algorithm 1.
    """

    def observe(self, moved: Moved) -> None:
        """Store what the last actions led to; learn when the rollout is full."""
        row = self.filled
        self.rewards[row] = moved.rewards * self.settings.reward_scale
        self.ended[row] = moved.ended
        if moved.truncated.any():  # time was up, but the task went on: what would have followed is the critic's guess
            self.next_values[row, moved.truncated] = self.values(moved.arrived[moved.truncated])
        self.filled += 1
        if self.filled == len(self.seen):
            self.learn(moved.arrived, moved.ended)

    def learn(self, arrived: np.ndarray, over: np.ndarray) -> None:
        rows, copies = self.rewards.shape
        values = self.values(self.seen.reshape(rows * copies, -1)).reshape(rows, copies)
        following = np.concatenate([values[1:], self.values(arrived)[None]])
        next_values = np.where(self.ended, self.next_values, following)
        advantages = generalised_advantages(self.rewards, values, next_values, self.ended, self.settings.discount, self.settings.gae_lambda)
        returns = advantages + values
        self.filled = 0
        self.next_values[:] = 0.0
        seen = torch.from_numpy(self.seen.reshape(rows * copies, -1))
        taken = torch.from_numpy(self.taken.reshape(rows * copies, *self.taken.shape[2:]))
        batch = [seen, taken, *(torch.from_numpy(each.reshape(-1).astype(np.float32)) for each in (advantages, returns))]
        self.measured["explained"] = explained(values, returns)
        with torch.no_grad():
            batch.append(self.network.judge(seen, taken)[0])
        passes, size = (self.settings.passes, self.settings.batch_size) if self.settings.algorithm == "ppo" else (1, rows * copies)
        for _ in range(passes):
            order = torch.randperm(rows * copies, generator=self.stream)
            for chosen in order.split(size):
                if not self.broken:
                    self.update(*(each[chosen] for each in batch))
        if self.updates:
            self.measure()

    def update(self, seen: Any, taken: Any, advantages: Any, returns: Any, old_logs: Any) -> None:
        settings = self.settings
        logs, entropies = self.network.judge(seen, taken)
        if settings.normalise and len(advantages) > 1:
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        ppo = settings.algorithm == "ppo"
        policy_loss = clipped_loss(logs, old_logs, advantages, settings.clip) if ppo else policy_gradient_loss(logs, advantages)
        value_loss = (self.network.values(seen) - returns).square().mean()
        entropy = entropies.mean()
        norm = self.descend(policy_loss + settings.value_weight * value_loss - settings.entropy * entropy)
        self.latest = (policy_loss.detach(), value_loss.detach(), entropy.detach(), norm, (logs - old_logs).detach())

    def measure(self) -> None:
        """What the last update of a round showed; `kl` is Schulman's estimate E[ρ − 1 − log ρ] of the distance the policy has moved."""
        policy_loss, value_loss, entropy, norm, logs = self.latest
        ratio = logs.exp()
        self.measured |= {"policy_loss": float(policy_loss), "value_loss": float(value_loss), "entropy": float(entropy), "gradient_norm": norm,
                          "kl": float((ratio - 1 - logs).mean()), "clipped": float(((ratio - 1).abs() > self.settings.clip).float().mean())}  # fmt: skip


class Reinforce(Actor):
    """REINFORCE: whole episodes, every action credited with the return that followed it, less a baseline.

    An update is made when the episodes that ended since the last one hold at least `rollout × copies` steps.

    Source:
        Williams 1992, "Simple Statistical Gradient-Following Algorithms"; baseline: Sutton and Barto 2018, section 13.4.
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Actor.KEPT, "rows_of", "whole_seen", "whole_taken", "whole_returns")

    def __init__(self, settings: Any, task: Any, seed: int):
        super().__init__(settings, task, seed)
        self.rows_of = np.zeros(settings.copies, np.int64)  # steps stored of each copy's running episode
        self.forget()

    def rows(self) -> int:
        return self.task.max_steps

    def forget(self) -> None:
        self.whole_seen, self.whole_returns = self.seen[:0, 0].copy(), np.zeros(0)
        self.whole_taken = self.taken[:0, 0].copy()

    def act(self, observations: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            actions = self.network.sample(torch.from_numpy(observations), self.stream).numpy()
        copies = np.arange(len(observations))
        self.seen[self.rows_of, copies], self.taken[self.rows_of, copies] = observations, actions
        return np.clip(actions * self.task.limit, -self.task.limit, self.task.limit) if self.task.continuous else actions

    def observe(self, moved: Moved) -> None:
        copies = np.arange(len(moved.rewards))
        self.rewards[self.rows_of, copies] = moved.rewards * self.settings.reward_scale
        self.rows_of += 1
        for copy in np.flatnonzero(moved.ended).tolist():
            steps = slice(0, int(self.rows_of[copy]))
            returns = discounted_returns(self.rewards[steps, copy], self.settings.discount)
            self.whole_seen = np.concatenate([self.whole_seen, self.seen[steps, copy]])
            self.whole_taken = np.concatenate([self.whole_taken, self.taken[steps, copy]])
            self.whole_returns = np.concatenate([self.whole_returns, returns])
            self.rows_of[copy] = 0
        if len(self.whole_returns) >= self.settings.rollout * self.settings.copies:
            self.learn()

    def learn(self) -> None:
        settings, seen, taken = self.settings, torch.from_numpy(self.whole_seen), torch.from_numpy(self.whole_taken)
        returns = torch.from_numpy(self.whole_returns.astype(np.float32))
        values = self.network.values(seen)
        self.measured["explained"] = explained(values.detach().numpy(), self.whole_returns)
        gains = returns - values.detach() if settings.baseline else returns
        if settings.normalise:
            gains = (gains - gains.mean()) / (gains.std() + 1e-8)
        logs, entropies = self.network.judge(seen, taken)
        policy_loss, entropy = policy_gradient_loss(logs, gains), entropies.mean()
        value_loss = (values - returns).square().mean()
        norm = self.descend(policy_loss + (settings.value_weight if settings.baseline else 0.0) * value_loss - settings.entropy * entropy)
        self.measured |= {"policy_loss": float(policy_loss.detach()), "value_loss": float(value_loss.detach()),
                          "entropy": float(entropy.detach()), "gradient_norm": norm}  # fmt: skip
        self.forget()
