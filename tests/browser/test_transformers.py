"""The transformer screen as a visitor uses it: bars follow the slider, heads and tokens are pressed, a text is written and branched."""

import re
from urllib.parse import parse_qs, urlsplit


def setting(page, name):
    return parse_qs(urlsplit(page.url).query).get(name, [None])[0]


def opened(visit, part="pass", **more):
    page = visit("transformers?" + "&".join([f"transformers.part={part}", *(f"{name}={value}" for name, value in more.items())]))
    page.locator("h1").first.wait_for(timeout=60_000)
    return page


def test_bars_follow_the_temperature_and_a_head_and_a_token_open(visit):
    page = opened(visit)
    page.locator(".next button").first.wait_for(timeout=120_000)  # the first page of a server also starts its evaluators
    page.locator(".tok").first.wait_for()
    note = page.locator(".after b").nth(1)
    before, peeks = note.inner_text(), page.evaluate("window.__lab?.peeks ?? 0")
    slider = page.locator("[class*=st-key-gpt_pass-temperature] [role=slider], [class*=st-key-gpt_pass-temperature] input[type=range]").first
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_function(f"(window.__lab?.peeks ?? 0) > {peeks}")
    page.locator(".after b").filter(has_text="bits").filter(has_not_text=before).wait_for()
    page.locator(".tok").nth(3).click()
    page.wait_for_url(re.compile("gpt_pass.token=3"))
    page.get_by_text("The way of token 4").wait_for()
    page.locator(".heads .all canvas").click(position={"x": 45, "y": 45})
    page.wait_for_url(re.compile("gpt_pass.block=0"))
    page.get_by_text("through block 1, head 1").wait_for()
    page.locator(".stages summary").nth(7).click()
    page.locator(".stages details").nth(7).locator(".few").first.wait_for()
    assert page.problems == []


def test_a_text_is_written_and_branches_where_a_token_is_pressed(visit):
    page = opened(visit, "write", **{"gpt_writing.count": 12})
    page.locator(".written button").nth(11).wait_for(timeout=60_000)
    page.locator(".written button").nth(4).click()
    page.get_by_text("Here could stand:").wait_for()
    other = page.locator(".choices button:not(.taken)").first
    word = other.inner_text().split()[0]
    other.click()
    page.wait_for_url(re.compile("gpt_writing.branch="))
    page.locator(".written button.fixed").nth(4).wait_for()
    page.locator(".written button").nth(5).wait_for()
    assert page.locator(".written button").nth(4).inner_text().strip() == word.lstrip("·").replace("↵", "").strip() or word == "↵"
    page.get_by_text("This text branched off after 5 tokens").wait_for()
    assert page.problems == []


def test_a_pressed_head_is_off_and_the_prediction_moves(visit):
    page = opened(visit, "heads")
    page.locator(".after b", has_text="0.000 bits").wait_for(timeout=60_000)
    page.locator(".heads .all canvas").click(position={"x": 45, "y": 45})
    page.wait_for_url(re.compile(r"gpt_heads.off=0\.0"))
    page.get_by_text("with 1 head off").wait_for()
    page.get_by_role("button", name="All on").click()
    page.get_by_text("What comes next, with 0 heads off").wait_for()
    assert page.problems == []


def test_a_tiny_gpt_learns_while_its_attention_is_shown(visit):
    page = opened(visit, "train", **{"tiny_gpt.steps": 120})
    page.wait_for_function("(window.__lab?.step ?? 0) > 20", timeout=60_000)
    page.locator(".tok sub").nth(3).wait_for()
    page.get_by_text("of the asked tokens are right, with").wait_for()
    assert page.problems == []
