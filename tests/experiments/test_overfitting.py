"""The overfitting screen's own mathematics, against scikit-learn, NumPy, torch.nn and closed forms."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import UNITS, Capacity, solve_polynomial
from playground.experiments.overfitting_crowd import Crowd, Start, member_seed
from playground.experiments.overfitting_double import DoubleDescent, spectrum
from playground.experiments.overfitting_learning import LearningCurve
from playground.experiments.overfitting_regularize import Regularize
from playground.experiments.overfitting_variance import Variance, take_apart
from playground.experiments.overfitting_widths import WidthSweep

STREAM = np.random.default_rng(7)


def plain_network(start, seed):
    """The same network as torch.nn makes it."""
    layers = []
    for weight, bias in start.draw(seed):
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)
        layers += [linear, torch.nn.Tanh() if start.bend == "tanh" else torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def trained_alone(model, inputs, targets, steps, rate):
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        ((model(inputs)[:, 0] - targets) ** 2).mean().backward()
        optimizer.step()
    return model


@pytest.mark.parametrize("bend", ["tanh", "relu"])
@pytest.mark.parametrize("layers", [1, 2])
def test_every_member_of_a_crowd_learns_as_it_would_alone_whatever_its_width(bend, layers):
    inputs = torch.from_numpy(STREAM.uniform(-1, 1, (3, 12, 1)))
    targets = torch.from_numpy(STREAM.normal(size=(3, 12)))
    starts = [Start((1, *(units,) * layers, 1), bend, True) for units in (2, 5, 9)]
    crowd = Crowd(starts, [1, 2, 3], inputs, targets)
    crowd.advance(40, 0.02)
    grid = torch.linspace(-1, 1, 7, dtype=torch.float64).unsqueeze(1)
    together = crowd.outputs(grid)
    for member, start in enumerate(starts):
        alone = trained_alone(plain_network(start, member + 1), inputs[member], targets[member], 40, 0.02)
        torch.testing.assert_close(together[member], alone(grid).detach(), rtol=1e-9, atol=1e-10)


def test_spare_units_of_narrow_members_stay_silent():
    starts = [Start((1, units, 1), "tanh", True) for units in (2, 8)]
    crowd = Crowd(starts, [1, 2], torch.randn(2, 6, 1, dtype=torch.float64), torch.randn(2, 6, dtype=torch.float64))
    crowd.advance(25, 0.05)
    assert float(crowd.network.parameters["weight_0"][0, 2:].abs().max()) == 0 == float(crowd.network.parameters["weight_1"][0, :, 2:].abs().max())


# Complexity ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("degree", [0, 3, 9])
def test_the_polynomial_is_the_least_squares_one(degree):
    x, y = data.draw("sine", 30, 0.3, 1)
    found = np.polynomial.chebyshev.chebval(x, solve_polynomial(x, y, degree))
    assert np.allclose(found, np.polyval(np.polyfit(x, y, degree), x), atol=1e-8)


def test_a_polynomial_with_as_many_coefficients_as_points_hits_them_all():
    trainer = Capacity(family="polynomial", count=10, degree=9).trainer()
    trainer.advance(10)
    assert trainer.metrics()["train_loss"] < 1e-15


def test_the_slider_looks_at_another_width_without_a_new_run():
    trainer = Capacity(hidden_units=2).trainer()
    trainer.advance(60)
    errors = trainer.view()["fresh_error"].copy()
    trainer.tune(Capacity(hidden_units=50))
    view = trainer.view()
    assert view["chosen"] == 50 and np.array_equal(view["fresh_error"], errors)
    place = UNITS.index(50)
    assert trainer.metrics()["chosen_validation"] == pytest.approx(view["fresh_error"][place])


def test_the_sweet_spot_lies_between_too_stiff_and_too_loose():
    trainer = Capacity().trainer()
    trainer.advance(3_000)
    view = trainer.view()
    errors = view["fresh_error"]
    assert 1 < view["best"] < 50
    assert errors.min() < 0.7 * errors[0] and errors.min() < 0.75 * errors[-1]
    assert view["train_error"][-1] < 0.6 * view["train_error"][0]


def test_a_width_between_two_of_the_ladder_shows_the_nearest():
    assert Capacity(hidden_units=13).ladder[Capacity(hidden_units=13).chosen] == 15


# Variance --------------------------------------------------------------------------------------------------------------------------


def test_bias_and_variance_add_up_to_the_distance_from_the_truth():
    fits, truth = STREAM.normal(size=(4, 25, 11)), STREAM.normal(size=11)
    parts = take_apart(fits, truth)
    assert np.allclose(parts.bias2 + parts.variance, ((fits - truth) ** 2).mean(-2))


@pytest.mark.parametrize("family", ["network", "polynomial"])
def test_bias_variance_and_noise_add_up_to_the_error_measured_on_fresh_noisy_answers(family):
    trainer = Variance(family=family, refits=20, hidden_units=5).trainer()
    trainer.advance(20 if family == "polynomial" else 200)
    found = trainer.metrics()
    assert found["total"] == pytest.approx(found["bias2"] + found["variance"] + found["noise"])
    assert abs(found["total"] - found["expected_loss"]) < 4 * found["expected_error_spread"]
    assert found["expected_error_spread"] < 0.05 * found["total"]


def test_the_variance_of_a_straight_line_is_the_one_of_the_textbook():
    """Var(x) = σ² (1/n + (x − x̄)² / Σ (xᵢ − x̄)²) for given places; here they are drawn anew, so its mean over the sets is taken."""
    experiment = Variance(family="polynomial", degree=1, curve="line", refits=100, count=30, noise=0.5)
    trainer = experiment.trainer()
    trainer.advance(100)
    x = data.places()
    sets = [experiment.training_set(refit)[0] for refit in range(100)]
    expected = np.mean([0.25 * (1 / 30 + (x - s.mean()) ** 2 / ((s - s.mean()) ** 2).sum()) for s in sets], 0)
    found = trainer.view()["variance_at"]
    assert found.mean() == pytest.approx(expected.mean(), rel=0.25)
    assert trainer.metrics()["bias2"] < 2 * expected.mean() / 100 * 3  # unbiased: only what a mean of 100 fits leaves


def test_more_units_trade_bias_for_variance():
    trainer = Variance(refits=15).trainer()
    trainer.advance(700)
    view = trainer.view()
    assert view["bias2_by"][0] > 4 * view["bias2_by"][-1] and view["variance_by"][-1] > 1.5 * view["variance_by"][0]


# Regularizers ----------------------------------------------------------------------------------------------------------------------


def test_without_regularizers_both_networks_stay_the_same():
    trainer = Regularize(l2=0.0).trainer()
    trainer.advance(50)
    found = trainer.metrics()
    assert found["train_loss"] == found["plain_train_loss"] and found["weight_norm"] == found["plain_weight_norm"]


def test_the_penalties_are_those_of_torch():
    """Weight decay as torch.optim.AdamW, L2 as Adam's weight_decay, on weights; compared on a network without biases in play."""
    experiment = Regularize(l2=0.02, weight_decay=0.0, layers=1, hidden_units=6)
    trainer = experiment.trainer()
    trainer.advance(30)
    start = Start((1, 6, 1), "tanh", True)
    model = plain_network(start, member_seed(0, 0))
    weights = [each.weight for each in model if isinstance(each, torch.nn.Linear)]
    biases = [each.bias for each in model if isinstance(each, torch.nn.Linear)]
    optimizer = torch.optim.Adam([{"params": weights, "weight_decay": 0.02}, {"params": biases}], lr=0.01)
    inputs, targets = trainer.material["train_inputs"], trainer.material["train_targets"]
    for _ in range(30):
        optimizer.zero_grad()
        ((model(inputs)[:, 0] - targets) ** 2).mean().backward()
        optimizer.step()
    assert trainer.metrics()["train_loss"] == pytest.approx(((model(inputs)[:, 0] - targets) ** 2).mean().item(), rel=1e-9)


