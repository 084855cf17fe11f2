"""How fast the app starts and answers, against an empty Streamlit app measured in the same run. Prints a table; never fails.

Run: make bench   (or: python tests/benchmarks/bench_app.py [repetitions])
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
EMPTY_SHELL = """
import streamlit as st
page = st.navigation([st.Page("one.py", default=True), st.Page("two.py")])
page.run()
"""
EMPTY_PAGE = """
import streamlit as st
st.title("Empty")
value = st.slider("value", 0, 1000, 500)
st.write(f"value is {value}")
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, folder, script):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(self.port), "--server.headless", "true",
                   "--runner.postScriptGC", "false", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"]  # fmt: skip
        self.started = time.perf_counter()
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, "PLAYGROUND_HOME": tempfile.mkdtemp()})  # fmt: skip

    def ready(self):
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)
                return
            except OSError:
                time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def start_time(browser, folder, script, path):
    """Seconds from the command to a heading on screen, in a fresh browser context."""
    server = Server(folder, script)
    server.ready()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/{path}")
    page.locator("h1").first.wait_for(timeout=60_000)
    seconds = time.perf_counter() - server.started
    context.close()
    server.stop()
    return seconds


LATENCY = """
condition => {
  const changed = new Function("return " + condition);
  window.__latency = [];
  if (window.__watching) return;
  window.__watching = true;
  let pressed = 0, before;
  document.addEventListener("keydown", () => { pressed = performance.now(); before = changed(); }, true);
  const watch = () => {
    if (pressed && changed() !== before) { window.__latency.push(performance.now() - pressed); pressed = 0; }
    requestAnimationFrame(watch);
  };
  watch();
}
"""


def slider_latency(page, condition, presses=40):
    """Milliseconds from key press to the changed picture or text, painted: (median, 95th percentile)."""
    page.evaluate(LATENCY, condition)
    page.locator("input[type=range]").first.focus()
    for number in range(presses):
        page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
        page.wait_for_timeout(260)
    times = sorted(page.evaluate("window.__latency"))
    return (statistics.median(times), times[int(0.95 * (len(times) - 1))]) if times else (float("nan"), float("nan"))


def row(name, value, ratio="", target=""):
    print(f"{name:<58} {value:>16} {ratio:>9} {target:>10}")


def main():
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    if CHROMIUM is None:
        print("This benchmark needs Chrome or Chromium, and none was found.")
        return
    empty = Path(tempfile.mkdtemp())
    (empty / "shell.py").write_text(EMPTY_SHELL)
    (empty / "one.py").write_text(EMPTY_PAGE)
    (empty / "two.py").write_text(EMPTY_PAGE)
    print(f"{'':<58} {'measured':>16} {'ratio':>9} {'target':>10}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        ours, theirs = [], []
        for _ in range(repetitions):  # alternating, so that a busy moment of the machine hits both
            theirs.append(start_time(browser, empty, "shell.py", ""))
            ours.append(start_time(browser, ROOT, "app.py", ""))
        base = statistics.median(theirs)
        row("start: empty two-page app", f"{base:.2f} s", "", f"noise {max(theirs) / min(theirs):.2f}")
        row("start: Home", f"{statistics.median(ours):.2f} s", f"{statistics.median(ours) / base:.2f}", "≤ 1.3")

        server = Server(empty, "shell.py")
        server.ready()
        page = browser.new_page()
        page.goto(server.url)
        page.get_by_text("value is 500").wait_for()
        floor = slider_latency(page, "[...document.querySelectorAll('p')].map(p => p.textContent).find(text => text.startsWith('value is'))")
        page.close()
        server.stop()
        row("slider: empty script, p50 / p95", f"{floor[0]:.0f} / {floor[1]:.0f} ms")

        server = Server(ROOT, "app.py")
        server.ready()
        page = browser.new_page()
        page.goto(f"{server.url}/activations")
        page.wait_for_function("window.__lab?.painted > 2", timeout=60_000)
        page.wait_for_timeout(3000)
        idle = slider_latency(page, "window.__lab.painted")
        row("slider to repainted figure, nothing trains, p50 / p95", f"{idle[0]:.0f} / {idle[1]:.0f} ms", f"{idle[1] / floor[1]:.2f}", "≤ 1.5")
        other = browser.new_page()
        other.goto(f"{server.url}/decision-boundaries?boundary.epochs=20000")
        other.wait_for_function("window.__lab?.step > 100", timeout=60_000)
        page.bring_to_front()
        busy = slider_latency(page, "window.__lab.painted")
        row("slider to repainted figure while a run trains, p50 / p95", f"{busy[0]:.0f} / {busy[1]:.0f} ms", f"{busy[1] / floor[1]:.2f}", "≤ 2")
        page.close()

        before = other.evaluate("[window.__lab.frames, performance.now()]")
        other.wait_for_timeout(4000)
        after = other.evaluate("[window.__lab.frames, performance.now()]")
        row("live frames a second, decision boundaries", f"{(after[0] - before[0]) / (after[1] - before[1]) * 1000:.1f}", "", "≥ 20")
        more = [browser.new_page() for _ in range(4)]
        for tab, path in zip(more, ("", "activations", "losses", "gradient-descent"), strict=True):
            tab.goto(f"{server.url}/{path}")
            tab.locator("h1").first.wait_for()
        more[0].wait_for_timeout(3000)
        process = psutil.Process(server.process.pid)
        row("app process with 5 sessions open", f"{process.memory_info().rss / 2**20:.0f} MB", "", "≤ 250 MB")
        workers = [each.memory_full_info().uss / 2**20 for each in process.children(recursive=True) if "forkserver" in " ".join(each.cmdline())]
        row("largest private memory of a worker process", f"{max(workers, default=float('nan')):.0f} MB", "", "≤ 200 MB")
        server.stop()
        browser.close()


if __name__ == "__main__":
    main()
