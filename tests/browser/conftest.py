"""The app on a free port and a browser to meet it with; without Chrome or Chromium these tests say so and are skipped."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.browser.harness.tab import Tab

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")  # the shell draws no window of its own: a fifth faster
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
# Streamlit probes two addresses below a deep link before it finds its own; the browser logs each as a 404.
PROBES = ("_stcore/health", "_stcore/host-config")


PATIENCE = 60_000  # ms a state is waited for: a passing test is no slower for it, and a crowded machine is no failure


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.timeout(300))
            item.add_marker(pytest.mark.flaky(reruns=1))  # two cores serve app, workers and browser at once: what fails twice is wrong, what failed once is told
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="browser tests need Chrome or Chromium, and none was found"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_it_answers(address, process, why):
    """Wait for the app at this address; `why` says what its log knows when it does not come."""
    deadline = time.monotonic() + 40
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, why()
            time.sleep(0.1)


class Server:
    """The app as `make run` starts it."""

    def __init__(self, folder, **environment):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port), "--server.headless", "true"]
        self.log = open(folder / "app.log", "wb")  # noqa: SIM115
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=self.log, stderr=self.log, env={**os.environ, "PLAYGROUND_HOME": str(folder), **environment})
        until_it_answers(self.url, self.process, lambda: Path(self.log.name).read_text()[-2000:])

    def health(self):
        import json

        with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("app"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Its microphone hears a person who says “seven” over and over, its camera sees the browser's own test picture."""
    from playwright.sync_api import sync_playwright

    spoken = tmp_path_factory.mktemp("microphone") / "seven.wav"
    spoken.write_bytes(said_again())
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--use-fake-device-for-media-stream",
             "--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={spoken}"]  # fmt: skip
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield launched
        launched.close()


def said_again(rate=48_000):
    """A WAV file of a second and a half: “seven”, and a pause."""
    import io
    import wave

    import numpy as np

    from playground.data import audio
    from playground.functions import speech

    word = speech.resampled(audio.sample("digit-7"), speech.RATE, rate)
    sound = np.pad(word, (rate // 2, max(0, 3 * rate // 2 - len(word) - rate // 2)))
    with wave.open(out := io.BytesIO(), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


@pytest.fixture
def visit(app, browser):
    """`visit(path, width, scheme)` opens a page and collects what goes wrong in `page.problems`."""
    opened = []

    def go(path="", width=1280, scheme="light", height=900):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("response", lambda answer: page.problems.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 and not answer.url.endswith(PROBES) else None)  # fmt: skip
        page.on("requestfailed", lambda request: page.problems.append(f"failed {request.url}") if "127.0.0.1" not in request.url else None)
        page.goto(f"{app.url}/{path}")
        opened.append(context)
        return page

    yield go
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def harness():
    """Address of the app that shows each component by itself."""
    port = free_port()
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
    command = [sys.executable, "-m", "streamlit", "run", "tests/browser/harness/app.py", *(f"--server.{name}={value}" for name, value in options.items())]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    until_it_answers(address, server, lambda: "the harness app did not start")
    yield address
    server.terminate()
    server.wait(10)


@pytest.fixture
def tab(browser, harness):
    """A page of the harness app; nothing may go wrong in it."""
    opened = Tab(browser, harness)
    yield opened
    opened.page.close()
    assert opened.errors == []
