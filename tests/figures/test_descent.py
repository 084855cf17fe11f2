"""Pictures of the gradient-descent screen, compared as data."""

import json

import numpy as np
import pytest

from playground.experiments.descent import RULES, Descent
from playground.experiments.descent_stability import axes, stability
from playground.experiments.descent_views import dissected, race, relief, sweep
from playground.explain.descent_words import PRESETS
from playground.figures import descent as figures
from playground.figures import descent_anatomy as anatomy
from playground.optimizers.table import OPTIMIZERS
from tests.figures.test_activations import named

CURVE = {"surface": "wavy", "steps": 20}


def sound(panel, least=1):
    """A panel whose spec JSON can hold, whose names all have arrays, and which says what is seen."""
    panels = panel.spec.get("panels", [panel.spec])
    json.dumps(panel.spec, allow_nan=False)
    for spec in panels:
        wanted = set(named(spec)) | ({spec["heights"]} if spec["kind"] == "surface" else set())
        assert wanted <= set(panel.arrays), wanted - set(panel.arrays)
        assert spec["alt"].endswith(".") and len(spec["alt"]) > 20
    return panels


def raced(**values):
    experiment = Descent(**values)
    found, scene = race(**experiment.arguments()), relief(**experiment.arguments())
    return experiment, found, scene, [each.title for each in experiment.racers()]


def drawn(beside="surface", **values):
    experiment, found, scene, titles = raced(**values)
    return figures.race(titles, scene, found, experiment.place(), beside), found, scene


@pytest.mark.parametrize("values", [row[3] for row in PRESETS], ids=[row[0] for row in PRESETS])
def test_every_preset_draws_arrays_that_exist_in_specs_that_json_holds(values):
    experiment = Descent(**values)
    panel, _, _ = drawn(**values)
    assert len(sound(panel)) == 2 and panel.spec["frames"] == experiment.steps + 1


@pytest.mark.parametrize(
    ("beside", "values", "kinds"),
    [
        ("surface", {}, ["stage", "surface"]), ("heights", {}, ["stage", "curves"]), ("fit", {"surface": "least_squares"}, ["stage", "stage"]),
        ("fit", {}, ["stage", "curves"]), ("surface", CURVE, ["stage", "curves"]),
    ],
)  # fmt: skip
def test_what_stands_beside_the_map_is_what_was_asked_for_or_the_heights(beside, values, kinds):
    panel, _, _ = drawn(beside, **{"steps": 20, **values})
    assert [each["kind"] for each in sound(panel)] == kinds


def test_paths_and_start_are_those_of_the_walk():
    panel, found, _ = drawn(steps=20, start="1, -2")
    assert panel.arrays["paths"] is found["positions"] and panel.arrays["start"].tolist() == [[1.0, -2.0]]
    (handle,) = [each for each in panel.spec["panels"][0]["layers"] if each["layer"] == "draggable"]
    assert handle["at"] == [1.0, -2.0] and "click" in panel.spec["panels"][0]["events"]


def test_walks_on_a_curve_lie_on_it():
    panel, found, scene = drawn(**CURVE)
    paths = panel.arrays["paths"]
    assert paths[..., 1] == pytest.approx(np.interp(paths[..., 0], *scene["curve"].T), abs=1e-3)


def test_the_colours_follow_the_logarithm_where_valleys_would_drown_and_only_there():
    steep, even = (drawn(surface=each, steps=10)[2]["map"] for each in ("rosenbrock", "bowl"))
    assert figures.tone(steep)["log"] and figures.tone(steep)["low"] > 0
    assert not figures.tone(even)["log"]
    below = figures.tone(np.array([[-5.0, 1e6], [0.0, np.nan]]))
    assert not below["log"] and below["low"] == -5.0, "heights below 0 have no logarithm"
    flat = figures.tone(np.full((4, 4), 2.0))
    assert flat["high"] > flat["low"]


def test_heights_are_counted_from_the_lowest_known_or_found_and_end_where_the_walk_does():
    _, found, scene, _ = raced(surface="bowl", optimizers=("sgd", "adam"), sgd_learning_rate=5.0, steps=30)
    above = figures.above_lowest(found, scene)
    assert np.isnan(above[0, -1]) and above[1, 0] == pytest.approx(found["heights"][1, 0]) and np.nanmin(above) > 0
    _, found, scene, _ = raced(surface="formula", formula="x**2 + y**2 + 3", optimizers=("sgd",), steps=30)
    assert figures.above_lowest(found, scene).min() == 1e-16


