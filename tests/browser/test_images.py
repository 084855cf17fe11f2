"""The Images screen as a visitor uses it: choosing, drawing, uploading, asking why, many at once."""

import io
import re

from PIL import Image

from playground.data import photographs


def opened(visit, part="predict", **more):
    page = visit("images?" + "&".join([f"images.part={part}", *(f"images.{name}={value}" for name, value in more.items())]))
    page.locator("h1").first.wait_for(timeout=60_000)
    return page


def png(key):
    held = io.BytesIO()
    Image.fromarray(photographs.sample(key)).save(held, "PNG")
    return {"name": f"{key}.png", "mimeType": "image/png", "buffer": held.getvalue()}


def test_a_sample_is_named_and_its_answer_leads_to_the_reasons(visit):
    page = opened(visit, picture="digit-5", model="digits-cnn")
    page.locator(".bars .best").wait_for(timeout=60_000)
    assert page.locator(".bars .best .name").inner_text() == "5"
    page.locator(".gallery button[title='Digit 3']").click()
    page.wait_for_url(re.compile("images.picture=digit-3"), timeout=60_000)
    page.locator(".bars .best .name", has_text="3").wait_for(timeout=60_000)
    page.locator(".bars button").nth(1).click()
    page.wait_for_url(re.compile("images.part=why"), timeout=60_000)
    page.locator(".explained figure").nth(3).wait_for(timeout=60_000)
    page.locator(".explained canvas").nth(1).hover()
    page.get_by_text(re.compile("% of its strongest")).first.wait_for(timeout=60_000)
    assert page.problems == []


def test_a_digit_is_named_while_it_is_drawn(visit):
    page = opened(visit, picture="drawn", model="digits-cnn")
    page.get_by_text("Draw on the black pad").wait_for(timeout=60_000)
    box = page.locator("canvas.hands").first.bounding_box()
    places = [(0.25, 0.2), (0.7, 0.2), (0.6, 0.45), (0.5, 0.65), (0.42, 0.85)]
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("images.drawing="), timeout=60_000)
    page.locator(".bars .best").wait_for(timeout=60_000)
    assert page.locator(".bars .best .name").inner_text() == "7" and page.problems == []


def test_an_uploaded_picture_is_named_and_a_bad_one_is_refused_in_words(visit):
    page = opened(visit, model="digits-cnn")
    page.locator(".bars .best").wait_for(timeout=60_000)
    page.get_by_role("button", name=re.compile("Upload")).first.click()
    page.locator("input[type=file]").first.set_input_files([png("digit-8"), {"name": "paper.png", "mimeType": "image/png", "buffer": b"%PDF-1.7"}])
    page.wait_for_url(re.compile("images.picture=uploaded"), timeout=60_000)
    page.get_by_text("paper.png is a PDF document").wait_for(timeout=60_000)
    page.wait_for_timeout(700)
    assert page.locator(".bars .best .name").inner_text() == "8" and page.problems == []


def test_what_the_camera_sees_is_named_and_the_box_makes_way_for_the_answer(visit):
    page = opened(visit)
    page.context.grant_permissions(["camera"])
    page.locator(".bars .best").wait_for(timeout=60_000)
    page.get_by_role("button", name="Camera", exact=True).click()
    page.wait_for_function("document.querySelector('video')?.videoWidth > 0")
    page.get_by_role("button", name=re.compile("Take photo", re.I)).click()
    page.wait_for_url(re.compile("images.picture=uploaded"), timeout=30_000)
    page.get_by_role("button", name=re.compile("Take photo|Clear photo", re.I)).first.wait_for(state="hidden", timeout=20_000)
    assert page.problems == []


def test_many_are_listed_and_the_finder_draws_boxes(visit):
    page = opened(visit, "many", model="digits-cnn")
    page.get_by_text(re.compile(r"\d+ named")).wait_for(timeout=60_000)
    page.goto(page.url.split("?")[0] + "?images.part=find&images.picture=number")
    page.locator(".finds li").nth(5).wait_for(timeout=60_000)
    assert page.locator(".finds canvas").bounding_box()["width"] > 200 and page.problems == []


def test_it_reads_on_a_phone_in_the_dark(visit):
    page = visit("images?images.part=why", width=390, scheme="dark", height=1500)
    page.locator(".explained figure").nth(3).wait_for(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1") and page.problems == []
