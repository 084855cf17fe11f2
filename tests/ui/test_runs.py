"""The screen of runs, driven as a visitor would; and every kind of run opened again where it was made."""


import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import playground.experiments
from playground.core import packets
from playground.core.text import to_text
from playground.experiments.boundary import Boundary
from playground.runs import records
from playground.runs.engine import close_engine, get_engine
from playground.runs.history import SECONDS
from playground.runs.run import Run
from playground.ui import session
from tests.laws.test_pages import ROOT, table
from tests.runs.test_engine import wait

PATHS = {row[3]: row[1] for row in table()}
TRAINED = {key: kind for key, kind in playground.experiments.load().items() if not getattr(kind, "evaluates", False)}
VISIT = {}
SWITCHES = ("part", "inside")  # fields that change which part of a screen is shown


@pytest.fixture(autouse=True)
def fresh_store(tmp_path, monkeypatch):
    close_engine()
    monkeypatch.setattr(session, "visitor", lambda: VISIT["me"])
    monkeypatch.setenv("PLAYGROUND_DATABASE_URL", f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield
    close_engine()


def open_page(url, parameters=(), new=True):
    """A new visit, unless it is to go on with the runs of the last; all visits of a test process would else share one session."""
    if new:
        VISIT["me"] = session.Visitor()
    app = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=60)
    app.run()
    app.switch_page(str(ROOT / "pages" / PATHS[url]))
    for name, value in dict(parameters).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def keep(count=3, browser="", **values):
    """Runs as the engine leaves them, in the store."""
    made = []
    for number in range(count):
        run = Run(Boundary(learning_rate=0.01 * (number + 1), epochs=2, **values))
        run.browser = browser
        steps = np.arange(40.0)
        loss = np.exp(-steps / (10 + number))
        run.receive(packets.encode("scene", {"steps_per_epoch": 25, "total": 50}))
        run.receive(packets.encode("metrics", {"step": steps, "test_loss": loss, "test_accuracy": 1 - loss / 2, SECONDS: steps / 100}))
        run.checkpoint = packets.encode("checkpoint", {"flat": np.zeros(3)})
        run.become("finished")
        run.step = 40
        get_engine().store.save(run)
        made.append(run.token)
    return made


def words(app):
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.info))


def rows(app):
    return app.dataframe[0].value


def test_an_empty_store_offers_to_make_some_runs_and_makes_them():
    app = open_page("runs")
    assert "No run is kept yet" in words(app)
    app.button(key="runs!first").click().run()
    wait(lambda: len(get_engine().store.list(sweep="First look")) == 4, seconds=60)
    app = open_page("runs", {"runs.sweep": "First look"})
    assert len(get_engine().store.list()) == 4


def test_the_newest_runs_are_compared_before_anything_is_chosen():
    keep(6)
    app = open_page("runs")
    assert len(rows(app)) == 6 and "4 chosen" in words(app)
    assert list(rows(app)["run"]) == [f"Learning rate {0.01 * n:g}" for n in range(6, 0, -1)]


def test_filters_narrow_the_table():
    keep(2)
    keep(1, dataset="circle")
    app = open_page("runs")
    app.text_input(key="runs.search").set_value("circle").run()
    assert len(rows(app)) == 1 and "1 of 3 runs" in words(app)
    app.text_input(key="runs.search").set_value("no such thing").run()
    assert "No run passes these filters" in words(app)
    app = open_page("runs", {"runs.search": "circle"})
    assert len(rows(app)) == 1


def test_one_run_is_named_noted_pinned_deleted_and_brought_back():
    tokens = keep(2)
    app = open_page("runs", {"runs.chosen": tokens[0]})
    app.text_input(key=f"runs!name!{tokens[0]}").set_value("Steady").run()
    app.button(key="runs!pin").click().run()
    card = next(card for card in get_engine().store.list() if card["token"] == tokens[0])
    assert (card["name"], card["pinned"]) == ("Steady", True)
    assert rows(app)["run"].iloc[0] == "Steady", "pinned runs stand on top"
    app.button(key="runs!delete").click().run()
    assert len(rows(app)) == 1 and "1 run deleted" in words(app)
    app.button(key="runs!undo").click().run()
    assert len(rows(app)) == 2 and "run deleted" not in words(app)


def test_deleted_runs_can_still_be_found_and_brought_back_later():
    tokens = keep(2)
    get_engine().store.delete(tokens[0])
    app = open_page("runs", {"runs.state": "deleted", "runs.chosen": tokens[0]})
    assert len(rows(app)) == 1
    app.button(key="runs!restore").click().run()
    assert len(get_engine().store.list()) == 2


def test_another_browsers_run_can_be_looked_at_by_link_but_not_changed():
    (theirs,) = keep(1, browser="somebody else")
    keep(1)
    app = open_page("runs", {"runs.chosen": theirs})
    assert len(rows(app)) == 1
    assert app.button(key="runs!delete").disabled and app.button(key="runs!pin").disabled


def test_only_what_differs_shows_only_what_differs():
    keep(3)
    app = open_page("runs", {"runs.part": "differs"})
    assert list(app.table[0].value.index) == ["Learning rate"]
    assert "other settings are the same" in words(app)


def test_parallel_coordinates_have_an_axis_a_setting_and_metric():
    keep(3)
    app = open_page("runs", {"runs.part": "parallel"})
    axes = app.multiselect[-1]
    assert axes.value == ["setting:learning_rate", "metric:test_loss", "metric:test_accuracy"]


