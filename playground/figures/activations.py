"""Pictures of the activation screen: arrays in, canvas specs out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from playground.experiments.activation_views import (
    ARROW,
    CORNERS,
    GATE_REACH,
    PLANE,
    TRUTH_TABLES,
    TRUTH_TITLES,
    ActivationCurves,
    GateView,
    Neuron,
    SoftmaxView,
)
from playground.explain import activation_words as words
from playground.figures import canvas
from playground.figures.canvas import Spec
from playground.figures.panels import Panel, Rows, text
from playground.functions.activations import ACTIVATIONS
from playground.functions.gates import GATES

Arrays = Mapping[str, np.ndarray]
ZERO_SLOPE = 1e-9
BAR_PX = 36.0


def curves(view: ActivationCurves, data: Arrays) -> Rows:
    """f and f' side by side, how much gradient gets through, and exact values at the probe."""
    return [
        [
            Panel("values", values(view, data), data, 300, title="f(x), what the neuron answers", drags=True),
            Panel("slopes", slopes(view, data), data, 300, title="f′(x), what gets back through it", drags=True),
        ],
        [
            Panel(
                "throughput",
                throughput(view),
                strips(view, data),
                30 * len(view.shown) + 40,
                3,
                title="Where the gradient gets through",
            ),
            text("numbers", words.probe_table(view, data), 2),
        ],
    ]


def values(view: ActivationCurves, data: Arrays) -> Spec:
    """f(x) of every shown function, with the focused one's dead and saturated zones shaded and a probe to drag."""
    return _curves(view, data, "value", "f(x)", "Values of the activation functions over their input")


def slopes(view: ActivationCurves, data: Arrays) -> Spec:
    """f'(x) likewise."""
    return _curves(view, data, "slope", "f′(x)", "Slopes of the activation functions over their input")


def _curves(view: ActivationCurves, data: Arrays, which: str, label: str, alt: str) -> Spec:
    series = [
        canvas.series(ACTIVATIONS[key].title, f"{which}_{key}", color=f"category {i}", width=3.0 if key == view.focused else 1.8)
        for i, key in enumerate(view.shown)
    ]
    bands = [
        canvas.band(x=(low, high), words="dead" if dead else "saturated", color="negative" if dead else "muted")
        for low, high, dead in zones(data["x"], data[f"slope_{view.focused}"], view.flat)
    ]
    low, high = _limits([data[f"{which}_{key}"] for key in view.shown], view.reach)
    return canvas.curves(
        "x", label, series=series, x="x", alt=f"{alt}: {titles(view.shown)}.", x_range=(-view.reach, view.reach), y_range=(low, high),
        marks=[*bands, canvas.rule(y=0.0, dash=False), canvas.rule(x=view.probe, color="accent"), canvas.draggable("probe", (view.probe, low), along="x")],
        switches=False,
    )  # fmt: skip


def _limits(rows: Sequence[np.ndarray], reach: float) -> tuple[float, float]:
    """A range that holds all rows, but does not let one steep function flatten the rest."""
    low, high = min(float(row.min()) for row in rows), max(float(row.max()) for row in rows)
    low, high = max(low, -reach - 1), min(high, reach + 1)
    room = 0.08 * max(high - low, 0.5)
    return low - room, high + room


def titles(keys: Iterable[str]) -> str:
    return ", ".join(ACTIVATIONS[key].title for key in keys)


def zones(x: np.ndarray, slope: np.ndarray, flat: float) -> list[tuple[float, float, bool]]:
    """Stretches of `x` where |slope| is below `flat`: (start, end, dead); dead where it is exactly 0 throughout."""
    kind = np.where(np.abs(slope) < ZERO_SLOPE, 2, np.where(np.abs(slope) < flat, 1, 0))
    starts = np.flatnonzero(np.diff(kind, prepend=-1))
    ends = np.append(starts[1:], len(kind)) - 1
    # A single flat point, such as the top of a wave, is no zone.
    return [(float(x[a]), float(x[b]), bool(kind[a] == 2)) for a, b in zip(starts, ends, strict=True) if kind[a] and b - a > 1]


def strips(view: ActivationCurves, data: Arrays) -> dict[str, np.ndarray]:
    """|f'(x)| up to 1 of every shown function, the first one on top."""
    return {"through": np.clip([np.abs(data[f"slope_{key}"][::4]) for key in reversed(view.shown)], 0, 1).astype(np.float32)}


