"""The training screen as its users meet it: digits trained at once, a network built by hand, its failures, a drawing, files to take home."""

import re

import pytest
from playwright.sync_api import TimeoutError as Late

from tests.browser.test_pages import keep_download, settled, step_of

READY = 60_000  # the first worker of a server imports what it measures with


def trained(page, steps=1):
    page.wait_for_function(f"window.__lab?.step >= {steps}", timeout=READY)


@pytest.fixture
def screen(visit):
    def go(part, **more):
        settings = "&".join(f"train.{name}={value}" for name, value in more.items())
        page = visit(f"train?trainlook.part={part}&{settings}")
        settled(page)
        return page

    return go


def test_digits_are_learnt_before_the_visitor_has_touched_anything(visit):
    page = visit("train")
    trained(page, 1600)
    page.get_by_text(re.compile(r"9[5-9]\.\d%")).first.wait_for(timeout=60_000)
    page.get_by_text("How its layers learn").wait_for()
    assert page.get_by_text("dense 64", exact=False).first.is_visible()
    assert page.problems == []


def test_a_network_is_built_from_cards_and_what_is_impossible_is_said_at_its_card(screen):
    page = screen("network")
    page.get_by_role("button", name="Add a layer at place 4").click()
    page.get_by_role("menuitem", name="Dropout").click()
    page.wait_for_url(re.compile(r"dropout"), timeout=60_000)
    units = page.get_by_label("number of units of layer 2")
    units.fill("100")
    units.press("Enter")
    page.wait_for_url(re.compile(r"dense\+100"), timeout=60_000)
    page.get_by_role("button", name="Move layer 1, flatten", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_text("Layer 1, dense 100, needs a list of numbers").wait_for(timeout=60_000)
    page.get_by_role("button", name="Put flatten here").click()
    page.wait_for_url(re.compile(r"stack=flatten\+%7C\+dense\+100"), timeout=60_000)
    page.get_by_text("7,510").wait_for(timeout=60_000)  # 64 · 100 + 100 + 100 · 10 + 10
    assert page.problems == []


def test_a_cell_of_the_confusion_matrix_opens_the_images_in_it_and_the_test_rows_wait_to_be_asked_for(screen):
    page = screen("fails")
    trained(page, 1600)
    page.get_by_text("Finished after 40 epochs").wait_for(timeout=60_000)  # the page below moves down for it
    matrix = page.locator("canvas").first
    matrix.click(position={"x": 60, "y": matrix.bounding_box()["height"] - 68})  # zero, rightly called so
    page.get_by_text("rightly called so").wait_for(timeout=60_000)
    assert page.locator(".gallery figure.right").count() > 10
    assert page.get_by_text("on test rows").count() == 0
    page.get_by_text("Test rows", exact=True).click()
    page.get_by_role("button", name="Evaluate the test rows").click()
    page.get_by_text("Accuracy on test rows").wait_for(timeout=READY)
    assert page.problems == []


def test_a_drawing_is_read(screen):
    page = screen("try", stack="conv+16+%7C+relu+%7C+max+2+%7C+flatten+%7C+dense+64+%7C+relu", epochs=10, shift=0.1)
    trained(page, 400)
    box = page.get_by_role("img", name="Pad to draw on").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.12 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.88 * box["height"], steps=12)
    page.mouse.up()
    page.locator(".bars .bar-row").first.wait_for(timeout=READY)
    assert page.locator(".bars .bar-row span").first.inner_text().startswith("1")
    assert page.problems == []


def test_the_finder_proposes_a_rate_and_a_button_takes_it(screen):
    page = screen("train")
    page.get_by_role("button", name="Find a rate").click()
    use = page.get_by_role("button", name=re.compile("^Use "))
    use.wait_for(timeout=READY)
    rate = use.inner_text().removeprefix("Use ")
    taken = re.compile(rf"train\.learning_rate={re.escape(rate)}")
    for _ in range(3):  # a click that meets the page in the middle of being drawn anew may be lost
        if use.count():
            use.click()
        try:
            page.wait_for_url(taken, timeout=60_000)
            break
        except Late:
            continue
    assert taken.search(page.url)
    assert page.problems == []


def test_the_script_and_the_weights_come_down(screen, tmp_path):
    page = screen("train")
    trained(page, 400)
    page.get_by_role("button", name="Take it home").click()
    keep_download(page, "Python script", tmp_path)
    keep_download(page, "Weights (safetensors)", tmp_path)
    text = (tmp_path / "train.py").read_text()
    assert "nn.Linear(64, 64)" in text and "playground" not in text
    assert (tmp_path / "train.safetensors").stat().st_size > 4 * 4810


def test_the_network_goes_on_to_its_loss_landscape(screen):
    page = screen("train", dataset="iris", stack="dense+6+%7C+tanh")
    trained(page, 160)
    page.get_by_text("Its loss landscape").click()
    page.get_by_text("51 parameters").wait_for(timeout=READY)  # 4 · 6 + 6 + 6 · 3 + 3: this network's, not the example's
    page.locator("canvas").first.wait_for(timeout=READY)
    assert page.problems == [] and step_of(page) >= 0
