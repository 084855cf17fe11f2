"""The screen of runs and a sweep in a real browser, as a new visitor uses them."""

import json
import re

import pytest

CHOSEN = "[data-testid=stDataFrame] canvas"


@pytest.fixture(scope="module")
def visitor(app, browser):
    """One browser, with its cookie, for all of this module: a new one would see none of its runs."""
    context = browser.new_context(viewport={"width": 1280, "height": 1100}, accept_downloads=True)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    context.close()


def tick(page, row):
    """Click the box of a row of the table, which is drawn on a canvas."""
    box = page.locator(CHOSEN).first.bounding_box()
    page.mouse.click(box["x"] + 17, box["y"] + 38 + 35 * row + 17)


def open_runs(page, app):
    page.goto(f"{app.url}/runs")
    page.get_by_role("heading", name="Runs", exact=True).wait_for(timeout=60_000)
    page.locator(CHOSEN).first.wait_for(timeout=60_000)
    page.get_by_text("Test loss", exact=True).wait_for(timeout=60_000)


def test_one_click_makes_runs_and_shows_their_curves(visitor, app):
    visitor.goto(f"{app.url}/runs")
    visitor.get_by_role("button", name="Train four small networks now").click(timeout=60_000)
    visitor.get_by_text("4 runs, 4 chosen").wait_for(timeout=60_000)
    visitor.get_by_text("Test loss", exact=True).wait_for(timeout=60_000)
    assert visitor.locator("canvas").count() >= 3 and visitor.problems == []


def test_ticking_rows_chooses_and_the_address_keeps_it(visitor, app):
    open_runs(visitor, app)
    for row in (0, 1, 2):
        tick(visitor, row)
        visitor.get_by_text(f"{3 - row} chosen").wait_for(timeout=60_000)
    assert len(re.findall("runs.chosen=([^&]+)", visitor.url)[0].split("%2C")) == 1
    visitor.reload()
    visitor.get_by_text("1 chosen").wait_for(timeout=60_000)


def test_a_run_is_renamed_and_taken_home(visitor, app, tmp_path):
    open_runs(visitor, app)
    for row in (0, 1, 2):
        tick(visitor, row)
        visitor.get_by_text(f"{3 - row} chosen").wait_for(timeout=60_000)
    visitor.get_by_role("button", name="Name and note").click()
    visitor.get_by_label("Name", exact=True).fill("Slow and steady")
    visitor.keyboard.press("Enter")
    visitor.keyboard.press("Escape")
    visitor.get_by_role("button", name="Take home").click()
    for name in ("Notebook", "TensorBoard events (zip)", "Settings (JSON)"):
        with visitor.expect_download(timeout=60_000) as download:
            visitor.get_by_role("button", name=name).first.click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
    notebook = json.loads((tmp_path / "boundary.ipynb").read_text())
    assert notebook["cells"][0]["source"] and (tmp_path / "boundary-tensorboard.zip").stat().st_size > 500
    visitor.keyboard.press("Escape")


def test_a_kept_run_opens_on_its_screen_as_it_ended(visitor, app):
    open_runs(visitor, app)
    for row in (0, 1, 2):
        tick(visitor, row)
        visitor.get_by_text(f"{3 - row} chosen").wait_for(timeout=60_000)
    visitor.get_by_role("link", name="Open on its screen").click()
    visitor.get_by_text("“Slow and steady”, a kept run").wait_for(timeout=60_000)
    visitor.wait_for_function("window.__lab?.step === 1500", timeout=60_000)
    visitor.get_by_role("button", name="Reset").click()
    visitor.get_by_text("This is a kept run and stays as it ended").wait_for(timeout=60_000)
    assert visitor.problems == []


def test_a_deleted_run_comes_back_with_one_click(visitor, app):
    open_runs(visitor, app)
    visitor.get_by_role("button", name="Delete 4").click()
    visitor.get_by_role("button", name="Undo").click(timeout=60_000)
    visitor.get_by_text("4 runs, 4 chosen").wait_for(timeout=60_000)


def test_another_browser_sees_none_of_them_but_may_open_a_link(visitor, visit, app):
    open_runs(visitor, app)
    stranger = visit("runs")
    stranger.get_by_text("No run is kept yet").wait_for(timeout=60_000)
    tick(visitor, 0)
    visitor.get_by_text("3 chosen").wait_for(timeout=60_000)
    token = re.findall("runs.chosen=([^&%]+)", visitor.url)[0]
    stranger.goto(f"{app.url}/decision-boundaries?!run={token}")
    stranger.get_by_text("a kept run").wait_for(timeout=60_000)
    stranger.wait_for_function("window.__lab?.step === 1500", timeout=60_000)


def test_a_sweep_goes_on_while_another_screen_is_open_and_its_best_is_opened(visitor, app):
    visitor.goto(f"{app.url}/decision-boundaries?look.inside=sweep&boundary.epochs=20")
    visitor.get_by_role("button", name="Start the sweep").click(timeout=60_000)
    visitor.get_by_role("link", name="Loss functions").first.click()
    visitor.get_by_role("heading", name="Loss functions").wait_for(timeout=60_000)
    visitor.get_by_role("link", name="Decision boundaries").first.click()
    visitor.get_by_text(re.compile("is best of 5")).wait_for(timeout=60_000)
    visitor.get_by_role("button", name="Open the best").click()
    visitor.get_by_text("Your own setting.").wait_for(timeout=60_000)
    assert visitor.problems == []
