"""The text screen as a visitor uses it: reading, typing, asking, uploading a file of many texts."""

import re

import pytest

from playground.zoo import language, language_cards

pytestmark = pytest.mark.skipif(not language.available() or "sentiment" not in language_cards.language_cards(), reason="backbone or head not here")
SLOW = 40_000  # milliseconds: the first answer of a server loads the model


def opened(visit, part="classify", width=1280, scheme="light", more=""):
    page = visit(f"text?text.part={part}{more}", width, scheme)
    page.get_by_text("Sources:").wait_for(timeout=SLOW)
    return page


def write(page, label, text):
    box = page.get_by_label(label, exact=True)
    box.fill(text)
    box.press("Control+Enter")


def test_a_review_is_judged_as_it_is_typed_and_markup_stays_text(visit):
    page = opened(visit)
    page.locator(".big", has_text="positive").wait_for(timeout=SLOW)
    write(page, "Your text", "<b>Dreadful</b><script>window.hurt = 1</script> and **boring**.")
    page.locator(".big", has_text="negative").wait_for(timeout=SLOW)
    page.locator(".tx", has_text="<b>Dreadful</b><script>window.hurt = 1</script> and **boring**.").wait_for()
    assert page.evaluate("window.hurt") is None
    assert float(page.locator(".tx span[title]", has_text="boring").first.get_attribute("title")) > 0
    page.wait_for_url(re.compile("text_classify.text=%3Cb%3EDreadful"))
    write(page, "Your text", "   ")
    page.get_by_text("is empty").wait_for()
    assert page.problems == []


def test_a_preset_and_the_own_labels_work_on_a_phone_in_the_dark(visit):
    page = opened(visit, "labels", 390, "dark")
    page.locator(".big", has_text="football").wait_for(timeout=SLOW)
    page.get_by_text("Moods", exact=True).click()
    page.locator(".big", has_text="joy").wait_for(timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and page.problems == []


def test_a_search_follows_the_question_and_the_ranking(visit):
    page = opened(visit, "search")
    page.locator(".ts > div").first.get_by_text(re.compile("^embedding")).wait_for(timeout=SLOW)
    page.get_by_text("Shared words", exact=True).click()
    page.locator(".ts > div", has_text="by meaning").first.wait_for(timeout=SLOW)
    page.wait_for_url(re.compile("text_search.ranking=words"))
    assert page.problems == []


def test_a_file_of_many_texts_is_answered_and_taken_home(visit, tmp_path):
    file = tmp_path / "reviews.csv"
    file.write_text("id,review\n" + "\n".join(f'{i},"{"A joy, really" if i % 2 else "Dull, sadly"} {i}"' for i in range(120)))
    page = opened(visit)
    page.get_by_text("Many texts at once").click()
    page.locator("input[type=file]").set_input_files(str(file))
    page.get_by_text("Answer 120 texts").click(timeout=SLOW)
    page.get_by_text(re.compile("120 texts in .* a second")).wait_for(timeout=SLOW)
    with page.expect_download() as taken:
        page.get_by_text("Table (CSV)").click()
    lines = taken.value.path().read_text().splitlines()
    assert len(lines) == 121 and sum(",positive," in line for line in lines) == 60
    assert page.problems == []


def test_a_sentence_becomes_french_and_is_opened_token_by_token(visit):
    page = opened(visit, "translate", 390, "dark")
    write(page, "English", "Thank you <b>very</b> much.")
    write(page, "English", "Thank you very much.")
    page.locator(".big", has_text="Merci").wait_for(timeout=SLOW)
    page.locator(".tp th", has_text="Merci").wait_for()
    shares = [float(each.get_attribute("title").rsplit(" ", 1)[1].rstrip("%")) for each in page.locator(".tp tbody tr").first.locator("td").all()]
    assert sum(shares) == pytest.approx(100, abs=1)
    write(page, "English", "12 + 7")
    page.get_by_text("no word in this text").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 and page.problems == []
