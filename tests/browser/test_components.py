"""The canvas components in a real browser, on the harness app beside this file."""

import ast
import base64
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from playground.core import packets
from tests.browser.harness.fake_run import AXIS, Wanderer

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found on this machine")
ROOT = Path(__file__).resolve().parents[2]
APP = "tests/browser/harness/app.py"
SMALL, LARGE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PARTS = ("stage", "still", "network", "lines", "player", "surface", "transport", "page")


@pytest.fixture(scope="module")
def url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
    command = [sys.executable, "-m", "streamlit", "run", APP, *(f"--server.{name}={value}" for name, value in options.items())]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            break
        except OSError:
            assert server.poll() is None and time.monotonic() < deadline, "the harness app did not start"
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="module")
def chromium(browser):
    return browser  # one of the whole session: Playwright starts once a process


class Tab:
    """One open page of the harness, and what went wrong in it."""

    def __init__(self, browser, url: str):
        self.url, self.errors, self.sockets = url, [], []
        self.page = browser.new_page(viewport=LARGE)
        self.page.set_default_timeout(10_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" and "404" not in line.text else None)
        self.page.on("websocket", lambda found: self.sockets.append(found.url))

    def open(self, part: str, query: str = "", viewport=None):
        if viewport:
            self.page.set_viewport_size(viewport)
        self.page.goto(f"{self.url}/?part={part}&{query}")
        self.page.get_by_text("Heard:").wait_for()
        live = part in ("stage", "network", "lines", "transport", "page")
        self.page.wait_for_function(f"window.__lab?.painted > 1 && window.__lab.frames >= {int(live)}")
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))")
        return self

    def until(self, true, what: str = "it") -> None:
        """Wait, at most 8 seconds, for something to become true."""
        deadline = time.monotonic() + 8
        while not true():
            assert time.monotonic() < deadline, f"{what} did not happen"
            self.page.wait_for_timeout(40)

    def lab(self, name: str = ""):
        return self.page.evaluate(f"window.__lab{'.' + name if name else ''}")

    def canvas(self, name: str):
        return self.page.get_by_role("application", name=name)

    def heard(self, count: int = 1) -> list[dict]:
        """What the page's callbacks received, once there are `count`."""
        self.until(lambda: len(self.said()) >= count, f"hearing {count}")
        return self.said()

    def said(self) -> list[dict]:
        return ast.literal_eval(self.page.get_by_text("Heard:").inner_text().removeprefix("Heard:").strip())

    def sent(self, **wanted) -> dict:
        """The latest request to the run that has these values."""
        self.until(lambda: self.requests(wanted), f"the request {wanted}")
        return self.requests(wanted)[-1]

    def requests(self, wanted: dict) -> list[dict]:
        with urllib.request.urlopen(f"{self.url}/commands") as answer:
            return [each for each in json.load(answer)["heard"] if wanted.items() <= each.items()]

    def tip(self) -> str:
        self.page.locator(".tip:not([hidden])").first.wait_for()
        return self.page.locator(".tip:not([hidden])").first.inner_text()


@pytest.fixture
def tab(chromium, url):
    tab = Tab(chromium, url)
    yield tab
    tab.page.close()
    assert tab.errors == []


# Packets ----------------------------------------------------------------------------------------------------------------------


def test_the_browser_decodes_what_python_encodes(tab):
    arrays = {code: np.array([[0, 1, 2], [3, 100, 7]]).astype(f"<{code}") for code in ("f4", "f8", "f2", "i4", "i2", "i8")}
    arrays |= {"u1": np.arange(5, dtype="u1"), "b1": np.array([True, False]), "none": np.zeros((0, 3), "f4")}
    arrays["halves"] = np.array([0.1, -2.5, 6e-8, 65504, np.inf, -np.inf, np.nan], "f2")
    packet = packets.encode("view", {**arrays, "step": 7, "rate": float("inf"), "words": ["é", "<b>"], "nothing": None})
    tab.open("surface")
    found = tab.page.evaluate(
        """async (text) => {
          const { decode } = await import('/canvas/packets.js');
          const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
          const unaligned = new Uint8Array(bytes.length + 1); unaligned.set(bytes, 1);
          const { kind, content } = decode(unaligned.subarray(1));
          const plain = (value) => (value?.data ? [[...value.data].map(String), value.shape] : String(value));
          return { kind, values: Object.fromEntries(Object.entries(content).map(([name, value]) => [name, plain(value)])) };
        }""",
        base64.b64encode(packet).decode(),
    )
    assert found["kind"] == "view"
    for name, array in arrays.items():
        numbers, shape = found["values"][name]
        assert shape == list(array.shape)
        np.testing.assert_array_equal(np.array(numbers, "f8"), array.astype("f8").ravel(), err_msg=name)
    plain = {"step": "7", "rate": "Infinity", "words": "é,<b>", "nothing": "null"}
    assert {name: found["values"][name] for name in plain} == plain


