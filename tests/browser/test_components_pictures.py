"""Stage, network and lines in a real browser, on the harness app."""

import re

import numpy as np
import pytest

from tests.browser.harness.fake_run import AXIS, Wanderer
from tests.browser.harness.tab import SMALL

# Stage ------------------------------------------------------------------------------------------------------------------------------


def test_hover_tells_the_value_and_the_place(tab):
    tab.open("still")
    box = tab.canvas("Confusion matrix").bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + 150)
    words = tab.tip()
    assert "44" in words and words.count("lily") == 2


def test_arrow_keys_read_values_aloud(tab):
    tab.open("stage", "token=paused")
    tab.page.get_by_role("button", name="training data").click()  # points away, or the nearest of them would answer
    tab.canvas("The network's output by position, with the data").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Shift+ArrowUp")
    said = tab.page.locator(".unseen[aria-live]").first
    tab.until(lambda: re.search(r"network output −?\d.*x₁ 0\.24.*x₂ 1\.2", said.text_content()), "the value in words")


def test_the_field_is_painted_where_its_samples_lie(tab):
    tab.open("stage", "token=paused")
    tab.page.get_by_role("button", name="training data").click()  # points away
    tab.page.wait_for_timeout(200)
    seen = tab.page.locator("canvas").first.evaluate(
        """(node) => { const rows = [];
          for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) {
            const [px, py] = [node.clientWidth - 12 - 560 + 20 + i * 45, 8 + 20 + j * 45];
            rows.push([px, py, ...node.getContext('2d').getImageData(px, py, 1, 1).data]);
          } return [node.clientWidth, rows]; }""",
    )
    wide, rows = seen
    field = Wanderer().maps(AXIS)[-1][0]
    steps = lambda share: round(share * 99)
    values = [field[steps(1 - (py - 8) / 560), steps((px - wide + 572) / 560)] for px, py, *_ in rows]
    blueness = [blue - red for _, _, red, _, blue, _ in rows]
    assert np.corrcoef(values, blueness)[0, 1] > 0.98


def test_a_click_reports_plane_coordinates(tab):
    tab.open("stage", "token=paused")
    box = tab.canvas("The network's output by position, with the data").bounding_box()
    right, bottom = box["x"] + box["width"] - 12, box["y"] + 8 + 560
    tab.page.mouse.click(right - 280, bottom - 140)
    assert tab.heard()[0] == {"x": pytest.approx(0, abs=0.03), "y": pytest.approx(-3, abs=0.03), "button": 0, "shift": False}
    tab.page.mouse.click(right - 140, bottom - 140, button="right")
    assert tab.heard(2)[1] == {"x": pytest.approx(3, abs=0.03), "y": pytest.approx(-3, abs=0.03), "button": 2, "shift": False}


def test_a_click_by_keyboard_happens_at_the_reading_place(tab):
    tab.open("stage", "token=paused")
    tab.canvas("The network's output by position, with the data").focus()
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.page.keyboard.press("Enter")
    assert tab.heard()[0]["x"] == pytest.approx(1.2) and tab.heard()[0]["y"] == pytest.approx(0)


def test_a_handle_is_dragged_by_mouse_and_by_keyboard(tab):
    tab.open("still")
    handle = tab.page.get_by_role("button", name=re.compile("^probe: x₁ 1, x₂ 2"))
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 60, y - 40, steps=6)
    tab.page.mouse.up()
    tab.until(lambda: tab.said() and tab.said()[-1]["done"], "the drop")  # places on the way may be skipped, the last one is not
    last = tab.said()[-1]
    assert last["name"] == "probe" and last["x"] > 1.5 and last["y"] > 2.4
    count = len(tab.said())
    handle = tab.page.get_by_role("button", name=re.compile("^probe: "))
    handle.focus()
    tab.page.keyboard.press("ArrowLeft")
    assert tab.heard(count + 1)[-1]["x"] == pytest.approx(last["x"] - 0.12, abs=1e-6)


def test_a_stroke_reports_its_points_in_order(tab):
    tab.open("still")
    box = tab.canvas("Class by position").bounding_box()
    tab.page.mouse.move(box["x"] + 100, box["y"] + 100)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 220, box["y"] + 100, steps=8)
    tab.page.mouse.up()
    points = tab.heard()[0]["points"]
    assert len(points) > 5 and points == sorted(points) and len({round(y, 6) for _, y in points}) == 1


# Network ----------------------------------------------------------------------------------------------------------------------------


