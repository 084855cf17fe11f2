"""Files to take home, read back by what they are for."""

import ast
import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest

import playground.experiments
from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import Experiment
from playground.runs import export, export_board, export_notebook, export_onnx
from playground.runs.engine import Engine
from tests.laws.test_experiments import words
from tests.runs.test_engine import wait
from tests.runs.test_store import ended
from tests.runs.toy import Toy

ROOT = Path(__file__).resolve().parents[2]
STEPS = 12
KINDS = {key: kind for key, kind in playground.experiments.load().items() if kind.__module__.startswith("playground.experiments")}
SCRIPTED = {key: kind for key, kind in KINDS.items() if not getattr(kind, "evaluates", False) and kind.script is not Experiment.script}
PORTABLE = {key: kind for key, kind in KINDS.items() if export_onnx.has_network(kind)}


@pytest.fixture(autouse=True)
def _engine(engine, monkeypatch):
    for module in (export, export_board, export_onnx):
        monkeypatch.setattr(module, "get_engine", lambda: engine)


@pytest.fixture(scope="module")
def scripts():
    found = {}
    for key, kind in SCRIPTED.items():
        experiment = kind()
        try:
            found[key] = experiment.script(min(STEPS, experiment.step_limit))
        except UserError:
            assert getattr(kind, "no_script", ""), key
    return found


def test_notebook_cells_are_the_script_cut_in_pieces(scripts):
    for key, text in scripts.items():
        cells = nbformat.reads(export_notebook.from_script(text, key), as_version=4).cells
        joined = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        body = ast.parse(text).body
        wanted = body[1:] if ast.get_docstring(ast.parse(text)) is not None else body
        assert [ast.dump(node) for node in ast.parse(joined).body] == [ast.dump(node) for node in wanted], key
        assert cells[0].source.startswith(f"# {key}\n") and len(cells) > 4, key


def test_notebooks_run_from_top_to_bottom_and_print_what_the_scripts_print(scripts, tmp_path):
    """All in one process, since importing torch takes longer than a few steps. Cells share `__future__` imports, as in Jupyter."""
    for key, text in scripts.items():
        (tmp_path / f"{key}.ipynb").write_text(export_notebook.from_script(text, key))
    code = """
import codeop, contextlib, io, json, sys, nbformat, torch
printed = {}
for key in sys.argv[1:]:
    torch.set_default_dtype(torch.float32)
    out, space, compiled = io.StringIO(), {"__name__": "__main__"}, codeop.Compile()
    with contextlib.redirect_stdout(out):
        for cell in nbformat.read(f"{key}.ipynb", 4).cells:
            if cell.cell_type == "code":
                exec(compiled(cell.source, key, "exec"), space)
    printed[key] = out.getvalue().splitlines()
print(json.dumps(printed))
"""
    done = subprocess.run([sys.executable, "-c", code, *scripts], cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-1500:]
    printed = json.loads(done.stdout.splitlines()[-1])
    for key in scripts:
        experiment = KINDS[key]()
        trainer = experiment.trainer()
        trainer.advance(min(STEPS, experiment.step_limit))
        losses = {words(name): value for name, value in trainer.metrics().items() if "loss" in name}
        said = {words(line.rpartition(" ")[0]): float(line.rpartition(" ")[2]) for line in printed[key] if "loss" in line}
        assert said.keys() & losses.keys(), key
        assert all(said[name] == pytest.approx(losses[name], rel=1e-6, abs=1e-9) for name in said.keys() & losses.keys()), key


def test_a_notebook_says_what_was_on_screen(engine: Engine):
    run = engine.start(playground.experiments.load()["boundary"](epochs=1), playing=True)
    wait(lambda: run.state == "finished")
    last = nbformat.reads(export_notebook.notebook(run), as_version=4).cells[-1].source
    assert f"after {run.step} steps" in last and f"| train_loss | {run.last_metrics()['train_loss']:.10g} |" in last


