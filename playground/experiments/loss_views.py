"""What the curves of the loss screen show: loss and gradient over one prediction, with a probe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from playground.core.fields import choice, choices, number, switch
from playground.core.lazy import torch
from playground.experiments.stills import Still
from playground.functions.losses import LOSSES, for_task
from playground.functions.shape_fields import field_names, shape_field, shape_of

CURVE_POINTS = 801
REACH = {"regression": 4.0, "binary": 6.0, "multiclass": 6.0}
TASKS = {"regression": "A number", "binary": "Two classes", "multiclass": "Several classes"}
PARTS = {"curves": "Curves", "outliers": "Outliers", "imbalance": "A rare class", "train": "Train with each"}


class LossCurves(Still):
    """Several losses and their gradients over the residual (a number), the logit (two classes) or the right class's logit."""

    key: ClassVar[str] = "losses"
    title: ClassVar[str] = "Loss curves"
    page: ClassVar[str] = "losses"

    part: str = choice("curves", PARTS, group="hidden", label="Part of the screen")
    task: str = choice("regression", TASKS, label="What is predicted")
    regression: tuple[str, ...] = choices(("mse", "mae", "huber"), for_task("regression"), most=6, label="Losses")
    binary: tuple[str, ...] = choices(("bce", "hinge", "focal", "brier"), for_task("binary"), most=6, label="Losses")
    multiclass: tuple[str, ...] = choices(("cross_entropy", "categorical_hinge", "focal_multiclass"), for_task("multiclass"),
                                          most=5, label="Losses")  # fmt: skip
    probe: float = number(1.5, -6.0, 6.0, step=0.05, label="Probe",
                          help="The prediction minus the target, or the logit. Drag the point on the curves.")  # fmt: skip
    positive: bool = switch(True, label="True class is 1", help="For two classes: which class the example belongs to.")
    rival: float = number(1.0, -5.0, 5.0, step=0.1, label="Logit of class 2", help="For several classes: the first wrong one.")
    other: float = number(-1.0, -5.0, 5.0, step=0.1, label="Logit of class 3", help="For several classes: the second wrong one.")
    huber_delta: float = shape_field(LOSSES["huber"], "delta")
    quantile_tau: float = shape_field(LOSSES["quantile"], "tau")
    insensitive_epsilon: float = shape_field(LOSSES["insensitive"], "epsilon")
    cauchy_c: float = shape_field(LOSSES["cauchy"], "c")
    tukey_c: float = shape_field(LOSSES["tukey"], "c", default=3.0)
    bce_positive_weight: float = shape_field(LOSSES["bce"], "positive_weight")
    bce_smoothing: float = shape_field(LOSSES["bce"], "smoothing")
    focal_alpha: float = shape_field(LOSSES["focal"], "alpha")
    focal_gamma: float = shape_field(LOSSES["focal"], "gamma")
    cross_entropy_smoothing: float = shape_field(LOSSES["cross_entropy"], "smoothing")
    focal_multiclass_gamma: float = shape_field(LOSSES["focal_multiclass"], "gamma")
    kl_smoothing: float = shape_field(LOSSES["kl"], "smoothing")

    @property
    def shown(self) -> tuple[str, ...]:
        """Keys of the losses drawn for the chosen task."""
        return getattr(self, self.task)

    def unused_controls(self) -> tuple[str, ...]:
        shapes = set(field_names(LOSSES, LOSSES)) - set(field_names(LOSSES, self.shown))
        others = {"regression": "positive rival other binary multiclass", "binary": "rival other regression multiclass",
                  "multiclass": "positive regression binary"}  # fmt: skip
        return (*sorted(shapes), *others[self.task].split())

    @property
    def reach(self) -> float:
        return REACH[self.task]

    def arguments(self) -> dict[str, Any]:
        """What `curves` takes."""
        rivals = (self.rival, self.other)
        return {
            "task": self.task,
            "shapes": self.shapes(),
            "probe": self.probe,
            "positive": self.positive,
            "rivals": rivals,
        }

    def dragged(self, at: Mapping[str, Any]) -> dict[str, float]:
        """Field values after the dashed line was dragged."""
        return {"probe": round(min(max(at["x"], -self.reach), self.reach), 2)}

    def shapes(self) -> dict[str, dict[str, float]]:
        """Parameters of every shown loss."""
        return {key: shape_of(self, key, LOSSES) for key in self.shown}


def curves(task: str, shapes: Mapping[str, Mapping[str, float]], probe: float, positive: bool, rivals: Sequence[float]) -> dict[str, np.ndarray]:
    """Losses and gradients over one number.

    That number is the residual p − t for *regression*, the logit z for *binary*, and the logit of the right class for
    *multiclass*, where `rivals` are the logits of the wrong classes.

    Returns:
        `x` (CURVE_POINTS,); for every key of `shapes` `value_<key>` and `slope_<key>` of the same length; and at the probe
        `probe_<key>` (2,), loss and slope, with `pull_<key>` (classes,), the gradient with respect to every logit. float64.
    """
    x = torch.linspace(-REACH[task], REACH[task], CURVE_POINTS, dtype=torch.float64)
    x = torch.cat([x, torch.tensor([probe], dtype=torch.float64)])  # the probe rides along as the last point
    predictions, targets = _examples(task, x, positive, rivals)
    found = {"x": x[:-1].numpy()}
    for key, shape in shapes.items():
        value = LOSSES[key].forward(predictions, targets, **shape)
        gradient = LOSSES[key].gradient(predictions, targets, **shape)
        pull = gradient if gradient.ndim == 2 else gradient[:, None]
        slope = pull[:, 0]
        found[f"value_{key}"], found[f"slope_{key}"] = value[:-1].numpy(), slope[:-1].numpy()
        found[f"probe_{key}"] = torch.stack([value[-1], slope[-1]]).numpy()
        found[f"pull_{key}"] = pull[-1].numpy()
    return found


def _examples(task: str, x: torch.Tensor, positive: bool, rivals: Sequence[float]) -> tuple[torch.Tensor, torch.Tensor]:
    if task == "regression":
        return x, torch.zeros_like(x)
    if task == "binary":
        return x, torch.full_like(x, float(positive))
    others = torch.tensor(list(rivals), dtype=x.dtype).expand(len(x), -1)
    return torch.cat([x[:, None], others], dim=1), torch.zeros(len(x), dtype=torch.int64)
