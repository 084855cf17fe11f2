"""Sweeps: which combinations there are, and that they run one after another, to the end or until cancelled."""

import time

import pytest

from playground.core.errors import UserError
from playground.core.limits import SWEEP_MEMBERS
from playground.experiments.boundary import Boundary
from playground.runs import cards, sweep
from playground.runs.sweep import Axis, Span
from tests.runs.test_engine import wait
from tests.runs.toy import Toy


@pytest.fixture
def begin(engine, monkeypatch):
    monkeypatch.setattr(sweep, "get_engine", lambda: engine)
    monkeypatch.setattr(sweep, "_SWEEPS", {})
    return lambda members, **more: sweep.begin(members, **{"browser": "b", "visitor": "v", "name": "Rates", **more})


def test_a_grid_is_every_combination_in_order():
    members, refused = sweep.grid(Toy(), [Axis("rate", (0.1, 0.2)), Axis("seed", (0, 1, 2))])
    assert [(each.rate, each.seed) for each in members] == [(0.1, 0), (0.1, 1), (0.1, 2), (0.2, 0), (0.2, 1), (0.2, 2)]
    assert refused == []


def test_combinations_that_make_no_sense_are_left_out_with_the_reason():
    members, refused = sweep.grid(Boundary(), [Axis("hidden_sizes", ((4,), (4, 4))), Axis("layer_activations", ("", "relu"))])
    assert len(members) == 3 and len(refused) == 1 and "names 1 layers" in refused[0]


@pytest.mark.parametrize("axes", [[], [Axis("rate", (0.1,)), Axis("rate", (0.2,))], [Axis("seed", tuple(range(SWEEP_MEMBERS + 1)))]])
def test_too_little_too_much_and_twice_the_same_are_refused_in_words(axes):
    with pytest.raises(UserError):
        sweep.grid(Toy(), axes)


def test_draws_stay_inside_their_ranges_and_are_the_same_for_the_same_seed():
    axes = [Span("learning_rate", 1e-4, 1.0), Axis("activation", ("relu", "tanh")), Span("batch_size", 4, 64)]
    members, _ = sweep.draws(Boundary(), axes, 40, seed=3)
    assert members == sweep.draws(Boundary(), axes, 40, seed=3)[0] != sweep.draws(Boundary(), axes, 40, seed=4)[0]
    assert all(1e-4 <= each.learning_rate <= 1 and each.activation in ("relu", "tanh") and 4 <= each.batch_size <= 64 for each in members)
    low = sum(each.learning_rate < 1e-2 for each in members)
    assert 10 <= low <= 30, "by factors, half of the draws lie below the middle factor"


def test_spaced_values_are_round_and_inside():
    domain = Boundary.domains()["learning_rate"]
    assert sweep.spaced(domain, 0.001, 0.1, 3) == (0.001, 0.01, 0.1)
    assert sweep.spaced(Boundary.domains()["batch_size"], 8, 32, 3) == (8, 16, 32)
    with pytest.raises(UserError):
        sweep.spaced(domain, 0.1, 100, 3)


def test_runs_go_one_after_another_and_are_kept_under_the_sweeps_name(begin, store):
    made = begin(sweep.grid(Toy(steps=30), [Axis("rate", (0.05, 0.1, 0.3))])[0], address="toys?toy.rate=0.9&other=1")
    most = 0
    while made.state == "going":
        most = max(most, sum(run.active for run in list(made.runs)))
        time.sleep(0.002)
    wait(lambda: len(store.list(sweep="Rates")) == 3)
    kept = {card["experiment"]["rate"]: card for card in store.list()}
    assert most == 1 and made.state == "done" and made.progress() == 1.0
    assert all(card["state"] == "finished" and card["step"] == 30 and card["browser"] == "b" for card in kept.values())
    assert kept[0.3]["address"] == "toys?other=1&toy.rate=0.3&toy.steps=30"
    ranked = sorted(kept.values(), key=lambda card: cards.last(card, "loss"))
    assert ranked[0]["experiment"]["rate"] == 0.3


def test_cancelling_ends_the_present_run_and_starts_no_other(begin, engine, store):
    made = begin([Toy(pause_seconds=0.002, seed=n) for n in range(3)])
    wait(lambda: made.runs and made.runs[0].step > 5)
    made.cancel()
    wait(lambda: made.state == "cancelled")
    assert len(made.runs) == 1 and not made.runs[0].active
    wait(lambda: not engine.links and store.list())
    assert [card["state"] for card in store.list()] == ["stopped"]


def test_a_run_that_fails_does_not_end_the_sweep(begin):
    made = begin([Toy(steps=20, break_at=5), Toy(steps=20, diverge_at=5), Toy(steps=20)])
    wait(lambda: made.state == "done")
    assert [run.state for run in made.runs] == ["failed", "failed", "finished"]


def test_a_sweep_nobody_follows_any_more_ends_and_a_reload_keeps_it(begin, monkeypatch):
    monkeypatch.setattr(sweep, "GRACE_SECONDS", 0.3)
    made = begin([Toy(pause_seconds=0.002)])
    wait(lambda: made.runs)
    sweep.leave("v")
    sweep.follow("b", "v after a reload")
    time.sleep(0.5)
    assert made.state == "going"
    sweep.leave("v after a reload")
    wait(lambda: made.state == "cancelled")


def test_one_sweep_a_browser_at_a_time_and_names_stay_apart(begin, store):
    made = begin([Toy(pause_seconds=0.002)])
    with pytest.raises(UserError, match="still goes on"):
        begin([Toy(steps=3)])
    made.cancel()
    wait(lambda: made.state == "cancelled")
    again = begin([Toy(steps=3)])
    assert again.name == "Rates (2)"
    wait(lambda: again.state == "done")


def test_a_visitors_own_run_is_not_paused_by_their_sweep(begin, engine):
    from tests.runs.test_engine import playing

    own = playing(engine)
    made = begin([Toy(steps=30, pause_seconds=0.001)])
    wait(lambda: made.state == "done")
    assert own.state == "playing" and made.runs[0].state == "finished"


def test_the_estimate_counts_all_steps():
    assert sweep.estimate([Toy(steps=100), Toy(steps=300)], 0.01) == pytest.approx(4 + 2 * sweep.START_SECONDS)
