"""Inside a network, for the browser: all feature maps of a picture, and the sum that made one pixel of one map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.fleeting import fleeting
from playground.core.lazy import torch
from playground.experiments.convolution_networks import SHELF, given, network
from playground.explain.features import Reach, Seen, reaches, trace

if TYPE_CHECKING:
    from torch import Tensor

SHOWN = 12  # inputs of a unit that are written out; the rest is one sum
KINDS = {"conv": "convolution", "norm": "normalisation", "activation": "activation", "pool": "pooling", "linear": "dense", "mean": "average", "other": "layer"}


@fleeting(6)
def _traced(name: str, seen: tuple[tuple[str, str], ...]) -> tuple[list[Seen], list[Reach], Tensor]:
    opened = network(name)
    picture = opened.normal(given(name, dict(seen)).pixels)[None]
    with torch.no_grad():
        layers = trace(opened.module, picture)
    return layers, reaches(layers, opened.shape[1]), picture


def traced(name: str, seen: Mapping[str, str]) -> tuple[list[Seen], list[Reach], Tensor]:
    """Layers, their receptive fields and the normalised picture (1, channels, height, width); the last few are kept."""
    return _traced(name, tuple(sorted(seen.items())))


def place(layers: list[Seen], layer: int, channel: int, row: int, column: int) -> tuple[int, int, int, int]:
    """These numbers held inside what the network has."""
    layer = min(max(layer, 0), len(layers) - 1)
    shape = layers[layer].made.shape
    sides = shape[2:] if len(shape) == 4 else (1, 1)
    return layer, *(min(max(value, 0), most - 1) for value, most in zip((channel, row, column), (shape[1], *sides), strict=True))


def feature_maps(name: str, seen: Mapping[str, str]) -> dict[str, Any]:
    """Everything the network answers to a picture.

    Returns:
        `titles`, `kinds`, `reach` (pixels) and `most` (the palette's end) of every layer, lists; `map_<i>` (channels, height, width)
        float16 of layer i; `logits` and `probabilities` (classes,) float64 with `classes`; `pixels` (channels, height, width)
        uint8 and `normal`, the same as the network takes them; `steps` (words) and `step_<k>` (h, w, 3) uint8 of what was done to the picture.

    Raises:
        UserError: When network or picture are not there.
    """
    layers, fields, picture = traced(name, seen)
    prepared = given(name, seen)
    logits = layers[-1].made[0].double()
    found: dict[str, Any] = {
        "titles": [each.title for each in layers], "kinds": [KINDS[each.kind] for each in layers], "reach": [each.size for each in fields],
        "most": [_scale(each) for each in layers],
        "sources": [-2 if each.source is None else each.source for each in layers], "classes": list(network(name).classes), "logits": logits.numpy(),
        "probabilities": logits.softmax(0).numpy(), "pixels": np.round(prepared.pixels * 255).astype(np.uint8), "normal": picture[0].numpy(),
        "steps": [each.words for each in prepared.steps],
    }  # fmt: skip
    for i, each in enumerate(layers):
        made = each.made[0] if each.made.ndim == 4 else each.made[0][:, None, None]
        found[f"map_{i}"] = made.half().numpy()
    return found | {f"step_{k}": np.ascontiguousarray(np.broadcast_to(each.image[..., None], (*each.image.shape, 3)) if each.image.ndim == 2 else each.image)
                    for k, each in enumerate(prepared.steps)}  # fmt: skip


def _scale(each: Seen) -> float:
    """What the ends of the palette stand for: nearly the largest magnitude of the layer, so that one bright pixel does not make the rest pale."""
    values = each.made.abs().flatten()
    return max(float(values.kthvalue(max(1, round(0.995 * len(values)))).values), 1e-9)


def unit(name: str, seen: Mapping[str, str], layer: int, channel: int, row: int, column: int) -> dict[str, Any]:
    """How one pixel of one map came about; numbers outside what the network has are taken to its nearest.

    Returns:
        `at` [layer, channel, row, column]; `title`, `kind`, `value` and `map` (h, w) float32. `field` [top, left, bottom, right] of the picture.
        For weighted sums also `sums` (n,) by input channel with their `order` (largest first), `bias`, and for the first SHOWN of
        that order `inputs` (n, h, w), `kernels`, `windows`, `products` (n, k, k), `window` [top, left, jump] of the read pixels.
        For the others `window_values` (k, k), or the `numbers` of their formula.
    """
    layers, fields, picture = traced(name, seen)
    layer, channel, row, column = place(layers, layer, channel, row, column)
    each, field = layers[layer], fields[layer]
    flat = each.made.ndim == 2
    made = each.made[0, channel]
    value = made if flat else made[row, column]
    vertical, across = field.window(row), field.window(column)
    found: dict[str, Any] = {
        "at": [layer, channel, row, column], "title": each.title, "kind": KINDS[each.kind], "value": float(value), "source": _title(layers, each),
        "map": (made.reshape(1, 1) if flat else made).numpy(), "field": [vertical[0], across[0], vertical[1], across[1]],
        "label": network(name).classes[channel] if layer == len(layers) - 1 else "", "picture": np.round(_pixels(name, seen) * 255).astype(np.uint8),
    }  # fmt: skip
    makers = {"conv": _convolution, "linear": _dense, "pool": _pooled, "norm": _normed}
    return found | (makers[each.kind](each, layers, channel, row, column) if each.kind in makers else _plain(each, channel, row, column))


def _pixels(name: str, seen: Mapping[str, str]) -> np.ndarray:
    return given(name, seen).pixels


def _title(layers: list[Seen], each: Seen) -> str:
    return "a sum of earlier layers" if each.source is None else "the picture" if each.source < 0 else layers[each.source].title


def _convolution(each: Seen, _layers: list[Seen], channel: int, row: int, column: int) -> dict[str, Any]:
    module = each.module
    (height, width), (down, right) = module.kernel_size, module.stride
    (top, left), (gap_down, gap_right) = (_padding(module, axis) for axis in (0, 1)), module.dilation
    group = each.given.shape[1] // module.groups
    first = channel // (each.made.shape[1] // module.groups) * group
    inputs = each.given[0, first : first + group]
    padded = torch.nn.functional.pad(inputs, (left, left, top, top))
    y, x = row * down, column * right
    windows = padded[:, y : y + gap_down * (height - 1) + 1 : gap_down, x : x + gap_right * (width - 1) + 1 : gap_right]
    return _weighted(inputs, module.weight[channel].detach(), windows, _bias(module, channel), [y - top, x - left, gap_down])


def _bias(module: Any, channel: int) -> float:
    return 0.0 if module.bias is None else float(module.bias.detach()[channel])


def _padding(module: Any, axis: int) -> int:
    if isinstance(module.padding, str):
        return module.dilation[axis] * (module.kernel_size[axis] - 1) // 2 if module.padding == "same" else 0
    return module.padding[axis]


def _dense(each: Seen, layers: list[Seen], channel: int, _row: int, _column: int) -> dict[str, Any]:
    """A dense layer reads whole maps: a kernel as large as its input."""
    before = layers[each.source].made if each.source is not None and each.source >= 0 else each.given
    inputs = before[0] if before.ndim == 4 and before.numel() == each.given.numel() else each.given[0][:, None, None]
    weight = each.module.weight[channel].detach().reshape(inputs.shape)
    return _weighted(inputs, weight, inputs, _bias(each.module, channel), [0, 0, 1])


def _weighted(inputs: Tensor, kernels: Tensor, windows: Tensor, bias: float, window: list[int]) -> dict[str, Any]:
    products = windows.double() * kernels.double()
    sums = products.sum((1, 2))
    order = torch.arange(len(sums)) if len(sums) <= SHOWN else sums.abs().argsort(descending=True, stable=True)
    kept = order[:SHOWN]
    return {"sums": sums.numpy(), "order": order.tolist(), "bias": bias, "window": window, "inputs": inputs[kept].float().numpy(),
            "kernels": kernels[kept].numpy(), "windows": windows[kept].float().numpy(), "products": products[kept].float().numpy()}  # fmt: skip


def _pooled(each: Seen, _layers: list[Seen], channel: int, row: int, column: int) -> dict[str, Any]:
    module, inputs = each.module, each.given[0, channel]
    if not hasattr(module, "kernel_size"):
        return {"inputs": inputs[None].numpy(), "window": [0, 0, 1], "window_values": inputs.numpy(), "how": "mean"}
    side, step, padding = (each if isinstance(each, int) else each[0] for each in (module.kernel_size, module.stride, module.padding))
    top, left = row * step - padding, column * step - padding
    values = inputs[max(top, 0) : top + side, max(left, 0) : left + side]
    how = "largest" if "Max" in type(module).__name__ else "mean"
    return {"inputs": inputs[None].numpy(), "window": [max(top, 0), max(left, 0), 1], "window_values": values.numpy(), "how": how}


def _normed(each: Seen, _layers: list[Seen], channel: int, row: int, column: int) -> dict[str, Any]:
    module = each.module
    found = {"inputs": each.given[0, channel : channel + 1].numpy(), "window": [row, column, 1], "input": float(each.given[0, channel, row, column])}
    if getattr(module, "running_mean", None) is None:
        return found
    return found | {"mean": float(module.running_mean[channel]), "deviation": float((module.running_var[channel] + module.eps).sqrt()),
                    "scale": float(module.weight.detach()[channel]), "shift": float(module.bias.detach()[channel])}  # fmt: skip


def _plain(each: Seen, channel: int, row: int, column: int) -> dict[str, Any]:
    """One number in, one number out, or a whole map in and its mean out."""
    if each.kind == "mean":
        inputs = each.given[0, channel] if each.given.ndim == 4 else None
        return {} if inputs is None else {"inputs": inputs[None].numpy(), "window": [0, 0, 1], "window_values": inputs.numpy(), "how": "mean"}
    if each.given.shape != each.made.shape:
        return {}
    before = each.given[0, channel] if each.given.ndim == 2 else each.given[0, channel, row, column]
    whole = each.given[0, channel].reshape(1, 1, 1) if each.given.ndim == 2 else each.given[0, channel][None]
    return {"inputs": whole.numpy(), "window": [row, column, 1], "input": float(before)}


def weights_file(name: str) -> bytes:
    """The bundled weights as they lie in the package.

    Raises:
        UserError: For a network trained here.
    """
    from playground.zoo import cards

    if name.startswith(SHELF):
        raise UserError("This network was trained here.", "Take it home from the training screen.")
    return (cards.WEIGHTS / f"{cards.card(name).name}.safetensors").read_bytes()


def script(name: str, seen: Mapping[str, str]) -> str:
    """A plain PyTorch program with the network written out that prints the same logits; it reads the weights taken home beside it."""
    from playground.experiments.convolution_network_script import feature_script

    return feature_script(network(name), np.round(given(name, seen).pixels * 255).astype(int))
