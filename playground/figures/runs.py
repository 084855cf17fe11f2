"""Kept runs as figures: curves laid over one another, parallel coordinates over settings and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from playground.figures import canvas, theme

BUCKETS = 500  # stretches that a long curve is drawn from, each by its first, lowest, highest and last point
AXES = {"step": "step", "epoch": "epoch", "seconds": "seconds of computing"}


@dataclass(frozen=True)
class Curve:
    """One recorded metric of one run.

    Attributes:
        name: What it is called in the legend; unique within a figure.
        number: Of its colour.
    """

    name: str
    number: int
    x: np.ndarray
    y: np.ndarray


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """Exponential moving average of (N,) values with the weight of the past in [0, 1), corrected for its start at 0.

    s ← w·s + (1 − w)·y, shown as s / (1 − wᵗ), so that the first points are not pulled to 0 (Kingma and Ba 2015, section 3). Values that
    are not finite stay as they are and do not count.
    """
    if weight <= 0:
        return values
    fine = np.isfinite(values)
    sums = np.fromiter(accumulate(values[fine].tolist(), lambda s, y: weight * s + (1 - weight) * y, initial=0.0), float)[1:]
    found = np.array(values, float)
    found[fine] = sums / (1 - weight ** np.arange(1, len(sums) + 1))
    return found


def thinned(x: np.ndarray, y: np.ndarray, buckets: int = BUCKETS) -> tuple[np.ndarray, np.ndarray]:
    """At most four points a bucket, its first, lowest, highest and last, so that no spike is lost; short curves stay whole."""
    size = len(x) // buckets
    if size <= 4:
        return x, y
    whole = buckets * size
    rows = y[:whole].reshape(buckets, size)
    starts = np.arange(buckets) * size
    lowest = np.where(np.isnan(rows), np.inf, rows).argmin(1) + starts
    highest = np.where(np.isnan(rows), -np.inf, rows).argmax(1) + starts
    kept = np.unique(np.concatenate([starts, lowest, highest, starts + size - 1, np.arange(whole, len(x))]))
    return x[kept], y[kept]


def overlay(curves: Sequence[Curve], *, title: str, x: str = "step", smoothing: float = 0.0, log_x: bool = False, log_y: bool = False) -> tuple[dict[str, np.ndarray], canvas.Spec]:
    """Curves of several runs over one another: smoothed ones in full colour, before the recorded values drawn faint.

    Returns:
        Arrays and spec for `ui.lines`.
    """
    arrays: dict[str, np.ndarray] = {}
    series = []
    for place, curve in enumerate(curves):
        color = f"category {curve.number}"
        layers = [("raw", curve.y, True), ("line", smoothed(curve.y, smoothing), False)] if smoothing > 0 else [("line", curve.y, False)]
        for layer, values, quiet in layers:
            key = f"{layer}_{place}"
            arrays[f"x_{key}"], arrays[key] = thinned(curve.x, values)
            series.append(canvas.series(curve.name, key, x=f"x_{key}", color=color, quiet=quiet, width=1.2 if quiet else 2.0))
    words = f"{title} by {AXES[x]}" + (f", smoothed by {smoothing:g}" if smoothing else "")
    names = ", ".join(curve.name for curve in curves)
    spec = canvas.curves(AXES[x], title, series=series, log_x=log_x, log_y=log_y, switches=False, alt=f"{words}: {names}")
    return arrays, spec


def parallel(rows: Sequence[Mapping[str, Any]], axes: Sequence[str], color: str, *, logs: Sequence[str] = (), best: str = "low") -> Any:
    """Parallel coordinates: one line a run, one axis a setting or metric; drag along an axis to keep only the runs in that stretch.

    Args:
        rows: One mapping a run; a value that is missing or not finite leaves the run out.
        axes: Keys of `rows`, left to right.
        color: The axis whose value colours the lines.
        logs: Axes of numbers that are spaced by factors.
        best: "low" or "high": which end of `color` is drawn in blue.
    """
    import plotly.graph_objects as go

    dimensions = [_dimension(name, [row[name] for row in rows], name in logs) for name in axes]
    shade = dimensions[list(axes).index(color)]
    scale = [[0.0, theme.POSITIVE], [0.5, "#b9c2cd"], [1.0, theme.NEGATIVE]]
    colorbar = {"title": {"text": color, "side": "right"}, "thickness": 10, "outlinewidth": 0}
    if "tickvals" in shade:
        colorbar |= {"tickvals": shade["tickvals"], "ticktext": shade["ticktext"]}
    figure = go.Figure(go.Parcoords(dimensions=dimensions, line={"color": shade["values"], "colorscale": scale, "reversescale": best == "high",
                                    "showscale": True, "colorbar": colorbar}, unselected={"line": {"opacity": 0.06}}, labelangle=0, labelside="top",
                                    labelfont={"size": 13}, tickfont={"size": 12}))  # fmt: skip
    figure.update_layout(template=theme.template(), height=400, margin={"l": 60, "r": 40, "t": 56, "b": 24})
    return figure


def _dimension(name: str, values: Sequence[Any], log: bool) -> dict[str, Any]:
    """One axis: numbers as they are or as logarithms, anything else as evenly spaced words."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        numbers = np.array(values, float)
        few = sorted(set(numbers.tolist()))
        listed = len(few) <= 8 and len({f"{each:.3g}" for each in few}) == len(few) and all(f"{each:.3g}" == f"{each:.10g}" for each in few)
        if log and numbers.min() > 0:
            ticks = few if listed else _decades(few[0], few[-1])
            ends = [tick for tick in (few[0], few[-1]) if tick not in ticks]  # without words, so that the axis reaches them
            return {"label": name, "values": np.log10(numbers), "tickvals": np.log10(ticks + ends), "ticktext": [f"{tick:g}" for tick in ticks] + [""] * len(ends)}
        return {"label": name, "values": numbers} | ({"tickvals": few, "ticktext": [f"{tick:g}" for tick in few]} if listed else {})
    words = sorted({str(value) for value in values})
    return {"label": name, "values": [words.index(str(value)) for value in values], "tickvals": list(range(len(words))), "ticktext": words,
            "range": [-0.2, len(words) - 0.8]}  # fmt: skip


