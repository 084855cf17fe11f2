"""How quick the parts of the overfitting screen are, in CPU seconds of one thread; run by hand: `python tests/benchmarks/bench_overfitting.py`.

CPU time, because a busy machine says nothing about the trainers. A quiet core turns it into seconds on the wall.
"""

import time

import torch

from playground.core import packets
from playground.experiments.overfitting_capacity import UNITS, Capacity
from playground.experiments.overfitting_double import DoubleDescent
from playground.experiments.overfitting_learning import LearningCurve
from playground.experiments.overfitting_regularize import Regularize
from playground.experiments.overfitting_variance import UNITS as CLOUD_UNITS
from playground.experiments.overfitting_variance import Variance


def whole(experiment):
    """CPU seconds of the run alone; milliseconds of one step, of its metrics and of an encoded view."""
    trainer = experiment.trainer()
    trainer.advance(2)
    packets.encode("view", trainer.view()), trainer.metrics()
    begun = time.process_time()
    trainer.advance(trainer.experiment.step_limit - trainer.step_count)
    run = time.process_time() - begun
    begun = time.process_time()
    trainer.metrics()
    measured = time.process_time() - begun
    begun = time.process_time()
    size = len(packets.encode("view", trainer.view()))
    return run, 1e3 * run / experiment.step_limit, 1e3 * measured, 1e3 * (time.process_time() - begun), size


def main():
    torch.set_num_threads(1)
    cases = {
        f"complexity, {len(UNITS)} widths × 3 starts": Capacity(),
        "complexity, 21 polynomials": Capacity(family="polynomial"),
        "regularizers, two networks": Regularize(dropout=0.2, l1=1e-3, jitter=0.05, patience=5000),
        f"variance, {len(CLOUD_UNITS)} widths × 30 refits": Variance(),
        f"variance, {len(CLOUD_UNITS)} widths × 100 refits": Variance(refits=100),
        "learning curve, digits × 5": LearningCurve(),
        "learning curve, breast cancer × 5": LearningCurve(dataset="breast_cancer"),
        "double descent, 100 digits × 5": DoubleDescent(),
        "double descent, 200 digits × 10": DoubleDescent(count=200, repeats=10),
    }
    print(f"{'':44}{'run s':>8}{'step ms':>9}{'metrics':>9}{'view ms':>9}{'bytes':>9}")
    for name, experiment in cases.items():
        run, step, measured, view, size = whole(experiment)
        print(f"{name:44}{run:8.2f}{step:9.3f}{measured:9.2f}{view:9.2f}{size:9,}")
    experiment = DoubleDescent()
    trainer = experiment.trainer()
    trainer.advance(experiment.step_limit)
    begun = time.process_time()
    trainer.tune(experiment.changed(ridge=0.1))
    print(f"{'another ridge for all 31 × 5 fits':44}{time.process_time() - begun:8.3f}")


if __name__ == "__main__":
    main()
