"""The table builds real torch optimizers that do what their cards say, and refuses what they cannot take."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.optimizers.lion import Lion
from playground.optimizers.table import OPTIMIZERS

every = pytest.mark.parametrize("card", OPTIMIZERS.values(), ids=OPTIMIZERS)


def descend(card, steps=300, **given):
    """A point walking down (x² + 5 y²)/2; its path (steps + 1, 2)."""
    point = torch.tensor([[1.5, -1.0]] if card.matrix else [1.5, -1.0], dtype=torch.float64, requires_grad=True)
    optimizer = card.build([point], **given)
    path = [point.detach().reshape(2).numpy().copy()]

    def closure():
        optimizer.zero_grad()
        x, y = point.reshape(2)
        height = (x**2 + 5 * y**2) / 2
        height.backward()
        return height

    for _ in range(steps):
        closure()
        optimizer.step(closure) if card.closure else optimizer.step()
        path.append(point.detach().reshape(2).numpy().copy())
    return np.array(path)


@every
def test_every_optimizer_goes_downhill_with_its_defaults(card):
    path = descend(card)
    heights = (path[:, 0] ** 2 + 5 * path[:, 1] ** 2) / 2
    assert np.isfinite(path).all() and heights[-1] < 0.5 * heights[0]


@every
def test_every_number_reaches_torch(card):
    point = torch.zeros((1, 2) if card.matrix else 2, dtype=torch.float64, requires_grad=True)
    for name, each in card.hyperparameters.items():
        value = each.high if each.high != each.default else each.low
        if name.startswith("beta") and name[-1] in "12":
            value = 0.5
        (group,) = card.build([point], **{name: value}).param_groups
        where, _, place = each.torch_name.partition(".")
        found = group[where][int(place)] if place else group[where]
        assert found == (("strong_wolfe" if value else None) if name == "line_search" else value)


@every
def test_the_code_builds_the_same_optimizer(card):
    point = torch.zeros((1, 2) if card.matrix else 2, dtype=torch.float64, requires_grad=True)
    made = eval(card.code("[point]"), {"torch": torch, "point": point, "Lion": Lion})
    mine = card.build([point])
    assert type(made) is type(mine)
    kept = {name: value for name, value in mine.param_groups[0].items() if name not in ("params", "foreach")}
    assert kept == {name: value for name, value in made.param_groups[0].items() if name not in ("params", "foreach")}


@every
def test_a_value_out_of_range_or_an_unknown_name_is_refused_in_words(card):
    with pytest.raises(UserError, match=f"{card.title} has no hyperparameter named 'speed'") as refusal:
        card.arguments(speed=1.0)
    assert refusal.value.field == "speed"
    with pytest.raises(UserError, match="must be between"):
        card.arguments(learning_rate=1e9)


@every
def test_a_card_is_complete(card):
    assert card.latex and card.source and card.note.endswith(".") and "learning_rate" in card.hyperparameters
    assert not card.torch_name or hasattr(torch.optim, card.torch_name)
    assert all(each.low <= each.default <= each.high for each in card.hyperparameters.values())


def test_a_heavy_ball_follows_polyaks_recursion():
    path = descend(OPTIMIZERS["momentum"], 20, learning_rate=0.05, momentum=0.8)
    curvature, before, now = np.array([1.0, 5.0]), path[0], path[0]
    for found in path[1:]:
        before, now = now, now - 0.05 * curvature * now + 0.8 * (now - before)
        assert found == pytest.approx(now, rel=1e-12)


def test_lion_is_its_paper_step_by_step():
    path = descend(OPTIMIZERS["lion"], 30, learning_rate=0.02, beta1=0.9, beta2=0.99, weight_decay=0.1)
    position, average = path[0].copy(), np.zeros(2)
    for found in path[1:]:
        slope = np.array([1.0, 5.0]) * position
        mixed = 0.9 * average + 0.1 * slope
        position = position - 0.02 * (np.sign(mixed) + 0.1 * position)
        average = 0.99 * average + 0.01 * slope
        assert found == pytest.approx(position, rel=1e-12)


def test_lion_refuses_impossible_numbers_and_runs_a_closure():
    point = torch.ones(2, requires_grad=True)
    for wrong in ({"lr": -1.0}, {"betas": (1.0, 0.9)}, {"weight_decay": -0.1}):
        with pytest.raises(ValueError, match="Lion needs"):
            Lion([point], **wrong)
    optimizer = Lion([point, torch.zeros(1, requires_grad=True)], lr=0.1)  # the second has no gradient and stays put

    def closure():
        optimizer.zero_grad()
        value = (point**2).sum()
        value.backward()
        return value

    assert float(optimizer.step(closure).detach()) == 2.0 and point.tolist() == pytest.approx([0.9, 0.9])


def test_the_table_is_read_without_torch():
    code = "import sys; from playground.optimizers.table import OPTIMIZERS; print('torch' in sys.modules, len(OPTIMIZERS))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["False", str(len(OPTIMIZERS))]
