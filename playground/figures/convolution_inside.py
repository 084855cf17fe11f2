"""Pictures of the parts that look inside a network: arrays in, specs of the components out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.figures.panels import Panel

Data = Mapping[str, Any]


def image(array: str, side: int, *, title: str = "", words: str = "", number: int | None = None, first: bool = False, heat: str = "",
          frames: Sequence[tuple[Sequence[float], str]] = (), name: str = "", dash: Sequence[bool] = (), signed: float | None = None) -> dict[str, Any]:  # fmt: skip
    """One picture of an `images` panel.

    Args:
        array: Name of (h, w), (h, w, 3) or, with `first`, (channels, h, w) bytes; with `number` one of (n, …) of them.
        side: Of its longer side, in pixels on the screen.
        heat: Name of an (h, w) array in [0, 1] that is laid over it in orange.
        frames: ((top, left, bottom, right) in the picture's pixels, colour).
        name: What a press on it is told as; "" when it cannot be pressed.
        signed: Draws numbers instead of bytes, ± this at the ends of the palette.
    """
    dashes = [*dash, *[False] * len(frames)]
    boxes = [{"box": [float(each) for each in box], "color": color, "dash": dashed} for (box, color), dashed in zip(frames, dashes, strict=False)]
    return {"array": array, "side": side, "title": title, "words": words, "number": number, "first": first, "heat": heat or None, "frames": boxes, "name": name or None,
            "signed": signed is not None, "most": signed}  # fmt: skip


def images(key: str, pictures: Sequence[dict[str, Any]], arrays: Data, alt: str) -> Panel:
    """Pictures side by side, for `components/convolution_images.js`; empty `arrays` are those of a run."""
    return Panel(key, {"kind": "images", "images": list(pictures), "alt": alt}, dict(arrays), drags=any(each["name"] for each in pictures))


def steps(data: Data, side: int = 92) -> Panel:
    """What was done to the picture on its way to the network."""
    shown = [image(f"step_{k}", side, words=words) for k, words in enumerate(data["steps"])]
    return images("steps", shown, {f"step_{k}": data[f"step_{k}"] for k in range(len(shown))}, "The picture, step by step, as the network is given it")


def answers(data: Data) -> Panel:
    """Logits and shares of every class, for `components/convolution_answers.js`."""
    spec = {"kind": "answers", "classes": data["classes"], "alt": "The answer, number by number"}
    return Panel("answers", spec, {name: data[name] for name in ("logits", "probabilities")})


def maps(data: Data, at: Sequence[int]) -> Panel:
    """All feature maps with the chosen one, for `components/convolution_maps.js`."""
    count = len(data["titles"])
    spec = {"kind": "maps", **{name: data[name] for name in ("titles", "kinds", "most", "sources", "reach", "classes")}, "selected": list(at[:2]),
            "alt": f"All feature maps of {count} layers; the chosen one is {data['titles'][at[0]]}, map {at[1] + 1}"}  # fmt: skip
    return Panel("maps", spec, {"pixels": data["pixels"], **{f"map_{i}": data[f"map_{i}"] for i in range(count)}}, drags=True)


def unit(data: Data) -> Panel:
    """One pixel of one map and how it came about, for `components/convolution_unit.js`."""
    arrays = {name: value for name, value in data.items() if isinstance(value, np.ndarray)}
    rest = {name: value for name, value in data.items() if name not in arrays}
    return Panel("unit", {**rest, "kind": data["kind"], "alt": f"{data['title']}, map {data['at'][1] + 1}"}, arrays, drags=True)
