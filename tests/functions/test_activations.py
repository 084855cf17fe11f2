"""Values against torch.nn.functional and mpmath, slopes against autograd, mpmath and finite differences."""

import subprocess
import sys

import mpmath as mp
import pytest
import torch
import torch.nn.functional as F

from playground.core.errors import UserError
from playground.functions.activations import ACTIVATIONS

TOLERANCE = 1e-10  # float64
POINTS = torch.linspace(-9.0, 9.0, 241, dtype=torch.float64)
KINKS = torch.tensor([-6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0], dtype=torch.float64)


def clip(x, low, high):
    return mp.mpf(min(max(x, low), high))


# key: (torch's own function, the paper's formula in arbitrary precision)
REFERENCES = {
    "linear": (torch.nn.Identity(), lambda x: x),
    "sigmoid": (F.sigmoid, lambda x: 1 / (1 + mp.exp(-x))),
    "tanh": (F.tanh, lambda x: (mp.exp(x) - mp.exp(-x)) / (mp.exp(x) + mp.exp(-x))),
    "relu": (F.relu, lambda x: max(mp.mpf(0), x)),
    "leaky_relu": (lambda x, slope=0.01: F.leaky_relu(x, slope), lambda x, slope=0.01: x if x > 0 else slope * x),
    "prelu": (
        lambda x, slope=0.25: F.prelu(x, torch.tensor([slope], dtype=x.dtype)),
        lambda x, slope=0.25: x if x > 0 else slope * x,
    ),
    "elu": (lambda x, alpha=1.0: F.elu(x, alpha), lambda x, alpha=1.0: x if x > 0 else alpha * (mp.exp(x) - 1)),
    "selu": (
        F.selu,
        lambda x: mp.mpf("1.0507009873554804934193349852946") * (x if x > 0 else mp.mpf("1.6732632423543772848170429916717") * (mp.exp(x) - 1)),
    ),
    "celu": (
        lambda x, alpha=1.0: F.celu(x, alpha),
        lambda x, alpha=1.0: x if x > 0 else alpha * (mp.exp(x / alpha) - 1),
    ),
    "softplus": (
        lambda x, beta=1.0: F.softplus(x, beta),
        # torch's documented rule: the identity where βx > 20.
        lambda x, beta=1.0: x if beta * x > 20 else mp.log(1 + mp.exp(beta * x)) / beta,
    ),
    "silu": (lambda x, beta=1.0: F.silu(beta * x) / beta, lambda x, beta=1.0: x / (1 + mp.exp(-beta * x))),
    "gelu": (F.gelu, lambda x: x * mp.ncdf(x)),
    "gelu_tanh": (
        lambda x: F.gelu(x, approximate="tanh"),
        lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3))),
    ),
    "mish": (F.mish, lambda x: x * mp.tanh(mp.log(1 + mp.exp(x)))),
    "hardswish": (F.hardswish, lambda x: x * clip(x + 3, 0, 6) / 6),
    "relu6": (F.relu6, lambda x: clip(x, 0, 6)),
    "hardtanh": (F.hardtanh, lambda x: clip(x, -1, 1)),
    "hardsigmoid": (F.hardsigmoid, lambda x: clip(x + 3, 0, 6) / 6),
    "softsign": (F.softsign, lambda x: x / (1 + abs(x))),
    "squared_relu": (lambda x: F.relu(x).square(), lambda x: max(mp.mpf(0), x) ** 2),
    "sine": (lambda x, omega=1.0: torch.sin(omega * x), lambda x, omega=1.0: mp.sin(omega * x)),
}
# torch's own backward multiplies by a sixth, or by 1/alpha, in float32.
ROUGH_IN_TORCH = {"hardsigmoid": 1e-8, "celu": 3e-8}
CASES = [(key, {}) for key in ACTIVATIONS] + [
    (key, {name: bound})
    for key, activation in ACTIVATIONS.items()
    for name, parameter in activation.parameters.items()
    for bound in (parameter.low, parameter.high)
]


def slope_by_autograd(function, x, **parameters):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(function(x, **parameters).sum(), x)[0]


