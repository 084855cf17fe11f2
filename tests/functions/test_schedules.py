"""Schedules equal their namesakes in torch.optim.lr_scheduler, keep their promises at both ends, and refuse nonsense in words."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from playground.core.errors import UserError
from playground.functions.schedules import SCHEDULES

every = pytest.mark.parametrize("card", SCHEDULES.values(), ids=SCHEDULES)
TOTAL = 60


def rates(build, total=TOTAL, rate=1.0):
    """The learning rates before each of `total` updates under a torch scheduler."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = build(optimizer)
    found = []
    for _ in range(total):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(found) < total:  # a one-cycle scheduler refuses to be asked beyond its end
            scheduler.step()
    return np.array(found)


@pytest.mark.parametrize(
    ("key", "shape", "build"),
    [
        ("constant", {}, lambda o: lr_scheduler.ConstantLR(o, factor=1.0)),
        ("step", {"drop": 0.3, "stairs": 4.0}, lambda o: lr_scheduler.StepLR(o, step_size=TOTAL // 4, gamma=0.3)),
        ("exponential", {"final": 0.02}, lambda o: lr_scheduler.ExponentialLR(o, gamma=0.02 ** (1 / TOTAL))),
        ("cosine", {"final": 0.1}, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=TOTAL, eta_min=0.1)),
        ("warmup", {"share": 0.25}, lambda o: lr_scheduler.LinearLR(o, start_factor=1 / 15, end_factor=1.0, total_iters=14)),
        ("one_cycle", {"share": 0.3}, lambda o: lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=TOTAL, pct_start=0.3)),
    ],
)
def test_a_schedule_is_that_of_torch(key, shape, build):
    assert SCHEDULES[key].factors(TOTAL, **shape) == pytest.approx(rates(build), abs=1e-12)


def test_warm_up_then_cosine_is_torchs_sequence_of_both():
    def build(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / 12, end_factor=1.0, total_iters=11)
        fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=TOTAL - 12)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], [12])

    assert SCHEDULES["warmup_cosine"].factors(TOTAL, share=0.2) == pytest.approx(rates(build), abs=1e-12)


@every
@given(total=st.integers(1, 3000), data=st.data())
def test_a_multiplier_lies_between_0_and_1_for_any_length_and_shape(card, total, data):
    shape = {name: data.draw(st.floats(each.low, each.high)) for name, each in card.parameters.items()}
    step = data.draw(st.integers(0, total + 10))
    assert 0 <= card.factor(step, total, **shape) <= 1 + 1e-12


def test_what_is_said_of_the_ends_is_true():
    assert SCHEDULES["exponential"].factor(100, 100, final=0.05) == pytest.approx(0.05)
    assert SCHEDULES["cosine"].factor(50, 100, final=0.0) == pytest.approx(0.5)
    assert SCHEDULES["step"].factor(99, 100, drop=0.1, stairs=3) == pytest.approx(0.01)
    assert SCHEDULES["warmup"].factor(9, 100, share=0.1) == 1.0 and SCHEDULES["warmup"].factor(0, 100, share=0.1) == pytest.approx(0.1)
    cycle = SCHEDULES["one_cycle"].factors(101, share=0.3)
    assert cycle[0] == pytest.approx(1 / 25) and cycle.argmax() in (29, 30) and cycle[-1] == pytest.approx(1 / 25e4)


@every
def test_an_unknown_parameter_or_an_impossible_step_is_refused_in_words(card):
    with pytest.raises(UserError, match=f"{card.title} has no parameter named 'speed'"):
        card.factor(0, 10, speed=1.0)
    for step, total in ((-1, 10), (0, 0)):
        with pytest.raises(UserError, match="at least one step"):
            card.factor(step, total)


@every
def test_a_card_names_a_torch_scheduler_and_has_words(card):
    assert hasattr(lr_scheduler, card.torch_name) and card.latex and card.help.endswith(".")
    assert all(each.low <= each.default <= each.high and math.isfinite(each.default) for each in card.parameters.values())
