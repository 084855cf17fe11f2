"""The engine with real worker processes: pace, obedience, admission, loss and recovery."""

import os
import signal
import time

import numpy as np
import psutil
import pytest

from playground.core.errors import UserError
from playground.core.race import race
from playground.runs import engine as engine_module
from playground.runs import housekeeping
from tests.runs.toy import Toy

pytestmark = pytest.mark.alone
SLOW = 0.001  # seconds a step: keeps a run from finishing within a test


def wait(true, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)


def playing(engine, **values):
    run = engine.start(Toy(**{"pause_seconds": SLOW, **values}), "me", playing=True)
    wait(lambda: run.step > 0)
    return run


def test_a_run_stands_ready_at_its_first_view_when_it_does_not_play(engine):
    run = engine.start(Toy())
    wait(lambda: run.state == "paused")
    assert run.step == 0
    assert run.view()["value"] == 10.0
    assert run.last_metrics() == {"loss": 10.0}


def test_pause_takes_effect_within_a_fifth_of_a_second(engine):
    run = playing(engine)
    started = time.perf_counter()
    engine.pause(run)
    assert time.perf_counter() - started < 0.2
    time.sleep(0.1)  # packets already on their way
    step = run.step
    time.sleep(0.2)
    assert (run.state, run.step) == ("paused", step)


def test_pause_and_stop_take_effect_within_a_fifth_of_a_second_inside_a_step_of_a_minute(engine):
    found = []
    for _ in range(6):  # other work on the machine may delay some
        found.append(_stubborn(engine))
        if found[-1] < 0.2:
            return
        time.sleep(0.5)
    raise AssertionError(f"it took longer every time: {found}")


def _stubborn(engine):
    """Seconds that pausing or stopping a run inside a long step took, whichever is more."""
    run = engine.start(Toy(pause_seconds=60.0), playing=True)
    wait(lambda: run.state == "playing")
    started = time.perf_counter()
    engine.pause(run)
    paused = time.perf_counter() - started
    process = engine.links[run.token].process
    spent = sum(psutil.Process(process.pid).cpu_times()[:2])
    time.sleep(0.4)
    assert sum(psutil.Process(process.pid).cpu_times()[:2]) - spent < 0.05, "the frozen process went on computing"
    started = time.perf_counter()
    engine.stop(run)
    stopped = time.perf_counter() - started
    assert run.state == "stopped" and not process.is_alive()
    return max(paused, stopped)


def test_step_and_epoch_move_a_paused_run_by_exactly_that_much(engine):
    run = engine.start(Toy())
    wait(lambda: run.state == "paused")
    engine.command(run, "step")
    wait(lambda: run.step == 1)
    engine.command(run, "epoch")
    wait(lambda: run.step == 11)
    assert run.metrics()["step"].tolist() == [0, 1, 11]


def test_a_run_that_reaches_its_limit_finishes_and_is_in_the_store(engine, store):
    run = engine.start(Toy(steps=200), playing=True)
    wait(lambda: run.state == "finished")
    assert run.step == 200
    wait(lambda: store.list())
    kept = store.open(run.token)
    assert kept.state == "finished"
    assert kept.experiment == run.experiment
    np.testing.assert_array_equal(kept.metrics()["loss"], run.metrics()["loss"])
    assert kept.view()["value"] == run.view()["value"]
    assert kept.checkpoint == run.checkpoint


def test_a_diverged_run_stops_by_itself_and_says_so(engine):
    run = engine.start(Toy(diverge_at=50), playing=True)
    wait(lambda: run.state == "failed")
    assert run.diverged and "diverged" in run.message


def test_a_broken_trainer_ends_its_run_alone_and_in_words(engine):
    other = playing(engine)
    run = engine.start(Toy(break_at=5), playing=True)
    wait(lambda: run.state == "failed")
    assert "a bolt came loose" in run.message and "Traceback" not in run.message
    step = other.step
    wait(lambda: other.step > step)


def test_tune_is_taken_over_while_playing_and_recorded_with_its_step(engine):
    run = playing(engine)
    engine.command(run, "tune", values={"rate": 0.5})
    wait(lambda: run.changes)
    assert run.experiment.rate == 0.5 and run.initial.rate == 0.1
    assert run.changes[0].values == {"rate": 0.5} and run.changes[0].step > 0
    wait(lambda: run.step > run.changes[0].step)
    assert run.state == "playing"


@pytest.mark.parametrize("values", [{"rate": 7}, {"steps": 5}, {"nonsense": 1}])
def test_tuning_what_cannot_be_tuned_is_refused_in_words_and_the_run_goes_on(engine, values):
    run = playing(engine)
    try:
        engine.command(run, "tune", values=values)
        wait(lambda: run.problem[1])
    except UserError as error:
        assert str(error)
    step = run.step
    wait(lambda: run.step > step)
    assert run.changes == []


