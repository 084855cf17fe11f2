"""The coach of the recurrent screen speaks when something is wrong, and only then; its maths holds the run's numbers."""

import numpy as np
import pytest

from playground.experiments.recurrent_forecast import Forecast
from playground.experiments.recurrent_memory import Memory
from playground.experiments.recurrent_text import Characters
from playground.explain import recurrent_rules as rules
from playground.explain import recurrent_tasks, recurrent_words
from playground.explain.coach import Evidence, diagnose


def evidence(now, step=1000, view=None, diverged=False, **columns):
    rows = {name: np.asarray(values, np.float64) for name, values in columns.items()}
    return Evidence(now, rows, {"chance_loss": 1 / 6, **(view or {})}, step, 1, "playing", diverged)


GOOD = {f"{cell}_{name}": [value] * 12 for cell in ("rnn", "lstm", "gru") for name, value in (("loss", 0.01), ("gradient", 0.3), ("longest", 2.0), ("batch_loss", 0.01))}


def test_a_healthy_run_is_left_alone():
    for now, table in ((Memory(), rules.RULES), (Forecast(), rules.FORECAST_RULES), (Characters(cells=("lstm",)), rules.TEXT_RULES)):
        assert diagnose(evidence(now, **GOOD), table) == []


@pytest.mark.parametrize(("rule", "now", "columns", "view", "change"), [
    (rules.diverged, Memory(clip=0.0, learning_rate=0.01), {"rnn_loss": [1.0, np.inf]}, {}, {"learning_rate": 0.001, "clip": 1.0}),
    (rules.exploding, Memory(clip=0.0), {"rnn_longest": [1.0, 4e5]}, {}, {"clip": 1.0}),
    (rules.too_fast, Memory(learning_rate=0.5), {"gru_loss": [0.5] * 10}, {}, {"learning_rate": 0.05}),
    (rules.vanishing, Memory(cells=("rnn",), length=60), {"rnn_loss": [1 / 6] * 10}, {"flow_rnn": np.array([1e-12, 1.0])}, {"length": 30}),
    (rules.vanishing, Memory(cells=("lstm",), forget_bias=0.0), {"lstm_loss": [1 / 6] * 10}, {"flow_lstm": np.array([1e-8, 1.0])}, {"forget_bias": 2.0}),
    (rules.too_slow, Memory(learning_rate=1e-5), {"rnn_loss": [1.0] * 10}, {}, {"learning_rate": 0.0002}),
    (rules.beaten, Forecast(cells=("gru",)), {"gru_loss": [0.3] * 10}, {}, {"changes": True}),
    (rules.by_heart, Characters(), {"lstm_loss": [*[1.0] * 20, *[2.0] * 10], "lstm_batch_loss": [0.2] * 30}, {}, {"units": 24}),
])  # fmt: skip
def test_every_rule_names_its_evidence_and_a_change_that_the_screen_takes(rule, now, columns, view, change):
    advice = rule(evidence(now, view=view, **columns))
    assert advice is not None and dict(advice.changes) == change
    assert any(sign.isdigit() for sign in advice.evidence)
    now.changed(**advice.changes)


def test_a_hint_without_cure_is_given_when_only_the_rnn_is_stuck():
    columns = {**GOOD, "rnn_loss": [1 / 6] * 12}
    advice = rules.vanishing(evidence(Memory(), view={"flow_rnn": np.array([1e-12, 1.0]), "flow_lstm": np.array([0.1, 1.0]), "flow_gru": np.array([0.1, 1.0])}, **columns))
    assert advice.level == "hint" and not advice.changes and "RNN" in advice.evidence


def test_the_maths_holds_the_numbers_of_the_run():
    trainer = Memory(cells=("rnn",), length=21).trainer()
    trainer.advance(2)
    told = "\n".join(text for _, text in recurrent_words.maths(trainer.experiment, trainer.metrics(), trainer.view(), trainer.scene()))
    reach = float(trainer.view()["flow_rnn"][0])
    assert f"{reach ** (1 / 20):.3f}^{{20}}" in told and f"{trainer.learners['rnn'].net.flat.numel():,} parameters" in told
    assert recurrent_words.maths(trainer.experiment, {}, {}, {})[0][0] == "markdown"
    assert "m = 12" in recurrent_words.baselines(12)[1][1]


def test_tasks_tick_when_they_are_done_and_not_before():
    def done(items):
        return [each for each, _, is_done in items if is_done]

    assert done(recurrent_tasks.memory(Memory(), {})) == done(recurrent_tasks.forecast(Forecast(), {}, {})) == done(recurrent_tasks.characters(Characters(), {}, {})) == []
    right = {"rnn_accuracy": np.array([0.05]), "lstm_accuracy": np.array([0.99]), "gru_accuracy": np.array([0.2])}
    assert "recurrent-gap" in done(recurrent_tasks.memory(Memory(), right))
    won = {"step": np.array([0.0, 300.0]), "gru_rmse": np.array([1.0, 0.01])}
    assert done(recurrent_tasks.forecast(Forecast(cells=("gru",)), won, {"linear_rmse": 0.1, "last_rmse": 1.0})) == ["forecast-win"]
    assert "text-pairs" in done(recurrent_tasks.characters(Characters(), {"lstm_loss": np.array([3.0, 1.0])}, {"one_sign": 1.6}))
