"""Every name that a picture of the recurrent screen looks up is one that the run sends."""

import numpy as np
import pytest

from playground.experiments.recurrent_forecast import Forecast
from playground.experiments.recurrent_memory import Memory
from playground.experiments.recurrent_text import Characters
from playground.experiments.recurrent_words import CHARACTERS, FORECAST, MEMORY
from playground.figures import recurrent as figures
from playground.networks.recurrent_cells import CELLS

ALL = ("rnn", "lstm", "gru")


def named(spec):
    series = [name for each in spec["series"] for name in (each["array"], each["x"], each["low"], each["high"]) if name]
    marks = [each["y"] for each in spec["marks"] if isinstance(each.get("y"), str)]
    return {*series, *marks, spec["x"]} - {None}


@pytest.mark.parametrize(("now", "specs"), [
    (Memory(length=12), [figures.curve(ALL, "loss", "loss", chance=0.2), figures.curve(ALL, "accuracy", "right", chance=0.2), figures.flow(ALL), figures.gradient(ALL, 1.0)]),
    (Forecast(cells=ALL), [figures.forecast(ALL, "lstm", ("last", "seasonal", "linear"), 336, 120, 60), figures.free_running(ALL, ("last", "seasonal", "linear"), 336, 120, 60)]),
    (Characters(cells=ALL), [figures.text_curve(ALL)]),
])  # fmt: skip
def test_what_is_drawn_is_sent(now, specs):
    trainer = now.trainer()
    trainer.advance(1)
    sent = {*trainer.metrics(), *trainer.view(), *trainer.scene(), "step"}
    for spec in specs:
        assert named(spec) <= sent, named(spec) - sent


def test_the_rows_of_the_gate_picture_are_the_blocks_of_the_cells():
    for cell, blocks in figures.along()["blocks"].items():
        assert len(blocks) == len(CELLS[cell].blocks)
        assert [signed for _, signed in blocks] == [name == "candidate" for name in CELLS[cell].blocks]


def test_bars_survive_what_is_not_finite_and_rank_by_error():
    html = figures.errors([("A", "#000", float("inf"), 1.0), ("B", "#111", 0.5, 0.4), ("C", "#222", float("nan"), 0.1)])
    assert html.index(">B<") < html.index(">A<") and "width:nan" not in html
    assert "25%" in figures.scores([("rnn", 0.25)], 0.1)


@pytest.mark.parametrize(("kind", "rows"), [(Memory, MEMORY), (Forecast, FORECAST), (Characters, CHARACTERS)])
def test_presets_are_possible_and_told_apart(kind, rows):
    made = [kind(**values) for _, _, _, values, _ in rows]
    assert len({repr(each) for each in made}) == len(rows) >= 4
    assert {good for *_, good in rows} == {True, False}
    assert all(np.isfinite(each.learning_rate) for each in made)
