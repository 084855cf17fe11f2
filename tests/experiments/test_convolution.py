"""The kernel lab against convolutions written out, and its script against its own numbers."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.experiments.convolution import KERNELS, OWN_LIMIT, KernelLab, convolve, weights
from playground.experiments.convolution_script import lab_script
from tests.strategies import experiments

quiet = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
made = experiments(KernelLab, picture="cross", own="0,-1,0,-1,5,-1,0,-1,0", upload="", drawing="")


def by_hand(view, pixels, channel, row, column):
    """One output cell, product by product."""
    total, kernel = view.bias, view.weight()
    for c in range(view.channels):
        for i in range(view.side):
            for j in range(view.side):
                y, x = row * view.stride + i * view.dilation - view.padding, column * view.stride + j * view.dilation - view.padding
                if 0 <= y < view.size and 0 <= x < view.size:
                    total += kernel[channel, c, i, j] * pixels[c, y, x]
    return total


@quiet
@given(view=made, data=st.data())
def test_every_cell_is_the_sum_of_its_products_and_the_shapes_are_as_said(view, data):
    found = convolve(**view.arguments())
    side, count = view.output_side, len(view.kernels)
    assert found["output"].shape == found["active"].shape == (count, side, side)
    assert found["pooled"].shape == (count, view.pooled_side, view.pooled_side)
    row, column = (data.draw(st.integers(0, side - 1)) for _ in range(2))
    for channel in range(count):
        assert found["output"][channel, row, column] == pytest.approx(by_hand(view, found["input"], channel, row, column), abs=1e-9)
    assert (found["active"] == np.maximum(found["output"], 0)).all() if view.relu else (found["active"] == found["output"]).all()


@pytest.mark.parametrize("pool, how", [("max", np.max), ("average", np.mean)])
def test_pooling_takes_one_number_of_each_whole_square(pool, how):
    found = convolve(**KernelLab(pool=pool, pool_side=3).arguments())
    square = found["active"][1, 3:6, 6:9]
    assert found["pooled"].shape == (2, 5, 5) and found["pooled"][1, 1, 2] == pytest.approx(how(square))


@pytest.mark.parametrize("side", [1, 3, 5, 7])
def test_kernels_are_what_their_words_say(side):
    for key in set(KERNELS) - {"own"}:
        assert weights(key, side).shape == (side, side)
    assert weights("box", side).sum() == pytest.approx(1) and weights("gauss", side).sum() == pytest.approx(1) and weights("identity", side).sum() == 1
    assert (weights("sobel_y", side) == weights("sobel_x", side).T).all()
    for key in ("edge", "sobel_x", "sobel_y"):
        assert weights(key, side).sum() == pytest.approx(0)
    if side > 1:
        assert weights("sharpen", side).sum() == pytest.approx(1)
    assert (weights("sobel_x", 3) == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).all()


def test_a_dragged_weight_makes_the_kernel_ones_own():
    view = KernelLab(colour=True, kernels=("gauss", "edge"), shown=1)
    after = view.changed(**view.dragged({"name": "kernel", "channel": 2, "row": 0, "column": 1, "value": 0.75}))
    assert after.kernels == ("gauss", "own") and after.channel == 1
    change = after.weight()[1] - view.weight()[1]
    assert change[2, 0, 1] == pytest.approx(0.75 + 1 / 3) and np.abs(np.delete(change.ravel(), 19)).max() < 1e-3
    far = view.changed(**view.dragged({"name": "kernel", "channel": 0, "row": 0, "column": 0, "value": 1e9}))
    assert far.weight()[1, 0, 0, 0] == OWN_LIMIT


def test_an_own_kernel_keeps_its_middle_when_the_side_changes():
    view = KernelLab(kernels=("own",), own="1,2,3,4,5,6,7,8,9")
    assert (view.changed(side=5).weight()[0, 0, 1:4, 1:4] == view.weight()[0, 0]).all() and view.changed(side=1).weight().ravel() == [5]
    assert (view.changed(colour=True).weight()[0] == view.weight()[0, 0]).all()


@pytest.mark.parametrize("changes, words", [
    ({"side": 7, "dilation": 3, "padding": 0, "size": 12}, "spans 19 pixels"), ({"own": "1,2"}, "9, 25 or 49"), ({"own": "a"}, "numbers parted"),
    ({"own": "1e9"}, "may be"), ({"own": "nan"}, "may be"), ({"pool": "max", "pool_side": 4, "size": 6, "stride": 4, "padding": 0}, "too small for a pooling"),
])  # fmt: skip
def test_an_impossible_window_is_refused_with_its_numbers(changes, words):
    with pytest.raises(UserError, match=words):
        KernelLab(**changes)


@pytest.mark.parametrize("changes", [{}, {"colour": True, "picture": "flower", "dilation": 2, "relu": True, "pool": "average", "kernels": ("own", "gauss"), "bias": 0.35}])
def test_the_script_finds_the_same_numbers(changes, tmp_path):
    view = KernelLab(**changes)
    found = convolve(**view.arguments())
    (tmp_path / "script.py").write_text(lab_script(view, found["input"]))
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-800:]
    lines = done.stdout.splitlines()
    assert lines[0] == f"shape {found['pooled'].shape}"
    assert float(lines[1].rsplit(" ", 1)[1]) == pytest.approx(found["pooled"].sum(), rel=1e-5)
    one, other = (float(each) for each in lines[2].removeprefix("one cell ").split(" and by conv2d "))
    assert one == pytest.approx(other, abs=1e-9) and one == pytest.approx(found["output"][(view.channel, *view.cell)], abs=1e-4)
