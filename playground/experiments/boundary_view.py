"""What a network on points of the plane looks like now: its field, its units, its weights, the bent plane, the confusions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.data.points import DOMAIN

if TYPE_CHECKING:
    from torch import Tensor

    from playground.experiments.boundary import Boundary
    from playground.experiments.boundary_trainer import Material
    from playground.networks.cohort import Cohort

FIELD_SIDE = 100
CLASS_SIDE = 72  # several classes: as many maps, each a little coarser
THUMBNAIL_BYTES = 40_000  # all miniature maps of a view together
GRID_SIDE = 21
BINS = 24
SHOWN_POINTS = 300  # points carried through the layers for the bent plane


def scene(experiment: Boundary) -> dict[str, Any]:
    """The points, in the data's own units; sent once."""
    data = experiment.points()
    return {
        "train_points": data.own_units(data.train).astype(np.float32), "test_points": data.own_units(data.test).astype(np.float32),
        "train_targets": data.targets[data.train].astype(np.float32), "test_targets": data.targets[data.test].astype(np.float32),
        "shown_targets": data.targets[data.train][:SHOWN_POINTS].astype(np.float32),
    }  # fmt: skip


def look(experiment: Boundary, given: Material, cohort: Cohort, member: int) -> dict[str, Any]:
    """Everything the figures need of one member; copied arrays."""
    with torch.inference_mode():
        seen = _pixels(experiment, given, _side(given))
        hidden: list[Tensor] = []
        outputs = _one(cohort, member, seen, hidden)
        return {
            "field": _shade(given, outputs, _side(given)), "thumbnails": _thumbnails(given, seen, hidden, outputs, _side(given)),
            **_parameters(cohort, member), **_histograms(cohort, member), **_bent_plane(experiment, given, cohort, member),
            **_answers(given, cohort, member),
        }  # fmt: skip


def field(experiment: Boundary, given: Material, cohort: Cohort, member: int) -> np.ndarray:
    """The field alone."""
    with torch.inference_mode():
        return _shade(given, _one(cohort, member, _pixels(experiment, given, _side(given))), _side(given))


def _side(given: Material) -> int:
    return CLASS_SIDE if given.task == "multiclass" else FIELD_SIDE


@functools.lru_cache(maxsize=8)
def _lattice(side: int) -> Tensor:
    """(side², 2) coordinates, row by row from the lowest y."""
    line = torch.linspace(*DOMAIN, side, dtype=torch.float64)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)


def _pixels(experiment: Boundary, given: Material, side: int) -> Tensor:
    return given.see(_lattice(side), experiment.features)


def _one(cohort: Cohort, member: int, inputs: Tensor, keep: list[Tensor] | None = None) -> Tensor:
    """Outputs (N, out) of one member."""
    if len(cohort.seeds) == 1:
        return cohort.network.evaluate(inputs, keep)[0]
    all_kept: list[Tensor] | None = [] if keep is not None else None
    outputs = cohort.network.evaluate(inputs, all_kept)[member]
    if keep is not None and all_kept is not None:
        keep.extend(each[member : member + 1] for each in all_kept)
    return outputs


def _shade(given: Material, outputs: Tensor, side: int) -> np.ndarray:
    """What is painted: class probabilities (C, H, W) as bytes, or one number in [-1, 1] (H, W) as half floats.

    For two classes 2σ(z) - 1, for a tanh output the output itself, for regression the prediction.
    """
    if given.task == "multiclass":
        shares = torch.softmax(outputs, dim=1).mul_(255).round_().nan_to_num_(0).to(torch.uint8)
        return shares.T.reshape(outputs.shape[1], side, side).contiguous().numpy()
    value = outputs[:, 0] if given.loss == "half_mse" or given.task == "regression" else 2 * torch.sigmoid(outputs[:, 0]) - 1
    return value.clamp(-10, 10).nan_to_num(0).reshape(side, side).to(torch.float16).numpy()


