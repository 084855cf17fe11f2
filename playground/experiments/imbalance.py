"""A rare class: the same model trained with a plain, a weighted and a focal loss, and the boundary each one draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.fields import choice, choices, integer, number, seed
from playground.core.lazy import torch
from playground.core.randomness import numpy_stream
from playground.functions.losses import LOSSES
from playground.functions.shape_fields import shape_field

if TYPE_CHECKING:
    from torch import Tensor

REACH = 4.0  # the plane is [−4, 4] × [−4, 4]
GRID = 64
TEST_FACTOR = 5  # test examples for each training example, drawn with the same share of the rare class
STEPS_A_FRAME = 20  # full-batch steps that count as one epoch, so that the boundary is seen to move
METHODS = {
    "plain": "Plain cross-entropy",
    "weighted": "Weighted cross-entropy",
    "focal": "Focal loss",
    "brier": "Squared error",
    "hinge": "Hinge",
}
BASES = {"linear": "Straight line", "quadratic": "Quadratic", "cubic": "Cubic"}


class Imbalance(Experiment):
    """Logistic regression on polynomials of two inputs, one weight vector a method, trained by gradient descent."""

    key: ClassVar[str] = "imbalance"
    title: ClassVar[str] = "A rare class"
    page: ClassVar[str] = "losses"
    pace: ClassVar[str] = "epoch"
    total_steps: ClassVar[int] = 5_000

    methods: tuple[str, ...] = choices(("plain", "weighted", "focal"), METHODS, label="Losses")
    share: float = number(5.0, 0.5, 50.0, log=True, unit="%", label="Share of the rare class")
    count: int = integer(600, 100, 2_000, step=100, label="Examples", help="Training examples of both classes together.")
    distance: float = number(2.0, 0.0, 4.0, step=0.1, label="Distance of the classes", help="Between the centres of the two clouds.")
    balance: float = number(1.0, 0.0, 1.0, step=0.05, live=True, label="Weighting",
                            help="0 leaves the weighted loss plain; 1 makes both classes count the same in total.")  # fmt: skip
    focal_alpha: float = shape_field(LOSSES["focal"], "alpha", default=0.75, live=True)
    focal_gamma: float = shape_field(LOSSES["focal"], "gamma", live=True)
    basis: str = choice("quadratic", BASES, label="Boundary", group="Training", help="What shapes the boundary can take.")
    learning_rate: float = number(0.5, 0.001, 5.0, log=True, live=True, label="Learning rate", group="Training")
    data_seed: int = seed()

    def sample(self, purpose: str, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Points (count, 2) float64 and labels (count,) float64, 1 for the rare class; at least two of each class."""
        stream = numpy_stream(self.data_seed, purpose)
        rare = min(max(2, round(count * self.share / 100)), count - 2)
        labels = np.concatenate([np.zeros(count - rare), np.ones(rare)])
        spread = np.where(labels > 0, 0.7, 1.1)[:, None]
        points = stream.normal(size=(count, 2)) * spread + (labels - 0.5)[:, None] * self.distance / np.sqrt(2)
        return np.clip(points, -REACH, REACH), labels

    def unused_controls(self) -> tuple[str, ...]:
        """Shape parameters of losses that are not trained."""
        own = {"balance": "weighted", "focal_alpha": "focal", "focal_gamma": "focal"}
        return tuple(name for name, method in own.items() if method not in self.methods)

    def to_run(self) -> Imbalance:
        """What the engine runs: this very experiment."""
        return self

    @property
    def positive_weight(self) -> float:
        """How many times one rare example counts in the weighted loss."""
        _, labels = self.sample("train", self.count)
        return float(((labels == 0).sum() / (labels == 1).sum()) ** self.balance)

    def loss(self, method: str) -> tuple[str, dict[str, float]]:
        """Key in LOSSES and parameters of one method."""
        if method == "focal":
            return "focal", {"alpha": self.focal_alpha, "gamma": self.focal_gamma}
        if method == "weighted":
            return "bce", {"positive_weight": self.positive_weight}
        return ("bce" if method == "plain" else method), {}

    def trainer(self) -> ImbalanceTrainer:
        return ImbalanceTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.imbalance_script import script

        return script(self, steps, changes or [])


