"""The specs of the decision-boundary screen name arrays that its trainer really sends."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from playground.core.race import race
from playground.experiments.boundary import Boundary
from playground.figures import boundary as figures
from playground.networks.features import FEATURES

KINDS = {"binary": {}, "multiclass": {"dataset": "blobs", "classes": 4}, "regression": {"dataset": "hills", "hidden_sizes": (5, 1, 4)}}


def names_in(spec):
    """Every array that a spec's layers or series ask for."""
    found = set()
    for layer in spec.get("layers", ()):
        found |= {layer[key] for key in ("array", "xy", "color_array", "cells", "start", "vectors") if isinstance(layer.get(key), str)}
    for each in spec.get("series", ()):
        found |= {each["array"], each["x"] or spec["x"]}
    return found


def specs(task, data, view):
    yield figures.output(task, data.range(0), data.range(1), data.names, data.classes, show_test=True)
    yield figures.losses()
    yield figures.scores(task)
    yield figures.norms()
    yield figures.layer_gradients()
    yield figures.histogram("weight", "#000000")
    yield figures.histogram("gradient", "#000000")
    yield figures.predictions() if task == "regression" else figures.confusion(data.classes)
    for layer in (0, 2) if task == "regression" else (0, 1):
        yield figures.bent_plane(layer, task)


@pytest.mark.parametrize("task", KINDS)
def test_every_name_in_a_spec_is_sent(task):
    experiment = Boundary(**KINDS[task])
    trainer = experiment.trainer()
    trainer.advance(3)
    view, data = trainer.view(), experiment.points()
    sent = {*view, *trainer.scene(), *trainer.metrics(), "diagonal"}
    for spec in specs(task, data, view):
        assert names_in(spec) <= sent, names_in(spec) - sent
        json.dumps(spec)


def test_a_race_sends_the_field_of_every_member():
    members = [Boundary(), Boundary(dataset="blobs", hidden_sizes=(3,))]
    trainer = race(members).trainer()
    sent = {*trainer.view(), *trainer.scene()}
    for number, each in enumerate(members):
        data = each.points()
        spec = figures.output(data.task, data.range(0), data.range(1), data.names, data.classes, suffix=f"_{number}", axes=False)
        assert names_in(spec) <= sent


def test_discretised_fields_have_two_colours_for_classes_and_more_for_numbers():
    def steps(task):
        return figures.output(task, (-1, 1), (-1, 1), ("a", "b"), ("c", "d"), discretise=True)["layers"][0]["steps"]

    assert steps("binary") == 2 and steps("multiclass") == 2 and steps("regression") > 2


def test_the_drawing_offers_every_feature_and_names_every_layer():
    spec = figures.network(["x₁"], [each.title for each in FEATURES.values()], ("class",), ("Tanh", "ReLU"), "output")
    assert spec["editable"] and spec["resizable"] and len(spec["spare_inputs"]) == 10 and spec["layer_names"] == ["Tanh", "ReLU", "output"]


@pytest.mark.parametrize("task", KINDS)
def test_the_picture_of_a_data_set_is_an_svg_that_shows_each_colour(task):
    data = Boundary(**KINDS[task]).points()
    text = figures.data_picture(data.inputs, data.targets, task)
    assert ElementTree.fromstring(text).tag.endswith("svg") and text.count("h0") <= 110 and len(text) < 4000
    assert text.count("<path") >= (len(np.unique(data.targets)) if task != "regression" else 5)
    numbers = [float(each) for each in re.findall(r"M([\d.-]+)", text)]
    assert min(numbers) > 0 and max(numbers) < 48