def test_a_cut_packet_is_refused_in_words(tab):
    packet = packets.encode("view", {"a": np.zeros(50, "f4")})
    tab.open("surface")
    for cut in (0, 3, 10, 120, -1):
        words = tab.page.evaluate(
            """async (text) => {
              const { decode, PacketError } = await import('/canvas/packets.js');
              try { decode(Uint8Array.from(atob(text), (each) => each.charCodeAt(0))); }
              catch (error) { return error instanceof PacketError ? error.message : 'other: ' + error; }
              return 'accepted'; }""",
            base64.b64encode(packet[:cut]).decode(),
        )
        assert re.match(r"(A|The) .*packet", words), words


# All components -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_every_component_fits_a_telephone_and_both_themes(tab, part):
    tab.open(part, "still=1", SMALL)
    light = corner(tab)
    tab.page.emulate_media(color_scheme="dark")
    tab.until(lambda: corner(tab) != light, "the dark theme")
    assert tab.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert tab.lab("errors") == []
    widths = tab.page.locator("canvas:not(.tip)").evaluate_all("all => all.map(each => each.getBoundingClientRect().width)")
    assert all(width <= SMALL["width"] or part == "network" for width in widths)


def corner(tab) -> str:
    """The first picture as it stands now."""
    ink = tab.page.locator(".part").first.evaluate("each => getComputedStyle(each).color")
    return ink + tab.page.locator("canvas").first.evaluate("each => each.toDataURL()")


def test_canvases_are_sharp_on_dense_screens(chromium, url):
    page = chromium.new_page(viewport=SMALL, device_scale_factor=2)
    page.goto(f"{url}/?part=stage")
    page.wait_for_function("window.__lab?.painted > 2")
    wide, shown = page.locator("canvas").first.evaluate("each => [each.width, each.clientWidth]")
    page.close()
    assert wide == 2 * shown


def test_a_canvas_follows_the_width_of_its_place(tab):
    tab.open("lines")
    before = tab.canvas("Loss by step").bounding_box()["width"]
    tab.page.set_viewport_size({"width": 700, "height": 900})
    tab.until(lambda: tab.canvas("Loss by step").bounding_box()["width"] < before - 200)


def test_a_picture_is_named_and_says_how_to_use_it(tab):
    tab.open("stage")
    node = tab.canvas("The network's output by position, with the data")
    assert "Arrow keys" in node.get_attribute("aria-description")


def test_words_are_never_read_as_html(tab):
    tab.open("still")
    assert tab.page.get_by_text("<b>wines</b>").is_visible()


def test_damaged_data_is_reported_in_its_place_and_the_rest_goes_on(tab):
    tab.open("broken")
    tab.page.get_by_text("This picture could not be read.").wait_for()
    tab.page.wait_for_function("window.__lab.errors.length >= 1 && window.__lab.frames > 3")
    assert "could not be read" in tab.lab("errors")[0]


# Live -----------------------------------------------------------------------------------------------------------------------------


def test_components_of_one_page_share_one_socket(tab):
    tab.open("page", "token=play")
    tab.page.wait_for_function("window.__lab.frames > 10")
    assert len([each for each in tab.sockets if "/live/" in each]) == 1
    parts = tab.lab("parts")
    assert {"network/network", "stage/stage", "lines/lines"} <= set(parts) and all(part["draws"] > 5 for part in parts.values())


def test_a_rerun_of_the_script_keeps_socket_and_canvas(tab):
    tab.open("page", "token=play")
    tab.page.wait_for_function("window.__lab.frames > 5")
    tab.page.locator("canvas").first.evaluate("each => { each.dataset.mark = 'mine' }")
    for _ in range(3):
        tab.page.get_by_role("button", name="Rerun").click()
        tab.page.wait_for_timeout(150)
    assert len([each for each in tab.sockets if "/live/" in each]) == 1
    assert tab.page.locator("canvas[data-mark=mine]").count() == 1


def test_a_lost_connection_is_taken_up_again(tab):
    tab.open("stage", f"token=flaky{time.time_ns()}")
    tab.page.wait_for_function("window.__lab.step > 20")
    tab.until(lambda: len([each for each in tab.sockets if "/live/" in each]) == 2, "a second connection")
    frames = tab.lab("frames")
    tab.page.wait_for_function(f"window.__lab.frames > {frames + 5}")