def test_l1_empties_weights_and_l2_shortens_them():
    found = {name: Regularize(**{"l2": 0.0, **given}).trainer() for name, given in {"l1": {"l1": 0.003}, "l2": {"l2": 0.03}}.items()}
    for trainer in found.values():
        trainer.advance(1200)
    l1, l2 = (found[name].metrics() for name in ("l1", "l2"))
    assert l1["zero_share"] > 0.8 > 0.2 > l1["plain_zero_share"]
    assert l2["weight_norm"] < 0.3 * l2["plain_weight_norm"]
    assert l2["validation_loss"] - l2["train_loss"] < 0.3 * (l2["plain_validation_loss"] - l2["plain_train_loss"])


def test_early_stopping_goes_back_to_the_best_weights_and_switching_it_off_goes_on():
    trainer = Regularize(l2=0.0, patience=100).trainer()
    trainer.advance(600)
    view = trainer.view()
    assert view["stopped"] and trainer.metrics()["validation_loss"] == pytest.approx(trainer.best_loss)
    stood = trainer.metrics()["train_loss"]
    trainer.advance(50)
    assert trainer.metrics()["train_loss"] == stood
    trainer.tune(trainer.experiment.changed(patience=0))
    trainer.advance(50)
    assert trainer.metrics()["train_loss"] != stood and not trainer.view()["stopped"]


