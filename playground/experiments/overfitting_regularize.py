"""The same network twice, from the same starting weights on the same points: once as it is, once with regularizers."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core.experiment import Change, Experiment, Trainer
from playground.core.fields import choice, integer, number, seed, switch, text
from playground.data import points
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_crowd import BENDS

PLANES = {"moons": "Moons", "circle": "Circle", "spiral": "Spiral", "xor": "XOR", "gaussians": "Two clouds"}
OFFERED = {key: f"{title} (curve)" for key, title in data.CURVES.items()} | {key: f"{title} (plane)" for key, title in PLANES.items()}
NOISE_OF_PLANES = 0.5  # full noise here is this much of theirs
PLANE_SCALE = 2.5  # the plane of ±6 is divided by this, to a spread of about 1
FRESH = 400  # points of a plane to validate on, and as many to test on
LIVE_CARE = ("dropout", "l1", "l2", "weight_decay", "jitter", "patience")
OFF = {"dropout": 0.0, "l1": 0.0, "l2": 0.0, "weight_decay": 0.0, "jitter": 0.0, "patience": 0, "batch_norm": False}


class Regularize(Experiment):
    """Two networks on one clock; every regularizer belongs to the second one only."""

    key: ClassVar[str] = "regularize"
    title: ClassVar[str] = "Regularizers"
    page: ClassVar[str] = "overfitting"
    pace: ClassVar[str] = "frame"

    dropout: float = number(0.0, 0.0, 0.8, step=0.05, live=True, label="Dropout", help="Share of hidden units silenced at random in every update.")
    l1: float = number(0.0, 0.0, 0.1, log=True, live=True, label="L1 penalty", help="Adds λ · Σ|w| to the loss: pulls weights to 0.")
    l2: float = number(0.01, 0.0, 0.1, log=True, live=True, label="L2 penalty", help="Adds ½ λ · Σ w² to the loss: keeps weights small.")
    weight_decay: float = number(0.0, 0.0, 1.0, log=True, live=True, label="Weight decay",
                                 help="Shrinks every weight by rate · λ in each update, outside Adam's scaling (AdamW).")  # fmt: skip
    jitter: float = number(0.0, 0.0, 0.5, step=0.01, live=True, label="Augmentation: jitter",
                           help="Every update sees each point shifted by normal noise of this spread; its answer stays the same.")  # fmt: skip
    patience: int = integer(0, 0, 5_000, log=True, live=True, label="Early stopping after", unit="steps",
                            help="Stop when the validation loss has not improved for so long, and go back to the best weights; 0 is off.")  # fmt: skip
    batch_norm: bool = switch(False, label="Batch norm", help="Mean 0 and spread 1 for every hidden unit over the batch.")
    dataset: str = choice("sine", OFFERED, label="Data", group="Data and network", help="A curve to follow, or two classes to part.")
    count: int = integer(18, 8, 200, label="Training points", group="Data and network")
    noise: float = number(0.4, 0.0, 1.0, step=0.05, label="Noise", group="Data and network", help="How far points stray from the true pattern.")
    hidden_units: int = integer(40, 1, 64, label="Hidden units", group="Data and network", help="In each hidden layer.")
    layers: int = integer(2, 1, 3, label="Hidden layers", group="Data and network")
    activation: str = choice("tanh", BENDS, label="Activation", group="Data and network")
    learning_rate: float = number(0.01, 1e-4, 0.3, log=True, live=True, label="Learning rate", group="Training", help="Length of Adam's steps, for both.")
    batch_size: int = integer(200, 4, 200, log=True, label="Batch size", group="Training", help="Points averaged for one update; at most all.")
    steps: int = integer(6_000, 100, 50_000, log=True, label="Steps", group="Training", help="Updates, then the run ends.")
    own: str = text("", max_length=64, group="hidden", help="Digest of own points on the shelf.")
    seed: int = seed()
    data_seed: int = integer(2, 0, 999_999, label="Data seed", group="Randomness", help="Another number, another sample of points.")

    def check(self) -> None:
        if self.dataset == data.OWN:
            data.own_rows(self.own)

    @property
    def plane(self) -> bool:
        """Whether two classes of the plane are parted; else a curve is followed."""
        return self.dataset in PLANES

    @property
    def curve(self) -> str:
        """The true curve's key, for what parts of one input share."""
        return self.dataset

    @property
    def on(self) -> tuple[str, ...]:
        """The regularizers in force."""
        return tuple(name for name, off in OFF.items() if getattr(self, name) != off)

    def unused_controls(self) -> tuple[str, ...]:
        return ("count", "noise") if self.dataset == data.OWN else ()

    def to_run(self) -> Regularize:
        return self

    def trainer(self) -> Trainer:
        from playground.experiments.overfitting_pair import Pair

        return Pair(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.overfitting_pair_script import regularize

        return regularize(self, steps, changes or [])

    def sample(self) -> data.Sample:
        """The points of a curve."""
        return data.sample(self.dataset, self.count, self.noise, self.data_seed, self.own)

    def material(self) -> dict[str, Any]:
        """Arrays float64: `train_inputs` (n, features), `train_targets` (n,), and the same for `validation` and `test`.

        Validation chooses (when to stop), test only judges. Own points are few, so there both are the same.
        """
        if self.plane:
            return self._plane_material()
        sample = self.sample()
        found = {"train_inputs": sample.x[:, None], "train_targets": sample.y}
        if self.dataset == data.OWN:
            fresh = {"validation": (sample.fresh_x, sample.fresh_y), "test": (sample.fresh_x, sample.fresh_y)}
        else:
            fresh = {"validation": (sample.fresh_x[::2], sample.fresh_y[::2]), "test": (sample.fresh_x[1::2], sample.fresh_y[1::2])}
        for name, (x, y) in fresh.items():
            found |= {f"{name}_inputs": x[:, None].copy(), f"{name}_targets": y.copy()}
        return found

    def _plane_material(self) -> dict[str, Any]:
        total = self.count + 2 * FRESH
        loaded = points.load(self.dataset, "", total, NOISE_OF_PLANES * self.noise, 2, 0.5, self.data_seed)
        order = points_order(self.data_seed, total)
        inputs, targets = loaded.inputs[order] / PLANE_SCALE, loaded.targets[order].astype(float)
        ends = (0, self.count, self.count + FRESH, total)
        names = ("train", "validation", "test")
        return {f"{name}_{part}": values[a:b].copy() for name, a, b in zip(names, ends, ends[1:], strict=False)
                for part, values in (("inputs", inputs), ("targets", targets))}  # fmt: skip


def points_order(data_seed: int, total: int) -> Any:
    """The order in which points of a plane are dealt out to training, validation and test."""
    from playground.core.randomness import numpy_stream

    return numpy_stream(data_seed, "deal").permutation(total)
