"""Player, surface and transport in a real browser, on the harness app."""


import numpy as np
import pytest

# Player and surface ----------------------------------------------------------------------------------------------------------------------


def place_of(tab) -> float:
    return float(tab.page.get_by_role("slider", name="Place in the sequence").input_value())


def test_the_player_plays_pauses_and_steps_by_keyboard(tab):
    tab.open("player")
    tab.page.wait_for_function("window.__lab.frames > 10")
    tab.canvas("Height by step").focus()
    tab.page.keyboard.press(" ")
    tab.page.get_by_role("button", name="Play", exact=True).wait_for()
    stopped = place_of(tab)
    tab.page.wait_for_timeout(150)
    assert place_of(tab) == stopped
    tab.page.get_by_role("button", name="Step", exact=True).click()
    assert place_of(tab) == np.floor(stopped) + 1
    tab.page.get_by_role("slider", name="Place in the sequence").focus()
    tab.page.keyboard.press("End")
    tab.page.get_by_role("button", name="To the start").click()
    assert place_of(tab) == 0
    assert tab.page.get_by_text("Step 0: the paths move on.").is_visible()


def test_the_player_keeps_its_time_at_any_speed(tab):
    tab.open("player", "still=1")
    tab.page.get_by_label("Speed").select_option("0.5")
    tab.page.get_by_role("button", name="Play", exact=True).click()
    began, first = tab.page.evaluate("[performance.now(), Number(document.title.length)]")[0], place_of(tab)
    tab.page.wait_for_timeout(800)
    passed, moved = tab.page.evaluate("performance.now()") - began, place_of(tab) - first
    assert moved == pytest.approx(passed / 1000 * 30 * 0.5, rel=0.35)


def test_a_rerun_leaves_the_player_where_it_is(tab):
    tab.open("player", "still=1")
    tab.page.get_by_role("slider", name="Place in the sequence").fill("77")
    tab.page.get_by_role("button", name="Rerun").click()
    tab.page.wait_for_timeout(300)
    assert place_of(tab) == 77
    assert tab.page.get_by_text("Step 77: the paths move on.").is_visible()


def test_clicks_in_a_player_name_their_panel(tab):
    tab.open("player", "still=1")
    box = tab.canvas("Paths of three optimizers over the height lines of a bowl").bounding_box()
    tab.page.mouse.click(box["x"] + box["width"] - 100, box["y"] + 100)
    assert tab.heard()[0]["panel"] == 0


def pixels(tab) -> str:
    return tab.page.locator("canvas").first.evaluate("each => each.toDataURL()")


def test_a_surface_turns_by_hand_and_keeps_its_camera(tab):
    tab.open("surface")
    tab.page.wait_for_timeout(200)
    before = pixels(tab)
    box = tab.canvas("The bowl as a surface").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 120, y + 10, steps=4)
    tab.page.mouse.up()
    tab.page.mouse.move(2, 2)
    tab.page.wait_for_timeout(200)
    turned = pixels(tab)
    assert turned != before
    tab.page.get_by_role("button", name="Rerun").click()
    tab.page.wait_for_timeout(300)
    assert pixels(tab) == turned
    tab.canvas("The bowl as a surface").focus()
    tab.page.keyboard.press("0")
    tab.page.wait_for_timeout(200)
    assert pixels(tab) == before


def test_a_surface_may_have_holes(tab):
    tab.open("surface")
    whole = painted(tab)
    tab.open("surface", "hole=1")
    assert tab.lab("parts")["surface/surface"]["errors"] == 0
    assert 0.5 * whole < painted(tab) < 0.98 * whole


def painted(tab) -> int:
    """Pixels of the first canvas that are not empty."""
    return tab.page.locator("canvas").first.evaluate(
        """(node) => { const { data } = node.getContext('2d').getImageData(0, 0, node.width, node.height);
          let count = 0; for (let i = 3; i < data.length; i += 4) count += data[i] > 200; return count; }"""
    )


