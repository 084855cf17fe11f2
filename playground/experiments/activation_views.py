"""What the still pictures of the activation screen show: curves, one neuron, softmax, gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from playground.core.fields import choice, choices, number
from playground.core.lazy import torch
from playground.experiments.stills import Still
from playground.functions.activations import ACTIVATIONS
from playground.functions.gates import GATES, entropy, softmax, softmax_jacobian
from playground.functions.shape_fields import field_names, shape_field, shape_of

CURVE_POINTS = 801
FIELD_POINTS = 96
PLANE = 3.0  # the neuron's inputs lie in [−3, 3] × [−3, 3]
GATE_REACH = 4.0
ARROW = 0.5  # length of the weight arrow in the plane for a weight of 1: its tip stays clear of line and corners
PARTS = {
    "curves": "Curves",
    "neuron": "One neuron",
    "softmax": "Softmax",
    "gates": "Gated units",
    "signal": "Signal race",
    "train": "Train with each",
}
CORNERS = ((-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0))
TRUTH_TABLES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "nand": (1, 1, 1, 0), "xor": (0, 1, 1, 0)}
TRUTH_TITLES = {"and": "AND", "or": "OR", "nand": "NAND", "xor": "XOR"}


class ActivationCurves(Still):
    """Several activations and their derivatives over one axis."""

    key: ClassVar[str] = "activations"
    title: ClassVar[str] = "Activation curves"
    page: ClassVar[str] = "activations"

    shown: tuple[str, ...] = choices(("sigmoid", "tanh", "relu", "gelu"), ACTIVATIONS, most=6, label="Functions",
                                     help="Up to six at once.")  # fmt: skip
    part: str = choice("curves", PARTS, group="hidden", label="Part of the screen")
    focus: str = choice("sigmoid", ACTIVATIONS, label="Look closely at",
                        help="Its dead and saturated zones are shaded and its formula is worked out below.")  # fmt: skip
    probe: float = number(0.5, -12.0, 12.0, step=0.05, label="Input x", help="Drag the point on the curves, or set it here.")
    reach: float = number(6.0, 2.0, 12.0, step=1.0, label="Axis reaches to ±")
    flat: float = number(0.1, 0.01, 0.5, step=0.01, label="Slope that counts as flat",
                         help="Where |f′| is below this, almost no gradient gets through: the function is saturated.")  # fmt: skip
    leaky_relu_slope: float = shape_field(ACTIVATIONS["leaky_relu"], "slope")
    prelu_slope: float = shape_field(ACTIVATIONS["prelu"], "slope")
    elu_alpha: float = shape_field(ACTIVATIONS["elu"], "alpha")
    celu_alpha: float = shape_field(ACTIVATIONS["celu"], "alpha")
    softplus_beta: float = shape_field(ACTIVATIONS["softplus"], "beta")
    silu_beta: float = shape_field(ACTIVATIONS["silu"], "beta")
    sine_omega: float = shape_field(ACTIVATIONS["sine"], "omega")

    def unused_controls(self) -> tuple[str, ...]:
        return tuple(set(field_names(ACTIVATIONS, ACTIVATIONS)) - set(field_names(ACTIVATIONS, self.shown)))

    @property
    def focused(self) -> str:
        """The function looked at closely: `focus` where it is shown, else the first one shown."""
        return self.focus if self.focus in self.shown else self.shown[0]

    def shapes(self) -> dict[str, dict[str, float]]:
        """Parameters of every shown activation."""
        return {key: shape_of(self, key, ACTIVATIONS) for key in self.shown}

    def arguments(self) -> dict[str, Any]:
        """What `curves` takes."""
        return {"shapes": self.shapes(), "reach": self.reach, "probe": self.probe}

    def dragged(self, at: Mapping[str, Any]) -> dict[str, float]:
        """Field values after the dashed line was dragged."""
        return {"probe": _held(at["x"], min(self.reach, 12.0), 0.01)}


class Neuron(Still):
    """One neuron with two inputs: f(w₁x₁ + w₂x₂ + b)."""

    key: ClassVar[str] = "neuron"
    title: ClassVar[str] = "One neuron"
    page: ClassVar[str] = "activations"

    activation: str = choice("sigmoid", ACTIVATIONS, label="Activation")
    w1: float = number(1.5, -4.0, 4.0, step=0.05, label="Weight w₁", help="Drag the tip of the arrow to set both weights.")
    w2: float = number(1.2, -4.0, 4.0, step=0.05, label="Weight w₂")
    bias: float = number(-1.0, -6.0, 6.0, step=0.05, label="Bias b", help="Drag the handle on the line to move it.")
    task: str = choice("and", TRUTH_TITLES, label="Corners to separate",
                       help="Four inputs with the answers of a logic gate. The line should part filled from hollow.")  # fmt: skip

    def totals(self) -> list[float]:
        """w·x + b at each of CORNERS."""
        return [self.w1 * x + self.w2 * y + self.bias for x, y in CORNERS]

    def arguments(self) -> dict[str, Any]:
        """What `neuron_field` takes."""
        return {"activation": self.activation, "w1": self.w1, "w2": self.w2, "bias": self.bias}

    def dragged(self, at: Mapping[str, Any]) -> dict[str, float]:
        """Field values after a handle was dragged: `weights` to the arrow's new tip, or `bias` to a point of the new line."""
        if at["name"] == "bias":
            return {"bias": _held(-(self.w1 * at["x"] + self.w2 * at["y"]), 6.0)}
        return {"w1": _held(at["x"] / ARROW, 4.0), "w2": _held(at["y"] / ARROW, 4.0)}

    def right(self) -> int:
        """Corners on the side of the line where the gate's answer wants them, 0 to 4."""
        return sum((total > 0) == bool(wanted) for total, wanted in zip(self.totals(), TRUTH_TABLES[self.task], strict=True))


