"""Presets, table and tasks of the comparisons: the presets end as they say."""

import numpy as np
import pytest

from playground.experiments.network_race import ActivationRace, LossRace
from playground.explain import network_race_words as words

PRESETS = {ActivationRace: words.ACTIVATION_PRESETS, LossRace: words.LOSS_PRESETS}
CASES = [(kind, row) for kind, rows in PRESETS.items() for row in rows]


def trained(kind, **values):
    view = kind(**values)
    trainer = view.to_run().trainer()
    rows = [{"step": 0, **trainer.metrics()}]
    trainer.advance(view.to_run().step_limit)
    rows.append({"step": trainer.step_count, **trainer.metrics()})
    return view, {name: np.array([row[name] for row in rows], float) for name in rows[0]}


def scores(kind, key):
    values = next(row[3] for row in PRESETS[kind] if row[0] == key)
    view, metrics = trained(kind, **values)
    return {name: metrics[f"test_{view.score}/{i}"][-1] for i, name in enumerate(view.keys)}


@pytest.mark.parametrize("kind", PRESETS)
def test_each_comparison_has_four_to_eight_presets_good_and_failing(kind):
    assert 4 <= len(PRESETS[kind]) <= 8
    assert {row[4] for row in PRESETS[kind]} == {True, False}


@pytest.mark.parametrize(("kind", "row"), CASES, ids=[f"{kind.key}-{row[0]}" for kind, row in CASES])
def test_every_preset_is_a_valid_race_with_maths(kind, row):
    view = kind(**row[3])
    said = words.maths(view)
    assert said.count("**") == 2 * len(view.keys)
    assert " – ".join(map(str, (len(view.features), *view.hidden_sizes, view.outputs))) in said
    view.to_run()


def test_a_ring_defeats_only_the_linear_network():
    found = scores(ActivationRace, "ring")
    assert found.pop("linear") < 0.6
    assert min(found.values()) > 0.95


def test_six_sigmoid_layers_stay_at_chance_where_the_others_learn():
    found = scores(ActivationRace, "deep")
    assert found.pop("sigmoid") < 0.6
    assert min(found.values()) > 0.95


def test_a_giant_step_kills_relu_but_not_sigmoid():
    found = scores(ActivationRace, "rate")
    assert found["relu"] < 0.6
    assert min(found["sigmoid"], found["tanh"]) > 0.75


def test_zero_weights_leave_every_network_poor():
    assert max(scores(ActivationRace, "zeros").values()) < 0.7


def test_losses_agree_on_moons_and_lag_or_stick_where_the_preset_says_so():
    moons = scores(LossRace, "moons")
    assert max(moons.values()) - min(moons.values()) < 0.03
    slow = scores(LossRace, "slow")
    assert slow["focal"] < slow["brier"] < slow["bce"] < slow["hinge"]
    assert scores(LossRace, "stuck")["half_mse"] < 0.6


def test_tasks_wait_for_the_end_of_the_race_and_can_be_solved():
    for kind, values, name in (
        (ActivationRace, {"dataset": "gaussians"}, "train-linear"),
        (ActivationRace, {"learning_rate": 1.0}, "train-dead"),
        (ActivationRace, {"dataset": "spiral", "activations": ("sigmoid",), "learning_rate": 0.1, "epochs": 1000}, "train-spiral"),
        (LossRace, {"learning_rate": 0.5}, "train-stuck"),
        (LossRace, dict(words.LOSS_PRESETS[3][3]), "train-lag"),
        (LossRace, {"dataset": "plane", "noise": 0.0}, "train-number"),
    ):
        view, metrics = trained(kind, **values)
        assert {item[0]: item[2] for item in words.tasks(view, metrics)}[name], name
        early = {key: column[:1] for key, column in metrics.items()}
        assert not any(done for _, _, done in words.tasks(view, early)), name


def test_nothing_is_ticked_by_the_defaults():
    for kind in PRESETS:
        assert not any(done for _, _, done in words.tasks(*trained(kind)))


def test_table_names_the_step_at_which_each_network_was_solved():
    view = ActivationRace(activations=("tanh", "linear"))
    metrics = {"step": np.array([0.0, 10, 20]), "test_accuracy/0": np.array([0.5, 0.97, 0.96]), "test_accuracy/1": np.array([0.5, 0.4, 0.4])}
    rows = words.table(view, metrics, {}).splitlines()
    assert rows[2] == "| Tanh | 96.0% | 97.0% | 10 |"
    assert rows[3] == "| Linear | 40.0% | 50.0% | not yet |"