# Transport ---------------------------------------------------------------------------------------------------------------------------------


def test_the_transport_commands_the_run(tab):
    tab.open("transport", "token=play")
    tab.page.get_by_role("button", name="Pause").click()
    assert tab.sent(do="pause")
    tab.page.get_by_role("button", name="Play", exact=True).wait_for()
    before = tab.lab("step")
    tab.page.get_by_role("button", name="Step", exact=True).click()
    tab.page.wait_for_function(f"window.__lab.step === {before + 1}")
    tab.page.get_by_label("Speed").select_option("1 epoch / frame")
    assert tab.sent(do="speed", value="epoch")
    tab.page.get_by_role("button", name="Reset").click()
    tab.page.get_by_text("Epoch 0 · step 0").wait_for()


def test_the_keyboard_commands_the_run_unless_something_else_has_it(tab):
    tab.open("transport", "token=play")
    tab.page.wait_for_function("window.__lab.state === 'playing'")
    tab.page.locator("body").press(" ")
    tab.page.wait_for_function("window.__lab.state === 'paused'")
    step = tab.lab("step")
    tab.page.locator("body").press("ArrowRight")
    tab.page.wait_for_function(f"window.__lab.step === {step + 1}")
    tab.canvas("The network's output by position, with the data").focus()
    tab.page.keyboard.press("ArrowRight")  # reads the picture instead
    tab.page.get_by_label("Timeline of recorded steps").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_timeout(200)
    assert tab.lab("step") == step + 1


def test_the_timeline_shows_recorded_views_and_returns_to_live(tab):
    tab.open("transport", "token=play")
    tab.page.wait_for_function("window.__lab.step > 60")
    tab.page.get_by_label("Timeline of recorded steps").fill("2")
    assert tab.sent(do="scrub", step=20)
    tab.page.get_by_text("Looking back").wait_for()
    assert tab.page.get_by_text("Epoch 0 · step 20").is_visible()
    tab.page.get_by_role("button", name="Live").click()
    assert tab.sent(do="scrub", step=None)
    tab.page.get_by_text("Running").wait_for()


def test_new_weights_and_new_data_go_to_the_page(tab):
    tab.open("transport", "token=paused")
    tab.page.get_by_role("button", name="New weights").click()
    tab.heard(1)
    tab.page.get_by_role("button", name="New data").click()
    tab.heard(2)


@pytest.mark.parametrize(
    ("state", "words", "button", "enabled"),
    [
        ("queued", "Waiting, place 2 in line", "Pause", True),
        ("finished", "Finished", "Play", False),
        ("failed", "the run diverged and was ended", "Play", False),
        ("lost", "It can be resumed from step 1,200.", "Resume", True),
    ],
)
def test_the_state_of_a_run_is_said_in_words(tab, state, words, button, enabled):
    tab.open("transport", f"token={state}")
    tab.page.get_by_text(words).first.wait_for()
    assert tab.page.get_by_role("button", name=button, exact=True).is_enabled() is enabled


def test_a_refused_request_is_shown(tab):
    tab.open("transport", "token=lost")
    tab.page.get_by_role("button", name="Resume").click()
    tab.page.get_by_text("This run cannot resume.").wait_for()


def test_a_player_alone_on_a_page_answers_the_keyboard_anywhere(tab):
    tab.open("player", "still=1")
    tab.page.locator("body").press("ArrowRight")
    assert place_of(tab) == 1
    tab.page.locator("body").press(" ")
    tab.page.get_by_role("button", name="Pause").wait_for()


def test_pressing_pause_while_looking_back_returns_to_live(tab):
    tab.open("transport", "token=play")
    tab.page.wait_for_function("window.__lab.step > 60")
    tab.page.get_by_label("Timeline of recorded steps").fill("1")
    tab.page.get_by_text("Looking back").wait_for()
    tab.page.get_by_role("button", name="Pause").click()
    tab.page.get_by_text("Paused").wait_for()
    assert tab.sent(do="scrub", step=None)
