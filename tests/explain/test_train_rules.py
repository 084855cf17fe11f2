"""The coach of the training screen: silent when all is well, and right about what is wrong, on runs that really happened."""

import numpy as np
import pytest

from playground.core import packets
from playground.experiments.train import Train
from playground.experiments.train_lesson import lesson
from playground.experiments.train_words import PRESETS
from playground.explain import train_rules as rules
from playground.explain import train_words as words
from playground.explain.coach import Evidence, diagnose
from playground.networks.stack import describe


def evidence(steps, looks=60, **values):
    """What the coach reads after `steps` steps of a run."""
    trainer = Train(**values).trainer()
    columns: dict[str, list[float]] = {}
    marks = {round(each) for each in np.linspace(0, steps, looks)}
    for step in range(steps + 1):
        if step in marks or trainer.evaluated_at(trainer.step_count):
            for name, value in {**trainer.metrics(), "step": float(step)}.items():
                columns.setdefault(name, []).append(value)
        if step == steps or trainer.diverged:
            break
        trainer.advance(1)
    view = dict(packets.items(trainer.view()))
    metrics = {name: np.array(each) for name, each in columns.items()}
    return Evidence(trainer.experiment, metrics, view, trainer.step_count, trainer.steps_per_epoch, "playing", trainer.diverged)


def titles(found):
    return [each.title for each in diagnose(found, rules.RULES)]


def preset(key):
    return next(row[3] for row in PRESETS if row[0] == key)


def test_a_good_run_hears_nothing():
    assert titles(evidence(400)) == []


def test_a_run_that_diverged_is_told_a_rate_that_does_not():
    found = evidence(400, **preset("high"))
    advice = rules.diverged(found)
    assert advice is not None and advice.level == "problem"
    assert not evidence(200, **{**preset("high"), **advice.changes}).diverged


def test_tiny_steps_are_noticed_and_longer_ones_proposed():
    advice = rules.too_slow(evidence(420, learning_rate=1e-6))
    assert advice is not None and advice.changes == {"learning_rate": 1e-5}


def test_learning_by_heart_is_noticed():
    advice = rules.overfitting(evidence(400, **preset("overfit")))
    assert advice is not None and advice.changes == {"train_rows": 0}


def test_noise_of_single_examples_is_noticed():
    assert "Noisy batches" in titles(evidence(1259 * 4, looks=40, **preset("tiny")))


def test_a_leak_is_noticed_before_it_is_believed():
    advice = rules.leaking(evidence(300, **preset("leak")))
    assert advice is not None and advice.changes == {"leak": False}


def test_a_network_without_a_bend_that_is_held_back_underfits():
    found = evidence(600, dataset="digits", stack="max 8 | flatten", learning_rate=0.03)
    assert rules.underfitting(found) is not None


def test_dead_units_are_noticed():
    advice = rules.dead_units(evidence(200, stack="flatten | dense 64 | relu", learning_rate=3.0, optimizer="adam"))
    assert advice is not None and "leaky_relu" in advice.changes["stack"]
    Train(**advice.changes)


def test_vanishing_gradients_are_noticed():
    deep = "flatten | " + " | ".join(["dense 16 | sigmoid"] * 8)
    assert rules.vanishing(evidence(160, stack=deep)) is not None


def test_an_ignored_class_is_noticed():
    counts = np.array([[90, 0], [10, 0]])
    found = Evidence(Train(dataset="breast_cancer"), {}, {"confusion": counts}, 100, 10, "playing")
    advice = rules.ignored_class(found)
    assert advice is not None and advice.changes == {"class_weights": True} and "10 of 100" in advice.evidence


@pytest.mark.parametrize("values", [{}, {"dataset": "diabetes", "stack": "dense 8 | relu"}, {"stack": "conv 4 | norm | relu | global", "label_smoothing": 0.1}])
def test_the_maths_holds_the_runs_own_numbers(values):
    experiment = Train(**values)
    given = lesson(experiment)
    summary = describe(experiment.stack, given.input_shape, given.outputs)
    text = words.maths(experiment, given, summary, {"train_loss": 0.12345, "gradient_norm": 0.5, "learning_rate": 0.003})
    assert "0.1235" in text or "0.1234" in text
    assert all(f"{row.parameters:,}" in text for row in summary.rows if row.parameters)
    assert text.count("$$") % 2 == 0


def test_parameters_are_counted_in_words_as_they_are():
    experiment = Train(stack="conv 4 5 | norm | relu | global | dense 8")
    given = lesson(experiment)
    for row in describe(experiment.stack, given.input_shape, given.outputs).rows:
        counted = words._count(row.layer.kind, row)
        if counted:
            assert eval(counted.replace("·", "*").replace(",", "")) == row.parameters


def test_tasks_tick_by_what_was_reached():
    def done(experiment, now, **facts):
        return {each[0] for each in words.tasks(experiment, now, facts) if each[2]}

    assert done(Train(), {"validation_accuracy": 0.99}) == set()
    assert done(Train(stack="conv 8 | flatten"), {"validation_accuracy": 0.99}) == {"train-98"}
    assert done(Train(stack="flatten"), {"validation_accuracy": 0.96}) == {"train-linear"}
    assert done(Train(leak=True), {}, tested=True, found=True, drawn=True) == {"train-leak", "train-finder", "train-draw"}
