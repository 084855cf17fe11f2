"""Presets, formulas and tasks of the activation screen: what they say is what the numbers say."""

import numpy as np
import pytest

from playground.experiments import activation_views as views
from playground.experiments.signal_race import SignalRace, fade, propagate
from playground.explain import activation_tasks as tasks
from playground.explain import activation_words as words

PARTS = {
    "curves": (views.ActivationCurves, views.curves, words.curves_maths, tasks.curves),
    "neuron": (views.Neuron, views.neuron_field, words.neuron_maths, tasks.neuron),
    "softmax": (views.SoftmaxView, views.softmax_numbers, words.softmax_maths, tasks.softmax),
    "gates": (views.GateView, views.gate_field, words.gate_maths, tasks.gates),
    "signal": (SignalRace, propagate, words.signal_maths, tasks.signal),
}
CASES = [(part, row) for part in PARTS for row in words.PRESETS[part]]


def computed(part, **values):
    view = PARTS[part][0](**values)
    return view, PARTS[part][1](**view.arguments())


def preset(part, key):
    return computed(part, **next(row[3] for row in words.PRESETS[part] if row[0] == key))


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_four_to_eight_presets_good_and_failing(part):
    rows = words.PRESETS[part]
    assert 4 <= len(rows) <= 8
    assert {row[4] for row in rows} == {True, False}
    assert len({row[0] for row in rows}) == len(rows)


@pytest.mark.parametrize(("part", "row"), CASES, ids=[f"{part}-{row[0]}" for part, row in CASES])
def test_every_preset_can_be_set_computed_and_explained_in_numbers(part, row):
    view, data = computed(part, **row[3])
    said = PARTS[part][2](view, data)
    assert said.count("$$") % 2 == 0
    assert "nan" not in said
    assert row[2].endswith(".")


def test_signal_presets_end_as_their_marks_say():
    for row in words.PRESETS["signal"]:
        if row[0] == "race":  # made to contrast: some pairs fit, some do not
            continue
        found = set(words.verdicts(computed("signal", **row[3])[1]))
        assert (found == {"healthy"}) == row[4], row[0]


def test_numbers_quoted_in_presets_are_the_numbers_on_screen():
    _, data = preset("curves", "saturated")
    assert data["probe_sigmoid"][1] == pytest.approx(0.0003, abs=0.00005)
    view, data = preset("signal", "sigmoid")
    assert max(fade(each) for each in data["gradient"]) < -24
    _, data = preset("signal", "skips")
    assert data["spread"][1, -1] > 1e11  # a hundred thousand million
    _, data = preset("signal", "large")
    growth = (data["spread"][1, -1] / data["spread"][1, 1]) ** (1 / 29)
    assert growth == pytest.approx(np.sqrt(64 / 2), rel=0.1)


def test_neuron_presets_get_as_many_corners_right_as_they_say():
    assert preset("neuron", "and")[0].right() == 4
    assert preset("neuron", "or")[0].right() == 4
    assert preset("neuron", "xor")[0].right() == 3


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_ticked_before_anything_was_tried(part):
    assert not any(done for _, _, done in PARTS[part][3](*computed(part)))


SOLUTIONS = {
    "activation-saturate": ("curves", {"probe": -5.0}),
    "activation-dead": ("curves", {"probe": -1.0}),
    "activation-steep": ("curves", {"probe": 1.5}),
    "neuron-or": ("neuron", {"bias": 1.0, "task": "or"}),
    "neuron-nand": ("neuron", {"w1": -1.5, "w2": -1.2, "bias": 1.0, "task": "nand"}),
    "neuron-xor": ("neuron", {"bias": 1.0, "task": "xor"}),
    "softmax-cold": ("softmax", {"temperature": 0.2}),
    "softmax-hot": ("softmax", {"temperature": 15.0}),
    "softmax-half": ("softmax", {"z1": 1.6, "z2": 2.0}),
    "gate-shut": ("gates", {"gate": "geglu", "a": 3.0, "b": -4.0}),
    "gate-flip": ("gates", {"a": 2.0, "b": -1.0}),
    "gate-still": ("gates", {"a": 0.0, "b": 2.0}),
    "signal-deep": ("signal", {"activations": ("silu",), "initialisers": ("xavier_normal",), "scale": 1.5, "depth": 50}),
    "signal-explode": ("signal", {"activations": ("tanh",), "initialisers": ("too_large",)}),
    "signal-rescue": ("signal", {"activations": ("sigmoid",), "residual": True, "normalised": True, "depth": 50}),
}  # fmt: skip


def test_every_task_can_be_solved_with_the_controls():
    offered = {item[0] for part in PARTS for item in PARTS[part][3](*computed(part))}
    assert offered == SOLUTIONS.keys()
    for name, (part, values) in SOLUTIONS.items():
        done = {item[0]: item[2] for item in PARTS[part][3](*computed(part, **values))}
        assert done[name], name


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.25, "0.25"),
        (1234.5678, "1235"),
        (3.2e-9, "3.20 × 10⁻⁹"),
        (5.03e21, "5.03 × 10²¹"),
        (np.inf, "∞"),
        (np.nan, "undefined"),
    ],
)
def test_numbers_are_written_for_people(value, shown):
    assert words.number(value) == shown


def test_every_part_is_introduced():
    assert words.INTRODUCTIONS.keys() == views.PARTS.keys()
