"""The convolution screen as a visitor uses it: sliding, dragging, drawing, clicking a map, moving the picture."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from playground.experiments.convolution_networks import NETWORKS
from playground.zoo import cards

needs_network = pytest.mark.skipif("digits-cnn" not in cards.cards(), reason="the digit network is not bundled yet")


def setting(page, name):
    return parse_qs(urlsplit(page.url).query).get(name, [None])[0]


def opened(visit, part="lab", **more):
    page = visit("convolution?" + "&".join([f"convolution.part={part}", *(f"{name}={value}" for name, value in more.items())]))
    page.locator("h1").first.wait_for(timeout=60_000)
    return page


def drag(page, box, places):
    """The pointer goes down at the first of `places` (shares of a box) and up at the last."""
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def test_the_window_slides_and_the_sum_of_a_hovered_cell_is_spelt_out(visit):
    page = opened(visit)
    page.get_by_text("Output cell (7, 6)").wait_for(timeout=60_000)
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_text(re.compile("row 1, column [2-9]")).wait_for()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="One cell on").click()
    box = page.locator("figure.output canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 4.5 / 16, box["y"] + box["height"] * 3.5 / 16)
    page.get_by_text("Output cell (4, 5)").wait_for()
    assert page.locator(".sum .cell").count() == 9
    total = page.locator(".sum .total").inner_text()
    products = [float(each.replace("−", "-").splitlines()[0]) for each in page.locator(".sum .cell").all_inner_texts()]
    assert sum(products) == pytest.approx(float(re.search(r"= (−?[\d.]+)", total)[1].replace("−", "-")), abs=0.05)
    page.mouse.click(box["x"] + box["width"] * 4.5 / 16, box["y"] + box["height"] * 3.5 / 16)
    page.wait_for_url(re.compile("convolution.row=3"))
    assert page.problems == []


def test_a_weight_follows_the_hand_and_the_keyboard(visit):
    page = opened(visit)
    kernel = page.locator("figure.kernel canvas")
    kernel.wait_for(timeout=60_000)
    page.get_by_text("Output cell (7, 6)").wait_for(timeout=60_000)
    drag(page, kernel.bounding_box(), [(0.5, 0.5), (0.5, 0.4), (0.5, 0.2)])
    page.wait_for_function("(window.__lab?.peeks ?? 0) > 0")
    page.wait_for_url(re.compile(r"convolution\.own=-1%2C0%2C1%2C-2%2C(?!0%2C)"))
    kernel.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("-1.5")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"-2%2C-1.5%2C2"))
    assert setting(page, "convolution.kernels") == "own,sobel_y" and page.problems == []


@needs_network
def test_a_digit_is_named_while_it_is_drawn_and_stands_in_the_address(visit):
    page = opened(visit, "inside", **{"feature_maps.picture": "drawn", "feature_maps.network": "digits-cnn"})
    page.get_by_text("Draw on the black pad").wait_for(timeout=60_000)
    drag(page, page.locator("canvas.hands").first.bounding_box(), [(0.25, 0.2), (0.7, 0.2), (0.6, 0.45), (0.5, 0.65), (0.42, 0.85)])
    page.wait_for_url(re.compile("feature_maps.drawing="), timeout=60_000)
    page.locator(".answers .best").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    assert page.locator(".answers .best").first.inner_text() == "7"
    page.locator(".maps canvas").click(position={"x": 20, "y": 150})
    page.wait_for_url(re.compile("feature_maps.layer=0"), timeout=60_000)
    page.get_by_text(re.compile("conv 1, map")).first.wait_for()
    assert page.problems == []


@needs_network
def test_moving_the_picture_moves_the_answer(visit):
    page = opened(visit, "shift", **{"moved.right": "0.0", "moved.up": "0.0", "moved.network": "digits-cnn"})
    page.get_by_text("By a dense network").wait_for(timeout=60_000)
    drag(page, page.locator("canvas.hands").first.bounding_box(), [(0.5, 0.5), (0.7, 0.5), (0.95, 0.5)])
    page.wait_for_url(re.compile(r"moved.right=1[0-4]"), timeout=60_000)
    page.get_by_text(re.compile("after the move")).wait_for()
    assert page.problems == []


@needs_network
def test_a_filter_grows_its_picture(visit):
    page = opened(visit, "excite", **{"excite.steps": "40", "excite.count": "4"})
    page.wait_for_function("(window.__lab?.step ?? 0) > 10", timeout=60_000)
    assert page.locator(".images canvas").count() >= 4 and page.problems == []


def test_the_networks_offered_are_those_bundled():
    assert not cards.cards() or set(NETWORKS) <= set(cards.cards())
