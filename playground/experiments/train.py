"""A network of one's own, layer by layer, on real data: tables and images."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from playground.core import fields
from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import SPLIT_SHARE, STACK_CHARACTERS
from playground.data import datasets
from playground.functions.schedules import SCHEDULES
from playground.networks.stack_presets import STACKS
from playground.optimizers.table import OPTIMIZERS

LEFT_OUT = ("muon", "lbfgs")  # Muon takes matrices only, L-BFGS cannot stand the noise of batches
OFFERED_OPTIMIZERS = {key: card for key, card in OPTIMIZERS.items() if key not in LEFT_OUT}
OWN = ("own_table", "own_images")
AUGMENTATIONS = ("flip", "shift", "rotate", "crop", "erase")


class Train(Experiment):
    """A layer stack learns to tell classes apart, or to predict a number, from real tables and images."""

    key: ClassVar[str] = "train"
    title: ClassVar[str] = "Train a network"
    page: ClassVar[str] = "train"

    dataset: str = fields.choice("digits", datasets.DATASETS, label="Data", group="Data", help="What the network has to learn.")
    own: str = fields.text("", max_length=64, group="hidden", help="Digest of own data on the shelf.")
    validation_share: float = fields.number(0.2, 0.05, 0.5, step=0.05, label="Validation share", group="Data",
                                            help="Held back to compare settings with; never trained on.")  # fmt: skip
    test_share: float = fields.number(0.1, 0.05, 0.5, step=0.05, label="Test share", group="Data",
                                      help="Held back to the very end, for one honest last look.")  # fmt: skip
    train_rows: int = fields.integer(0, 0, 100_000, log=True, label="Training rows", group="Data", help="Learn from so many rows only; 0 takes all.")
    leak: bool = fields.switch(False, label="Leak the answer", group="Data",
                               help="Adds a column that holds the answer, but not in the test rows: as a column does that is filled in only afterwards. "
                                    "Tables only.")  # fmt: skip
    stack: str = fields.text(STACKS["mlp"].stack, max_length=STACK_CHARACTERS, label="Network", group="Network",
                             help="The layers as text, parted by |. The output layer is added.")  # fmt: skip
    optimizer: str = fields.choice("adam", OFFERED_OPTIMIZERS, label="Optimizer", group="Training", help="How a gradient becomes a step.")
    learning_rate: float = fields.number(0.003, 1e-6, 10.0, log=True, live=True, label="Learning rate", group="Training", help="Length of a step.")
    momentum: float = fields.number(0.9, 0.01, 0.99, step=0.01, live=True, label="Momentum", group="Training",
                                    help="Share of the last step that is kept; for momentum and Nesterov.")  # fmt: skip
    schedule: str = fields.choice("constant", SCHEDULES, label="Schedule", group="Training", help="How the learning rate changes over the run.")
    batch_size: int = fields.integer(32, 1, 2048, log=True, label="Batch size", group="Training", help="Examples averaged for one update.")
    epochs: int = fields.integer(40, 1, 1000, log=True, label="Epochs", group="Training", help="Passes over the training rows.")
    class_weights: bool = fields.switch(False, label="Balance classes", group="Training",
                                        help="Errors on rare classes count for more, so that each class has the same say.")  # fmt: skip
    weight_decay: float = fields.number(0.0, 0.0, 1.0, log=True, live=True, label="Weight decay", group="Regularisation",
                                        help="Pulls every weight towards 0 a little at each step.")  # fmt: skip
    label_smoothing: float = fields.number(0.0, 0.0, 0.5, step=0.01, live=True, label="Label smoothing", group="Regularisation",
                                           help="Asks for nearly certain instead of certain answers (Szegedy et al. 2016, section 7).")  # fmt: skip
    gradient_clip: float = fields.number(0.0, 0.0, 10.0, step=0.1, live=True, label="Gradient clipping", group="Regularisation",
                                         help="Longest gradient allowed; 0 is off.")  # fmt: skip
    patience: int = fields.integer(0, 0, 200, log=True, live=True, label="Early stopping after", unit="epochs", group="Regularisation",
                                   help="Stops when the validation loss has not improved for so long, and goes back to the best weights; 0 is off.")  # fmt: skip
    flip: bool = fields.switch(False, live=True, label="Mirror", group="Augmentation", help="Half of the images are mirrored left to right.")
    shift: float = fields.number(0.0, 0.0, 0.4, step=0.02, live=True, label="Shift", group="Augmentation", help="Largest move, as a share of the image.")
    rotate: float = fields.number(0.0, 0.0, 90.0, step=1.0, live=True, label="Rotate", unit="degrees", group="Augmentation", help="Largest turn either way.")
    crop: float = fields.number(0.0, 0.0, 0.5, step=0.02, live=True, label="Crop", group="Augmentation",
                                help="Largest part cut away before the rest is enlarged again.")  # fmt: skip
    erase: float = fields.number(0.0, 0.0, 0.6, step=0.05, live=True, label="Erase", group="Augmentation",
                                 help="Side of a square blanked out at random (cutout, DeVries and Taylor 2017), as a share of the image.")  # fmt: skip
    seed: int = fields.seed()
    data_seed: int = fields.integer(0, 0, 999_999, label="Data seed", group="Randomness", help="Another number, another split of the rows.")

    def check(self) -> None:
        if self.dataset in OWN and not self.own:
            raise UserError("There is no own data yet.", "Upload a table or images first.", field="dataset")
        if self.validation_share + self.test_share > SPLIT_SHARE:
            raise UserError(f"Validation and test share together may be at most {SPLIT_SHARE:.0%}.", "Leave more to learn from.", field="test_share")

    def data(self) -> Any:
        """The data set this experiment learns from (`data.datasets.Dataset`)."""
        return datasets.load(self.dataset, self.own)

    @property
    def steps_per_epoch(self) -> int:
        from playground.experiments.train_lesson import lesson

        return math.ceil(len(lesson(self).train.rows) / self.batch_size)

    @property
    def step_limit(self) -> int:
        return self.epochs * self.steps_per_epoch

    @property
    def augments(self) -> bool:
        return any(getattr(self, name) for name in AUGMENTATIONS)

    def trainer(self) -> Trainer:
        from playground.experiments.train_trainer import TrainTrainer

        return TrainTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.train_script import write

        return write(self, steps, changes or [])

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a checkpoint by their names in the exported script's model."""
        return {name.removeprefix("model/"): value for name, value in state.items() if name.startswith("model/")}
