"""Every line stands in its room: imports point one way, torch stays out of the app's process, files stay readable."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "playground").rglob("*.py"))
WORKER = {"lion", "preload"}  # modules that only worker processes import, torch and all

# What each room may import; "ui" is what pages are written with.
MAY = {
    "core": set(),
    "functions": {"core"},
    "data": {"core", "functions"},
    "optimizers": {"core", "functions", "data"},
    "networks": {"core", "functions", "data", "optimizers"},
    "zoo": {"core", "functions", "data", "optimizers", "networks"},
    "explain": {"core", "functions", "data", "optimizers", "networks", "experiments", "zoo"},  # reads experiments, is read by none
    "experiments": {"core", "functions", "data", "optimizers", "networks", "zoo"},
    "runs": {"core", "functions", "experiments"},
    "figures": {"core", "functions", "data", "experiments", "explain", "zoo"},
    "ui": {"core", "functions", "data", "optimizers", "networks", "explain", "experiments", "runs", "figures", "zoo"},
    "pages": {"core", "functions", "data", "explain", "experiments", "figures", "ui", "runs", "optimizers", "zoo"},
}


def imports(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
            if node.module == "playground":
                yield from ((f"playground.{alias.name}", node) for alias in node.names)


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return "pages" if parts[0] == "pages" else parts[1] if len(parts) > 2 else "top"


@pytest.mark.parametrize("path", [*MODULES, *sorted((ROOT / "pages").rglob("*.py"))], ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    here = room(path)
    if here == "top":  # the command line and the doctor stand above all rooms
        return
    for name, _ in imports(path):
        parts = name.split(".")
        if parts[0] == "playground" and len(parts) > 1 and parts[1] in MAY:
            assert parts[1] == here or parts[1] in MAY[here], f"{path.relative_to(ROOT)} ({here}) imports {name}"
        assert parts[0] != "streamlit" or here in ("ui", "pages"), f"{path.relative_to(ROOT)} imports streamlit"
        assert parts[0] != "plotly" or here == "figures", f"{path.relative_to(ROOT)} imports plotly"
        assert parts[0] != "torch" or here not in ("figures", "ui", "pages"), f"{path.relative_to(ROOT)} imports torch"


def test_nothing_heavy_is_imported_where_a_module_begins():
    """Plotly, pandas and the like cost tenths of a second each: they are imported by the function that needs them."""
    heavy = {"plotly", "pandas", "sklearn", "scipy", "transformers", "timm", "torchvision", "gymnasium", "sqlalchemy"}
    for path in [*MODULES, *sorted((ROOT / "pages").rglob("*.py"))]:
        for name in at_import(ast.parse(path.read_text(encoding="utf-8")).body):
            assert name.split(".")[0] not in heavy, f"{path.relative_to(ROOT)} imports {name} where it begins"


def at_import(body):
    """Names of the modules that are imported as soon as this one is; `if TYPE_CHECKING` is not."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from at_import(node.orelse)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from at_import([*node.body, *getattr(node, "orelse", []), *getattr(node, "finalbody", [])])
            for handler in getattr(node, "handlers", []):
                yield from at_import(handler.body)


def test_only_the_gate_parses_what_users_send():
    readers = {"read_csv", "read_table", "read_excel", "read_json", "read_parquet", "DictReader", "genfromtxt", "loadtxt"}
    gate = ROOT / "playground" / "data" / "uploads.py"
    for path in [*MODULES, *sorted((ROOT / "pages").rglob("*.py"))]:
        calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        found = {ast.unparse(call) for call in calls if isinstance(call, ast.Attribute) and (call.attr in readers or ast.unparse(call) == "csv.reader")}
        assert path == gate or not found, f"{path.relative_to(ROOT)} calls {found}; users' bytes go through data/uploads"
    assert "read_csv" in gate.read_text()  # or this test looks for the wrong names


def test_nothing_the_app_imports_loads_torch():
    modules = ["playground.ui", "playground.experiments", "playground.runs.engine", "playground.runs.live"]
    pages = [str(path) for path in sorted((ROOT / "pages").glob("*/*.py"))]
    folders = ("core", "functions", "data", "optimizers", "experiments", "explain", "figures", "runs", "ui", "zoo")
    inside = [f"playground.{folder}.{path.stem}" for folder in folders for path in sorted((ROOT / "playground" / folder).glob("*.py"))]
    needed = [name for name in inside if name.rsplit(".", 1)[-1] not in ("__init__", *WORKER)]
    code = f"""
import ast, importlib, sys
for name in {modules + needed!r}: importlib.import_module(name)
import playground.experiments; playground.experiments.load()
for path in {pages!r}:
    for node in ast.parse(open(path).read()).body:
        if isinstance(node, ast.ImportFrom): importlib.import_module(node.module)
        if isinstance(node, ast.Import): [importlib.import_module(each.name) for each in node.names]
print([name for name in ("torch", "sklearn", "transformers", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.strip() == "[]"


def test_pages_and_modules_stay_readable():
    for path in (ROOT / "pages").glob("*/*.py"):
        assert len(path.read_text().splitlines()) <= 80, path
    long = {str(path.relative_to(ROOT)): lines for path in MODULES if (lines := len(path.read_text().splitlines())) > 350}
    assert not long, f"is there a missing noun? {long}"


def test_nothing_is_unpickled_or_evaluated():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                assert name not in ("eval", "exec", "pickle.load", "pickle.loads", "torch.load", "os.system"), f"{path}: {name}"
