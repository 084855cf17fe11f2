"""The loss around a trained network, on a plane through its parameters.

Two directions span the plane: random ones, each filter of which is as long as the network's own filter, so that networks of different
scale can be compared; or the two along which training moved most, so that its path can be drawn.

Source:
    Li, Xu, Taylor, Studer and Goldstein 2018, "Visualizing the loss landscape of neural nets": filter normalisation in section 4 (biases and
    normalisation parameters stay put), principal components of the path in section 7.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.core.lazy import torch
from playground.core.randomness import torch_stream

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 51
TOGETHER = 128  # networks evaluated at once: what fits the processor's caches is faster than all of them
EXAMPLE_STEPS, EXAMPLE_RECORDS = 500, 50
ROOM = 0.3  # of the path's longer extent, left free around it
NARROWEST = 0.6  # a shorter extent is shown as if it were this share of the longer

Losses = Callable[["Tensor"], "Tensor"]


def random_directions(flat: Tensor, filters: Sequence[slice], seed: int) -> Tensor:
    """Two random directions (2, P) with filter normalisation.

    Each filter of a direction is normal noise rescaled to the length of the same filter of `flat`; what belongs to no filter stays 0.

    Args:
        flat: All parameters, (P,) float64.
        filters: Where in `flat` each filter lies: the incoming weights of one unit.
    """
    stream = torch_stream(seed, "landscape")
    drawn = torch.randn(2, len(flat), generator=stream, dtype=flat.dtype)
    found = torch.zeros_like(drawn)
    for each in filters:
        piece = drawn[:, each]
        found[:, each] = piece * (flat[each].norm() / piece.norm(dim=1, keepdim=True).clamp(min=1e-12))
    return found


def path_directions(path: Tensor) -> tuple[Tensor, Tensor]:
    """The two directions (2, P), of length 1, along which a path (T, P) strays most from its end, and their shares (2,) of all its movement.

    Raises:
        UserError: When the path has fewer than three different places.
    """
    away = path[:-1] - path[-1]
    if len(away) < 2 or float(away.norm()) == 0:
        raise UserError("This run has recorded too few moments to draw its path.", "Look along random directions, or let it train longer.")
    _, lengths, directions = torch.linalg.svd(away, full_matrices=False)
    return directions[:2], (lengths[:2] ** 2 / (lengths**2).sum())


def plane(flat: Tensor, directions: Tensor, losses_at: Losses, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Loss at `flat + x[j] directions[0] + y[i] directions[1]`, (len(y), len(x)) float64; NaN where it is not finite.

    Args:
        losses_at: Gives the losses (S,) of S parameter vectors (S, P).
    """
    rows, columns = (torch.from_numpy(each.reshape(-1).copy()) for each in np.meshgrid(y, x, indexing="ij"))
    places = torch.stack([columns, rows], dim=1)
    losses = torch.cat([losses_at(flat + piece @ directions) for piece in places.split(TOGETHER)])
    return torch.where(torch.isfinite(losses), losses, torch.nan).reshape(len(y), len(x)).numpy()


def sharpness(flat: Tensor, directions: Tensor, losses_at: Losses, step: float = 1e-2) -> np.ndarray:
    """Curvature of the loss along each direction at `flat`, (D,), by central differences."""
    centre = losses_at(flat.unsqueeze(0))
    ahead, behind = losses_at(flat + step * directions), losses_at(flat - step * directions)
    return ((ahead + behind - 2 * centre) / step**2).numpy()


