"""Where the trainings of this room wait to be gone on with.

A checkpoint is one packet of arrays and plain values (`playground.core.packets`) in the data folder: nothing in it is ever run.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from playground.core import packets
from playground.core.places import home

SECONDS = 60.0  # between two checkpoints of one training


class Training(Protocol):
    """What a training has to offer to be kept and gone on with."""

    def state(self) -> dict[str, Any]: ...

    def load(self, state: dict[str, Any]) -> None: ...


def path(name: str) -> Path:
    """The file of the model of this name."""
    return home() / "zoo" / f"{name}.checkpoint"


def write(name: str, state: dict[str, Any]) -> None:
    """Keep this state; one that is half written never takes the place of a whole one."""
    place = path(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    fresh.write_bytes(packets.encode("checkpoint", state))
    fresh.replace(place)


def read(name: str) -> dict[str, Any] | None:
    """The state that was kept, or None."""
    place = path(name)
    return packets.decode(place.read_bytes())[1] if place.is_file() else None


def resume(name: str, session: Training) -> bool:
    """Load what was kept into the training; whether there was anything."""
    state = read(name)
    if state is None:
        return False
    session.load(state)
    return True


def forget(name: str) -> None:
    """Remove what was kept, once the model is finished."""
    path(name).unlink(missing_ok=True)


@contextmanager
def kept_at_the_end(name: str, session: Training) -> Iterator[None]:
    """Keep the training however the block ends, also when the process is told to (SIGTERM)."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        write(name, session.state())


class Clock:
    """Writes a checkpoint once a minute of training has passed since the last one."""

    def __init__(self, name: str, session: Training):
        self.name, self.session, self.last = name, session, time.monotonic()

    def due(self) -> bool:
        """Whether it was time, and the checkpoint is written."""
        if time.monotonic() - self.last < SECONDS:
            return False
        self.write()
        return True

    def write(self) -> None:
        """Write it now."""
        write(self.name, self.session.state())
        self.last = time.monotonic()


def arrays(model: nn.Module, optimizers: Sequence[torch.optim.Optimizer]) -> dict[str, np.ndarray]:
    """Weights and what the optimizers carry, by names that `put_back` understands."""
    found = {f"weights/{name}": value.numpy() for name, value in model.state_dict().items()}
    for i, optimizer in enumerate(optimizers):
        for j, each in optimizer.state_dict()["state"].items():
            found |= {f"optimizer/{i}/{j}/{name}": value.numpy() for name, value in each.items()}
    return found


def put_back(state: Mapping[str, Any], model: nn.Module, optimizers: Sequence[torch.optim.Optimizer]) -> None:
    """Give the model its weights and the optimizers what they carried."""
    model.load_state_dict({key.removeprefix("weights/"): torch.from_numpy(np.array(value)) for key, value in state.items() if key.startswith("weights/")})
    for i, optimizer in enumerate(optimizers):
        optimizer.load_state_dict({**optimizer.state_dict(), "state": slots(state, f"optimizer/{i}")})


def slots(state: Mapping[str, Any], prefix: str) -> dict[int, dict[str, torch.Tensor]]:
    """What an optimizer carries, from entries `prefix/number/slot`, as its `load_state_dict` wants it under "state"."""
    found: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in state.items():
        if key.startswith(f"{prefix}/"):
            number, slot = key.removeprefix(f"{prefix}/").split("/")
            found.setdefault(int(number), {})[slot] = torch.from_numpy(np.array(value))
    return found
