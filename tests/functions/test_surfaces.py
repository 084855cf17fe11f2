"""Surfaces against the literature, against autograd done by hand, and as means of examples."""

import math

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.functions.surfaces import EXAMPLES, SURFACES, gradient, hessian, least_squares_points, make, minima

every = pytest.mark.parametrize("key", SURFACES)
FORMULA = {"formula": "sin(x)*y + (x**2 + y**2)/4"}


def ground(key, **more):
    return make(key, **{**FORMULA, **more})


def at(surface, x, y):
    return float(surface.height(torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)))


@pytest.mark.parametrize(
    ("key", "place", "height"),
    [
        ("rosenbrock", (-1.2, 1.0), 24.2),  # the customary start
        ("rosenbrock", (0.0, 0.0), 1.0),
        ("himmelblau", (0.0, 0.0), 170.0),
        ("himmelblau", (-0.270845, -0.923039), 181.617),  # its one local maximum
        ("beale", (0.0, 0.0), 1.5**2 + 2.25**2 + 2.625**2),
        ("rastrigin", (1.0, 1.0), 2.0),
        ("rastrigin", (0.5, 0.5), 40.5),
        ("ackley", (1.0, 0.0), 20 + math.e - 20 * math.exp(-0.2 * math.sqrt(0.5)) - math.e),
        ("styblinski_tang", (-2.903534, -2.903534), 2 * -39.16617),
        ("saddle", (1.0, 0.0), 0.5),
        ("bowl", (3.0, 4.0), 12.5),
    ],
)
def test_heights_are_those_of_the_literature(key, place, height):
    assert at(ground(key), *place) == pytest.approx(height, rel=1e-5)


@every
def test_known_minima_are_level_and_nothing_around_is_lower(key):
    surface = ground(key)
    for place in minima(surface):
        x, y = place
        height = at(surface, float(x), float(y))
        if key not in ("kink", "ackley"):  # pointed tips have no gradient to vanish
            assert gradient(surface, x, y)[1].abs().max() < 1e-6
        grid = torch.linspace(-0.2, 0.2, 41, dtype=torch.float64)
        a, b = torch.meshgrid(grid, grid if surface.y else grid * 0, indexing="ij")
        assert float(surface.height(x + a, y + b).min()) >= height - 1e-9


@every
def test_known_minima_are_the_lowest_of_the_window(key):
    surface = ground(key)
    places = minima(surface)
    if not len(places):
        return
    x = torch.linspace(*surface.x, 401, dtype=torch.float64)
    y = torch.linspace(*surface.y, 401, dtype=torch.float64) if surface.y else torch.zeros(1, dtype=torch.float64)
    a, b = torch.meshgrid(x, y, indexing="ij")
    lowest = min(at(surface, *map(float, place)) for place in places)
    assert float(surface.height(a, b).min()) >= lowest - 1e-9
    assert all(at(surface, *map(float, place)) == pytest.approx(lowest, abs=1e-9) for place in places)


@every
def test_gradient_and_hessian_agree_with_finite_differences(key):
    surface = ground(key)
    x, y = surface.inside((0.37, 0.61))
    step = 1e-5
    slope = gradient(surface, torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64))[1]
    across = (at(surface, x + step, y) - at(surface, x - step, y)) / (2 * step)
    up = (at(surface, x, y + step) - at(surface, x, y - step)) / (2 * step)
    assert slope.tolist() == pytest.approx([across, up], rel=1e-5, abs=1e-6)
    second = hessian(surface, x, y)
    bend = (at(surface, x + 1e-4, y) - 2 * at(surface, x, y) + at(surface, x - 1e-4, y)) / 1e-8
    assert float(second[0, 0]) == pytest.approx(bend, rel=1e-3, abs=1e-4) and torch.allclose(second, second.T)


