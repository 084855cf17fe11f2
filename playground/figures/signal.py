"""Pictures of the signal race: arrays in, canvas specs and Plotly figures out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.signal_race import SignalRace
from playground.explain import activation_words as words
from playground.figures import canvas, theme
from playground.figures.canvas import Spec
from playground.figures.panels import Panel, Rows, text
from playground.functions.activations import ACTIVATIONS
from playground.functions.initialisers import INITIALISERS

Arrays = Mapping[str, np.ndarray]
FLOOR, CEILING = 1e-40, 1e20  # of the logarithmic axes; what lies beyond is drawn at the edge
QUANTITIES = {
    "spread": ("Spread of the outputs", "standard deviation", True),
    "gradient": ("Gradient on its way down", "gradient norm", True),
    "dead": ("Dead units", "share", False),
    "flat": ("Saturated slopes", "share", False),
}
ROW = 2  # curves beside each other
MAPS = 4  # histograms beside each other


def signal(view: SignalRace, data: Arrays) -> Rows:
    """Every quantity by layer, the verdicts, and how each stack's outputs are spread."""
    arrays = signal_arrays(data)
    pictures = [Panel(which, signal_curves(view, which), arrays, 220, title=QUANTITIES[which][0]) for which in QUANTITIES]
    maps = [Panel(f"histogram-{i}", *histogram(pair, i, data), 190, title=pair_title(*pair)) for i, pair in enumerate(view.pairs)]
    maps += [text(f"gap-{i}", "") for i in range(-len(maps) % MAPS)]
    verdicts = text("verdicts", words.signal_table(view, data))
    return [pictures[:ROW], [verdicts], pictures[ROW:], *(maps[i : i + MAPS] for i in range(0, len(maps), MAPS))]


def pair_title(activation: str, initialiser: str) -> str:
    return f"{ACTIVATIONS[activation].title} · {INITIALISERS[initialiser].title}"


def signal_curves(view: SignalRace, which: str) -> Spec:
    """One quantity of every stack by layer."""
    title, label, log = QUANTITIES[which]
    grouped = len(view.initialisers) <= 2  # then the colour names the activation and a dashed line the second start
    series = [
        canvas.series(
            pair_title(*pair), f"{which}_{i}", x="layer_0" if which == "spread" else "layer_1",
            dash=grouped and pair[1] != view.initialisers[0], color=f"category {view.activations.index(pair[0]) if grouped else i}",
        )
        for i, pair in enumerate(view.pairs)
    ]  # fmt: skip
    return canvas.curves("layer", label, series=series, x="layer_1", log_y=log, y_range=None if log else (0.0, 1.0), switches=False,
                         alt=f"{title} by layer, for {len(series)} stacks.")  # fmt: skip


def signal_arrays(data: Arrays) -> dict[str, np.ndarray]:
    """What `signal_curves` reads: one array a stack and quantity, held inside the axes."""
    depth = data["gradient"].shape[1]
    arrays = {"layer_0": np.arange(depth + 1.0), "layer_1": np.arange(1.0, depth + 1)}
    for which, (_, _, log) in QUANTITIES.items():
        for i, row in enumerate(data[which]):
            arrays[f"{which}_{i}"] = np.clip(row, FLOOR, CEILING) if log else row
    return arrays


def histogram(pair: tuple[str, str], number: int, data: Arrays) -> tuple[Spec, dict[str, np.ndarray]]:
    """How the outputs of one stack are spread, layer by layer; strong where many lie, the inputs on top."""
    rows = data["histogram"][number][::-1].copy()  # the field's first row is its lowest
    rows[:, [0, -1]] = 0  # the outer bins hold everything beyond
    peak = rows.max(axis=1, keepdims=True)
    shown = np.where(peak > 0, rows / np.where(peak > 0, peak, 1), 0).astype(np.float32)
    depth = len(rows) - 1
    layer = canvas.field("rows", palette="sequential", low=0.0, high=1.0, value="share of the layer's peak", smooth=False, scale=False)
    spec = canvas.stage(
        x=(-3, 3), y=(-depth - 0.5, 0.5), aspect=None, x_label="output", y_label="← deeper", y_ticks=(), layers=[layer],
        alt=f"Distribution of the outputs of {pair_title(*pair)} at each of {depth} layers, inputs on top.",
    )  # fmt: skip
    return spec, {"rows": shown}


def atlas(data: Mapping[str, Any]) -> Any:
    """A Plotly heat map: every activation with every initialiser, by how much gradient is left at the first layer."""
    import plotly.graph_objects as go

    ratio = np.array(data["ratio"])
    powers = np.char.add("10^", np.round(ratio, 1).astype(str))
    said = np.where(np.isneginf(ratio), "none arrives", np.where(np.isposinf(ratio), "overflows", powers))
    figure = go.Figure(
        go.Heatmap(
            z=np.clip(ratio, -12, 12), x=[INITIALISERS[key].title for key in data["initialisers"]],
            y=[ACTIVATIONS[key].title for key in data["activations"]], zmid=0, zmin=-12, zmax=12, text=said, xgap=2, ygap=2,
            colorscale=theme.scale("diverging"), colorbar={"title": "log₁₀", "thickness": 12},
            hovertemplate="%{y} with %{x}<br>first layer's gradient over the last one's: %{text}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(template=theme.template(), height=600, yaxis_autorange="reversed")
    return figure
