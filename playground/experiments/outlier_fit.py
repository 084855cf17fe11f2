"""One curve is fitted to the same points under several losses at once, while the points are dragged about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.experiment import Change, Experiment, Metrics, State, Trainer
from playground.core.fields import choices, integer, number, seed, text
from playground.core.lazy import torch
from playground.core.randomness import numpy_stream
from playground.functions.losses import LOSSES, for_task
from playground.functions.shape_fields import field_names, shape_field, shape_of

if TYPE_CHECKING:
    from torch import Tensor

REACH_X, REACH_Y = 3.0, 6.0  # the points lie in [−3, 3] × [−6, 6]
GRID = 97  # places at which the fits are drawn
TRUE_OFFSET, TRUE_SLOPE = 0.5, 0.8
_MOVE = re.compile(r"(\d{1,3}):(-?\d{1,2}(?:\.\d{1,3})?),(-?\d{1,2}(?:\.\d{1,3})?)")


class OutlierFit(Experiment):
    """Gradient descent on mean loss(prediction − target) for each chosen loss; points come from a line, some strayed."""

    key: ClassVar[str] = "outlier_fit"
    title: ClassVar[str] = "Outliers and the fit"
    page: ClassVar[str] = "losses"
    pace: ClassVar[str] = "step"  # slow enough to see the fits move
    total_steps: ClassVar[int] = 100_000_000  # it goes on following the points for as long as somebody looks

    losses: tuple[str, ...] = choices(("mse", "mae", "huber"), for_task("regression"), most=6, label="Losses",
                                      help="Each gets its own curve, fitted to the same points.")  # fmt: skip
    huber_delta: float = shape_field(LOSSES["huber"], "delta", live=True)
    quantile_tau: float = shape_field(LOSSES["quantile"], "tau", live=True)
    insensitive_epsilon: float = shape_field(LOSSES["insensitive"], "epsilon", live=True)
    cauchy_c: float = shape_field(LOSSES["cauchy"], "c", live=True)
    tukey_c: float = shape_field(LOSSES["tukey"], "c", live=True)
    count: int = integer(24, 4, 80, label="Points", help="Points drawn around the true line.")
    outliers: int = integer(3, 0, 12, label="Outliers", help="How many of the points on the right strayed.")
    height: float = number(-5.0, -6.0, 6.0, step=0.5, label="Outlier offset", help="How far they strayed, up or down.")
    noise: float = number(0.3, 0.0, 1.5, step=0.05, label="Noise", help="Standard deviation of the other points around the line.")
    learning_rate: float = number(0.05, 0.001, 1.0, log=True, live=True, label="Learning rate", group="Training")
    degree: int = integer(1, 1, 5, label="Degree of the curve", group="Training", help="1 is a straight line.")
    moved: str = text("", max_length=2_000, live=True, group="hidden", label="Moved points",
                      help="Points put elsewhere by hand, as number:x,y;…")  # fmt: skip
    data_seed: int = seed()

    def check(self) -> None:
        if self.outliers > self.count:
            raise UserError(
                f"{self.outliers} outliers cannot be among {self.count} points.",
                "Ask for more points.",
                field="outliers",
            )
        parse_moves(self.moved)

    def points(self) -> np.ndarray:
        """The points with outliers and moves applied, (count, 2) float64."""
        stream = numpy_stream(self.data_seed, "points")
        x = np.sort(stream.uniform(-REACH_X, REACH_X, self.count))
        y = TRUE_OFFSET + TRUE_SLOPE * x + self.noise * stream.normal(size=self.count)
        strayed = np.argsort(-x)[: 2 * self.outliers : 2][: self.outliers]
        strayed = strayed if len(strayed) == self.outliers else np.argsort(-x)[: self.outliers]
        y[strayed] += self.height
        points = np.clip(np.stack([x, y], axis=1), [-REACH_X, -REACH_Y], [REACH_X, REACH_Y])
        for index, place in self.moves().items():
            points[index] = place
        return points

    def moves(self) -> dict[int, tuple[float, float]]:
        """Where points were put by hand, by point number; those of points that are no longer there are left out."""
        return {index: place for index, place in parse_moves(self.moved).items() if index < self.count}

    def with_move(self, index: int, x: float, y: float) -> str:
        """The value of `moved` after point `index` was dragged to (x, y); the plane's edge stops it."""
        moves = self.moves()
        moves[index] = (float(np.clip(x, -REACH_X, REACH_X)), float(np.clip(y, -REACH_Y, REACH_Y)))
        return ";".join(f"{i}:{a:.3f},{b:.3f}" for i, (a, b) in sorted(moves.items()))

    def unused_controls(self) -> tuple[str, ...]:
        """Shape parameters of losses that are not fitted."""
        return tuple(set(field_names(LOSSES, for_task("regression"))) - set(field_names(LOSSES, self.losses)))

    def to_run(self) -> OutlierFit:
        """What the engine runs: this very experiment."""
        return self

    def dragged(self, at: Mapping[str, Any]) -> dict[str, str]:
        """Field values after the handle `point/<i>` was dragged."""
        return {"moved": self.with_move(int(at["name"].removeprefix("point/")), at["x"], at["y"])}

    def trainer(self) -> OutlierFitTrainer:
        return OutlierFitTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.outlier_script import script

        return script(self, steps, changes or [])