def expand(points: Any, basis: str) -> list[Any]:
    """Monomials of the two coordinates, halved so that they stay near 1: 1, x, y, then degree 2, then degree 3."""
    x, y = points[..., 0] / 2, points[..., 1] / 2
    terms = [x * 0 + 1, x, y]
    if basis in ("quadratic", "cubic"):
        terms += [x * x, x * y, y * y]
    if basis == "cubic":
        terms += [x * x * x, x * x * y, x * y * y, y * y * y]
    return terms


class ImbalanceTrainer(Trainer):
    """Full-batch gradient descent from zero."""

    experiment: Imbalance

    def __init__(self, experiment: Imbalance):
        super().__init__(experiment)
        self.points, labels = experiment.sample("train", experiment.count)
        test_points, test_labels = experiment.sample("test", TEST_FACTOR * experiment.count)
        self.inputs, self.targets = self._expand(self.points), torch.from_numpy(labels)
        self.test_inputs, self.test_targets = self._expand(test_points), torch.from_numpy(test_labels)
        axis = torch.linspace(-REACH, REACH, GRID, dtype=torch.float64)
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        self._grid = self._expand(torch.stack([x, y], -1).reshape(-1, 2))
        self.weights = torch.zeros(len(experiment.methods), len(self.inputs), dtype=torch.float64)
        self.apply(experiment)

    def _expand(self, points: Any) -> Tensor:
        return torch.stack(expand(torch.as_tensor(points), self.experiment.basis))

    def apply(self, before: Experiment) -> None:
        self.losses = [self.experiment.loss(method) for method in self.experiment.methods]

    def advance(self, steps: int) -> None:
        rate = self.experiment.learning_rate / self.inputs.shape[1]
        for _ in range(steps):
            logits = self.weights @ self.inputs
            rows = zip(self.losses, logits, strict=True)
            pulls = torch.stack([LOSSES[key].gradient(row, self.targets, **shape) for (key, shape), row in rows])
            self.weights -= rate * pulls @ self.inputs.T
        self.step_count += steps

    @property
    def steps_per_epoch(self) -> int:
        return STEPS_A_FRAME

    def metrics(self) -> Metrics:
        found: Metrics = {}
        logits, scores = self.weights @ self.inputs, self.weights @ self.test_inputs
        wanted = self.test_targets > 0.5
        for method, (key, shape), row, score in zip(self.experiment.methods, self.losses, logits, scores, strict=True):
            found[f"{method}_loss"] = LOSSES[key].forward(row, self.targets, **shape).mean().item()
            found |= {f"{method}_{name}": value for name, value in rates(score > 0, wanted).items()}
        return found

    def view(self) -> dict[str, np.ndarray]:
        """`field_<method>` (GRID, GRID) float16: probability of the rare class; first row is the bottom of the plane."""
        fields = torch.sigmoid(self.weights @ self._grid).reshape(-1, GRID, GRID).to(torch.float16).numpy()
        return {f"field_{method}": field for method, field in zip(self.experiment.methods, fields, strict=True)}

    def scene(self) -> dict[str, Any]:
        return {"points": self.points.astype(np.float32), "labels": self.targets.to(torch.uint8).numpy()}

    @property
    def stop_reason(self) -> str:
        return "A loss is no longer finite: the learning rate is too large." if self.diverged else ""

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "weights": self.weights.numpy().copy()}

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        self.weights = torch.from_numpy(np.array(state["weights"], np.float64))


def rates(called: Tensor, wanted: Tensor) -> dict[str, float]:
    """accuracy, recall (rare ones found), precision (calls that were right; 0 without calls) and their harmonic mean f1."""
    hits, calls, rare = (called & wanted).sum().item(), called.sum().item(), wanted.sum().item()
    recall, precision = hits / max(rare, 1), hits / max(calls, 1)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"accuracy": (called == wanted).double().mean().item(), "recall": recall, "precision": precision, "f1": f1}
