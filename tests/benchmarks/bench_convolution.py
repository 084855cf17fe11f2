"""How fast the convolution screen answers, against the bare network in the same run. Prints a table; never fails.

Run: python tests/benchmarks/bench_convolution.py
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

from playground.data import pictures
from playground.experiments.convolution import KernelLab, convolve
from playground.experiments.convolution_excite import Excite
from playground.experiments.convolution_networks import NETWORKS, network
from playground.experiments.convolution_shift import rival
from playground.explain import convolution_fields, convolution_inside, convolution_moving


def median(function, times=15):
    """Milliseconds, median and worst of `times` calls after one to warm up."""
    function()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken), max(taken)


def drawings():
    """Ever new drawings of a seven, so that nothing is remembered."""
    shaken = np.random.default_rng(0)
    base = np.array([[0.25, 0.2], [0.7, 0.2], [0.58, 0.5], [0.45, 0.85]])
    while True:
        yield {"picture": "drawn", "drawing": pictures.written([base + shaken.normal(0, 0.01, base.shape)]), "upload": ""}


def main():
    torch.set_num_threads(1)
    rows = {"kernel lab, 16 x 16, two kernels": lambda: convolve(**KernelLab().arguments())}
    new = drawings()
    for name in NETWORKS:
        opened = network(name)
        picture = torch.rand(1, *opened.shape)
        with torch.no_grad():
            rows[f"{name}: bare network"] = lambda opened=opened, picture=picture: opened.module(picture)
            rows[f"{name}: a stroke, all maps and one unit"] = lambda name=name: (
                (seen := next(new)), convolution_inside.feature_maps(name, seen), convolution_inside.unit(name, seen, 3, 2, 5, 5))  # fmt: skip
            rows[f"{name}: another unit"] = lambda name=name: convolution_inside.unit(name, {"picture": "digit-5", "drawing": "", "upload": ""}, 3, 2, 5, 5)
            rows[f"{name}: a receptive field"] = lambda name=name: convolution_fields.field(name, {"picture": "digit-5", "drawing": "", "upload": ""}, 3, 2, 5, 5)
            rows[f"{name}: answer to a moved picture"] = lambda name=name: convolution_moving.answers(
                name, {"picture": "digit-5", "drawing": "", "upload": ""}, 2.5, 1.0, 10.0, 1.1, False)  # fmt: skip
            rows[f"{name}: map of 441 moves, turns and sizes"] = lambda name=name: (
                convolution_moving._everywhere.cache_clear(), convolution_moving.everywhere(name, {"picture": "digit-5", "drawing": "", "upload": ""}))  # fmt: skip
        trainer = Excite(network=name).trainer()
        rows[f"{name}: one step of exciting 8 filters"] = lambda trainer=trainer: trainer.advance(1)
    started = time.perf_counter()
    rival()
    print(f"{'dense network trained':<52} {1000 * (time.perf_counter() - started):9.0f} ms once a process")
    for words, function in rows.items():
        times = 3 if "map of" in words else 15
        middle, worst = median(function, times)
        print(f"{words:<52} {middle:9.1f} ms   worst {worst:9.1f} ms")


if __name__ == "__main__":
    main()
