"""What the kernel lab says: presets, formulas with the current numbers, glossary, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.convolution import KERNELS, KernelLab

Row = tuple[str, str, str, dict[str, Any], bool]  # key, title, why, values, good
Arrays = Mapping[str, np.ndarray]

INTRODUCTIONS = {
    "lab": "A small kernel slides over the picture; at each place it multiplies what it sees by its weights and adds up. "
    "Press play, hover an output cell for its sum, drag a weight.",
    "inside": "Every feature map of every layer, for any picture, also while you draw. Click a map to see the kernels, the inputs and the sum behind one pixel of it.",
    "field": "A unit sees only part of the picture. Click anywhere on a map: the frame is what can reach that unit by arithmetic, the colour what does reach it.",
    "excite": "Start from grey noise and change the picture, step by step, so that a filter answers more. What grows is what the filter looks for.",
    "shift": "Drag the picture. The maps move along, and the answer should not care: how far is that true?",
}

PRESETS: tuple[Row, ...] = (
    ("sobel", "Edges by direction", "Two Sobel kernels: one answers to upright edges, one to level ones. Blue is dark-to-light, orange light-to-dark.", {}, True),
    ("blur", "Blur", "All weights are positive and add up to 1: brightness stays, detail goes.", {"kernels": ("gauss", "box"), "side": 5, "padding": 2}, True),
    ("sharpen", "Sharpen and emboss", "Weights that add up to 1 keep the picture and exaggerate its differences.",
     {"picture": "temple", "size": 28, "kernels": ("sharpen", "emboss", "edge")}, True),
    ("colour", "Three colours in, one map out", "The kernel has a slice for each colour; the three sums are added to one number.",
     {"picture": "flower", "size": 20, "colour": True, "kernels": ("sobel_x", "gauss")}, True),
    ("atrous", "Dilated", "Nine weights read a window of 5 × 5: a wider view at no cost.", {"picture": "checks", "size": 20, "dilation": 2, "padding": 2}, True),
    ("block", "A layer of a network", "Convolution, ReLU, maximum: what small networks repeat, here by hand.",
     {"kernels": ("sobel_x", "sobel_y", "edge"), "relu": True, "pool": "max", "size": 20}, True),
    ("stride", "Stride skips the stripes", "A stride of 4 on stripes 8 pixels wide reads some places and never others: fine detail turns into a false pattern (aliasing).",
     {"picture": "stripes", "size": 28, "kernels": ("identity",), "stride": 4, "padding": 0}, False),
    ("shrinks", "No padding, large kernel", "Without padding every layer eats the border: 16 pixels become 10, and what lies at the edge is read by few windows.",
     {"kernels": ("gauss",), "side": 7, "padding": 0}, False),
)  # fmt: skip

GLOSSARY = {
    "Kernel": "The small grid of weights that slides over the picture; also called a filter. A network learns these numbers.",
    "Channel": "One sheet of numbers: a colour of the picture, or the output of one kernel.",
    "Feature map": "What one kernel answers at every place.",
    "Stride": "How many pixels the window moves between two answers.",
    "Padding": "Zeros laid around the picture, so that windows may hang over its border.",
    "Dilation": "Gaps between the pixels a window reads, so that it covers more with the same number of weights.",
    "Pooling": "Each small square becomes one number, its largest or its mean.",
    "Receptive field": "The part of the picture that can reach one unit.",
    "Logit": "A class's score before softmax turns all scores into shares.",
    "Equivariance": "Move the picture and the maps move with it.",
    "Invariance": "Move the picture and the answer stays.",
}

SOURCES = (
    "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition, sections II and III.A",
    "Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, relationships 1 to 6",
    "Goodfellow, Bengio and Courville 2016, Deep Learning, sections 9.1 to 9.3",
    "Yu and Koltun 2016, Multi-scale context aggregation by dilated convolutions, section 2",
    "Wang et al. 2020, CNN Explainer, section 4",
    "Luo, Li, Urtasun and Zemel 2016, Understanding the effective receptive field, sections 2 and 3",
    "Araujo, Norris and Sim 2019, Computing receptive fields of convolutional neural networks, section 2",
    "Olah, Mordvintsev and Schubert 2017, Feature visualization, section The enemy of feature visualization",
    "Zhang 2019, Making convolutional networks shift-invariant again, section 3",
)


def maths(view: KernelLab, data: Arrays) -> str:
    """Shape arithmetic, parameters, cost and the cell at hand, with the current numbers."""
    n, p, d, k, s, o = view.size, view.padding, view.dilation, view.side, view.stride, view.output_side
    row, column = view.cell
    total = float(data["output"][view.channel, row, column])
    channels, kernels = view.channels, len(view.kernels)
    parameters, products = kernels * (channels * k * k + 1), kernels * o * o * channels * k * k
    pooled = "" if view.pool == "none" else (
        f"\n\nPooling with a window of {view.pool_side} that jumps by {view.pool_side}: "
        f"$\\left\\lfloor {o} / {view.pool_side} \\right\\rfloor = {view.pooled_side}$ cells a side."
    )  # fmt: skip
    return rf"""**One output cell**, for output channel $c$ at row $i$ and column $j$:
$$y_{{c,i,j}} = b_c + \sum_{{m=1}}^{{{channels}}} \sum_{{u=0}}^{{{k - 1}}} \sum_{{v=0}}^{{{k - 1}}} w_{{c,m,u,v}} \; x_{{m,\; {s}i + {d}u - {p},\; {s}j + {d}v - {p}}}$$
Here, for {KERNELS[view.kernels[view.channel]].title} at row {row + 1} and column {column + 1}: $y = {total:.4f}$,
a sum of {channels * k * k} products and the bias ${view.bias:g}$.

**Its size**: input $N = {n}$, padding $P = {p}$, dilation $D = {d}$, kernel $K = {k}$, stride $S = {s}$:
$$O = \left\lfloor \frac{{N + 2P - D(K-1) - 1}}{{S}} \right\rfloor + 1 = \left\lfloor \frac{{{n} + {2 * p} - {d * (k - 1)} - 1}}{{{s}}} \right\rfloor + 1 = {o}$$
The shapes: ${channels} \times {n} \times {n} \;\to\; {kernels} \times {o} \times {o}$.{pooled}

**What it costs**: {kernels} · ({channels} · {k} · {k} + 1) = **{parameters:,} parameters** and {kernels} · {o}² · {channels} · {k}² = **{products:,} multiplications**.
A dense layer between the same shapes would have {channels * n * n:,} · {kernels * o * o:,} = **{channels * n * n * kernels * o * o:,} weights**."""


def tasks(view: KernelLab, data: Arrays) -> list[tuple[str, str, bool]]:
    """Things to try in the kernel lab; done is read from its own numbers."""
    own = "own" in view.kernels
    shown = view.weight()[view.channel]
    flat = own and view.kernels[view.channel] == "own" and abs(float(shown.sum())) < 1e-6 and float(np.abs(shown).max()) > 0
    kept = view.side == 5 and view.stride == 1 and view.output_side == view.size
    return [
        ("convolution-same", "With a kernel of 5, choose a padding that keeps the output as large as the picture.", kept),
        ("convolution-flat", "Make an own kernel whose weights add up to 0: what does it answer on flat ground?", flat),
        ("convolution-half-stride", "Make the output exactly half as wide as the picture by stride.", view.pool == "none" and view.output_side * 2 == view.size),
        ("convolution-half-pool", "Now by pooling alone.", view.stride == 1 and view.pool != "none" and view.pooled_side * 2 == view.size),
    ]  # fmt: skip