def test_many_frames_are_painted_while_a_run_plays(tab):
    tab.open("page", "token=play")
    tab.page.wait_for_function("window.__lab?.parts?.['stage/stage']?.draws > 3")
    before = tab.lab("parts")["stage/stage"]["draws"]
    tab.page.wait_for_timeout(1000)
    assert tab.lab("parts")["stage/stage"]["draws"] - before >= 10  # it is 25 on a quiet machine


# Stage ------------------------------------------------------------------------------------------------------------------------------


def test_hover_tells_the_value_and_the_place(tab):
    tab.open("still")
    box = tab.canvas("Confusion matrix").bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + 150)
    words = tab.tip()
    assert "44" in words and words.count("lily") == 2


def test_arrow_keys_read_values_aloud(tab):
    tab.open("stage", "token=paused")
    tab.page.get_by_role("button", name="training data").click()  # points away, or the nearest of them would answer
    tab.canvas("The network's output by position, with the data").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Shift+ArrowUp")
    said = tab.page.locator(".unseen[aria-live]").first
    tab.until(lambda: re.search(r"network output −?\d.*x₁ 0\.24.*x₂ 1\.2", said.text_content()), "the value in words")


def test_the_field_is_painted_where_its_samples_lie(tab):
    tab.open("stage", "token=paused")
    tab.page.get_by_role("button", name="training data").click()  # points away
    tab.page.wait_for_timeout(200)
    seen = tab.page.locator("canvas").first.evaluate(
        """(node) => { const rows = [];
          for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) {
            const [px, py] = [node.clientWidth - 12 - 560 + 20 + i * 45, 8 + 20 + j * 45];
            rows.push([px, py, ...node.getContext('2d').getImageData(px, py, 1, 1).data]);
          } return [node.clientWidth, rows]; }""",
    )
    wide, rows = seen
    field = Wanderer().maps(AXIS)[-1][0]
    steps = lambda share: round(share * 99)
    values = [field[steps(1 - (py - 8) / 560), steps((px - wide + 572) / 560)] for px, py, *_ in rows]
    blueness = [blue - red for _, _, red, _, blue, _ in rows]
    assert np.corrcoef(values, blueness)[0, 1] > 0.98


def test_a_click_reports_plane_coordinates(tab):
    tab.open("stage", "token=paused")
    box = tab.canvas("The network's output by position, with the data").bounding_box()
    right, bottom = box["x"] + box["width"] - 12, box["y"] + 8 + 560
    tab.page.mouse.click(right - 280, bottom - 140)
    assert tab.heard()[0] == {"x": pytest.approx(0, abs=0.03), "y": pytest.approx(-3, abs=0.03), "button": 0, "shift": False}
    tab.page.mouse.click(right - 140, bottom - 140, button="right")
    assert tab.heard(2)[1] == {"x": pytest.approx(3, abs=0.03), "y": pytest.approx(-3, abs=0.03), "button": 2, "shift": False}


def test_a_click_by_keyboard_happens_at_the_reading_place(tab):
    tab.open("stage", "token=paused")
    tab.canvas("The network's output by position, with the data").focus()
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.page.keyboard.press("Enter")
    assert tab.heard()[0]["x"] == pytest.approx(1.2) and tab.heard()[0]["y"] == pytest.approx(0)


def test_a_handle_is_dragged_by_mouse_and_by_keyboard(tab):
    tab.open("still")
    handle = tab.page.get_by_role("button", name=re.compile("^probe: x₁ 1, x₂ 2"))
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 60, y - 40, steps=6)
    tab.page.mouse.up()
    tab.until(lambda: tab.said() and tab.said()[-1]["done"], "the drop")  # places on the way may be skipped, the last one is not
    last = tab.said()[-1]
    assert last["name"] == "probe" and last["x"] > 1.5 and last["y"] > 2.4
    count = len(tab.said())
    handle = tab.page.get_by_role("button", name=re.compile("^probe: "))
    handle.focus()
    tab.page.keyboard.press("ArrowLeft")
    assert tab.heard(count + 1)[-1]["x"] == pytest.approx(last["x"] - 0.12, abs=1e-6)


def test_a_stroke_reports_its_points_in_order(tab):
    tab.open("still")
    box = tab.canvas("Class by position").bounding_box()
    tab.page.mouse.move(box["x"] + 100, box["y"] + 100)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 220, box["y"] + 100, steps=8)
    tab.page.mouse.up()
    points = tab.heard()[0]["points"]
    assert len(points) > 5 and points == sorted(points) and len({round(y, 6) for _, y in points}) == 1


# Network ----------------------------------------------------------------------------------------------------------------------------


