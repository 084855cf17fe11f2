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
RACE_SIDE = 64
CLASS_BYTES = 31_500  # several classes: as many maps, coarser from four classes on
VIEW_BYTES = 76_000  # of one view's arrays; miniature maps take what the rest leaves
LARGEST_MAP, SMALLEST_MAP = 40, 11  # sides of a miniature, in pixels
FINE_GRID, COARSE_GRID, FINE_LAYERS = 31, 21, 3  # sides of the bent plane's grid, fine for up to so many hidden layers
BINS = 24
HUGE = 1e9
SHOWN_POINTS = 120  # points carried through the layers for the bent plane


def scene(experiment: Boundary) -> dict[str, Any]:
    """The points, in the data's own units, their targets, and for classes their names; sent once."""
    data = experiment.points()
    found: dict[str, Any] = {"shown_targets": data.targets[data.train][:SHOWN_POINTS].astype(np.float32)}
    for part, rows in (("train", data.train), ("test", data.test)):
        found |= {f"{part}_points": data.own_units(rows).astype(np.float32), f"{part}_targets": data.targets[rows].astype(np.float32)}
        if data.classes:
            found[f"{part}_names"] = [data.classes[int(each)] for each in data.targets[rows]]
    return found


def look(experiment: Boundary, given: Material, cohort: Cohort) -> dict[str, Any]:
    """Everything the figures need of a cohort of one; copied arrays, at most VIEW_BYTES together."""
    with torch.inference_mode():
        side = _side(given)
        seen = _pixels(experiment, given, side)
        hidden: list[Tensor] = []
        outputs = cohort.network.evaluate(seen, hidden)[0]
        found = {
            "field": _shade(given, outputs, side), **_parameters(cohort), **_histograms(cohort),
            **_bent_plane(experiment, given, cohort), **_answers(given, cohort),
        }  # fmt: skip
        room = VIEW_BYTES - sum(each.nbytes for each in found.values() if isinstance(each, np.ndarray))
        return {**found, "thumbnails": _thumbnails(given, seen, hidden, outputs, side, room)}


def fields(experiment: Boundary, given: Material, cohort: Cohort) -> list[np.ndarray]:
    """The field alone, of every member, computed together."""
    side = min(RACE_SIDE, _side(given))
    with torch.inference_mode():
        return [_shade(given, each, side) for each in cohort.network.evaluate(_pixels(experiment, given, side))]


def _side(given: Material) -> int:
    return min(FIELD_SIDE, int((CLASS_BYTES / given.outputs) ** 0.5))


@functools.lru_cache(maxsize=8)
def _lattice(side: int) -> Tensor:
    """(side², 2) coordinates, row by row from the lowest y."""
    line = torch.linspace(*DOMAIN, side, dtype=torch.float64)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)


def _pixels(experiment: Boundary, given: Material, side: int) -> Tensor:
    return given.see(_lattice(side), experiment.features)


def _shade(given: Material, outputs: Tensor, side: int) -> np.ndarray:
    """What is painted: class probabilities (C, H, W) as bytes, or one number (H, W) as half floats (see `_signal`)."""
    if given.task == "multiclass":
        shares = torch.softmax(outputs, dim=1).mul_(255).round_().nan_to_num_(0).to(torch.uint8)
        return shares.T.reshape(outputs.shape[1], side, side).contiguous().numpy()
    return _signal(given, outputs)[:, 0].clamp(-10, 10).nan_to_num(0).reshape(side, side).to(torch.float16).numpy()


def _signal(given: Material, outputs: Tensor) -> Tensor:
    """Outputs (N, out) as they are shown: 2p - 1 from a class's probability p, a tanh output or a regression's number itself."""
    if given.task == "multiclass":
        return 2 * torch.softmax(outputs, dim=1) - 1
    return outputs if given.loss == "half_mse" or given.task == "regression" else torch.tanh(outputs / 2)  # 2σ(z) - 1 = tanh(z/2)


def _thumbnails(given: Material, seen: Tensor, hidden: list[Tensor], outputs: Tensor, side: int, room: int) -> np.ndarray:
    """(units, h, w) bytes, inputs first, then hidden layers, then outputs; 0…255 is minus to plus the unit's own largest value.

    Args:
        room: Bytes they may take together; more units get smaller maps.
    """
    units = seen.shape[1] + sum(each.shape[2] for each in hidden) + outputs.shape[1]
    wanted = int(min(LARGEST_MAP, max(SMALLEST_MAP, (max(room, 0) / units) ** 0.5)))
    picks = torch.linspace(0, side - 1, wanted).round().long()
    rows = (picks[:, None] * side + picks[None, :]).reshape(-1)
    values = torch.cat([seen[rows], *(each[0, rows] for each in hidden), _signal(given, outputs[rows])], dim=1).T
    values = values / values.abs().amax(dim=1, keepdim=True).clamp(min=1e-9)
    return values.nan_to_num(0).add_(1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8).reshape(units, wanted, wanted).numpy()


