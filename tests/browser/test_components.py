"""The canvas components in a real browser, on the harness app: packets, what all of them share, and their live connection."""

import base64
import re
import time

import numpy as np
import pytest

from playground.core import packets
from tests.browser.harness.tab import SMALL

PARTS = ("stage", "still", "network", "lines", "player", "surface", "transport", "page")


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


def test_canvases_are_sharp_on_dense_screens(browser, harness):
    page = browser.new_page(viewport=SMALL, device_scale_factor=2)
    page.goto(f"{harness}/?part=stage")
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
