"""How the trained autoencoder of faces is asked: which sheet, which two faces, which direction, which part of a picture of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from playground.core import fields
from playground.experiments.stills import Still

ROWS, COLUMNS = 8, 8
FACES = ROWS * COLUMNS
DIRECTIONS = 16
FIRST = (9, 30)
SIDE = 64  # of the pictures, in pixels


class Framed(Still):
    """Which square of a picture of one's own is taken."""

    zoom: float = fields.number(1.0, 1.0, 5.0, step=0.05, label="Zoom", help="The smaller the part of your picture, the larger the face in it.")
    across: float = fields.number(0.5, 0.0, 1.0, step=0.01, label="Left to right", help="Which part of your picture is taken.")
    down: float = fields.number(0.4, 0.0, 1.0, step=0.01, label="Top to bottom", help="Which part of your picture is taken.")

    def framing(self) -> tuple[float, float, float]:
        return (self.zoom, self.across, self.down)


class Faces(Framed):
    """Settings of the part that shows the bundled autoencoder of faces."""

    key: ClassVar[str] = "faces"
    title: ClassVar[str] = "Faces"
    page: ClassVar[str] = "autoencoders"

    sheet: int = fields.integer(0, 0, 199, label="Sheet", help="Another number, other faces.")
    spread: float = fields.number(0.8, 0.0, 1.5, step=0.05, label="Boldness",
                                  help="Factor on the distance from the mean face: 1 is as varied as the codes of real faces, 0 the mean face itself.")  # fmt: skip
    picks: tuple[int, ...] = fields.integers(FIRST, 0, FACES - 1, max_length=2, group="hidden", label="Faces clicked", help="The last two, the latest first.")
    direction: int = fields.integer(1, 1, DIRECTIONS, label="Principal direction", help="1 is the one along which the codes of faces differ most, 2 the next …")
    amount: float = fields.number(1.5, -3.0, 3.0, step=0.1, label="By so many deviations", help="How far the face is moved along the direction.")
    share: float = fields.number(0.5, 0.0, 1.0, step=0.02, label="From A to B", help="Share of the way from one face to the other.")
    own: str = fields.text("", max_length=64, group="hidden", label="Own picture")

    def chosen(self) -> tuple[int, int]:
        """The faces A and B; a link that names fewer gets those of the beginning."""
        first, second = (*self.picks, *FIRST[len(self.picks) :])
        return first, second

    def dragged(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """Field values after a press on the sheet: the face there becomes A, the former A becomes B."""
        tile = float(at["tile"])
        row, column = (min(max(int(float(at[axis]) // tile), 0), most - 1) for axis, most in (("y", ROWS), ("x", COLUMNS)))
        pick, now = row * COLUMNS + column, self.chosen()
        return {"picks": now if pick == now[0] else (pick, now[0]), "own": ""}


def framed(image: np.ndarray, zoom: float, across: float, down: float) -> np.ndarray:
    """The square of a picture (h, w) or (h, w, 3) uint8 that is 1/`zoom` of its shorter side, placed by shares of the room left; (3, 64, 64) float32."""
    from PIL import Image

    height, width = image.shape[:2]
    side = max(1, round(min(height, width) / zoom))
    left, top = (round(share * (room - side)) for share, room in ((across, width), (down, height)))
    part = Image.fromarray(np.ascontiguousarray(image[top : top + side, left : left + side])).convert("RGB")
    small = part.resize((SIDE, SIDE), Image.Resampling.BOX if side > SIDE else Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(small, np.float32).transpose(2, 0, 1) / 255)
