"""A tiny experiment for the engine's own tests: a random walk downhill, optionally slow, heavy or failing."""

import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Experiment, Trainer
from playground.core.randomness import numpy_stream


class Toy(Experiment):
    key: ClassVar[str] = "toy"
    title: ClassVar[str] = "Toy"

    rate: float = fields.number(0.1, 0.0, 1.0, live=True)
    steps: int = fields.integer(1_000_000, 1, 1_000_000)
    pause_seconds: float = fields.number(0.0, 0.0, 60.0)
    size: int = fields.integer(10, 1, 100_000)
    diverge_at: int = fields.integer(0, 0, 1_000_000)
    break_at: int = fields.integer(0, 0, 1_000_000)
    seed: int = fields.seed()

    def trainer(self) -> "ToyTrainer":
        return ToyTrainer(self)


@dataclass(frozen=True)
class ToyView:
    picture: np.ndarray
    value: float


class ToyTrainer(Trainer):
    experiment: Toy

    def __init__(self, experiment: Toy):
        super().__init__(experiment)
        self.stream = numpy_stream(experiment.seed, "toy")
        self.value = 10.0

    @property
    def steps_per_epoch(self) -> int:
        return 10

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            if self.experiment.pause_seconds:
                deadline = time.perf_counter() + self.experiment.pause_seconds
                while self.experiment.pause_seconds > 1 and time.perf_counter() < deadline:
                    pass  # a step of heavy work, not of sleep
                time.sleep(max(0.0, deadline - time.perf_counter()))
            self.step_count += 1
            if self.step_count == self.experiment.break_at:
                raise RuntimeError("a bolt came loose")
            self.value *= 1 - self.experiment.rate * self.stream.random()
            if self.step_count == self.experiment.diverge_at:
                self.value = float("inf")

    def metrics(self) -> dict[str, float]:
        return {"loss": self.value}

    def view(self) -> ToyView:
        return ToyView(np.full(self.experiment.size, self.value, np.float32), self.value)

    def edit(self, **what: object) -> None:
        if not isinstance(what.get("value"), (int, float)):
            raise UserError("The value must be a number.")
        self.value = float(what["value"])

    def state_dict(self) -> dict[str, object]:
        return {"step_count": self.step_count, "value": self.value, "stream": self.stream.bit_generator.state}

    def load_state_dict(self, state: dict) -> None:
        self.step_count, self.value = int(state["step_count"]), float(state["value"])
        self.stream.bit_generator.state = state["stream"]
