"""The coach of the decision boundaries, on runs that really went wrong, and on runs that went well."""

import functools

import numpy as np
import pytest

from playground.core import packets
from playground.experiments.boundary import Boundary
from playground.experiments.boundary_words import PRESETS
from playground.explain.boundary_rules import RULES
from playground.explain.coach import Evidence, diagnose

VALUES = {key: values for key, _, _, values, _ in PRESETS}


def evidence(experiment, epochs):
    """What the coach sees after some epochs, recorded once an epoch."""
    trainer, columns = experiment.trainer(), {}

    def record():
        for name, value in {"step": trainer.step_count, **trainer.metrics()}.items():
            columns.setdefault(name, []).append(value)

    record()
    for _ in range(epochs):
        trainer.advance(trainer.steps_per_epoch)
        record()
        if trainer.diverged:
            break
    view = packets.decode(packets.encode("view", trainer.view()))[1]
    return Evidence(experiment, {name: np.array(values) for name, values in columns.items()}, view, trainer.step_count, trainer.steps_per_epoch,
                    "playing", trainer.diverged)  # fmt: skip


@functools.cache
def advice(epochs, **values):
    return tuple(diagnose(evidence(Boundary(**values), epochs), RULES))


FAILURES = {
    "Diverged": (VALUES["diverge"], 20),
    "Twins": (VALUES["twins"], 20),
    "Overfitting": (VALUES["overfit"], 40),
    "Dead units": (VALUES["dead"], 20),
    "Underfitting": (VALUES["linear"], 80),
    "Vanishing gradient": ({"hidden_sizes": (8,) * 5, "activation": "sigmoid", "optimizer": "sgd"}, 20),
    "Learning rate too low": ({"optimizer": "sgd", "learning_rate": 0.0003}, 20),
    "Restless": ({"learning_rate": 0.3}, 60),
}


@pytest.mark.parametrize("title", FAILURES)
def test_a_real_failure_is_named_with_its_numbers_and_a_change_that_can_be_applied(title):
    values, epochs = FAILURES[title]
    found = advice(epochs, **values)
    assert found and found[0].title == title
    assert any(sign.isdigit() for sign in found[0].evidence) and found[0].changes
    Boundary(**values).changed(**found[0].changes)


def test_every_rule_has_its_failure():
    assert len(FAILURES) == len(RULES)


@pytest.mark.parametrize(("title", "metric", "wanted"), [
    ("Twins", "train_accuracy", 0.95), ("Dead units", "train_accuracy", 0.95), ("Underfitting", "train_accuracy", 0.9),
    ("Vanishing gradient", "train_accuracy", 0.9), ("Restless", "train_accuracy", 0.9),
])  # fmt: skip
def test_the_change_mends_what_it_names(title, metric, wanted):
    values, epochs = FAILURES[title]
    mended = Boundary(**values).changed(**advice(epochs, **values)[0].changes)
    before, after = evidence(Boundary(**values), 120).column(metric)[-1], evidence(mended, 120).column(metric)[-1]
    assert after > wanted > before


def test_a_smaller_learning_rate_ends_divergence_within_two_changes():
    experiment, rounds = Boundary(**VALUES["diverge"]), 0
    while found := [each for each in diagnose(evidence(experiment, 20), RULES) if each.title == "Diverged"]:
        experiment, rounds = experiment.changed(**found[0].changes), rounds + 1
    assert 1 <= rounds <= 2


def test_a_penalty_holds_overfitting_back():
    experiment = Boundary(**VALUES["overfit"])
    mended = experiment.changed(**advice(40, **VALUES["overfit"])[0].changes)
    assert evidence(mended, 100).column("test_loss")[-1] < 0.7 * evidence(experiment, 100).column("test_loss")[-1]


def test_a_larger_rate_helps_what_was_too_slow():
    values, epochs = FAILURES["Learning rate too low"]
    mended = Boundary(**values).changed(**advice(epochs, **values)[0].changes)
    assert evidence(mended, 60).column("train_loss")[-1] < 0.95 * evidence(Boundary(**values), 60).column("train_loss")[-1]


@pytest.mark.parametrize("key", [key for key, _, _, _, good in PRESETS if good])
@pytest.mark.parametrize("epochs", [0, 3, 40, 150])
def test_the_coach_is_silent_when_nothing_is_wrong(key, epochs):
    assert advice(epochs, **VALUES[key]) == ()


def test_every_failing_preset_is_seen_by_the_coach():
    assert all(any(values == VALUES[key] for values, _ in FAILURES.values()) for key, _, _, _, good in PRESETS if not good)
