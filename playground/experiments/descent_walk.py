"""Several optimizers walking down one surface, each with a point of its own: real torch.optim objects in float64."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import State
from playground.core.lazy import torch
from playground.core.randomness import derive
from playground.functions.surfaces import EXAMPLES, Place, Surface, gradient
from playground.optimizers.table import OPTIMIZERS, OptimizerCard

if TYPE_CHECKING:
    from torch import Tensor

LEFT = 1e3  # windows away from the start of the window: the point is gone for good


@dataclass(frozen=True)
class Racer:
    """One optimizer with its hyperparameters.

    Attributes:
        name: Short and unique in a race; metrics are named after it.
        title: Words for the legend.
    """

    name: str
    title: str
    key: str
    hyperparameters: Mapping[str, float]

    @property
    def card(self) -> OptimizerCard:
        return OPTIMIZERS[self.key]

    @property
    def learning_rate(self) -> float:
        return self.hyperparameters["learning_rate"]


class Batches:
    """Which examples each step sees; the same for every racer. Every epoch is a new order of all examples."""

    def __init__(self, size: int, seed: int):
        self.size = min(size, EXAMPLES)
        self.per_epoch = -(-EXAMPLES // self.size)
        self.stream = torch.Generator().manual_seed(batch_seed(seed))
        self.orders: list[Tensor] = []

    def at(self, step: int) -> Tensor | None:
        """Indices for step `step` (from 0); None for all examples."""
        if self.size == EXAMPLES:
            return None
        epoch, place = divmod(step, self.per_epoch)
        while len(self.orders) <= epoch:
            self.orders.append(torch.randperm(EXAMPLES, generator=self.stream))
        return self.orders[epoch][place * self.size : (place + 1) * self.size]


def batch_seed(seed: int) -> int:
    return derive(seed, "batches")


class Walk:
    """The positions of all racers, and their optimizers.

    Attributes:
        alive: (P,) bool; False once a racer has left for good or met a place without a value. It then stays away.
    """

    def __init__(self, surface: Surface, racers: Sequence[Racer], start: Place, factors: np.ndarray, batches: Batches):
        self.surface, self.racers, self.factors, self.batches = surface, list(racers), factors, batches
        self.points = [torch.tensor([start], dtype=torch.float64).reshape((1, 2) if each.card.matrix else (2,)).requires_grad_() for each in racers]
        self.optimizers = [each.card.build([point], **each.hyperparameters) for each, point in zip(racers, self.points, strict=True)]
        self.alive = np.ones(len(racers), bool)
        self.step_count = 0
        spans = [surface.x, *([surface.y] if surface.y else [])]
        self.far = LEFT * max(high - low for low, high in spans)

    def positions(self) -> np.ndarray:
        """(P, 2) float64; NaN for racers that are gone."""
        found = torch.stack([each.detach().reshape(2) for each in self.points]).numpy()
        return np.where(self.alive[:, None], found, np.nan)

    def heights(self) -> np.ndarray:
        """(P,) float64 over all examples; infinite for racers that are gone."""
        x, y = torch.from_numpy(self.positions().T.copy())
        with torch.no_grad():
            heights = self.surface.height(x, y).numpy()
        return np.where(np.isfinite(heights), heights, np.inf)

    def step(self) -> None:
        """One update of every racer."""
        batch = self.batches.at(self.step_count)
        factor = float(self.factors[min(self.step_count, len(self.factors) - 1)])
        self._slopes(batch)
        for i, (racer, optimizer) in enumerate(zip(self.racers, self.optimizers, strict=True)):
            if not self.alive[i]:
                continue
            for group in optimizer.param_groups:
                group["lr"] = racer.learning_rate * factor
            optimizer.step(self._closure(i, batch)) if racer.card.closure else optimizer.step()
        self.step_count += 1
        self._bury()

    def _slopes(self, batch: Tensor | None) -> None:
        """Gradients of all racers at once; a surface treats every place by itself."""
        at = torch.stack([each.detach().reshape(2) for each in self.points]).T.contiguous().requires_grad_(True)
        (slopes,) = torch.autograd.grad(self.surface.height(at[0], at[1], batch).sum(), at)
        for point, slope in zip(self.points, slopes.T, strict=True):
            point.grad = slope.reshape(point.shape).contiguous()

    def _closure(self, number: int, batch: Tensor | None) -> Any:
        point, optimizer = self.points[number], self.optimizers[number]

        def closure() -> Tensor:
            optimizer.zero_grad()
            x, y = point.reshape(2)
            height = self.surface.height(x, y, batch)
            height.backward()
            return height

        return closure

    def _bury(self) -> None:
        found = torch.stack([each.detach().reshape(2) for each in self.points])
        here = torch.isfinite(found).all(1) & (found.abs().amax(1) < self.far)
        self.alive &= here.numpy()

    # Checkpoints -------------------------------------------------------------------------------------------------------

    def state_dict(self) -> State:
        """Positions and the state of every optimizer, flat: tensors as arrays, lists of tensors stacked, 0-d tensors as numbers."""
        state: State = {"step_count": self.step_count, "alive": self.alive.copy()}
        for i, (point, optimizer) in enumerate(zip(self.points, self.optimizers, strict=True)):
            state[f"{i}/point"] = point.detach().numpy().copy()
            for name, value in optimizer.state[point].items():
                if isinstance(value, torch.Tensor) and value.ndim == 0:
                    state[f"{i}/scalar.{'f4' if value.dtype == torch.float32 else 'f8'}/{name}"] = float(value)
                elif isinstance(value, torch.Tensor):
                    state[f"{i}/tensor/{name}"] = value.detach().numpy().copy()
                elif isinstance(value, (int, float)):
                    state[f"{i}/number/{name}"] = value
                elif isinstance(value, list) and value and all(isinstance(each, torch.Tensor) for each in value):
                    state[f"{i}/list{value[0].ndim}/{name}"] = torch.stack(value).numpy().copy()
                elif isinstance(value, list) and not value:
                    state[f"{i}/list1/{name}"] = np.zeros((0, 2))
        return state

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.alive = int(state["step_count"]), np.array(state["alive"], bool)
        for i, (point, optimizer) in enumerate(zip(self.points, self.optimizers, strict=True)):
            own = optimizer.state[point]
            own.clear()
            for name, value in state.items():
                owner, _, rest = name.partition("/")
                if owner != str(i):
                    continue
                form, _, entry = rest.partition("/")
                if form == "point":
                    with torch.no_grad():
                        point.copy_(torch.from_numpy(np.array(value)).reshape(point.shape))
                elif form.startswith("scalar"):
                    own[entry] = torch.tensor(value, dtype=torch.float32 if form.endswith("f4") else torch.float64)
                elif form == "tensor":
                    own[entry] = torch.from_numpy(np.array(value))
                elif form == "number":
                    own[entry] = value
                else:
                    rows = torch.from_numpy(np.array(value))
                    own[entry] = [each.clone() for each in rows]


def record(walk: Walk, steps: int) -> dict[str, np.ndarray]:
    """Walk `steps` steps from here and keep where everyone was.

    Returns:
        Float64 arrays for P racers: `positions` (P, steps + 1, 2), NaN from where a racer is gone; `heights` (P, steps + 1) and
        `gradients` (P, steps + 1, 2) of all examples there.
    """
    positions = np.full((len(walk.racers), steps + 1, 2), np.nan)
    positions[:, 0] = walk.positions()
    for i in range(1, steps + 1):
        if not walk.alive.any():
            break
        walk.step()
        positions[:, i] = walk.positions()
    x, y = torch.from_numpy(np.ascontiguousarray(np.moveaxis(positions, -1, 0)))
    heights, gradients = gradient(walk.surface, x, y)
    return {"positions": positions, "heights": heights.numpy(), "gradients": gradients.numpy()}
