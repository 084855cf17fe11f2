"""The overfitting screen as a visitor uses it: every part runs, the slider looks without restarting, own points are learnt."""

import subprocess
import sys

import pytest


def opened(visit, part, **settings):
    page = visit(f"overfitting?overfitting.part={part}" + "".join(f"&{name}={value}" for name, value in settings.items()), height=1500)
    page.locator("canvas").first.wait_for(timeout=60_000)
    return page


def running(page, step):
    page.wait_for_function(f"window.__lab?.step >= {step}", timeout=60_000)


def test_every_part_draws_a_run_that_is_really_happening(visit):
    page = opened(visit, "capacity")
    for title, step in (("Complexity", 60), ("Regularizers", 60), ("Variance cloud", 20), ("Amount of data", 60), ("Double descent", 10), ("… in networks", 10)):
        page.get_by_role("radio", name=title).or_(page.get_by_role("button", name=title, exact=True)).first.click()
        page.wait_for_timeout(900)
        running(page, step)
        page.get_by_text("The maths").wait_for()
        assert page.locator("[data-testid=stException]").count() == 0, title
    assert page.problems == []


def test_the_complexity_slider_looks_at_another_network_of_the_same_run(visit):
    page = opened(visit, "capacity", **{"capacity.hidden_units": 2})
    running(page, 100)
    token = page.evaluate("window.__lab.token")
    slider = page.get_by_role("slider", name="Hidden units").first
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    page.get_by_text("looked at").first.wait_for()
    page.wait_for_function("location.search.includes('capacity.hidden_units=7')||location.search.includes('capacity.hidden_units=10')"
                           "||!location.search.includes('hidden_units')", timeout=60_000)  # fmt: skip
    page.wait_for_timeout(800)
    assert page.evaluate("window.__lab.token") == token
    assert page.problems == []


def test_points_are_drawn_and_become_the_data(visit):
    page = opened(visit, "capacity")
    running(page, 20)
    page.get_by_text("Draw points").click()
    page.get_by_text("Click or drag to add points").wait_for(timeout=60_000)
    page.wait_for_timeout(700)
    box = page.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    for i in range(12):
        page.mouse.move(box["x"] + (0.4 + 0.03 * i) * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.up()
    page.wait_for_function("location.search.includes('capacity.own=')", timeout=60_000)
    page.get_by_text("are kept apart").first.wait_for(timeout=60_000)
    running(page, 20)
    assert page.problems == []


def test_an_uploaded_table_is_fitted_and_its_script_repeats_the_loss(visit, tmp_path):
    (tmp_path / "own.csv").write_text("name,length,weight\n" + "".join(f"n{i},{20 + i},{3 + 0.5 * i + (i * 7919 % 13) / 5:.3f}\n" for i in range(60)))
    page = opened(visit, "capacity", **{"capacity.steps": 100})
    token = page.evaluate("window.__lab.token")
    page.get_by_text("Your own points").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "own.csv")
    page.get_by_role("button", name="Learn from these columns").click(timeout=60_000)
    page.wait_for_function("location.search.includes('capacity.own=')", timeout=60_000)
    page.wait_for_function(f"window.__lab?.token !== '{token}' && window.__lab?.state === 'finished'", timeout=60_000)
    page.get_by_role("button", name="Take it home").click()
    for name in ("Python script", "History"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).first.click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
    done = subprocess.run([sys.executable, "capacity.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-800:]
    printed = dict(line.split() for line in done.stdout.splitlines())
    header, *_, last = (tmp_path / "capacity-history.csv").read_text().splitlines()
    shown = dict(zip(header.split(","), last.split(","), strict=True))
    assert float(printed["train_loss"]) == pytest.approx(float(shown["train_loss"]), rel=1e-6)
    assert page.problems == []
