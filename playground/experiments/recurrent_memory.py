"""How long can a recurrent network remember? Three cells on tasks that need memory, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from playground.core import fields
from playground.core.limits import RECURRENT_STEPS
from playground.data.sequences import TASKS
from playground.experiments.recurrent_base import Recurrent

if TYPE_CHECKING:
    from playground.experiments.recurrent_problem import Problem


class Memory(Recurrent):
    """RNN, LSTM and GRU learn a memory task of adjustable length."""

    key: ClassVar[str] = "memory"
    title: ClassVar[str] = "Memory"

    task: str = fields.choice("adding", TASKS, label="Task", help="Each can only be solved by remembering.")
    length: int = fields.integer(20, 10, RECURRENT_STEPS, log=True, label="Length", unit="steps", help="Steps of a sequence: the longer, the further back lies what matters.")
    learning_rate: float = fields.number(0.02, 1e-5, 10.0, log=True, live=True, label="Learning rate", help="Length of a step.")
    symbols: int = fields.integer(4, 2, 8, label="Symbols", group="Task", help="Different symbols of recall and copy; a guess is right once in so many.")
    items: int = fields.integer(3, 1, 5, label="Symbols to copy", group="Task", help="How many symbols the copy task shows.")

    def problem(self) -> Problem:
        from playground.experiments.recurrent_problem import MemoryProblem

        return MemoryProblem(TASKS[self.task], self.length, self.symbols, self.items, self.seed)

    def unused_controls(self) -> list[str]:
        idle = [] if self.task in ("recall", "copy") else ["symbols"]
        return super().unused_controls() + idle + ([] if self.task == "copy" else ["items"])

    def script_data(self) -> str:
        from playground.experiments.recurrent_problem import TESTED
        from playground.experiments.recurrent_script import memory_data

        return memory_data(self.task, self.length, self.symbols, self.items, self.seed, TESTED)
