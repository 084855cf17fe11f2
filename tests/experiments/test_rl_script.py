"""Taken home: a plain PyTorch and Gymnasium program that ends where the run did."""

import subprocess
import sys

import pytest

from playground.core.experiment import Change
from playground.experiments.rl import ALGORITHMS
from tests.experiments.test_rl import quick

STEPS = 650


def test_every_algorithms_script_ends_where_its_run_did_live_changes_included(tmp_path):
    """One process runs all five, as `python rl.py` would each."""
    trainers, names = {}, []
    for algorithm in ALGORITHMS:
        experiment = quick(algorithm)
        trainer = experiment.trainer()
        trainer.advance(301)
        change = {"learning_rate": 0.004, "epsilon": 0.3, "entropy": 0.05}
        trainer.tune(experiment.changed(**change))
        trainer.advance(STEPS - 301)
        text = experiment.script(STEPS, [Change(step=301, values=change)])
        assert "playground" not in text.replace("deep-learning playground", "")
        (tmp_path / f"{algorithm}.py").write_text(text)
        trainers[algorithm] = trainer.metrics()
        names.append(algorithm)
    code = "import runpy, sys\nfor name in sys.argv[1:]:\n    print('==', name)\n    runpy.run_path(name + '.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-1500:]
    found: dict[str, dict[str, float]] = {}
    for line in done.stdout.splitlines():
        if line.startswith("=="):
            now = found.setdefault(line[3:], {})
        elif line.startswith("final"):
            now[line.split()[1]] = float(line.split()[2])
    for algorithm, metrics in trainers.items():
        assert len(found[algorithm]) >= 5 and found[algorithm]["value_loss"] > 0
        for name, value in found[algorithm].items():
            assert value == pytest.approx(metrics[name], rel=1e-6, nan_ok=True), (algorithm, name)
