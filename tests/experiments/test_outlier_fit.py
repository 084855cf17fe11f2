"""The fit under several losses against closed forms, autograd and its own exported script."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.experiments.outlier_fit import OutlierFit, features, parse_moves
from playground.functions.losses import for_task

EVERY = tuple(for_task("regression"))


def printed(script):
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}


def trained(steps=4000, **values):
    trainer = OutlierFit(**values).trainer()
    trainer.advance(steps)
    return trainer


@pytest.mark.parametrize("degree", [1, 3])
def test_squared_error_finds_the_least_squares_solution(degree):
    trainer = trained(losses=("mse",), degree=degree, learning_rate=0.1, steps=8000)
    points = trainer.experiment.points()
    design = np.stack(features(points[:, 0], degree), 1)
    exact = np.linalg.lstsq(design, points[:, 1], rcond=None)[0]
    assert trainer.weights[0].numpy() == pytest.approx(exact, abs=1e-6)


def test_quantile_leaves_its_share_of_the_points_above():
    trainer = trained(losses=("quantile",), outliers=0, count=80, noise=1.0, quantile_tau=0.8)
    points = trainer.experiment.points()
    above = (points[:, 1] > (trainer.weights @ torch.stack(features(torch.from_numpy(points[:, 0]), 1)))[0].numpy()).mean()
    assert above == pytest.approx(0.2, abs=0.03)


def test_the_more_robust_the_loss_the_closer_to_the_true_line():
    found = trained(losses=("mse", "huber", "mae", "tukey")).metrics()
    distances = [found[f"{key}_distance"] for key in ("mse", "huber", "mae", "tukey")]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.1 < 1 < distances[0]


def test_one_step_equals_autograd_with_torch_sgd_for_every_loss():
    from playground.functions.losses import LOSSES

    trainer = OutlierFit(losses=EVERY[:6], learning_rate=0.1, degree=2).trainer()
    weights = torch.full((6, 3), 0.3, dtype=torch.float64)
    trainer.weights = weights.clone()
    trainer.advance(1)
    for row, key in enumerate(EVERY[:6]):
        parameter = weights[row].clone().requires_grad_()
        optimizer = torch.optim.SGD([parameter], lr=0.1)
        LOSSES[key].forward(parameter @ trainer.inputs, trainer.targets).mean().backward()
        optimizer.step()
        assert torch.allclose(trainer.weights[row], parameter.detach(), atol=1e-12, rtol=0), key


def test_a_dragged_point_is_followed_without_a_restart():
    trainer = trained(losses=("mse", "mae"))
    before = trainer.view()["fits"].copy()
    moved = trainer.experiment.with_move(0, -2.5, 6.0)
    trainer.tune(trainer.experiment.changed(moved=moved))
    trainer.advance(3000)
    after = trainer.view()
    assert after["points"][0] == pytest.approx([-2.5, 6.0])
    change = np.abs(after["fits"] - before)[:, :, 1].max(1)
    assert change[0] > 3 * change[1] > 0  # the squared error follows the point, the absolute error barely


def test_moves_survive_the_text_they_are_kept_in():
    experiment = OutlierFit()
    for index, x, y in ((3, 0.5, -2.0), (7, -1.25, 4.125), (3, 0.75, 99.0)):
        experiment = experiment.changed(moved=experiment.with_move(index, x, y))
    assert experiment.moves() == {3: (0.75, 6.0), 7: (-1.25, 4.125)}
    assert experiment.points()[7] == pytest.approx([-1.25, 4.125])


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ("3:0.5", "must look like 3:0.5,-2"),
        ("__import__('os')", "must look like"),
        ("3:0,9", r"plane ends at ±3, ±6"),
        ("3:nan,0", "must look like"),
    ],
)
def test_nonsense_moves_are_refused_in_words(moved, words):
    with pytest.raises(UserError, match=words):
        OutlierFit(moved=moved)
    with pytest.raises(UserError):
        parse_moves(moved)


def test_moves_of_points_that_are_gone_are_left_out():
    experiment = OutlierFit(count=4, outliers=0, moved="2:0.000,1.000;20:1.000,1.000")
    assert experiment.moves() == {2: (0.0, 1.0)}
    assert experiment.points().shape == (4, 2)


def test_every_point_can_be_moved_within_the_texts_limit():
    experiment = OutlierFit(count=80)
    for index in range(80):
        experiment = experiment.changed(moved=experiment.with_move(index, -2.999, -5.999))
    assert len(experiment.moves()) == 80


def test_more_outliers_than_points_are_refused():
    with pytest.raises(UserError, match="12 outliers cannot be among 4 points"):
        OutlierFit(count=4, outliers=12)


@pytest.mark.parametrize(("count", "outliers"), [(24, 3), (12, 12), (5, 4), (4, 0)])
def test_exactly_the_asked_number_of_points_strays(count, outliers):
    clean = OutlierFit(count=count, outliers=0, height=-1.0).points()
    strayed = OutlierFit(count=count, outliers=outliers, height=-1.0).points()
    assert (clean[:, 1] != strayed[:, 1]).sum() == outliers


def test_too_large_a_learning_rate_diverges_and_says_so():
    trainer = trained(losses=("mse",), degree=5, learning_rate=1.0)
    assert trainer.diverged
    assert "learning rate is too large" in trainer.stop_reason


def test_steps_split_as_one_likes():
    one, other = trained(steps=50), trained(steps=20)
    other.advance(30)
    assert torch.equal(one.weights, other.weights)
    assert one.step_count == other.step_count == 50


def test_checkpoint_continues_exactly():
    trainer = trained(steps=30)
    copy = OutlierFit().trainer()
    copy.load_state_dict(trainer.state_dict())
    trainer.advance(30)
    copy.advance(30)
    assert torch.equal(trainer.weights, copy.weights)


def test_the_exported_script_reproduces_the_losses_live_changes_included():
    experiment = OutlierFit(losses=EVERY[:6], degree=2)
    changes = [
        Change(step=0, values={"huber_delta": 0.5}),
        Change(step=120, values={"moved": experiment.with_move(4, 1.0, -5.0)}),
        Change(step=120, values={"learning_rate": 0.1}),
        Change(step=200, values={"moved": experiment.with_move(4, 0.0, 5.0)}),
    ]
    trainer = experiment.trainer()
    for change in changes:
        trainer.advance(change.step - trainer.step_count)
        trainer.tune(trainer.experiment.changed(**change.values))
    expected = {key: value for key, value in trainer.metrics().items() if key.endswith("_loss")}
    assert printed(experiment.script(200, changes)) == pytest.approx(expected, rel=1e-9)