@every
def test_the_window_is_finite_at_the_start_and_the_start_lies_inside(key):
    surface = ground(key)
    assert surface.inside(surface.card.start) == surface.inside(surface.inside(surface.card.start))
    assert math.isfinite(at(surface, *surface.inside(surface.card.start))) and surface.latex and surface.card.note.endswith(".")


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0])
def test_the_ravine_has_the_curvatures_it_says_however_it_is_turned(angle):
    surface = ground("ravine", condition=50.0, angle=angle)
    assert torch.linalg.eigvalsh(hessian(surface, 0.3, -0.2)).tolist() == pytest.approx([1.0, 50.0])
    floor = (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    assert at(surface, *floor) == pytest.approx(0.5)


def test_the_least_squares_minimum_is_the_regression_line_of_the_points():
    inputs, targets = (each.numpy() for each in least_squares_points(3))
    slope, intercept = np.polyfit(inputs, targets, 1)
    surface = ground("least_squares", seed=3)
    assert minima(surface).tolist()[0] == pytest.approx([slope, intercept])
    assert at(surface, slope, intercept) == pytest.approx(((slope * inputs + intercept - targets) ** 2).mean() / 2)


@every
def test_all_examples_together_are_the_surface_itself(key):
    surface = ground(key, noise=3.0, seed=5)
    x, y = torch.tensor(0.4, dtype=torch.float64), torch.tensor(-0.3 if surface.y else 0.0, dtype=torch.float64)
    alone = [gradient(surface, x, y, torch.tensor([i])) for i in range(EXAMPLES)]
    whole = gradient(surface, x, y)
    assert torch.stack([each[0] for each in alone]).mean() == pytest.approx(float(whole[0]), rel=1e-9, abs=1e-9)
    assert torch.stack([each[1] for each in alone]).mean(0).tolist() == pytest.approx(whole[1].tolist(), rel=1e-9, abs=1e-9)


def test_the_noise_of_a_batch_shrinks_with_the_root_of_its_size():
    surface = ground("bowl", noise=2.0, seed=1)
    zero = torch.zeros((), dtype=torch.float64)
    stream = torch.Generator().manual_seed(0)

    def spread(size):
        drawn = [gradient(surface, zero, zero, torch.randperm(EXAMPLES, generator=stream)[:size])[1] for _ in range(800)]
        return float(torch.stack(drawn).std(0).mean())

    one = float(torch.stack([gradient(surface, zero, zero, torch.tensor([i]))[1] for i in range(EXAMPLES)]).std(0, correction=0).mean())
    assert spread(1) == pytest.approx(one, rel=0.1) and one == pytest.approx(2.0, rel=0.2)
    for size in (4, 16):  # drawn without replacement from 64: less by the finite-population factor
        assert spread(size) == pytest.approx(one / math.sqrt(size) * math.sqrt((EXAMPLES - size) / (EXAMPLES - 1)), rel=0.1)


def test_another_seed_gives_other_examples_and_the_same_seed_the_same():
    batch, zero = torch.tensor([0, 1]), torch.zeros((), dtype=torch.float64)
    first, again, other = (gradient(ground("bowl", seed=s), zero, zero, batch)[1].tolist() for s in (0, 0, 1))
    assert first == again != other
    assert not torch.equal(least_squares_points(0)[0], least_squares_points(1)[0])


@every
def test_code_computes_the_same_heights(key):
    surface = ground(key, seed=2, noise=1.5)
    x, y = torch.tensor(0.7, dtype=torch.float64), torch.tensor(0.2 if surface.y else 0.0, dtype=torch.float64)
    names = {"torch": torch, "x": x, "y": y, "batch": torch.tensor([1, 5, 9])}
    default = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        exec(surface.preparation, names)
        exec(f"def height(x, y):\n    return {surface.code}\ndef batch_height(x, y, batch):\n    {surface.batch_code}", names)
        assert float(names["height"](x, y)) == pytest.approx(float(surface.height(x, y)), rel=1e-12)
        assert float(names["batch_height"](x, y, names["batch"])) == pytest.approx(float(surface.height(x, y, names["batch"])), rel=1e-12)
    finally:
        torch.set_default_dtype(default)


def test_a_formula_in_x_alone_is_a_curve_and_an_unknown_surface_is_refused():
    assert make("formula", formula="x**2", reach=2.0).y is None and make("formula", formula="x*y", reach=2.0).y == (-2.0, 2.0)
    with pytest.raises(UserError, match="no surface named 'hill'"):
        make("hill")