class SoftmaxView(Still):
    """Five logits become five probabilities."""

    key: ClassVar[str] = "softmax"
    title: ClassVar[str] = "Softmax over a vector"
    page: ClassVar[str] = "activations"

    z1: float = number(2.0, -5.0, 5.0, step=0.1, label="Logit z₁", help="Drag the bars, or set them here.")
    z2: float = number(1.0, -5.0, 5.0, step=0.1, label="Logit z₂")
    z3: float = number(0.5, -5.0, 5.0, step=0.1, label="Logit z₃")
    z4: float = number(-1.0, -5.0, 5.0, step=0.1, label="Logit z₄")
    z5: float = number(-2.0, -5.0, 5.0, step=0.1, label="Logit z₅")
    temperature: float = number(1.0, 0.05, 20.0, log=True, label="Temperature T",
                                help="Low: nearly all on the largest logit. High: nearly equal shares.")  # fmt: skip

    def arguments(self) -> dict[str, Any]:
        """What `softmax_numbers` takes."""
        return {"logits": self.logits, "temperature": self.temperature}

    def dragged(self, at: Mapping[str, Any]) -> dict[str, float]:
        """Field values after a handle `z/0` … `z/4` or the temperature was dragged."""
        if at["name"] != "temperature":
            return {f"z{int(at['name'].removeprefix('z/')) + 1}": _held(at["y"], 5.0, 0.1)}
        domain = self.domains()["temperature"]
        return {"temperature": float(f"{min(max(at['x'], domain.low), domain.high):.2g}")}

    @property
    def logits(self) -> tuple[float, ...]:
        return (self.z1, self.z2, self.z3, self.z4, self.z5)


class GateView(Still):
    """A gated linear unit at one point: value a, gate b."""

    key: ClassVar[str] = "gates"
    title: ClassVar[str] = "Gated units"
    page: ClassVar[str] = "activations"

    gate: str = choice("swiglu", GATES, label="Unit")
    a: float = number(1.5, -GATE_REACH, GATE_REACH, step=0.05, label="Value a", help="Drag the point, or set it here.")
    b: float = number(1.0, -GATE_REACH, GATE_REACH, step=0.05, label="Gate b")

    def arguments(self) -> dict[str, Any]:
        """What `gate_field` takes."""
        return {"gate": self.gate, "a": self.a, "b": self.b}

    def dragged(self, at: Mapping[str, Any]) -> dict[str, float]:
        """Field values after the point was dragged."""
        return {"a": _held(at["y"], GATE_REACH), "b": _held(at["x"], GATE_REACH)}


