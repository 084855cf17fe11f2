"""Canvas specs of the decision-boundary screen: names of arrays in, specs out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from playground.figures import canvas, theme

Range = tuple[float, float]
PICTURE_POINTS, PICTURE_SHADES, PICTURE_REACH = 110, 4, 6.2
PICTURE_DOT, PICTURE_PATCH = 3.4, 8.0  # sizes of a point of a class, and of a place of a regression


def output(task: str, x: Range, y: Range, names: tuple[str, str], classes: Sequence[str], *, discretise: bool = False, show_test: bool = False,
           field: str = "field", suffix: str = "", drawable: bool = False, axes: bool = True, alt: str = "") -> dict[str, Any]:  # fmt: skip
    """The plane as the network sees it, with the points.

    Args:
        suffix: Behind every array name, for one member of a race.
    """
    if task == "multiclass":
        shade = canvas.field(field + suffix, palette="classes", low=0, high=1, steps=2 if discretise else 0, names=classes, value="class", scale=False)
    else:
        steps = (2 if task == "binary" else 9) if discretise else 0
        contours = (0.0,) if task == "binary" else ()
        shade = canvas.field(field + suffix, low=-1, high=1, steps=steps, contours=contours, value="output", scale=False)
    layers = [shade, _marks(task, "train", suffix, label="training points" if show_test else "")]
    if show_test:
        layers.append(_marks(task, "test", suffix, shape="square", label="test points"))
    return canvas.stage(x=x, y=y, x_label=names[0], y_label=names[1], layers=layers, axes=axes, events=("draw",) if drawable else (),
                        alt=alt or "What the network says at every place of the plane, with the points it learns from")  # fmt: skip


def _marks(task: str, part: str, suffix: str = "", **rest: Any) -> dict[str, Any]:
    """The points of one part, in the colours of their targets; hover says the class, or the number."""
    return canvas.points(f"{part}_points{suffix}", color=f"{part}_targets{suffix}", radius=3.6, names=None if task == "regression" else f"{part}_names{suffix}",
                         value="target" if task == "regression" else "", **_colours(task), **rest)  # fmt: skip


def _colours(task: str) -> dict[str, Any]:
    """Classes by category, two classes and numbers from orange to blue."""
    return {"palette": "classes"} if task == "multiclass" else {"palette": "diverging", "low": 0 if task == "binary" else -1, "high": 1}


def network(inputs: Sequence[str], spare: Sequence[str], outputs: Sequence[str], activations: Sequence[str], last: str) -> dict[str, Any]:
    """The drawing of the network with a miniature of every unit."""
    return canvas.network(f"A network of {len(inputs)} inputs and {len(activations)} hidden layers; blue weights are positive, orange negative",
                          inputs=inputs, spare_inputs=spare, outputs=outputs, editable=True, resizable=True, layer_names=(*activations, last))  # fmt: skip


def losses(log: bool = True) -> dict[str, Any]:
    """Training and test loss by epoch."""
    series = [canvas.series("training loss", "train_loss", color=theme.CATEGORICAL[0]), canvas.series("test loss", "test_loss", color=theme.CATEGORICAL[1])]
    return canvas.curves("epoch", "loss", series=series, x="epoch", log_y=log, alt="Training and test loss by epoch")


def scores(task: str) -> dict[str, Any]:
    """Accuracy, or R² for regression, by epoch."""
    name, words = ("r2", "R²") if task == "regression" else ("accuracy", "accuracy")
    series = [canvas.series(f"training {words}", f"train_{name}", color=theme.CATEGORICAL[0]), canvas.series(f"test {words}", f"test_{name}", color=theme.CATEGORICAL[1])]
    return canvas.curves("epoch", words, series=series, x="epoch", y_range=(0, 1), alt=f"{words} by epoch")


def norms() -> dict[str, Any]:
    """Length of the gradient and of the weights by epoch."""
    series = [canvas.series("gradient", "gradient_norm", color=theme.CATEGORICAL[2]), canvas.series("weights", "weight_norm", color=theme.CATEGORICAL[3])]
    return canvas.curves("epoch", "length (L2 norm)", series=series, x="epoch", log_y=True, alt="Length of gradient and weights by epoch")


def histogram(name: str, color: str) -> dict[str, Any]:
    """How the weights, or their gradients, are spread now."""
    series = [canvas.series(name, f"{name}_counts", x=f"{name}_bins", style="bars", color=color)]
    return canvas.curves(name, "count", series=series, x=f"{name}_bins", alt=f"Histogram of every {name}", switches=False)


def layer_gradients() -> dict[str, Any]:
    """How large a weight's gradient is in each layer."""
    series = [canvas.series("gradient of a weight", "layer_gradients", x="layer_numbers", style="bars", color=theme.CATEGORICAL[2])]
    return canvas.curves("layer", "root mean square", series=series, x="layer_numbers", log_y=True, alt="Root mean square gradient of a weight, by layer")


