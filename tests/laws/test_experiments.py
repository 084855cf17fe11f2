"""Laws that every experiment obeys, tested the day it exists."""

import dataclasses
import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import playground.experiments
from playground.core import packets
from playground.core.errors import UserError
from playground.core.text import from_text, to_text
from tests.strategies import corners, experiments, inside, outside

ROOT = Path(__file__).resolve().parents[2]
KINDS = {key: kind for key, kind in playground.experiments.load().items() if kind.__module__.startswith("playground.experiments")}
TRAINED = {key: kind for key, kind in KINDS.items() if not getattr(kind, "evaluates", False)}
UNSHRUNK = [Phase.explicit, Phase.reuse, Phase.generate]  # a minute would go into simplifying seventy fields; `corners` gives short failures
every = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
trained = pytest.mark.parametrize("kind", TRAINED.values(), ids=TRAINED)


def exact(metrics):
    return {name: np.float64(value).tobytes() for name, value in metrics.items()}


def words(name):
    """A printed or recorded name as a set of words: "final loss huber" is "huber_loss"."""
    return frozenset(re.findall("[a-z0-9]+", name.lower())) - {"final"}


def same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert np.array_equal(np.asarray(one[name]), np.asarray(other[name]), equal_nan=np.asarray(one[name]).dtype.kind == "f"), name


@every
def test_defaults_build_and_are_hashable_and_comparable(kind):
    assert kind() == kind() and hash(kind()) == hash(kind())
    assert kind(**kind().values()) == kind()


@every
def test_every_field_is_declared_with_words(kind):
    assert set(kind.domains()) == set(kind.model_fields)
    for name, domain in kind.domains().items():
        assert domain.group == "hidden" or domain.label or "_" not in name, f"{name} needs a label"