def test_training_validation_and_test_points_are_kept_apart():
    for dataset in ("sine", "moons"):
        material = Regularize(dataset=dataset, count=40).material()
        rows = [set(map(tuple, np.round(material[f"{part}_inputs"], 12))) for part in ("train", "validation", "test")]
        assert not rows[0] & rows[1] and not rows[1] & rows[2] and not rows[0] & rows[2]


# Amount of data ------------------------------------------------------------------------------------------------------------------------


def test_a_linear_model_on_much_data_comes_to_the_least_squares_solution():
    experiment = LearningCurve(dataset="diabetes", model="linear", updates=400, repeats=2)
    trainer = experiment.trainer()
    trainer.advance(experiment.step_limit)
    table = experiment.table()
    rows = experiment.rows(0, len(table.inputs))[: experiment.sizes()[-1]]
    design = lambda x: np.column_stack([np.ones(len(x)), x])
    weights = np.linalg.lstsq(design(table.inputs[rows]), table.targets[rows], rcond=None)[0]
    expected = np.sqrt(np.mean((design(table.kept_inputs) @ weights - table.kept_targets) ** 2))
    assert trainer.errors[1, -1, 0] == pytest.approx(expected, rel=0.02)


def test_a_larger_amount_contains_the_smaller_ones_and_none_of_what_is_kept_apart():
    experiment = LearningCurve(dataset="breast_cancer")
    table, rows = experiment.table(), experiment.rows(1, len(experiment.table().inputs))
    assert set(rows[:20]) < set(rows[:50]) and len(set(rows)) == len(rows)
    assert len(table.inputs) + len(table.kept_inputs) == 569
    assert not set(map(tuple, table.inputs)) & set(map(tuple, table.kept_inputs))


def test_the_validation_error_falls_with_the_amount_of_data():
    experiment = LearningCurve(repeats=3, largest=300, updates=60)
    trainer = experiment.trainer()
    trainer.advance(experiment.step_limit)
    view = trainer.view()
    assert view["finished"] == 9 and view["kept_mean"][-1] < 0.25 * view["kept_mean"][0]
    assert np.all(view["kept_low"] <= view["kept_mean"]) and np.all(view["kept_mean"] <= view["kept_high"])


# Double descent ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [15, 40, 90])
def test_the_shortest_fit_is_numpys_and_the_ridge_is_scikit_learns(count):
    from sklearn.linear_model import Ridge

    train, test, answers = (torch.from_numpy(STREAM.normal(size=shape)) for shape in ((40, count), (25, count), (40, 3)))
    found = spectrum(train, test)
    weights = np.linalg.lstsq(train.numpy(), answers.numpy(), rcond=None)[0]
    fit, predictions, norm = found.fit(answers, 0.0)
    assert np.allclose(predictions.numpy(), test.numpy() @ weights, rtol=1e-7, atol=1e-8) and norm == pytest.approx(np.linalg.norm(weights))
    ridge = Ridge(alpha=0.7, fit_intercept=False).fit(train.numpy(), answers.numpy())
    assert np.allclose(found.fit(answers, 0.7)[1].numpy(), ridge.predict(test.numpy()), atol=1e-9)
    assert np.allclose(found.fit(answers, 0.7)[0].numpy(), ridge.predict(train.numpy()), atol=1e-9)


