"""Every draw against torch.nn.init, and the spread it promises."""

import math

import pytest
import torch

from playground.functions.initialisers import INITIALISERS

SHAPE = (300, 200)  # outputs, inputs

# key: standard deviation promised for SHAPE
DEVIATIONS = {
    "xavier_uniform": math.sqrt(2 / 500),
    "xavier_normal": math.sqrt(2 / 500),
    "he_normal": math.sqrt(2 / 200),
    "he_uniform": math.sqrt(2 / 200),
    "lecun_normal": math.sqrt(1 / 200),
    "lecun_uniform": math.sqrt(1 / 200),
    "torch_default": math.sqrt(1 / 600),
    "orthogonal": math.sqrt(1 / 300),
    "playground": math.sqrt(1 / 12),
    "small_normal": 0.01,
    "too_large": 1.0,
    "zeros": 0.0,
}


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_every_initialiser_has_a_promised_spread():
    assert DEVIATIONS.keys() == INITIALISERS.keys()


@pytest.mark.parametrize("key", INITIALISERS)
def test_spread_is_as_promised_and_centred_on_zero(key):
    weight = INITIALISERS[key](SHAPE, stream())
    assert weight.shape == SHAPE
    assert weight.std().item() == pytest.approx(DEVIATIONS[key], rel=0.02)
    assert abs(weight.mean().item()) <= 0.02 * DEVIATIONS[key]


@pytest.mark.parametrize("key", INITIALISERS)
def test_script_expression_draws_the_same_weights(key):
    weight = torch.empty(SHAPE)
    exec(INITIALISERS[key].torch_expression, {"torch": torch}, {"weight": weight, "generator": stream()})
    assert torch.equal(weight, INITIALISERS[key](SHAPE, stream()))


@pytest.mark.parametrize("key", INITIALISERS)
def test_only_the_given_generator_is_used(key):
    before = torch.random.get_rng_state()
    first, again = (INITIALISERS[key](SHAPE, stream(7)) for _ in range(2))
    other = INITIALISERS[key](SHAPE, stream(8))
    assert torch.equal(first, again)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(first, other) == (key == "zeros")


def test_torch_default_is_what_a_linear_layer_draws():
    torch_layer = torch.nn.Linear(200, 4000)
    drawn = INITIALISERS["torch_default"]((4000, 200), stream())
    assert drawn.abs().max().item() == pytest.approx(torch_layer.weight.abs().max().item(), rel=1e-3)
    assert drawn.std().item() == pytest.approx(torch_layer.weight.std().item(), rel=0.01)


def test_orthogonal_keeps_every_length():
    weight = INITIALISERS["orthogonal"]((64, 64), stream(), torch.float64)
    x = torch.randn(10, 64, generator=stream(), dtype=torch.float64)
    assert torch.allclose((x @ weight.T).norm(dim=1), x.norm(dim=1))


def test_dtype_is_honoured():
    assert INITIALISERS["he_normal"]((3, 2), stream(), torch.float64).dtype == torch.float64
    assert INITIALISERS["he_normal"]((3, 2), stream()).dtype == torch.float32
