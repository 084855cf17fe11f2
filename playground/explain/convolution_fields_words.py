"""What the receptive-field part says: presets, arithmetic with the current numbers, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.convolution_inside import FeatureMaps
from playground.experiments.convolution_networks import NETWORKS
from playground.explain.convolution_fields import NOISES
from playground.explain.convolution_words import Row

Data = Mapping[str, Any]
_ALL: tuple[Row, ...] = (
    ("second", "Two layers deep", "Two convolutions of 3 × 3 see 5 × 5 pixels: the middle is read by all nine windows, a corner by one.", {}, True),
    ("middle", "Half-way up", "Four convolutions deep a unit can see half of the picture, but its gradient sits in the middle of that.",
     {"layer": 10, "channel": 3, "row": 6, "column": 7}, True),
    ("first", "First layer", "One convolution: nine pixels, all of them equally near.", {"layer": 0, "channel": 3}, True),
    ("corner", "In a corner", "A unit at the border spends part of its field on padding: it sees zeros that are in no picture.",
     {"layer": 10, "channel": 3, "row": 0, "column": 0}, True),
    ("last", "Before the average", "By arithmetic the last maps see more than the whole picture; by gradient each still has its own place.",
     {"layer": 15, "channel": 10, "row": 3, "column": 3}, True),
    ("silent", "A silent unit", "After ReLU a negative sum is 0 and its gradient too: on this picture nothing reaches this unit.",
     {"layer": 5, "channel": 4, "row": 0, "column": 0}, False),
)  # fmt: skip
PRESETS = _ALL if "digits-cnn" in NETWORKS else ()


def maths(view: FeatureMaps, data: Data, growth: Data) -> str:
    """The recursion of the theoretical field and what the gradient says, with the current numbers."""
    top, left, bottom, right = data["window"]
    table = zip(growth["titles"], growth["theoretical"], growth["effective"], growth["half"], strict=True)
    rows = "\n".join(f"| {title} | {theory:g} | {real:.1f} | {half:.1f} |" for title, theory, real, half in table)
    return rf"""**By arithmetic**, from layer to layer, with kernel $k$, stride $s$, dilation $d$ and padding $p$ (Araujo et al. 2019):
$$r_\ell = r_{{\ell-1}} + d_\ell (k_\ell - 1)\, j_{{\ell-1}}, \quad j_\ell = j_{{\ell-1}}\, s_\ell, \quad \text{{start}}_\ell = \text{{start}}_{{\ell-1}} - p_\ell\, j_{{\ell-1}}$$
Here $r = {data["side"]:g}$ pixels and neighbours stand $j = {data["jump"]:g}$ apart; rows {top:g} to {bottom - 1:g} and columns {left:g} to {right - 1:g}
can reach this unit (numbers below 0 are padding).

**By gradient** (Luo et al. 2016): $\left|\partial y / \partial x\right|$ of this unit, summed over colours and averaged over {NOISES} pictures of noise. Pixels above
4.55 % of the largest: a square of **{data["side_noise"]:.1f}** pixels a side, against {data["side"]:g} by arithmetic; half of all gradient comes from
a square of only **{data["side_half"]:.1f}**.

| layer | can reach | does reach | brings half of it |
|---|---|---|---|
{rows}"""


def tasks(view: FeatureMaps, data: Data) -> list[tuple[str, str, bool]]:
    """Things to try with receptive fields; done is read from their own numbers."""
    padded = data["window"][0] < 0 and data["window"][1] < 0
    share = data["side_noise"] / max(data["side"], 1)
    return [
        ("field-corner", "Choose a unit that sees padding above and to the left.", padded),
        ("field-whole", "Find a layer whose units can see the whole picture but mostly do not.", data["side"] >= data["picture"].shape[1] and share < 0.8),
        ("field-same", "Of the layers that see more than 9 pixels a side: find one whose units see nearly all that they can.",
         data["side"] > 9 and share > 0.95 and bool(np.max(data["noise"]) > 0)),
    ]
