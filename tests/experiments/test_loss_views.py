"""Numbers behind the loss curves."""

import numpy as np
import pytest
import torch

from playground.experiments import loss_views as views
from playground.functions.losses import LOSSES, for_task
from playground.functions.shape_fields import field_names


def test_every_shape_parameter_of_the_table_has_a_control_with_the_tables_range():
    domains = views.LossCurves.domains()
    for key, loss in LOSSES.items():
        for name, parameter in loss.parameters.items():
            domain = domains[f"{key}_{name}"]
            assert (domain.low, domain.high) == (parameter.low, parameter.high)
    assert set(field_names(LOSSES, LOSSES)) <= domains.keys()


@pytest.mark.parametrize("task", views.TASKS)
def test_the_gradient_curve_is_the_slope_of_the_loss_curve(task):
    view = views.LossCurves(task=task, **{task: tuple(for_task(task))[:5]})
    data = views.curves(**view.arguments())
    for key in view.shown:
        smooth = np.abs(np.diff(data[f"slope_{key}"], prepend=data[f"slope_{key}"][0])) < 0.05  # away from corners
        numeric = np.gradient(data[f"value_{key}"], data["x"])
        inner = smooth & np.roll(smooth, 1) & np.roll(smooth, -1)
        assert numeric[inner][1:-1] == pytest.approx(data[f"slope_{key}"][inner][1:-1], abs=0.05), key


@pytest.mark.parametrize("task", views.TASKS)
def test_probe_lies_on_the_curve(task):
    view = views.LossCurves(task=task, probe=-1.25)
    data = views.curves(**view.arguments())
    for key in view.shown:
        assert np.interp(-1.25, data["x"], data[f"value_{key}"]) == pytest.approx(data[f"probe_{key}"][0], abs=1e-3)


def test_true_class_0_mirrors_true_class_1():
    one, zero = (views.curves(**views.LossCurves(task="binary", binary=("bce",), positive=each).arguments()) for each in (True, False))
    assert one["value_bce"] == pytest.approx(zero["value_bce"][::-1])


def test_pulls_of_cross_entropy_are_softmax_minus_the_right_class():
    data = views.curves(**views.LossCurves(task="multiclass", probe=0.5, rival=1.5, other=-2.0).arguments())
    p = torch.softmax(torch.tensor([0.5, 1.5, -2.0], dtype=torch.float64), 0).numpy()
    assert data["pull_cross_entropy"] == pytest.approx(p - [1, 0, 0])


def test_dragging_the_probe_stays_on_the_axis():
    view = views.LossCurves()
    assert view.changed(**view.dragged({"name": "probe", "x": 40.0, "y": None})).probe == 4.0
