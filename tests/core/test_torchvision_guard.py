"""torchvision and timm import next to a torch that torchvision's operators were not built for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def python(code, cwd=ROOT):
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, timeout=110)


def test_torchvision_and_timm_work_through_the_guard():
    done = python("""
from playground.core import torchvision_guard
declared = torchvision_guard.install()
assert torchvision_guard.install() == declared
import timm, torch, torchvision
from torchvision.transforms import v2
assert torchvision.models.resnet18()(torch.zeros(1, 3, 64, 64)).shape == (1, 1000)
assert timm.create_model("resnet10t").num_classes == 1000
assert v2.functional.resize(torch.zeros(3, 8, 8), [4, 4]).shape == (3, 4, 4)
print(declared == (not torchvision.extension._has_ops()))
""")
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.split() == ["True"]  # declared exactly when the operators are not there


def test_an_operator_that_is_only_declared_says_so_when_called():
    done = python("""
from playground.core import torchvision_guard
declared = torchvision_guard.install()
import torch, torchvision
boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
try:
    kept = torchvision.ops.nms(boxes, torch.ones(1), 0.5)
except (NotImplementedError, RuntimeError):
    print("refused", declared)
else:
    print("kept", declared)
""")
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.split() in (["refused", "True"], ["kept", "False"])


@pytest.mark.parametrize("extension", ["missing", "broken"])
def test_an_extension_that_cannot_load_is_declared_for(tmp_path, extension):
    """Whatever this machine's own torchvision does, a package without loadable operators gets both."""
    package = tmp_path / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text("")
    if extension == "broken":
        (package / "_C.so").write_bytes(b"not a library")
    done = python(f"""
import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]
from playground.core import torchvision_guard
assert torchvision_guard.install() is True
import torch
print(torch.ops.torchvision.nms.default._schema.name, torch.ops.torchvision.qnms.default._schema.name)
""", tmp_path)
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.split() == ["torchvision::nms", "torchvision::qnms"]


def test_nothing_is_declared_once_torchvision_is_there_or_when_it_is_not_installed():
    done = python("""
import sys, types
from playground.core import torchvision_guard
sys.modules["torchvision"] = types.ModuleType("torchvision")
first = torchvision_guard.install()
del sys.modules["torchvision"]
torchvision_guard.find_spec = lambda name: None
print(first, torchvision_guard.install(), "torch" in sys.modules)
""")
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.split() == ["False", "False", "False"]
