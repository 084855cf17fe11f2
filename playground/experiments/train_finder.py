"""The learning-rate finder: one short training whose rate grows all the time, and where its loss falls fastest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.train import Train

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 120
SECONDS = 12.0  # after which it makes do with what it has
WINDOW = 4.0  # standard deviation, in steps, of the weights with which neighbouring losses are averaged
BLOWN_UP = 4.0  # times the lowest loss: it has diverged, further rates show nothing
RECENT = 5  # losses whose mean is compared with it


def find_rate(values: Mapping[str, Any]) -> dict[str, Any]:
    """Losses over a growing learning rate, and the rate to train with.

    Every step multiplies the rate by the same factor from 1e-6 to 10. The losses of the batches are averaged with their neighbours to both
    sides, so that the curve does not lag behind the rate. Proposed is the rate where it falls fastest, as a function of the rate's logarithm.

    Returns:
        `rates` and smoothed `losses`, (N,) float64 up to where it diverges; `proposal`, one digit, within the field's range;
        `edge`, the rate of the lowest loss: beyond it training is unsafe.

    Source:
        Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
    """
    import time

    experiment = Train(**{**values, "schedule": "constant", "patience": 0, "learning_rate": LOWEST})
    trainer: Any = experiment.trainer()
    rates: list[float] = []
    losses: list[float] = []
    started = time.perf_counter()
    for rate in np.geomspace(LOWEST, HIGHEST, STEPS):
        trainer.experiment = experiment.changed(learning_rate=float(rate))
        trainer.update()
        loss = float(trainer.batch_loss)
        if not np.isfinite(loss) or time.perf_counter() - started > SECONDS:
            break
        rates.append(float(rate))
        losses.append(loss)
        if len(losses) > RECENT and np.mean(losses[-RECENT:]) > BLOWN_UP * min(smoothed(np.array(losses))):
            break
    smooth = smoothed(np.array(losses))
    return {"rates": np.array(rates), "losses": smooth, **propose(np.array(rates), smooth)}


def smoothed(losses: np.ndarray) -> np.ndarray:
    """Each loss averaged with its neighbours, near ones counting most (Gaussian weights); the ends average what there is."""
    steps = np.arange(len(losses))
    weights = np.exp(-0.5 * ((steps[:, None] - steps[None]) / WINDOW) ** 2)
    return (weights * losses).sum(1) / weights.sum(1) if len(losses) else losses


def propose(rates: np.ndarray, losses: np.ndarray) -> dict[str, float]:
    """Where the loss falls fastest and where it is lowest; both the lowest rate when it never falls."""
    if len(rates) < 8:
        return {"proposal": LOWEST, "edge": LOWEST}
    lowest = int(losses.argmin())
    slopes = np.gradient(losses, np.log(rates))
    steepest = int(slopes[: lowest + 1].argmin()) if lowest > 0 else 0
    domain = Train.domains()["learning_rate"]
    return {"proposal": min(max(float(f"{rates[steepest]:.1g}"), domain.low), domain.high), "edge": float(rates[lowest])}
