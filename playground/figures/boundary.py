"""Canvas specs of the decision-boundary screen: names of arrays in, specs out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.figures import canvas, theme

Range = tuple[float, float]


def output(task: str, x: Range, y: Range, names: tuple[str, str], classes: Sequence[str], *, discretise: bool = False, show_test: bool = False,
           field: str = "field", suffix: str = "", clickable: bool = False, axes: bool = True, alt: str = "") -> dict[str, Any]:  # fmt: skip
    """The plane as the network sees it, with the points.

    Args:
        suffix: Behind every array name, for one member of a race.
    """
    if task == "multiclass":
        shade = canvas.field(field + suffix, palette="classes", low=0, high=1, steps=2 if discretise else 0, names=classes, value="class", scale=False)
        marks: dict[str, Any] = {"palette": "classes"}
    else:
        steps = (2 if task == "binary" else 9) if discretise else 0
        shade = canvas.field(field + suffix, low=-1, high=1, steps=steps, contours=(0.0,) if task == "binary" else (), value="output", scale=False)
        marks = {"palette": "diverging", "low": 0 if task == "binary" else -1, "high": 1}
    layers = [shade, canvas.points(f"train_points{suffix}", color=f"train_targets{suffix}", radius=3.6, label="training points", value="target", **marks)]
    if show_test:
        layers.append(canvas.points(f"test_points{suffix}", color=f"test_targets{suffix}", radius=3.6, shape="square", label="test points", value="target", **marks))
    return canvas.stage(x=x, y=y, x_label=names[0], y_label=names[1], layers=layers, axes=axes, events=("click",) if clickable else (),
                        alt=alt or "What the network says at every place of the plane, with the points it learns from")  # fmt: skip


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


def bent_plane(layer: int, reach: Range, task: str) -> dict[str, Any]:
    """Where a hidden layer takes a square grid of the plane, and the training points with it: its first two units."""
    marks = {"palette": "classes"} if task == "multiclass" else {"palette": "diverging", "low": 0 if task == "binary" else -1, "high": 1}
    layers = [canvas.grid(f"bent_grid_{layer}", color="muted"),
              canvas.points(f"bent_points_{layer}", color="shown_targets", radius=3.5, value="target", **marks)]  # fmt: skip
    return canvas.stage(x=reach, y=reach, x_label=f"layer {layer + 1}, unit 1", y_label=f"layer {layer + 1}, unit 2", layers=layers,
                        alt=f"The plane as hidden layer {layer + 1} bends it, with the training points carried along")  # fmt: skip


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
