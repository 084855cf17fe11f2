"""The race down a surface: real optimizers, one start, the same batches; its checkpoint, its script, its words."""

import contextlib
import csv
import io
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from playground.core import packets
from playground.core.errors import UserError
from playground.experiments.descent import Descent, hyperparameter_fields
from playground.experiments.descent_script import paths_csv
from playground.experiments.descent_views import RATE_GRID, good_rates, race, relief, sweep
from playground.functions.schedules import SCHEDULES
from playground.functions.surfaces import EXAMPLES, SURFACES, least_squares_points
from playground.optimizers.table import OPTIMIZERS

KEYS = tuple(OPTIMIZERS)
SMALL = {"steps": 30}


@pytest.mark.parametrize("key", KEYS)
def test_a_checkpoint_of_any_optimizer_continues_bit_for_bit(key):
    experiment = Descent(optimizers=(key,), surface="himmelblau", batching="mini", schedule="one_cycle", **SMALL)
    first, second = experiment.trainer(), experiment.trainer()
    first.advance(9)
    second.load_state_dict(packets.decode(packets.encode("checkpoint", first.state_dict()))[1])
    first.advance(9)
    second.advance(9)
    assert first.view()["positions"].tobytes() == second.view()["positions"].tobytes() and second.step_count == 18


# The walk ---------------------------------------------------------------------------------------------------------------


def test_the_race_is_the_run_step_by_step():
    experiment = Descent(optimizers=KEYS[:8], surface="beale", batching="mini", **SMALL)
    found, trainer = race(**experiment.arguments()), experiment.trainer()
    for step in range(experiment.steps + 1):
        view = trainer.view()
        assert view["positions"] == pytest.approx(found["positions"][:, step], rel=1e-12, abs=1e-12, nan_ok=True)
        trainer.advance(1)


@pytest.mark.parametrize("key", [key for key in KEYS if not OPTIMIZERS[key].matrix])
def test_a_path_is_what_torch_makes_of_a_loop_by_hand(key):
    experiment = Descent(optimizers=(key,), surface="saddle", start="-1.7, 0.4", schedule="cosine", **SMALL)
    x = torch.tensor(experiment.place(), dtype=torch.float64, requires_grad=True)
    optimizer = OPTIMIZERS[key].build([x], **experiment.racer(key).hyperparameters)

    def closure():
        optimizer.zero_grad()
        value = x[0] ** 2 / 2 - x[1] ** 2 / 2 + x[1] ** 4 / 4
        value.backward()
        return value

    path = [x.detach().numpy().copy()]
    for factor in experiment.factors():
        optimizer.param_groups[0]["lr"] = experiment.racer(key).learning_rate * factor
        closure()
        optimizer.step(closure) if OPTIMIZERS[key].closure else optimizer.step()
        path.append(x.detach().numpy().copy())
    assert race(**experiment.arguments())["positions"][0] == pytest.approx(np.array(path), rel=1e-9, abs=1e-12)


def test_gradient_descent_on_a_parabola_is_known_exactly():
    found = race(**Descent(surface="parabola", optimizers=("sgd",), sgd_learning_rate=0.3, **SMALL).arguments())
    assert found["positions"][0, :, 0] == pytest.approx(-2.5 * 0.7 ** np.arange(31), rel=1e-12)
    assert found["heights"][0] == pytest.approx(found["positions"][0, :, 0] ** 2 / 2) and not found["positions"][..., 1].any()


def test_momentum_without_memory_is_plain_descent_and_full_batches_have_no_noise():
    plain = Descent(surface="ravine", optimizers=("sgd", "momentum"), momentum_momentum=0.0, sgd_learning_rate=0.05, momentum_learning_rate=0.05, **SMALL)
    found = race(**plain.arguments())["positions"]
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    whole = race(**plain.changed(batching="mini", batch_size=EXAMPLES, noise=5.0).arguments())["positions"]
    assert whole == pytest.approx(found, rel=1e-12)


