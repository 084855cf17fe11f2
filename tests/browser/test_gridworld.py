"""The gridworld screen as a visitor uses it: look, slow motion, play, paint, race, links."""

import re

from tests.browser.test_pages import settled


def opened(visit, path="gridworld", **more):
    page = visit(path, **more)
    settled(page)
    canvas(page).scroll_into_view_if_needed(timeout=60_000)  # what lies out of sight is not painted
    page.wait_for_function("window.__lab?.parts['grid/world']?.draws > 3", timeout=60_000)
    return page


def canvas(page):
    return page.locator("canvas").first


def at(page, row, column, rows, columns):
    box = canvas(page).bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows


def test_an_agent_learns_at_once_and_a_cell_tells_its_numbers(visit):
    page = opened(visit)
    page.wait_for_function("window.__lab?.step > 120", timeout=60_000)
    page.mouse.click(*at(page, 2, 3, 4, 12))
    page.get_by_role("heading", name="Row 3, column 4").wait_for()
    row = page.locator(".side tr.best").first.inner_text()
    assert "right" in row and "−" in row
    assert re.search(r"V\(s\)", page.locator(".formula").first.inner_text())
    page.keyboard.press("ArrowUp")
    page.get_by_role("heading", name="Row 2, column 4").wait_for()
    assert page.problems == []


def test_slow_motion_goes_through_backups_with_their_numbers(visit):
    page = opened(visit)
    page.wait_for_function("window.__lab?.step > 30", timeout=60_000)
    page.get_by_role("button", name="Slow motion").click()
    page.get_by_role("button", name="Play", exact=True).wait_for()  # the run waits meanwhile
    page.get_by_role("button", name="Before the first backup").click()
    page.get_by_text(re.compile("The table before this episode")).wait_for()
    page.get_by_role("button", name="One backup on").click()
    page.get_by_text(re.compile(r"Backup 1 of \d+")).wait_for()
    form = r"\(?(-?[\d.]+)\)? \+ ([\d.]+) · \[(-?[\d.]+) \+ ([\d.]+)·\(?(-?[\d.]+)"
    old, rate, reward, factor, bootstrap = map(float, re.match(form, page.locator(".formula div").nth(1).inner_text().replace("−", "-")).groups())
    said = float(re.search(r"= (-?[\d.]+)", page.locator(".formula div").nth(2).inner_text().replace("−", "-"))[1])
    assert abs(said - (old + rate * (reward + factor * bootstrap - old))) < 0.02 * (1 + abs(said))
    before = page.evaluate("window.__lab.step")
    page.get_by_role("slider", name="Backup", exact=True).evaluate("node => { node.value = node.max; node.dispatchEvent(new Event('input')); }")
    page.get_by_role("button", name="One backup on").click()
    page.wait_for_function(f"window.__lab.step === {before + 1}")  # beyond the last backup lies the next episode
    assert page.problems == []


def test_a_visitor_walks_the_best_way_and_the_task_ticks(visit):
    page = opened(visit)
    page.get_by_role("button", name="You play").click()
    for key in ["ArrowUp", *["ArrowRight"] * 11, "ArrowDown"]:
        page.keyboard.press(key)
    page.get_by_text("You made it.").wait_for()
    assert page.locator(".side .big").inner_text() == "−13"
    page.get_by_role("img", name="check_circle icon").wait_for(timeout=60_000)
    page.keyboard.press("Enter")
    assert page.problems == []


def test_painting_makes_a_world_of_ones_own_that_its_link_reproduces(visit):
    page = opened(visit, "gridworld?gridworld.world=maze&gridworld.discount=0.95")
    page.get_by_role("button", name="Paint").click()
    x, y = at(page, 0, 4, 6, 9)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*at(page, 3, 4, 6, 9), steps=10)
    page.mouse.up()
    page.wait_for_url(re.compile("gridworld.world=own"))
    page.wait_for_url(re.compile(re.escape("gridworld.grid=....%23..%23G")))
    page.mouse.click(*at(page, 0, 8, 6, 9))  # the only goal
    page.get_by_text("A grid needs a goal.").wait_for()
    again = opened(visit, page.url.partition("/")[2].partition("/")[2].partition("/")[2])
    again.get_by_role("heading", name="Your own grid").wait_for()
    assert page.problems == [] and again.problems == []


def test_bad_links_are_answered_in_words_and_the_page_goes_on(visit):
    page = opened(visit, "gridworld?gridworld.world=own&gridworld.grid=S..&gridworld.discount=7")
    page.get_by_text(re.compile("Discount γ must be between 0 and 1")).wait_for()
    page.get_by_text(re.compile("The grid has no goal")).first.wait_for()
    blocked = opened(visit, "gridworld?gridworld.world=own&gridworld.grid=S%23G", width=390, scheme="dark")
    blocked.get_by_text(re.compile("every way is blocked")).first.wait_for()
    assert blocked.evaluate("document.documentElement.scrollWidth") <= 391
    assert page.problems == [] and blocked.problems == []


def test_sarsa_races_q_learning_on_the_cliff(visit):
    page = opened(visit, "gridworld?gridlook.inside=race&gridworld.race_seeds=3")
    page.get_by_text("SARSA against Q-learning", exact=True).click()
    page.get_by_text(re.compile("SARSA.*wins")).wait_for(timeout=60_000)
    page.wait_for_function("Object.entries(window.__lab.parts).filter(([name, part]) => name.includes('world-') && part.draws > 0).length === 2")
    assert page.problems == []
