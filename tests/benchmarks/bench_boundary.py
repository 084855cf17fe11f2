"""How fast small networks train here, against plain PyTorch doing the same in the same run. Prints a table; never fails.

Run: python tests/benchmarks/bench_boundary.py [seconds a row]
"""

import contextlib
import io
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

from playground.core.race import race
from playground.experiments.boundary import PLAYGROUND, Boundary, benchmark

ROWS = {
    "tensorflow/playground preset": PLAYGROUND,
    "the same with Adam": {**PLAYGROUND, "optimizer": "adam"},
    "six layers of 8": {**PLAYGROUND, "hidden_sizes": (8,) * 6},
    "two layers of 16, ReLU, batch norm": {**PLAYGROUND, "hidden_sizes": (16, 16), "activation": "relu", "normalization": "batch"},
    "five classes": {"dataset": "pinwheel", "classes": 5},
}


def plain(experiment):
    """The exported script's own training loop, as a function that takes one epoch."""
    text = experiment.script(0)
    space = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "script", "exec"), space)  # our own export
    batch, steps = experiment.batch_size, experiment.steps_per_epoch

    def epoch():
        model, optimizer = space["model"], space["optimizer"]
        model.train()
        shuffled = torch.randperm(len(space["train_rows"]), generator=space["batches"])
        for rows in shuffled.split(batch):
            value = space["loss_of"](space["predict"](space["train_rows"][rows]), space["goals"][space["train_rows"][rows]]).mean()
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
        return steps

    return epoch


def rate(function, seconds):
    """Calls a CPU second, median of five slices, and the noise: slowest over fastest slice by the clock on the wall."""
    function()
    found, clock = [], []
    for _ in range(5):
        calls, cpu, wall = 0, time.process_time(), time.perf_counter()
        while time.process_time() - cpu < seconds / 5 or calls < 1:
            function()
            calls += 1
        found.append(calls / (time.process_time() - cpu))
        clock.append(calls / (time.perf_counter() - wall))
    return statistics.median(found), max(clock) / min(clock)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    torch.set_num_threads(1)
    print(f"{'epochs a CPU second':<40}{'this engine':>12}{'plain torch':>13}{'ratio':>8}{'noise':>8}")
    for words, values in ROWS.items():
        experiment = Boundary(**values)
        trainer = experiment.trainer()
        ours, noise = rate(lambda trainer=trainer: trainer.advance(trainer.steps_per_epoch), seconds)
        theirs, _ = rate(plain(experiment), seconds)
        print(f"{words:<40}{ours:>12,.0f}{theirs:>13,.0f}{ours / theirs:>8.1f}{noise:>8.2f}")
    print(f"\n{'networks at once (Adam)':<40}{'each':>12}{'all':>13}{'speed-up':>9}")
    alone = None
    for count in (1, 4, 8, 16, 32, 64):
        trainer = race([Boundary(**{**PLAYGROUND, "optimizer": "adam", "seed": k}) for k in range(count)]).trainer()
        each, _ = rate(lambda trainer=trainer: trainer.advance(trainer.steps_per_epoch), seconds)
        alone = alone or each
        print(f"{count:<40}{each:>12,.0f}{each * count:>13,.0f}{each * count / alone:>8.1f}x")
    trainer = Boundary().trainer()
    view, _ = rate(trainer.view, seconds)
    print(f"\n{'one view (100 x 100, 24 maps)':<40}{1000 / view:>9.1f} ms")
    print(f"{'python -m playground bench boundary':<40}" + ", ".join(f"{name} {value:,.3g}" for name, value in benchmark(seconds).items()))


if __name__ == "__main__":
    main()