def test_every_epoch_shows_every_example_once_and_all_racers_the_same():
    batches = Descent(batching="mini", batch_size=10, sample_seed=4).batches()
    first = [batches.at(step) for step in range(7)]
    assert sorted(torch.cat(first).tolist()) == list(range(EXAMPLES)) and len(first[-1]) == 4
    assert torch.equal(batches.at(3), first[3]), "asking again gives the same batch"
    assert not torch.equal(torch.cat([batches.at(step) for step in range(7, 14)]), torch.cat(first))
    assert Descent().batches().at(0) is None


def test_the_least_squares_race_ends_at_the_regression_line():
    experiment = Descent(surface="least_squares", optimizers=("momentum", "lbfgs"), steps=300, sample_seed=2)
    inputs, targets = (each.numpy() for each in least_squares_points(2))
    ends = race(**experiment.arguments())["positions"][:, -1]
    assert ends == pytest.approx(np.array([np.polyfit(inputs, targets, 1)] * 2), abs=1e-3)


def test_who_leaves_the_surface_stays_away_and_the_others_go_on():
    experiment = Descent(surface="bowl", optimizers=("sgd", "adam"), sgd_learning_rate=10.0, **SMALL)
    trainer = experiment.trainer()
    trainer.advance(30)
    metrics = trainer.metrics()
    assert metrics["sgd_loss"] == float("inf") and metrics["adam_loss"] < 1.0
    assert np.isnan(trainer.view()["positions"][0]).all() and not trainer.diverged and "SGD left the surface" in trainer.stop_reason
    alone = experiment.changed(optimizers=("sgd",)).trainer()
    alone.advance(30)
    assert alone.diverged and "every optimizer has left" in alone.stop_reason


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("batching", ["batch", "single"])
def test_all_optimizers_walk_on_every_surface(surface, batching):
    for keys in (KEYS[:8], KEYS[8:]):
        experiment = Descent(surface=surface, batching=batching, optimizers=keys, steps=12)
        found = race(**experiment.arguments())
        assert found["positions"].shape == (len(keys), 13, 2) and np.isfinite(found["heights"][:, 0]).all()
        packets.encode("view", found)


def test_eight_optimizers_at_two_hundred_steps_take_less_than_300_ms():
    experiment = Descent(optimizers=KEYS[:8], steps=200)
    race(**experiment.arguments())
    times = []
    for _ in range(3):
        started = time.thread_time()  # of this thread alone: what else the machine does is not the race's
        race(**experiment.arguments())
        times.append(time.thread_time() - started)
    assert min(times) < 0.3


# Settings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"start": "here"}, "start", "two numbers"), ({"start": "1,2,3"}, "start", "finite numbers"), ({"start": "inf, 1"}, "start", "finite"),
        ({"optimizers": ("sgd", "adam", "lion"), "rates": 4}, "rates", "make 12 racers"), ({"surface": "formula", "formula": "x + z"}, "formula", "character 5"),
        ({"optimizers": ("lbfgs",), "rates": 5}, "rates", "L-BFGS would be 16, the limit is 10"),
        ({"optimizers": KEYS[:9]}, "optimizers", "1 to 8"), ({"adam_beta1": 1.0}, "adam_beta1", "between 0 and 0.999"),
    ],
)  # fmt: skip
def test_impossible_settings_are_refused_in_words(settings, field, words):
    with pytest.raises(UserError, match=words) as refusal:
        Descent(**settings)
    assert refusal.value.field == field


def test_a_start_is_read_and_kept_inside_the_window():
    assert Descent(start="1; 2").place() == (1.0, 2.0) and Descent(surface="rosenbrock", start="99, -99").place() == (2.0, -1.0)
    assert Descent(surface="parabola", start="1.5").place() == (1.5, 0.0) and Descent(surface="bowl").place() == SURFACES["bowl"].start


def test_copies_double_the_learning_rate():
    racers = Descent(optimizers=("adam",), rates=3, adam_learning_rate=0.01).racers()
    assert [each.learning_rate for each in racers] == [0.01, 0.02, 0.04] and len({each.name for each in racers}) == 3
    assert racers[1].title == "Adam, η = 0.02"


def test_only_controls_that_change_something_are_shown():
    unused = set(Descent().unused_controls())
    assert {"formula", "condition", "noise", "batch_size", "step_drop"} <= unused and "steps" not in unused
    tuned = Descent(tuned="adam", surface="ravine", batching="mini", schedule="step")
    assert not set(tuned.unused_controls()) & {*hyperparameter_fields("adam"), "condition", "batch_size", "noise", "step_drop"}


