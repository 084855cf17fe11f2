"""The formulas that deep RL learns by, one function each; `tests/experiments/test_rl_updates.py` checks them by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor


def generalised_advantages(rewards: np.ndarray, values: np.ndarray, next_values: np.ndarray, ended: np.ndarray, discount: float, gae_lambda: float) -> np.ndarray:
    """How much better each action did than expected: A_t = δ_t + γλ A_{t+1} within an episode, δ_t = r_t + γ V(s_{t+1}) − V(s_t).

    Args:
        rewards, values, ended: (T, N), T steps of N copies.
        next_values: (T, N), V of what was seen after the step: 0 where the task itself ended, V of the last picture where time was up.

    Source:
        Schulman et al. 2016, "High-Dimensional Continuous Control Using Generalized Advantage Estimation", eq. 16.
    """
    errors = rewards + discount * next_values - values
    found, after = np.zeros_like(errors), np.zeros_like(errors[0])
    for step in range(len(errors) - 1, -1, -1):
        found[step] = after = errors[step] + discount * gae_lambda * ~ended[step] * after
    return found


def discounted_returns(rewards: np.ndarray, discount: float, after: float = 0.0) -> np.ndarray:
    """G_t = r_t + γ G_{t+1} of one episode (T,); `after` is what is expected once its time was up."""
    found = np.zeros(len(rewards))
    for step in range(len(rewards) - 1, -1, -1):
        found[step] = after = rewards[step] + discount * after
    return found


def policy_gradient_loss(logs: Tensor, advantages: Tensor) -> Tensor:
    """−mean of A log π(a|s): its gradient is minus the policy gradient.

    Source:
        Williams 1992, REINFORCE, theorem 1; Mnih et al. 2016, A3C, section 4.
    """
    return -(logs * advantages).mean()


def clipped_loss(logs: Tensor, old_logs: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """−mean of min(ρ A, clip(ρ, 1−ε, 1+ε) A) with ρ = π(a|s) / π_old(a|s): no gain from leaving the trusted span.

    Source:
        Schulman et al. 2017, "Proximal Policy Optimization Algorithms", eq. 7.
    """
    ratio = (logs - old_logs).exp()
    return -torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()


def q_targets(rewards: Tensor, discounts: Tensor, next_values: Tensor, chosen_by: Tensor) -> Tensor:
    """y = R + γⁿ Q⁻(s', argmax_a Q̃(s', a)); `discounts` are γⁿ, and 0 where the task ended.

    Args:
        next_values: (N, A), Q of the target network at s'.
        chosen_by: (N, A), who picks the action: the target network itself (Mnih et al. 2015), or the learning one (double).

    Source:
        Mnih et al. 2015, algorithm 1; van Hasselt et al. 2016, "Deep RL with Double Q-learning", eq. 4.
    """
    return rewards + discounts * next_values.gather(1, chosen_by.argmax(1, keepdim=True)).squeeze(1)


def soft_targets(rewards: Tensor, discounts: Tensor, first: Tensor, second: Tensor, logs: Tensor, temperature: float) -> Tensor:
    """y = R + γⁿ (min(Q₁, Q₂)(s', a') − α log π(a'|s')).

    Source:
        Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", eqs. 3 and 5, with Fujimoto's smaller of two critics.
    """
    return rewards + discounts * (torch.minimum(first, second) - temperature * logs)


def explained(values: np.ndarray, returns: np.ndarray) -> float:
    """1 − Var(G − V) / Var(G): 1 for a critic that knows, 0 for one that answers a constant; 0 when nothing varies."""
    spread = float(np.var(returns))
    return 1 - float(np.var(returns - values)) / spread if spread > 1e-12 else 0.0
