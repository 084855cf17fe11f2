"""What a training run and its exported script have to agree on: the optimizer's arguments, and when the network is looked at."""

from __future__ import annotations

from typing import Any

from playground.core.lazy import torch
from playground.experiments.train import OFFERED_OPTIMIZERS, Train
from playground.experiments.train_measure import EVALUATION_ROWS

EVALUATION_COST = 0.08  # of the training's own arithmetic
MOST_PER_EPOCH = 4
FUSED = ("adam", "adamw", "sgd", "momentum", "nesterov", "adagrad")  # one kernel for all parameters: half the time of a small network's update


def evaluation_places(experiment: Train, train_rows: int, validation_rows: int) -> list[int]:
    """Updates within an epoch after which the network is looked at: at its end (0), and between as often as is cheap."""
    rows = min(train_rows, EVALUATION_ROWS) + min(validation_rows, EVALUATION_ROWS)
    steps = -(-train_rows // experiment.batch_size)
    apart = rows / (3 * experiment.batch_size * EVALUATION_COST)  # updates between looks; an update costs about three forward passes
    pieces = max(1, min(MOST_PER_EPOCH, int(steps / apart)))
    return sorted({round(steps * piece / pieces) for piece in range(pieces)})


def make_optimizer(experiment: Train, parameters: list[Any]) -> Any:
    """The chosen torch optimizer with the experiment's learning rate, momentum and weight decay."""
    card, named = OFFERED_OPTIMIZERS[experiment.optimizer], optimizer_arguments(experiment)
    if not card.torch_name:
        from playground.optimizers.lion import Lion

        return Lion(parameters, **named)
    return getattr(torch.optim, card.torch_name)(parameters, **named)


def optimizer_arguments(experiment: Train) -> dict[str, Any]:
    """Keyword arguments of the optimizer's constructor; what the experiment does not set is as on its card."""
    card = OFFERED_OPTIMIZERS[experiment.optimizer]
    given = {"momentum": experiment.momentum} if "momentum" in card.hyperparameters else {}
    found = {**card.arguments(**given), "lr": experiment.learning_rate, "weight_decay": experiment.weight_decay}
    return found | ({"fused": True} if experiment.optimizer in FUSED else {})


def adopt(optimizer: Any, experiment: Train) -> None:
    """Take over live changes of what the optimizer reads."""
    for group in optimizer.param_groups:
        group["weight_decay"] = experiment.weight_decay
        if group.get("momentum"):
            group["momentum"] = experiment.momentum