def _thumbnails(given: Material, seen: Tensor, hidden: list[Tensor], outputs: Tensor, side: int) -> np.ndarray:
    """(units, h, w) bytes, inputs first, then hidden layers, then outputs; 0…255 is minus to plus the unit's own largest value."""
    units = seen.shape[1] + sum(each.shape[2] for each in hidden) + outputs.shape[1]
    wanted = int(min(40, max(14, (THUMBNAIL_BYTES / units) ** 0.5)))
    picks = torch.linspace(0, side - 1, wanted).round().long()
    rows = (picks[:, None] * side + picks[None, :]).reshape(-1)
    columns = [seen[rows], *(each[0, rows] for each in hidden), torch.tanh(outputs[rows] if given.loss != "half_mse" else torch.atanh(outputs[rows].clamp(-0.9999, 0.9999)))]
    values = torch.cat(columns, dim=1).T
    values = values / values.abs().amax(dim=1, keepdim=True).clamp(min=1e-9)
    return values.nan_to_num(0).add_(1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8).reshape(units, wanted, wanted).numpy()


def _parameters(cohort: Cohort, member: int) -> dict[str, np.ndarray]:
    return {name: value[member].to(torch.float32).numpy() for name, value in cohort.network.parameters.items()}


def _histograms(cohort: Cohort, member: int) -> dict[str, np.ndarray]:
    """Counts of weights and of their last gradients in BINS equal bins."""
    found: dict[str, np.ndarray] = {}
    chosen = cohort.mask > 0
    for name, flat in (("weight", cohort.network.flat), ("gradient", cohort.network.gradient)):
        values = flat[member][chosen].nan_to_num(0).numpy()
        reach = float(np.abs(values).max()) or 1.0
        counts, edges = np.histogram(values, BINS, (-reach, reach))
        found[f"{name}_counts"] = counts.astype(np.float32)
        found[f"{name}_bins"] = ((edges[1:] + edges[:-1]) / 2).astype(np.float32)
    return found


def _bent_plane(experiment: Boundary, given: Material, cohort: Cohort, member: int) -> dict[str, np.ndarray]:
    """Where each hidden layer of two or more units takes a square grid and the training points: its units 1 and 2."""
    found: dict[str, np.ndarray] = {}
    grids: list[Tensor] = []
    dots: list[Tensor] = []
    _one(cohort, member, _pixels(experiment, given, GRID_SIDE), grids)
    _one(cohort, member, given.train_inputs[:SHOWN_POINTS], dots)
    for layer, (grid, dot) in enumerate(zip(grids, dots, strict=True)):
        if grid.shape[2] > 1:
            found[f"bent_grid_{layer}"] = grid[0, :, :2].reshape(GRID_SIDE, GRID_SIDE, 2).to(torch.float32).numpy()
            found[f"bent_points_{layer}"] = dot[0, :, :2].to(torch.float32).numpy()
    return found


def _answers(given: Material, cohort: Cohort, member: int) -> dict[str, np.ndarray]:
    """Confusion counts (true class, predicted class) on test points; for regression predicted against true."""
    outputs = _one(cohort, member, given.test_inputs)
    if given.task == "regression":
        return {"predicted": torch.stack([given.test_targets, outputs[:, 0]], dim=1).nan_to_num(0).to(torch.float32).numpy()}
    if given.task == "multiclass":
        number, true, guess = outputs.shape[1], given.test_targets, outputs.argmax(1)
    else:
        number, true, guess = 2, (given.test_targets > 0.5).long(), (outputs[:, 0] > 0).long()
    counts = torch.bincount(true * number + guess, minlength=number * number)
    return {"confusion": counts.reshape(number, number).to(torch.int32).numpy()}


def miniature(epochs: int = 25) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The default network after some epochs: its field (H, W), its points (N, 2) and their targets (N,)."""
    from playground.experiments.boundary import Boundary

    trainer = Boundary().trainer()
    trainer.advance(epochs * trainer.steps_per_epoch)
    shown = scene(trainer.experiment)
    side = trainer.view()["field"].astype(np.float32)
    rows = slice(round(side.shape[0] * 2.25 / 12), round(side.shape[0] * 9.75 / 12))  # the middle band, for a wide card
    return side[rows], shown["train_points"], shown["train_targets"]