def parse_moves(moved: str) -> dict[int, tuple[float, float]]:
    """Places by point number from `number:x,y;…`.

    Raises:
        UserError: If a part has another form or lies outside the plane.
    """
    places: dict[int, tuple[float, float]] = {}
    for part in filter(None, moved.split(";")):
        found = _MOVE.fullmatch(part)
        if not found:
            raise UserError(f"Moved points must look like 3:0.5,-2 with ; between them, got {part[:30]!r}.", field="moved")
        index, x, y = int(found[1]), float(found[2]), float(found[3])
        if abs(x) > REACH_X or abs(y) > REACH_Y:
            raise UserError(
                f"Point {index} cannot lie at ({x:g}, {y:g}): the plane ends at ±{REACH_X:g}, ±{REACH_Y:g}.",
                field="moved",
            )
        places[index] = (x, y)
    return places


def features(x: Any, degree: int) -> list[Any]:
    """Chebyshev polynomials T₀ … T_degree of x / 3: nearly orthogonal, so that one learning rate suits all."""
    scaled = x / REACH_X
    terms = [scaled * 0 + 1, scaled]
    while len(terms) <= degree:
        terms.append(2 * scaled * terms[-1] - terms[-2])
    return terms[: degree + 1]


class OutlierFitTrainer(Trainer):
    """Plain full-batch gradient descent from zero, one weight vector a loss."""

    experiment: OutlierFit

    def __init__(self, experiment: OutlierFit):
        super().__init__(experiment)
        self.weights = torch.zeros(len(experiment.losses), experiment.degree + 1, dtype=torch.float64)
        grid = torch.linspace(-REACH_X, REACH_X, GRID, dtype=torch.float64)
        self._grid = torch.stack(features(grid, experiment.degree))
        self.truth = TRUE_OFFSET + TRUE_SLOPE * grid
        self._take_over()

    def apply(self, before: Experiment) -> None:
        self._take_over()

    def _take_over(self) -> None:
        points = torch.from_numpy(self.experiment.points())
        self.inputs, self.targets = torch.stack(features(points[:, 0], self.experiment.degree)), points[:, 1].clone()
        self.shapes = [shape_of(self.experiment, key, LOSSES) for key in self.experiment.losses]

    def _pulls(self) -> tuple[Tensor, Tensor]:
        predictions = self.weights @ self.inputs
        rows = zip(self.experiment.losses, predictions, self.shapes, strict=True)
        return predictions, torch.stack([LOSSES[key].gradient(row, self.targets, **shape) for key, row, shape in rows])

    def advance(self, steps: int) -> None:
        rate = self.experiment.learning_rate / self.inputs.shape[1]
        for _ in range(steps):
            self.weights -= rate * self._pulls()[1] @ self.inputs.T
        self.step_count += steps

    def metrics(self) -> Metrics:
        predictions = self.weights @ self.inputs
        found: Metrics = {}
        for key, row, shape in zip(self.experiment.losses, predictions, self.shapes, strict=True):
            found[f"{key}_loss"] = LOSSES[key].forward(row, self.targets, **shape).mean().item()
        gaps = (self.weights @ self._grid - self.truth).square().mean(1).sqrt()
        return found | {f"{key}_distance": gap.item() for key, gap in zip(self.experiment.losses, gaps, strict=True)}

    def view(self) -> dict[str, np.ndarray]:
        """Where the fits stand, as float32 arrays.

        `fits` (losses, GRID, 2): each curve as a polyline. `points` (count, 2).
        `residual` (losses, count): prediction minus target. `pull` (losses, count): size of the loss's derivative there.
        """
        predictions, pulls = self._pulls()
        places = torch.linspace(-REACH_X, REACH_X, GRID, dtype=torch.float64).expand(len(predictions), -1)
        return {
            "points": torch.stack([self.inputs[1] * REACH_X, self.targets], 1).float().numpy(),
            "fits": torch.stack([places, self.weights @ self._grid], 2).float().numpy(),
            "residual": (predictions - self.targets).float().numpy(),
            "pull": pulls.abs().float().numpy(),
        }

    def scene(self) -> dict[str, Any]:
        ends = torch.tensor([-REACH_X, REACH_X])
        return {"truth": torch.stack([ends, TRUE_OFFSET + TRUE_SLOPE * ends], 1).numpy()}

    @property
    def stop_reason(self) -> str:
        return "A fit has left the plane: the learning rate is too large for this curve." if self.diverged else ""

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "weights": self.weights.numpy().copy()}

    def load_state_dict(self, state: State) -> None:
        self.step_count = int(state["step_count"])
        self.weights = torch.from_numpy(np.array(state["weights"], np.float64))
