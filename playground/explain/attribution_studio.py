"""Explanations for the browser: one method's map over the picture, and how faithful it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.core.lazy import torch
from playground.experiments.images_models import classifier
from playground.experiments.images_predict import given
from playground.explain import attribution, attribution_layers, attribution_score


def about(name: str) -> dict[str, Any]:
    """What can be chosen for a network: `methods` (keys), `layers`, their `words` and the `automatic` one ("" without any)."""
    from playground.core.errors import UserError

    opened = classifier(name)
    methods, classes = list(attribution.fitting(opened)), list(opened.classes)
    try:
        offered = attribution_layers.offered(name)
    except UserError:  # no layer answers place by place: what needs one is not offered
        return {"methods": [key for key in methods if not attribution.METHODS[key].layered and key != "rollout"], "layers": [], "words": [], "automatic": "", "classes": classes}
    return {"methods": methods, "layers": offered["names"], "words": offered["words"], "automatic": offered["automatic"], "classes": classes}


def picture(name: str, seen: Mapping[str, str], target: int) -> dict[str, Any]:
    """The picture as the network sees it and what is to be explained.

    Args:
        target: A class, or -1 for the network's own answer.

    Returns:
        `picture` (h, w, 3) uint8; `target`, `label`, `share`, `logit`; `classes` with the shares above 0.1 % first: `choices` (indices).
    """
    opened, normal, steps = given(name, seen)
    with torch.inference_mode():
        logits = opened.module(normal)[0].double()
    shares = logits.softmax(0)
    target = int(shares.argmax()) if target < 0 else min(target, len(shares) - 1)
    pixels = np.asarray(steps[-1].image)
    coloured = np.broadcast_to(pixels[..., None], (*pixels.shape, 3)) if pixels.ndim == 2 else pixels
    best = shares.topk(min(12, len(shares))).indices.tolist()
    choices = [*best, *([target] if target not in best else [])]
    return {"picture": np.ascontiguousarray(coloured), "target": target, "label": opened.classes[target], "share": float(shares[target]), "logit": float(logits[target]),
            "choices": choices, "labels": [opened.classes[each] for each in choices], "shares": [float(shares[each]) for each in choices]}  # fmt: skip


def explain(name: str, seen: Mapping[str, str], target: int, method: str, layer: str, steps: int, noise: float, patch: float) -> dict[str, Any]:
    """One method's map: `values` (h, w) float32 as the picture lies, `asked`, `seconds`, `layer`, `gap`, `top`, the value the palette ends at."""
    opened, normal, _ = given(name, seen)
    found = attribution.explain(opened, normal, target, method, layer=layer, steps=steps, noise=noise, patch=patch)
    top = float(np.quantile(np.abs(found.values), 0.995)) or float(np.abs(found.values).max())
    return {"values": found.values, "asked": found.asked, "seconds": found.seconds, "layer": found.layer, "gap": found.gap, "top": max(top, 1e-12)}


def faithful(name: str, seen: Mapping[str, str], target: int, method: str, layer: str, steps: int, noise: float, patch: float, points: int) -> dict[str, Any]:
    """Deletion and insertion of one method's map; method "chance" takes patches by lot. `deletion`, `insertion` (points + 1,) and their areas."""
    opened, normal, _ = given(name, seen)
    if method == "chance":
        found = attribution_score.by_chance(opened, normal, target, points)
    else:
        values = attribution.explain(opened, normal, target, method, layer=layer, steps=steps, noise=noise, patch=patch).values
        found = attribution_score.score(opened, normal, target, values, points)
    return {"deletion": found.deletion, "insertion": found.insertion, "deletion_area": found.deletion_area, "insertion_area": found.insertion_area}
