"""Training iterations a second of a GAN in the plane at GAN Lab's own size, alone and while drawing. Prints a table; never fails.

Run: python tests/benchmarks/bench_gan.py [--seconds S] [--browser http://127.0.0.1:8501]    (the app running there already)
"""

import argparse
import contextlib
import io
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

from playground.experiments import gan_bundled
from playground.experiments.gan import Gan, benchmark
from playground.experiments.gan_digits import GanDigits
from playground.zoo import gan_models

ROWS = {
    "GAN Lab's size: 3 x 32, batch 150": {"g_hidden": (32, 32, 32), "d_hidden": (32, 32, 32)},
    "the default: 2 x 32": {},
    "the same with gradient penalty": {"loss": "wgan_gp"},
    "5 x 128, the largest": {"g_hidden": (128,) * 5, "d_hidden": (128,) * 5},
}


def rate(action, seconds):
    """Calls a second of CPU time, best of three slices: what it reaches with a core to itself."""
    action()
    found = []
    for _ in range(3):
        count, start = 0, time.process_time()
        while time.process_time() - start < seconds / 3 or not count:
            action()
            count += 1
        found.append(count / (time.process_time() - start))
    return max(found)


def plain(experiment):
    """The exported script's own step."""
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(experiment.script(0), "script", "exec"), space)  # our own export

    def step():
        space["teach_discriminator"]()
        space["teach_generator"]()

    return step


def browser_row(address, seconds=8.0):
    """Iterations and pictures a second while a browser shows GAN Lab's size, batch 150; and the updates of the plane it paints."""
    from playwright.sync_api import sync_playwright

    looked = "({step: __lab.step, frames: __lab.frames, draws: __lab.parts['stage/plane']?.draws ?? 0, now: performance.now()})"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{address}/gans?gan.g_hidden=32,32,32&gan.d_hidden=32,32,32&gan.batch_size=150&gan.steps=50000")
        page.wait_for_function("(window.__lab?.step ?? 0) > 200", timeout=60_000)
        page.wait_for_timeout(2000)
        first = page.evaluate(looked)
        page.wait_for_timeout(1000 * seconds)
        last = page.evaluate(looked)
        browser.close()
    passed = (last["now"] - first["now"]) / 1000
    found = {name: (last[name] - first[name]) / passed for name in ("step", "frames", "draws")}
    print(f"browser: {found['step']:.0f} iterations a second, {found['frames']:.1f} pictures a second received, the plane painted {found['draws']:.1f} times a second")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5, help="a row")
    parser.add_argument("--browser", help="address of the running app")
    parsed = parser.parse_args()
    if parsed.browser:
        return browser_row(parsed.browser)
    seconds = parsed.seconds
    torch.set_num_threads(1)
    print(f"{'iterations a CPU second (one D, one G update)':<48}{'this engine':>12}{'plain torch':>13}{'ratio':>7}")
    for words, values in ROWS.items():
        experiment = Gan(**values)
        trainer = experiment.trainer()
        ours, theirs = rate(lambda trainer=trainer: trainer.advance(1), seconds), rate(plain(experiment), seconds)
        print(f"{words:<48}{ours:>12,.0f}{theirs:>13,.0f}{ours / theirs:>7.1f}")
    found = benchmark(2 * seconds)
    print(f"\n3 x 32 with 25 pictures and measurements a second: {found['with_pictures_per_second']:,.0f} iterations a second "
          f"(view {found['view_ms']:.1f} ms, metrics {found['metrics_ms']:.1f} ms)")  # fmt: skip
    digits = GanDigits().trainer()
    print(f"Digits, 2 x 128 each, batch 64: {rate(lambda: digits.advance(1), seconds):,.0f} iterations a second; a wall of 80 samples {1000 / rate(digits.view, seconds):.1f} ms")
    for name in filter(gan_models.ready, gan_models.FAMILIES):
        family = gan_models.FAMILIES[name]
        sheet = 1000 / rate(lambda name=name: gan_bundled.sheet(0, "all", 1.0, name), seconds)
        print(f"{name}: a sheet of {family.rows * family.columns} samples {sheet:.0f} ms, a walk of {len(gan_bundled.walk(0, 'all', 1.0, name)['walk'])} pictures "
              f"{1000 / rate(lambda name=name: gan_bundled.walk(0, 'all', 1.0, name), seconds):.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
