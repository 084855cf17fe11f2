"""The recurrent screen as a visitor uses it: watching the cells learn, pointing at a step, clipping, forecasting own data, reading samples."""

import re

import numpy as np
from playwright.sync_api import expect


def opened(visit, part="memory", **more):
    page = visit("recurrent?" + "&".join([f"recurrent.part={part}", *(f"{name}={value}" for name, value in more.items())]))
    page.locator("h1").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Pause").wait_for(timeout=60_000)
    return page


def test_the_cells_learn_and_a_step_that_is_pointed_at_is_spelt_out(visit):
    page = opened(visit, **{"memory.length": 12, "memory.task": "parity", "memory.cells": "gru,lstm"})
    page.wait_for_function("window.__lab?.step > 20", timeout=60_000)
    canvas = page.locator(".along canvas")
    canvas.wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 84 + (box["width"] - 90) * 6.5 / 12, box["y"] + 60)
    heading = page.locator(".side h4")
    expect(heading).to_contain_text("step 7")
    rows = page.locator(".eq .value").all_inner_texts()
    number = [float(each.replace("−", "-")) for each in rows]
    middle = page.locator(".eq .mid").all_inner_texts()
    before = float(re.findall(r"[−\d.]+", middle[4])[1].replace("−", "-"))
    i, f, g, o, c, h = number
    assert abs(f * before + i * g - c) < 0.06 and abs(o * np.tanh(c) - h) < 0.03
    canvas.focus()
    page.keyboard.press("ArrowRight")
    expect(heading).to_contain_text("step 8")
    page.get_by_role("radio", name="GRU").click()
    expect(heading).to_contain_text("GRU", timeout=60_000)
    assert page.problems == []


def test_an_exploding_gradient_is_named_and_clipping_is_one_click_away(visit):
    page = opened(visit)
    page.get_by_role("radio", name=re.compile("Exploding gradient")).click()
    apply = page.get_by_role("button", name=re.compile("Apply: .*Clip gradient at → 1"))
    apply.wait_for(timeout=60_000)
    assert "memory.clip=0" in page.url
    apply.click()
    page.wait_for_url(lambda url: "memory.clip" not in url, timeout=60_000)  # 1 is the default, which the address leaves out
    assert page.problems == []


def test_an_own_series_is_forecast_beside_the_simple_rules(visit, tmp_path):
    page = opened(visit, "forecast")
    page.get_by_text("One season ago", exact=True).wait_for(timeout=60_000)
    values = 20 + 5 * np.sin(np.arange(150) * 2 * np.pi / 7)
    (tmp_path / "visits.csv").write_text("day,visitors\n" + "\n".join(f"{i},{value:.3f}" for i, value in enumerate(values)))
    page.get_by_role("button", name="Upload a series").click()
    page.locator("input[type=file]").first.set_input_files(tmp_path / "visits.csv")
    page.get_by_label("Season (steps").wait_for(timeout=60_000)
    assert page.get_by_label("Season (steps").input_value() == "7"
    page.get_by_role("button", name="Forecast this series").click()
    page.get_by_text("visitors (visits.csv)").wait_for(timeout=60_000)
    page.wait_for_url(re.compile("forecast.series=own"))
    page.get_by_text("One season ago", exact=True).wait_for(timeout=60_000)
    assert page.problems == []


def test_a_text_is_learnt_and_written_on(visit):
    page = opened(visit, "characters", **{"characters.units": 16, "characters.steps": 20_000})
    page.get_by_text("step 50", exact=True).wait_for(timeout=60_000)
    page.get_by_text("Write on from a beginning of yours").click()
    page.get_by_role("textbox", name="It begins").fill("Sel")
    page.get_by_role("button", name="Write on", exact=True).click()
    expect(page.locator("code", has_text=re.compile("^Sel")).last).to_be_visible(timeout=60_000)
    assert page.problems == []
