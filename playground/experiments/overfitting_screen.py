"""Which part of the overfitting screen is shown."""

from __future__ import annotations

from typing import ClassVar

from playground.core.fields import choice
from playground.experiments.stills import Still

PARTS = {"capacity": "Complexity", "regularize": "Regularizers", "variance": "Variance cloud", "learning": "Amount of data", "double": "Double descent",
         "widths": "… in networks"}  # fmt: skip


class Overfitting(Still):
    """The choice of a part; each part has settings and a run of its own, which go on while another is looked at."""

    key: ClassVar[str] = "overfitting"
    title: ClassVar[str] = "Overfitting and regularization"
    page: ClassVar[str] = "overfitting"

    part: str = choice("capacity", PARTS, group="hidden", label="Part of the screen")
