"""What the translation experiment says: presets, equivariance and invariance in the current numbers, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.convolution_networks import NETWORKS
from playground.experiments.convolution_shift import RIVAL_HIDDEN, RIVAL_PICTURES, RIVAL_SHIFT, Moved
from playground.explain.convolution_words import Row

Data = Mapping[str, Any]
HELD = 0.5  # share above which the answer counts as kept
_ALL: tuple[Row, ...] = (
    ("aside", "A little aside", "Four pixels: every map moves along, and the average over the plane hides the move from the answer.", {}, True),
    ("grid", "On the grid of the last maps", "Moved by 4, a multiple of what two poolings skip, the last maps move by exactly one of their pixels.",
     {"right": 4.0, "up": 4.0}, True),
    ("off", "Off that grid", "Moved by 2, the last maps would have to move by half a pixel, and cannot: pooling breaks equivariance (Zhang 2019).",
     {"right": 2.0, "up": 2.0}, True),
    ("centred", "Centred again", "However far it is moved: put back by its centre of mass, the network never knows.",
     {"right": 7.0, "up": -6.0, "centred": True}, True),
    ("turned", "A six upside down", "Nothing in a convolution knows of turning: a six on its head is a nine to it, and to you.",
     {"picture": "digit-6", "right": 0.0, "up": 0.0, "turn": 180.0}, False),
    ("edge", "Over the edge", "Half of the digit has left the picture: no network can read what is not there.", {"right": 12.0, "up": 0.0}, False),
    ("small", "Half as large", "Kernels have one size: a digit of half the size meets other kernels than those trained for it.",
     {"right": 0.0, "up": 0.0, "size": 0.45}, False),
)  # fmt: skip
PRESETS = _ALL if "digits-cnn" in NETWORKS else ()


def kept(shares: np.ndarray) -> float:
    """Share of the moves under which the class is still named with more than HELD."""
    return float((np.asarray(shares) > HELD).mean())


def verdict(data: Data, everywhere: Data) -> str:
    """One or two sentences with the numbers that matter most."""
    best = data["best"]
    name, now, before = data["classes"][best], float(data["probabilities"][best]), float(data["before"][best])
    count, held = np.asarray(everywhere["network"]).size, kept(everywhere["network"])
    said = f"“{name}” had **{before:.1%}** and has **{now:.1%}** after the move. Of {count} moves it keeps more than half in **{held:.0%}**"
    if "rival" not in everywhere:
        return said + "."
    rival = f"the dense network in **{kept(everywhere['rival']):.0%}**"
    unlike = "" if everywhere["rival_best"] == best else f" (which takes the unmoved picture for “{data['classes'][everywhere['rival_best']]}”)"
    return f"{said}, {rival}{unlike}."


def maths(view: Moved, data: Data) -> str:
    """Equivariance and invariance defined, and by layer in numbers."""
    rows = "\n".join(f"| {title} | {'–' if np.isnan(drift) else f'{drift:.3f}'} | {change:.3f} |" for title, drift, change in zip(
        data["titles"], data["drift"], data["change"], strict=True))  # fmt: skip
    return rf"""Let $S$ move the picture and $S'$ do the same to a map, in the map's own pixels.

- **Equivariant**: $f(Sx) = S'f(x)$. The maps move along. Exact for a convolution of stride 1 away from the border.
- **Invariant**: $f(Sx) = f(x)$. The answer does not notice.

By layer, for a move by {round(view.right)} to the right and {round(view.up)} up (turn and size aside):

| layer | $\lVert f(Sx) - S'f(x)\rVert / \lVert f(Sx)\rVert$ | $\lVert f(Sx) - f(x)\rVert / \lVert f(x)\rVert$ |
|---|---|---|
{rows}

The first column is 0 where the layer is equivariant: borders and poolings that skip pixels spoil it. The second is large for maps, which move, and small where
the plane has been averaged away. A network whose last maps are read by place, as the explainer's are, is less invariant than one that averages them.

The dense network has one hidden layer of {RIVAL_HIDDEN} units and learnt {RIVAL_PICTURES:,} bundled digits, each moved by up to {RIVAL_SHIFT} pixels; the
digit network also saw moved digits, by about as much. It was trained on many more of them, so the comparison is of kinds, not a race."""


def tasks(view: Moved, data: Data, everywhere: Data) -> list[tuple[str, str, bool]]:
    """Things to try; done is read from the screen's own numbers."""
    plain = view.turn == 0 and view.size == 1 and not view.centred
    now = float(data["probabilities"][data["best"]])
    drift = data["drift"][~np.isnan(data["drift"])]
    rival = float(data["rival"][data["best"]]) if "rival" in data else 1.0
    far = max(abs(view.right), abs(view.up))
    exact = plain and far > 0 and len(drift) > 0 and float(drift.max()) < 0.35
    return [
        ("shift-lost", "By moving alone, make it lose the answer with a move of 6 pixels or fewer each way.", plain and now < HELD and 0 < far <= 6),
        ("shift-exact", "Find a move, other than none, under which even the last maps move along (below 0.35 in every layer).", exact),
        ("shift-dense", "Find a move that the dense network fails at and the convolutional one does not.", plain and now > HELD and rival < HELD),
    ]  # fmt: skip
