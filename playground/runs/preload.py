"""What the forkserver imports once, so that a worker is ready in tens of milliseconds.

Only imports: a computation here could start a thread pool that does not survive the fork. `torch._dynamo` is included because
the first optimizer of a process imports it, which would cost every worker 1.5 s.
"""

import importlib
import threading

from playground.runs import memory, processes

_failed: list[BaseException] = []


def _imports() -> None:
    """In a thread of its own, which steps back: the page comes first, while what is forked from the main thread later begins as swift as the app."""
    try:
        processes.step_back()

        import playground.experiments
        import playground.runs.evaluator
        import playground.runs.worker
        from playground.core import torchvision_guard
        from playground.experiments import train_measure

        playground.experiments.load()
        train_measure.libraries()  # a second that every training would start with
        torchvision_guard.install()
        importlib.import_module("torchvision")
    except BaseException as error:  # told by the main thread
        _failed.append(error)


_thread = threading.Thread(target=_imports)
_thread.start()
_thread.join()
if _failed:
    raise _failed[0]

import torch  # noqa: E402

torch.set_num_threads(1)

# Children share these pages until they write to them. A collection writes into the header of every object it looks at, so what exists
# by now is put where no collection looks.
memory.settle()
memory.unmap_code()
