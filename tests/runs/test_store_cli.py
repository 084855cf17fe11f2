"""`python -m playground runs …` on a store of its own."""

import json

import pytest

from playground.cli import main
from playground.runs.store import Store
from tests.runs.test_store import ended


@pytest.fixture
def kept(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'runs.sqlite'}"
    monkeypatch.setenv("PLAYGROUND_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    store = Store(url)
    for token, values in (("aaaa1", {"rate": 0.3}), ("aabb2", {"rate": 0.4})):
        store.save(ended(token=token, **values))
    yield store
    store.close()


def test_runs_are_listed_and_shown_as_words_and_as_json(kept, capsys):
    assert main(["runs", "list"]) == 0
    assert "aaaa1" in (said := capsys.readouterr().out) and "step        19" in said
    assert main(["runs", "list", "--json"]) == 0
    assert {each["token"]: each["experiment"]["rate"] for each in json.loads(capsys.readouterr().out)} == {"aaaa1": 0.3, "aabb2": 0.4}
    assert main(["runs", "show", "aab", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["changes"][0]["values"] == {"rate": 0.2} and shown["summary"] == {"loss": 0.5}


def test_a_beginning_that_fits_none_or_several_is_refused_in_words(kept, capsys):
    assert main(["runs", "show", "aa"]) == 2 and main(["runs", "show", "zz"]) == 2
    said = capsys.readouterr().err
    assert "2 runs begin with 'aa'" in said and "No kept run begins with 'zz'" in said


def test_export_writes_a_file_or_standard_output(kept, capsys, tmp_path):
    assert main(["runs", "export", "aaaa1", "--format", "csv"]) == 0
    assert (tmp_path / "toy-aaaa1.csv").read_text().startswith("step,loss")
    assert main(["runs", "export", "aaaa1", "aabb2", "--format", "json", "--output", "both.json"]) == 0
    assert len(json.loads((tmp_path / "both.json").read_text())["runs"]) == 2
    assert main(["runs", "export", "aaaa1", "aabb2", "--format", "script"]) == 2
    assert main(["runs", "export", "aaaa1", "--format", "csv", "--output", "missing/x.csv"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_deleted_runs_come_back_unless_they_went_for_good(kept, capsys):
    assert main(["runs", "delete", "aaaa1"]) == 0 and main(["runs", "restore", "aaaa1"]) == 0
    assert len(kept.list()) == 2
    assert main(["runs", "delete", "aaaa1", "aabb2", "--for-good", "--json"]) == 0
    assert kept.list() == [] and kept.list(deleted=True) == []
    capsys.readouterr()
    assert main(["runs", "list"]) == 0 and "No run is kept" in capsys.readouterr().out
