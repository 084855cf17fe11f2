"""One file per question a screen asks. `load()` imports them all, which registers them."""

import importlib
import pkgutil

from playground.core.experiment import Experiment


def load() -> dict[str, type[Experiment]]:
    """Import every experiment module (this imports torch) and return the registry by key."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return Experiment.registry()