def test_the_test_error_peaks_at_the_threshold_and_ends_below_its_first_valley():
    experiment = DoubleDescent(count=50, repeats=4)
    trainer = experiment.trainer()
    trainer.advance(experiment.step_limit)
    view = trainer.view()
    features, test = view["features"], view["test_mean"]
    assert 0.85 * 50 <= view["peak_features"] <= 1.15 * 50
    assert test.max() > 10 * test[features < 40].min() and test[-1] < test[features < 50].min()
    assert view["train_mean"][features >= 50].max() < 1e-10 < view["train_mean"][features < 45].min()


def test_a_ridge_takes_the_peak_away_without_a_new_run_and_its_removal_brings_it_back():
    experiment = DoubleDescent(count=40, repeats=3)
    trainer = experiment.trainer()
    trainer.advance(experiment.step_limit)
    before = trainer.view()["test_mean"].copy()
    trainer.tune(experiment.changed(ridge=0.1))
    view = trainer.view()
    assert view["test_mean"].max() < 0.2 * before.max() and np.allclose(view["plain_mean"], before)
    trainer.tune(experiment)
    assert np.array_equal(trainer.view()["test_mean"], before)


def test_label_noise_is_mixed_into_training_labels_only():
    trainer = DoubleDescent(count=40, label_noise=0.5).trainer()
    given = trainer.cases[0]
    wrong = (given.answers(0.5, False) != given.clean).any(1)
    assert 10 <= int(wrong.sum()) <= 20  # of 20 replaced labels one in ten is right by chance
    assert torch.equal(given.answers(0.0, False), given.clean)


def test_the_sweep_is_filled_in_from_coarse_to_fine_and_misses_nothing():
    experiment = DoubleDescent()
    order = experiment.order()
    assert sorted(order) == list(range(len(experiment.ladder())))
    assert np.ptp(order[:4]) > 0.7 * len(order)


def test_trained_networks_peak_too_and_early_stopping_or_clean_labels_take_the_peak_away():
    noisy, clean = (WidthSweep(label_noise=noise, count=100, starts=2).trainer() for noise in (0.2, 0.0))
    for trainer in (noisy, clean):
        trainer.advance(500)
    view, calm = noisy.view(), clean.view()
    assert 1 < view["peak_units"] < 20 and view["test_mean"].max() > 1.3 * view["test_mean"][-1]
    assert view["lowest_mean"].max() < 0.7 * view["test_mean"].max()
    assert calm["test_mean"][-1] < calm["test_mean"][0] and calm["test_mean"].max() < 0.6 * view["test_mean"].max()
    assert (view["train_mean"][view["units"] >= view["threshold"]] < 0.01).all()


# Scripts -------------------------------------------------------------------------------------------------------------------------------------

CHANGED = [Change(step=7, values={"learning_rate": 0.005}), Change(step=12, values={"dropout": 0.3, "jitter": 0.05}), Change(step=20, values={"patience": 0})]
CASES = {
    "capacity with a change on the way": (Capacity(), 15, [Change(step=5, values={"learning_rate": 0.01, "hidden_units": 20})]),
    "two layers of ReLU": (Capacity(layers=2, activation="relu", curve="waves"), 10, []),
    "polynomial": (Capacity(family="polynomial", degree=5), 12, []),
    "variance of polynomials": (Variance(family="polynomial"), 9, []),
    "moons with everything on": (Regularize(dataset="moons", count=30, dropout=0.2, l1=0.001, weight_decay=0.1, jitter=0.1, batch_norm=True, batch_size=12), 25, []),
    "stopped early and changed": (Regularize(l2=0.001, patience=10, learning_rate=0.05), 45, CHANGED),
    "breast cancer, second amount": (LearningCurve(dataset="breast_cancer", model="linear", updates=10, repeats=2, decay=0.1), 14, []),
    "digits, classes": (LearningCurve(updates=10, repeats=2, activation="tanh"), 12, []),
    "waves": (LearningCurve(dataset="waves", updates=10, repeats=2), 25, []),
    "moons": (LearningCurve(dataset="moons", updates=10, repeats=2), 5, []),
    "cosines": (DoubleDescent(task="waves", count=30, looked_at=30), 12, []),
    "widths with a change on the way": (WidthSweep(count=40, starts=2), 20, [Change(step=8, values={"decay": 1.0, "looked_at": 10})]),
    "Fourier features under a ridge": (DoubleDescent(features="fourier", count=20, repeats=2), 8, [Change(step=3, values={"ridge": 0.05})]),
}  # fmt: skip


