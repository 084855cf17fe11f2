"""The model zoo as a visitor uses it."""

import re


def opened(visit, address="", **more):
    page = visit(f"zoo{address}", **more)
    page.locator("h1").first.wait_for(timeout=60_000)
    return page


def test_cards_are_filtered_and_one_leads_inside_its_model(visit):
    page = opened(visit)
    page.locator("[class*=st-key-zoo-card-digits-cnn]").wait_for(timeout=60_000)
    page.get_by_role("radio", name=re.compile(r"^Text \d")).or_(page.get_by_role("button", name=re.compile(r"^Text \d"))).first.click()
    page.wait_for_function("!document.querySelector('[class*=st-key-zoo-card-digits-cnn]')", timeout=60_000)
    page.locator("[class*=st-key-zoo-card-sentiment]").get_by_role("button", name=re.compile("Inside")).click()
    page.wait_for_url(re.compile("zoo.model=sentiment"), timeout=60_000)
    page.get_by_text(re.compile("holds .* of the parameters")).first.wait_for(timeout=60_000)
    page.locator(".js-plotly-plot .bars").first.wait_for(state="attached", timeout=60_000)
    assert page.problems == []


def test_what_accuracy_costs_and_what_was_downloaded_are_shown(visit):
    page = opened(visit, "?zoo.part=published&zoo.across=parameters")
    page.get_by_text(re.compile("the cost grows")).wait_for(timeout=60_000)
    page.get_by_role("radio", name="Downloaded").or_(page.get_by_role("button", name="Downloaded")).first.click()
    page.get_by_text("Bring a model").wait_for(timeout=60_000)
    assert page.problems == []


def test_it_reads_on_a_phone_in_the_dark(visit):
    page = opened(visit, "?zoo.part=inside&zoo.model=explainer-cnn", width=390, scheme="dark", height=1400)
    page.get_by_text(re.compile("holds .* of the parameters")).first.wait_for(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1") and page.problems == []
