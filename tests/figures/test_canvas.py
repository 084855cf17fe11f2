"""Specs: what the browser is told to draw."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

import playground.ui.components
from playground.figures import canvas, theme

ONE_OF_EACH = [
    canvas.field("f", contours=(0.0,), names=("a", "b")), canvas.points("p", color="labels", names="words"), canvas.lines("l", names=("one",), colors="ink"),
    canvas.arrows("s", "v"), canvas.segments("g", color="positive"), canvas.grid("r", cells="c"), canvas.text("t", ["hello"]), canvas.rule(x=1.5),
    canvas.band(y=(0.0, float("inf"))), canvas.picture("i", animated=True), canvas.draggable("start", (1, 2)),
]  # fmt: skip


def test_every_layer_survives_json_unchanged():
    spec = canvas.stage(x=(0, 1), y=(0, 1), layers=ONE_OF_EACH, alt="everything")
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert [each["layer"] for each in spec["layers"]] == ["field", "points", "lines", "arrows", "segments", "grid", "text", "rule", "band", "picture", "draggable"]


def test_other_pictures_survive_json_unchanged():
    plot = canvas.curves("step", "loss", series=[canvas.series("a", "loss")], marks=[canvas.rule(y=0.0)], y_range=(0, None), alt="loss")
    solid = canvas.surface3d("h", x=(0, 1), y=(0, 1), layers=[canvas.lines("l")], alt="hill")
    for spec in (plot, solid, canvas.network("network"), canvas.player([plot, solid], frames=3)):
        assert json.loads(json.dumps(spec, allow_nan=False)) == spec


def test_every_layer_has_a_painter_in_the_browser():
    painters = (Path(playground.ui.components.__file__).parent / "layers.js").read_text()
    table = re.search(r"PAINTERS = \{(.*?)\}", painters, re.S).group(1)
    assert set(re.findall(r"(\w+):", table)) | {"draggable"} == {each["layer"] for each in ONE_OF_EACH}


@pytest.mark.parametrize("color", ["#0877bd", "rgb(1,2,3)", "ink", "positive", "category 3"])
def test_a_colour_is_taken_as_such(color):
    assert canvas.points("p", color=color)["color"] == color


def test_any_other_colour_names_an_array():
    layer = canvas.points("p", color="targets")
    assert layer["color_array"] == "targets" and "color" not in layer


@given(some.floats(), some.floats())
def test_a_range_goes_from_low_to_high_or_is_refused(low, high):
    if low < high and abs(low) != float("inf") and abs(high) != float("inf"):
        assert canvas.stage(x=(low, high), y=(0, 1), layers=[], alt="a")["x"] == [low, high]
    else:
        with pytest.raises(ValueError, match="from a lower to a higher"):
            canvas.stage(x=(low, high), y=(0, 1), layers=[], alt="a")


def test_an_infinite_end_of_a_band_is_open():
    assert canvas.band(x=(float("-inf"), 2))["x"] == [None, 2.0]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: canvas.stage(x=(0, 1), y=(0, 1), layers=[], alt=" "), "alt"),
        (lambda: canvas.stage(x=(0, 1), y=(0, 1), layers=[], alt="a", events=("hover",)), "hover"),
        (lambda: canvas.stage(x=(0, 1), y=(0, 1), layers=["field"], alt="a"), "layers are made by"),
        (lambda: canvas.field("f", palette="rainbow"), "rainbow"),
        (lambda: canvas.rule(), "either an x or a y"),
        (lambda: canvas.band(x=(0, 1), y=(0, 1)), "either an x or a y"),
        (lambda: canvas.series("a", "b", style="pie"), "pie"),
        (lambda: canvas.player(canvas.network("n"), frames=3), "a player takes"),
        (lambda: canvas.player([], frames=3), "a player takes"),
        (lambda: canvas.player(canvas.stage(x=(0, 1), y=(0, 1), layers=[], alt="a"), frames=0), "at least one frame"),
    ],
)
def test_a_mistake_in_a_spec_is_named(build, words):
    with pytest.raises(ValueError, match=words):
        build()


def test_a_duration_sets_the_frame_rate():
    panel = canvas.stage(x=(0, 1), y=(0, 1), layers=[], alt="a")
    assert canvas.player(panel, frames=101, duration=4.0)["fps"] == 25.0


def test_the_browser_uses_the_palettes_of_the_house():
    script = (Path(playground.ui.components.__file__).parent / "theme.js").read_text()
    for name in ("CATEGORICAL", "DIVERGING", "SEQUENTIAL", "STRONG"):
        block = re.search(rf"export const {name} = (.*?);", script, re.S).group(1)
        house = getattr(theme, name)
        wanted = list(house) if isinstance(house, tuple) else [*house["light"], *house["dark"]]
        assert re.findall(r"#[0-9a-f]{6}", block) == wanted, name


def test_a_plotly_scale_runs_from_0_to_1():
    stops = theme.scale("diverging", "dark")
    assert stops[0] == [0.0, theme.DIVERGING["dark"][0]] and stops[-1] == [1.0, theme.DIVERGING["dark"][-1]]


def test_categories_repeat_after_the_last():
    assert theme.category(len(theme.CATEGORICAL)) == theme.category(0)


def test_the_template_is_one_plotly_takes():
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(y=[1, 2]), layout_template=theme.template())
    assert figure.layout.template.layout.colorway == theme.CATEGORICAL
