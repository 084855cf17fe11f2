"""The deep-RL screen as a visitor uses it: watches an agent learn, scrubs, replays, plays, compares.

Every test has a seed of its own: a page that asks for the run of a tab just closed is given that run, as a reload is.
"""

import re

from tests.browser.test_pages import settled


def film(page):
    return page.evaluate("window.__lab?.film ?? {number: 0}")


def test_a_first_visitor_sees_a_pole_learn_to_balance_within_a_minute(visit):
    page = visit("deep-rl?rl.seed=1")
    page.wait_for_function("window.__lab?.film?.number >= 1", timeout=60_000)
    first = film(page)
    page.wait_for_function("window.__lab?.film?.frames >= 450 || window.__lab?.state === 'finished'", timeout=60_000)
    assert film(page)["frames"] >= 450 and film(page)["step"] < 60_000
    assert first["step"] < film(page)["step"]
    page.get_by_text(re.compile("Solved")).first.wait_for()
    assert page.problems == []


def test_films_play_pause_step_and_are_kept_on_the_shelf(visit):
    page = visit("deep-rl?rl.seed=2")
    page.wait_for_function("window.__lab?.film?.number >= 2", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    theatre = page.get_by_role("group", name="Film of the agent").first
    shelf = theatre.get_by_role("group", name="Films of this run")
    shelf.get_by_role("button").first.click()
    page.wait_for_function("window.__lab?.film?.step === 0", timeout=20_000)
    theatre.get_by_role("button", name="Stop film").click()
    theatre.get_by_role("button", name="Film from its start").click()
    theatre.get_by_role("button", name="Stop film").click()
    theatre.get_by_label("Place in the film").press("Home")  # the first film can be ten frames short: it must not stand at its end
    before = theatre.locator(".count").last.inner_text()
    theatre.get_by_role("button", name="One frame on").click()
    assert theatre.locator(".count").last.inner_text() != before
    assert page.problems == []


def test_the_timeline_brings_an_earlier_policy_back(visit):
    page = visit("deep-rl?rl.seed=3")
    page.wait_for_function("window.__lab?.film?.number >= 2", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(500)
    page.get_by_label("Timeline of recorded steps").evaluate("node => { node.value = 0; node.dispatchEvent(new Event('input', {bubbles: true})); }")
    page.wait_for_function("window.__lab?.film?.step === 0", timeout=20_000)
    page.get_by_role("button", name="Live").click()
    page.wait_for_function("window.__lab?.film?.step > 0", timeout=20_000)
    assert page.problems == []


def test_a_person_plays_at_the_keyboard_and_is_compared_with_the_agent(visit):
    page = visit("deep-rl?rl.seed=4&rllook.inside=play&rl.environment=MountainCar-v0", height=1700)
    page.wait_for_function("window.__lab?.arcade?.views >= 1", timeout=60_000)
    page.get_by_label("Speed of the game").select_option("2")
    page.keyboard.down("ArrowRight")
    page.wait_for_function("window.__lab?.arcade?.step > 5", timeout=60_000)
    before = page.evaluate("[window.__lab.arcade.views, performance.now()]")
    page.wait_for_timeout(1_000)
    after = page.evaluate("[window.__lab.arcade.views, performance.now()]")
    assert 1000 * (after[0] - before[0]) / (after[1] - before[1]) > 3  # 60 pictures a second on a quiet machine
    page.wait_for_function("window.__lab?.arcade?.over", timeout=60_000)
    page.keyboard.up("ArrowRight")
    assert page.evaluate("window.__lab.arcade.score") == -200  # full throttle to the right never gets there
    page.get_by_text("The agent did better on this start").wait_for(timeout=60_000)
    assert page.problems == []


def test_the_lander_is_stepped_by_the_server_and_listens_to_the_keys(visit):
    page = visit("deep-rl?rl.seed=5&rllook.inside=play&rl.environment=LunarLander-v3", height=1700)
    page.wait_for_function("window.__lab?.arcade?.views >= 1", timeout=60_000)
    page.keyboard.down("ArrowLeft")
    page.wait_for_function("window.__lab?.arcade?.step > 20", timeout=60_000)
    page.keyboard.up("ArrowLeft")
    assert page.evaluate("window.__lab.arcade.score") != 0
    assert page.problems == []


def test_another_task_brings_its_own_settings_and_a_film_of_its_own(visit):
    page = visit("deep-rl?rl.seed=6")
    settled(page)
    page.get_by_role("radio", name="Pendulum").or_(page.get_by_role("button", name="Pendulum")).first.click()
    page.wait_for_function("location.search.includes('Pendulum-v1')", timeout=60_000)
    page.wait_for_function("window.__lab?.film?.frames === 200", timeout=60_000)
    page.get_by_text("Swing the rod up and hold it there").first.wait_for()
    assert page.problems == []
