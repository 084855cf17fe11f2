"""Kept runs: nothing is lost, nothing is read that a list does not need, and files of earlier versions go on."""

import sqlite3
import threading

import numpy as np
import pytest

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.runs import cards, records, tables
from playground.runs.history import SECONDS, Metrics, pack_metrics
from playground.runs.run import Run
from playground.runs.store import Store
from tests.runs.toy import Toy


def ended(token="", steps=20, browser="", state="finished", **values):
    """A run as the engine leaves it."""
    run = Run(Toy(**values), token=token or None)
    run.browser = browser
    columns = {"step": np.arange(float(steps)), "loss": np.linspace(2.0, 0.5, steps), SECONDS: np.linspace(0, 1.5, steps)}
    run.receive(packets.encode("scene", {"steps_per_epoch": 5, "total": steps}))
    run.receive(packets.encode("metrics", columns))
    run.receive(packets.encode("view", {"step": steps - 1, "picture": np.ones(4, np.float32)}))
    run.checkpoint = packets.encode("checkpoint", {"step_count": steps - 1, "value": 0.5, "weights": np.ones(3)})
    run.changes = [Change(step=3, values={"rate": 0.2})]
    run.become(state, "Finished.")
    run.step = steps - 1
    return run


# The table of the first form of the store, with a row as it wrote them
FIRST = """CREATE TABLE runs (token VARCHAR(64) NOT NULL PRIMARY KEY, kind VARCHAR(64), title VARCHAR(200), state VARCHAR(16), message TEXT, step INTEGER,
created FLOAT, updated FLOAT, initial TEXT, experiment TEXT, changes TEXT, summary TEXT, metrics BLOB, scene BLOB, view BLOB, checkpoint BLOB)"""


def first_form(path, tokens):
    with sqlite3.connect(path) as connection:
        connection.execute(FIRST)
        for place, token in enumerate(tokens):
            metrics = pack_metrics({"step": np.arange(30.0), "loss": np.linspace(3, 1, 30)})
            scene = packets.encode("scene", {"steps_per_epoch": 7, "total": 30})
            row = (token, "toy", "Toy", "finished", "Finished.", 29, 100.0 + place, 200.0 + place, '{"rate": 0.1}', '{"rate": 0.3}', "[]", '{"loss": 1.0}',
                   metrics, scene, packets.encode("view", {"step": 29, "value": 1.0}), packets.encode("checkpoint", {"step_count": 29}))  # fmt: skip
            connection.execute(f"INSERT INTO runs VALUES ({','.join('?' * 16)})", row)
    connection.close()


def test_a_run_comes_back_as_it_ended(store):
    run = ended(rate=0.3, browser="b")
    run.slot, run.address, run.sweep = "toy", "toys?toy.rate=0.3", "Rates"
    store.save(run)
    kept = store.open(run.token)
    assert kept.record and kept.experiment == run.experiment and kept.changes == run.changes
    assert (kept.state, kept.message, kept.step) == ("finished", "Finished.", 19)
    assert (kept.slot, kept.address, kept.sweep, kept.browser) == ("toy", "toys?toy.rate=0.3", "Rates", "b")
    np.testing.assert_array_equal(kept.metrics()["loss"], run.metrics()["loss"])
    np.testing.assert_array_equal(kept.seconds(), run.seconds())
    assert kept.view()["picture"].tolist() == [1, 1, 1, 1] and kept.checkpoint == run.checkpoint


def test_a_card_says_what_a_list_shows(store):
    store.save(ended(steps=50))
    (card,) = store.list()
    assert card["summary"] == {"loss": 0.5} and card["extremes"] == {"loss": [0.5, 2.0]}
    assert card["rows"] == 50 and card["seconds"] == 1.5 and card["steps_per_epoch"] == 5 and card["bytes"] > 0
    assert len(card["spark"]) == tables.SPARK_POINTS and card["spark"][0] == pytest.approx(np.log10(2.0), abs=1e-3)


