"""Pictures of the loss screen, compared as data."""

import json

import numpy as np
import pytest

from playground.experiments.imbalance import METHODS, Imbalance
from playground.experiments.loss_views import LossCurves, curves
from playground.experiments.outlier_fit import OutlierFit
from playground.explain.loss_words import PRESETS
from playground.figures import losses as figures
from tests.figures.test_activations import named


def drawn(**values):
    view = LossCurves(**values)
    return view, {panel.key: panel for row in figures.curves(view, curves(**view.arguments())) for panel in row}


@pytest.mark.parametrize("values", [row[3] for row in PRESETS["curves"]])
def test_every_preset_draws_arrays_that_exist_in_specs_that_json_holds(values):
    for panel in drawn(**values)[1].values():
        if panel.spec is not None:
            json.dumps(panel.spec, allow_nan=False)
            assert set(named(panel.spec)) <= set(panel.arrays), panel.key


def test_the_probe_handle_stands_at_the_probe():
    _, panels = drawn(probe=-2.5)
    (handle,) = [each for each in panels["values"].spec["marks"] if each["layer"] == "draggable"]
    assert handle["at"][0] == -2.5
    assert handle["along"] == "x"


def test_a_probe_beyond_the_axis_is_drawn_at_its_end():
    _, panels = drawn(probe=6.0)
    (handle,) = [each for each in panels["values"].spec["marks"] if each["layer"] == "draggable"]
    assert handle["at"][0] == 4.0


def test_exploding_losses_leave_the_picture_instead_of_flattening_it():
    _, panels = drawn(task="binary", binary=("bce", "exponential"))
    assert panels["values"].spec["y_range"][1] < 10


def test_pulls_are_minus_the_gradient_and_stand_side_by_side():
    view, panels = drawn(task="multiclass")
    data = curves(**view.arguments())
    bars = [panels["pulls"].arrays[f"bars_{i}"] for i in range(len(view.shown))]
    for bar, key in zip(bars, view.shown, strict=True):
        assert bar[:, 1, 1] == pytest.approx(-data[f"pull_{key}"])
    assert np.diff([bar[0, 0, 0] for bar in bars]).min() > 0


def test_live_pictures_read_only_what_their_trainers_show():
    experiments = ((OutlierFit(), figures.outliers), (Imbalance(methods=tuple(METHODS)), figures.imbalance))
    for experiment, draw in experiments:
        trainer = experiment.trainer()
        known = {*trainer.view(), *trainer.scene(), *trainer.metrics(), "step"}
        for row in draw(experiment):
            for panel in row:
                assert set(named(panel.spec)) <= known, panel.key
