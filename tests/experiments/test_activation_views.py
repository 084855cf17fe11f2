"""Numbers behind the still pictures of the activation screen."""

import numpy as np
import pytest
import torch

from playground.experiments import activation_views as views
from playground.functions.activations import ACTIVATIONS
from playground.functions.gates import GATES
from playground.functions.shape_fields import field_names


def test_every_shape_parameter_of_the_table_has_a_control_with_the_tables_range():
    domains = views.ActivationCurves.domains()
    for key, activation in ACTIVATIONS.items():
        for name, parameter in activation.parameters.items():
            domain = domains[f"{key}_{name}"]
            assert (domain.low, domain.high) == (parameter.low, parameter.high)
    assert set(field_names(ACTIVATIONS, ACTIVATIONS)) <= domains.keys()


def test_curves_use_the_parameters_of_the_controls():
    view = views.ActivationCurves(shown=("leaky_relu", "elu"), leaky_relu_slope=0.3, elu_alpha=2.0, probe=-1.0)
    data = views.curves(**view.arguments())
    assert data["probe_leaky_relu"] == pytest.approx([-0.3, 0.3])
    assert data["probe_elu"] == pytest.approx([2 * (np.exp(-1) - 1), 2 * np.exp(-1)])
    assert data["value_elu"] == pytest.approx(torch.nn.functional.elu(torch.from_numpy(data["x"]), 2.0).numpy())


def test_the_slope_curve_is_the_slope_of_the_value_curve():
    data = views.curves(**views.ActivationCurves(shown=("gelu", "mish")).arguments())
    for key in ("gelu", "mish"):
        assert np.gradient(data[f"value_{key}"], data["x"]) == pytest.approx(data[f"slope_{key}"], abs=2e-2)


def test_focus_falls_back_to_what_is_shown():
    assert views.ActivationCurves(shown=("relu",), focus="tanh").focused == "relu"
    assert views.ActivationCurves(shown=("relu", "tanh"), focus="tanh").focused == "tanh"


def test_the_default_neuron_is_an_and_and_no_line_makes_an_xor():
    assert views.Neuron().right() == 4
    stream = np.random.default_rng(0)
    for w1, w2, bias in stream.uniform(-4, 4, (300, 3)):
        assert views.Neuron(w1=w1, w2=w2, bias=bias, task="xor").right() <= 3


def test_dragging_the_bias_puts_the_line_through_the_handle():
    view = views.Neuron()
    moved = view.changed(**view.dragged({"name": "bias", "x": 0.5, "y": -1.0}))
    assert moved.w1 * 0.5 + moved.w2 * -1.0 + moved.bias == pytest.approx(0, abs=0.03)
    assert (moved.w1, moved.w2) == (view.w1, view.w2)


def test_dragging_the_arrow_sets_the_weights_and_stays_in_range():
    view = views.Neuron()
    assert view.dragged({"name": "weights", "x": views.ARROW * 2.0, "y": -views.ARROW}) == {"w1": 2.0, "w2": -1.0}
    assert view.changed(**view.dragged({"name": "weights", "x": 99.0, "y": -99.0})).w1 == 4.0


def test_neuron_field_is_the_activation_of_the_weighted_sum_with_the_lowest_row_first():
    data = views.neuron_field(**views.Neuron(activation="tanh", w1=1.0, w2=2.0, bias=0.5).arguments())
    assert data["field"][0, -1] == pytest.approx(np.tanh(3 - 6 + 0.5), abs=1e-6)
    assert data["corners"] == pytest.approx(np.tanh([-2.5, 1.5, -0.5, 3.5]))


def test_softmax_numbers_agree_with_torch_at_every_temperature():
    view = views.SoftmaxView(temperature=0.5)
    data = views.softmax_numbers(**view.arguments())
    logits = torch.tensor(view.logits, dtype=torch.float64)
    assert data["probabilities"] == pytest.approx(torch.softmax(logits / 0.5, 0).numpy())
    for row, temperature in zip(data["sweep"][::30], data["sweep_temperatures"][::30], strict=True):
        assert row == pytest.approx(torch.softmax(logits / temperature, 0).numpy())
    assert data["entropy"] == pytest.approx(-(data["probabilities"] * np.log2(data["probabilities"])).sum())


def test_dragging_a_logit_or_the_temperature_stays_in_range():
    view = views.SoftmaxView()
    assert view.dragged({"name": "z/2", "x": 2.0, "y": 7.3}) == {"z3": 5.0}
    assert view.dragged({"name": "temperature", "x": 0.0001, "y": None}) == {"temperature": 0.05}


@pytest.mark.parametrize("gate", GATES)
def test_gate_point_lies_on_field_and_slice(gate):
    data = views.gate_field(gate, a=1.0, b=2.0)
    out, by_value, by_gate, opening = data["point"]
    assert out == pytest.approx(1.0 * opening)
    assert by_value == pytest.approx(opening)
    assert np.interp(2.0, data["slice_x"], data["slice_value"]) == pytest.approx(out, abs=1e-4)
    assert np.interp(2.0, data["slice_x"], data["slice_gate"]) == pytest.approx(by_gate, abs=1e-3)


@pytest.mark.parametrize(("kind", "event"), [
    (views.ActivationCurves, {"name": "probe", "x": 50.0, "y": None}),
    (views.GateView, {"name": "point", "x": 9.0, "y": -9.0}),
    (views.Neuron, {"name": "bias", "x": 3.0, "y": 3.0}),
])  # fmt: skip
def test_whatever_is_dragged_gives_valid_settings(kind, event):
    view = kind()
    assert view.changed(**view.dragged(event)) != view