def network_plane(key: str, values: Mapping[str, Any], state: Mapping[str, Any], along: str, reach: float, seed: int, path: Any = None) -> dict[str, Any]:
    """The landscape around the network of a stored or running experiment.

    The experiment's trainer offers `flat_parameters() -> (P,)`, `losses_at((S, P)) -> (S,)` and `filter_slices() -> [slice]`.

    Args:
        key, values, state: The experiment's kind and fields, and its checkpoint.
        along: "random" or "path".
        reach: Half the width of the plane for random directions, in lengths of the filters.
        path: (T, P) recorded parameter vectors in order, for "path".

    Returns:
        `map` (51, 51) float32 over `x` and `y`, `loss` at the centre, `parameters` their count, `sharpness` (2,), `cosine` of the two
        directions; with "path" also `path` (T, 2), `path_losses` (T,) and `shares` (2,).
    """
    trainer: Any = _trainer(key, values, state)
    flat, losses_at = trainer.flat_parameters(), trainer.losses_at
    if not bool(torch.isfinite(flat).all()):
        raise UserError("This network's parameters are no longer finite numbers.", "Reset its run and lower the learning rate.")
    found: dict[str, Any] = {}
    if along == "path":
        flats = torch.cat([torch.from_numpy(np.array(path, np.float64)).reshape(-1, len(flat)), flat.unsqueeze(0)])
        directions, shares = path_directions(flats)
        walked = (flats - flat) @ directions.T
        (x0, y0), (x1, y1) = walked.amin(0).tolist(), walked.amax(0).tolist()
        longer = max(x1 - x0, y1 - y0)
        half_x, half_y = (ROOM * longer + max(each, NARROWEST * longer) / 2 for each in (x1 - x0, y1 - y0))
        x, y = ((low + high) / 2 + half * np.linspace(-1, 1, SIDE) for low, high, half in ((x0, x1, half_x), (y0, y1, half_y)))
        found = {"path": walked.numpy(), "path_losses": losses_at(flats).numpy(), "shares": shares.numpy()}
    else:
        directions = random_directions(flat, trainer.filter_slices(), seed)
        x = y = np.linspace(-reach, reach, SIDE)
    lengths = directions.norm(dim=1).clamp(min=1e-12)
    return {
        **found, "map": plane(flat, directions, losses_at, x, y).astype(np.float32), "x": [float(x[0]), float(x[-1])], "y": [float(y[0]), float(y[-1])],
        "loss": float(losses_at(flat.unsqueeze(0))[0]), "parameters": len(flat), "sharpness": sharpness(flat, directions, losses_at),
        "cosine": float(directions[0] @ directions[1] / lengths.prod()),
    }  # fmt: skip


def example_plane(along: str, reach: float, seed: int) -> dict[str, Any]:
    """The same around a small network trained here, for those who have none of their own yet: the decision boundaries' default."""
    import playground.experiments

    experiment = playground.experiments.load()["boundary"]()
    trainer: Any = experiment.trainer()
    path = []
    for _ in range(EXAMPLE_RECORDS):
        path.append(trainer.flat_parameters().numpy())
        trainer.advance(EXAMPLE_STEPS // EXAMPLE_RECORDS)
    return network_plane("boundary", experiment.values(), trainer.state_dict(), along, reach, seed, np.stack(path))


def _trainer(key: str, values: Mapping[str, Any], state: Mapping[str, Any]) -> Any:
    import playground.experiments

    kind = Experiment.registry().get(key) or playground.experiments.load().get(key)
    trainer: Any = kind(**values).trainer() if kind else None
    if not all(hasattr(trainer, each) for each in ("flat_parameters", "losses_at", "filter_slices")):
        raise UserError(f"Runs of {key!r} have no parameters to look around in.", "Choose a run of the decision boundaries.")
    trainer.load_state_dict(dict(state))
    return trainer


def recorded_path(views: Sequence[Mapping[str, Any]]) -> np.ndarray | None:
    """Parameter vectors (T, P) of views that hold each parameter as `weight_0`, `bias_0`, `gain_0`, `shift_0`, `weight_1` …; None without any.

    The order of the names is that of `networks.batched_mlp.Structure.shapes`.
    """
    rows = []
    for view in views:
        layers = sum(name.startswith("weight_") for name in view)
        names = [f"{kind}_{layer}" for layer in range(layers) for kind in ("weight", "bias", "gain", "shift")]
        rows.append(np.concatenate([np.asarray(view[name], np.float64).reshape(-1) for name in names if name in view]) if layers else np.zeros(0))
    sizes = {len(each) for each in rows}
    return np.stack(rows) if len(sizes) == 1 and sizes != {0} else None