def throughput(view: ActivationCurves) -> Spec:
    """One strip a function: how much of the gradient gets through at each input."""
    layer = canvas.field("through", palette="sequential", low=0.0, high=1.0, smooth=False, value="|f′|, up to 1", scale=False)
    return canvas.stage(
        x=(-view.reach, view.reach), y=(-0.5, len(view.shown) - 0.5), layers=[layer, canvas.rule(x=view.probe, color="accent")], aspect=None,
        y_ticks=[ACTIVATIONS[key].title for key in reversed(view.shown)], x_label="x",
        alt=f"Strips of {titles(view.shown)}: strong colour where the slope is 1 or more, pale where it is near 0.",
    )  # fmt: skip


def neuron(view: Neuron, data: Arrays) -> Rows:
    """The plane with its line, and the four corners in numbers."""
    arrays, plane = neuron_plane(view, data)
    return [[Panel("neuron", plane, arrays, weight=3, drags=True), text("corners", words.neuron_table(view, data), 2)]]


def neuron_plane(view: Neuron, data: Arrays) -> tuple[dict[str, np.ndarray], Spec]:
    """The neuron's output over its two inputs, its decision line, and handles for the weights and the bias."""
    weights = np.array([view.w1, view.w2])
    arrays = {
        "field": data["field"], "line": decision_line(weights, view.bias), "corners": np.array(CORNERS),
        "wanted": np.array(TRUTH_TABLES[view.task], np.float32), "origin": np.zeros((1, 2)), "arrow": weights[None],
        "tip": ARROW * weights, "anchor": bias_anchor(weights, view.bias),
    }  # fmt: skip
    layers = [
        canvas.field("field", value="output"),
        canvas.lines("line", colors="ink", names=["w·x + b = 0"], width=2.5, head=False),
        canvas.arrows("origin", "arrow", colors="accent", names=["weights w"], length=ARROW, width=3),
        canvas.points("corners", color="wanted", palette="diverging", low=0, high=1, radius=9, names=["wants 0", "wants 1"]),
        canvas.draggable("weights", "tip", label="w"),
        canvas.draggable("bias", "anchor", label="b", color="ink"),
    ]
    spec = canvas.stage(
        x=(-PLANE, PLANE), y=(-PLANE, PLANE), layers=layers, x_label="x₁", y_label="x₂",
        alt=f"Output of one {ACTIVATIONS[view.activation].title} neuron with weights {view.w1:g}, {view.w2:g} and bias {view.bias:g}; "
        f"its line puts {view.right()} of 4 corners of {TRUTH_TITLES[view.task]} on the right side.",
    )  # fmt: skip
    return arrays, spec


def decision_line(weights: np.ndarray, bias: float) -> np.ndarray:
    """Two points (2, 2) of w·x + b = 0, far outside the plane; NaN when the weights are 0 and there is no line."""
    length = float(np.hypot(*weights))
    if length < 1e-9:
        return np.full((2, 2), np.nan)
    foot, along = -bias * weights / length**2, np.array([-weights[1], weights[0]]) / length
    return np.stack([foot - 4 * PLANE * along, foot + 4 * PLANE * along])


def bias_anchor(weights: np.ndarray, bias: float) -> np.ndarray:
    """The point of the line nearest to the origin, held inside the plane; the origin when there is no line."""
    square = float(weights @ weights)
    return np.clip(-bias * weights / square, -PLANE, PLANE) if square > 1e-9 else np.zeros(2)


def softmax(view: SoftmaxView, data: Arrays) -> Rows:
    """Logits to drag beside their probabilities; below, the temperature's effect and the slopes."""
    shares = [float(each) for each in data["probabilities"]]
    logits, logit_spec = bars(view.logits, [f"z{i}" for i in range(1, 6)], low=-5.2, high=5.2, alt="Logits as bars to drag", draggable=True)
    share_labels = [f"{each:.1%}" for each in shares]
    probabilities, share_spec = bars(shares, share_labels, low=0.0, high=1.0, alt="Probabilities: " + ", ".join(share_labels))
    sweep = {"sweep_temperatures": data["sweep_temperatures"]} | columns(data["sweep"], "sweep")
    return [
        [Panel("logits", logit_spec, logits, 260, title="Logits z", drags=True),
         Panel("probabilities", share_spec, probabilities, 260, title="Probabilities p")],
        [
            Panel("temperatures", temperatures(data, view.temperature), sweep, 260, 3, title="Probabilities by temperature", drags=True),
            Panel("jacobian", jacobian(data), {"jacobian_rows": data["jacobian"][::-1].copy()}, 260, 2, title="Slopes ∂pᵢ / ∂zⱼ"),
        ],
    ]  # fmt: skip


