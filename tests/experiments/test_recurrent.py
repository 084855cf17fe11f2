"""Training recurrent cells: they learn, they explode and are clipped, they forecast, they write."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.core.experiment import Change
from playground.core.packets import encode
from playground.data import sequences_series, sequences_text, shelf
from playground.experiments.recurrent_forecast import Forecast
from playground.experiments.recurrent_forecast_trainer import baselines
from playground.experiments.recurrent_memory import Memory
from playground.experiments.recurrent_text import Characters
from playground.experiments.recurrent_text_trainer import SAMPLE, write
from playground.explain.recurrent_lengths import by_length


def test_a_gated_cell_learns_parity_and_holds_it_for_longer_sequences():
    now = Memory(task="parity", length=10, cells=("gru",), units=12)
    trainer = now.trainer()
    before = trainer.metrics()
    trainer.advance(220)
    after = trainer.metrics()
    assert before["gru_loss"] > 0.6 and after["gru_loss"] < 0.1 and after["gru_accuracy"] > 0.97
    at = by_length(now.values(), trainer.state_dict())
    assert at["lengths"][0] == 10 and at["at_gru"][0] == pytest.approx(after["gru_accuracy"], abs=1e-6)
    assert at["at_gru"][list(at["lengths"]).index(20)] > 0.8


def test_what_a_first_visitor_sees_is_solved_by_the_gru_within_250_steps_and_not_by_the_rnn():
    trainer = Memory(cells=("rnn", "gru")).trainer()
    trainer.advance(250)
    now, chance = trainer.metrics(), trainer.problem.chance
    assert now["gru_loss"] < 0.1 * chance[0] and now["gru_accuracy"] > 0.6
    assert now["rnn_loss"] > 0.8 * chance[0] and now["rnn_accuracy"] < 0.2


def test_an_rnn_with_stretched_weights_explodes_and_clipping_bounds_its_step():
    wild = Memory(task="copy", length=60, cells=("rnn",), start="orthogonal", gain=1.8, clip=0.0, optimizer="sgd", learning_rate=0.1)
    trainer = wild.trainer()
    longest = 0.0
    for _ in range(30):
        longest = max(longest, trainer.step()["rnn_gradient"])
    assert longest > 100
    tamed = wild.changed(clip=1.0).trainer()
    flat = tamed.learners["rnn"].net.flat
    for _ in range(10):
        before = flat.clone()
        tamed.advance(1)
        assert float((flat - before).norm()) <= 0.1 * 1.0001
    assert tamed.metrics()["rnn_clipped"] > 0


def test_less_of_the_gradient_comes_back_through_an_rnn_than_through_a_gated_cell():
    view = Memory(length=60, units=16).trainer().view()
    assert view["flow_rnn"][-1] == view["flow_gru"][-1] == 1
    assert view["flow_rnn"][0] < view["flow_gru"][0] / 100 and view["flow_rnn"][0] < view["flow_lstm"][0] / 100


def test_what_is_looked_at_follows_while_it_runs_and_changes_nothing():
    trainer = Memory().trainer()
    trainer.advance(2)
    kept = trainer.metrics()
    for cell, blocks in (("rnn", 1), ("gru", 3), ("lstm", 4)):
        trainer.tune(trainer.experiment.changed(watch=cell, example=3))
        view = trainer.view()
        assert view["cell"] == cell and view["gates"].shape == (blocks, 24, 20) and view["hidden"].shape == (24, 21)
        assert view["carried"].size == (24 * 21 if cell == "lstm" else 0)
    assert trainer.metrics() == kept


def test_the_equations_on_screen_add_up():
    trainer = Memory(watch="lstm").trainer()
    trainer.advance(3)
    view = {name: np.asarray(value, np.float64) for name, value in trainer.view().items() if isinstance(value, np.ndarray)}
    i, f, g, o = view["gates"]
    assert np.allclose(f * view["carried"][:, :-1] + i * g, view["carried"][:, 1:], atol=4e-3)
    assert np.allclose(o * np.tanh(view["carried"][:, 1:]), view["hidden"][:, 1:], atol=4e-3)
    assert np.allclose(1 / (1 + np.exp(-(view["from_inputs"][1] + view["from_state"][1]))), f, atol=4e-3)


def test_live_changes_are_repeated_by_the_script(tmp_path):
    now = Memory(cells=("gru",), length=12, units=8, optimizer="momentum")
    trainer = now.trainer()
    trainer.advance(6)
    trainer.tune(now.changed(learning_rate=0.2, clip=0.05, batch_size=8))
    trainer.advance(6)
    (tmp_path / "script.py").write_text(now.script(12, [Change(step=6, values={"learning_rate": 0.2, "clip": 0.05, "batch_size": 8, "watch": "gru"})]))
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1000:]
    assert float(done.stdout.split()[-1]) == pytest.approx(trainer.metrics()["gru_loss"], rel=1e-9)


def test_weights_go_into_torch_nn_by_name():
    now = Memory(cells=("lstm", "gru"), length=10)
    trainer = now.trainer()
    trainer.advance(2)
    named = now.named_weights(trainer.state_dict())
    module = torch.nn.LSTM(2, 24).double()
    module.load_state_dict({name.removeprefix("lstm.recurrent."): torch.from_numpy(value.copy()) for name, value in named.items() if name.startswith("lstm.recurrent.")})
    with torch.no_grad():
        hidden, _ = module(trainer.tested.inputs)
        assert torch.allclose(hidden, trainer.learners["lstm"].net.forward(trainer.tested.inputs).memory.hidden[1:], atol=1e-12)


# Forecasting ------------------------------------------------------------------------------------------------------------------


def test_the_rules_to_beat_are_exact_where_they_must_be():
    season = np.tile([3.0, 1.0, 4.0, 1.5, 5.0, 9.0], 30)
    found = baselines(season, 120, np.arange(120, 170), 20, 6)
    assert found["seasonal_rmse"] == 0 and found["linear_rmse"] < 1e-9 and found["last_rmse"] > 1
    assert np.allclose(found["free_seasonal"], season[120:140]) and np.allclose(found["free_linear"], season[120:140], atol=1e-4)
    assert "seasonal_rmse" not in baselines(season, 120, np.arange(120, 170), 20, 1)


@pytest.mark.parametrize("changes", [False, True])
def test_errors_are_measured_in_the_series_own_unit_and_windows_never_see_the_answer(changes):
    trainer = Forecast(cells=("gru",), series="seasonal", window=24, changes=changes).trainer()
    problem, now = trainer.problem, trainer.metrics()
    told = trainer.one_step(trainer.measure()[0]["gru"])
    actual = problem.series.values[problem.places]
    assert now["gru_rmse"] == pytest.approx(np.sqrt(((told - actual) ** 2).mean())) and now["gru_mae"] == pytest.approx(np.abs(told - actual).mean())
    batch = problem.test()
    seen = problem.level(batch.inputs[-1, :, 0].numpy(), problem.places - 1)
    assert np.allclose(seen, problem.series.values[problem.places - 1]), "the last input is the value before the one asked for"
    learnt = problem.batch(64, torch.Generator().manual_seed(0))
    assert set(learnt.targets.flatten().tolist()) <= set(problem.seen[: problem.learnt].tolist())
    assert problem.chance[0] * problem.scale**2 == pytest.approx(float(((actual - problem.series.values[problem.places - 1]) ** 2).mean()))


def test_a_network_soon_forecasts_chaos_better_than_the_linear_rule_and_runs_on_by_itself():
    trainer = Forecast(cells=("gru",)).trainer()
    trainer.advance(300)
    rules = trainer.scene()
    assert trainer.metrics()["gru_rmse"] < rules["linear_rmse"] < rules["last_rmse"]
    view = trainer.view()
    actual = trainer.problem.series.values[trainer.problem.split :][:5]
    assert view["free_gru"].shape == (60,) and np.abs(view["free_gru"][:5] - actual).max() < 0.15
    assert (view["band_low"] < view["band_high"]).all() and 0 <= view["band_covers"] <= 1


def test_a_window_that_does_not_fit_is_refused_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    digest = shelf.put({"series": np.sin(np.arange(60.0))}, {"title": "short", "season": 1, "notes": []})
    with pytest.raises(UserError, match="does not fit"):
        Forecast(series=sequences_series.OWN, own=digest, window=100).trainer()
    own = Forecast(series=sequences_series.OWN, own=digest, window=8, cells=("rnn",))
    own.trainer().advance(2)
    assert own.data_csv().splitlines()[1:3] == ["0.0", repr(float(np.sin(1.0)))]


# Text ---------------------------------------------------------------------------------------------------------------------------


def test_an_lstm_soon_knows_more_than_the_last_sign_tells():
    trainer = Characters(units=32).trainer()
    scene, before = trainer.scene(), trainer.metrics()["lstm_loss"]
    trainer.advance(150)
    assert before > trainer.problem.chance[0] > scene["one_sign"] > trainer.metrics()["lstm_loss"]
    assert [step for step, _ in trainer.milestones] == [1, 50, 100]


def test_what_is_written_depends_on_temperature_and_beginning_only_through_the_network():
    now = Characters(text="counting", units=16)
    trainer = now.trainer()
    trainer.advance(60)
    state = trainer.state_dict()
    with torch.no_grad():
        assert len(trainer.sample("lstm")) == SAMPLE and trainer.sample("lstm") == trainer.sample("lstm")
    cold = [write(now.values(), state, "lstm", "one", 0.05, 40, draw)["text"] for draw in (1, 2)]
    hot = [write(now.values(), state, "lstm", "one", 2.0, 40, draw)["text"] for draw in (1, 2)]
    assert hot[0] != hot[1] and len(set(cold[0])) < len(set(hot[0]))
    assert write(now.values(), state, "lstm", "one ☃ Z", 1.0, 5, 0)["ignored"] == "☃Z"


def test_an_own_text_is_learnt_from_the_shelf(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    digest = shelf.put(*sequences_text.prepare("own.txt", "Übers Meer, übers Meer! " * 20))
    trainer = Characters(text=sequences_text.OWN, own=digest, window=16).trainer()
    trainer.advance(2)
    assert "Ü" in trainer.problem.text.signs and encode("view", trainer.view())
    with pytest.raises(UserError, match="no text of your own"):
        Characters(text=sequences_text.OWN)
