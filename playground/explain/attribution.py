"""Which pixels made the answer: gradients, perturbation, class activation maps and attention, each as one number a place.

Written out here, on hooks that always go again; tests compare every gradient and perturbation method with captum number by number.
Captum itself is not needed to run: importing it takes two seconds and brings Matplotlib along.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.limits import ATTRIBUTION_PASSES
from playground.experiments.images_methods import METHODS, Method
from playground.experiments.images_models import Classifier
from playground.explain.attribution_layers import Layer, chosen, hooked, output

if TYPE_CHECKING:
    from torch import Tensor

CHUNK_PIXELS = 150_000  # of the pictures that a method asks the network about at once: more would take gigabytes for gradients and is no faster


def chunk(pictures: Tensor) -> int:
    """How many of such pictures (…, height, width) go through a network at once."""
    return max(2, min(16, CHUNK_PIXELS // (pictures.shape[-2] * pictures.shape[-1])))


@dataclass(frozen=True, eq=False)
class Explained:
    """What a method found: `values` (height, width) float32 on the network's input, `asked` pictures that went through the network."""

    values: np.ndarray
    asked: int
    seconds: float
    layer: str = ""
    gap: float | None = None  # of integrated gradients: what is missing to the score gained, as a share of it


def explain(opened: Classifier, picture: Tensor, target: int, method: str, *, layer: str = "", steps: int = 32, noise: float = 0.15, patch: float = 0.2) -> Explained:
    """Explain why the network gives class `target` its score.

    Args:
        picture: (1, channels, height, width), normalised.
        layer: For the class activation maps; "" chooses by itself.
        steps: Points on the way of integrated gradients, noisy copies of SmoothGrad.
        noise: Deviation of that noise as a share of the picture's range.
        patch: Side of the covered patch as a share of the picture's.

    Raises:
        UserError: When the method does not fit the network, or would ask it too often.
    """
    if method not in METHODS:
        raise UserError(f"There is no explanation named “{method[:40]}”.", f"There are {', '.join(METHODS)}.", field="methods")
    if not 0 <= target < len(opened.classes):
        raise UserError(f"Class {target} is none of the {len(opened.classes):,} classes of this network.", f"They are numbered 0 to {len(opened.classes) - 1:,}.", field="target")
    asked = [0]

    def count(_module: Any, given: Any, _made: Any) -> None:
        asked[0] += len(given[0])

    begun = time.perf_counter()
    used, gap = "", None
    with hooked([(opened.module, count)]):
        if METHODS[method].layered:
            place = chosen(opened.name, layer)
            values, used = _CAMS[method](*activation(opened, picture, target, place)), place.name
            values = _enlarged(values, opened.shape)
        elif method == "rollout":
            values = rollout(opened, picture)
        elif method == "occlusion":
            values = occlusion(opened, picture, target, patch)
        elif method == "integrated":
            values, gap = integrated(opened, picture, target, steps)
        elif method == "smoothgrad":
            values = smoothgrad(opened, picture, target, steps, noise)
        else:
            values = {"saliency": saliency, "inputgrad": input_gradient}[method](opened, picture, target)
    return Explained(np.ascontiguousarray(values.detach().float().numpy()), asked[0], time.perf_counter() - begun, used, gap)


# Class activation maps -----------------------------------------------------------------------------------------------------------


def activation(opened: Classifier, picture: Tensor, target: int, place: Layer) -> tuple[Tensor, Tensor]:
    """What a layer answered and the gradient of the class's logit with respect to it, each (channels, height, width).

    The graph begins at the layer: what lies before it is computed without one, so that this costs hardly more than an answer.
    """
    kept: list[Tensor] = []
    calls = [0]

    def cut(_module: Any, _given: Any, made: Any) -> Any:
        calls[0] += 1
        if calls[0] != place.call:  # a module that is used at several depths
            return None
        tensor = output(made)
        leaf = tensor.detach().clone().requires_grad_()  # type: ignore[union-attr]
        kept.append(leaf)
        onward = leaf.clone()  # a layer behind may write in place
        return (onward, *made[1:]) if isinstance(made, (tuple, list)) else onward

    module = dict(opened.module.named_modules())[place.name]
    with hooked([(module, cut)]), torch.enable_grad():
        score = opened.module(picture)[0, target]
        (slope,) = torch.autograd.grad(score, kept[0], allow_unused=True)
    if slope is None:
        raise UserError(f"The answer does not depend on the layer {place.name}.", "Choose another layer.", field="layer")
    return place.planes(kept[0].detach())[0], place.planes(slope)[0]


