"""Networks that act: policies, values and Q-values for tasks with a few observed numbers.

Inputs are shifted and scaled to about [-1, 1] by the task's own spans, which the networks keep as buffers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

BENDS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def dense(sizes: Sequence[int], activation: str, gain: float, stream: torch.Generator) -> nn.Sequential:
    """Linear layers with bends between them; orthogonal weights and zero biases.

    Args:
        gain: Of the last layer's weights. 0.01 makes all actions of a fresh policy about equally likely.

    Source:
        Saxe et al. 2014; the gains as in Huang et al. 2022, "The 37 implementation details of PPO", detail 2.
    """
    layers: list[nn.Module] = []
    for number, (before, after) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        last = number == len(sizes) - 2
        linear = nn.utils.skip_init(nn.Linear, before, after)  # not drawn from torch's shared generator
        nn.init.orthogonal_(linear.weight, gain if last else math.sqrt(2), generator=stream)
        nn.init.zeros_(linear.bias)
        layers += [linear] if last else [linear, BENDS[activation]()]
    return nn.Sequential(*layers)


class Seeing(nn.Module):
    """Scales observations; base of the networks here."""

    def __init__(self, centre: Sequence[float], reach: Sequence[float]):
        super().__init__()
        self.register_buffer("centre", torch.tensor(centre, dtype=torch.float32))
        self.register_buffer("reach", torch.tensor(reach, dtype=torch.float32))

    def see(self, observations: Tensor) -> Tensor:
        return (observations - self.centre) / self.reach


class ActorCritic(Seeing):
    """A policy and a value function, two networks that share nothing.

    The policy gives logits over actions, or the mean of a Gaussian whose spread is a parameter of its own. A Gaussian's actions are
    counted in units of the largest force.
    """

    def __init__(self, inputs: int, outputs: int, continuous: bool, hidden_sizes: Sequence[int], activation: str,
                 centre: Sequence[float], reach: Sequence[float], stream: torch.Generator):  # fmt: skip
        super().__init__(centre, reach)
        self.policy = dense((inputs, *hidden_sizes, outputs), activation, 0.01, stream)
        self.value = dense((inputs, *hidden_sizes, 1), activation, 1.0, stream)
        self.log_std = nn.Parameter(torch.zeros(outputs)) if continuous else None

    def values(self, observations: Tensor) -> Tensor:
        """V(s) (N,)."""
        return self.value(self.see(observations)).squeeze(-1)

    def sample(self, observations: Tensor, stream: torch.Generator) -> Tensor:
        """Actions drawn from the policy: (N,) int64, or (N, A) float32."""
        outputs = self.policy(self.see(observations))
        if self.log_std is None:
            return torch.multinomial(outputs.softmax(-1), 1, generator=stream).squeeze(-1)
        return outputs + self.log_std.exp() * torch.randn(outputs.shape, generator=stream)

    def judge(self, observations: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """log π(a|s) (N,) of the actions taken, and the policy's entropy (N,)."""
        outputs = self.policy(self.see(observations))
        if self.log_std is None:
            logs = outputs.log_softmax(-1)
            return logs.gather(-1, actions.unsqueeze(-1)).squeeze(-1), -(logs.exp() * logs).sum(-1)
        spread = (actions - outputs) / self.log_std.exp()
        constant = 0.5 * math.log(2 * math.pi)
        logs = -0.5 * spread**2 - self.log_std - constant
        return logs.sum(-1), (self.log_std + constant + 0.5).sum().expand(len(outputs))


class QNetwork(Seeing):
    """Q(s, a) of every action; dueling splits it into V(s) and advantages.

    Source:
        Mnih et al. 2015, "Human-level control …"; dueling: Wang et al. 2016, eq. 9.
    """

    def __init__(self, inputs: int, outputs: int, hidden_sizes: Sequence[int], activation: str, dueling: bool,
                 centre: Sequence[float], reach: Sequence[float], stream: torch.Generator):  # fmt: skip
        super().__init__(centre, reach)
        self.dueling = dueling
        self.body = dense((inputs, *hidden_sizes, outputs + 1 if dueling else outputs), activation, 1.0, stream)

    def forward(self, observations: Tensor) -> Tensor:
        """(N, A)."""
        found = self.body(self.see(observations))
        if not self.dueling:
            return found
        value, advantages = found[:, :1], found[:, 1:]
        return value + advantages - advantages.mean(1, keepdim=True)


class SquashedGaussian(Seeing):
    """A Gaussian squeezed into [-1, 1] by tanh, with a mean and a spread that both depend on the observation.

    Source:
        Haarnoja et al. 2018, "Soft Actor-Critic", appendix C, eq. 21.
    """

    def __init__(self, inputs: int, outputs: int, hidden_sizes: Sequence[int], activation: str, centre: Sequence[float],
                 reach: Sequence[float], stream: torch.Generator):  # fmt: skip
        super().__init__(centre, reach)
        self.body = dense((inputs, *hidden_sizes, 2 * outputs), activation, 0.01, stream)

    def parts(self, observations: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log of the spread before squashing, each (N, A)."""
        mean, log_std = self.body(self.see(observations)).chunk(2, -1)
        return mean, log_std.clamp(-20, 2)

    def draw(self, observations: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Actions (N, A) in [-1, 1] and log π(a|s) (N,), differentiable, from standard normal `noise` (N, A)."""
        mean, log_std = self.parts(observations)
        raw = mean + log_std.exp() * noise
        logs = -0.5 * noise**2 - log_std - 0.5 * math.log(2 * math.pi)
        # log(1 - tanh(u)²) in a form that does not lose its digits for large u
        squash = 2 * (math.log(2) - raw - nn.functional.softplus(-2 * raw))
        return raw.tanh(), (logs - squash).sum(-1)


class TwinCritic(Seeing):
    """Two independent Q(s, a) of a motor's force; the smaller of them is believed.

    Source:
        Fujimoto et al. 2018, "Addressing Function Approximation Error in Actor-Critic Methods", section 4.2.
    """

    def __init__(self, inputs: int, outputs: int, hidden_sizes: Sequence[int], activation: str, centre: Sequence[float],
                 reach: Sequence[float], stream: torch.Generator):  # fmt: skip
        super().__init__(centre, reach)
        self.first = dense((inputs + outputs, *hidden_sizes, 1), activation, 1.0, stream)
        self.second = dense((inputs + outputs, *hidden_sizes, 1), activation, 1.0, stream)

    def forward(self, observations: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """Both values, (N,) each; actions in [-1, 1]."""
        both = torch.cat([self.see(observations), actions], -1)
        return self.first(both).squeeze(-1), self.second(both).squeeze(-1)