def _decades(low: float, high: float) -> list[float]:
    """Round numbers between two positive ones: powers of ten, with 2 and 5 in between while they are few."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    for heads in ((1, 2, 5), (1, 3), (1,)):
        found = [tick for power in range(first, last + 1) for head in heads if low <= (tick := float(f"{head}e{power}")) <= high]
        if len(found) <= 8:
            break
    return found if len(found) > 1 else [float(f"{low:.3g}"), float(f"{high:.3g}")]


def small(values: Sequence[float]) -> tuple[dict[str, np.ndarray], canvas.Spec]:
    """The small curve of a list, for `ui.stage`."""
    line = np.stack([np.linspace(0, 1, len(values)), np.array(values, float)], 1)
    low, high = float(line[:, 1].min()), float(line[:, 1].max())
    room = (high - low) * 0.08 or 1.0
    spec = canvas.stage(x=(0, 1), y=(low - room, high + room), layers=[canvas.lines("curve", width=2, head=False)], alt="Its training loss over the run", aspect=None, axes=False)
    return {"curve": line}, spec


def example(rates: Sequence[float] = (0.03, 0.1, 0.4, 0.97), steps: int = 40) -> tuple[dict[str, np.ndarray], canvas.Spec]:
    """What a comparison looks like: gradient descent on x² from x = 1, xₜ = (1 − 2η)ᵗ, for several learning rates."""
    x = np.arange(steps + 1.0)
    curves = [Curve(f"learning rate {rate:g}", number, x, (1 - 2 * rate) ** (2 * x)) for number, rate in enumerate(rates)]
    return overlay(curves, title="loss", log_y=True)
