"""Softmax and gated units against torch and autograd."""

import math

import pytest
import torch

from playground.core.errors import UserError
from playground.functions.gates import GATES, entropy, softmax, softmax_jacobian

LOGITS = torch.tensor([[2.0, -1.0, 0.5, 0.5], [1e4, 0.0, -1e4, 3.0]], dtype=torch.float64)


@pytest.mark.parametrize("temperature", [0.05, 1.0, 7.0])
def test_softmax_equals_torch_even_where_exp_would_overflow(temperature):
    assert torch.allclose(softmax(LOGITS, temperature), torch.softmax(LOGITS / temperature, -1), atol=1e-12, rtol=0)


def test_softmax_ignores_a_shift_of_all_logits():
    assert torch.allclose(softmax(LOGITS[0] + 123.0), softmax(LOGITS[0]), atol=1e-12, rtol=0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_jacobian_equals_autograd(temperature):
    exact = torch.autograd.functional.jacobian(lambda z: torch.softmax(z / temperature, 0), LOGITS[0])
    assert (softmax_jacobian(LOGITS[0], temperature) - exact).abs().max() < 1e-10


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan])
def test_a_temperature_that_is_not_positive_is_refused_in_words(temperature):
    with pytest.raises(UserError, match="temperature must be above 0"):
        softmax(LOGITS, temperature)


def test_entropy_runs_from_zero_bits_for_certainty_to_two_for_four_equals():
    assert entropy(torch.tensor([1.0, 0, 0, 0])).item() == 0
    assert entropy(torch.full((4,), 0.25)).item() == pytest.approx(2)


@pytest.mark.parametrize("key", GATES)
def test_gate_slopes_equal_autograd(key):
    value, gate = (torch.linspace(a, b, 41, dtype=torch.float64, requires_grad=True) for a, b in ((-2, 3), (-4.03, 4)))
    slopes = torch.autograd.grad(GATES[key].forward(value, gate).sum(), (value, gate))
    for mine, exact in zip(GATES[key].derivatives(value, gate), slopes, strict=True):
        assert (mine - exact).abs().max() < 1e-10


def test_glu_is_torchs_glu():
    value, gate = torch.randn(2, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    whole = torch.cat([value, gate])
    assert torch.allclose(GATES["glu"].forward(value, gate), torch.nn.functional.glu(whole, 0), atol=1e-12, rtol=0)
