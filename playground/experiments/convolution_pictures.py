"""The picture that a part of the convolution screen looks at: a sample, a drawing that stands in the address, or an upload."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, text
from playground.core.limits import DRAWING_CHARACTERS
from playground.data import pictures, shelf
from playground.experiments.stills import Still

DRAWN, UPLOADED = "drawn", "uploaded"
PICTURES = {**pictures.SAMPLES, DRAWN: "Your drawing", UPLOADED: "Your picture"}


class Pictured(Still):
    """Settings that begin with a picture."""

    page: ClassVar[str] = "convolution"

    picture: str = choice("digit-5", PICTURES, label="Picture", help="Digits and shapes are made here; the photographs come with scikit-learn. Draw or upload your own below.")
    drawing: str = text("", max_length=DRAWING_CHARACTERS, group="hidden", label="Drawing")
    upload: str = text("", max_length=16, group="hidden", label="Uploaded picture")

    def seen(self) -> dict[str, str]:
        """What names the picture, for `look`; what another choice has left behind is not part of it."""
        return {"picture": self.picture, "drawing": self.drawing if self.picture == DRAWN else "", "upload": self.upload if self.picture == UPLOADED else ""}


def look(picture: str, drawing: str, upload: str) -> tuple[np.ndarray, bool]:
    """The picture, (h, w) or (h, w, 3) uint8, and whether it is clean: made here, without shadow or specks.

    Raises:
        UserError: When nothing is drawn or uploaded yet, or it is not on this machine.
    """
    if picture == DRAWN:
        if not drawing:
            raise UserError("Nothing is drawn yet.", "Draw on the pad with the mouse or a finger.", field="drawing")
        return pictures.drawn(drawing), True
    if picture == UPLOADED:
        if not upload:
            raise UserError("No picture is uploaded yet.", "Choose a file, or another picture.", field="upload")
        return shelf.get(upload)[0]["image"], False
    return pictures.sample(picture), True


def stroke(at: dict[str, Any]) -> dict[str, str]:
    """Field values after the pen moved: {"name": "ink", "drawing": the strokes as text}."""
    return {"picture": DRAWN, "drawing": str(at["drawing"])[:DRAWING_CHARACTERS]}