def bent_plane(layer: int, task: str) -> dict[str, Any]:
    """Where a hidden layer takes a square grid of the plane, and training points with it, in two directions."""
    layers = [canvas.grid(f"bent_grid_{layer}", color="rgba(110, 122, 138, 0.4)", width=0.6, cells=None if task == "multiclass" else "bent_cells"),
              canvas.points(f"bent_points_{layer}", color="shown_targets", radius=3.5, value="target", label="training points", **_colours(task))]  # fmt: skip
    return canvas.stage(x=(-1.08, 1.08), y=(-1.08, 1.08), x_label="first direction", y_label="second direction", layers=layers,
                        alt=f"The plane as hidden layer {layer + 1} bends it, with training points carried along")  # fmt: skip


def confusion(classes: Sequence[str]) -> dict[str, Any]:
    """Test points by true and predicted class."""
    count = len(classes)
    layer = canvas.field("confusion", palette="sequential", smooth=False, numbers="d", value="test points", x=(-0.5, count - 0.5), y=(-0.5, count - 0.5), scale=False)
    return canvas.stage(x=(-0.5, count - 0.5), y=(-0.5, count - 0.5), x_label="predicted class", y_label="true class", x_ticks=classes, y_ticks=classes,
                        layers=[layer], alt="Confusion matrix of the test points")  # fmt: skip


def predictions() -> dict[str, Any]:
    """Regression: predicted against true target of every test point."""
    layers = [canvas.points("predicted", radius=3, label="test points"), canvas.lines("diagonal", head=False, dash=True, colors="muted")]
    return canvas.stage(x=(-1.3, 1.3), y=(-1.3, 1.3), x_label="true target", y_label="prediction", layers=layers, alt="Prediction against truth of every test point")


def data_picture(inputs: np.ndarray, targets: np.ndarray, task: str, side: int = 48) -> str:
    """A data set as a miniature SVG of `side` pixels: one dotted path a colour.

    Args:
        inputs: (N, 2) in the plane's own coordinates; at most 110 of them are drawn.
        targets: (N,) classes, or numbers in about [-1, 1].
    """
    chosen = np.linspace(0, len(inputs) - 1, min(len(inputs), PICTURE_POINTS)).astype(int)
    places = (inputs[chosen] * (1, -1) / PICTURE_REACH + 1) / 2 * side
    if task == "regression":  # the stronger the colour, the further from 0
        groups = np.clip(np.round(targets[chosen] * PICTURE_SHADES), -PICTURE_SHADES, PICTURE_SHADES).astype(int)
    else:
        groups = targets[chosen].astype(int)
    paths = []
    for group in np.unique(groups):
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in places[groups == group])
        if task == "regression":
            ink = f'stroke="{theme.POSITIVE if group > 0 else theme.NEGATIVE}" stroke-opacity="{abs(group) / PICTURE_SHADES:.2f}"'
        else:
            ink = f'stroke="{theme.category(group) if task == "multiclass" else (theme.NEGATIVE, theme.POSITIVE)[group]}"'
        paths.append(f'<path d="{dots}" {ink}/>')
    width = PICTURE_PATCH if task == "regression" else PICTURE_DOT
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {side} {side}">'
            f'<g fill="none" stroke-width="{width}" stroke-linecap="round">{"".join(paths)}</g></svg>')  # fmt: skip
