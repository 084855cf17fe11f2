"""Pictures of the activation screen, compared as data."""

import json

import numpy as np
import pytest

from playground.experiments import activation_views as views
from playground.explain.activation_words import PRESETS
from playground.figures import activations as figures

PARTS = {
    "curves": (views.ActivationCurves, views.curves, figures.curves),
    "neuron": (views.Neuron, views.neuron_field, figures.neuron),
    "softmax": (views.SoftmaxView, views.softmax_numbers, figures.softmax),
    "gates": (views.GateView, views.gate_field, figures.gates),
}
CASES = [(part, row[0], row[3]) for part in PARTS for row in PRESETS[part]]


def drawn(part, **values):
    kind, function, draw = PARTS[part]
    view = kind(**values)
    return view, {panel.key: panel for row in draw(view, function(**view.arguments())) for panel in row}


def named(spec):
    """Every array name that a spec's layers or series read."""
    fields = ("array", "xy", "start", "vectors", "color_array", "x", "low", "high", "cells", "mask")
    for layer in (*spec.get("layers", ()), *spec.get("series", ()), *spec.get("marks", ())):
        yield from (layer[field] for field in fields if isinstance(layer.get(field), str))
    if isinstance(spec.get("x"), str):
        yield spec["x"]


@pytest.mark.parametrize(("part", "preset", "values"), CASES)
def test_every_preset_draws_arrays_that_exist_in_specs_that_json_holds(part, preset, values):
    for panel in drawn(part, **values)[1].values():
        if panel.spec is None:
            assert panel.words
            continue
        json.dumps(panel.spec, allow_nan=False)
        assert set(named(panel.spec)) <= set(panel.arrays), panel.key
        assert panel.spec["alt"].endswith(".")


def test_relu_is_dead_on_the_left_and_sigmoid_saturated_on_both_sides():
    x = np.linspace(-6, 6, 1201)
    sigmoid = 1 / (1 + np.exp(-x))
    assert figures.zones(x, (x > 0).astype(float), 0.1) == [(-6.0, pytest.approx(0.0, abs=1e-9), True)]
    found = figures.zones(x, sigmoid * (1 - sigmoid), 0.1)
    edge = np.log((1 + np.sqrt(0.6)) / (1 - np.sqrt(0.6)))  # where σ(1 − σ) = 0.1
    assert found == [(-6.0, pytest.approx(-edge, abs=0.02), False), (pytest.approx(edge, abs=0.02), 6.0, False)]


def test_a_function_that_never_flattens_has_no_zones():
    x = np.linspace(-6, 6, 1201)
    assert figures.zones(x, np.ones_like(x), 0.1) == []
    assert figures.zones(x, np.abs(x), 0.005) == []  # one flat point is no zone


def test_the_focused_function_is_the_one_shaded_and_drawn_thick():
    _, panels = drawn("curves", shown=("tanh", "relu"), focus="relu")
    spec = panels["slopes"].spec
    bands = [each for each in spec["marks"] if each["layer"] == "band"]
    assert [(each["words"], each["x"][0]) for each in bands] == [("dead", -6.0)]
    widths = {each["name"]: each["width"] for each in spec["series"]}
    assert widths["ReLU"] > widths["Tanh"]


def test_one_steep_function_does_not_flatten_the_others():
    _, panels = drawn("curves", shown=("tanh", "squared_relu"))
    assert panels["values"].spec["y_range"][1] < 8


def test_throughput_rows_and_their_names_run_from_bottom_to_top():
    view, panels = drawn("curves", shown=("linear", "relu"))
    panel = panels["throughput"]
    assert panel.spec["y_ticks"] == ["ReLU", "Linear"]
    assert panel.arrays["through"].shape[0] == len(view.shown)
    assert panel.arrays["through"][1].min() == 1
    assert panel.arrays["through"][0].min() == 0


def test_the_decision_line_satisfies_the_neurons_equation():
    weights, bias = np.array([1.5, -0.7]), 0.8
    line = figures.decision_line(weights, bias)
    assert line @ weights + bias == pytest.approx([0, 0], abs=1e-12)
    assert np.linalg.norm(line[1] - line[0]) > 2 * views.PLANE


def test_without_weights_there_is_no_line_but_still_a_handle():
    assert np.isnan(figures.decision_line(np.zeros(2), 1.0)).all()
    assert figures.bias_anchor(np.zeros(2), 1.0) == pytest.approx([0, 0])


def test_the_bias_handle_never_leaves_the_plane():
    anchor = figures.bias_anchor(np.array([0.05, 0.05]), 6.0)
    assert np.abs(anchor).max() <= views.PLANE


def test_bars_reach_from_zero_to_their_numbers():
    arrays, spec = figures.bars([0.25, -0.5], ["a", "b"], low=-1, high=1, alt="two bars", draggable=True)
    assert arrays["bar_1"].tolist() == [[[1, 0], [1, -0.5]]]
    assert arrays["tips"].tolist() == [[0, 0.25], [1, -0.5]]
    assert spec["x_ticks"] == ["a", "b"]
