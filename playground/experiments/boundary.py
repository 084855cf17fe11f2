"""Which network learns which shape? A small dense network and points in the plane."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import HIDDEN_LAYERS, UNITS_PER_LAYER
from playground.data import points
from playground.functions.activations import ACTIVATIONS
from playground.functions.initialisers import INITIALISERS
from playground.functions.losses import LOSSES
from playground.functions.schedules import SCHEDULES
from playground.networks.features import FEATURES
from playground.optimizers.batched import RULES

if TYPE_CHECKING:
    from playground.core.race import Race

STANDARD_LOSS = {"binary": "bce", "multiclass": "cross_entropy", "regression": "mse"}
FITTING_LOSSES = {
    "binary": ("bce", "half_mse", "hinge", "squared_hinge", "focal", "brier", "exponential"),
    "multiclass": ("cross_entropy", "categorical_hinge", "focal_multiclass"),
    "regression": ("mse", "half_mse", "mae", "huber", "log_cosh"),
}
OFFERED_LOSSES = {"auto": "Standard"} | {key: LOSSES[key].title for keys in FITTING_LOSSES.values() for key in keys}
LEARNT_SHAPE = ("prelu",)  # its slope is a parameter of its own, which the engine does not learn
OFFERED_ACTIVATIONS = {key: each for key, each in ACTIVATIONS.items() if key not in LEARNT_SHAPE}

STANDARD_INPUTS = ("x1", "x2", "x1_squared", "x2_squared", "product", "sin_x1", "sin_x2")
PLAYGROUND = {"dataset": "spiral", "features": STANDARD_INPUTS, "standardize": False, "hidden_sizes": (8, 8), "activation": "tanh",
              "initializer": "playground", "optimizer": "sgd", "learning_rate": 0.03, "batch_size": 10, "loss": "half_mse"}  # fmt: skip


class Boundary(Experiment):
    """A dense network learns to tell points of the plane apart, or to predict a number for each."""

    key: ClassVar[str] = "boundary"
    title: ClassVar[str] = "Decision boundaries"
    page: ClassVar[str] = "decision-boundaries"

    dataset: str = fields.choice("spiral", points.DATASETS, label="Data", group="Data", help="What the network has to learn.")
    own: str = fields.text("", max_length=64, group="hidden", help="Digest of own data on the shelf.")
    count: int = fields.integer(500, 20, 2000, step=10, label="Points", group="Data", help="Training and test points together.")
    noise: float = fields.number(0.0, 0.0, 0.5, step=0.05, label="Noise", group="Data", help="How far points stray from the true pattern.")
    classes: int = fields.integer(3, 2, 6, label="Classes", group="Data", help="Number of classes, for blobs and pinwheel.")
    train_share: float = fields.number(0.5, 0.1, 0.9, step=0.05, label="Training share", group="Data",
                                       help="The rest tests the network on points it has never seen.")  # fmt: skip
    features: tuple[str, ...] = fields.choices(STANDARD_INPUTS, FEATURES, label="Inputs", group="Inputs",
                                               help="What the network is given of each point.")  # fmt: skip
    standardize: bool = fields.switch(True, label="Standardise inputs", group="Inputs",
                                      help="Shift and scale every input to mean 0 and spread 1 over the training points.")  # fmt: skip
    hidden_sizes: tuple[int, ...] = fields.integers((8, 8), 1, UNITS_PER_LAYER, max_length=HIDDEN_LAYERS, label="Hidden sizes",
                                                    group="Network", help="Units of each hidden layer, such as 8, 8.")  # fmt: skip
    activation: str = fields.choice("tanh", OFFERED_ACTIVATIONS, label="Activation", group="Network", help="The bend after every hidden layer.")
    layer_activations: str = fields.text("", max_length=200, label="Activation by layer", group="Network",
                                         help="Empty: the same everywhere. Else one name a hidden layer, such as relu, tanh.")  # fmt: skip
    initializer: str = fields.choice("xavier_uniform", INITIALISERS, label="Starting weights", group="Network", help="How the weights are drawn.")
    normalization: str = fields.choice("none", {"none": "None", "batch": "Batch", "layer": "Layer"}, label="Normalisation", group="Network",
                                       help="Keeps the inputs of each activation at mean 0 and spread 1.")  # fmt: skip
    optimizer: str = fields.choice("adam", RULES, label="Optimizer", group="Training", help="How a gradient becomes a move.")
    learning_rate: float = fields.number(0.03, 1e-5, 10.0, log=True, live=True, label="Learning rate", group="Training", help="Length of a move.")
    momentum: float = fields.number(0.9, 0.01, 0.99, step=0.01, live=True, label="Momentum", group="Training",
                                    help="Share of the last move kept; for momentum and Nesterov.")  # fmt: skip
    schedule: str = fields.choice("constant", SCHEDULES, label="Schedule", group="Training", help="How the learning rate changes over the epochs.")
    batch_size: int = fields.integer(10, 1, 500, log=True, label="Batch size", group="Training", help="Examples averaged for one update.")
    epochs: int = fields.integer(2000, 1, 20_000, log=True, label="Epochs", group="Training", help="Passes over the training points.")
    loss: str = fields.choice("auto", OFFERED_LOSSES, label="Loss", group="Training",
                              help="What is made small. Standard: cross-entropy for classes, squared error for numbers. "
                                   "A loss that does not fit the data gives way to the standard one.")  # fmt: skip
    l1: float = fields.number(0.0, 0.0, 1.0, log=True, live=True, label="L1 penalty", group="Regularisation", help="Pulls weights to exactly zero.")
    l2: float = fields.number(0.0, 0.0, 1.0, log=True, live=True, label="L2 penalty", group="Regularisation", help="Keeps weights small.")
    dropout: float = fields.number(0.0, 0.0, 0.8, step=0.05, live=True, label="Dropout", group="Regularisation",
                                   help="Share of hidden units silenced at random in every update.")  # fmt: skip
    gradient_clip: float = fields.number(0.0, 0.0, 10.0, step=0.1, live=True, label="Gradient clipping", group="Regularisation",
                                         help="Longest gradient allowed; 0 is off.")  # fmt: skip
    patience: int = fields.integer(0, 0, 500, log=True, live=True, label="Early stopping after", unit="epochs", group="Regularisation",
                                   help="Stop when the test loss has not improved for so long; 0 is off.")  # fmt: skip
    seed: int = fields.seed()
    data_seed: int = fields.integer(0, 0, 999_999, label="Data seed", group="Randomness", help="Another number, another sample of points.")

    def check(self) -> None:
        self.activations()
        if self.dataset == points.OWN and not self.own:
            raise UserError("There is no own data yet.", "Draw points or upload a table first.", field="dataset")

    def activations(self) -> tuple[str, ...]:
        """One activation key a hidden layer."""
        named = tuple(each.strip() for each in self.layer_activations.split(",") if each.strip())
        unknown = [each for each in named if each not in OFFERED_ACTIVATIONS]
        if unknown:
            raise UserError(f"Activation by layer has no {unknown[0]!r}.", f"Known are {', '.join(OFFERED_ACTIVATIONS)}.", field="layer_activations")
        if named and len(named) != len(self.hidden_sizes):
            raise UserError(f"Activation by layer names {len(named)} layers, the network has {len(self.hidden_sizes)}.", field="layer_activations")
        return named or (self.activation,) * len(self.hidden_sizes)

    def points(self) -> points.Points:
        """The data this experiment learns from."""
        return points.load(self.dataset, self.own, self.count, self.noise, self.classes, self.train_share, self.data_seed)

    def used_loss(self, task: str) -> str:
        """The chosen loss if it fits the task, else the task's standard one."""
        return self.loss if self.loss in FITTING_LOSSES[task] else STANDARD_LOSS[task]

    @property
    def steps_per_epoch(self) -> int:
        return math.ceil(len(self.points().train) / self.batch_size)

    @property
    def step_limit(self) -> int:
        return self.epochs * self.steps_per_epoch

    def trainer(self) -> Trainer:
        from playground.experiments.boundary_trainer import BoundaryTrainer

        return BoundaryTrainer(self)

    @classmethod
    def race_trainer(cls, race: Race, members: Sequence[Boundary]) -> Trainer:
        """All members at once, those of one structure vectorised."""
        from playground.experiments.boundary_race import BoundaryRace

        return BoundaryRace(race, members)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.boundary_script import write

        return write(self, steps, changes or [])

    def data_csv(self) -> str:
        """Own data as the CSV the exported script reads; empty for a data set that the script makes itself."""
        from playground.experiments.boundary_files import data_csv

        return data_csv(self)

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a checkpoint by their names in the exported script's model."""
        from playground.experiments.boundary_files import named_weights

        return named_weights(self, state)

    def portable(self, state: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The network of a checkpoint as a torch module, and an example of its inputs by name."""
        from playground.experiments.boundary_portable import portable

        return portable(self, state)


def benchmark(seconds: float = 2.0, networks: int = 32) -> dict[str, float]:
    """Epochs per second of the tensorflow/playground preset on one thread, alone and `networks` at a time.

    Returns:
        epochs_per_second and epochs_per_cpu_second (what it reaches with a core to itself), times_the_60_of_a_browser_page,
        together_epochs_per_second (of each network), vectorised_speedup (networks trained together against one after another, per
        second of CPU), and noise: fastest over slowest slice, 1 on a quiet machine.
    """
    from playground.core.lazy import torch
    from playground.core.race import race

    torch.set_num_threads(1)
    alone = Boundary(**PLAYGROUND).trainer()
    together = race([Boundary(**{**PLAYGROUND, "learning_rate": 0.003 * (k + 1)}) for k in range(networks)]).trainer()
    slices: dict[str, list[tuple[float, float]]] = {"alone": [], "together": []}
    for _ in range(6):  # alternating, so that a busy moment of the machine hits both
        for name, trainer in (("alone", alone), ("together", together)):
            slices[name].append(_epoch_rates(trainer, seconds / 12))
    wall, cpu = ({name: sorted(each[i] for each in pairs)[len(pairs) // 2] for name, pairs in slices.items()} for i in (0, 1))
    rates = [each[0] for each in slices["alone"]]
    return {"epochs_per_second": wall["alone"], "epochs_per_cpu_second": cpu["alone"], "times_the_60_of_a_browser_page": wall["alone"] / 60,
            "together_epochs_per_second": wall["together"], "networks": networks,
            "vectorised_speedup": cpu["together"] * networks / cpu["alone"], "noise": max(rates) / min(rates)}  # fmt: skip


def _epoch_rates(trainer: Trainer, seconds: float) -> tuple[float, float]:
    """Epochs a second by the clock on the wall, and by the CPU's own."""
    trainer.advance(trainer.steps_per_epoch)
    epochs, wall, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < seconds or epochs < 2:
        trainer.advance(trainer.steps_per_epoch)
        epochs += 1
    return epochs / (time.perf_counter() - wall), epochs / (time.process_time() - cpu)
