"""Gridworld runs: planners reach the truth, scripts repeat every run, races reproduce the book's figures, presets do what they say."""

import contextlib
import io

import numpy as np
import pytest

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.core.race import race
from playground.data import grids
from playground.experiments.gridworld import ALGORITHMS, PLANNERS, Gridworld, goal_in_reach, reference
from playground.experiments.gridworld_views import RECORDED
from playground.experiments.gridworld_words import PRESETS, RACES

LEARNERS = [each for each in ALGORITHMS if each not in PLANNERS]


def done(**settings):
    trainer = Gridworld(**settings).trainer()
    while not trainer.finished:
        trainer.advance(100)
    return trainer


@pytest.mark.parametrize("settings", [
    {"algorithm": "value_iteration"}, {"algorithm": "value_iteration", "in_place": True}, {"algorithm": "policy_iteration"},
    {"algorithm": "policy_iteration", "evaluation_sweeps": 0}, {"algorithm": "policy_evaluation"}, {"algorithm": "policy_evaluation", "evaluated": "soft", "in_place": True},
], ids=lambda each: "-".join(map(str, each.values())))  # fmt: skip
@pytest.mark.parametrize("world", [{"world": "frozen_8", "slippery": True}, {"world": "classic"}, {"world": "taxi", "discount": 0.9}, {"world": "windy"}],
                         ids=lambda each: each["world"])  # fmt: skip
def test_every_planner_comes_within_a_hundred_millionth_of_the_truth(settings, world):
    trainer = done(sweeps=20_000, **settings, **world)
    assert trainer.settled and trainer.metrics()["value_loss"] < 1e-8, trainer.stop_reason
    if settings["algorithm"] != "policy_evaluation":
        assert trainer.metrics()["agreement"] == 1.0
        assert trainer.metrics()["expected_return"] == pytest.approx(trainer.reference.best_return, abs=0.05)


def test_sweeping_in_place_needs_fewer_sweeps_and_exact_policy_iteration_fewest():
    plain, in_place, exact = (done(algorithm=algorithm, world="windy", discount=0.95, sweeps=5000, **more).step_count for algorithm, more in
                              (("value_iteration", {}), ("value_iteration", {"in_place": True}), ("policy_iteration", {"evaluation_sweeps": 0})))  # fmt: skip
    assert exact < plain and in_place <= plain


def test_the_error_of_value_iteration_shrinks_by_the_discount_at_least():
    trainer = Gridworld(algorithm="value_iteration", world="frozen_8", slippery=True, discount=0.9).trainer()
    errors = [trainer.metrics()["value_loss"]]
    for _ in range(60):
        trainer.advance(1)
        errors.append(trainer.metrics()["value_loss"])
    assert all(after <= 0.9 * before + 1e-12 for before, after in zip(errors, errors[1:], strict=False))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_script_repeats_a_run_with_changes_on_the_way(algorithm):
    plans = algorithm in PLANNERS
    experiment = Gridworld(algorithm=algorithm, world="classic", discount=0.9, evaluated="soft",
                           epsilon_half=10, epsilon_least=0.05, rate_decay=0.5, initial=0.5 if not plans else 0.0)  # fmt: skip
    changes = [Change(step=7, values={"discount": 0.95}), Change(step=12, values={"epsilon": 0.3, "learning_rate": 0.2})]
    trainer, before = experiment.trainer(), 0
    for change in changes:
        trainer.advance(change.step - before)
        before = change.step
        trainer.tune(trainer.experiment.changed(**change.values))
    trainer.advance(40 - before)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(experiment.script(40, changes), "script", "exec"), {"__name__": "__main__"})  # our own export
    printed = float(said.getvalue().splitlines()[-1].split()[-1])
    assert printed == pytest.approx(trainer.metrics()["value_loss"], rel=1e-9, abs=1e-12)


def test_the_scripts_of_taxi_and_of_a_painted_grid_run_too():
    for settings in ({"world": "taxi", "discount": 0.9}, {"world": "own", "grid": "S(^)..C/.(-0.5,>2)#.G(3)", "slip": 0.1, "discount": 0.9}):
        experiment = Gridworld(**settings)
        trainer = experiment.trainer()
        trainer.advance(15)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(experiment.script(15), "script", "exec"), {"__name__": "__main__"})
        assert float(said.getvalue().split()[-1]) == pytest.approx(trainer.metrics()["value_loss"], rel=1e-9)


def test_sarsa_and_q_learning_on_the_cliff_earn_what_figure_6_4_shows():
    """Sutton and Barto 2018, figure 6.4: about -25 and about -50 a late episode, while only Q-learning knows the way of 13 steps."""
    trainer = race([Gridworld(**member) for member in RACES[0][3]]).trainer()
    trainer.advance(500)
    found = trainer.metrics()
    assert -31 < found["late_return/0"] < -21 and -58 < found["late_return/1"] < -41
    assert found["return_low/0"] < found["return/0"] < found["return_high/0"]
    assert found["expected_return/1"] == pytest.approx(-13.0) and found["expected_return/0"] < -15


def test_more_replay_needs_fewer_episodes_as_in_figure_8_2():
    trainer = race([Gridworld(**{**member, "race_seeds": 10}) for member in RACES[2][3]]).trainer()
    trainer.advance(3)
    lengths = [np.mean([each.length for each in crew]) for crew in trainer.crews]
    assert lengths[0] > 250 and 25 < lengths[1] < lengths[0] / 2 and lengths[2] < 35, lengths  # 0, 5 and 50 replayed steps, third episode


