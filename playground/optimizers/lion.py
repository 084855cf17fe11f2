"""Lion, which torch.optim lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer


class Lion(Optimizer):
    """Every coordinate moves by exactly the learning rate, in the direction of the sign of an average of gradients.

    `c = beta1 m + (1 - beta1) g`, `parameter -= learning_rate (sign(c) + weight_decay parameter)`, `m = beta2 m + (1 - beta2) g`.

    Args:
        betas: What the average keeps: for the sign, and for its own update.
        weight_decay: Decoupled, as in AdamW.

    Source:
        Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2.
    """

    def __init__(self, params: Any, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0):
        if lr < 0 or weight_decay < 0 or not all(0 <= each < 1 for each in betas):
            raise ValueError(f"Lion needs lr and weight_decay of at least 0 and betas in [0, 1), got {lr}, {weight_decay}, {betas}")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of all parameters that have a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if "exp_avg" not in state:
                    state["exp_avg"] = torch.zeros_like(parameter)
                average, gradient = state["exp_avg"], parameter.grad
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(torch.lerp(gradient, average, beta1).sign_(), alpha=-group["lr"])
                average.lerp_(gradient, 1 - beta2)
        return loss
