"""What every layer of a network answers, read through hooks that are always removed; and what part of the picture reaches a unit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

TITLES = {"conv": "conv", "norm": "norm", "pool": "pool", "linear": "dense", "mean": "average"}


@dataclass(eq=False)
class Seen:
    """One call of one layer.

    Attributes:
        kind: conv, norm, activation, pool, linear, mean (over the plane, found between layers) or other.
        title: Short words, numbered by kind: "conv 2".
        source: Place of the call whose output this one took, −1 for the picture; None when something was added on the way.
    """

    module: nn.Module | None
    kind: str
    title: str
    given: Tensor
    made: Tensor
    source: int | None


def kind_of(module: nn.Module) -> str | None:
    """The kind of a layer; None for what does nothing to a number here (dropout, flattening)."""
    nn = torch.nn
    if isinstance(module, (nn.Dropout, nn.Dropout2d, nn.Flatten, nn.Identity)):
        return None
    table = {"conv": (nn.Conv2d,), "norm": (nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm), "linear": (nn.Linear,),
             "pool": (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d),
             "activation": (nn.ReLU, nn.SiLU, nn.GELU, nn.Tanh, nn.Sigmoid, nn.LeakyReLU, nn.ELU, nn.Mish, nn.Hardswish)}  # fmt: skip
    return next((kind for kind, classes in table.items() if isinstance(module, classes)), "other")


@contextlib.contextmanager
def listening(model: nn.Module) -> Iterator[list[tuple[nn.Module, Tensor, Tensor]]]:
    """While this holds, every call of a layer without children is noted as (layer, input, output); the hooks go whatever happens.

    Outputs are copied: a residual network adds its shortcut into them afterwards.
    """
    calls: list[tuple[nn.Module, Tensor, Tensor]] = []
    handles = []
    try:
        for module in model.modules():
            if not any(module.children()):
                handles.append(module.register_forward_hook(lambda layer, given, made: calls.append((layer, given[0].clone(), made.clone() if torch.is_tensor(made) else made))))
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def trace(model: nn.Module, picture: Tensor) -> list[Seen]:
    """Every layer's answer to `picture` (n, channels, height, width), in the order of the calls.

    Layers that answer with nothing but their input (dropout when evaluating) are left out. In-place layers would overwrite what
    was noted before them, so they are made to answer with a tensor of their own meanwhile.
    """
    inplace = [module for module in model.modules() if getattr(module, "inplace", False)]
    for module in inplace:
        module.inplace = False
    try:
        with listening(model) as calls:
            model(picture)
    finally:
        for module in inplace:
            module.inplace = True
    found: list[Seen] = []
    counts: dict[str, int] = {}
    for module, given, made in calls:
        kind = kind_of(module)
        if kind is None or not torch.is_tensor(made):
            continue
        source = _source(found, picture, given)
        if source is None and kind == "linear" and (averaged := _averaged(found, given)) is not None:
            found.append(Seen(None, "mean", TITLES["mean"], found[averaged].made, given, averaged))
            source = len(found) - 1
        title = type(module).__name__ if kind in ("activation", "other") else TITLES[kind]
        counts[kind] = counts.get(kind, 0) + 1
        found.append(Seen(module, kind, f"{title} {counts[kind]}", given, made, source))
    if found and found[-1].kind == "linear":
        found[-1].title = "logits"
    return found


def _source(found: list[Seen], picture: Tensor, given: Tensor) -> int | None:
    """Which earlier answer a layer was given, also when it was only reshaped on the way."""
    for place in range(len(found) - 1, -1, -1):
        if _same(found[place].made, given):
            return place
    return -1 if _same(picture, given) else None


def _same(one: Tensor, other: Tensor) -> bool:
    return one is other or (one.numel() == other.numel() and (one.data_ptr() == other.data_ptr() or torch.equal(one.flatten(), other.flatten())))


def _averaged(found: list[Seen], given: Tensor) -> int | None:
    for place in range(len(found) - 1, -1, -1):
        made = found[place].made
        if made.ndim == 4 and made.shape[:2] == given.shape and torch.allclose(made.mean((2, 3)), given, atol=1e-6):
            return place
    return None


# Receptive fields --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """How far a layer sees, along one axis of the picture, in pixels.

    Attributes:
        size: Pixels that can reach one unit.
        jump: Pixels from one unit to the next.
        start: Where the window of unit 0 begins; negative when it hangs over the border.
    """

    size: float = 1
    jump: float = 1
    start: float = 0

    def window(self, unit: int) -> tuple[float, float]:
        """First pixel and the one past the last that can reach unit number `unit`."""
        first = self.start + unit * self.jump
        return first, first + self.size


def reaches(layers: list[Seen], side: int) -> list[Reach]:
    """The theoretical receptive field of every layer, by arithmetic (Araujo, Norris and Sim 2019, section 2).

    A layer that took a sum of several answers is given the widest field among those of the same shape.
    """
    found: list[Reach] = []
    whole = Reach(side, side, 0)
    for layer in layers:
        before = Reach() if layer.source == -1 else found[layer.source] if layer.source is not None else _widest(layers, found, layer)
        found.append(whole if layer.made.ndim != 4 else _after(layer, before, whole))
    return found


def _after(layer: Seen, before: Reach, whole: Reach) -> Reach:
    if layer.kind not in ("conv", "pool"):
        return before
    if not hasattr(layer.module, "kernel_size"):
        return whole  # adaptive pooling looks at everything
    kernel, stride, padding, dilation = (_first(getattr(layer.module, name, 1)) for name in ("kernel_size", "stride", "padding", "dilation"))
    span = dilation * (kernel - 1)
    padding = span // 2 if padding == "same" else 0 if padding == "valid" else padding
    return Reach(before.size + span * before.jump, before.jump * stride, before.start - padding * before.jump)


def _first(value):
    return value[0] if isinstance(value, (tuple, list)) else value


def _widest(layers: list[Seen], found: list[Reach], layer: Seen) -> Reach:
    alike = [reach for other, reach in zip(layers, found, strict=False) if other.made.shape == layer.given.shape]
    return max(alike, key=lambda reach: reach.size, default=Reach())
