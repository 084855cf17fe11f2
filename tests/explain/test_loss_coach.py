"""The coach of the loss screen: speaks when something is wrong, with the change that mends it, and is silent otherwise."""

import numpy as np
import pytest

from playground.experiments.imbalance import Imbalance
from playground.experiments.outlier_fit import OutlierFit
from playground.explain import loss_coach
from playground.explain.coach import Evidence, diagnose


def advice(experiment, rules, steps=600):
    trainer = experiment.trainer()
    trainer.advance(steps)
    metrics = {name: np.array([value]) for name, value in trainer.metrics().items()}
    evidence = Evidence(experiment, metrics, trainer.view(), trainer.step_count, trainer.steps_per_epoch, "playing", trainer.diverged)
    return diagnose(evidence, rules)


@pytest.mark.parametrize("experiment", [OutlierFit(), OutlierFit(losses=("mse",), outliers=0), OutlierFit(losses=("tukey", "huber"))])
def test_a_healthy_fit_gets_no_advice(experiment):
    assert advice(experiment, loss_coach.OUTLIERS) == []


def test_healthy_classifiers_get_no_advice():
    assert advice(Imbalance(), loss_coach.IMBALANCE) == []


@pytest.mark.parametrize(
    ("experiment", "rules", "title"),
    [
        (OutlierFit(learning_rate=1.0, degree=5), loss_coach.OUTLIERS, "Diverged"),
        (OutlierFit(losses=("mse",)), loss_coach.OUTLIERS, "Squared error (MSE) follows the outliers"),
        (OutlierFit(losses=("mse", "tukey"), tukey_c=0.5), loss_coach.OUTLIERS, "Tukey has let go of the data"),
        (Imbalance(methods=("plain",)), loss_coach.IMBALANCE, "Accurate and blind"),
        (Imbalance(share=1.0), loss_coach.IMBALANCE, "Mostly false alarms"),
    ],
)
def test_each_ailment_is_named_with_numbers_and_its_change_mends_it(experiment, rules, title):
    found = advice(experiment, rules, steps=2000)
    assert [each.title for each in found] == [title]
    assert any(character.isdigit() for character in found[0].evidence)
    mended = advice(experiment.changed(**found[0].changes), rules, steps=2000)
    assert title not in [each.title for each in mended]


def test_nothing_is_said_before_the_run_has_settled():
    assert advice(OutlierFit(losses=("mse",)), loss_coach.OUTLIERS, steps=50) == []
    assert advice(Imbalance(methods=("plain",)), loss_coach.IMBALANCE, steps=50) == []
