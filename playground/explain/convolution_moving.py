"""What moving a picture does to the maps and to the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.fleeting import fleeting
from playground.core.lazy import torch
from playground.experiments.convolution_networks import DIGITS, given, network
from playground.experiments.convolution_shift import FAR, centred, moved, rival
from playground.explain.features import Seen, reaches, trace

if TYPE_CHECKING:
    from torch import Tensor

TURNS = np.arange(-180.0, 181.0, 15.0)
SIZES = np.round(np.arange(0.4, 1.81, 0.1), 2)
BATCH = 147  # pictures asked about at once
Asked = Mapping[str, str]


def _padding(name: str) -> str:
    """What comes in at the border: nothing beside a digit, the picture mirrored beside a photograph."""
    return "zeros" if name in DIGITS else "reflection"


def _pixels(name: str, seen: Asked) -> Tensor:
    return torch.from_numpy(given(name, seen).pixels)[None]


def _shares(name: str, pictures: Tensor) -> Tensor:
    opened = network(name)
    with torch.no_grad():
        return torch.cat([opened.module(opened.normal(batch)).softmax(1) for batch in pictures.split(BATCH)])


def _rival_shares(pictures: Tensor) -> Tensor:
    with torch.no_grad():
        return rival()(pictures).softmax(1)


def answers(name: str, seen: Asked, right: float, up: float, turn: float, size: float, centred: bool) -> dict[str, Any]:
    """The answer to the moved picture and what the move does to every layer.

    Returns:
        `image` (channels, side, side) uint8 as the network is asked about; `logits`, `probabilities` (classes,) float64 of it and `before`, those
        of the unmoved picture; `rival` (classes,) of the dense network, for digits; `titles`, `drift` and `change` (layers,):
        see `layer_changes`; `best`, the class named without the move.
    """
    pixels = _pixels(name, seen)
    shown = moved(pixels, right, up, turn, size, _padding(name))
    if centred:
        shown = _recentred(shown)
    opened = network(name)
    with torch.no_grad():
        logits, before = (opened.module(opened.normal(each))[0].double() for each in (shown, pixels))
    found = {"image": (shown[0] * 255).round().to(torch.uint8).numpy(), "logits": logits.numpy(), "probabilities": logits.softmax(0).numpy(),
             "before": before.softmax(0).numpy(), "best": int(before.argmax()), "classes": list(opened.classes)}  # fmt: skip
    if name in DIGITS:
        found["rival"] = _rival_shares(shown)[0].double().numpy()
    return found | layer_changes(name, pixels, round(right), round(up))


def _recentred(shown: Tensor) -> Tensor:
    return centred(shown.mean(1, keepdim=True)).expand_as(shown) if shown.shape[1] > 1 else centred(shown)


def layer_changes(name: str, pixels: Tensor, right: int, up: int) -> dict[str, Any]:
    """Equivariance and invariance in numbers, for a move by whole pixels.

    With f a layer, S the move and S' the same move in that layer's own pixels (the nearest whole number of them):

    Returns:
        `titles` of the layers; `drift` (layers,) float64, |f(Sx) − S'f(x)| / |f(Sx)| where both are known: 0 is equivariant; `change` (layers,),
        |f(Sx) − f(x)| / |f(x)|: 0 is invariant. NaN where nothing is left to compare.
    """
    opened = network(name)
    shifted = moved(pixels, right, up, padding=_padding(name))
    with torch.no_grad():
        first, second = (trace(opened.module, opened.normal(each)) for each in (pixels, shifted))
    fields = reaches(first, opened.shape[1])
    drift, change = [], []
    for one, other, reach in zip(first, second, fields, strict=True):
        drift.append(_drift(one, other, right / reach.jump, up / reach.jump) if one.made.ndim == 4 else float("nan"))
        change.append(float((other.made - one.made).norm() / one.made.norm().clamp_min(1e-12)))
    return {"titles": [each.title for each in first], "drift": np.array(drift), "change": np.array(change)}


def _drift(one: Seen, other: Seen, right: float, up: float) -> float:
    across, down = round(right), -round(up)
    tall, wide = one.made.shape[2:]
    if abs(across) >= wide or abs(down) >= tall:
        return float("nan")
    there = other.made[:, :, max(0, down) : tall + min(0, down), max(0, across) : wide + min(0, across)]
    here = one.made[:, :, max(0, -down) : tall - max(0, down), max(0, -across) : wide - max(0, across)]
    return float((there - here).norm() / there.norm().clamp_min(1e-12))


@fleeting(6)
def _everywhere(name: str, seen: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    pixels = _pixels(name, dict(seen))
    places = range(-FAR, FAR + 1)
    grid = torch.cat([moved(pixels, right, up, padding=_padding(name)) for up in places for right in places])
    best = int(_shares(name, pixels)[0].argmax())
    found = {"best": best, "network": _over(lambda each: _shares(name, each), grid, best)}
    if name in DIGITS:
        own = int(_rival_shares(pixels)[0].argmax())
        found |= {"rival_best": own, "rival": _over(_rival_shares, grid, best)}
    turned = torch.cat([moved(pixels, 0, 0, float(each), 1.0, _padding(name)) for each in TURNS])
    sized = torch.cat([moved(pixels, 0, 0, 0.0, float(each), _padding(name)) for each in SIZES])
    found |= {"turns": TURNS, "turned": _shares(name, turned)[:, best].double().numpy(), "sizes": SIZES, "sized": _shares(name, sized)[:, best].double().numpy()}
    return found


def _over(ask: Callable[[Tensor], Tensor], grid: Tensor, best: int) -> np.ndarray:
    return ask(grid)[:, best].reshape(2 * FAR + 1, 2 * FAR + 1).numpy()


def everywhere(name: str, seen: Asked) -> dict[str, Any]:
    """The share of the unmoved picture's class at every move by up to FAR whole pixels, every turn and every size.

    Returns:
        `network` and, for digits, `rival` (2 FAR + 1, 2 FAR + 1) float32, rows from lowest to highest; `best` and `rival_best`, what either names
        without a move; `turns` (t,) degrees with `turned` (t,), `sizes` (s,) with `sized` (s,), float64.
    """
    return _everywhere(name, tuple(sorted(seen.items())))
