"""The race through deep stacks against a plain torch.nn network, and against what the papers promise."""

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.randomness import torch_stream
from playground.experiments.signal_race import BINS, SignalRace, atlas, fade, propagate, verdict
from playground.functions.activations import ACTIVATIONS
from playground.functions.initialisers import INITIALISERS

SMALL = {"depth": 5, "width": 16, "batch": 32}


def measured(activation, initialiser, **settings):
    view = SignalRace(activations=(activation,), initialisers=(initialiser,), **settings)
    data = propagate(**view.arguments())
    return {name: rows[0] for name, rows in data.items()}


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("normalised", [False, True])
def test_numbers_equal_those_of_a_plain_torch_network(residual, normalised):
    mine = measured("tanh", "he_normal", residual=residual, normalised=normalised, seed=3, scale=1.5, **SMALL)
    stream = torch_stream(3, "weights")
    layers = [torch.nn.Linear(16, 16, bias=False, dtype=torch.float64) for _ in range(5)]
    for layer in layers:
        layer.weight.data = 1.5 * INITIALISERS["he_normal"]((16, 16), stream, torch.float64)
    norm = torch.nn.LayerNorm(16, elementwise_affine=False, dtype=torch.float64) if normalised else torch.nn.Identity()
    outputs = [torch.randn(32, 16, generator=torch_stream(3, "inputs"), dtype=torch.float64)]
    for layer in layers:
        response = torch.tanh(norm(layer(outputs[-1])))
        response = response + outputs[-1] if residual else response
        response.retain_grad()
        outputs.append(response)
    outputs[-1].backward(torch.randn(32, 16, generator=torch_stream(3, "gradient"), dtype=torch.float64) / 32)
    assert mine["spread"] == pytest.approx([each.std().item() for each in outputs], rel=1e-12)
    assert mine["gradient"] == pytest.approx([each.grad.norm().item() for each in outputs[1:]], rel=1e-12)


def test_dead_units_are_those_that_no_example_switches_on():
    mine = measured("relu", "he_normal", seed=1, **SMALL)
    stream, h = (
        torch_stream(1, "weights"),
        torch.randn(32, 16, generator=torch_stream(1, "inputs"), dtype=torch.float64),
    )
    for share in mine["dead"]:
        total = h @ INITIALISERS["he_normal"]((16, 16), stream, torch.float64).T
        assert share == pytest.approx((total <= 0).all(0).double().mean().item())
        h = torch.relu(total)


def test_alike_is_the_mean_cosine_between_examples():
    mine = measured("sigmoid", "xavier_normal", **SMALL)
    inputs = torch.randn(32, 16, generator=torch_stream(0, "inputs"), dtype=torch.float64)
    table = torch.nn.functional.cosine_similarity(inputs[:, None], inputs[None], dim=2)
    assert mine["alike"][0] == pytest.approx((table.sum() - 32).item() / (32 * 31), abs=1e-12)
    assert mine["alike"][-1] > 0.99  # a sigmoid stack forgets which example it saw


def test_linear_orthogonal_stack_keeps_signal_and_gradient_exactly():
    mine = measured("linear", "orthogonal", depth=50)
    assert mine["spread"] == pytest.approx(np.full(51, mine["spread"][0]), rel=1e-3)  # lengths are kept, means drift a little
    assert mine["gradient"] == pytest.approx(np.full(50, mine["gradient"][0]), rel=1e-9)


def test_he_keeps_relu_level_where_xavier_halves_its_variance_a_layer():
    he, xavier = (measured("relu", key, depth=20, width=128, batch=256) for key in ("he_normal", "xavier_normal"))
    assert 0.3 < he["spread"][-1] / he["spread"][1] < 3
    assert xavier["spread"][-1] / xavier["spread"][1] == pytest.approx(2 ** (-19 / 2), rel=1)


@pytest.mark.parametrize(
    ("activation", "initialiser", "depth", "expected"),
    [
        ("relu", "he_normal", 50, "healthy"),
        ("tanh", "xavier_normal", 50, "healthy"),
        ("selu", "lecun_normal", 50, "healthy"),
        ("sigmoid", "xavier_normal", 50, "vanishes"),
        ("relu", "small_normal", 20, "vanishes"),
        ("relu", "too_large", 20, "explodes"),
        ("tanh", "too_large", 30, "explodes"),
        ("tanh", "zeros", 5, "silent"),
        ("relu", "zeros", 2, "silent"),
    ],
)
def test_verdicts_are_those_of_the_textbook(activation, initialiser, depth, expected):
    mine = measured(activation, initialiser, depth=depth)
    assert verdict(mine["spread"], mine["gradient"], mine["dead"]) == expected


def test_a_stack_of_dead_units_is_called_dead():
    assert verdict(np.ones(3), np.ones(2), np.array([0.0, 0.9])) == "dead"


def test_fade_counts_powers_of_ten_from_the_last_layer_to_the_first():
    assert fade(np.array([1e-4, 1.0])) == pytest.approx(-4)
    assert fade(np.array([0.0, 1.0])) == -np.inf
    assert fade(np.array([np.inf, 1.0])) == np.inf


def test_overflow_is_reported_as_infinite_not_as_an_error():
    mine = measured("squared_relu", "too_large", depth=50)
    assert np.isinf(mine["spread"][-1])
    assert verdict(mine["spread"], mine["gradient"], mine["dead"]) in ("explodes", "silent")
    assert not any(np.isnan(rows).any() for rows in mine.values())


def test_a_stack_does_not_depend_on_who_else_races():
    alone = measured("tanh", "he_normal", **SMALL)
    together = propagate(("relu", "tanh"), ("xavier_normal", "he_normal"), **SMALL)
    for name, rows in together.items():
        assert np.array_equal(rows[3], alone[name]), name


def test_same_seed_same_numbers_other_seed_others_and_no_global_randomness():
    before = torch.random.get_rng_state()
    one, again, other = (measured("tanh", "he_normal", seed=seed, **SMALL) for seed in (0, 0, 1))
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not np.array_equal(one["gradient"], other["gradient"])
    assert torch.equal(torch.random.get_rng_state(), before)


def test_histogram_counts_every_output_once():
    mine = measured("tanh", "he_normal", **SMALL)
    assert mine["histogram"].shape == (6, BINS)
    assert mine["histogram"].sum(1) == pytest.approx(np.ones(6))


def test_atlas_holds_every_activation_with_every_initialiser():
    found = atlas(depth=4, width=8, batch=16)
    assert found["activations"] == list(ACTIVATIONS)
    assert found["initialisers"] == list(INITIALISERS)
    assert found["ratio"].shape == found["dead"].shape == (len(ACTIVATIONS), len(INITIALISERS))
    row, column = found["activations"].index("tanh"), found["initialisers"].index("he_normal")
    assert found["ratio"][row, column] == pytest.approx(fade(measured("tanh", "he_normal", depth=4, width=8, batch=16)["gradient"]))


def test_too_many_stacks_are_refused_in_words():
    with pytest.raises(UserError, match="5 activations with 2 kinds of starting weights make 10 stacks"):
        SignalRace(activations=("sigmoid", "tanh", "relu", "gelu", "silu"))