def edit_first_weight(tab, text: str) -> None:
    tab.canvas("The network: inputs, hidden layers, output").focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("w")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.type(text)
    tab.page.keyboard.press("Enter")


def test_a_weight_is_edited_by_hand_and_the_run_hears_of_it(tab):
    tab.open("network", "token=paused")
    edit_first_weight(tab, "-1.25")
    assert tab.sent(do="edit", value=-1.25) == {"do": "edit", "layer": 0, "kind": "weight", "row": 0, "column": 0, "value": -1.25}
    tab.page.keyboard.press("w")
    tab.page.keyboard.press("Shift+W")
    tab.until(lambda: "−1.25" in tab.tip(), "the run's answer")


def test_what_is_no_number_is_refused_in_words(tab):
    tab.open("network", "token=paused")
    problem = tab.page.locator(".editor p")
    for text in ("NaN", "abc", " ", "1e999", "1e7"):
        edit_first_weight(tab, text)
        assert re.search("number|million", problem.inner_text()), text
        tab.page.keyboard.press("Escape")
        assert not problem.is_visible()
        tab.page.keyboard.press("Escape")
    assert not tab.requests({"do": "edit", "value": 1e7})


def test_a_weight_under_the_pointer_tells_its_value_and_opens_on_click(tab):
    tab.open("network", "token=paused")
    weights = Wanderer().weights()[0]
    box = tab.canvas("The network: inputs, hidden layers, output").bounding_box()
    # The straight edge from the first input to the first unit runs along their row.
    tab.page.mouse.move(box["x"] + 170, box["y"] + 80)
    words = tab.tip()
    assert "weight" in words
    shown = float(re.search(r"weight\s+(−?[\d.]+)", words).group(1).replace("−", "-"))
    assert np.isclose(weights, shown, rtol=1e-3).any()
    tab.page.mouse.click(box["x"] + 170, box["y"] + 80)
    assert tab.page.get_by_role("dialog").is_visible()


def test_layers_units_and_inputs_are_changed_by_buttons_and_clicks(tab):
    tab.open("network", "token=paused")
    tab.page.get_by_role("button", name="Add a hidden layer").click()
    assert tab.heard()[0] == {"hidden_sizes": [8, 8, 8]}
    tab.page.get_by_role("button", name="Remove a unit from layer 2").click()
    assert tab.heard(2)[1] == {"hidden_sizes": [8, 7]}
    tab.canvas("The network: inputs, hidden layers, output").focus()
    for key in ("ArrowRight", "ArrowLeft", "Enter"):
        tab.page.keyboard.press(key)
    assert tab.heard(3)[2] == {"inputs": ["x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂"]}


def test_the_largest_network_is_drawn_and_scrolls_on_a_telephone(tab):
    tab.open("network", "token=large", SMALL)
    tab.page.wait_for_function("window.__lab.parts['network/network'].draws > 3")
    assert tab.page.get_by_role("button", name="Add a unit to layer 8").is_disabled()
    assert tab.lab("parts")["network/network"]["errors"] == 0


# Lines ---------------------------------------------------------------------------------------------------------------------------------


def test_the_crosshair_tells_all_series_at_one_step(tab):
    tab.open("lines", "token=play")
    tab.page.wait_for_function("window.__lab.step > 100")
    box = tab.canvas("Loss by step").bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    words = tab.tip()
    step = float(re.search(r"step\s+([\d,]+)", words).group(1).replace(",", ""))
    test_loss = float(re.search(r"test loss\s+([\d.]+)", words).group(1))
    assert test_loss == pytest.approx(np.exp(-step / 1100) * 0.7 + 0.03, rel=2e-4) and "training loss" in words


def test_the_axis_becomes_logarithmic_and_series_are_hidden(tab):
    tab.open("lines", "token=play")
    button = tab.page.get_by_role("button", name="Logarithmic loss")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    tab.page.get_by_role("button", name=re.compile("^training loss")).click()
    tab.page.get_by_role("button", name="Rerun").click()  # what was set by hand outlives a rerun
    box = tab.canvas("Loss by step").bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    assert "training loss" not in tab.tip() and "test loss" in tab.tip()
    assert button.get_attribute("aria-pressed") == "true"


def test_a_handle_among_the_marks_moves_along_its_axis(tab):
    tab.open("lines", "token=paused")
    tab.page.get_by_role("button", name=re.compile("^probe: x 1")).focus()
    tab.page.keyboard.press("ArrowUp")  # not along its axis
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.until(lambda: tab.said() and tab.said()[-1] == {"name": "probe", "x": pytest.approx(1.5), "y": -1.0, "done": True}, "the move")


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