def _held(value: float, most: float, step: float = 0.05) -> float:
    """`value` rounded to the slider's steps and held in ±most."""
    return round(min(max(round(value / step) * step, -most), most), 6)


def curves(shapes: Mapping[str, Mapping[str, float]], reach: float, probe: float) -> dict[str, np.ndarray]:
    """Functions and derivatives over [−reach, reach], and at one input.

    Returns:
        `x` (CURVE_POINTS,); for every key of `shapes` `value_<key>` and `slope_<key>` of the same length, and
        `probe_<key>` (2,): value and slope at `probe`. All float64.
    """
    x = torch.linspace(-reach, reach, CURVE_POINTS, dtype=torch.float64)
    at = torch.tensor([probe], dtype=torch.float64)
    found = {"x": x.numpy()}
    for key, shape in shapes.items():
        activation = ACTIVATIONS[key]
        found[f"value_{key}"] = activation.forward(x, **shape).numpy()
        found[f"slope_{key}"] = activation.derivative(x, **shape).numpy()
        found[f"probe_{key}"] = torch.cat([activation.forward(at, **shape), activation.derivative(at, **shape)]).numpy()
    return found


def neuron_field(activation: str, w1: float, w2: float, bias: float) -> dict[str, np.ndarray]:
    """Output over the plane, (FIELD_POINTS, FIELD_POINTS) float32, first row at the bottom; and at the four corners."""
    axis = torch.linspace(-PLANE, PLANE, FIELD_POINTS, dtype=torch.float64)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    corners = torch.tensor(CORNERS, dtype=torch.float64)
    forward = ACTIVATIONS[activation].forward
    return {
        "field": forward(w1 * x + w2 * y + bias).float().numpy(),
        "corners": forward(corners @ torch.tensor([w1, w2], dtype=torch.float64) + bias).numpy(),
    }


def softmax_numbers(logits: Sequence[float], temperature: float) -> dict[str, np.ndarray]:
    """`probabilities` (n,), `jacobian` (n, n) of them with respect to the logits, `entropy` () in bits; float64.

    `sweep_temperatures` (m,) and `sweep` (m, n): the same probabilities at other temperatures.
    """
    z = torch.tensor(list(logits), dtype=torch.float64)
    temperatures = torch.logspace(np.log10(0.05), np.log10(20), 121, dtype=torch.float64)
    p = softmax(z, temperature)
    return {
        "probabilities": p.numpy(),
        "jacobian": softmax_jacobian(z, temperature).numpy(),
        "entropy": entropy(p).numpy(),
        "sweep_temperatures": temperatures.numpy(),
        "sweep": torch.softmax(z / temperatures[:, None], -1).numpy(),
    }


def gate_field(gate: str, a: float, b: float) -> dict[str, np.ndarray]:
    """`field` (FIELD_POINTS, FIELD_POINTS) float32 over value (rows, bottom first) and gate (columns), both in ±GATE_REACH.

    `point` (4,) float64: output, slope by the value, slope by the gate, and the gate's activation at (a, b).
    `slice_x` (CURVE_POINTS,), `slice_value`, `slice_gate`: output along the gate axis at a, and its slope by the gate.
    """
    unit = GATES[gate]
    axis = torch.linspace(-GATE_REACH, GATE_REACH, FIELD_POINTS, dtype=torch.float64)
    value, gating = torch.meshgrid(axis, axis, indexing="ij")
    at_a, at_b = (torch.tensor(each, dtype=torch.float64) for each in (a, b))
    by_value, by_gate = unit.derivatives(at_a, at_b)
    line = torch.linspace(-GATE_REACH, GATE_REACH, CURVE_POINTS, dtype=torch.float64)
    return {
        "field": unit.forward(value, gating).float().numpy(),
        "point": torch.stack([unit.forward(at_a, at_b), by_value, by_gate, by_value]).numpy(),
        "slice_x": line.numpy(),
        "slice_value": unit.forward(at_a, line).numpy(),
        "slice_gate": unit.derivatives(at_a, line)[1].numpy(),
    }
