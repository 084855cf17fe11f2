"""The files that trainings of bundled models go on from."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.zoo.recipes import checkpoints


class Steps:
    """A training that only counts."""

    def __init__(self):
        self.step = 0

    def state(self):
        return {"step": self.step, "weights": np.full(3, self.step, np.float32)}

    def load(self, state):
        self.step = int(state["step"])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    return tmp_path


def test_what_is_written_is_gone_on_with_and_can_be_forgotten():
    one, other = Steps(), Steps()
    assert not checkpoints.resume("counting", other) and checkpoints.read("counting") is None
    one.step = 7
    checkpoints.write("counting", one.state())
    assert checkpoints.resume("counting", other) and other.step == 7
    checkpoints.forget("counting")
    checkpoints.forget("counting")
    assert not checkpoints.path("counting").exists()


def test_one_that_is_half_written_takes_no_place(monkeypatch):
    checkpoints.write("counting", {"step": 1})

    def broken(place, content):
        place.open("wb").write(content[:5])
        raise OSError("no room")

    monkeypatch.setattr(checkpoints.Path, "write_bytes", broken)
    with pytest.raises(OSError, match="no room"):
        checkpoints.write("counting", {"step": 2})
    assert checkpoints.read("counting")["step"] == 1


def test_the_clock_writes_when_it_is_time(monkeypatch):
    session = Steps()
    clock = checkpoints.Clock("counting", session)
    assert not clock.due() and checkpoints.read("counting") is None
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    session.step = 3
    assert clock.due() and checkpoints.read("counting")["step"] == 3


def test_a_training_that_is_told_to_end_is_kept(folder):
    words = (
        "import os, signal, time\n"
        "from tests.zoo.test_checkpoints import Steps\n"
        "from playground.zoo.recipes import checkpoints\n"
        "session = Steps()\n"
        "with checkpoints.kept_at_the_end('counting', session):\n"
        "    session.step = 11\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    time.sleep(60)\n"
    )
    done = subprocess.run([sys.executable, "-c", words], env={**os.environ, "PLAYGROUND_HOME": str(folder)}, timeout=60)
    assert done.returncode == 1 and checkpoints.read("counting")["step"] == 11
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_weights_and_optimizers_come_back_as_they_were():
    def begun():
        torch.manual_seed(1)
        model = torch.nn.Linear(3, 2)
        return model, [torch.optim.AdamW(model.parameters(), 0.1), torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)]

    def go_on(model, optimizers):
        for optimizer in optimizers:
            optimizer.zero_grad()
            model(torch.ones(4, 3)).square().sum().backward()
            optimizer.step()

    model, optimizers = begun()
    go_on(model, optimizers)
    checkpoints.write("two", checkpoints.arrays(model, optimizers))
    again, others = begun()
    checkpoints.put_back(checkpoints.read("two"), again, others)
    go_on(model, optimizers)
    go_on(again, others)
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values(), strict=True))
