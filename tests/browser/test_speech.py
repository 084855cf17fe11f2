"""The Speech screen as a visitor uses it: choosing, uploading, moving the noise, many at once, own words."""

import re

from playground.data import audio


def opened(visit, part="hear", **more):
    page = visit("speech?" + "&".join([f"speech.part={part}", *(f"speech.{name}={value}" for name, value in more.items())]))
    page.locator("h1").first.wait_for(timeout=30_000)
    return page


def wav(name, sound):
    return {"name": f"{name}.wav", "mimeType": "audio/wav", "buffer": audio.as_wav(sound)}


def heard(page, word):
    page.wait_for_function("(word) => [...document.querySelectorAll('*')].some((node) => node.shadowRoot?.querySelector('.digits .head span')?.textContent === word)"
                           " || document.querySelector('.digits .head span')?.textContent === word", arg=word, timeout=40_000)  # fmt: skip


def test_a_clip_is_heard_and_the_answer_follows_the_noise_while_the_slider_moves(visit):
    page = opened(visit)
    heard(page, "seven")
    slider = page.locator("[class*=st-key-speech-noise] [role=slider], [class*=st-key-speech-noise] input[type=range]").first
    slider.focus()
    before = page.evaluate("window.__lab?.peeks ?? 0")
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("(before) => (window.__lab?.peeks ?? 0) > before", arg=before, timeout=20_000)
    page.wait_for_url(re.compile("speech.noise="), timeout=20_000)
    page.locator(".gallery button[title='Three']").click()
    page.wait_for_url(re.compile("speech.sound=digit-3"), timeout=20_000)
    heard(page, "three")
    assert page.problems == []


def test_an_uploaded_sound_is_heard_and_a_bad_one_is_refused_while_the_result_stands(visit):
    page = opened(visit)
    heard(page, "seven")
    page.get_by_role("button", name=re.compile("Upload")).first.click()
    page.locator("input[type=file]").first.set_input_files([wav("mine", audio.sample("digit-0")), {"name": "paper.wav", "mimeType": "audio/wav", "buffer": b"%PDF-1.7"}])
    page.wait_for_url(re.compile("speech.sound=own"), timeout=30_000)
    page.get_by_text("paper.wav is a PDF document").wait_for(timeout=20_000)
    heard(page, "zero")
    assert page.problems == []


def test_what_the_microphone_hears_is_named_and_the_box_makes_way_for_the_answer(visit):
    page = opened(visit, sound="digit-2")
    page.context.grant_permissions(["microphone"])
    heard(page, "two")
    page.get_by_role("button", name="Microphone").click()
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(2_500)  # the word lasts half a second and comes every second and a half
    page.get_by_role("button", name="Stop recording").click()
    page.wait_for_url(re.compile("speech.sound=own"), timeout=30_000)
    heard(page, "seven")
    page.get_by_text("Say a digit, zero to nine").wait_for(state="hidden", timeout=20_000)
    assert page.problems == []


def test_many_are_listed_own_words_are_learnt_and_one_frame_is_taken_apart(visit):
    page = opened(visit, "many")
    page.get_by_text(re.compile("30 heard")).wait_for(timeout=40_000)
    page.goto(page.url.split("?")[0] + "?speech.part=teach")
    page.get_by_text("Right when left out").wait_for(timeout=40_000)
    page.goto(page.url.split("?")[0] + "?speech.part=inside")
    page.get_by_text("4 · The logarithm").wait_for(timeout=40_000)
    assert page.problems == []


def test_it_reads_on_a_phone_in_the_dark(visit):
    page = visit("speech", width=390, scheme="dark", height=1500)
    heard(page, "seven")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1") and page.problems == []
