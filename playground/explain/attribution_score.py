"""Is an explanation faithful? Pixels are taken away, or put back, in the order of its map, and the answer is watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.core.lazy import torch
from playground.experiments.images_models import Classifier
from playground.explain.attribution import chunk

if TYPE_CHECKING:
    from torch import Tensor

BLURS = (0.05, 0.1, 0.2, 0.35)  # tried one after the other, as shares of the picture's side


@dataclass(frozen=True, eq=False)
class Score:
    """Share of the class as pixels go (`deletion`) or come (`insertion`), (points,) float64 each, and the areas under both."""

    deletion: np.ndarray
    insertion: np.ndarray

    @property
    def deletion_area(self) -> float:
        return area(self.deletion)

    @property
    def insertion_area(self) -> float:
        return area(self.insertion)


def area(shares: np.ndarray) -> float:
    """Mean height of a curve over [0, 1], by trapezoids."""
    return float((shares[1:] + shares[:-1]).mean() / 2)


def score(opened: Classifier, picture: Tensor, target: int, values: np.ndarray, points: int = 24) -> Score:
    """Deletion and insertion (Petsiuk, Das and Saenko 2018, section 3.3).

    Deleted pixels take the colour of an empty ground; inserted ones come into a copy blurred until it is no longer recognised.

    Args:
        picture: (1, channels, height, width), normalised.
        values: (height, width), the largest first.
        points: Steps of equal numbers of pixels.
    """
    order = np.argsort(-values.ravel(), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    cuts = np.round(np.linspace(0, len(order), points + 1)).astype(np.int64)
    chosen = torch.from_numpy(rank.reshape(1, 1, *values.shape) < cuts.reshape(-1, 1, 1, 1))  # (points + 1, 1, h, w)
    with torch.inference_mode():
        vague = unrecognised(opened, picture, target)
        gone = _shares(opened, torch.where(chosen, opened.nothing(), picture), target)
        come = _shares(opened, torch.where(chosen, picture, vague), target)
    return Score(gone, come)


def by_chance(opened: Classifier, picture: Tensor, target: int, points: int = 24) -> Score:
    """The same with patches in an order drawn by lot: what a map must beat."""
    _, height, width = opened.shape
    coarse = torch.rand((1, 1, 7, 7), generator=torch.Generator().manual_seed(0))
    values = torch.nn.functional.interpolate(coarse, (height, width), mode="nearest")[0, 0].numpy()
    return score(opened, picture, target, values, points)


def unrecognised(opened: Classifier, picture: Tensor, target: int) -> Tensor:
    """The picture blurred just so far that the class loses half of its share; an empty ground when no blur does that."""
    copies = torch.cat([picture, *(blurred(picture, part) for part in BLURS)])
    shares = _shares(opened, copies, target)
    low = np.flatnonzero(shares[1:] <= 0.5 * shares[0])
    return copies[1 + low[0] : 2 + low[0]] if len(low) else opened.nothing().expand_as(picture)


def blurred(picture: Tensor, part: float) -> Tensor:
    """A picture smoothed by three boxes in a row, nearly a Gaussian; each reaches `part` of its side to either side."""
    side = max(1, round(part * picture.shape[-1]))
    for _ in range(3):
        padded = torch.nn.functional.pad(picture, (side,) * 4, mode="replicate")
        down = torch.nn.functional.avg_pool2d(padded, (2 * side + 1, 1), 1)
        picture = torch.nn.functional.avg_pool2d(down, (1, 2 * side + 1), 1)
    return picture


def _shares(opened: Classifier, pictures: Tensor, target: int) -> np.ndarray:
    return np.concatenate([opened.module(part).double().softmax(1)[:, target].numpy() for part in pictures.split(chunk(pictures))])
