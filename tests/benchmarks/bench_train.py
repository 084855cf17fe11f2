"""Measured speed of the training screen's worker, against a hand-tuned loop in the same run. Run by hand: `python -m tests.benchmarks.bench_train`.

The CNN learns images of MNIST's size and number (random ones: speed does not depend on what they show). Both sides alternate in slices of
an epoch, one thread each, so that a busy moment of the machine hits both.
"""

import statistics
import time
from types import SimpleNamespace

import numpy as np
import torch

from playground.core import packets
from playground.data import datasets
from playground.data.datasets import Part, Split
from playground.experiments import train_lesson
from playground.experiments.train import Train
from playground.networks.stack_presets import STACKS
from playground.runs import worker as loop

ROWS, VALIDATION, BATCH, SLICE = 60_000, 10_000, 128, 40
CNN = STACKS["cnn"].stack


def images() -> SimpleNamespace:
    """A data set of MNIST's size, of noise."""
    stream = np.random.default_rng(0)
    pixels = stream.integers(0, 256, (ROWS + VALIDATION, 1, 28, 28), dtype=np.uint8)
    targets = stream.integers(0, 10, ROWS + VALIDATION)
    rows = np.arange(ROWS + VALIDATION)
    parts = [Part(pixels[each], targets[each], rows[each]) for each in (slice(0, ROWS), slice(ROWS, None), slice(ROWS, ROWS + 100))]
    return SimpleNamespace(kind="image", task="classification", classes=tuple("0123456789"), input_shape=(1, 28, 28), title="noise", split=lambda *_: Split(*parts))


class Worker(loop.Worker):
    """The worker's own loop without a pipe: what it would send is encoded and dropped."""

    def __init__(self, trainer):
        super().__init__(SimpleNamespace(poll=lambda _seconds: False), {"playing": True, "speed": "max"})  # type: ignore[arg-type]
        self.trainer = trainer
        self.last = dict.fromkeys(self.last, time.perf_counter())

    def _send(self, kind, content):
        packets.encode(kind, content)


def plain(pixels, targets):
    """What a careful person writes: channels last, a fused optimizer, inputs made ready once."""
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                          nn.Flatten(), nn.Linear(32 * 49, 64), nn.ReLU(), nn.Linear(64, 10)).to(memory_format=torch.channels_last)  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), 0.001, fused=True)
    inputs = ((torch.from_numpy(pixels).float() / 255 - 0.5) / 0.29).contiguous(memory_format=torch.channels_last)
    wanted = torch.from_numpy(targets)
    while True:
        for rows in torch.randperm(len(wanted)).split(BATCH):
            loss = nn.functional.cross_entropy(model(inputs[rows]), wanted[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield


def epoch() -> dict[str, float]:
    """Seconds an epoch takes the worker (with views, metrics, checkpoints and looks at the validation rows) and the plain loop."""
    given = images()
    datasets.load, original = (lambda *_: given), datasets.load
    train_lesson._lesson.cache_clear()
    try:
        ours = Worker(Train(stack=CNN, batch_size=BATCH, learning_rate=0.001, epochs=100).trainer())
        theirs = plain(given.split().train.inputs, given.split().train.targets)
        spent: dict[str, list[float]] = {"worker": [], "plain": []}
        steps = ours.trainer.steps_per_epoch
        for _ in range(0, steps, SLICE):
            before, started = ours.trainer.step_count, time.process_time()
            while ours.trainer.step_count < before + SLICE:
                ours._play()
            done = ours.trainer.step_count - before
            spent["worker"].append((time.process_time() - started) / done)
            started = time.process_time()
            for _ in range(SLICE):
                next(theirs)
            spent["plain"].append((time.process_time() - started) / SLICE)
    finally:
        datasets.load = original
        train_lesson._lesson.cache_clear()
    # Means, not medians: a look at the validation rows comes rarely and costs much, and has to count.
    mean = {name: statistics.fmean(each) * steps for name, each in spent.items()}
    ratios = sorted(a / b for a, b in zip(spent["worker"], spent["plain"], strict=True))
    return {"worker_seconds": mean["worker"], "plain_seconds": mean["plain"], "ratio": mean["worker"] / mean["plain"], "median_ratio": ratios[len(ratios) // 2]}


def digits(target: float = 0.97) -> dict[str, float]:
    """Seconds of training, looks included, until the default network reaches `target` of the validation rows."""
    started = time.perf_counter()
    trainer = Train().trainer()
    built = time.perf_counter() - started
    while trainer.metrics()["validation_accuracy"] < target:
        trainer.advance(1)
    return {"built": built, "seconds": time.perf_counter() - started, "epochs": trainer.metrics()["epoch"], "accuracy": trainer.metrics()["validation_accuracy"]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    Train().trainer()  # first imports
    print("digits to 97 %:", {name: round(value, 3) for name, value in digits().items()})
    print("MNIST-size CNN, one epoch:", {name: round(value, 3) for name, value in epoch().items()})
