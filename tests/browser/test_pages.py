"""Every page in a real browser, and the decision-boundary screen as a first visitor uses it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.laws.test_pages import table

SCREENSHOTS = Path(__file__).parent / "screenshots"
ROWS = [(row[3], row[2]) for row in table()]
WINE = "alcohol,hue,kind\n" + "\n".join(f"{12 + x:.3f},{1 + y:.3f},{'red' if x > 0 else 'white'}"
                                        for x, y in np.random.default_rng(0).normal(size=(120, 2)))  # fmt: skip


def settled(page):
    page.locator("h1").first.wait_for(timeout=60_000)
    page.wait_for_function("document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') !== 'running'", timeout=60_000)
    page.wait_for_timeout(700)


def keep_download(page, name, folder):
    """Press a button for a file and save what comes."""
    with page.expect_download() as download:
        page.get_by_role("button", name=name).first.click()
    download.value.save_as(folder / download.value.suggested_filename)


def step_of(page):
    return page.evaluate("window.__lab?.step ?? -1")


@pytest.mark.parametrize(("path", "title"), ROWS, ids=[row[1] for row in ROWS])
def test_a_page_opens_in_a_browser_without_an_error_and_fits_a_desk_and_a_telephone(visit, path, title):
    page = visit(path, 1280, "light")
    settled(page)
    picture = page.locator("canvas, .tx, .js-plotly-plot").first  # the Text screen marks words, the zoo shows a chart
    picture.wait_for(timeout=60_000)
    looked_at(page, path, 1280, "light")
    picture.hover()
    page.set_viewport_size({"width": 390, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(700)
    settled(page)
    looked_at(page, path, 390, "dark")
    assert page.problems == []


def looked_at(page, path, width, scheme):
    """Nothing failed and nothing is wider than the window; kept as a picture when PLAYGROUND_SCREENSHOTS asks for it: of all pages they cost a minute."""
    if os.environ.get("PLAYGROUND_SCREENSHOTS"):
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{path or 'home'}-{width}-{scheme}.png", full_page=True)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 1


@pytest.mark.alone
def test_a_first_visit_sees_the_spiral_solved_within_seconds(visit):
    page = visit("decision-boundaries")
    page.get_by_role("button", name="Pause").wait_for(timeout=60_000)
    page.wait_for_function("window.__lab?.step > 25 * 25", timeout=60_000)
    solved = page.get_by_text(re.compile("test accuracy")).first
    solved.wait_for()
    page.wait_for_function("window.__lab?.frames > 40")
    assert page.problems == []


def test_pause_step_reset_and_the_keyboard_do_what_they_say(visit):
    page = visit("decision-boundaries")
    page.get_by_role("button", name="Pause").click(timeout=60_000)
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.wait_for_timeout(300)
    still = step_of(page)
    page.wait_for_timeout(400)
    assert step_of(page) == still
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function(f"window.__lab?.step === {still + 1}")
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("window.__lab?.step === 0")
    page.locator("h1").first.click()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.__lab?.step === 1")
    page.keyboard.press("Space")
    page.wait_for_function("window.__lab?.step > 30")
    assert page.problems == []


@pytest.mark.alone
def test_at_least_twenty_frames_a_second_while_it_trains(visit):
    page = visit("decision-boundaries")
    page.wait_for_function("window.__lab?.frames > 20", timeout=60_000)
    before = page.evaluate("[window.__lab?.frames, performance.now()]")
    page.wait_for_timeout(3000)
    after = page.evaluate("[window.__lab?.frames, performance.now()]")
    rate = (after[0] - before[0]) / (after[1] - before[1]) * 1000
    assert rate > 12, f"{rate:.1f} frames/s"  # 20 and more on a quiet machine; the benchmark states the figure


def test_a_copied_address_brings_back_the_same_setting(visit):
    page = visit("decision-boundaries?boundary.dataset=pinwheel&boundary.classes=5&boundary.hidden_sizes=6,4&boundary.seed=3")
    settled(page)
    page.locator("[data-testid=stCaptionContainer]").get_by_text("Pinwheel").first.wait_for(timeout=60_000)
    page.wait_for_function("window.__lab?.frames > 0")
    assert "boundary.classes=5" in page.url and "boundary.seed=3" in page.url
    assert page.problems == []


def test_a_tampered_address_says_what_was_ignored(visit):
    page = visit("decision-boundaries?boundary.learning_rate=900&boundary.magic=1")
    page.get_by_text("The link asked for something").wait_for(timeout=60_000)
    assert page.get_by_text("Learning rate must be between").count() == 1


def test_an_uploaded_table_is_learnt_scrubbed_and_taken_home(visit, tmp_path):
    page = visit("decision-boundaries", height=1400)
    page.get_by_role("button", name="Pause").wait_for(timeout=60_000)
    page.get_by_text("Your own data", exact=True).click()
    (tmp_path / "wine.csv").write_text(WINE)
    page.locator("input[type=file]").set_input_files(tmp_path / "wine.csv")
    before = page.evaluate("window.__lab.token")
    page.get_by_role("button", name="Learn from this table").click(timeout=60_000)
    page.wait_for_function("location.search.includes('boundary.own=')", timeout=60_000)
    page.wait_for_function(f"window.__lab.token !== '{before}' && window.__lab.step > 200", timeout=60_000)  # the table's run, not the one before
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.wait_for_timeout(400)
    page.get_by_role("button", name="Take it home").click()
    for name in ("Python script", "Your data", "History"):
        keep_download(page, name, tmp_path)
    done = subprocess.run([sys.executable, "boundary.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    printed = dict(line.split() for line in done.stdout.splitlines())
    header, *_, last = (tmp_path / "boundary-history.csv").read_text().splitlines()
    shown = dict(zip(header.split(","), last.split(","), strict=True))
    assert float(printed["train_loss"]) == pytest.approx(float(shown["train_loss"]), rel=1e-5)
    assert page.problems == []


def test_a_binary_file_named_csv_is_refused_in_words_and_the_run_goes_on(visit, tmp_path):
    page = visit("decision-boundaries")
    page.get_by_role("button", name="Pause").wait_for(timeout=60_000)
    page.get_by_text("Your own data", exact=True).click()
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    page.locator("input[type=file]").set_input_files(tmp_path / "picture.csv")
    page.get_by_text("is not a text file").wait_for(timeout=60_000)
    step = step_of(page)
    page.wait_for_function(f"window.__lab?.step > {step}")


@pytest.mark.alone
def test_pictures_follow_a_slider_and_a_handle_before_they_are_let_go(visit):
    page = visit("activations")
    page.wait_for_function("window.__lab?.painted > 2", timeout=60_000)
    settled(page)
    knob = page.locator(".st-key-activations-probe [data-testid=stSliderThumbValue]").locator("..")
    for moved in (knob, page.locator("button.handle").first):
        moved.scroll_into_view_if_needed()
        thumb = moved.bounding_box()
        before = page.evaluate("[window.__lab.peeks ?? 0, window.__lab.painted]")
        address = page.url
        x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(x + 4 * step, y)
            page.wait_for_timeout(25)
        page.wait_for_function(f"window.__lab.peeks > {before[0] + 2} && window.__lab.painted > {before[1] + 2}", timeout=60_000)
        page.mouse.up()
        page.wait_for_function(f"location.href !== {address!r} && location.search.includes('activations.probe=')", timeout=60_000)
        settled(page)
    assert page.problems == []


def test_a_run_goes_on_while_another_screen_is_open(visit):
    page = visit("decision-boundaries")
    page.wait_for_function("window.__lab?.step > 50", timeout=60_000)
    step = step_of(page)
    page.get_by_role("link", name="Loss functions").first.click()
    page.get_by_role("heading", name="Loss functions").wait_for()
    page.wait_for_timeout(1500)
    page.get_by_role("link", name="Decision boundaries").first.click()
    page.wait_for_function(f"window.__lab?.step > {step + 200}", timeout=60_000)


@pytest.mark.alone
def test_a_closed_tab_leaves_no_worker_and_the_app_process_never_loads_torch(app, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{app.url}/decision-boundaries?boundary.seed=77")
    page.wait_for_function("window.__lab?.step > 50", timeout=60_000)
    context.close()
    deadline = time.monotonic() + 25
    while app.health()["runs"].get("playing", 0) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert not app.health()["runs"].get("playing", 0)
    assert app.health()["torch_in_app"] is False


@pytest.mark.alone
def test_stopping_the_server_leaves_no_process(tmp_path, browser):
    from tests.browser.conftest import Server

    server = Server(tmp_path)
    page = browser.new_page()
    page.goto(f"{server.url}/decision-boundaries")
    page.wait_for_function("window.__lab?.step > 20", timeout=60_000)
    children = psutil.Process(server.process.pid).children(recursive=True)
    assert children
    server.stop()
    page.close()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
