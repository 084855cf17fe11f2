"""What a classifier says to a picture: its likeliest answers, what was done to the picture, and how long it took."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.fleeting import fleeting
from playground.core.lazy import torch
from playground.data import shelf
from playground.data.photographs import LARGEST, sample
from playground.data.pictures import drawn
from playground.experiments.images_models import Classifier, classifier, loaded

if TYPE_CHECKING:
    from torch import Tensor

DRAWN, UPLOADED = "drawn", "uploaded"
BATCH = 8  # pictures asked about at once


def look(picture: str, drawing: str = "", upload: str = "") -> tuple[np.ndarray, bool]:
    """The picture that these name, (h, w) or (h, w, 3) uint8, and whether it was made here, without shadow or specks.

    Raises:
        UserError: When nothing is drawn or uploaded yet, or it is not on this machine.
    """
    if picture == DRAWN:
        if not drawing:
            raise UserError("Nothing is drawn yet.", "Draw on the pad with the mouse or a finger.", field="drawing")
        return drawn(drawing), True
    if picture == UPLOADED:
        if not upload:
            raise UserError("No picture is uploaded yet.", "Choose a file, or another picture.", field="upload")
        kept = shelf.get(upload)[0]
        if "image" not in kept:
            raise UserError("What this link names is no picture.", "Upload one.", field="upload")
        return kept["image"], False
    return sample(picture), picture.startswith("digit-") or picture in ("checks", "stripes")


def given(name: str, seen: Mapping[str, str]) -> tuple[Classifier, Tensor, tuple[Any, ...]]:
    """The classifier, the picture as it takes it (1, channels, height, width), and the steps on the way."""
    return classifier(name), *_prepared(name, tuple(sorted(seen.items())))


@fleeting(4)
def _prepared(name: str, seen: tuple[tuple[str, str], ...]) -> tuple[Tensor, tuple[Any, ...]]:
    opened = classifier(name)
    prepared = opened.prepare(*look(**dict(seen)))
    return opened.normal(prepared.pixels)[None], prepared.steps


@fleeting(4)
def _steps(name: str, seen: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """What was done to the picture, as `predict` returns it; reducing the pictures costs several times a small network's call."""
    _, steps = _prepared(name, seen)
    return {"steps": [each.words for each in steps]} | {f"step_{k}": _shown(each.image) for k, each in enumerate(steps)}


def predict(name: str, seen: Mapping[str, str], top: int = 5) -> dict[str, Any]:
    """The likeliest classes of one picture.

    Args:
        name: Of the classifier; `seen` names the picture, for `look`.

    Returns:
        `labels` (list), `indices` (k,) int64 and `shares` (k,) float64 of the likeliest first, `rest`, the share of all others;
        `count` of classes, `entropy` in bits; `seconds` of making ready and of the network's call, `first` when the model had to
        be loaded; `parameters`, `bytes`, `shape`, `mean`, `std`; `steps` (words) with `step_<k>` (h, w, 3) uint8.

    Raises:
        UserError: When model or picture are not there.
    """
    begun = time.perf_counter()
    first = not loaded(name)
    opened = classifier(name)
    loading = time.perf_counter() - begun
    begun = time.perf_counter()
    asked = tuple(sorted(seen.items()))
    picture, _ = _prepared(name, asked)
    preparing = time.perf_counter() - begun
    begun = time.perf_counter()
    with torch.inference_mode():
        logits = opened.module(picture)[0]
    calling = time.perf_counter() - begun
    found: dict[str, Any] = answers(opened, logits, top)
    found |= {
        "loading": loading, "first": first, "preparing": preparing, "calling": calling, "parameters": opened.parameters,
        "bytes": opened.bytes, "shape": list(opened.shape), "mean": list(opened.mean), "std": list(opened.std),
    }  # fmt: skip
    return found | _steps(name, asked)


def answers(opened: Classifier, logits: Tensor, top: int) -> dict[str, Any]:
    """The `top` likeliest of logits (classes,), as `predict` returns them.

    In NumPy: a dozen tensor operations on ten numbers would take a third of the time that the smallest network takes.
    """
    values = logits.numpy().astype(np.float64)
    highest = float(values.max())
    weights = np.exp(values - highest)
    total = float(weights.sum())
    shares = weights / total
    order = np.argsort(-values, kind="stable")[:top]
    best = shares[order]
    entropy = math.log2(total) - float(weights @ (values - highest)) / total / math.log(2)
    return {"labels": [opened.classes[i] for i in order.tolist()], "indices": order.astype(np.int64), "shares": best, "logits": values[order],
            "rest": max(0.0, 1 - float(best.sum())), "count": len(values), "entropy": entropy, "total": highest + math.log(total)}  # fmt: skip


def _shown(image: np.ndarray, longest: int = 360) -> np.ndarray:
    """A picture in colour, small enough to be sent to a browser at every change."""
    from PIL import Image

    coloured = np.broadcast_to(image[..., None], (*image.shape, 3)) if image.ndim == 2 else image
    if max(coloured.shape[:2]) <= longest:
        return np.ascontiguousarray(coloured)
    picture = Image.fromarray(np.ascontiguousarray(coloured))
    picture.thumbnail((longest, longest), Image.Resampling.BOX)
    return np.asarray(picture, np.uint8)


def name_all(name: str, images: Sequence[np.ndarray], top: int = 5, clean: bool = False) -> list[dict[str, Any]]:
    """Answers to many pictures (h, w, 3) uint8, a batch at a time.

    Returns:
        One a picture: {"labels", "shares", "did" (what was done to it, in words), "seconds"}, or {"error": words} when there was nothing in it to look at.
    """
    opened = classifier(name)
    found: list[dict[str, Any]] = [{} for _ in images]
    ready = []
    for i, image in enumerate(images):
        try:
            prepared = opened.prepare(image, clean)
            ready.append((i, prepared.pixels, " ".join(each.words for each in prepared.steps[1:])))
        except UserError as error:
            found[i] = {"error": str(error)}
    for start in range(0, len(ready), BATCH):
        part = ready[start : start + BATCH]
        begun = time.perf_counter()
        with torch.inference_mode():
            logits = opened.module(opened.normal(np.stack([pixels for _, pixels, _ in part])))
        took = (time.perf_counter() - begun) / len(part)
        for (i, _, did), row in zip(part, logits, strict=True):
            answer = answers(opened, row, top)
            found[i] = {"labels": answer["labels"], "shares": answer["shares"].tolist(), "did": did, "seconds": took}
    return found


def stored(image: np.ndarray) -> str:
    """Put a visitor's picture on the shelf; returns its digest."""
    if max(image.shape[:2]) > LARGEST:
        raise ValueError("pictures come through the gate, which makes them small")
    return shelf.put({"image": image}, {"kind": "photograph"})