def bars(heights: Sequence[float], labels: Sequence[str], *, low: float, high: float, alt: str, draggable: bool = False) -> tuple[dict[str, np.ndarray], Spec]:
    """One bar a number from 0, in the categorical colours; `draggable` puts a handle on each, named z/0, z/1 …"""
    count = len(heights)
    arrays = {f"bar_{i}": np.array([[[i, 0.0], [i, height]]]) for i, height in enumerate(heights)}
    arrays["tips"] = np.array([[i, height] for i, height in enumerate(heights)])
    layers = [canvas.segments(f"bar_{i}", color=f"category {i}", width=BAR_PX) for i in range(count)]
    layers.append(canvas.rule(y=0.0, dash=False))
    if draggable:
        layers.append(canvas.draggable("z", "tips", along="y"))
    return arrays, canvas.stage(x=(-0.6, count - 0.4), y=(low, high), layers=layers, aspect=None, x_ticks=labels, alt=f"{alt}.")


def temperatures(data: Arrays, temperature: float) -> Spec:
    """Every probability over the temperature, with the present one to drag."""
    series = [canvas.series(f"p{i + 1}", f"sweep_{i}", color=f"category {i}") for i in range(data["sweep"].shape[1])]
    return canvas.curves(
        "temperature T", "probability", series=series, x="sweep_temperatures", log_x=True, y_range=(0.0, 1.0), switches=False,
        marks=[canvas.rule(x=temperature, color="accent", words=f"T = {temperature:g}"), canvas.draggable("temperature", (temperature, 0.0), along="x")],
        alt="Probability of each class over the temperature: one class at low, equal shares at high.",
    )  # fmt: skip


def columns(table: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """Columns of a table as arrays of their own, `<name>_0`, `<name>_1` …"""
    return {f"{name}_{i}": np.ascontiguousarray(column) for i, column in enumerate(table.T)}


def jacobian(data: Arrays) -> Spec:
    """How each probability answers to each logit."""
    count = len(data["jacobian"])  # the field's first row is its lowest, so the probabilities are listed from the last up
    layers = [canvas.field("jacobian_rows", smooth=False, numbers=".2f", value="slope", scale=False)]
    return canvas.stage(
        x=(-0.5, count - 0.5), y=(-0.5, count - 0.5), layers=layers, aspect=None, x_ticks=[f"z{i + 1}" for i in range(count)],
        y_ticks=[f"p{count - i}" for i in range(count)],
        alt="Matrix of slopes: blue on the diagonal, orange beside it, since the classes compete for one whole.",
    )  # fmt: skip


def gates(view: GateView, data: Arrays) -> Rows:
    """The unit's output over value and gate, and a cut through it."""
    arrays = {"field": data["field"], "at": np.array([view.b, view.a])}
    layers = [
        canvas.field("field", value="output", contours=9),
        canvas.rule(y=view.a, color="accent"),
        canvas.draggable("point", "at", label="a, b"),
    ]
    title = GATES[view.gate].title
    plane = canvas.stage(
        x=(-GATE_REACH, GATE_REACH), y=(-GATE_REACH, GATE_REACH), layers=layers, x_label="gate b", y_label="value a",
        alt=f"Output of {title} over gate and value; {data['point'][0]:.3g} at a = {view.a:g}, b = {view.b:g}.",
    )  # fmt: skip
    series = [
        canvas.series("output", "slice_value", color="positive"),
        canvas.series("slope by the gate", "slice_gate", color="negative"),
    ]
    cut = canvas.curves(
        "gate b", "", series=series, x="slice_x", switches=False, marks=[canvas.rule(y=0.0, dash=False), canvas.rule(x=view.b, color="accent")],
        alt=f"{title} and its slope along the gate, for a value of {view.a:g}.",
    )  # fmt: skip
    return [
        [
            Panel("gate", plane, arrays, title=f"{title}(a, b)", drags=True),
            Panel("slice", cut, data, 370, title=f"Along the dashed line, a = {view.a:g}"),
        ]
    ]
