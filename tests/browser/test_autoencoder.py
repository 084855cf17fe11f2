"""The autoencoder screen as a visitor uses it: dragging a place, pressing the grid, drawing, an alarm that follows its slider."""

import re
from urllib.parse import parse_qs, urlsplit


def opened(visit, **parameters):
    page = visit("autoencoders?" + "&".join(f"{name}={value}" for name, value in parameters.items()))
    page.locator("h1").first.wait_for(timeout=60_000)
    page.wait_for_function("(window.__lab?.step ?? 0) > 100", timeout=60_000)
    return page


def setting(page, name):
    return float(parse_qs(urlsplit(page.url).query).get(name, ["0"])[0])


def drag(page, box, places, steps=6):
    """The pointer goes down at the first of `places` (shares of a box) and up at the last."""
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=steps)
    page.mouse.up()


def ink(page, words):
    """The pixels of a canvas by its words, as one number that changes with them."""
    return page.locator(f'canvas[aria-label^="{words}"]').evaluate(
        """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.reduce((all, each, i) => (all * 31 + each * (i % 97)) % 1000003, 7)"""
    )


def test_a_dragged_place_is_decoded_while_it_moves(visit):
    page = opened(visit)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_text(re.compile(r"z = \(")).wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    before, peeks = ink(page, "z = "), page.evaluate("window.__lab.peeks ?? 0")
    handle = page.locator("button.handle").first
    drag(page, handle.bounding_box(), [(0.5, 0.5), (4.5, -2.5), (6.5, -5.5)], steps=12)
    page.wait_for_function(f"(window.__lab.peeks ?? 0) > {peeks + 3}")
    page.wait_for_url(re.compile("autoencoderlook.place_x="), timeout=60_000)
    page.wait_for_timeout(800)
    assert setting(page, "autoencoderlook.place_x") > 0.5 and setting(page, "autoencoderlook.place_y") > 0.5
    assert ink(page, "z = ") != before
    assert page.problems == []


def test_a_press_on_the_grid_moves_the_handle(visit):
    page = opened(visit)
    grid = page.locator('canvas[aria-label^="What the places"]')
    grid.wait_for(timeout=60_000)
    box = grid.bounding_box()
    grid.click(position={"x": 0.2 * box["width"], "y": 0.8 * box["height"]})
    page.wait_for_url(re.compile("autoencoderlook.place_x=-"), timeout=60_000)
    assert setting(page, "autoencoderlook.place_x") < -1.3 and setting(page, "autoencoderlook.place_y") < -1.3
    assert page.problems == []


def test_a_drawing_is_rebuilt_while_it_is_drawn(visit):
    page = opened(visit, **{"autoencoderlook.inside": "draw"})
    page.get_by_text("Nothing is drawn yet").wait_for(timeout=60_000)
    pad = page.locator('canvas[aria-label^="Pad"]')
    pad.scroll_into_view_if_needed()
    drag(page, pad.bounding_box(), [(0.5, 0.15), (0.5, 0.5), (0.5, 0.85)])
    page.get_by_text("As it rebuilds it").wait_for(timeout=60_000)
    page.get_by_text(re.compile("rebuilt worse than")).wait_for(timeout=60_000)
    page.wait_for_url(re.compile("autoencoderlook.drawing="), timeout=60_000)
    assert page.problems == []


def test_faults_are_found_and_listed_by_their_sensors(visit):
    page = opened(visit, **{"autoencoder.dataset": "sensors", "autoencoder.kind": "ae", "autoencoder.hidden": "24,12", "autoencoderlook.inside": "anomalies"})
    page.get_by_text("Rebuilt worst").wait_for(timeout=60_000)
    page.get_by_text("Average precision").wait_for()
    page.locator('[data-testid="stDataFrame"]').first.wait_for()
    assert page.problems == []