def test_an_edit_with_a_bad_value_is_refused_and_a_good_one_is_seen(engine):
    run = engine.start(Toy())
    wait(lambda: run.state == "paused")
    engine.command(run, "edit", value="seven")
    wait(lambda: run.problem[1])
    assert "number" in run.problem[1]
    engine.command(run, "edit", value=7.0)
    wait(lambda: run.view()["value"] == 7.0)


def test_reset_begins_again_with_the_same_numbers(engine):
    run = engine.start(Toy())
    wait(lambda: run.state == "paused")
    engine.command(run, "epoch")
    wait(lambda: run.step == 10)
    first = run.view()["value"]
    engine.reset(run)
    wait(lambda: run.step == 0 and run.state == "paused")
    engine.command(run, "epoch")
    wait(lambda: run.step == 10)
    assert run.view()["value"] == first
    assert run.metrics()["step"].tolist() == [0, 10]


def test_a_killed_worker_is_reported_and_resumed_from_its_last_checkpoint(engine, store):
    run = playing(engine)
    engine.pause(run)  # takes a checkpoint
    wait(lambda: run.checkpoint is not None)
    step = int(run.checkpoint_state()["step_count"])
    engine.play(run)
    wait(lambda: run.step > step)
    os.kill(engine.links[run.token].process.pid, signal.SIGKILL)
    wait(lambda: run.state == "lost")
    assert "unexpectedly" in run.message and f"{step:,}" in run.message
    wait(lambda: store.list())
    engine.resume(run)
    wait(lambda: run.state == "playing" and run.step > step)
    assert run.checkpoint_state()["step_count"] >= step


def test_the_third_run_waits_in_line_and_gets_the_first_free_place(engine):
    first, second = playing(engine), playing(engine)
    third = engine.start(Toy(pause_seconds=SLOW), "someone else", playing=True)
    assert (third.state, third.status()["place"]) == ("queued", 1)
    engine.stop(first)
    wait(lambda: third.state == "playing")
    assert second.state == "playing"


def test_a_visitors_own_unwatched_run_makes_room_for_the_newer_one(engine):
    first = playing(engine)
    second = playing(engine)
    second.watch(+1)
    third = engine.start(Toy(pause_seconds=SLOW), "me", playing=True)
    wait(lambda: third.state == "playing")
    assert first.state == "paused" and second.state == "playing"


def test_a_released_visitor_leaves_no_process_behind(engine, monkeypatch):
    monkeypatch.setattr(housekeeping, "RELEASE_SECONDS", 0.2)
    run = playing(engine)
    process = engine.links[run.token].process
    engine.release("me")
    wait(lambda: not engine.links)
    assert not process.is_alive() and run.state == "stopped"


def test_a_reload_within_the_grace_time_goes_on_with_the_run(engine, monkeypatch):
    monkeypatch.setattr(housekeeping, "RELEASE_SECONDS", 0.3)
    run = playing(engine)
    engine.release("me")
    assert engine.adopt(Toy(pause_seconds=SLOW), "me again") is run
    time.sleep(0.7)
    assert run.state == "playing"


def test_closing_the_engine_leaves_no_worker(store):
    made = engine_module.Engine(store, max_playing=2)
    run = playing(made)
    process = made.links[run.token].process
    made.close()
    assert not process.is_alive()


def test_a_worker_uses_little_memory_of_its_own(engine):
    run = playing(engine)
    private = psutil.Process(engine.links[run.token].process.pid).memory_full_info().uss
    assert private < 200 << 20


def test_scrubbing_finds_recorded_views_over_the_whole_run(engine):
    run = engine.start(Toy(steps=300, pause_seconds=SLOW), playing=True)
    wait(lambda: run.state == "finished")
    assert run.views.steps[0] == 0 and run.views.steps[-1] == 300
    assert run.view(step=0)["value"] == 10.0


def test_a_race_steps_every_member_and_numbers_their_metrics(engine):
    run = engine.start(race([Toy(rate=0.1, steps=50), Toy(rate=0.5, steps=50)]), playing=True)
    wait(lambda: run.state == "finished")
    last = run.last_metrics()
    assert last["loss/0"] > last["loss/1"]
    assert {"picture_0", "picture_1"} <= run.view().keys()


def test_a_run_that_never_stepped_is_not_stored(engine, store):
    run = engine.start(Toy())
    wait(lambda: run.state == "paused")
    engine.stop(run)
    wait(lambda: not engine.links)
    assert store.list() == []


def test_training_steps_back_and_who_answers_a_visitor_does_not(engine):
    run = playing(engine)
    engine.compute(engine_module.os_ready)
    answering = next(iter(engine.evaluators._all))
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, engine.links[run.token].process.pid) == mine + int(os.environ["PLAYGROUND_NICE"])
    assert os.getpriority(os.PRIO_PROCESS, answering.pid) == mine
