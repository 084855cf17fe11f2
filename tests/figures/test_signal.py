"""Pictures of the signal race, compared as data."""

import json

import numpy as np
import pytest

from playground.experiments.signal_race import SignalRace, atlas, propagate
from playground.figures import signal
from tests.figures.test_activations import named

SMALL = {"depth": 6, "width": 8, "batch": 16}


def drawn(**values):
    view = SignalRace(**SMALL, **values)
    return view, [panel for row in signal.signal(view, propagate(**view.arguments())) for panel in row]


@pytest.mark.parametrize("values", [{}, {"activations": ("squared_relu", "tanh"), "initialisers": ("zeros", "too_large", "he_normal")}])
def test_every_panel_draws_arrays_that_exist_in_specs_that_json_holds(values):
    for panel in drawn(**values)[1]:
        if panel.spec is not None:
            json.dumps(panel.spec, allow_nan=False)
            assert set(named(panel.spec)) <= set(panel.arrays), panel.key
            assert not any(np.isnan(each).any() for each in panel.arrays.values()), panel.key


def test_two_starts_share_their_activations_colour_and_differ_in_dash():
    view = SignalRace(activations=("tanh", "relu"), initialisers=("xavier_normal", "he_normal"))
    series = signal.signal_curves(view, "gradient")["series"]
    assert [each["color"] for each in series] == ["category 0", "category 0", "category 1", "category 1"]
    assert [each["dash"] for each in series] == [False, True, False, True]


def test_more_than_two_starts_get_a_colour_each():
    view = SignalRace(activations=("tanh",), initialisers=("xavier_normal", "he_normal", "zeros"))
    series = signal.signal_curves(view, "gradient")["series"]
    assert len({each["color"] for each in series}) == 3
    assert not any(each["dash"] for each in series)


def test_a_gradient_of_zero_and_one_that_overflowed_stay_on_the_logarithmic_axis():
    view = SignalRace(activations=("tanh",), initialisers=("zeros",), **SMALL)
    arrays = signal.signal_arrays(propagate(**view.arguments()))
    assert arrays["gradient_0"].min() == signal.FLOOR
    assert np.isfinite(np.log10(arrays["spread_0"])).all()


def test_histograms_show_the_inputs_on_top_and_every_layer_below():
    view, panels = drawn(activations=("tanh",), initialisers=("he_normal",))
    (panel,) = [each for each in panels if each.key.startswith("histogram")]
    rows = panel.arrays["rows"]
    assert rows.shape[0] == view.depth + 1
    assert rows.max(1) == pytest.approx(np.ones(view.depth + 1))
    assert (rows[-1] > 0.2).sum() > 15  # the top row: standard normal inputs, wide
    assert panel.title == "Tanh · He normal"


def test_atlas_keeps_the_order_of_its_axes():
    data = atlas(depth=3, width=8, batch=16)
    heat = signal.atlas(data).data[0]
    assert heat.y[0] == "Linear"
    assert heat.x[0] == "Xavier uniform"
    assert np.array(heat.z).shape == (len(data["activations"]), len(data["initialisers"]))
    column = data["initialisers"].index("zeros")
    assert set(np.array(heat.text)[:, column]) == {"none arrives"}
