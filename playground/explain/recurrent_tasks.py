"""“Try this” of the recurrent screen, read from the run's own record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from playground.experiments.recurrent_forecast import Forecast
    from playground.experiments.recurrent_memory import Memory
    from playground.experiments.recurrent_reader import Reader
    from playground.experiments.recurrent_text import Characters

Items = list[tuple[str, str, bool]]


def _last(metrics: Mapping[str, np.ndarray], name: str) -> float:
    values = np.asarray(metrics.get(name, ()), np.float64)
    return float(values[-1]) if len(values) else float("nan")


def memory(now: Memory, metrics: Mapping[str, np.ndarray]) -> Items:
    """Tasks of the memory part, each with whether it is done."""
    gap = now.task == "adding" and _last(metrics, "rnn_accuracy") < 0.2 and max(_last(metrics, "lstm_accuracy"), _last(metrics, "gru_accuracy")) > 0.8
    exploded = np.asarray(metrics.get("rnn_gradient", ()), np.float64)
    rescued = now.clip > 0 and now.gain >= 1.5 and now.start == "orthogonal" and len(exploded) > 20 and _last(metrics, "rnn_loss") < 1.45
    far = now.length >= 60 and any(_last(metrics, f"{cell}_accuracy") > 0.9 for cell in now.cells)
    return [
        ("recurrent-gap", "Let a gated cell solve the adding problem while the RNN still guesses. Then look at the gradient through time.", gap),
        ("recurrent-clip", "Take the exploding gradient and tame it with clipping alone.", rescued),
        ("recurrent-far", "Bring any cell above 90 % on sequences of 60 steps or more. What does the forget gate of the LSTM do?", far),
    ]


def forecast(now: Forecast, metrics: Mapping[str, np.ndarray], scene: Mapping[str, Any]) -> Items:
    """Tasks of the forecasting part."""
    best = min((_last(metrics, f"{cell}_rmse") for cell in now.cells), default=float("nan"))
    linear, last = scene.get("linear_rmse", float("nan")), scene.get("last_rmse", float("nan"))
    trained = len(metrics.get("step", ())) > 0 and metrics["step"][-1] >= 200
    return [
        ("forecast-win", "Find a series that a network forecasts with less than half the error of the linear rule.", trained and best < linear / 2),
        ("forecast-lose", "And one where all networks lose against the linear rule after 200 steps.", trained and best > linear),
        ("forecast-walk", "Train on the random walk for 400 steps. Is any cell clearly better than the last value?",
         now.series == "walk" and trained and bool(metrics["step"][-1] >= 400) and best > 0.9 * last),
    ]  # fmt: skip


def characters(now: Characters, metrics: Mapping[str, np.ndarray], scene: Mapping[str, Any]) -> Items:
    """Tasks of the text part."""
    losses = {cell: np.asarray(metrics.get(f"{cell}_loss", ()), np.float64) for cell in now.cells}
    below = any(len(each) and np.nanmin(each) < scene.get("one_sign", 0.0) for each in losses.values())
    heart = any(len(each) > 10 and each[-1] > 1.3 * np.nanmin(each) for each in losses.values())
    return [
        ("text-pairs", "Bring the loss below what knowing the last sign alone gives: from then on the state carries something.", below),
        ("text-heart", "Let it learn a text by heart: the loss on the unread part rises by a third over its lowest.", heart),
        ("text-cold", "Set the temperature below 0.2 and read what it writes. Then above 1.5.", now.temperature < 0.2 or now.temperature > 1.5),
    ]


def reader(now: Reader, data: Mapping[str, Any]) -> Items:
    """Tasks of the trained writer."""
    from playground.experiments.recurrent_reader import PASSAGE

    own = now.text != PASSAGE
    return [
        ("reader-own", "Let it read a text of today. Is it more surprised than by Shakespeare's own lines (below 1.6 nats a sign)?", own and float(data["surprise"].mean()) > 1.8),
        ("reader-unit", "Find a unit by its number that nobody named, and say what it follows.", now.colour == "unit" and now.unit > 0),
        ("reader-heat", "Write the same beginning at temperatures 0.2 and 1.4. At which do you believe it?", now.temperature <= 0.2 or now.temperature >= 1.4),
    ]
