"""Pictures of filters being excited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.figures import canvas
from playground.figures.convolution_inside import image, images
from playground.figures.panels import Panel

Data = Mapping[str, Any]


def grown(filters: Sequence[int], title: str, chosen: int, classes: Sequence[str] = ()) -> Panel:
    """The pictures as they grow, one a filter; live over a run."""
    side = 250 if len(filters) == 1 else 190 if len(filters) <= 4 else 112
    mark = [((0.0, 0.0, 1e6, 1e6), "accent")]
    shown = [image("images", side, number=k, name="filter", frames=mark if k == chosen and len(filters) > 1 else (),
                   title=classes[each] if classes else f"filter {each + 1}") for k, each in enumerate(filters)]  # fmt: skip
    return images("grown", shown, {}, f"Pictures that excite filters of {title}, growing step by step")


def strongest(data: Data, side: int = 84) -> Panel:
    """The real pictures that excite the filter most, each with the place."""
    shown = [image("images", side, number=k, first=True, words=f"{float(value):.2f}", frames=[(window, "accent")])
             for k, (value, window) in enumerate(zip(data["values"], data["windows"], strict=True))]  # fmt: skip
    return images("strongest", shown, {"images": np.asarray(data["images"])}, f"The real pictures that excite filter {data['filter'] + 1} most")


def climb() -> Panel:
    """Activation and roughness over the steps."""
    spec = canvas.curves("step", "activation", series=[canvas.series("activation, mean of the filters shown", "activation", color="positive")], switches=False,
                         alt="Activation over the steps of the ascent")  # fmt: skip
    return Panel("climb", spec, height=190)
