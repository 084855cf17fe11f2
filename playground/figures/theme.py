"""The house colours: blue is positive, orange is negative, on light and on dark paper.

`ui/components/theme.js` holds the same numbers for the canvases; a test compares the two.
"""

from typing import Any

POSITIVE, NEGATIVE = "#0877bd", "#f59322"
NEUTRAL = "#7a828c"

# Told apart with any common form of colour blindness when neighbours differ in lightness; the first two are the house pair.
CATEGORICAL = ("#0877bd", "#f59322", "#1b9e77", "#8d5fd3", "#d6336c", "#22a6c4", "#8c613c", "#a89b0f", "#7a828c", "#ef8fb8")

PAPER = {"light": "#ffffff", "dark": "#0e1117"}
DIVERGING = {
    "light": ("#f19a3e", "#f6b268", "#fbd5a6", "#f6f6f5", "#a9d1ea", "#60a9d7", "#3288c4"),
    "dark": ("#cf7b1d", "#a8651b", "#5f3f18", "#1a1f28", "#123f5c", "#176398", "#2283c8"),
}
STRONG = {"light": ("#e07b0a", "#8d97a3", "#0877bd"), "dark": ("#ffb052", "#9aa5b1", "#56b8f7")}  # diverging, for marks that lie on a diverging field
SEQUENTIAL = {
    "light": ("#f7fbfc", "#e1f0f3", "#c0dfe5", "#94c9d4", "#62adc1", "#3a8caa", "#20698e"),
    "dark": ("#131c26", "#14374c", "#14566d", "#1f7a8b", "#3ea29f", "#7fc8ae", "#d6eecb"),
}


def scale(palette: str, mode: str = "light") -> list[list[Any]]:
    """A Plotly colour scale of the palette: [[0.0, colour], …, [1.0, colour]].

    Args:
        palette: "diverging" (low orange, high blue) or "sequential".
        mode: "light" or "dark".
    """
    stops = {"diverging": DIVERGING, "sequential": SEQUENTIAL}[palette][mode]
    return [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)]


def category(number: int) -> str:
    """The colour of class, series or member `number`; they repeat after ten."""
    return CATEGORICAL[number % len(CATEGORICAL)]


def template() -> Any:
    """The house look as a Plotly template: transparent paper, quiet grid, the categorical colours."""
    import plotly.graph_objects as go

    axis = {"gridcolor": "rgba(128,140,155,0.18)", "zerolinecolor": "rgba(128,140,155,0.45)", "linecolor": "rgba(128,140,155,0.45)",
            "ticks": "", "automargin": True}  # fmt: skip
    return go.layout.Template(
        layout={
            "colorway": list(CATEGORICAL),
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis,
            "yaxis": axis,
            "colorscale": {"sequential": scale("sequential"), "diverging": scale("diverging")},
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
            "margin": {"l": 48, "r": 16, "t": 32, "b": 40},
            "hoverlabel": {"namelength": -1},
        }
    )