def test_captions_name_whoever_is_lowest_and_count_who_is_gone():
    _, found, scene, titles = raced(surface="bowl", optimizers=("sgd", "adam"), sgd_learning_rate=5.0, steps=30)
    words = figures.captions(titles, found, scene)
    assert len(words) == 31 and "Adam" in words[-1] and "1 gone" in words[-1]
    gone = {"heights": np.full((2, 3), np.inf)}
    assert figures.captions(titles, gone, scene)[-1] == "Nobody is left on the surface."


def test_fitted_lines_are_the_positions_as_slope_and_intercept():
    _, found, scene, _ = raced(surface="least_squares", steps=10)
    ends = figures.fitted_lines(found["positions"], scene["data"])
    assert ends.shape == (5, 11, 1, 2, 2)
    rise = (ends[..., 1, 1] - ends[..., 0, 1]) / (ends[..., 1, 0] - ends[..., 0, 0])
    assert rise[..., 0] == pytest.approx(found["positions"][..., 0])


def test_the_schedule_is_everyones_learning_rate():
    panel = figures.schedule(np.array([1.0, 0.5]), ["SGD", "Adam"], [0.1, 0.02])
    sound(panel)
    assert panel.arrays["rate_1"].tolist() == [0.02, 0.01]


@pytest.mark.parametrize("key", OPTIMIZERS)
@pytest.mark.parametrize("values", [{"surface": "beale"}, CURVE, {"surface": "beale", "batching": "single"}], ids=["plane", "curve", "noisy"])
def test_a_step_is_drawn_with_arrows_that_end_in_its_move(key, values):
    parts = dissected(key, 4, **Descent(**{"steps": 20, **values}).arguments())
    panel = anatomy.step(parts)
    sound(panel)
    starts, vectors, names, colors = anatomy.arrows(parts)
    assert len(starts) == len(vectors) == len(names) == len(colors) and names[-1] == "the move"
    assert vectors[-1] == pytest.approx(parts["move"]) and starts[-1] == pytest.approx(parts["before"])
    assert any("all examples" in name for name in names) == ("batching" in values)


def test_pieces_are_drawn_tip_to_tail_and_close_at_the_move():
    parts = dissected("momentum", 5, **Descent(surface="beale", steps=20).arguments())
    starts, vectors, _, _ = anatomy.arrows(parts)
    assert starts[1] == pytest.approx(starts[0] + vectors[0]) and starts[1] + vectors[1] == pytest.approx(parts["after"])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("surface", ["ravine", "rosenbrock", "formula", "wavy"])
def test_the_stability_map_marks_theory_where_there_is_one(rule, surface):
    found = stability(rule, **Descent(surface=surface, steps=20).arguments())
    panel = anatomy.stability(rule, RULES[rule], found, (0.02, 0.9))
    sound(panel)
    assert ("limit" in panel.arrays) == (surface != "formula") and ("best" in panel.arrays) == (surface == "ravine" and rule == "momentum")
    rates, momenta = axes()
    assert panel.arrays["digits"].shape == (len(momenta), len(rates)) and panel.arrays["yours"].tolist() == [[pytest.approx(np.log10(0.02)), 0.9]]


def test_the_sweep_ends_curves_where_walks_leave():
    experiment = Descent(surface="bowl", optimizers=("sgd", "adam"), steps=20)
    found = sweep(**experiment.arguments())
    panel = anatomy.sweep(["SGD", "Adam"], found, [0, 1])
    sound(panel)
    assert np.isnan(panel.arrays["end_0"][-1]) and np.isfinite(panel.arrays["end_0"][0])


@pytest.mark.parametrize("walked", [False, True])
def test_a_landscape_is_a_map_and_a_surface_with_the_way_there_if_recorded(walked):
    heights = np.abs(np.random.default_rng(0).normal(size=(51, 51))).astype(np.float32)
    found = {"map": heights, "x": [-1.0, 1.0], "y": [-2.0, 2.0], "loss": 0.1}
    if walked:
        found |= {"path": np.zeros((7, 2)), "path_losses": np.linspace(1, 0, 7)}
    panel = anatomy.landscape(found, "training loss")
    first, second = sound(panel)
    assert (first["kind"], second["kind"]) == ("stage", "surface") and panel.spec["frames"] == (7 if walked else 1)


@pytest.mark.parametrize("values", [{}, CURVE])
def test_the_figure_to_keep_holds_every_walk_twice(values):
    _, found, scene, titles = raced(**{"steps": 20, **values})
    chart = anatomy.figure(titles, scene, found, "Gradient descent")
    named_traces = [each.name for each in chart.data]
    assert all(named_traces.count(title) == 2 for title in titles)
    json.loads(chart.to_json())
