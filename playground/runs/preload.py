"""What the forkserver imports once, so that a worker is ready in tens of milliseconds.

Only imports: a computation here could start a thread pool that does not survive the fork. `torch._dynamo` is included because
the first optimizer of a process imports it, which would cost every worker 1.5 s.
"""

import gc
import importlib
import os

os.nice(10)  # before torch's slow import: the page comes first, here and in every worker forked from here

import torch  # noqa: E402

torch.set_num_threads(1)

import torch._dynamo  # noqa: E402
import torch.optim  # noqa: E402

import playground.experiments  # noqa: E402
import playground.runs.evaluator  # noqa: E402
import playground.runs.worker  # noqa: E402
from playground.core import torchvision_guard  # noqa: E402
from playground.experiments import train_measure  # noqa: E402

playground.experiments.load()
train_measure.libraries()  # a second that every training would start with
torchvision_guard.install()
importlib.import_module("torchvision")

# Children share these pages until they write to them. A collection writes into the header of every object it looks at, so what exists
# by now is put where no collection looks.
gc.collect()
gc.freeze()
