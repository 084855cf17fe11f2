"""Kept runs in the engine: records stay as they ended, and one goes on from them in a run of one's own."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.runs import cards, records
from playground.runs.engine import Engine
from playground.runs.store import Store
from tests.runs.test_engine import SLOW, playing, wait
from tests.runs.toy import Toy

ROOT = Path(__file__).resolve().parents[2]


def reopened(store, engine):
    """Another server on the same store."""
    engine.close()
    return Engine(Store(store._url), max_playing=2)


def test_a_restart_shows_what_finished_and_a_record_stays_as_it_ended(engine, store):
    run = engine.start(Toy(steps=40), "me", playing=True, browser="b", slot="toy", address="toys")
    wait(lambda: run.state == "finished" and store.list())
    second = reopened(store, engine)
    try:
        record = second.find(run.token)
        assert record.record and record.step == 40 and second.find(run.token) is record
        for command in ("play", "reset", "step", "resume"):
            with pytest.raises(UserError, match="kept run"):
                second.command(record, command)
        with pytest.raises(UserError, match="kept run"):
            second.command(record, "tune", values={"rate": 0.5})
        assert second.store.open(run.token).step == 40
    finally:
        second.close()


def test_one_goes_on_from_a_stopped_record_in_a_run_of_ones_own(engine, store):
    run = playing(engine, pause_seconds=SLOW)
    engine.command(run, "tune", values={"rate": 0.5})
    wait(lambda: run.changes and run.step > run.changes[0].step)
    engine.stop(run)
    wait(lambda: store.list())
    second = reopened(store, engine)
    try:
        record = second.find(run.token)
        new = records.go_on(second, record, "me", browser="b")
        wait(lambda: new.step > record.step)
        assert new.token != record.token and new.changes == record.changes and new.initial == record.initial
        steps = records.tidy(new.metrics())["step"]
        assert steps[0] == 0 and (steps[1:] > steps[:-1]).all()
        assert second.store.open(run.token).step == record.step
    finally:
        second.close()


def test_the_time_spent_computing_is_recorded_and_kept(engine, store):
    run = engine.start(Toy(steps=60, pause_seconds=0.005), playing=True)
    wait(lambda: run.state == "finished" and store.list())
    seconds = run.seconds()
    assert seconds[0] == 0 and (seconds[1:] >= seconds[:-1]).all() and 0.25 < seconds[-1] < 5
    assert store.list()[0]["seconds"] == pytest.approx(seconds[-1])


def test_runs_that_go_on_stand_first_in_the_list(engine, store):
    done = engine.start(Toy(steps=5), playing=True, browser="b")
    wait(lambda: store.list())
    going = playing(engine)
    going.browser = "b"
    listed = cards.listed(engine, "b")
    assert [card["token"] for card in listed] == [going.token, done.token]
    assert listed[0]["state"] == "playing" and listed[0]["summary"]["loss"] > 0
    assert cards.listed(engine, "somebody else") == []
    assert set(cards.curves(engine, listed)) == {going.token, done.token}


def test_a_killed_server_loses_no_finished_run(tmp_path):
    code = textwrap.dedent(
        """
        import sys, time
        from playground.runs.engine import Engine
        from playground.runs.store import Store
        from playground.experiments.boundary import Boundary

        if __name__ == "__main__":
            engine = Engine(Store(sys.argv[1]))
            run = engine.start(Boundary(epochs=2), playing=True)
            while run.state != "finished" or run.stored_step < 0 or not engine.store.list():
                time.sleep(0.01)
            print(run.token, flush=True)
            time.sleep(60)
        """
    )
    (tmp_path / "server.py").write_text(code)
    url = f"sqlite:///{tmp_path / 'runs.sqlite'}"
    server = subprocess.Popen([sys.executable, tmp_path / "server.py", url], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    token = server.stdout.readline().strip()
    os.kill(server.pid, signal.SIGKILL)
    server.wait(10)
    store = Store(url)
    kept = store.open(token)
    assert kept.state == "finished" and kept.step == kept.experiment.step_limit and kept.checkpoint
    store.close()