def test_scripts_repeat_the_runs_they_come_from(tmp_path):
    """Several in one process, for the time it takes to import torch."""
    expected = []
    for number, (experiment, steps, changes) in enumerate(CASES.values()):
        trainer = experiment.trainer()
        now = experiment
        for change in changes:
            trainer.advance(min(change.step, steps) - trainer.step_count)
            now = now.changed(**change.values)
            trainer.tune(now)
        trainer.advance(steps - trainer.step_count)
        expected.append(trainer.metrics())
        (tmp_path / f"script_{number}.py").write_text(experiment.script(steps, changes))
    code = f"import runpy\nfor number in range({len(CASES)}):\n    print('#', number)\n    runpy.run_path(f'script_{{number}}.py')\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    for name, part, metrics in zip(CASES, done.stdout.split("# ")[1:], expected, strict=True):
        printed = {line.split()[0]: float(line.split()[1]) for line in part.splitlines()[1:] if len(line.split()) == 2}
        assert "train_loss" in printed, name
        for each, value in printed.items():
            assert value == pytest.approx(metrics[each], rel=1e-6, abs=1e-12), f"{name}: {each}"


# Own points -------------------------------------------------------------------------------------------------------------------------------------


def test_own_points_are_kept_in_their_own_units_and_split_by_the_seed():
    rows = np.column_stack([np.linspace(100, 300, 60), 5 + 0.02 * np.linspace(100, 300, 60) + STREAM.normal(0, 0.3, 60)])
    own = data.put_rows(rows, ("length", "weight"))
    sample = data.sample(data.OWN, 0, 0.0, 3, own)
    assert len(sample.x) == 42 and len(sample.fresh_x) == 18 and sample.names == ("length", "weight")
    assert np.abs(sample.x).max() <= 1 and sample.y.std() == pytest.approx(1)
    back = np.vstack([sample.own_units(sample.x, sample.y), sample.own_units(sample.fresh_x, sample.fresh_y)])
    assert np.allclose(back[np.argsort(back[:, 0])], rows, rtol=1e-5)
    for kind in (Capacity(curve=data.OWN, own=own), Variance(curve=data.OWN, own=own), Regularize(dataset=data.OWN, own=own)):
        trainer = kind.trainer()
        trainer.advance(3)
        trainer.view()
        assert all(np.isfinite(value) for value in trainer.metrics().values())


def test_what_is_wrong_with_a_table_is_said():
    from playground.data.uploads import read_table

    table = read_table("t.csv", b"size,price,town,flat\n" + b"".join(f"{i},{2 * i + 1},a,7\n".encode() for i in range(12)))
    arrays, about = data.from_columns(table, "size", "price")
    assert arrays["rows"].shape == (12, 2) and about["names"] == ["size", "price"]
    for x, y, words in (("size", "town", "holds words"), ("size", "flat", "same value"), ("size", "size", "two different"), ("size", "gone", "no column")):
        with pytest.raises(UserError, match=words):
            data.from_columns(table, x, y)
    few = read_table("t.csv", b"a,b\n1,2\n2,3\n")
    with pytest.raises(UserError, match="Only 2 complete rows"):
        data.from_columns(few, "a", "b")


def test_asking_for_own_points_that_are_not_there_is_answered_in_words():
    for kind in (Capacity, Variance):
        with pytest.raises(UserError, match="no own points"):
            kind(curve=data.OWN)
    with pytest.raises(UserError, match="not on this machine"):
        Capacity(curve=data.OWN, own="0" * 16)
