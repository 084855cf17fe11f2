"""Specs of the convolution screen hold what its components look up."""

import json

import numpy as np
import pytest

from playground.experiments.convolution import KernelLab, convolve
from playground.experiments.convolution_excite import Excite
from playground.experiments.convolution_inside import FeatureMaps
from playground.experiments.convolution_shift import FAR, Moved
from playground.explain import convolution_excite_words, convolution_fields_words, convolution_inside_words, convolution_shift_words, convolution_words
from playground.figures import convolution as lab
from playground.figures import convolution_inside as inside
from playground.figures import convolution_shift as shift
from playground.ui import components
from playground.ui.convolution_canvas import MODULES


@pytest.mark.parametrize("row", convolution_words.PRESETS, ids=lambda row: row[0])
def test_every_preset_of_the_lab_can_be_drawn_and_explained(row):
    view = KernelLab(**row[3])
    data = convolve(**view.arguments())
    panel = lab.lab(view, data)
    assert components.pack(panel.arrays, panel.spec) and panel.spec["names"] and str(view.output_side) in panel.spec["alt"]
    words = convolution_words.maths(view, data)
    assert f"= {view.output_side}" in words and f"{data['output'][(view.channel, *view.cell)]:.4f}" in words
    assert row[2].endswith(".") and len(convolution_words.tasks(view, data)) >= 3


@pytest.mark.parametrize("rows, kind", [(convolution_inside_words.PRESETS, FeatureMaps), (convolution_fields_words.PRESETS, FeatureMaps),
                                        (convolution_shift_words.PRESETS, Moved), (convolution_excite_words.PRESETS, Excite)])  # fmt: skip
def test_presets_are_settings_with_a_reason(rows, kind):
    assert len({row[0] for row in rows}) == len(rows)
    for _, title, why, values, _ in rows:
        assert kind(**values) and title and why.endswith(".")


def test_a_task_of_the_lab_is_done_by_doing_it():
    def done(**changes):
        view = KernelLab(**changes)
        return {task[0] for task in convolution_words.tasks(view, convolve(**view.arguments())) if task[2]}

    assert done() == set()
    assert done(side=5, padding=2) == {"convolution-same"}
    assert done(stride=2) == {"convolution-half-stride"} and done(pool="max") == {"convolution-half-pool"}
    assert done(kernels=("own",), own="0,0,0,0,-1,1,0,0,0") == {"convolution-flat"}


def test_pictures_name_their_arrays_and_say_what_they_show():
    shown = [inside.image("a", 90, title="A", frames=[((0, 0, 2, 2), "accent")]), inside.image("b", 90, name="move", number=1)]
    panel = inside.images("key", shown, {"a": np.zeros((4, 4), np.uint8)}, "Two pictures")
    assert panel.drags and [each["array"] for each in json.loads(json.dumps(panel.spec))["images"]] == ["a", "b"]


def test_maps_of_moves_cover_the_moves_and_hold_the_handle_inside():
    everywhere = {"network": np.zeros((2 * FAR + 1,) * 2, np.float32), "rival": np.zeros((2 * FAR + 1,) * 2, np.float32)}
    panels = shift.maps(Moved(right=14.0, up=-14.0), everywhere, "5")
    assert [each.key for each in panels] == ["over-network", "over-rival"]
    handle = next(each for each in panels[0].spec["layers"] if each["layer"] == "draggable")
    assert handle["at"] == [FAR, -FAR] and panels[0].spec["x"] == [-FAR - 0.5, FAR + 0.5]


def test_every_component_of_the_screen_has_its_module():
    from pathlib import Path

    folder = Path(components.__file__).parent
    for name in MODULES:
        assert "export const mount = mounter(" in (folder / f"{name}.js").read_text()
