"""What recipes that train on pictures share: one flat state of networks, optimizers and a stream, and the file it is resumed from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from playground.core.experiment import generator_state, restore_generator
from playground.zoo.recipes import checkpoints


class Resumable:
    """A training that can be stopped and gone on with. `networks` and `optimizers` by name, a `stream`, and the `step` it stands at."""

    name = ""
    networks: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    stream: torch.Generator
    step: int = 0

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = {"step": self.step, "stream": generator_state(self.stream)}
        for name, part in self.networks.items():
            found |= {f"{name}/{key}": value.detach().numpy().copy() for key, value in part.state_dict().items()}
        for name, optimizer in self.optimizers.items():
            for number, slots in optimizer.state_dict()["state"].items():
                found |= {f"{name}/{number}/{key}": value.numpy().copy() for key, value in slots.items()}
        return found

    def load(self, state: Mapping[str, Any]) -> None:
        self.step = int(state["step"])
        restore_generator(self.stream, state["stream"])
        for name, part in self.networks.items():
            part.load_state_dict({key: torch.from_numpy(np.array(state[f"{name}/{key}"])) for key in part.state_dict()})
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict({**optimizer.state_dict(), "state": checkpoints.slots(state, name)})
            for weight, held in optimizer.state.items():  # laid out in memory as the weights are, which the fused rules count on
                held.update({key: torch.empty_like(weight).copy_(value) for key, value in held.items() if value.shape == weight.shape})

    def save(self) -> None:
        """Write the checkpoint."""
        checkpoints.write(self.name, self.state())

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one."""
        return checkpoints.resume(self.name, self)


def halved(module: nn.Module, prefix: str = "") -> dict[str, np.ndarray]:
    """Weights as float16, whole numbers as they are."""
    found = {}
    for key, value in module.state_dict().items():
        array = value.detach().numpy()
        found[prefix + key] = np.ascontiguousarray(array.astype(np.float16) if value.is_floating_point() else array)
    return found