def _parameters(cohort: Cohort) -> dict[str, np.ndarray]:
    return {name: value[0].to(torch.float32).numpy() for name, value in cohort.network.parameters.items()}


def _histograms(cohort: Cohort) -> dict[str, np.ndarray]:
    """Counts of weights and of their last gradients in BINS equal bins; root mean square gradient of a weight by layer."""
    layers = range(cohort.network.layers)
    slopes = [float(_tame(cohort.network.gradients[f"weight_{layer}"]).square().mean().sqrt()) for layer in layers]
    found = {"layer_gradients": np.array(slopes, np.float32), "layer_numbers": np.arange(1, len(slopes) + 1, dtype=np.float32)}
    chosen = cohort.mask > 0
    for name, flat in (("weight", cohort.network.flat), ("gradient", cohort.network.gradient)):
        values = _tame(flat[0][chosen]).numpy()
        reach = float(np.abs(values).max()) or 1.0
        counts, edges = np.histogram(values, BINS, (-reach, reach))
        found[f"{name}_counts"] = counts.astype(np.float32)
        found[f"{name}_bins"] = ((edges[1:] + edges[:-1]) / 2).astype(np.float32)
    return found


def _bent_plane(experiment: Boundary, given: Material, cohort: Cohort) -> dict[str, Any]:
    """Where each hidden layer of two or more units takes a square grid and some training points, in [-1, 1] (see `_flattened`).

    `bent_grid_<layer>` (side, side, 2), `bent_points_<layer>` (N, 2); `bent_share` lists for every layer the share of its spread
    that two directions hold; `bent_cells` (side, side) is what the network answers on the grid (one output only).
    """
    side = FINE_GRID if len(experiment.hidden_sizes) <= FINE_LAYERS else COARSE_GRID
    grids: list[Tensor] = []
    dots: list[Tensor] = []
    outputs = cohort.network.evaluate(_pixels(experiment, given, side), grids)[0]
    cohort.network.evaluate(given.train_inputs[:SHOWN_POINTS], dots)
    found: dict[str, Any] = {}
    shares = []
    for layer, (grid, dot) in enumerate(zip(grids, dots, strict=True)):
        share = 1.0
        if grid.shape[2] > 1:
            flat_grid, flat_dots, share = _flattened(_tame(grid[0]), _tame(dot[0]), _lattice(side))
            found[f"bent_grid_{layer}"] = flat_grid.reshape(side, side, 2).to(torch.float16).numpy()
            found[f"bent_points_{layer}"] = flat_dots.to(torch.float16).numpy()
        shares.append(share)
    if outputs.shape[1] == 1:
        found["bent_cells"] = _shade(given, outputs, side)
    return found | {"bent_share": shares}


def _tame(values: Tensor) -> Tensor:
    """Numbers that can be squared and binned, whatever a diverged network holds; ordinary ones stay as they are."""
    return values.nan_to_num(0, 0, 0).clamp(-HUGE, HUGE)


def _flattened(grid: Tensor, dots: Tensor, plane: Tensor) -> tuple[Tensor, Tensor, float]:
    """A layer's activations of grid (G, units) and points (N, units) as two numbers each, and the share of spread these hold.

    `plane` (G, 2) are the grid's own places.

    Two units are shown as they are; more by the two directions in which the points spread most (principal components, Pearson
    1901), turned to lie as the plane lies (orthogonal Procrustes, Schönemann 1966), so that pictures of neighbouring steps agree.
    """
    share = 1.0
    if grid.shape[1] > 2:
        centre = dots.mean(0)
        spreads, directions = torch.linalg.eigh((dots - centre).T @ (dots - centre))
        share = float(spreads[-2:].sum() / spreads.sum().clamp(min=1e-12))
        grid, dots = (grid - centre) @ directions[:, -2:], (dots - centre) @ directions[:, -2:]
        left, _, right = torch.linalg.svd(grid.T @ plane)
        grid, dots = grid @ left @ right, dots @ left @ right
    reach = max(float(grid.abs().max()), float(dots.abs().max()), 1e-9)
    return grid / reach, dots / reach, share


def _answers(given: Material, cohort: Cohort) -> dict[str, np.ndarray]:
    """Confusion counts (true class, predicted class) on test points; for regression predicted against true."""
    outputs = cohort.network.evaluate(given.test_inputs)[0]
    if given.task == "regression":
        return {"predicted": torch.stack([given.test_targets, outputs[:, 0]], dim=1).nan_to_num(0).clamp(-100, 100).to(torch.float16).numpy()}
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
