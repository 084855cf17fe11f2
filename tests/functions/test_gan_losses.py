"""Objectives: slopes are derivatives, code says what value computes; measures know a perfect, a collapsed and a foreign generator."""

import math

import numpy as np
import pytest
import torch

from playground.data import distributions
from playground.experiments.gan_measures import Judge
from playground.functions.gan_losses import OBJECTIVES


@pytest.mark.parametrize("goal", OBJECTIVES.values(), ids=OBJECTIVES)
def test_slopes_are_autograds_and_the_printed_code_gives_the_same_values(goal):
    d = torch.tensor([-30.0, -1.7, -0.2, 0.3, 1.4, 30.0], dtype=torch.float64, requires_grad=True)
    for value, slope, code in zip((goal.real, goal.fake, goal.generator), (goal.real_slope, goal.fake_slope, goal.generator_slope), goal.code, strict=True):
        (found,) = torch.autograd.grad(value(d).sum(), d)
        assert torch.allclose(slope(d.detach()), found, atol=1e-12)
        assert torch.allclose(eval(code, {"d": d, "F": torch.nn.functional}), value(d), atol=1e-12)  # our own table


def test_minimax_saturates_where_non_saturating_is_steepest():
    sure = torch.tensor([-12.0], dtype=torch.float64)
    assert abs(float(OBJECTIVES["minimax"].generator_slope(sure))) < 1e-5 and abs(float(OBJECTIVES["non_saturating"].generator_slope(sure))) > 0.99


@pytest.fixture(scope="module")
def judge():
    return Judge(distributions.load("gaussians8", "", 0.12, 0))


def test_a_second_real_sample_is_judged_perfect(judge):
    verdict = judge.judge(torch.from_numpy(judge.cloud.twin[:1000].copy()))
    assert verdict.covered == 8 and verdict.quality > 0.97 and verdict.js == judge.floor < 0.01 and verdict.kl < 0.05


def test_one_mode_of_eight_has_the_divergence_that_theory_says(judge):
    one = torch.from_numpy(judge.cloud.points[::8].copy())
    verdict = judge.judge(one)
    # p over eight modes, q on one of them: JS = ½ (ln 2 · 7/8 + 1/8 ln(2/9)) + ½ ln(16/9)
    expected = 0.5 * (7 / 8 * math.log(2) + 1 / 8 * math.log((1 / 8) / (9 / 16))) + 0.5 * math.log(16 / 9)
    assert verdict.covered == 1 and verdict.quality > 0.97 and verdict.js == pytest.approx(expected, abs=0.01)


def test_fakes_elsewhere_share_nothing_with_the_data_and_numbers_without_end_are_borne(judge):
    verdict = judge.judge(torch.full((1000, 2), 2.9, dtype=torch.float64))
    assert verdict.covered == 0 and verdict.quality == 0 and verdict.js > 0.68
    wild = torch.tensor([[float("nan"), 1.0], [float("inf"), -float("inf")]], dtype=torch.float64)
    assert judge.judge(wild).quality == 0


def test_the_best_discriminator_is_sure_of_what_only_one_side_has(judge):
    best = judge.best_discriminator(judge.judge(torch.full((500, 2), 2.9, dtype=torch.float64)).density)
    assert float(best[-2, -2]) < -0.9 and float(best.max()) > 0.9
    assert np.allclose(judge.best_discriminator(judge.real), 0)