def test_every_activation_has_a_reference():
    assert REFERENCES.keys() == ACTIVATIONS.keys()


def test_table_starts_with_the_simplest_in_teaching_order():
    assert list(ACTIVATIONS)[:5] == ["linear", "sigmoid", "tanh", "relu", "leaky_relu"]


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_value_equals_torch_and_the_written_formula(key, parameters):
    value = ACTIVATIONS[key].forward(POINTS, **parameters)
    torch_function, formula = REFERENCES[key]
    assert (value - torch_function(POINTS, **parameters)).abs().max() < TOLERANCE
    exact = [float(formula(mp.mpf(x), **parameters)) for x in POINTS[::6].tolist()]
    assert torch.allclose(value[::6], torch.tensor(exact, dtype=torch.float64), rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_derivative_equals_autograd_of_value_and_of_torch_also_at_kinks(key, parameters):
    for points in (POINTS, KINKS):
        slope = ACTIVATIONS[key].derivative(points, **parameters)
        assert (slope - slope_by_autograd(ACTIVATIONS[key].forward, points, **parameters)).abs().max() < TOLERANCE
        limit = ROUGH_IN_TORCH.get(key, TOLERANCE)
        assert (slope - slope_by_autograd(REFERENCES[key][0], points, **parameters)).abs().max() < limit


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_derivative_equals_finite_differences(key, parameters):
    activation, width = ACTIVATIONS[key], 1e-6
    points = POINTS[(POINTS[:, None] - KINKS).abs().amin(1) > 0.01]
    change = activation.forward(points + width, **parameters) - activation.forward(points - width, **parameters)
    slope = activation.derivative(points, **parameters)
    assert torch.allclose(change / (2 * width), slope, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("key", "parameters"), CASES)
def test_expression_evaluates_to_the_value_with_only_torch_at_hand(key, parameters):
    code = ACTIVATIONS[key].expression(**parameters)
    value = eval(code, {"torch": torch}, {"x": POINTS})
    assert (value - ACTIVATIONS[key].forward(POINTS, **parameters)).abs().max() < TOLERANCE


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_shape_and_dtype_are_kept_and_nothing_is_aliased(key):
    for dtype in (torch.float32, torch.float64):
        x = torch.linspace(-2, 2, 12, dtype=dtype).reshape(2, 3, 2)
        for result in (ACTIVATIONS[key].forward(x), ACTIVATIONS[key].derivative(x)):
            assert result.shape == x.shape
            assert result.dtype == dtype
            assert result.data_ptr() != x.data_ptr()


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_huge_inputs_give_finite_slopes(key):
    x = torch.tensor([-1e4, 1e4], dtype=torch.float64)
    assert torch.isfinite(ACTIVATIONS[key].derivative(x)).all()
    assert torch.isfinite(ACTIVATIONS[key].forward(x)).all()


def test_parameters_may_be_tensors_that_broadcast():
    slopes = torch.tensor([[0.0], [0.1], [0.3]], dtype=torch.float64)
    together = ACTIVATIONS["leaky_relu"].forward(POINTS.expand(3, -1), slope=slopes)
    alone = torch.stack([ACTIVATIONS["leaky_relu"].forward(POINTS, slope=each.item()) for each in slopes])
    assert torch.equal(together, alone)


def test_selu_keeps_mean_0_and_variance_1_as_its_paper_promises():
    x = torch.randn(400_000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    y = ACTIVATIONS["selu"].forward(x)
    assert abs(y.mean().item()) < 0.01
    assert abs(y.var().item() - 1) < 0.01


def test_unknown_parameter_is_refused_in_words():
    with pytest.raises(UserError, match=r"ReLU has no parameter named 'slope'\. It has no parameters\."):
        ACTIVATIONS["relu"].forward(POINTS, slope=0.1)


def test_tables_can_be_read_without_loading_torch():
    code = (
        "import sys\n"
        "from playground.functions import activations, gates, initialisers, losses\n"
        "texts = [a.torch_expression for a in activations.ACTIVATIONS.values()]\n"
        "texts += [each.torch_expression for each in losses.LOSSES.values()]\n"
        "assert 'torch' not in sys.modules, 'torch was loaded'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
