"""Several configurations in one run, stepped in turn."""

from typing import ClassVar

import numpy as np
import pytest

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Experiment, Trainer
from playground.core.fields import integer, number
from playground.core.limits import SWEEP_MEMBERS
from playground.core.race import Race, race


class Growth(Experiment):
    key: ClassVar[str] = "test-race-growth"
    title: ClassVar[str] = "Growth"
    rate: float = number(2.0, 0, 1e200)
    steps: int = integer(10, 1, 100)

    def trainer(self):
        return GrowthTrainer(self)


class Other(Growth):
    key: ClassVar[str] = "test-race-other"


class GrowthTrainer(Trainer):
    def __init__(self, experiment):
        super().__init__(experiment)
        self.value = 1.0

    def advance(self, steps):
        for _ in range(steps):
            self.value *= self.experiment.rate
            self.step_count += 1

    def metrics(self):
        return {"train_loss": self.value}

    def view(self):
        return {"place": np.array([self.value])}

    def scene(self):
        return {"rate": self.experiment.rate}

    def state_dict(self):
        return {"step_count": self.step_count, "value": self.value}

    def load_state_dict(self, state):
        self.step_count, self.value = int(state["step_count"]), float(state["value"])


def racing(*rates, steps=10):
    return race([Growth(rate=rate, steps=steps) for rate in rates])


def test_every_member_is_what_it_would_be_alone():
    trainer = racing(2.0, 3.0).trainer()
    trainer.advance(3)
    assert trainer.metrics() == {"train_loss/0": 8.0, "train_loss/1": 27.0}
    assert trainer.scene() == {"rate_0": 2.0, "rate_1": 3.0} and trainer.view()["place_1"] == [27.0]


def test_a_race_is_itself_an_experiment():
    one = racing(2.0, 3.0)
    assert one == racing(2.0, 3.0) != racing(2.0) and hash(one) == hash(racing(2.0, 3.0))
    assert Race(**one.values()) == one and one.experiments() == [Growth(rate=2.0), Growth(rate=3.0)]


def test_a_member_that_has_finished_waits_for_the_others():
    trainer = race([Growth(steps=2), Growth(steps=5)]).trainer()
    assert trainer.experiment.step_limit == 5
    trainer.advance(4)
    assert trainer.metrics() == {"train_loss/0": 4.0, "train_loss/1": 16.0} and not trainer.finished
    trainer.advance(1)
    assert trainer.finished


def test_a_member_that_diverges_waits_and_the_race_goes_on():
    trainer = racing(1e200, 1.0).trainer()
    trainer.advance(2)
    first = trainer.trainers[0]
    assert first.diverged and not trainer.diverged
    trainer.advance(2)
    assert first.step_count == 2 and trainer.trainers[1].step_count == 4
    assert racing(1e200).trainer().diverged is False


def test_a_checkpoint_continues_every_member():
    first, second = racing(2.0, 3.0).trainer(), racing(2.0, 3.0).trainer()
    first.advance(2)
    second.load_state_dict(packets.decode(packets.encode("checkpoint", first.state_dict()))[1])
    first.advance(2)
    second.advance(2)
    assert second.step_count == 4 and first.metrics() == second.metrics() == {"train_loss/0": 16.0, "train_loss/1": 81.0}


def test_a_race_that_makes_no_sense_is_refused_in_words():
    with pytest.raises(UserError, match="no experiment named 'nothing'"):
        Race(of="nothing")
    with pytest.raises(UserError, match="same experiment"):
        race([Growth(), Other()])
    with pytest.raises(UserError, match=f"at most {SWEEP_MEMBERS}"):
        racing(*[1.0] * (SWEEP_MEMBERS + 1))


def test_a_race_without_members_is_refused_in_words():
    with pytest.raises(UserError, match="at least one"):
        race([]).trainer()
