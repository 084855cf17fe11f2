"""The pictures of a collection that excite a filter most, and where in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.core.fleeting import fleeting
from playground.core.lazy import torch
from playground.data import pictures
from playground.experiments.convolution_excite import answer, chosen_filters, target
from playground.experiments.convolution_networks import DIGITS, network
from playground.explain.features import reaches, trace

BEST = 9
CROPS = ((2, 8), (4, 16), (1, 24))  # photographs: every so many pixels are one, and a piece begins every so many of those
BATCH = 200


@fleeting(4)
def collection(name: str) -> np.ndarray:
    """Pictures that a network is asked about, (n, channels, height, width) uint8: the bundled digits, or pieces of the two photographs."""
    opened = network(name)
    if opened.shape[0] == 1:
        from playground.data.datasets import load

        images = load("digits").images[:600, 0]
        return np.stack([np.round(pictures.prepare(each, opened.shape, digit=name in DIGITS, clean=True).pixels * 255).astype(np.uint8) for each in images])
    return _pieces(opened.shape)


def _pieces(shape: tuple[int, int, int]) -> np.ndarray:
    """Squares cut from the sample photographs at several sizes."""
    from PIL import Image

    channels, side, _ = shape
    found = []
    for file in ("china.jpg", "flower.jpg"):
        with Image.open(pictures.photograph_file(file)) as image:
            for every, step in CROPS:
                small = np.asarray(image.convert("RGB" if channels == 3 else "L").resize((image.width // every, image.height // every), Image.Resampling.BOX))
                small = small.reshape(*small.shape[:2], channels)
                found += [small[y : y + side, x : x + side].transpose(2, 0, 1) for y in range(0, small.shape[0] - side + 1, step)
                          for x in range(0, small.shape[1] - side + 1, step)]  # fmt: skip
    return np.stack(found)


@fleeting(4)
def _answers(name: str, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Largest answer of each filter to each picture (n, filters), and where, as a place in the flat map."""
    opened = network(name)
    chosen = target(opened, layer)
    values, places = [], []
    with torch.no_grad():
        for batch in np.array_split(collection(name), max(1, len(collection(name)) // BATCH)):
            made = answer(opened, chosen.module, torch.from_numpy(batch).float() / 255)
            best = made.flatten(2).max(2) if made.ndim == 4 else None
            values.append((best.values if best else made).numpy())
            places.append((best.indices if best else torch.zeros_like(made, dtype=torch.long)).numpy())
    return np.concatenate(values), np.concatenate(places)


def strongest(name: str, layer: int, channel: int) -> dict[str, Any]:
    """The BEST pictures of the collection by the largest answer of one filter.

    Args:
        layer: Convolution from 1; beyond the last the classes.

    Returns:
        `images` (n, channels, height, width) uint8, `values` (n,) float32, `windows` (n, 4) [top, left, bottom, right] of the pixels
        that reach the place of that answer, `count` of pictures looked at, `spread` [mean, deviation] of all answers; `title`.
    """
    opened = network(name)
    chosen = target(opened, layer)
    channel = min(channel, chosen.filters - 1)
    values, places = (each[:, channel] for each in _answers(name, layer))
    order = np.argsort(-values, kind="stable")[:BEST]
    images = collection(name)
    with torch.no_grad():
        layers = trace(opened.module, opened.normal(torch.from_numpy(images[:1]).float() / 255))
    i = next(i for i, each in enumerate(layers) if each.module is chosen.module)
    reach, made = reaches(layers, opened.shape[1])[i], layers[i].made
    wide = made.shape[3] if made.ndim == 4 else 1
    windows = [(*reach.window(place // wide), *reach.window(place % wide)) for place in places[order].tolist()]
    return {"images": images[order], "values": values[order], "windows": np.array([(top, left, bottom, right) for top, bottom, left, right in windows], float),
            "count": len(images), "spread": [float(values.mean()), float(values.std())], "title": chosen.title, "filter": channel}  # fmt: skip


def facts(name: str, layer: int, first: int, count: int) -> dict[str, Any]:
    """`title` of the layer, numbers of the `filters` shown, and `classes` when it is these that are excited."""
    opened = network(name)
    chosen = target(opened, layer)
    return {"title": chosen.title, "filters": chosen_filters(chosen.filters, first, count), "classes": list(opened.classes) if chosen.title == "classes" else []}