def edit_first_weight(tab, text: str) -> None:
    tab.canvas("The network: inputs, hidden layers, output").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("w")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.type(text)
    tab.page.keyboard.press("Enter")


def test_a_weight_is_edited_by_hand_and_the_run_hears_of_it(tab):
    tab.open("network", "token=paused")
    edit_first_weight(tab, "-1.25")
    assert tab.sent(do="edit", value=-1.25) == {"do": "edit", "layer": 0, "kind": "weight", "row": 0, "column": 0, "value": -1.25}
    tab.page.keyboard.press("w")
    tab.page.keyboard.press("Shift+W")
    tab.until(lambda: "−1.25" in tab.tip(), "the run's answer")


def test_what_is_no_number_is_refused_in_words(tab):
    tab.open("network", "token=paused")
    problem = tab.page.locator(".editor p")
    for text in ("NaN", "abc", " ", "1e999", "1e7"):
        edit_first_weight(tab, text)
        assert re.search("number|million", problem.inner_text()), text
        tab.page.keyboard.press("Escape")
        assert not problem.is_visible()
        tab.page.keyboard.press("Escape")
    assert not tab.requests({"do": "edit", "value": 1e7})


def test_a_weight_under_the_pointer_tells_its_value_and_opens_on_click(tab):
    tab.open("network", "token=paused")
    weights = Wanderer().weights()[0]
    box = tab.canvas("The network: inputs, hidden layers, output").bounding_box()
    # The straight edge from the first input to the first unit runs along their row.
    tab.page.mouse.move(box["x"] + 170, box["y"] + 80)
    words = tab.tip()
    assert "weight" in words
    shown = float(re.search(r"weight\s+(−?[\d.]+)", words).group(1).replace("−", "-"))
    assert np.isclose(weights, shown, rtol=1e-3).any()
    tab.page.mouse.click(box["x"] + 170, box["y"] + 80)
    assert tab.page.get_by_role("dialog").is_visible()


def test_layers_units_and_inputs_are_changed_by_buttons_and_clicks(tab):
    tab.open("network", "token=paused")
    tab.page.get_by_role("button", name="Add a hidden layer").click()
    assert tab.heard()[0] == {"hidden_sizes": [8, 8, 8]}
    tab.page.get_by_role("button", name="Remove a unit from layer 2").click()
    assert tab.heard(2)[1] == {"hidden_sizes": [8, 7]}
    tab.canvas("The network: inputs, hidden layers, output").focus()
    for key in ("ArrowRight", "ArrowLeft", "Enter"):
        tab.page.keyboard.press(key)
    assert tab.heard(3)[2] == {"inputs": ["x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂"]}


def test_the_largest_network_is_drawn_and_scrolls_on_a_telephone(tab):
    tab.open("network", "token=large", SMALL)
    tab.page.wait_for_function("window.__lab.parts['network/network'].draws > 3")
    assert tab.page.get_by_role("button", name="Add a unit to layer 8").is_disabled()
    assert tab.lab("parts")["network/network"]["errors"] == 0


# Lines ---------------------------------------------------------------------------------------------------------------------------------


def test_the_crosshair_tells_all_series_at_one_step(tab):
    tab.open("lines", "token=play")
    tab.page.wait_for_function("window.__lab.step > 100")
    box = tab.canvas("Loss by step").bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    words = tab.tip()
    step = float(re.search(r"step\s+([\d,]+)", words).group(1).replace(",", ""))
    test_loss = float(re.search(r"test loss\s+([\d.]+)", words).group(1))
    assert test_loss == pytest.approx(np.exp(-step / 1100) * 0.7 + 0.03, rel=2e-4) and "training loss" in words


def test_the_axis_becomes_logarithmic_and_series_are_hidden(tab):
    tab.open("lines", "token=play")
    button = tab.page.get_by_role("button", name="Logarithmic loss")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    tab.page.get_by_role("button", name=re.compile("^training loss")).click()
    tab.page.get_by_role("button", name="Rerun").click()  # what was set by hand outlives a rerun
    box = tab.canvas("Loss by step").bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    assert "training loss" not in tab.tip() and "test loss" in tab.tip()
    assert button.get_attribute("aria-pressed") == "true"


def test_a_handle_among_the_marks_moves_along_its_axis(tab):
    tab.open("lines", "token=paused")
    tab.page.get_by_role("button", name=re.compile("^probe: x 1")).focus()
    tab.page.keyboard.press("ArrowUp")  # not along its axis
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.until(lambda: tab.said() and tab.said()[-1] == {"name": "probe", "x": pytest.approx(1.5), "y": -1.0, "done": True}, "the move")
