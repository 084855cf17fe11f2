"""Pictures of the comparisons, compared as data."""

import json

import pytest

from playground.experiments.network_race import ActivationRace, LossRace
from playground.figures import network_race
from tests.figures.test_activations import named


@pytest.mark.parametrize("dataset", ["circle", "pinwheel", "sine"])
@pytest.mark.parametrize("kind", [ActivationRace, LossRace])
def test_panels_read_only_what_the_race_shows(kind, dataset):
    view = kind(dataset=dataset)
    trainer = view.to_run().trainer()
    known = {*trainer.view(), *trainer.scene(), *trainer.metrics(), "step"}
    for row in network_race.race(view):
        assert len(row) <= network_race.ROW
        for panel in row:
            json.dumps(panel.spec, allow_nan=False)
            assert set(named(panel.spec)) <= known, panel.key


def test_two_classes_show_their_boundary_line_and_numbers_do_not():
    classes = network_race.plane(ActivationRace(dataset="circle"), 0, "ReLU")["layers"][0]
    numbers = network_race.plane(ActivationRace(dataset="sine"), 0, "ReLU")["layers"][0]
    assert classes["contours"] == [0.0]
    assert numbers["contours"] == []