def test_an_address_with_runs_that_are_gone_still_opens():
    keep(1)
    app = open_page("runs", {"runs.chosen": "gone,away", "runs.metrics": "nothing", "runs.kind": "no such", "runs.sweep": "none"})
    assert not app.error


def test_a_sweep_is_planned_run_and_its_best_opened():
    app = open_page("decision-boundaries", {"look.inside": "sweep", "boundary.epochs": "3"})
    app.text_input(key="boundary!sweep!learning_rate!text").set_value("0.0001, 0.03").run()
    assert "**2 runs**" in words(app)
    app.button(key="boundary!sweep!start").click().run()
    wait(lambda: len([card for card in get_engine().store.list() if card["sweep"]]) == 2, seconds=60)
    app.run()
    assert "Learning rate 0.03** is best of 2" in words(app)
    app.button(key="boundary!sweep!open").click().run()
    assert app.session_state["boundary.learning_rate"] == 0.03 and app.session_state["boundary.epochs"] == 3


def test_a_sweep_that_makes_no_sense_is_said_in_words():
    app = open_page("decision-boundaries", {"look.inside": "sweep"})
    app.text_input(key="boundary!sweep!learning_rate!text").set_value("0.01, 99").run()
    assert any("must be between" in each.value for each in app.error)
    app.selectbox(key="boundary!sweep!field0").set_value("batch_size").run()
    app.text_input(key="boundary!sweep!batch_size!text").set_value(", ".join(map(str, range(1, 70)))).run()
    assert any("the limit is 64" in each.value for each in app.error)


@pytest.mark.parametrize("url", [url for url in PATHS if url not in ("", "runs")])
def test_every_run_a_screen_makes_is_shown_there_again_as_it_ended(url):
    shown_again(url, views(url))


def test_a_race_is_shown_again_with_its_members():
    members = '[{"learning_rate":0.1},{"learning_rate":0.001}]'
    shown_again("decision-boundaries", [{"look.inside": "race", "boundary!race": members}], slots={"boundary", "boundary!race"})


def test_a_link_to_a_run_that_is_gone_says_so_and_the_screen_goes_on():
    app = open_page("decision-boundaries", {"!run": "gone"})
    assert "not kept here" in app.warning[0].value and get_engine().runs


def test_one_goes_on_from_a_stopped_run_or_starts_it_anew():
    app = open_page("decision-boundaries", {"boundary.learning_rate": "0.005"})
    (run,) = get_engine().runs.values()
    wait(lambda: run.step > 50)
    get_engine().stop(run)
    wait(lambda: get_engine().store.list())
    step = get_engine().store.list()[0]["step"]
    close_engine()
    app = open_page("decision-boundaries", {"!run": run.token})
    assert app.session_state["boundary.learning_rate"] == 0.005
    app.button(key="boundary!go-on").click().run()
    (new,) = get_engine().runs.values()
    wait(lambda: new.step > step)
    assert new.token != run.token and "!run" not in app.query_params
    app = open_page("decision-boundaries", {"!run": run.token})
    app.button(key="boundary!anew").click().run()
    assert len(get_engine().runs) == 2 and "kept run" not in words(app)
    assert get_engine().store.list()[0]["step"] == step, "the kept run stays as it ended"


def test_changing_a_setting_beside_a_kept_run_starts_a_run_of_ones_own():
    (token,) = keep(1)
    app = open_page("decision-boundaries", {"!run": token})
    assert "kept run" in words(app)
    app.selectbox(key="boundary.optimizer").set_value("sgd").run()
    assert "kept run" not in words(app) and "!run" not in app.query_params
    assert [run.experiment.optimizer for run in get_engine().runs.values()] == ["sgd"]


def shown_again(url, pages, slots=frozenset()):
    """Start what these pages start, end it, restart the engine, and follow each run's link."""
    made = {}
    for parameters in pages:
        open_page(url, parameters, new=not made)
        wait(lambda: all(run.step > 0 or not run.active or run.state == "paused" for run in list(get_engine().runs.values())), seconds=60)
        for run in list(get_engine().runs.values()):
            if run.step:
                made.setdefault((run.slot, run.experiment.key), run.token)
    for token in made.values():
        get_engine().stop(get_engine().runs[token])
    if not made:
        pytest.skip("this screen starts no run by itself")
    assert {slot for slot, _ in made} >= slots
    tokens = set(made.values())
    wait(lambda: tokens <= {card["token"] for card in get_engine().store.list()}, seconds=20)
    cards = {card["token"]: card for card in get_engine().store.list() if card["token"] in tokens}
    close_engine()
    for (slot, _), token in made.items():
        path, query = records.address(cards[token])
        assert path == url
        app = open_page(path, query)
        assert f"at step {cards[token]['step']:,}" in words(app), f"{url} does not show its {slot} run again: {query}"
        assert not app.warning, [each.value for each in app.warning]


def views(url):
    """The parts of a screen, as addresses."""
    app = open_page(url)
    found = [{}]
    for key, kind in playground.experiments.load().items():
        if f"{key}!values" in app.session_state:
            for name in SWITCHES:
                if name in kind.domains() and kind.domains()[name].kind == "choice":
                    found += [{f"{key}.{name}": to_text(kind.domains()[name], value)} for value in kind.domains()[name].keys]
    return found
