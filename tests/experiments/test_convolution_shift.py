"""Moving, turning and centring pictures."""

import torch

from playground.experiments.convolution_shift import Moved, centred, moved


def picture():
    made = torch.zeros(1, 1, 28, 28)
    made[0, 0, 9:15, 12:14] = torch.rand(6, 2, generator=torch.Generator().manual_seed(0)) + 0.5
    return made


def test_whole_pixels_are_moved_exactly_to_the_right_and_up():
    assert torch.equal(moved(picture(), 5, 3), picture().roll((-3, 5), (2, 3)))
    assert torch.equal(moved(picture(), 0, 0), picture())


def test_what_leaves_the_picture_is_gone():
    assert moved(picture(), 20, 0).sum() == 0


def test_a_quarter_turn_is_counter_clockwise_and_size_scales_the_area():
    assert torch.allclose(moved(picture(), 0, 0, 90.0), picture().rot90(1, (2, 3)), atol=1e-5)
    assert moved(picture(), 0, 0, 0.0, 1.5).sum() / picture().sum() > 1.8


def test_turning_comes_before_moving():
    assert torch.allclose(moved(picture(), 4, 2, 90.0), picture().rot90(1, (2, 3)).roll((-2, 4), (2, 3)), atol=1e-5)


def test_a_moved_picture_is_centred_as_if_it_had_not_been():
    assert torch.equal(centred(moved(picture(), 6, -5)), centred(picture()))
    assert centred(torch.zeros(2, 1, 8, 8)).sum() == 0


def test_a_drag_takes_the_middle_of_the_picture_to_the_pointer():
    assert Moved().dragged({"name": "move", "x": 20.2, "y": 10.0, "side": 28}) == {"right": 6.0, "up": 4.0}
    assert Moved().dragged({"name": "at-rival", "x": 99.0, "y": -3.3}) == {"right": 14.0, "up": -3.5}
