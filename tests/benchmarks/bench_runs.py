"""How quick the screen of runs is with a full store: 1,000 runs of 10,000 points and six metrics each. Prints a table; never fails.

Run: python tests/benchmarks/bench_runs.py [runs] [points]
"""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from playground.core import packets
from playground.experiments.boundary import Boundary
from playground.figures import runs as figures
from playground.runs import cards
from playground.runs.engine import close_engine, get_engine
from playground.runs.history import SECONDS
from playground.runs.run import Run

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("epoch", "train_loss", "test_loss", "train_accuracy", "test_accuracy", "gradient_norm")


def fill(store, runs, points):
    stream = np.random.default_rng(0)
    step = np.arange(points, dtype=float) * 5
    view = packets.encode("view", {"step": int(step[-1]), "boundary": np.zeros((100, 100), np.float16)})
    for number in range(runs):
        run = Run(Boundary(learning_rate=float(10.0 ** stream.uniform(-4, 0)), seed=number, batch_size=int(stream.integers(4, 64))))
        noise = stream.normal(size=(len(NAMES), points))
        columns = {name: np.exp(-np.linspace(0, 4, points)) * (1 + 0.1 * row) for name, row in zip(NAMES, noise, strict=True)}
        run.receive(packets.encode("scene", {"steps_per_epoch": 25, "total": int(step[-1])}))
        run.receive(packets.encode("metrics", {"step": step, SECONDS: step / 1000, **columns}))
        run.receive(view)
        run.checkpoint = packets.encode("checkpoint", {"flat": np.zeros(600), "step_count": int(step[-1])})
        run.become("finished")
        run.step = int(step[-1])
        store.save(run)


def timed(words, function, repeats=5):
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        found = function()
        taken.append(time.perf_counter() - started)
    print(f"{words:<64} {sorted(taken)[len(taken) // 2] * 1000:8.0f} ms   (first {taken[0] * 1000:.0f} ms)")
    return found


def overlay(engine, chosen, smoothing):
    recorded = cards.curves(engine, chosen)
    for metric in ("test_loss", "test_accuracy"):
        lines = [figures.Curve(str(n), n, recorded[card["token"]]["step"], recorded[card["token"]][metric]) for n, card in enumerate(chosen)]
        figures.overlay(lines, title=metric, smoothing=smoothing, log_y=True)


def page(parameters):
    """A whole script run of the screen, as after a click."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=120)
    app.run()
    app.switch_page(str(ROOT / "pages" / "workbench" / "runs.py"))
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception and not app.error
    return app


def main(runs=1000, points=10_000):
    os.environ["PLAYGROUND_HOME"] = tempfile.mkdtemp(prefix="playground-bench-")
    engine = get_engine()
    try:
        started = time.perf_counter()
        fill(engine.store, runs, points)
        size = engine.store.usage()["bytes"] / 2**20
        print(f"{runs:,} runs of {points:,} points, {size:,.0f} MiB, saved in {time.perf_counter() - started:.0f} s, {(time.perf_counter() - started) / runs * 1000:.1f} ms each")
        listed = timed("list all cards", lambda: cards.listed(engine, "me"))
        timed("filter them by text, state and a range of the loss", lambda: [card for card in listed if cards.matches(card, search="0.0 adam", ranges={"test_loss": (0, 1)})])
        timed("read and draw two metrics of 10 runs", lambda: overlay(engine, listed[:10], 0.0))
        timed("the same, smoothed", lambda: overlay(engine, listed[:10], 0.9))
        ten = ",".join(card["token"] for card in listed[:10])
        app = page({})
        timed("script run of the screen: the table and 4 curves", app.run)
        app = page({"runs.chosen": ten, "runs.smoothing": "0.9"})
        timed("script run of the screen: the table and 10 curves, smoothed", app.run)
        timed("script run after a search", lambda: app.text_input(key="runs.search").set_value("adam" if app.session_state["runs.search"] != "adam" else "").run())
        app = page({"runs.part": "parallel"})
        timed("script run of the screen: parallel coordinates of 1,000 runs", app.run)
    finally:
        close_engine()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