def test_tensorboard_reads_every_metric_with_its_steps_and_times(engine):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = ended(steps=300, rate=0.3)
    run.name = "Good / one"
    with zipfile.ZipFile(io.BytesIO(export_board.tensorboard([run]))) as archive:
        (name,) = archive.namelist()
        folder = Path(engine.store._url.removeprefix("sqlite:///")).parent
        archive.extractall(folder)
    assert name.startswith(f"{export.file_name(run)}/events.out.tfevents") and name.startswith("good-one-")
    read = EventAccumulator(str((folder / name).parent), size_guidance={"scalars": 0})
    read.Reload()
    scalars = read.Scalars("loss")
    np.testing.assert_allclose([each.value for each in scalars], run.metrics()["loss"], rtol=1e-6)
    assert [each.step for each in scalars] == list(range(300))
    assert scalars[-1].wall_time == pytest.approx(run.created + 1.5, abs=1e-3)
    assert "_hparams_/session_start_info" in read.summary_metadata


def test_json_and_tables_hold_every_number():
    one, two = ended(rate=0.3), ended(steps=5)
    two.receive(packets.encode("metrics", {"step": np.array([5.0]), "loss": np.array([np.inf])}))
    whole = json.loads(export.whole([one, two]))["runs"]
    assert whole[0]["settings"]["rate"] == 0.3 and whole[0]["metrics"]["loss"] == one.metrics()["loss"].tolist()
    assert whole[1]["metrics"]["loss"][-1] is None and whole[0]["changes"][0]["values"] == {"rate": 0.2}
    rows = list(csv.DictReader(io.StringIO(export.histories([one, two]))))
    assert len(rows) == 20 + 6 and rows[0]["run"] == one.token[:8] and float(rows[19]["loss"]) == 0.5 and rows[25]["loss"] == "inf"


def test_a_table_of_runs_has_a_column_a_setting_and_a_metric(store):
    for run in (ended(rate=0.3), ended(rate=0.4)):
        store.save(run)
    rows = list(csv.DictReader(io.StringIO(export.summary(store.list()))))
    assert {row["rate"] for row in rows} == {"0.3", "0.4"} and rows[0]["loss"] == "0.5" and rows[0]["state"] == "finished"


def test_weights_of_a_kept_run_are_those_of_its_checkpoint(store):
    from safetensors.numpy import load

    run = ended()
    store.save(run)
    assert load(export.weights(store.open(run.token)))["weights"].tolist() == [1, 1, 1]
    with zipfile.ZipFile(io.BytesIO(export.all_weights([run]))) as archive:
        assert load(archive.read(archive.namelist()[0]))["weights"].tolist() == [1, 1, 1]
    run.checkpoint = None
    with pytest.raises(UserError, match="kept any weights"):
        export.all_weights([run])


@pytest.mark.parametrize("values", [{"epochs": 3, "dataset": "blobs", "normalization": "batch", "activation": "gelu", "hidden_sizes": (6, 5)},
                                    {"epochs": 3, "loss": "half_mse", "hidden_sizes": (), "standardize": False}])  # fmt: skip
def test_onnx_answers_as_the_trained_network_does(values):
    import onnxruntime
    import torch

    experiment = KINDS["boundary"](**values)
    trainer = experiment.trainer()
    trainer.advance(experiment.step_limit)
    made = export_onnx.convert(experiment.key, experiment.modules(), experiment.values(), trainer.state_dict())
    points = np.random.default_rng(0).uniform(-1, 1, (9, 2)).astype(np.float32)
    answer = onnxruntime.InferenceSession(made).run(None, {"points": points})[0]
    wanted = trainer.cohort.network.evaluate(trainer.material.see(torch.from_numpy(points).double(), experiment.features))[0].numpy()
    np.testing.assert_allclose(answer, wanted, rtol=1e-3, atol=1e-4)
    assert str(ROOT).encode() not in made and b"site-packages" not in made


def test_a_run_without_a_network_is_refused_in_words():
    with pytest.raises(UserError, match="no single network"):
        export_onnx.onnx(ended())
    assert not export_onnx.has_network(Toy())
