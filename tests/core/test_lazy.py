"""torch is loaded by the first attribute that is read, and by nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from playground.core.lazy import LazyModule

ROOT = Path(__file__).resolve().parents[2]


def test_torch_is_loaded_by_the_first_attribute_that_is_read():
    code = """
import sys
from playground.core.lazy import torch
before = "torch" in sys.modules
total = torch.ones(3).sum().item()
import torch as real
print(before, total, torch.nn is real.nn, torch.ones is real.ones)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.split() == ["False", "3.0", "True", "True"]


def test_the_whole_core_is_imported_without_torch():
    code = """
import importlib, pkgutil, sys
import playground.core
names = [each.name for each in pkgutil.iter_modules(playground.core.__path__)]
for name in names: importlib.import_module(f"playground.core.{name}")
print(len(names) > 8, [name for name in ("torch", "torchvision", "streamlit", "plotly", "pandas", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.strip() == "True []"


def test_an_attribute_is_looked_up_once_and_a_missing_one_is_named():
    colors = LazyModule("colorsys")
    first = colors.rgb_to_hsv
    assert colors.__dict__["rgb_to_hsv"] is first is colors.rgb_to_hsv
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = colors.no_such_thing


def test_a_module_that_is_not_there_says_so_only_when_it_is_used():
    missing = LazyModule("a_module_that_is_not_installed")
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_not_installed"):
        _ = missing.anything
