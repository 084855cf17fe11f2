"""Pictures of receptive fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.figures import canvas
from playground.figures.convolution_inside import image, images
from playground.figures.panels import Panel

Data = Mapping[str, Any]
SIDE = 232  # of each picture, in pixels


def field(data: Data) -> Panel:
    """The map with the chosen unit, the picture and noise with what reaches it."""
    _, channel, row, column = data["at"]
    box = data["window"]
    frames = [(box, "accent")]
    flat = np.asarray(data["map"]).size == 1
    unit = [] if flat else [((row, column, row + 1, column + 1), "ink")]
    here = f"On this picture {data['side_here']:.1f} pixels a side have more than a twentieth of the largest gradient." if np.max(data["here"]) > 0 else (
        "This unit is silent on this picture: no gradient reaches it. Choose another pixel.")  # fmt: skip
    shown = [
        image("map", SIDE, title=f"{data['title']}, map {channel + 1}", words="Press or drag here to choose the unit.", frames=unit, name="" if flat else "pixel",
              signed=max(float(np.abs(data["map"]).max()), 1e-9)),
        image("picture", SIDE, title=f"Can reach it: {data['side']:g} × {data['side']:g}", words=here, first=True, frames=frames, heat="here"),
        image("blank", SIDE, title=f"Does reach it: about {data['side_noise']:.1f} × {data['side_noise']:.1f}", first=True, frames=frames, heat="noise",
              words=f"The gradient's size over pictures of noise; half of it comes from {data['side_half']:.1f} × {data['side_half']:.1f} pixels."),
    ]  # fmt: skip
    blank = np.full_like(data["picture"], 24)
    heats = {name: np.sqrt(np.asarray(data[name])).astype(np.float32) for name in ("here", "noise")}  # the root, so that the weak rim shows
    return images("field", shown, {"map": data["map"], "picture": data["picture"], "blank": blank, **heats}, "A unit of a map and the part of the picture that reaches it")


def growth(data: Data, layer: str) -> Panel:
    """Theoretical and effective side by layer."""
    at = [float(i + 1) for i, title in enumerate(data["titles"]) if title == layer]
    marks = [canvas.rule(x=at[0], color="accent", words=layer)] if at else []
    spec = canvas.curves("layer that looks around", "side in pixels", x="depth", y_range=(0, None), switches=False, marks=marks,
                         alt="Theoretical and effective receptive field from layer to layer",
                         series=[canvas.series("can reach (arithmetic)", "theoretical", color="positive"),
                                 canvas.series("does reach (gradient)", "effective", color="negative"),
                                 canvas.series("brings half of it", "half", color="category 2")])  # fmt: skip
    return Panel("growth", spec, {name: data[name] for name in ("depth", "theoretical", "effective", "half")}, 240)