@every
@settings(max_examples=9, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_value_outside_a_fields_range_is_refused_by_name(kind, data):
    for name, domain in kind.domains().items():
        if domain.kind == "switch":
            continue
        with pytest.raises(UserError) as refusal:
            kind(**{name: data.draw(outside(domain))})
        assert refusal.value.field == name


@every
@settings(max_examples=9, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_value_survives_the_address(kind, data):
    for domain in kind.domains().values():
        if domain.kind == "text":
            continue
        value = data.draw(inside(domain))
        assert from_text(domain, to_text(domain, value)) == value


@trained
@pytest.mark.alone
def test_three_steps_and_a_view_come_within_a_second(kind):
    taken = []
    for _ in range(3):  # the best of three: first use of torch's lazily loaded parts, or a busy machine, is not the trainer's
        started = time.perf_counter()
        trainer = kind().trainer()
        for _ in range(3):
            trainer.step()
        packets.encode("view", trainer.view())
        taken.append(time.perf_counter() - started)
        if taken[-1] < 1.0:
            return
    raise AssertionError(f"{min(taken):.2f} s")


@trained
def test_equal_experiments_give_equal_metrics_bit_for_bit_and_another_seed_differs(kind):
    first, second = kind().trainer(), kind().trainer()
    assert [exact(first.step()) for _ in range(3)] == [exact(second.step()) for _ in range(3)]
    if "seed" in kind.domains():
        other = kind(seed=7).trainer()
        for _ in range(3):
            other.step()
        assert exact(other.metrics()) != exact(first.metrics())


@trained
def test_steps_add_up(kind):
    first, second = kind().trainer(), kind().trainer()
    first.advance(2)
    first.advance(5)
    second.advance(7)
    assert first.step_count == second.step_count == 7
    assert exact(first.metrics()) == exact(second.metrics())


@trained
def test_views_are_frozen_hold_numbers_and_never_change_afterwards(kind):
    trainer = kind().trainer()
    view = trainer.view()
    if dataclasses.is_dataclass(view):
        assert view.__dataclass_params__.frozen
    kept = packets.encode("view", view)
    trainer.advance(5)
    trainer.view()
    assert packets.encode("view", view) == kept
    packets.decode(packets.encode("scene", trainer.scene()))


@trained
def test_metrics_are_plain_numbers_of_lasting_names_and_reading_them_changes_nothing(kind):
    trainer, unread = kind().trainer(), kind().trainer()
    names = list(trainer.metrics())
    for _ in range(3):
        read = trainer.step()
        assert list(read) == names and all(type(value) is float for value in read.values())
        assert exact(trainer.metrics()) == exact(read)
        trainer.view(), trainer.scene(), trainer.state_dict()
    unread.advance(3)
    assert exact(unread.metrics()) == exact(trainer.metrics())


@trained
def test_a_scene_never_changes_during_the_run(kind):
    trainer = kind().trainer()
    scene = trainer.scene()
    kept = packets.encode("scene", scene)
    trainer.advance(5)
    assert packets.encode("scene", scene) == kept == packets.encode("scene", trainer.scene())


@trained
def test_views_have_the_same_names_throughout(kind):
    trainer = kind().trainer()
    first = [name for name, _ in packets.items(trainer.view())]
    trainer.advance(3)
    assert [name for name, _ in packets.items(trainer.view())] == first


@trained
def test_two_runs_side_by_side_do_not_touch_one_another(kind):
    alone, one, other = kind().trainer(), kind().trainer(), kind().trainer()
    for _ in range(3):
        one.advance(1)
        other.advance(2)
    alone.advance(3)
    assert exact(one.metrics()) == exact(alone.metrics())


def test_another_process_finds_the_same_numbers():
    """Nothing depends on the order of sets, on addresses in memory, or on what ran before."""
    code = """
import json, sys, torch, playground.experiments as each
torch.set_num_threads(1)
kinds, found = each.load(), {}
for key in sys.argv[1:]:
    trainer = kinds[key]().trainer(); trainer.advance(3)
    found[key] = {name: value.hex() for name, value in trainer.metrics().items()}
print(json.dumps(found))
"""
    done = subprocess.run([sys.executable, "-c", code, *TRAINED], capture_output=True, text=True, timeout=100, cwd=ROOT,
                          env={**os.environ, "PYTHONHASHSEED": "4711"})  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    for key, found in json.loads(done.stdout.splitlines()[-1]).items():
        trainer = TRAINED[key]().trainer()
        trainer.advance(3)
        assert found == {name: value.hex() for name, value in trainer.metrics().items()}, key


@trained
def test_the_global_random_state_is_left_alone(kind):
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    trainer = kind().trainer()
    trainer.advance(3)
    trainer.view(), trainer.metrics()
    assert torch.equal(before[0], torch.get_rng_state()) and np.array_equal(before[1], np.random.get_state()[1]) and before[2] == random.getstate()


@trained
def test_a_checkpoint_continues_identically(kind):
    first = kind().trainer()
    first.advance(4)
    state = packets.decode(packets.encode("checkpoint", first.state_dict()))[1]
    second = kind().trainer()
    second.load_state_dict(state)
    first.advance(4)
    second.advance(4)
    assert first.step_count == second.step_count and exact(first.metrics()) == exact(second.metrics())
    same(dict(packets.items(first.state_dict())), dict(packets.items(second.state_dict())))


@trained
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_tune_takes_live_fields_and_refuses_others(kind, data):
    trainer = kind().trainer()
    trainer.advance(1)
    for name, domain in kind.domains().items():
        value = data.draw(inside(domain))
        try:
            wanted = trainer.experiment.changed(**{name: value})
        except UserError:
            continue  # not possible together with the other settings
        before = trainer.experiment
        if before == wanted or domain.live:
            trainer.tune(wanted)
            assert trainer.experiment == wanted
        else:
            with pytest.raises(UserError) as refusal:
                trainer.tune(wanted)
            assert refusal.value.field == name and trainer.experiment == before
    trainer.advance(1)


@trained
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=UNSHRUNK)
@given(data=st.data())
def test_any_valid_experiment_survives_three_steps(kind, data):
    fixed = {"dataset": data.draw(st.sampled_from(["spiral", "blobs", "hills"])), "layer_activations": ""} if kind.key == "boundary" else {}
    try:
        trainer = data.draw(experiments(kind, **fixed)).trainer()
    except UserError:
        return  # a typed formula, for instance, that is refused in words
    trainer.advance(3)
    packets.encode("view", trainer.view())
    trainer.metrics()


@trained
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_experiment_at_the_ends_of_its_ranges_runs_or_is_refused_in_words(kind, data):
    experiment = data.draw(corners(kind))
    try:
        trainer = experiment.trainer()
    except UserError as error:
        assert str(error).endswith((".", "?"))
        return
    trainer.advance(2)
    packets.encode("view", trainer.view())


@trained
def test_the_script_repeats_the_final_loss(kind, tmp_path):
    experiment = kind()
    steps = min(30, experiment.step_limit)
    trainer = experiment.trainer()
    trainer.advance(steps)
    try:
        text = experiment.script(steps)
    except UserError as error:
        assert getattr(kind, "no_script", ""), f"{kind.title} has no script and no reason for it ({error})"
        return
    assert "import playground" not in text and "from playground" not in text
    (tmp_path / "script.py").write_text(text)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    printed = {}
    for line in done.stdout.splitlines():
        name, _, value = line.rpartition(" ")
        try:
            printed[words(name)] = float(value)
        except ValueError:
            continue
    losses = {words(name): value for name, value in trainer.metrics().items() if "loss" in name}
    shared = losses.keys() & printed.keys()
    assert shared, f"the script prints {list(printed)}, the run measures {list(losses)}"
    for name in shared:
        assert printed[name] == pytest.approx(losses[name], rel=1e-6, abs=1e-9), name
