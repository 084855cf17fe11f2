"""The loop of a worker by itself, without a process around it."""

import time
from multiprocessing import Pipe

from playground.runs.worker import FRAME_SECONDS, Worker
from tests.runs.toy import Toy, ToyTrainer


class Painter(ToyTrainer):
    """Takes longer for a picture than a frame lasts."""

    def view(self):
        time.sleep(1.5 * FRAME_SECONDS)
        return super().view()


def test_a_picture_that_takes_longer_than_a_frame_does_not_keep_the_run_from_stepping():
    here, there = Pipe()
    worker = Worker(there, {"playing": True, "speed": "frame"})
    worker.trainer = Painter(Toy(pause_seconds=0.001))
    worker._show()
    steps = []
    for _ in range(3):
        while here.poll():
            here.recv_bytes()
        worker._play()
        steps.append(worker.trainer.step_count)
    assert 0 < steps[0] < steps[1] < steps[2]
