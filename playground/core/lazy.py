"""torch, imported at its first use: the app's own process declares experiments and draws pages without ever loading it."""

import importlib
from typing import TYPE_CHECKING, Any


class LazyModule:
    """Stands for a module and imports it when an attribute is first read; each attribute is then kept."""

    def __init__(self, name: str):
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(importlib.import_module(self._name), attribute)
        self.__dict__[attribute] = value
        return value


if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")
