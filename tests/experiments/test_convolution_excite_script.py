"""The program that grows the pictures of a filter: run as it is, it ends where the screen does."""

import shutil
import subprocess
import sys

import pytest

from playground.core.errors import UserError
from playground.experiments.convolution_excite import Excite
from playground.experiments.convolution_excite_script import excite_script
from playground.zoo import cards


def test_the_program_prints_the_activation_on_the_screen(tmp_path):
    view = Excite(network="explainer-cnn", layer=2, goal="unit", jitter=2, seed=3, count=4)
    trainer = view.trainer()
    trainer.advance(6)
    (tmp_path / "excite.py").write_text(excite_script(view.values(), 6), encoding="utf-8")
    shutil.copy(cards.WEIGHTS / f"{view.network}.safetensors", tmp_path)
    done = subprocess.run([sys.executable, "excite.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert float(done.stdout.split()[1]) == pytest.approx(trainer.metrics()["activation"], rel=1e-6)
    assert (tmp_path / "excited.png").stat().st_size > 100


def test_a_network_of_another_library_has_no_program(monkeypatch):
    from playground.experiments import convolution_excite_script as module

    monkeypatch.setattr(module, "written", lambda opened: (_ for _ in ()).throw(UserError("built by another library")))
    with pytest.raises(UserError, match="another library"):
        excite_script(Excite().values(), 1)
