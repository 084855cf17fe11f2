"""Pictures of the kernel lab: arrays in, specs of the components out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.core.limits import DRAWING_CHARACTERS
from playground.data.pictures import PEN
from playground.experiments.convolution import KERNELS, KernelLab
from playground.figures.panels import Panel

Arrays = Mapping[str, Any]


def lab(view: KernelLab, data: Arrays) -> Panel:
    """Picture, kernel and output with the window, for `components/convolution.js`."""
    names = [KERNELS[key].title for key in view.kernels]
    alt = (f"A {view.side} × {view.side} kernel ({names[view.channel]}) slides over a picture of {view.size} × {view.size} pixels "
           f"and makes an output of {view.output_side} × {view.output_side}")  # fmt: skip
    spec = {"kind": "convolution", "stride": view.stride, "padding": view.padding, "dilation": view.dilation, "side": view.side, "bias": view.bias,
            "relu": view.relu, "pool": view.pool, "pool_side": view.pool_side, "channel": view.channel, "cell": list(view.cell), "names": names, "alt": alt}  # fmt: skip
    return Panel("lab", spec, {name: np.asarray(data[name]) for name in ("input", "weight", "output", "active", "pooled")}, drags=True)


def pad(drawing: str, key: str, hint: str = "") -> Panel:
    """A pad to draw on that shows `drawing`, for `components/convolution_pad.js`."""
    return Panel(key, {"kind": "pad", "drawing": drawing, "most": DRAWING_CHARACTERS, "pen": PEN, "hint": hint, "alt": "Pad to draw on"}, drags=True)
