"""Pictures of the trained autoencoder of faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.figures import theme
from playground.figures.convolution_inside import image, images
from playground.figures.panels import Panel

Data = Mapping[str, Any]
MARKS = (theme.CATEGORICAL[0], theme.CATEGORICAL[1])
SHEET, FACE, STRIP, NOW = 528, 128, 520, 150


def sheet(data: Data, picks: Sequence[int], columns: int, gap: int) -> Panel:
    """All drawn faces; A and B are framed."""
    wall = data["wall"]
    tile = (wall.shape[1] + gap) // columns
    frames = [((each // columns * tile, each % columns * tile, each // columns * tile + tile - gap, each % columns * tile + tile - gap), color)
              for each, color in reversed(list(zip(picks, MARKS, strict=True)))]  # fmt: skip
    shown = image("wall", SHEET, frames=frames, name="wall")
    return images("faces-wall", [shown | {"tells": {"tile": tile}}], {"wall": wall}, "Faces decoded from random codes. Framed: A and B, the faces clicked last")


def face(data: Data, own: bool, direction: int) -> Panel:
    """What the encoder is shown, what it is rebuilt as, and the same moved along a direction."""
    shown = [image("given", FACE, title="Your picture" if own else "A", words="as the encoder sees it"), image("rebuilt", FACE, title="Rebuilt", words="from 128 numbers"),
             image("changed", FACE, title="Moved", words=f"along direction {direction}")]  # fmt: skip
    return images("faces-face", shown, {name: data[name] for name in ("given", "rebuilt", "changed")}, "A face, its rebuilding, and the same moved along a principal direction")


def strip(data: Data, reach: float) -> Panel:
    words = f"The same face at {-reach:g} to {reach:g} deviations of this direction"
    return images("faces-strip", [image("strip", STRIP, words=words)], {"strip": data["strip"]}, words)


def way(data: Data) -> Panel:
    """The way between two faces."""
    shown = [image("now", NOW, title="On the way", words="decoded"),
             image("strip", STRIP, words="Top: straight through the latent space, decoded. Bottom: one picture faded into the other.")]  # fmt: skip
    return images("faces-way", shown, {"now": data["now"], "strip": data["strip"]}, "The way from one face to another")