def test_listing_reads_no_contents(store):
    """Also not on the way: a card's row lies in a table without blobs."""
    from sqlalchemy import event

    store.save(ended())
    asked = []
    event.listen(store._open().engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    cards.listed(_Engine(store), "")
    assert asked and all("run_contents" not in statement and "checkpoint" not in statement for statement in asked)
    with store._open().engine.connect() as connection:
        columns = connection.exec_driver_sql("PRAGMA table_info(run_cards)").all()
    assert not [name for _, name, kind, *_ in columns if kind == "BLOB"]


def test_what_people_say_about_a_run_outlives_that_it_is_saved_again(store):
    run = ended()
    store.save(run)
    store.describe(run.token, name="The good one", note="It was late.", pinned=True)
    store.save(run)
    (card,) = store.list()
    assert (card["name"], card["note"], card["pinned"]) == ("The good one", "It was late.", True)
    store.delete(run.token)
    store.save(run)
    assert store.list() == []


def test_a_name_that_is_too_long_is_refused_in_words(store):
    run = ended()
    store.save(run)
    with pytest.raises(UserError, match="at most 80 characters"):
        store.describe(run.token, name="x" * 81)


def test_a_deleted_run_can_be_brought_back_until_it_is_purged(store):
    keep, drop = ended(), ended()
    store.save(keep), store.save(drop)
    store.delete(drop.token)
    assert [card["token"] for card in store.list()] == [keep.token]
    assert [card["token"] for card in store.list(deleted=True)] == [drop.token]
    store.restore(drop.token)
    assert len(store.list()) == 2 and store.list(deleted=True) == []
    store.delete(drop.token)
    assert store.purge(before=0) == 0 and store.purge(before=1e12) == 1
    assert store.open(drop.token) is None and store.open(keep.token) is not None
    with store._open().engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM run_contents").scalar() == 1


def test_beyond_the_room_there_is_the_oldest_go_but_no_pinned_ones(store, monkeypatch):
    runs = [ended(token=f"run-{n}") for n in range(6)]
    for run in runs[:5]:
        store.save(run)
    store.describe("run-0", pinned=True)
    size = store.list()[0]["bytes"]
    monkeypatch.setattr("playground.runs.store.RUNS_BYTES", int(size * 4.5))
    store.save(runs[5])
    assert {card["token"] for card in store.list()} == {"run-0", "run-3", "run-4", "run-5"}


def test_a_browser_sees_its_own_runs_and_those_of_nobody(store):
    for token, browser in (("mine", "me"), ("theirs", "them"), ("old", "")):
        store.save(ended(token=token, browser=browser))
    assert {card["token"] for card in store.list(browser="me")} == {"mine", "old"}
    assert store.usage("me")["runs"] == 2 and store.usage("me")["others"] == 1 and store.usage()["runs"] == 3
    assert [records.belongs(card, "me") for card in sorted(store.list(), key=lambda card: card["token"])] == [True, True, False]


def test_a_file_of_the_first_form_goes_on(tmp_path):
    path = tmp_path / "runs.sqlite"
    first_form(path, ["one", "two"])
    store = Store(f"sqlite:///{path}")
    listed = store.list()
    assert [card["token"] for card in listed] == ["two", "one"]
    assert listed[0]["rows"] == 30 and listed[0]["steps_per_epoch"] == 7 and listed[0]["extremes"] == {"loss": [1.0, 3.0]} and listed[0]["seconds"] is None
    run = store.open("one")
    assert run.experiment == Toy(rate=0.3) and run.metrics()["loss"][-1] == 1.0 and np.isnan(run.seconds()).all()
    store.describe("one", name="From before")
    store.save(ended(token="three"))
    store.close()
    again = Store(f"sqlite:///{path}")
    assert {card["token"]: card["name"] for card in again.list()} == {"one": "From before", "two": "", "three": ""}
    with sqlite3.connect(path) as connection:
        assert [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name = 'runs'")] == []
    again.close()


def test_rows_that_an_older_version_wrote_meanwhile_are_taken_in_as_well(tmp_path):
    path = tmp_path / "runs.sqlite"
    store = Store(f"sqlite:///{path}")
    store.save(ended(token="new"))
    store.close()
    first_form(path, ["older"])
    again = Store(f"sqlite:///{path}")
    assert {card["token"] for card in again.list()} == {"new", "older"}
    again.close()


def test_a_file_that_is_no_database_is_said_in_words(tmp_path):
    (tmp_path / "runs.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(UserError, match="The run store cannot be opened"):
        Store(f"sqlite:///{tmp_path / 'runs.sqlite'}").list()


def test_two_threads_save_at_once(store):
    store.list()
    threads = [threading.Thread(target=lambda n=n: [store.save(ended(token=f"{n}-{k}")) for k in range(10)]) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(store.list(limit=100)) == 40


def test_seconds_go_on_where_the_last_worker_stopped():
    metrics = Metrics()
    metrics.append({"step": np.array([0.0, 1.0]), "loss": np.array([2.0, 1.0]), SECONDS: np.array([0.0, 4.0])})
    metrics.go_on()
    metrics.append({"step": np.array([2.0]), "loss": np.array([0.5]), SECONDS: np.array([1.0])})
    assert metrics.seconds().tolist() == [0.0, 4.0, 5.0]
    assert SECONDS not in metrics.arrays()


def test_a_stretch_run_twice_counts_the_second_time():
    columns = {"step": np.array([0.0, 1, 2, 3, 2, 3, 4]), "loss": np.array([9.0, 8, 7, 6, 70, 60, 50])}
    assert records.tidy(columns)["step"].tolist() == [0, 1, 2, 3, 4]
    assert records.tidy(columns)["loss"].tolist() == [9, 8, 70, 60, 50]


def test_an_address_is_kept_and_moved_to_other_settings():
    from playground.experiments.boundary import Boundary

    written = records.written("decision-boundaries", {"boundary.seed": ["3"], "look.inside": ["race"], "!run": ["gone"]})
    assert written == "decision-boundaries?boundary.seed=3&look.inside=race"
    moved = records.moved(written, Boundary(learning_rate=0.1))
    assert moved == "decision-boundaries?look.inside=race&boundary.learning_rate=0.1"
    path, query = records.address({"address": moved, "token": "abc", "kind": "boundary", "experiment": {}})
    assert (path, query) == ("decision-boundaries", {"look.inside": "race", "boundary.learning_rate": "0.1", "!run": "abc"})


def test_a_run_without_an_address_is_shown_by_its_experiments_own_screen():
    path, query = records.address({"address": "", "token": "t", "kind": "boundary", "experiment": {"learning_rate": 0.1, "hidden_sizes": [4, 4]}})
    assert (path, query) == ("decision-boundaries", {"boundary.hidden_sizes": "4,4", "boundary.learning_rate": "0.1", "!run": "t"})


def test_filters_read_text_kind_state_and_ranges(store):
    good, bad = ended(token="good", rate=0.3), ended(token="bad", state="failed")
    store.save(good), store.save(bad)
    store.describe("good", note="the fast one")
    found = {card["token"]: card for card in store.list()}

    def passing(**wanted):
        return {token for token, card in found.items() if cards.matches(card, **wanted)}

    assert passing(search="FAST") == {"good"} and passing(search="rate 0.3") == {"good"} and passing(search="nothing") == set()
    assert passing(state="failed") == {"bad"} and passing(kind="boundary") == set() and passing(state="playing") == set()
    assert passing(ranges={"loss": (0.4, 0.6)}) == {"good", "bad"} and passing(ranges={"loss": (0.6, 9)}) == set()
    assert cards.call(found["good"]) == "rate 0.3" and cards.differing(list(found.values())) == ["rate"]


class _Engine:
    """As much of an engine as a list needs."""

    def __init__(self, store):
        self.store, self.runs = store, {}
