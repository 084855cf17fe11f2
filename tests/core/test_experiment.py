"""The contract itself, on an experiment small enough to check by hand."""

from typing import ClassVar

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.core.experiment import Experiment, Trainer, generator_state, label, restore_generator
from playground.core.fields import choice, integer, integers, number, seed, switch
from playground.core.randomness import torch_stream


class Halving(Experiment):
    """Multiplies one number by `rate` at every step."""

    key: ClassVar[str] = "test-contract-halving"
    title: ClassVar[str] = "Halving"
    start: float = number(8.0, -100, 100)
    rate: float = number(0.5, 0, 4, live=True, label="Shrinking rate")
    steps: int = integer(10, 1, 100)
    sizes: tuple[int, ...] = integers((2,), 1, 9, max_length=2)
    mode: str = choice("plain", ("plain", "fancy"))
    loud: bool = switch(False, live=True)
    seed: int = seed()

    def check(self):
        if self.mode == "fancy" and self.loud:
            raise UserError("Fancy cannot be loud.", "Choose one.", field="loud")

    def trainer(self):
        return HalvingTrainer(self)


class HalvingTrainer(Trainer):
    def __init__(self, experiment):
        super().__init__(experiment)
        self.value, self.seen = experiment.start, []

    def advance(self, steps):
        for _ in range(steps):
            self.value *= self.experiment.rate
            self.step_count += 1

    def metrics(self):
        return {"train_loss": abs(self.value)}

    def apply(self, before):
        self.seen.append(before.rate)


def test_fields_are_read_in_the_order_of_their_declaration():
    assert list(Halving.domains()) == ["start", "rate", "steps", "sizes", "mode", "loud", "seed"]
    assert label(Halving, "rate") == "Shrinking rate" and label(Halving, "start") == "Start" and label(Halving, "learning_rate") == "Learning rate"


@pytest.mark.parametrize(("values", "field", "words"), [
    ({"rate": 5}, "rate", "Shrinking rate must be between 0 and 4, got 5."), ({"rate": float("nan")}, "rate", "got nan"), ({"rate": "quick"}, "rate", "must be a number"),
    ({"steps": 1.5}, "steps", "must be a whole number"), ({"sizes": "many"}, "sizes", "must be a list of whole numbers"), ({"sizes": (1, 2, 3)}, "sizes", "at most 2"),
    ({"loud": "perhaps"}, "loud", "must be yes or no"), ({"mode": "odd"}, "mode", "must be one of"), ({"speed": 1}, "speed", "no setting named 'speed'"),
    ({"mode": "fancy", "loud": True}, "loud", "Fancy cannot be loud. Choose one."),
])  # fmt: skip
def test_what_a_field_does_not_hold_is_refused_by_name_and_in_words(values, field, words):
    with pytest.raises(UserError) as refusal:
        Halving(**values)
    assert refusal.value.field == field and words in str(refusal.value)


def test_experiments_are_frozen_equal_by_value_and_hashable():
    one = Halving(rate=0.25)
    assert one == Halving(rate=0.25) != Halving() and len({one, Halving(rate=0.25), Halving()}) == 2
    with pytest.raises(ValueError):
        one.rate = 0.5
    assert one.rate == 0.25


def test_changed_is_validated_anew_and_differences_hold_both_values():
    one = Halving()
    other = one.changed(rate=0.75, sizes=(3, 4))
    assert one.differences(other) == {"rate": (0.5, 0.75), "sizes": ((2,), (3, 4))} and one.differences(one) == {}
    with pytest.raises(UserError):
        one.changed(rate=9)


def test_only_what_is_not_live_needs_a_restart():
    one = Halving()
    assert one.needs_restart(one.changed(rate=1, loud=True)) == []
    assert one.needs_restart(one.changed(rate=1, start=2, seed=4)) == ["start", "seed"]


def test_a_steps_field_is_the_limit_of_the_run():
    trainer = Halving(steps=3).trainer()
    assert Halving(steps=3).step_limit == 3 and not trainer.finished
    trainer.advance(3)
    assert trainer.finished


def test_tune_takes_live_fields_and_tells_the_trainer_what_was_before():
    trainer = Halving().trainer()
    trainer.tune(Halving(rate=1.0))
    assert trainer.seen == [0.5] and trainer.step() == {"train_loss": 8.0}
    with pytest.raises(UserError, match="Start cannot change while the run goes on. Reset to apply it."):
        trainer.tune(Halving(start=1))
    assert trainer.experiment == Halving(rate=1.0) and trainer.seen == [0.5]


def test_a_loss_that_is_no_number_is_divergence():
    trainer = Halving().trainer()
    assert not trainer.diverged
    for value in (np.inf, np.nan):
        trainer.value = value
        assert trainer.diverged


def test_what_a_trainer_does_not_offer_is_refused_in_words():
    with pytest.raises(UserError, match="nothing to edit"):
        Halving().trainer().edit(layer=1)
    with pytest.raises(UserError, match="Halving has no script"):
        Halving().script(3)


def test_registered_by_being_defined():
    assert Experiment.registry()["test-contract-halving"] is Halving


def test_a_generator_continues_from_its_kept_state():
    import torch

    stream, other = torch_stream(1), torch_stream(2)
    torch.rand(3, generator=stream)
    state = generator_state(stream)
    expected = torch.rand(4, generator=stream)
    restore_generator(other, state)
    assert torch.equal(torch.rand(4, generator=other), expected)
