"""Pictures of the translation experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.convolution_shift import FAR, Moved
from playground.figures import canvas
from playground.figures.convolution_inside import image, images
from playground.figures.panels import Panel, Rows

Data = Mapping[str, Any]


def picture(view: Moved, data: Data) -> Panel:
    """The moved picture, to be dragged."""
    side = int(np.asarray(data["image"]).shape[1])
    words = "Put back into the middle before the network sees it." if view.centred else "Drag it anywhere."
    shown = image("image", 224, words=words, first=True, name="move")
    return images("moved", [shown | {"tells": {"side": side}}], {"image": data["image"]}, "The moved picture as the network is given it")


def answers(data: Data) -> Panel:
    spec = {"kind": "answers", "classes": data["classes"], "alt": "The answer to the moved picture"}
    return Panel("moved-answers", spec, {name: data[name] for name in ("logits", "probabilities")})


def maps(view: Moved, everywhere: Data, name: str) -> list[Panel]:
    """The share of the class over all moves, of the network and of its dense rival."""
    panels = [_map(view, everywhere, "network", "By the convolutional network", name)]
    return [*panels, _map(view, everywhere, "rival", "By a dense network", name)] if "rival" in everywhere else panels


def _map(view: Moved, everywhere: Data, which: str, title: str, name: str) -> Panel:
    at = (min(max(view.right, -FAR), FAR), min(max(view.up, -FAR), FAR))
    spec = canvas.stage(x=(-FAR - 0.5, FAR + 0.5), y=(-FAR - 0.5, FAR + 0.5), x_label="pixels to the right", y_label="pixels up",
                        alt=f"Share of “{name}” for every move of the picture. {title}.",
                        layers=[canvas.field(which, palette="sequential", low=0.0, high=1.0, smooth=False, value=f"share of “{name}”"),
                                canvas.draggable(f"at-{which}", at, label=" ")])  # fmt: skip
    return Panel(f"over-{which}", spec, {which: everywhere[which]}, 300, title=title, drags=True)


def sweeps(view: Moved, everywhere: Data, data: Data) -> Rows:
    """Over turns, over sizes, and by layer."""
    def curve(key: str, x: str, y: str, label: str, at: float) -> Panel:
        spec = canvas.curves(label, "share", series=[canvas.series("share of the class", y, color="positive")], x=x, y_range=(0.0, 1.0), switches=False,
                             marks=[canvas.rule(x=at, color="accent")], alt=f"Share of the unmoved picture's class over {label}")  # fmt: skip
        return Panel(key, spec, {x: everywhere[x], y: everywhere[y]}, 190)

    depth = np.arange(1.0, len(data["titles"]) + 1)
    layers = canvas.curves("layer", "relative change", x="depth", y_range=(0.0, None), switches=False, alt="How far each layer is from moving along and from staying the same",
                           series=[canvas.series("does not move along", "drift", color="positive"), canvas.series("does not stay", "change", color="negative")])  # fmt: skip
    return [[curve("turns", "turns", "turned", "turn in degrees", view.turn), curve("sizes", "sizes", "sized", "size", view.size),
             Panel("layers", layers, {"depth": depth, "drift": data["drift"], "change": data["change"]}, 190, 1.2)]]  # fmt: skip