def gradcam(maps: Tensor, slopes: Tensor) -> Tensor:
    """ReLU(Σ αₖ Aₖ) with αₖ the mean slope of map k; (height, width)."""
    return (slopes.mean((1, 2), keepdim=True) * maps).sum(0).relu()


def gradcam_pp(maps: Tensor, slopes: Tensor) -> Tensor:
    """As Grad-CAM, the slopes above zero weighted place by place: α = g² / (2 g² + Σ A g³)."""
    square, cube = slopes**2, slopes**3
    bottom = 2 * square + (maps.sum((1, 2), keepdim=True) * cube)
    share = torch.where(bottom.abs() > 1e-12, square / bottom, torch.zeros_like(bottom))
    return ((share * slopes.relu()).sum((1, 2), keepdim=True) * maps).sum(0).relu()


def layercam(maps: Tensor, slopes: Tensor) -> Tensor:
    """ReLU(Σ ReLU(g) A), place by place."""
    return (slopes.relu() * maps).sum(0).relu()


_CAMS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"gradcam": gradcam, "gradcam++": gradcam_pp, "layercam": layercam}


def _enlarged(values: Tensor, shape: tuple[int, int, int]) -> Tensor:
    return torch.nn.functional.interpolate(values[None, None], shape[1:], mode="bilinear", align_corners=False)[0, 0]


# Gradients and perturbation ------------------------------------------------------------------------------------------------------


def slopes(opened: Classifier, pictures: Tensor, target: int) -> Tensor:
    """Gradient of the class's logit with respect to each of (n, channels, height, width), a few at a time."""
    found = []
    for part in pictures.detach().split(chunk(pictures)):
        given = part.clone().requires_grad_()
        with torch.enable_grad():
            score = opened.module(given)[:, target].sum()
            found.append(torch.autograd.grad(score, given)[0])
    return torch.cat(found)


def saliency(opened: Classifier, picture: Tensor, target: int) -> Tensor:
    """Largest magnitude of the slope over the channels; (height, width)."""
    return slopes(opened, picture, target)[0].abs().amax(0)


def input_gradient(opened: Classifier, picture: Tensor, target: int) -> Tensor:
    """Slope times value, summed over the channels."""
    return (slopes(opened, picture, target) * picture)[0].sum(0)


def integrated(opened: Classifier, picture: Tensor, target: int, steps: int) -> tuple[Tensor, float]:
    """Slopes on the straight way from black, by Gauss and Legendre's rule, times the way; and what its sum lacks of the score gained, as a share."""
    black = opened.normal(torch.zeros(opened.shape))[None]
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    along = torch.tensor((nodes + 1) / 2, dtype=torch.float32).view(-1, 1, 1, 1)
    found = (slopes(opened, black + along * (picture - black), target) * torch.tensor(weights / 2, dtype=torch.float32).view(-1, 1, 1, 1)).sum(0) * (picture - black)[0]
    with torch.inference_mode():
        ends = opened.module(torch.cat([picture, black]))[:, target]
    gained = float(ends[0] - ends[1])
    return found.sum(0), abs(float(found.sum()) - gained) / max(abs(gained), 1e-6)


def smoothgrad(opened: Classifier, picture: Tensor, target: int, copies: int, noise: float) -> Tensor:
    """Mean saliency of noisy copies; `noise` is the deviation as a share of the picture's range."""
    spread = noise * float(picture.max() - picture.min())
    drawn = torch.randn((copies, *picture.shape[1:]), generator=torch.Generator().manual_seed(0))  # the same noise, the same picture again
    return slopes(opened, picture + spread * drawn, target).abs().mean(0).amax(0)


