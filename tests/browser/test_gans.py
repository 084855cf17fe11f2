"""The GAN screen as a visitor uses it: it learns at once, a side is frozen, an update is taken apart, a distribution is drawn, digits appear."""

import re

import pytest

from playground.experiments.gan_words import TRAINED, GanFaces, GanLook
from playground.zoo import gan_models


def running(page, step):
    page.wait_for_function(f"window.__lab?.step >= {step}", timeout=60_000)


def still(page):
    """Where the plane lies once the page around it has stopped moving."""
    before = None
    while before != (box := page.locator("canvas").first.bounding_box()):
        before = box
        page.wait_for_timeout(700)
    return box


def test_a_first_visit_sees_the_modes_found_and_a_side_can_be_frozen(visit):
    page = visit("gans")
    running(page, 300)
    page.get_by_text(re.compile(r"[5-8] of 8")).first.wait_for(timeout=60_000)
    token = page.evaluate("window.__lab.token")
    page.get_by_role("radio", name="Only D").or_(page.get_by_role("button", name="Only D")).first.click()
    page.wait_for_function("location.search.includes('gan.train=d')", timeout=60_000)
    before = page.evaluate("window.__lab.step")
    running(page, before + 20)
    assert page.evaluate("window.__lab.token") == token  # taken over live, not started anew
    assert page.problems == []


def test_the_next_update_is_taken_apart_and_played(visit):
    page = visit("gans?ganlook.inside=slow", height=1800)
    running(page, 50)
    page.get_by_text(re.compile(r"\d of 8")).first.wait_for()
    still(page)  # a press on what is about to move lands beside it
    page.get_by_role("button", name="Take the next update apart").click()
    page.get_by_text(re.compile(r"The update after step [1-9]")).wait_for(timeout=60_000)
    page.get_by_text(re.compile(r"^(Noise|Generate|Judge|D learns|Pull|Move)\. ")).first.wait_for(timeout=60_000)
    page.get_by_text("Paused").first.wait_for(timeout=60_000)
    assert page.problems == []


def test_a_drawn_distribution_becomes_the_data(visit):
    page = visit("gans?ganlook.drawing=true", height=1500)
    running(page, 20)
    page.get_by_text("Drag to draw").wait_for(timeout=60_000)
    page.get_by_text(re.compile(r"\d of 8")).first.wait_for(timeout=60_000)
    box = still(page)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    for i in range(12):
        page.mouse.move(box["x"] + (0.3 + 0.035 * i) * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.up()
    page.wait_for_function("location.search.includes('gan.own=') && location.search.includes('gan.dataset=own')", timeout=60_000)
    page.get_by_text("Your own").first.wait_for(timeout=60_000)
    running(page, 20)
    assert page.problems == []


def test_digits_are_learnt_and_walked_through(visit):
    page = visit("gans?ganlook.part=digits", height=1500)
    running(page, 60)
    page.get_by_text("Class asked for").first.wait_for(timeout=60_000)
    page.get_by_text(re.compile("Generator of step")).wait_for(timeout=60_000)
    assert page.locator("[data-testid=stException]").count() == 0 and page.problems == []


@pytest.mark.parametrize(("part", "kind"), [("trained", GanLook), ("faces", GanFaces)])
def test_a_sample_is_clicked_and_the_way_to_it_is_played(visit, part, kind):
    if not gan_models.ready(TRAINED[part][1]):
        pytest.skip(f"{kind.model} is not bundled")
    page = visit(f"gans?ganlook.part={part}", height=1300)
    page.wait_for_function("(window.__lab?.parts['player/bundled-way/0']?.draws ?? 0) > 3", timeout=60_000)
    box = page.locator("canvas.hands").first.bounding_box()
    family = gan_models.FAMILIES[kind.model]
    page.mouse.click(box["x"] + 2.5 / family.columns * box["width"], box["y"] + 3.5 / family.rows * box["height"])
    page.wait_for_function(f"decodeURIComponent(location.search).includes('{kind.key}.picks={3 * family.columns + 2},')", timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-stale=true]')", timeout=60_000)
    assert page.locator("[data-testid=stException]").count() == 0 and page.problems == []
