"""What the part that opens a network says: presets, formulas with the current numbers, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.convolution_inside import FeatureMaps
from playground.experiments.convolution_networks import NETWORKS
from playground.explain.convolution_words import Row

Data = Mapping[str, Any]
_ALL: tuple[Row, ...] = (
    ("five", "A five", "Early maps still look like the digit; later ones are small and say only where something was found.", {}, True),
    ("edges", "First layer", "The first convolution does what the kernel lab does: its kernels are edges and blobs, found by training.",
     {"layer": 0, "channel": 2}, True),
    ("answer", "The last sum", "A class's score is a weighted sum of the last maps; softmax turns the ten scores into shares.",
     {"layer": 200, "channel": 5}, True),
    ("seven", "A seven", "Another digit, the same kernels: look which maps light up now.", {"picture": "digit-7"}, True),
    ("photo", "A flower", "A network of CIFAR-10 has ten words and “flower” is not one of them: it answers with one of its ten all the same.",
     {"network": "explainer-cnn", "picture": "flower", "layer": 2, "channel": 3, "row": 10, "column": 10}, False),
    ("checks", "No digit at all", "A checkerboard is no digit, yet the shares add up to 1: softmax cannot say “none of these”.", {"picture": "checks"}, False),
)  # fmt: skip
PRESETS = tuple(row for row in _ALL if row[3].get("network", "digits-cnn") in NETWORKS)


def maths(data: Data, unit: Data) -> str:
    """The chosen unit's formula and softmax, with the current numbers."""
    layer, channel, row, column = unit["at"]
    lines = [f"**{unit['title']}, map {channel + 1}, row {row + 1}, column {column + 1}**", "", _formula(unit), "", "**Softmax**"]
    z, p = np.asarray(data["logits"]), np.asarray(data["probabilities"])
    best = int(p.argmax())
    second = int(p.argsort()[-2])
    gap = float(z[best] - z[second])
    share = rf"\frac{{e^{{{z[best]:.3f}}}}}{{{np.exp(z).sum():.2f}}} = {p[best]:.4f}"
    lines += [rf"$$p_k = \frac{{e^{{z_k}}}}{{\sum_j e^{{z_j}}}}, \qquad p_\text{{{data['classes'][best]}}} = {share}$$",
              f"The second answer is {data['classes'][second]}: ${gap:.2f}$ less in $z$ means $e^{{{gap:.2f}}} = {np.exp(gap):.3g}$ times less likely."]  # fmt: skip
    return "\n".join(lines)


def _formula(unit: Data) -> str:
    value = unit["value"]
    if "sums" in unit:
        sums = np.asarray(unit["sums"])
        return (rf"$$y = b + \sum_{{m=1}}^{{{len(sums)}}} \sum_{{u,v}} w_{{m,u,v}}\, x_{{m,u,v}} = {unit['bias']:.4f} + ({sums.sum():.4f}) = {value:.4f}$$"
                "\n" rf"The input maps that push it up add {sums[sums > 0].sum():.3f}, those that pull it down {sums[sums < 0].sum():.3f}.")  # fmt: skip
    if "deviation" in unit:
        numbers = rf"{unit['scale']:.4f} \cdot \frac{{{unit['input']:.4f} - ({unit['mean']:.4f})}}{{{unit['deviation']:.4f}}} + ({unit['shift']:.4f})"
        return rf"$$y = \gamma\,\frac{{x - \mu}}{{\sigma}} + \beta = {numbers} = {value:.4f}$$"
    if "window_values" in unit:
        return rf"The {unit['how']} of {np.asarray(unit['window_values']).size} numbers: $y = {value:.4f}$."
    if "input" in unit:
        return rf"$$y = f(x) = f({unit['input']:.4f}) = {value:.4f}$$"
    return rf"$y = {value:.4f}$, from the sum of several branches."


def tasks(view: FeatureMaps, data: Data, unit: Data) -> list[tuple[str, str, bool]]:
    """Things to try inside a network; done is read from its own numbers."""
    silent = unit["kind"] == "activation" and float(np.abs(np.asarray(unit["map"])).max()) == 0
    shares = np.sort(np.asarray(data["probabilities"]))
    return [
        ("inside-draw", "Draw a digit of your own (choose “Your drawing”) that the network names with more than 99 %.", view.picture == "drawn" and shares[-1] > 0.99),
        ("inside-doubt", "Draw one on which it hesitates: no answer above 60 %.", view.picture == "drawn" and shares[-1] < 0.6),
        ("inside-silent", "Find a map after ReLU that is silent everywhere for this picture.", silent),
    ]
