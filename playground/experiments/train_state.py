"""Checkpoints of a training run: flat, and exact to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import State, generator_state, restore_generator
from playground.core.lazy import torch
from playground.experiments.train_measure import Answers

if TYPE_CHECKING:
    from playground.experiments.train_trainer import TrainTrainer

PLAIN = ("step_count", "best_loss", "best_epoch", "stopped_early")
ROWS = ("losses", "predicted", "confidence")


def state_of(trainer: TrainTrainer) -> State:
    """Weights, optimizer, random streams, and what was last measured."""
    state: State = {name: getattr(trainer, name) for name in PLAIN}
    state |= {f"model/{name}": _array(value) for name, value in trainer.model.state_dict().items()}
    state |= {f"best/{name}": _array(value) for name, value in trainer.best.items()}
    for place, parameter in enumerate(trainer.model.parameters()):
        for name, value in trainer.optimizer.state.get(parameter, {}).items():
            if value is not None:
                state[f"optimizer/{place}/{name}"] = _array(value) if isinstance(value, torch.Tensor) else value
    state |= {"noise": _array(trainer.noise), "batches": generator_state(trainer.batches), "altered": generator_state(trainer.altered),
              "epoch_state": trainer.epoch_state, "batch_loss": _array(trainer.batch_loss), "gradients": trainer.gradients.copy(),
              "ratios": trainer.ratios.copy(), "dead": trainer.dead.copy()}  # fmt: skip
    for part, look in trainer.looks.items():
        state |= {f"look/{part}/{name}": getattr(look, name).copy() for name in ROWS}
        state |= {f"score/{part}/loss": look.loss, **{f"score/{part}/{name}": value for name, value in look.metrics.items()}}
    return state


def restore(trainer: TrainTrainer, state: State) -> None:
    """Continue exactly where `state_of` was taken."""
    for name in PLAIN:
        setattr(trainer, name, type(getattr(trainer, name))(state[name]))
    trainer.model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in _under(state, "model/").items()})
    trainer.best = {name: torch.from_numpy(np.array(value)) for name, value in _under(state, "best/").items()}
    parameters = list(trainer.model.parameters())
    trainer.optimizer.state.clear()
    for name, value in _under(state, "optimizer/").items():
        place, _, word = name.partition("/")
        kept = torch.from_numpy(np.array(value)) if isinstance(value, np.ndarray) else value
        if isinstance(kept, torch.Tensor) and kept.shape == parameters[int(place)].shape:  # laid out in memory as the weights are
            kept = torch.empty_like(parameters[int(place)].detach()).copy_(kept)
        trainer.optimizer.state[parameters[int(place)]][word] = kept
    trainer.noise = torch.from_numpy(np.array(state["noise"]))
    trainer.epoch_state = np.array(state["epoch_state"])
    if trainer.step_count % trainer.steps_per_epoch:
        restore_generator(trainer.batches, trainer.epoch_state)
        trainer.order = torch.randperm(len(trainer.targets["train"]), generator=trainer.batches)
    restore_generator(trainer.batches, state["batches"])
    trainer.batch_loss = torch.from_numpy(np.array(state["batch_loss"]))
    trainer.gradients, trainer.ratios, trainer.dead = (np.array(state[name]) for name in ("gradients", "ratios", "dead"))
    for part in trainer.looks:
        scores = {name: float(value) for name, value in _under(state, f"score/{part}/").items()}
        trainer.looks[part] = Answers(scores.pop("loss"), *(np.array(state[f"look/{part}/{name}"]) for name in ROWS), scores)


def _array(value: Any) -> np.ndarray:
    return value.detach().numpy().copy()


def _under(state: State, prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
