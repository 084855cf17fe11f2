"""What all recurrent experiments share: cells, training, and what is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from playground.core import fields
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import RECURRENT_UNITS
from playground.optimizers.batched import RULES

if TYPE_CHECKING:
    from playground.experiments.recurrent_problem import Problem

CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
STARTS = {"uniform": "Uniform", "orthogonal": "Orthogonal"}
OPTIMIZERS = {key: RULES[key] for key in ("adam", "rmsprop", "momentum", "sgd")}
EXAMPLES = 16  # test sequences that can be looked at


class Recurrent(Experiment):
    """Fields of every recurrent experiment; subclasses add their data and give `problem()`."""

    page: ClassVar[str] = "recurrent"

    cells: tuple[str, ...] = fields.choices(("rnn", "lstm", "gru"), CELLS, label="Cells", help="All chosen cells learn side by side from the same batches.")
    learning_rate: float = fields.number(0.01, 1e-5, 10.0, log=True, live=True, label="Learning rate", help="Length of a step.")
    clip: float = fields.number(1.0, 0.0, 100.0, log=True, live=True, label="Clip gradient at",
                                help="A gradient longer than this is cut to this length (Pascanu et al. 2013, algorithm 1). 0 never clips.")  # fmt: skip
    units: int = fields.integer(24, 1, RECURRENT_UNITS, label="Hidden units", group="Network", help="Numbers that the state consists of.")
    start: str = fields.choice("uniform", STARTS, label="Recurrent weights start", group="Network",
                               help="torch.nn draws them evenly within ±1/√units; orthogonal ones keep the length of what they carry on.")  # fmt: skip
    gain: float = fields.number(1.0, 0.1, 3.0, step=0.05, label="Their scale", group="Network",
                                help="Multiplies the recurrent weights at the start. Above 1 an orthogonal RNN makes gradients explode, below 1 vanish.")  # fmt: skip
    forget_bias: float = fields.number(1.0, -3.0, 5.0, step=0.25, label="Forget bias", group="Network",
                                       help="Added to the LSTM's forget gate at the start: above 0 it begins by remembering (Gers et al. 2000).")  # fmt: skip
    optimizer: str = fields.choice("adam", OPTIMIZERS, label="Optimizer", group="Training", help="How a gradient becomes a step.")
    momentum: float = fields.number(0.9, 0.0, 0.99, step=0.01, live=True, label="Momentum", group="Training", help="Of SGD with momentum.")
    batch_size: int = fields.integer(32, 1, 64, live=True, label="Batch size", group="Training", help="Sequences for one step.")
    steps: int = fields.integer(4000, 50, 100_000, log=True, label="Steps", group="Training", help="The run ends here.")
    watch: str = fields.choice("lstm", CELLS, live=True, label="Look into", group="hidden", help="The cell whose gates are drawn.")
    example: int = fields.integer(0, 0, EXAMPLES - 1, live=True, label="Example", group="hidden", help="The test sequence that is drawn.")
    seed: int = fields.seed()

    def problem(self) -> Problem:
        """The data, as the trainer takes it."""
        raise NotImplementedError

    def trainer(self) -> Trainer:
        from playground.experiments.recurrent_trainer import RecurrentTrainer

        return RecurrentTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.recurrent_script import write

        return write(self, steps, changes or [])

    def script_data(self) -> str:
        """The part of the script that makes `draw(count, stream)` and `test`."""
        raise NotImplementedError

    def watched(self) -> str:
        """The cell that is looked into: the chosen one where it takes part."""
        return self.watch if self.watch in self.cells else self.cells[0]

    def unused_controls(self) -> list[str]:
        """Fields without effect now."""
        idle = [] if "lstm" in self.cells else ["forget_bias"]
        return idle if RULES[self.optimizer].uses_momentum else [*idle, "momentum"]

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a checkpoint by their names in the exported script: `lstm.recurrent.weight_ih_l0` …"""
        import math

        import numpy as np

        from playground.networks.recurrent import shapes

        found: dict[str, Any] = {}
        problem = self.problem()
        for cell in self.cells:
            flat, offset = np.asarray(state[f"{cell}/flat"])[0], 0
            for name, shape in shapes(cell, problem.inputs, self.units, problem.outputs).items():
                size = math.prod(shape)
                found[f"{cell}.{name}"] = flat[offset : offset + size].reshape(shape)
                offset += size
        return found