def occlusion(opened: Classifier, picture: Tensor, target: int, patch: float) -> Tensor:
    """Fall of the class's logit when a patch is set to an empty ground, averaged over the patches that cover a place.

    Raises:
        UserError: When a small patch would have to be laid on too many places.
    """
    _, height, width = opened.shape
    side = max(1, min(height, width, round(patch * min(height, width))))
    jump = max(1, round(side / 2))
    boxes = [(top, left) for top in _starts(height, side, jump) for left in _starts(width, side, jump)]
    if len(boxes) > ATTRIBUTION_PASSES:
        raise UserError(f"A patch of {side} pixels would be laid on {len(boxes):,} places; at most {ATTRIBUTION_PASSES:,} are asked about.", "Use a larger patch.", field="patch")
    total, times = torch.zeros(height, width), torch.zeros(height, width)
    with torch.inference_mode():
        whole = opened.module(picture)[0, target]
        for start in range(0, len(boxes), chunk(picture)):
            part = boxes[start : start + chunk(picture)]
            covered = picture.repeat(len(part), 1, 1, 1)
            for one, (top, left) in zip(covered, part, strict=True):
                one[:, top : top + side, left : left + side] = opened.nothing()[0]
            for fall, (top, left) in zip(whole - opened.module(covered)[:, target], part, strict=True):
                total[top : top + side, left : left + side] += fall
                times[top : top + side, left : left + side] += 1
    return total / times.clamp_min(1)


def _starts(length: int, side: int, jump: int) -> range:
    """Where windows begin so that every place is covered; the last may hang over."""
    return range(0, -(-(length - side) // jump) * jump + 1, jump)


# Attention -----------------------------------------------------------------------------------------------------------------------


def rollout(opened: Classifier, picture: Tensor) -> Tensor:
    """Attention of all layers multiplied together, half of it the skip connection; (height, width) of the picture.

    Raises:
        UserError: When the network has no attention over one and the same tokens throughout.
    """
    found = attentions(opened, picture)
    if len(found) < 2 or any(each.shape[0] != 1 or each.shape[-2:] != (found[0].shape[-1],) * 2 for each in found):
        why = "has no attention" if not found else "merges its tokens on the way or looks through windows"
        words = f"Attention rollout needs a network that attends to the same tokens in every layer, as a ViT does; this one {why}."
        raise UserError(words, "Choose another explanation.", field="methods")
    tokens = found[0].shape[-1]
    total = torch.eye(tokens)
    for each in found:
        mean = each[0].mean(0) + torch.eye(tokens)
        total = mean / mean.sum(-1, keepdim=True) @ total
    place = chosen(opened.name)
    prefix = tokens - place.height * place.width
    row = total[0, prefix:] if prefix else total.mean(0)
    return _enlarged(row.reshape(place.height, place.width), opened.shape)


def attentions(opened: Classifier, picture: Tensor) -> list[Tensor]:
    """Attention weights (1, heads, tokens, tokens) of every layer that shows them, in order."""
    found: list[Tensor] = []

    def told(_module: Any, _given: Any, made: Any) -> None:  # transformers: (answer, weights)
        if isinstance(made, tuple) and len(made) > 1 and isinstance(made[1], torch.Tensor) and made[1].ndim == 4:
            found.append(made[1].detach())

    def dropped(_module: Any, given: Any, _made: Any) -> None:  # timm: what its dropout is given
        if given and given[0].ndim == 4:
            found.append(given[0].detach())

    inner = [each for each in opened.module.modules() if hasattr(each, "attn_drop") and hasattr(each, "fused_attn")]
    fused = [each.fused_attn for each in inner]
    outer = [each for each in opened.module.modules() if type(each).__name__.endswith("SelfAttention")] or [
        each for each in opened.module.modules() if type(each).__name__.endswith("Attention") and each not in inner]  # fmt: skip
    try:
        for each in inner:
            each.fused_attn = False
        with hooked([*[(each.attn_drop, dropped) for each in inner], *[(each, told) for each in outer]]), torch.inference_mode():
            opened.module(picture)
    finally:
        for each, was in zip(inner, fused, strict=True):
            each.fused_attn = was
    return found


def fitting(opened: Classifier) -> Mapping[str, Method]:
    """The methods that make sense for this network."""
    attends = any("attention" in type(each).__name__.lower() for each in opened.module.modules())
    return {key: each for key, each in METHODS.items() if key != "rollout" or attends}
