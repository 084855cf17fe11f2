"""Which layer of a network shows where in the picture it looks: found by watching one forward pass, for CNNs, ViTs and Swins alike."""

from __future__ import annotations

import contextlib
import functools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.experiments.images_models import classifier

if TYPE_CHECKING:
    from torch import Tensor, nn

PREFIXES = 6  # class, distillation and register tokens that may stand before those of the picture
OFFERED = 60  # layers among which a person chooses


@dataclass(frozen=True)
class Layer:
    """A layer whose answer lies over the picture.

    Attributes:
        kind: "planes" (n, channels, height, width), "last" (n, height, width, channels) or "tokens" (n, tokens, channels).
        prefix: Tokens that belong to no place.
        call: Which of the module's answers in one pass it is, counted from 1: the last, for a module that is used at several depths.
    """

    name: str
    kind: str
    height: int
    width: int
    channels: int
    prefix: int = 0
    call: int = 1

    def planes(self, made: Tensor) -> Tensor:
        """What the layer made as (n, channels, height, width)."""
        if self.kind == "tokens":
            made = made[:, self.prefix :].reshape(len(made), self.height, self.width, -1)
        return made if self.kind == "planes" else made.permute(0, 3, 1, 2)


@contextlib.contextmanager
def hooked(hooks: list[tuple[nn.Module, Callable[..., Any]]]) -> Iterator[None]:
    """Forward hooks that are gone afterwards, whatever happens in between."""
    handles: list[Any] = []
    try:
        handles += [module.register_forward_hook(hook) for module, hook in hooks]
        yield
    finally:
        for handle in handles:
            handle.remove()


def output(made: Any) -> Tensor | None:
    """The tensor among what a module returned."""
    first = made[0] if isinstance(made, (tuple, list)) and made else made
    return first if isinstance(first, torch.Tensor) else None


@functools.lru_cache(8)
def layers(name: str) -> tuple[list[Layer], int]:
    """Every layer of a classifier whose answer lies over the picture, in the order they answer, and which one is chosen by itself.

    Raises:
        UserError: When the network has none.
    """
    opened = classifier(name)
    module, shape = opened.module, opened.shape
    seen: list[tuple[str, str, tuple[int, ...]]] = []

    def note(called: str, kind: str) -> Callable[..., None]:
        def hook(_module: Any, _given: Any, made: Any) -> None:
            tensor = output(made)
            if tensor is not None and tensor.is_floating_point():
                seen.append((called, kind, tuple(tensor.shape)))

        return hook

    with torch.inference_mode(), hooked([(each, note(called, type(each).__name__)) for called, each in module.named_modules() if called]):
        module(torch.zeros(1, *shape))
    found: list[Layer] = []
    kinds: list[str] = []
    calls: Counter[str] = Counter()
    for called, kind, made in seen:
        calls[called] += 1
        layer = _laid_out(called, made, shape[1], shape[2], found[-1].kind if found else "planes")
        if layer is not None:
            found.append(replace(layer, call=calls[called]))
            kinds.append(kind)
    if not found:
        raise UserError("No layer of this network answers place by place, so no map can be drawn from its layers.", "Choose saliency, integrated gradients or occlusion.")
    return found, _automatic(found, kinds)


def _laid_out(name: str, made: tuple[int, ...], height: int, width: int, before: str) -> Layer | None:
    """How an answer of this shape lies over a picture of height × width; None when it does not."""
    if len(made) == 4 and made[0] == 1:
        planes, last = _fits(made[2], made[3], height, width), _fits(made[1], made[2], height, width)
        if planes and not (last and before == "last"):
            return Layer(name, "planes", made[2], made[3], made[1])
        return Layer(name, "last", made[1], made[2], made[3]) if last else None
    if len(made) == 3 and made[0] == 1:
        for prefix in range(PREFIXES):
            side = math.isqrt(max(0, (made[1] - prefix) * height // width))
            other = (made[1] - prefix) // side if side else 0
            if side * other == made[1] - prefix and _fits(side, other, height, width):
                return Layer(name, "tokens", side, other, made[2], prefix)
    return None


def _fits(rows: int, columns: int, height: int, width: int) -> bool:
    """Whether a grid is a coarser (or equal) raster of the picture with more than one cell."""
    return 2 <= rows <= height and 2 <= columns <= width and abs(rows * width - columns * height) <= max(height, width)


def _automatic(found: list[Layer], kinds: list[str]) -> int:
    """The last layer that still holds places: for attention, what the last of it reads; what comes after mixes into other tokens only."""
    attending = [i for i, (layer, kind) in enumerate(zip(found, kinds, strict=True)) if "attention" in kind.lower() and layer.kind != "planes"]
    if len(attending) > 1:
        norms = [i for i in range(attending[-1]) if "norm" in kinds[i].lower()]
        if norms:
            return norms[-1]
    return len(found) - 1


def chosen(name: str, layer: str = "") -> Layer:
    """The layer of that name, or the one chosen by itself.

    Raises:
        UserError: For a name that is none of the layers.
    """
    found, automatic = layers(name)
    if not layer:
        return found[automatic]
    for each in reversed(found):
        if each.name == layer:
            return each
    raise UserError(f"“{layer[:60]}” is no layer of this network that answers place by place.", f"The one chosen by itself is {found[automatic].name}.", field="layer")


def offered(name: str) -> dict[str, Any]:
    """Layers to choose from: `names` and `words` (lists of strings) and `automatic`, a name; the coarse structure first when there are many."""
    found, automatic = layers(name)
    known = {each.name: each for each in found}  # a layer called twice is offered once
    depth = 1
    while depth < 8 and sum(each.count(".") <= depth for each in known) < OFFERED and any(each.count(".") > depth for each in known):
        depth += 1
    shown = [each for each in known.values() if each.name.count(".") < depth or len(known) <= OFFERED]
    shown = shown[-OFFERED:] if len(shown) > OFFERED else shown
    if found[automatic] not in shown:
        shown.append(found[automatic])
    return {"names": [each.name for each in shown], "words": [f"{each.name} · {each.height} × {each.width} · {each.channels} channels" for each in shown],
            "automatic": found[automatic].name}  # fmt: skip
