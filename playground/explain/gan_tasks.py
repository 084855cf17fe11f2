"""“Try this” of the GAN screen, read from the run's own record."""

from __future__ import annotations

from typing import Any

import numpy as np


def collapsed(metrics: dict[str, np.ndarray], parts: int) -> bool:
    """Whether at some time past the start at most a quarter of the modes were covered, with good fakes among them."""
    covered, quality, step = (np.asarray(metrics.get(name, ()), float) for name in ("covered", "quality", "step"))
    return bool(len(covered) and ((covered <= parts / 4) & (covered > 0) & (quality > 0.3) & (step > 300)).any())


def only_d(experiment: Any, metrics: dict[str, np.ndarray]) -> bool:
    """Whether D alone learnt until it was right about nine points in ten."""
    right = [np.asarray(metrics.get(name, ()), float) for name in ("right_on_real", "right_on_fake")]
    return experiment.train == "d" and all(len(each) and each[-1] > 0.9 for each in right)


def solved_grid(experiment: Any, metrics: dict[str, np.ndarray]) -> bool:
    covered = np.asarray(metrics.get("covered", ()), float)
    return experiment.dataset == "grid25" and bool(len(covered) and covered.max() >= 20)
