"""Decoding a place of the latent plane, and drags a second: alone, through the evaluator, and as a browser sees it. Prints a table; never fails.

Run: python tests/benchmarks/bench_autoencoder.py [--browser http://127.0.0.1:8501]    (the app running there already)
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from playground.experiments.autoencoder import Autoencoder
from playground.explain import autoencoder_ask as ask
from playground.explain import autoencoder_bundled, autoencoder_faces
from playground.runs.engine import close_engine, get_engine

SECONDS = 4.0
ROWS = {"the default: dense 128, 64": {}, "convolutional 16, 32": {"build": "conv", "hidden": (16, 32)}, "dense 512 × 4, the largest": {"hidden": (512,) * 4}}
MOVES = """([x, y, ms]) => new Promise((done) => {
  const handle = [document, ...[...document.querySelectorAll("*")].map((node) => node.shadowRoot)].map((root) => root?.querySelector?.("button.handle")).find(Boolean);
  const begun = performance.now();
  let moves = 0;
  const going = setInterval(() => {
    const t = (performance.now() - begun) / 1000;
    if (1000 * t > ms) { clearInterval(going); return done(moves); }
    moves += 1;
    handle.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, composed: true, clientX: x + 80 * Math.sin(3 * t), clientY: y - 60 + 60 * Math.cos(4 * t) }));
  }, 16);
})"""


def milliseconds(action, count=15):
    """The median over `count` calls, after a first one."""
    action()
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return 1000 * float(np.median(taken))


def engine_rows():
    engine = get_engine()
    print(f"{'decode a dragged place (ms, median)':<44}{'alone':>9}{'evaluator':>11}")
    for words, values in ROWS.items():
        trainer = Autoencoder(**values).trainer()
        weights = ask.weights_of(trainer.state_dict())
        arguments = {"values": Autoencoder(**values).values(), "weights": weights, "place": (0.3, -0.7)}
        print(f"{words:<44}{milliseconds(lambda a=arguments: ask.decode(**a)):>9.1f}{milliseconds(lambda a=arguments: engine.compute(ask.decode, **a)):>11.1f}")
    if autoencoder_bundled.about():
        print(f"{'the bundled VAE of digits':<44}{milliseconds(lambda: autoencoder_bundled.decode((0.3, 0.1))):>9.1f}"
              f"{milliseconds(lambda: engine.compute(autoencoder_bundled.decode, place=(0.3, 0.1))):>11.1f}")  # fmt: skip
    if autoencoder_faces.about():
        alone = milliseconds(lambda: autoencoder_faces.wall(0, 0.8), 5)
        asked = milliseconds(lambda: engine.compute(autoencoder_faces.wall, sheet=0, spread=0.8), 5)
        print(f"{'64 faces':<44}{alone:>9.1f}{asked:>11.1f}")
    close_engine()


def browser_row(address):
    """Pictures a second that come back while the handle is dragged for SECONDS with 60 moves a second."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{address}/autoencoders?autoencoder.steps=200")
        page.wait_for_function("window.__lab?.state === 'finished'", timeout=60_000)
        page.get_by_text("z = (").wait_for(timeout=20_000)
        page.wait_for_timeout(2500)
        box = page.locator("button.handle").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        before = page.evaluate("window.__lab.peeks ?? 0")
        moves = page.evaluate(MOVES, [x, y, 1000 * SECONDS])
        answered = page.evaluate("window.__lab.peeks") - before
        page.mouse.up()
        browser.close()
    print(f"\nbrowser: {moves / SECONDS:.0f} moves a second, {answered / SECONDS:.1f} decoded pictures a second shown")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", help="address of the running app")
    parsed = parser.parse_args()
    torch.set_num_threads(1)
    if parsed.browser:
        browser_row(parsed.browser)
    else:
        engine_rows()


if __name__ == "__main__":
    main()