def test_a_race_continues_bit_for_bit_from_its_checkpoint():
    members = [Gridworld(algorithm="sarsa", race_seeds=3), Gridworld(algorithm="dyna_q", race_seeds=2), Gridworld(algorithm="value_iteration")]
    first, second = race(members).trainer(), race(members).trainer()
    first.advance(6)
    second.load_state_dict(packets.decode(packets.encode("checkpoint", first.state_dict()))[1])
    first.advance(5)
    second.advance(5)
    assert {name: np.float64(value).tobytes() for name, value in first.metrics().items()} == {name: np.float64(value).tobytes() for name, value in second.metrics().items()}
    packets.encode("view", first.view()), packets.encode("scene", first.scene())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_recorded_backups_lead_from_the_table_before_to_the_table_now(algorithm):
    trainer = Gridworld(algorithm=algorithm, world="classic", discount=0.9, longest=40).trainer()
    trainer.advance(6)
    before = trainer.view()
    trainer.advance(1)
    after = trainer.view()
    assert len(after.backup_places) <= RECORDED
    table = (before.v if trainer.experiment.plans else before.q).astype(np.float64).copy()
    for (_, state, action, _), numbers in zip(after.backup_places, after.backup_numbers, strict=True):
        place = (state,) if trainer.experiment.plans else (state, action)
        assert table[place] == pytest.approx(numbers[6], abs=1e-5)
        table[place] = numbers[7]
        if not trainer.experiment.plans:
            rate, reward, factor, bootstrap, old, new = numbers[:6]
            assert new == pytest.approx(old + rate * (reward + factor * bootstrap - old), abs=1e-12)
    np.testing.assert_allclose(table, after.v if trainer.experiment.plans else after.q, atol=1e-5)


@pytest.mark.parametrize("key", [row[0] for row in PRESETS])
def test_every_preset_does_what_it_says(key):
    row = next(each for each in PRESETS if each[0] == key)
    experiment = Gridworld(**row[3])
    trainer = experiment.trainer()
    while not (trainer.finished or trainer.diverged):
        trainer.advance(10)
    found = trainer.metrics()
    said = {
        "cliff": lambda: found["expected_return"] == -13, "safe": lambda: found["expected_return"] != -13, "ice": lambda: found["value_loss"] < 1e-7,
        "dyna": lambda: found["expected_return"] == 1 and found["length"] < 30, "taxi": lambda: found["expected_return"] > 7.5,
        "greedy": lambda: found["expected_return"] == pytest.approx(0.1), "short": lambda: found["expected_return"] == pytest.approx(0.1),
        "runaway": lambda: trainer.diverged, "sparse": lambda: found["cut"] > 0.8 * trainer.step_count and found["expected_return"] < 0.5,
    }  # fmt: skip
    assert said[key](), found


def test_the_short_sighted_preset_prefers_the_small_prize_only_because_of_its_discount():
    row = next(each for each in PRESETS if each[0] == "short")
    assert reference(Gridworld(**row[3])).best_return == pytest.approx(0.1)
    assert reference(Gridworld(**{**row[3], "discount": 0.95})).best_return == pytest.approx(1.0)


def test_bad_grids_and_endless_values_are_refused_in_words():
    for settings, field in (({"grid": "S.."}, "grid"), ({"grid": "..G"}, "grid"), ({"grid": "S#G", "discount": 1.0}, "discount"),
                            ({"grid": "S.(1)G", "discount": 1.0, "step_reward": 1.0}, "discount")):  # fmt: skip
        with pytest.raises(UserError) as refusal:
            Gridworld(world="own", **settings)
        assert refusal.value.field == field and "." in str(refusal.value)


def test_an_unreachable_goal_is_noticed_and_the_run_goes_on():
    experiment = Gridworld(world="own", grid="S.#G", discount=0.9)
    assert not goal_in_reach(experiment.make_world()) and goal_in_reach(Gridworld().make_world())
    trainer = experiment.trainer()
    trainer.advance(20)
    assert trainer.metrics()["cut"] == 20


def test_exploration_halves_and_stops_where_it_is_told():
    experiment = Gridworld(epsilon=0.4, epsilon_half=10, epsilon_least=0.05)
    assert [experiment.epsilon_in(each) for each in (0, 10, 20, 1000)] == pytest.approx([0.4, 0.2, 0.1, 0.05])
    assert Gridworld(epsilon=0.02, epsilon_half=10, epsilon_least=0.5).epsilon_in(99) == 0.02


def test_controls_without_effect_are_hidden():
    assert {"learning_rate", "seed", "episodes"} <= set(Gridworld(algorithm="value_iteration").unused_controls())
    assert "planning" not in Gridworld(algorithm="dyna_q").unused_controls() and "grid" not in Gridworld(world="own").unused_controls()
    assert set(Gridworld().unused_controls()) <= set(Gridworld.domains())


@pytest.mark.parametrize("key", [row[0] for row in RACES])
def test_every_ready_made_race_can_be_run(key):
    members = [Gridworld(**member) for member in next(row[3] for row in RACES if row[0] == key)]
    assert 2 <= len(members) <= 6 and len(set(members)) == len(members)
    assert len({each.world for each in members}) == 1


def test_a_truth_survives_many_settings():
    for world in grids.WORLDS:
        experiment = Gridworld(world=world, discount=0.97)
        assert np.isfinite(reference(experiment).values).all() and reference(experiment).matters.any()
