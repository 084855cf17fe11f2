"""How fast the recurrent screen learns, against torch.nn and autograd in the same run. Prints a table; never fails.

Run: python tests/benchmarks/bench_recurrent.py
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

from playground.core import packets
from playground.experiments.recurrent_forecast import Forecast
from playground.experiments.recurrent_memory import Memory
from playground.experiments.recurrent_problem import loss
from playground.experiments.recurrent_text import Characters

NN = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def median(function, times=25):
    """CPU milliseconds, median of `times` calls after one to warm up."""
    function()
    taken = []
    for _ in range(times):
        started = time.process_time()
        function()
        taken.append(1000 * (time.process_time() - started))
    return statistics.median(taken)


def torch_step(cell, now):
    """The same update with torch.nn, autograd and torch.optim."""
    problem, stream = now.problem(), torch.Generator().manual_seed(0)
    recurrent, readout = NN[cell](problem.inputs, now.units).double(), torch.nn.Linear(now.units, problem.outputs).double()
    weights = [*recurrent.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(weights, lr=now.learning_rate)

    def step():
        batch = problem.batch(now.batch_size, stream)
        optimizer.zero_grad()
        loss(readout(recurrent(batch.inputs)[0]), batch, problem.quantity).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()

    return step


def main():
    torch.set_num_threads(1)
    print(f"{'':28}{'ours ms':>10}{'torch ms':>10}")
    for length in (20, 40, 150):
        for cell in NN:
            now = Memory(length=length, cells=(cell,))
            trainer = now.trainer()
            print(f"{cell} adding, {length} steps".ljust(28) + f"{median(lambda t=trainer: t.advance(1)):10.2f}{median(torch_step(cell, now)):10.2f}")
    print(f"\n{'':28}{'step':>10}{'metrics':>10}{'view':>10}{'bytes':>10}")
    for kind in (Memory, Forecast, Characters):
        trainer = kind().trainer()

        def metrics(t=trainer):
            t.known = None
            t.metrics()

        row = [median(lambda t=trainer: t.advance(1)), median(metrics), median(trainer.view), len(packets.encode("view", trainer.view()))]
        print(kind.key.ljust(28) + "".join(f"{each:10.2f}" for each in row[:3]) + f"{row[3]:10,}")


if __name__ == "__main__":
    main()