def test_a_formula_without_values_is_refused_where_it_matters():
    with pytest.raises(UserError, match="no finite value anywhere") as refusal:
        relief(**Descent(surface="formula", formula="log(-1 - x**2)").arguments())
    assert refusal.value.field == "formula"
    with pytest.raises(UserError, match="at the start") as refusal:
        relief(**Descent(surface="formula", formula="log(x)", start="-2, 0").arguments())
    assert refusal.value.field == "start"


def test_the_relief_is_the_surface_row_by_row():
    found = relief(**Descent(surface="himmelblau").arguments())
    x, y = np.linspace(*found["x"], 161), np.linspace(*found["y"], 161)
    assert found["map"][30, 100] == pytest.approx((x[100] ** 2 + y[30] - 11) ** 2 + (x[100] + y[30] ** 2 - 7) ** 2, rel=1e-5)
    assert found["lowest"] == pytest.approx(0, abs=1e-9) and found["solid"].shape == (61, 61)
    curve = relief(**Descent(surface="wavy").arguments())
    assert "map" not in curve and curve["curve"].shape == (601, 2)


def test_good_rates_are_the_best_of_the_sweep_and_better_than_the_worst():
    experiment = Descent(surface="ravine", optimizers=("sgd", "adam"), steps=40)
    rates, found = good_rates(**experiment.values()), sweep(**experiment.arguments())
    assert set(rates) == {"sgd_learning_rate", "adam_learning_rate"} and found["scores"].shape == (2, len(RATE_GRID))
    assert rates["sgd_learning_rate"] < 2 / 20, "beyond 2 / λ plain descent diverges"
    heights = [race(**each.arguments())["heights"] for each in (experiment, experiment.changed(**rates))]
    before, after = (np.log10(each + 1e-6 * each[0, 0]).mean(1) for each in heights)
    assert (after <= before).all() and after == pytest.approx(found["scores"].min(1), abs=0.02), "rates are rounded to two digits"


@pytest.mark.parametrize("key", SCHEDULES)
def test_the_script_knows_every_schedule(key):
    experiment = Descent(surface="least_squares", optimizers=("lion", "muon", "lbfgs"), schedule=key, batching="mini", batch_size=10, **SMALL)
    trainer = experiment.trainer()
    trainer.advance(30)
    assert run(experiment.script(30)) == pytest.approx(trainer.metrics(), rel=1e-9)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_script_knows_every_surface(surface):
    experiment = Descent(surface=surface, optimizers=("sgd", "adam"), batching="single", angle=30.0, sgd_learning_rate=0.001, **SMALL)
    trainer = experiment.trainer()
    trainer.advance(15)
    assert run(experiment.script(15)) == pytest.approx(trainer.metrics(), rel=1e-6)


def run(script):
    """What a script prints, run in this process: starting another for each would take most of the time."""
    before, threads, said = torch.get_default_dtype(), torch.get_num_threads(), io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    finally:
        torch.set_default_dtype(before)
        torch.set_num_threads(threads)
    return {line.split()[1]: float(line.split()[2]) for line in said.getvalue().splitlines()}


def test_the_script_is_written_without_loading_torch():
    code = ("import sys; from playground.experiments.descent import Descent; "
            "Descent(optimizers=('lion', 'muon'), batching='mini', surface='least_squares').script(20); print('torch' in sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr


def test_the_table_of_paths_holds_every_place_exactly():
    experiment = Descent(surface="bowl", optimizers=("sgd", "adam"), rates=2, sgd_learning_rate=5.0, **SMALL)
    found = race(**experiment.arguments())
    rows = list(csv.DictReader(io.StringIO(paths_csv(experiment, found))))
    assert len(rows) == 4 * 31 and rows[0]["optimizer"] == "SGD" and rows[-1]["optimizer"] == "Adam"
    assert [float(row["x"]) for row in rows[-31:]] == found["positions"][-1, :, 0].tolist()
    assert rows[30]["x"] == rows[30]["height"] == "", "gone"
    assert {float(row["learning_rate"]) for row in rows[62:]} == {each.learning_rate for each in experiment.racers()[2:]}
