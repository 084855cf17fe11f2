"""What the overfitting screen says agrees with the numbers it is said about."""

import numpy as np
import pytest

from playground.experiments.overfitting_capacity import Capacity
from playground.experiments.overfitting_double import DoubleDescent
from playground.experiments.overfitting_learning import LearningCurve
from playground.experiments.overfitting_regularize import Regularize
from playground.experiments.overfitting_screen import PARTS
from playground.experiments.overfitting_variance import Variance
from playground.experiments.overfitting_widths import WidthSweep
from playground.explain import overfitting_numbers as numbers
from playground.explain import overfitting_rules as rules
from playground.explain import overfitting_tasks as tasks
from playground.explain import overfitting_verdict as verdicts
from playground.explain import overfitting_words as words
from playground.explain.coach import Evidence, diagnose
from playground.figures import overfitting as figures

KINDS = {"capacity": Capacity, "regularize": Regularize, "variance": Variance, "learning": LearningCurve, "double": DoubleDescent, "widths": WidthSweep}
DRAW = {"capacity": figures.capacity, "regularize": lambda view: figures.regularize(view, "x"), "variance": figures.variance, "learning": figures.learning,
        "double": figures.double, "widths": figures.widths}  # fmt: skip


def run(experiment, steps):
    """The recorded metrics, the view and the state of a short run, as a page reads them."""
    trainer = experiment.trainer()
    rows = [(0, trainer.metrics())]
    for part in range(1, 6):
        trainer.advance(steps * part // 5 - trainer.step_count)
        rows.append((trainer.step_count, trainer.metrics()))
    metrics = {name: np.array([row[name] for _, row in rows]) for name in rows[0][1]}
    return {**metrics, "step": np.array([step for step, _ in rows], float)}, dict(trainer.view()), trainer


def evidence(experiment, metrics, view, trainer):
    return Evidence(experiment, metrics, view, trainer.step_count, trainer.steps_per_epoch, "paused", trainer.diverged)


def test_every_part_has_its_words():
    assert set(PARTS) == set(words.INTRODUCTIONS) == set(words.PRESETS) == set(words.SOURCES) == set(KINDS)
    for key, rows in words.PRESETS.items():
        assert 4 <= len(rows) <= 8 and any(not row[4] for row in rows), f"{key} needs four to eight presets, one of them a failure"
        for _, _, why, values, _ in rows:
            KINDS[key](**values)
            assert why.endswith((".", "?"))


@pytest.mark.parametrize("key", KINDS)
def test_tables_maths_tasks_and_pictures_can_be_drawn_from_the_first_moment_on(key):
    for values in [row[3] for row in words.PRESETS[key]][:8:3]:
        experiment = KINDS[key](**values)
        trainer = experiment.trainer()
        arrays = {**trainer.scene(), **dict(trainer.view()), **trainer.metrics()}
        for advanced in (0, 5):
            trainer.advance(advanced)
            now = {name: np.array([value]) for name, value in trainer.metrics().items()} | {"step": np.array([float(trainer.step_count)])}
            view = dict(trainer.view())
            for said in ("table", "maths"):
                assert "nan" not in getattr(numbers, f"{key}_{said}")(experiment, now, view)
            assert all(isinstance(done, (bool, np.bool_)) for _, _, done in getattr(tasks, key)(experiment, now, view))
        for row in DRAW[key](experiment):
            for panel in row:
                named = [each.get(part) for each in panel.spec.get("series", []) for part in ("array", "low", "high")]
                named += [each.get("array", each.get("xy")) for each in panel.spec.get("layers", [])]
                assert not {name for name in named if isinstance(name, str)} - set(arrays), panel.key


def test_the_sum_on_screen_is_the_sum_of_its_parts():
    metrics, view, _ = run(Variance(family="polynomial", refits=10), 10)
    table = numbers.variance_table(Variance(family="polynomial", refits=10), metrics, view)
    cells = [cell.strip(" *") for cell in table.splitlines()[2].split("|")[2:7]]
    bias2, variance, noise, total, measured = map(float, cells)
    assert bias2 + variance + noise == pytest.approx(total, rel=2e-3) and measured == pytest.approx(total, rel=0.05)
    assert "They agree" in table


@pytest.mark.parametrize(("power", "floor"), [(0.5, 0.1), (1.0, 0.0), (1.3, 0.02)])
def test_a_forecast_finds_the_law_a_curve_was_made_from(power, floor):
    sizes = np.geomspace(8, 1000, 9)
    errors = floor + 2.0 * sizes**-power
    view = {"finished": 9, "size": sizes, "kept_mean": errors, "train_mean": 0 * errors, "kept_runs": np.repeat(errors[:, None], 3, 1)}
    found = verdicts.forecast(view)
    assert found.at(2000) == pytest.approx(floor + 2.0 * 2000**-power, rel=0.05, abs=2e-3)


def curve(kept, train, spread=0.0):
    sizes = np.geomspace(10, 640, 7)
    runs = np.array(kept)[:, None] + spread * np.random.default_rng(0).normal(size=(7, 4))
    return {"finished": 7, "size": sizes, "kept_mean": runs.mean(1), "train_mean": np.array(train), "kept_runs": runs}


def test_would_more_data_help_is_answered_by_the_numbers():
    falling, met = [0.9, 0.7, 0.5, 0.4, 0.3, 0.22, 0.16], [0.9, 0.7, 0.6, 0.55, 0.52, 0.51, 0.51]
    assert verdicts.doubling(curve(falling, [0.0] * 7, 0.005)).verdict == "yes"
    assert verdicts.doubling(curve(met, [0.2, 0.3, 0.4, 0.45, 0.48, 0.49, 0.5])).verdict == "no"
    assert verdicts.doubling(curve(met, [0.0] * 7)).verdict == "open"
    noisy = verdicts.doubling(curve(falling, [0.0] * 7, 0.2))
    assert noisy.doubt > 0.03 and verdicts.doubling({**curve(falling, [0.0] * 7), "finished": 3}) is None
    assert "Yes." in verdicts.words(LearningCurve(), curve(falling, [0.0] * 7, 0.005))


def test_the_coach_names_underfitting_and_overfitting_and_offers_the_best_size():
    stiff = Capacity(**next(row[3] for row in words.PRESETS["capacity"] if row[0] == "stiff"))
    found = diagnose(evidence(stiff, *run(stiff, 600)), rules.CAPACITY)
    assert found[0].title == "Underfitting" and found[0].changes["hidden_units"] > 1
    wild = Capacity(family="polynomial", degree=17)
    found = diagnose(evidence(wild, *run(wild, 21)), rules.CAPACITY)
    assert found[0].title == "Overfitting" and found[0].changes["degree"] < 8
    good = Capacity(family="polynomial", degree=found[0].changes["degree"])
    assert not diagnose(evidence(good, *run(good, 21)), rules.CAPACITY)


def test_the_coach_sees_too_little_care_and_too_much():
    for values, title in (({"l2": 0.0}, "Overfitting, and nothing against it"), ({"l2": 0.1}, "Too much of it")):
        experiment = Regularize(**values)
        assert [each.title for each in diagnose(evidence(experiment, *run(experiment, 1300)), rules.REGULARIZE)] == [title]
    experiment = Regularize()
    assert not diagnose(evidence(experiment, *run(experiment, 1300)), rules.REGULARIZE)


def test_the_coach_offers_a_ridge_on_the_peak_alone():
    for looked_at, titles in ((30, ["On the peak"]), (300, [])):
        experiment = DoubleDescent(task="waves", count=30, label_noise=0.3, looked_at=looked_at)
        assert [each.title for each in diagnose(evidence(experiment, *run(experiment, 30)), rules.DOUBLE)] == titles


def test_every_change_the_coach_offers_is_one_the_experiment_takes():
    for kind, values, steps, book in ((Capacity, {"hidden_units": 1}, 600, rules.CAPACITY), (Variance, {"family": "polynomial", "degree": 12}, 10, rules.VARIANCE),
                                      (LearningCurve, {"dataset": "diabetes", "model": "linear", "updates": 100}, 900, rules.LEARNING)):  # fmt: skip
        experiment = kind(**values)
        for advice in diagnose(evidence(experiment, *run(experiment, steps)), book):
            experiment.changed(**advice.changes)


def test_tasks_are_done_by_doing_them():
    def done(kind, steps, key, **values):
        experiment = kind(**values)
        metrics, view, _ = run(experiment, steps)
        return {name for name, _, each in getattr(tasks, key)(experiment, metrics, view) if each}

    assert "capacity-exact" in done(Capacity, 21, "capacity", family="polynomial", degree=17)
    assert "capacity-exact" not in done(Capacity, 21, "capacity", family="polynomial", degree=4)
    assert "capacity-exact" not in done(Capacity, 5, "capacity", family="polynomial", degree=17)
    assert "regularize-stop" in done(Regularize, 1000, "regularize", l2=0.0, patience=100)
    assert "variance-bias" in done(Variance, 10, "variance", family="polynomial", degree=0, refits=10)
    assert "variance-variance" in done(Variance, 40, "variance", family="polynomial", degree=5, refits=40)
    assert "double-ridge" in done(DoubleDescent, 31, "double", ridge=0.1, repeats=2)
    assert "double-move" in done(DoubleDescent, 31, "double", count=60, repeats=2)
    assert "double-move" not in done(DoubleDescent, 31, "double", repeats=2)
