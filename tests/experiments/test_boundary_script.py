"""What is taken home: a plain-PyTorch script that prints the loss on screen, and weights that fit its model."""

import subprocess
import sys

import numpy as np
import pytest

from playground.core.experiment import Change
from playground.data import shelf
from playground.experiments.boundary import PLAYGROUND, Boundary

STEPS = 260
CONFIGURATIONS = {
    "default": {},
    "playground": PLAYGROUND,
    "blobs": {"dataset": "blobs", "classes": 4, "normalization": "layer", "activation": "gelu"},
    "hills": {"dataset": "hills", "optimizer": "nadam", "schedule": "cosine", "normalization": "batch", "count": 302, "batch_size": 10},
    "circle": {"dataset": "circle", "optimizer": "lion", "learning_rate": 0.003, "dropout": 0.2, "l1": 0.001, "l2": 0.01, "gradient_clip": 0.5},
    "xor": {"dataset": "xor", "hidden_sizes": (), "features": ("product", "radius"), "standardize": False, "loss": "hinge", "initializer": "he_normal"},
    "moons": {"dataset": "moons", "hidden_sizes": (6, 5, 4), "layer_activations": "relu, silu, sigmoid", "loss": "focal", "optimizer": "nesterov"},
    "cycle": {"dataset": "sine", "loss": "huber", "schedule": "one_cycle", "optimizer": "rmsprop", "learning_rate": 0.01, "epochs": 12},
    "warmup": {"dataset": "checkerboard", "schedule": "warmup_cosine", "optimizer": "adamw", "batch_size": 32, "epochs": 40, "data_seed": 5, "seed": 9},
}
DRIVER = """
import pathlib, runpy, sys, os
for folder in sys.argv[1:]:
    os.chdir(folder)
    print("==", folder)
    runpy.run_path("script.py")
"""


def run_together(root, scripts, files=None):
    """Run each script in its own folder, all in one fresh interpreter; returns what each printed."""
    for name, text in scripts.items():
        (root / name).mkdir()
        (root / name / "script.py").write_text(text)
        for file, content in (files or {}).get(name, {}).items():
            (root / name / file).write_text(content)
    folders = [str(root / name) for name in scripts]
    done = subprocess.run([sys.executable, "-c", DRIVER, *folders], cwd=root, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-2000:]
    found = {}
    for part in done.stdout.split("== ")[1:]:
        folder, *lines = part.splitlines()
        found[folder.rsplit("/", 1)[1]] = {line.split()[0]: float(line.split()[1]) for line in lines}
    return found


def trained(experiment, steps=STEPS):
    trainer = experiment.trainer()
    trainer.advance(steps)
    return trainer


def test_scripts_print_the_losses_on_screen(tmp_path):
    experiments = {name: Boundary(**values) for name, values in CONFIGURATIONS.items()}
    printed = run_together(tmp_path, {name: each.script(STEPS) for name, each in experiments.items()})
    for name, each in experiments.items():
        metrics = trained(each).metrics()
        for loss in ("train_loss", "test_loss"):
            assert printed[name][loss] == pytest.approx(metrics[loss], rel=1e-6), name


def changed_run():
    """A run with live changes, edits of a weight and a bias, and what they were."""
    experiment = Boundary(optimizer="momentum", normalization="batch", count=302)  # 151 rows: each epoch's last batch is one example
    trainer = trained(experiment, 40)
    values = {"learning_rate": 0.1, "dropout": 0.1, "momentum": 0.5, "l2": 0.01, "gradient_clip": 2.0}
    trainer.tune(experiment.changed(**values))
    trainer.advance(40)
    edits = [{"layer": 1, "kind": "bias", "row": 2, "column": 0, "value": -1.5}, {"layer": 0, "kind": "weight", "row": 3, "column": 6, "value": 2.25}]
    for each in edits:
        trainer.edit(**each)
    trainer.advance(16)  # 96 steps: the last was an epoch's lone example
    trainer.edit(**edits[0])
    trainer.advance(44)
    changes = [Change(step=40, values=values), *(Change(step=80, edit=each) for each in edits), Change(step=96, edit=edits[0])]
    return experiment, trainer, changes


def own_runs():
    """Own classes and own numbers, with awkward column names."""
    stream = np.random.default_rng(1)
    inputs = np.stack([stream.normal(13, 1, 90), stream.normal(0.2, 0.05, 90)], axis=1)
    kinds = (inputs[:, 0] > 12.5).astype(np.int64) + (inputs[:, 1] > 0.22)
    prices = 300 + 40 * inputs[:, 0] * inputs[:, 1]
    names = {"features": ['alcohol, "by volume"', "ash\nper litre"], "target": "kind"}
    classes = shelf.put({"inputs": inputs, "targets": kinds}, {**names, "task": "multiclass", "classes": ["a", "b", "c"]})
    numbers = shelf.put({"inputs": inputs, "targets": prices}, {**names, "task": "regression", "classes": []})
    settings = {"dataset": "own", "features": ("x1", "x2"), "train_share": 0.7}
    return {"classes": Boundary(own=classes, **settings), "numbers": Boundary(own=numbers, learning_rate=0.01, **settings)}


def test_scripts_repeat_live_changes_edits_and_own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    experiment, trainer, changes = changed_run()
    own = own_runs()
    scripts = {"changed": experiment.script(140, changes), **{name: each.script(STEPS) for name, each in own.items()}}
    files = {name: {"data.csv": each.data_csv()} for name, each in own.items()}
    printed = run_together(tmp_path, scripts, files)
    wanted = {"changed": trainer.metrics(), **{name: trained(each).metrics() for name, each in own.items()}}
    for name, metrics in wanted.items():
        for loss in ("train_loss", "test_loss"):
            assert printed[name][loss] == pytest.approx(metrics[loss], rel=1e-6), name


def test_exported_weights_load_into_the_exported_model(tmp_path):
    from safetensors.numpy import save

    scripts, wanted = {}, {}
    for name in ("default", "playground", "blobs", "hills"):
        experiment = Boundary(**CONFIGURATIONS[name])
        trainer = trained(experiment, 100)
        place = tmp_path / f"{name}.safetensors"
        place.write_bytes(save({key: np.ascontiguousarray(value) for key, value in experiment.named_weights(trainer.state_dict()).items()}))
        scripts[name] = experiment.script(0) + f"""
from safetensors.torch import load_file
model.load_state_dict(load_file({str(place)!r}), strict=False)
with torch.no_grad():
    print("again", repr(loss_of(predict(train_rows), goals[train_rows]).mean().item()))
"""
        wanted[name] = trainer.metrics()["train_loss"]
    printed = run_together(tmp_path, scripts)
    for name, loss in wanted.items():
        assert printed[name]["again"] == pytest.approx(loss, rel=1e-9), name


def test_a_script_stands_alone_and_fits_on_a_screen_or_six():
    text = Boundary(schedule="one_cycle", optimizer="lion").script(50_000)
    assert "playground" not in text.replace("tensorflow/playground", "") and len(text.splitlines()) < 200
    compile(text, "script", "exec")
