"""The rare-class comparison against scikit-learn, torch and its own exported script."""

import numpy as np
import pytest
import torch

from playground.core.experiment import Change
from playground.experiments.imbalance import METHODS, Imbalance, rates
from tests.experiments.test_outlier_fit import printed


def trained(steps=3000, **values):
    trainer = Imbalance(**values).trainer()
    trainer.advance(steps)
    return trainer


@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_finds_scikit_learns_logistic_regression(weighted):
    from sklearn.linear_model import LogisticRegression

    trainer = trained(6000, methods=("weighted" if weighted else "plain",), basis="linear", learning_rate=2.0)
    reference = LogisticRegression(C=np.inf, class_weight="balanced" if weighted else None, tol=1e-10, max_iter=10_000)
    reference.fit(trainer.inputs[1:].T.numpy(), trainer.targets.numpy())
    exact = np.concatenate([reference.intercept_, reference.coef_[0]])
    assert trainer.weights[0].numpy() == pytest.approx(exact, rel=1e-3)


def test_rates_equal_scikit_learns():
    from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

    stream = np.random.default_rng(0)
    called, wanted = stream.random(500) < 0.3, stream.random(500) < 0.2
    mine = rates(torch.from_numpy(called), torch.from_numpy(wanted))
    assert mine["accuracy"] == pytest.approx(accuracy_score(wanted, called))
    assert mine["recall"] == pytest.approx(recall_score(wanted, called))
    assert mine["precision"] == pytest.approx(precision_score(wanted, called))
    assert mine["f1"] == pytest.approx(f1_score(wanted, called))


def test_no_calls_at_all_give_zero_precision_not_an_error():
    nothing = torch.zeros(4, dtype=torch.bool)
    assert rates(nothing, ~nothing) == {"accuracy": 0.0, "recall": 0.0, "precision": 0.0, "f1": 0.0}


def test_one_in_a_hundred_makes_the_plain_model_accurate_and_blind():
    found = trained(share=1.0).metrics()
    assert found["plain_accuracy"] > 0.98
    assert found["plain_recall"] < 0.05
    assert found["weighted_recall"] > 0.7


def test_weighting_trades_precision_for_recall():
    found = trained().metrics()
    assert found["weighted_recall"] > found["plain_recall"] + 0.3
    assert found["weighted_precision"] < found["plain_precision"] - 0.1


def test_balance_runs_from_plain_to_even():
    assert Imbalance(balance=0.0).positive_weight == 1
    assert Imbalance(balance=1.0, share=5.0, count=600).positive_weight == pytest.approx(570 / 30)


def test_the_share_is_met_and_never_empty():
    for share, count in ((0.5, 100), (5.0, 600), (50.0, 100)):
        _, labels = Imbalance(share=share, count=count).sample("train", count)
        assert labels.sum() == max(2, round(count * share / 100))


def test_field_is_the_probability_with_the_lowest_row_first():
    trainer = trained(500, basis="linear")
    field = trainer.view()["field_weighted"].astype(float)
    assert field.min() >= 0
    assert field.max() <= 1
    assert field[-1, -1] > field[0, 0]  # the rare class lies at the upper right


def test_changing_a_loss_live_keeps_the_weights():
    trainer = trained(100)
    before = trainer.weights.clone()
    trainer.tune(trainer.experiment.changed(focal_gamma=4.0, balance=0.3))
    assert torch.equal(trainer.weights, before)
    assert trainer.losses[2] == ("focal", {"alpha": 0.75, "gamma": 4.0})


def test_checkpoint_continues_exactly():
    trainer, copy = trained(30), Imbalance().trainer()
    copy.load_state_dict(trainer.state_dict())
    trainer.advance(30)
    copy.advance(30)
    assert torch.equal(trainer.weights, copy.weights)


@pytest.mark.parametrize("basis", ["linear", "quadratic", "cubic"])
def test_the_exported_script_reproduces_the_losses_live_changes_included(basis):
    experiment = Imbalance(methods=tuple(METHODS), basis=basis, count=200)
    changes = [
        Change(step=40, values={"balance": 0.5, "focal_gamma": 1.0}),
        Change(step=60, values={"learning_rate": 1.0}),
    ]
    trainer = experiment.trainer()
    for change in changes:
        trainer.advance(change.step - trainer.step_count)
        trainer.tune(trainer.experiment.changed(**change.values))
    trainer.advance(40)
    expected = {key: value for key, value in trainer.metrics().items() if key.endswith("_loss")}
    assert printed(experiment.script(100, changes)) == pytest.approx(expected, rel=1e-9)
