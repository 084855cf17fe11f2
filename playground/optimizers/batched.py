"""Optimizer rules on flat parameters of many networks at once.

Each rule equals its torch.optim namesake (with torch's default hyperparameters), written on a `(networks, parameters)` buffer
with hyperparameters of shape `(networks, 1)`: one rule updates all networks of a group, and a single network is a group of one.
Sources: Polyak 1964; Nesterov 1983 as in Sutskever et al. 2013; Duchi et al. 2011; Tieleman and Hinton 2012; Zeiler 2012;
Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019; Dozat 2016; Chen et al. 2023, algorithm 2 (Lion).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

Slots = dict[str, "Tensor"]
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
WEIGHT_DECAY = 0.01  # torch.optim.AdamW's default, decoupled
MOMENTUM_DECAY = 4e-3
LION_BETA2 = 0.99


@dataclass(frozen=True)
class Rule:
    """One optimizer.

    Attributes:
        slots: Names of the state tensors it keeps, each like the parameters, starting at zero.
        update: Changes `parameters` in place: (parameters, gradients, slots, learning_rate, momentum, step), step counted from 1.
        code: The plain-torch optimizer, with {learning_rate} and {momentum}.
        uses_momentum: Whether the momentum hyperparameter has an effect.
    """

    key: str
    title: str
    slots: tuple[str, ...]
    update: Callable[[Tensor, Tensor, Slots, Tensor, Tensor, int], None]
    code: str
    uses_momentum: bool = False


def _sgd(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    p.addcmul_(lr, g, value=-1)


def _momentum(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    velocity = s["velocity"].mul_(mu).add_(g)
    p.addcmul_(lr, velocity, value=-1)


def _nesterov(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    velocity = s["velocity"].mul_(mu).add_(g)
    p.addcmul_(lr, g + mu * velocity, value=-1)


def _adagrad(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    squares = s["squares"].addcmul_(g, g)
    p.addcdiv_(lr * g, squares.sqrt().add_(1e-10), value=-1)


def _rmsprop(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    squares = s["squares"].mul_(0.99).addcmul_(g, g, value=0.01)
    p.addcdiv_(lr * g, squares.sqrt().add_(EPSILON), value=-1)


def _adadelta(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    squares = s["squares"].mul_(0.9).addcmul_(g, g, value=0.1)
    move = (s["moves"] + 1e-6).sqrt_().div_((squares + 1e-6).sqrt_()).mul_(g)
    s["moves"].mul_(0.9).addcmul_(move, move, value=0.1)
    p.addcmul_(lr, move, value=-1)


def _adam(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    mean = s["mean"].lerp_(g, 1 - BETA1)
    squares = s["squares"].mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
    spread = squares.sqrt().div_((1 - BETA2**t) ** 0.5).add_(EPSILON)
    p.addcdiv_(lr * mean, spread, value=-1 / (1 - BETA1**t))


def _adamw(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    p.mul_(1 - lr * WEIGHT_DECAY)
    _adam(p, g, s, lr, mu, t)


_products = [1.0]  # of NAdam's momentum schedule up to step t; the same numbers for every run


def _schedule_product(t: int) -> float:
    while len(_products) <= t:
        _products.append(_products[-1] * BETA1 * (1 - 0.5 * 0.96 ** (len(_products) * MOMENTUM_DECAY)))
    return _products[t]


def _nadam(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    now = BETA1 * (1 - 0.5 * 0.96 ** (t * MOMENTUM_DECAY))
    ahead = BETA1 * (1 - 0.5 * 0.96 ** ((t + 1) * MOMENTUM_DECAY))
    product = _schedule_product(t)
    mean = s["mean"].lerp_(g, 1 - BETA1)
    squares = s["squares"].mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
    spread = (squares / (1 - BETA2**t)).sqrt_().add_(EPSILON)
    p.addcdiv_(lr * (1 - now) / (1 - product) * g, spread, value=-1)
    p.addcdiv_(lr * ahead / (1 - product * ahead) * mean, spread, value=-1)


def _lion(p: Tensor, g: Tensor, s: Slots, lr: Tensor, mu: Tensor, t: int) -> None:
    mean = s["mean"]
    p.addcmul_(lr, torch.lerp(g, mean, BETA1).sign_(), value=-1)
    mean.lerp_(g, 1 - LION_BETA2)


RULES: dict[str, Rule] = {
    each.key: each
    for each in (
        Rule("sgd", "SGD", (), _sgd, "torch.optim.SGD(model.parameters(), lr={learning_rate})"),
        Rule("momentum", "SGD with momentum", ("velocity",), _momentum,
             "torch.optim.SGD(model.parameters(), lr={learning_rate}, momentum={momentum})", True),
        Rule("nesterov", "Nesterov momentum", ("velocity",), _nesterov,
             "torch.optim.SGD(model.parameters(), lr={learning_rate}, momentum={momentum}, nesterov=True)", True),
        Rule("adagrad", "Adagrad", ("squares",), _adagrad, "torch.optim.Adagrad(model.parameters(), lr={learning_rate})"),
        Rule("rmsprop", "RMSprop", ("squares",), _rmsprop, "torch.optim.RMSprop(model.parameters(), lr={learning_rate})"),
        Rule("adadelta", "Adadelta", ("squares", "moves"), _adadelta, "torch.optim.Adadelta(model.parameters(), lr={learning_rate})"),
        Rule("adam", "Adam", ("mean", "squares"), _adam, "torch.optim.Adam(model.parameters(), lr={learning_rate})"),
        Rule("adamw", "AdamW", ("mean", "squares"), _adamw, "torch.optim.AdamW(model.parameters(), lr={learning_rate})"),
        Rule("nadam", "NAdam", ("mean", "squares"), _nadam, "torch.optim.NAdam(model.parameters(), lr={learning_rate})"),
        Rule("lion", "Lion", ("mean",), _lion, "Lion(model.parameters(), lr={learning_rate})"),
    )
}  # fmt: skip
