"""The builder's way between cards and text, and the numbers it states."""

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.experiments.train import Train
from playground.experiments.train_lesson import lesson
from playground.networks import stack
from playground.networks.stack_presets import STACKS
from playground.ui import train_builder as builder
from playground.ui.train_try import decoded


def cards(text):
    """What the browser sends back when nothing was changed."""
    layers = stack.parse(text)
    given = lesson(Train())
    spec = builder._spec(list(layers), stack.describe(text, given.input_shape, given.outputs), given)
    return [{"kind": each["kind"], "given": each["given"]} for each in spec["layers"]]


@pytest.mark.parametrize("text", [each.stack for each in STACKS.values()] + ["conv 8 5 valid stride 2 | max 3 stride 1 | dropout 0.25 | timm resnet18 pretrained"])
def test_cards_that_were_not_changed_give_the_text_they_came_from(text):
    assert builder.written(cards(text)) == stack.write(stack.parse(text))


def test_numbers_of_a_browser_become_whole_where_they_must():
    assert builder.written([{"kind": "dense", "given": {"units": 32.0}}, {"kind": "dropout", "given": {"share": 0.3}}]) == "dense 32 | dropout 0.3"


def test_a_card_of_no_known_kind_is_refused():
    with pytest.raises(UserError, match="no layer named"):
        builder.written([{"kind": "warp", "given": {}}])


def test_what_does_not_fit_is_marked_at_its_card_with_the_layer_that_mends_it():
    given = lesson(Train())
    text = "conv 8 | dense 4"
    spec = builder._spec(list(stack.parse(text)), stack.describe(text, given.input_shape, given.outputs), given)
    assert spec["at"] == 2 and spec["fix"] == "flatten" and spec["problem"].startswith("Layer 2, dense 4,")
    assert spec["layers"][0]["shape"] == "8 × 8 × 8" and spec["layers"][1]["after"] is None


def test_tables_are_offered_no_layers_for_images():
    given = lesson(Train(dataset="wine"))
    spec = builder._spec([], stack.describe("", given.input_shape, given.outputs), given)
    offered = {each["key"] for each in spec["kinds"]}
    assert {"dense", "residual", "dropout", "relu"} <= offered and not offered & {"conv", "max", "global", "timm"}


def test_totals_are_those_of_the_summary():
    found = stack.describe("flatten | dense 64 | relu", (1, 8, 8), 10)
    assert [each[0] for each in builder.totals(found, Train())][:2] == ["4,810", "9.47 k"]


def test_sizes_are_written_for_people():
    assert [builder.counted(each) for each in (7, 1234, 5_600_000, 2_000_000_000)] == ["7", "1.23 k", "5.6 M", "2 G"]
    assert [builder.sized(each) for each in (7, 2048, 3 << 20, 5 << 30)] == ["7 B", "2 kB", "3 MB", "5 GB"]


@pytest.mark.parametrize("event", [{}, {"ink": "", "side": 56}, {"ink": "!!", "side": 2}, {"ink": "AAAA", "side": 56}, {"ink": "AAAA", "side": -1}, {"side": "x", "ink": ""}])
def test_what_no_pad_would_send_is_no_drawing(event):
    assert decoded(event) is None


def test_a_drawing_arrives_as_it_was_drawn():
    import base64

    ink = np.arange(16, dtype=np.uint8).reshape(4, 4)
    np.testing.assert_array_equal(decoded({"ink": base64.b64encode(ink.tobytes()).decode(), "side": 4}), ink)
