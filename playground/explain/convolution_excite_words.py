"""What the part on exciting filters says: presets, the method with its numbers, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.convolution_excite import Excite
from playground.experiments.convolution_networks import NETWORKS
from playground.explain.convolution_words import Row

Data = Mapping[str, Any]
_ALL: tuple[Row, ...] = (
    ("strokes", "Strokes", "The third convolution of the digit network looks for pieces of strokes in some direction.", {}, True),
    ("first", "First layer", "The first convolution can only ask for stripes and spots of three pixels.", {"layer": 1, "count": 12, "steps": 120}, True),
    ("classes", "Ideal digits", "Climbing the class scores themselves gives pictures that the network takes for digits with more certainty than any real one.",
     {"layer": 7, "count": 12, "steps": 300}, True),
    ("unit", "One unit", "Only the middle unit is excited: the pattern has a place and an end.", {"layer": 5, "goal": "unit"}, True),
    ("things", "Colours", "Filters for photographs look for colours and edges between them.",
     {"network": "explainer-cnn", "layer": 3, "count": 8, "steps": 200}, True),
    ("noise", "Nothing held back", "Without jitter, blur and decay the picture becomes noise that excites the filter even more: fine patterns no photograph has.",
     {"jitter": 0, "blur": 0.0, "decay": 0.0, "layer": 5}, False),
    ("blurred", "Held back too much", "So much blur that no pattern can grow: the picture stays grey and the filter calm.", {"blur": 1.0, "decay": 0.2}, False),
)  # fmt: skip
PRESETS = tuple(row for row in _ALL if row[3].get("network", "digits-cnn") in NETWORKS)


def maths(view: Excite, tops: Data, activation: float | None) -> str:
    """The ascent and how far it got beside real pictures, with the current numbers."""
    mean, deviation = tops["spread"]
    best = float(np.asarray(tops["values"])[0])
    reached = "" if activation is None else f" The grown picture of this filter is at **{activation:.2f}**" + (
        " by the mean over its map; the real ones are measured at their best place." if view.goal == "map" and tops["title"] != "classes" else ".")  # fmt: skip
    goal = r"\frac{1}{HW}\sum_{i,j} y_{c,i,j}(x)" if view.goal == "map" else r"y_{c,\,H/2,\,W/2}(x)"
    return rf"""The picture is $x = \sigma(\theta)$, so that every pixel stays between black and white. At each step it is shifted by up to
{view.jitter} pixels, and $\theta$ moves up the gradient of
$$a_c(x) = {goal}$$
by Adam with a rate of {view.learning_rate:g}; then $\theta \leftarrow {1 - view.decay:.3f}\,\theta$, and each pixel is drawn by {view.blur:.0%} to the mean of its neighbours.

**Beside real pictures**: over {tops["count"]:,} of them filter {tops["filter"] + 1} of {tops["title"]} answers at its best place ${mean:.2f} \pm {deviation:.2f}$;
the largest is {best:.2f}, that is {(best - mean) / max(deviation, 1e-9):.1f} deviations above.{reached}"""


def tasks(view: Excite, metrics: Mapping[str, np.ndarray]) -> list[tuple[str, str, bool]]:
    """Things to try; done is read from the run's own numbers."""
    rows = metrics.get("activation", np.zeros(0))
    rough = metrics.get("roughness", np.zeros(0))
    done = len(rows) > 0 and len(metrics.get("step", ())) > 0 and float(metrics["step"][-1]) >= view.steps
    return [
        ("excite-classes", "Grow the ten ideal digits (a convolution beyond the last) to the end.", done and view.layer > 6 and view.network == "digits-cnn"),
        ("excite-noise", "Take away everything that keeps the picture natural: roughness above 0.2.", len(rough) > 0 and float(rough[-1]) > 0.2),
        ("excite-calm", "While it grows, blur so much that the activation falls again.", len(rows) > 20 and view.blur > 0.4 and float(rows[-1]) < 0.6 * float(np.max(rows))),
    ]
