"""Recorded metrics as a figure to keep."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def curves(metrics: Mapping[str, np.ndarray], *, title: str = "") -> Any:
    """A Plotly figure with one line a metric; losses on the left axis, everything else on the right.

    Args:
        metrics: "step" and one array of the same length per metric.
    """
    import plotly.graph_objects as go

    from playground.figures import theme

    figure = go.Figure()
    for number, (name, values) in enumerate((name, values) for name, values in metrics.items() if name != "step"):
        axis = "y" if "loss" in name else "y2"
        figure.add_scatter(x=metrics["step"], y=values, name=name.replace("_", " "), yaxis=axis,
                           line_color=theme.CATEGORICAL[number % len(theme.CATEGORICAL)])  # fmt: skip
    figure.update_layout(title=title, xaxis_title="step", yaxis_title="loss", yaxis2={"overlaying": "y", "side": "right", "title": "other metrics"},
                         legend_orientation="h", template="plotly_white")  # fmt: skip
    return figure
