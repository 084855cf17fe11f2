"""Presets, formulas and tasks of the loss screen: what they say is what the numbers say."""

import numpy as np
import pytest

from playground.experiments import loss_views as views
from playground.experiments.imbalance import Imbalance
from playground.experiments.outlier_fit import OutlierFit
from playground.explain import loss_words as words

KINDS = {"curves": views.LossCurves, "outliers": OutlierFit, "imbalance": Imbalance}
CASES = [(part, row) for part in KINDS for row in words.PRESETS[part]]


def row_of(part, key):
    return next(row for row in words.PRESETS[part] if row[0] == key)


def computed(**values):
    view = views.LossCurves(**values)
    return view, views.curves(**view.arguments())


def trained(part, steps=3000, **values):
    trainer = KINDS[part](**values).trainer()
    trainer.advance(steps)
    measured = {"step": trainer.step_count, **trainer.metrics()}
    return trainer, {name: np.array([value]) for name, value in measured.items()}


@pytest.mark.parametrize("part", KINDS)
def test_each_part_has_four_to_eight_presets_good_and_failing(part):
    rows = words.PRESETS[part]
    assert 4 <= len(rows) <= 8
    assert {row[4] for row in rows} == {True, False}


@pytest.mark.parametrize(("part", "row"), CASES, ids=[f"{part}-{row[0]}" for part, row in CASES])
def test_every_preset_is_a_valid_setting_with_a_reason(part, row):
    KINDS[part](**row[3])
    assert row[2].endswith(".")


@pytest.mark.parametrize("row", words.PRESETS["curves"], ids=[row[0] for row in words.PRESETS["curves"]])
def test_the_maths_holds_the_current_numbers(row):
    view, data = computed(**row[3])
    said = words.curves_maths(view, data)
    assert said.count("$$") == 4 * len(view.shown)
    for key in view.shown:
        assert f"{data[f'probe_{key}'][0]:.5g}" in said


def test_numbers_quoted_in_presets_are_the_numbers_on_screen():
    _, data = computed(**row_of("curves", "brier")[3])
    assert abs(data["probe_brier"][1]) == pytest.approx(0.013, abs=0.0005)
    assert abs(data["probe_bce"][1]) == pytest.approx(0.993, abs=0.0005)
    view, data = computed(**row_of("curves", "quantile")[3])
    ratio = data["slope_quantile"][0] / data["slope_quantile"][-1]
    assert ratio == pytest.approx(-9)


def test_failing_fits_fail_as_they_say():
    trainer, _ = trained("outliers", **row_of("outliers", "rate")[3])
    assert trainer.diverged
    _, metrics = trained("outliers", **row_of("outliers", "caught")[3])
    assert metrics["tukey_distance"] > 10 * metrics["mse_distance"]
    _, metrics = trained("outliers", **row_of("outliers", "robust")[3])
    assert metrics["tukey_distance"] < metrics["huber_distance"] < metrics["mse_distance"]


def test_rare_class_presets_end_as_they_say():
    _, metrics = trained("imbalance", **row_of("imbalance", "one")[3])
    assert metrics["plain_accuracy"] > 0.985
    assert metrics["plain_recall"] < 0.01
    _, metrics = trained("imbalance", **row_of("imbalance", "even")[3])
    assert abs(metrics["plain_f1"] - metrics["focal_f1"]) < 0.02
    _, metrics = trained("imbalance", **row_of("imbalance", "focal")[3])
    assert metrics["focal_recall"] < metrics["plain_recall"]


def test_nothing_is_ticked_before_anything_was_tried():
    assert not any(done for _, _, done in words.curves_tasks(*computed()))
    for part, tasks in (("outliers", words.outlier_tasks), ("imbalance", words.imbalance_tasks)):
        trainer, metrics = trained(part)
        assert not any(done for _, _, done in tasks(trainer.experiment, metrics)), part
        assert not any(done for _, _, done in tasks(trainer.experiment, {})), part


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("loss-same", {"probe": -0.5}),
        ("loss-fade", {"task": "binary", "probe": -5.5}),
        ("loss-smooth", {"task": "binary", "bce_smoothing": 0.2, "probe": 2.2}),
    ],
)
def test_curve_tasks_can_be_solved(name, values):
    assert {item[0]: item[2] for item in words.curves_tasks(*computed(**values))}[name]


def test_live_tasks_can_be_solved():
    fit = OutlierFit(losses=("mse", "mae", "tukey"))
    for index in range(12):
        fit = fit.changed(moved=fit.with_move(index, -2.5 + 0.1 * index, 6.0))
    trainer, metrics = trained("outliers", **fit.values())
    done = {item[0]: item[2] for item in words.outlier_tasks(trainer.experiment, metrics)}
    assert done["outlier-drag"]
    assert done["outlier-fool"]
    trainer, metrics = trained("outliers", losses=("mse", "tukey"))
    assert {item[0]: item[2] for item in words.outlier_tasks(trainer.experiment, metrics)}["outlier-tukey"]
    trainer, metrics = trained("imbalance", share=1.0, focal_alpha=0.99)
    done = {item[0]: item[2] for item in words.imbalance_tasks(trainer.experiment, metrics)}
    assert done["imbalance-blind"]
    assert done["imbalance-found"]
    trainer, metrics = trained("imbalance", balance=0.4)
    assert {item[0]: item[2] for item in words.imbalance_tasks(trainer.experiment, metrics)}["imbalance-match"]


def test_no_task_is_judged_by_the_first_steps():
    for part, tasks, values in (
        ("outliers", words.outlier_tasks, {"moved": OutlierFit().with_move(0, 0.0, 0.0)}),
        ("imbalance", words.imbalance_tasks, {"share": 1.0}),
    ):
        trainer, metrics = trained(part, steps=0, **values)
        assert not any(done for _, _, done in tasks(trainer.experiment, metrics)), part


def test_tables_have_one_row_a_loss():
    trainer, metrics = trained("outliers", steps=10)
    assert words.outlier_table(trainer.experiment, metrics, trainer.view()).count("\n") == 1 + len(trainer.experiment.losses)
    trainer, metrics = trained("imbalance", steps=10)
    assert words.imbalance_table(trainer.experiment, metrics, {}).count("\n") == 1 + len(trainer.experiment.methods)


def test_every_part_is_introduced():
    assert words.INTRODUCTIONS.keys() == views.PARTS.keys()
