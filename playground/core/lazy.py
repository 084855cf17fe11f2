"""torch, imported at its first use: the app's own process declares experiments and draws pages without ever loading it."""

import functools
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


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


def lasting(loader: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
    """A loader of networks that are kept: whoever asks for one first may be in inference mode, and tensors made there can never be asked for gradients."""

    @functools.wraps(loader)
    def made(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
        with torch.inference_mode(False), torch.enable_grad():
            return loader(*args, **kwargs)

    return made
