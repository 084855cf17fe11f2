"""What the activation screen says: presets, formulas with the current numbers, tasks, glossary, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.activation_views import (
    CORNERS,
    TRUTH_TABLES,
    TRUTH_TITLES,
    ActivationCurves,
    GateView,
    Neuron,
    SoftmaxView,
)
from playground.experiments.signal_race import SignalRace, fade, verdict
from playground.explain.numbers import signed
from playground.functions.activations import ACTIVATIONS
from playground.functions.gates import GATES
from playground.functions.initialisers import INITIALISERS

Row = tuple[str, str, str, dict[str, Any], bool]  # key, title, why, values, good
Item = tuple[str, str, bool]  # id, words, done

INTRODUCTIONS = {
    "curves": "An activation bends what a neuron has added up. Look at the slope beside the curve: learning travels through the slope, "
    "and where it is 0 nothing is learnt. Drag the dashed line.",
    "neuron": "One neuron cuts its input plane with a straight line. Drag the arrow's tip to turn the line and to make it steeper, "
    "and the handle on the line to shift it.",
    "softmax": "Softmax turns any numbers into shares of one whole. Drag the logits, or the temperature.",
    "gates": "A gated unit multiplies one number by the activation of another: the gate decides how much of the value passes. Drag the point.",
    "signal": "A batch climbs through a stack of untrained layers, and a gradient comes back down. "
    "A level curve can be trained; one that falls or rises by powers of ten cannot.",
    "train": "The same network, data and starting weights; only the activation differs. Watch how each one draws its boundary.",
}

PRESETS: dict[str, tuple[Row, ...]] = {
    "curves": (
        ("classics", "Thirty years", "From sigmoid (1986) by way of tanh and ReLU to GELU (2016): each keeps more slope where its input is positive.",
         {}, True),
        ("modern", "In today's transformers", "GELU, SiLU and Mish dip below 0 and keep a little slope where ReLU has none.",
         {"shown": ("relu", "silu", "gelu", "mish"), "focus": "gelu", "reach": 4.0, "probe": -0.75}, True),
        ("leaky", "Never dead", "Each of these keeps some slope on the left, so that no unit can be lost for good.",
         {"shown": ("leaky_relu", "prelu", "elu", "celu", "selu", "softplus"), "focus": "elu", "probe": -2.0}, True),
        ("cheap", "Straight pieces", "Built from straight lines, cheap on phones: each imitates a smooth one beside it.",
         {"shown": ("sigmoid", "hardsigmoid", "silu", "hardswish"), "focus": "hardswish"}, True),
        ("saturated", "Saturated sigmoid", "At x = 8 the slope is 0.0003: of a gradient of 1, three ten-thousandths get through.",
         {"shown": ("sigmoid", "tanh", "softsign"), "focus": "sigmoid", "reach": 12.0, "probe": 8.0}, False),
        ("dead", "Dead ReLU", "Left of 0 the slope is exactly 0: a unit pushed there by one big step gets no gradient to come back.",
         {"shown": ("relu", "relu6", "squared_relu", "hardtanh"), "focus": "relu", "probe": -3.0}, False),
    ),
    "neuron": (
        ("and", "AND", "The line leaves only the corner where both inputs are on.", {}, True),
        ("or", "OR", "The same weights with another bias: the line has moved past two more corners.",
         {"bias": 1.0, "task": "or"}, True),
        ("relu", "A ReLU hinge", "Zero on one side, a ramp on the other: networks of ReLUs are folded from such sheets.",
         {"activation": "relu", "w1": 1.0, "w2": -0.6, "bias": 0.0, "task": "or"}, True),
        ("saturated", "Saturated", "Large weights make a cliff: nearly everywhere the slope is 0 and nothing can be learnt.",
         {"w1": 4.0, "w2": 4.0, "bias": -3.0}, False),
        ("xor", "XOR", "No straight line has two opposite corners on one side: one neuron gets at most three right.",
         {"bias": 1.0, "task": "xor"}, False),
    ),
    "softmax": (
        ("plain", "Plain", "Differences of logits become ratios of probabilities: 1 more is e = 2.7 times as likely.", {}, True),
        ("cold", "Cold", "At a low temperature nearly everything goes to the largest logit.", {"temperature": 0.2}, True),
        ("hot", "Hot", "At a high temperature the classes are nearly alike.", {"temperature": 10.0}, True),
        ("tie", "A tie", "Equal logits share equally, however low the temperature.",
         {"z1": 2.0, "z2": 2.0, "z3": 0.0, "z4": -1.0, "z5": -2.0, "temperature": 0.2}, True),
        ("certain", "Too certain", "One logit far ahead: every slope is almost 0, so a wrong answer here is hard to unlearn.",
         {"z1": 5.0, "z2": -5.0, "z3": -5.0, "z4": -5.0, "z5": -5.0, "temperature": 0.5}, False),
    ),
    "gates": (
        ("swiglu", "SwiGLU", "The unit inside most of today's language models: here the gate lets 73 % of the value through.", {}, True),
        ("open", "Open gate", "A large gate lets the value through, and SiLU even multiplies it.", {"b": 3.0}, True),
        ("glu", "GLU", "The sigmoid gate passes between none and all of the value.", {"gate": "glu"}, True),
        ("bilinear", "Bilinear", "Without an activation the unit is a plain product, and still not linear.", {"gate": "bilinear"}, True),
        ("shut", "Shut gate", "With the gate far below 0 nothing passes and no gradient reaches the value.", {"gate": "reglu", "b": -2.0}, False),
    ),
    "signal": (
        ("race", "Three by two", "Sigmoid fades whatever its start; ReLU needs He's weights, tanh can live with either.", {}, True),
        ("selu", "SELU steers itself", "With LeCun weights SELU pulls mean and variance back to 0 and 1, layer after layer.",
         {"activations": ("selu", "elu"), "initialisers": ("lecun_normal",), "depth": 50}, True),
        ("rescue", "Skip connections and norm", "Each layer only adds to what is there, so the gradient has a straight way down.",
         {"activations": ("sigmoid", "tanh", "relu", "gelu"), "initialisers": ("he_normal",), "depth": 50, "residual": True, "normalised": True}, True),
        ("default", "What PyTorch draws", "torch.nn.Linear starts at a third of LeCun's variance: fine for shallow nets, fading after ten layers.",
         {"activations": ("tanh", "relu", "gelu", "selu"), "initialisers": ("torch_default",), "depth": 10}, False),
        ("sigmoid", "Sigmoid, 50 layers", "Each layer passes at most a quarter of the gradient: after 50, less than 1 part in 10²⁴ is left.",
         {"activations": ("sigmoid",), "initialisers": ("xavier_normal", "he_normal", "lecun_normal"), "depth": 50}, False),
        ("zeros", "All zeros", "Every unit gives 0 and every weight passes 0 back: nothing moves, ever.",
         {"activations": ("tanh", "relu", "gelu"), "initialisers": ("zeros",)}, False),
        ("large", "Too large", "Eight times the spread at every layer: ReLU explodes, tanh saturates and its gradient explodes.",
         {"activations": ("tanh", "relu"), "initialisers": ("too_large",)}, False),
        ("skips", "Skips without norm", "Adding at every layer doubles the variance each time: 50 layers, a hundred thousand million times the spread.",
         {"activations": ("tanh", "relu"), "initialisers": ("he_normal",), "depth": 50, "residual": True}, False),
    ),
}  # fmt: skip

GLOSSARY = {
    "Activation": "The function a neuron applies to the weighted sum of its inputs; without it a deep network is one linear map.",
    "Saturation": "Where an activation is so flat that almost no gradient gets through.",
    "Dead unit": "A unit whose slope is 0 for every example: it gives the same answer to all and learns from none.",
    "Vanishing gradient": "A gradient that shrinks layer by layer until the first layers learn nothing.",
    "Initialisation": "How the weights are drawn before training; it sets how far signal and gradient carry.",
    "Logit": "A number before softmax or sigmoid; any real value.",
    "Temperature": "What logits are divided by before softmax; low makes one winner, high makes all alike.",
    "Jacobian": "The table of slopes of every output by every input.",
}
SOURCES = (
    "Glorot and Bengio 2010", "He et al. 2015", "Klambauer et al. 2017 (SELU)", "Hendrycks and Gimpel 2016 (GELU)",
    "Shazeer 2020 (GLU variants)", "Bridle 1990 (softmax)",
)  # fmt: skip
VERDICTS = {
    "healthy": ":green[:material/check:] trains",
    "vanishes": ":orange[:material/trending_down:] vanishes",
    "explodes": ":red[:material/trending_up:] explodes",
    "dead": ":red[:material/block:] mostly dead",
    "silent": ":red[:material/volume_off:] nothing gets through",
}


def probe_table(view: ActivationCurves, data: Mapping[str, np.ndarray]) -> str:
    """Exact values at the probe, one row a function."""
    rows = [f"| {ACTIVATIONS[key].title} | {number(data[f'probe_{key}'][0])} | {number(data[f'probe_{key}'][1])} |" for key in view.shown]
    return "\n".join([f"| at x = {view.probe:g} | f(x) | f′(x) |", "|:--|--:|--:|", *rows])


def number(value: float) -> str:
    """Four significant digits; powers of ten where there are many zeros."""
    value = float(value)
    if not np.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "undefined"
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    return f"{value:.4g}"


def curves_maths(view: ActivationCurves, data: Mapping[str, np.ndarray]) -> str:
    card, (value, slope) = ACTIVATIONS[view.focused], data[f"probe_{view.focused}"]
    symbols = "".join(f", $\\text{{{each.label}}} = {view.shapes()[card.key][name]:g}$" for name, each in card.parameters.items())
    left = slope**10
    return (
        f"**{card.title}**{symbols}\n\n$$f(x) = {card.latex} \\qquad f'(x) = {card.derivative_latex}$$\n\n"
        f"$$f({view.probe:g}) = {value:.6g} \\qquad f'({view.probe:g}) = {slope:.6g}$$\n\n{card.note}\n\n"
        f"By the chain rule a gradient is multiplied by f′ at every layer. Ten layers that all sit at this x multiply it by "
        f"{slope:.4g}¹⁰ = {number(left)}.\n\n`{card.expression(**view.shapes()[card.key])}` · {card.source}"
    )


def neuron_table(view: Neuron, data: Mapping[str, np.ndarray]) -> str:
    """The four corners: sum, output, what the gate wants, and whether the side is right."""
    rows = ["| x₁, x₂ | w·x + b | output | wants | |", "|:--|--:|--:|:-:|:-:|"]
    for (x, y), total, value, wanted in zip(CORNERS, view.totals(), data["corners"], TRUTH_TABLES[view.task], strict=True):
        mark = ":green[:material/check:]" if (total > 0) == bool(wanted) else ":red[:material/close:]"
        rows.append(f"| {signed(x, 0)}, {signed(y, 0)} | {total:.3g} | {number(value)} | {wanted} | {mark} |")
    formula = f"$a = f({view.w1:g}\\,x_1 {view.w2:+g}\\,x_2 {view.bias:+g})$"
    return formula + "\n\n" + "\n".join(rows) + f"\n\n**{view.right()} of 4** corners of {TRUTH_TITLES[view.task]} on the right side."


def neuron_maths(view: Neuron, data: Mapping[str, np.ndarray]) -> str:
    total, value = view.totals()[3], data["corners"][3]
    length = float(np.hypot(view.w1, view.w2))
    away = f"{abs(view.bias) / length:.3g}" if length else "nowhere"
    return (
        "$$a = f(w_1 x_1 + w_2 x_2 + b)$$\n\nAt the corner (1, 1):\n\n"
        f"$$f({view.w1:g} \\cdot 1 + {view.w2:g} \\cdot 1 {view.bias:+g}) = f({total:.4g}) = {value:.5g}$$\n\n"
        f"The line lies where the sum is 0, at a right angle to the arrow, |b| / ‖w‖ = {away} from the origin. A longer arrow "
        f"(now {length:.3g}) makes the step across the line steeper; which corners are parted depends on its direction and on b."
    )


def softmax_maths(view: SoftmaxView, data: Mapping[str, np.ndarray]) -> str:
    powers = np.exp((np.array(view.logits) - max(view.logits)) / view.temperature)
    terms = " + ".join(f"{each:.3g}" for each in powers)
    p = data["probabilities"]
    return (
        "$$p_i = \\frac{e^{z_i / T}}{\\sum_j e^{z_j / T}} \\qquad \\frac{\\partial p_i}{\\partial z_j} = \\frac{p_i ([i = j] - p_j)}{T}$$\n\n"
        f"With the largest logit taken off first, so that nothing overflows:\n\n$$p_1 = \\frac{{{powers[0]:.3g}}}{{{terms}}} = {p[0]:.4g}$$\n\n"
        f"$$\\frac{{\\partial p_1}}{{\\partial z_1}} = \\frac{{{p[0]:.4g} \\cdot (1 - {p[0]:.4g})}}{{{view.temperature:g}}} "
        f"= {data['jacobian'][0, 0]:.4g}$$\n\n"
        f"Entropy: {float(data['entropy']):.3f} bits of at most log₂ 5 = 2.322. Adding the same number to all logits changes nothing."
    )


def gate_maths(view: GateView, data: Mapping[str, np.ndarray]) -> str:
    card, (out, by_value, by_gate, opening) = GATES[view.gate], data["point"]
    return (
        f"$$\\mathrm{{{card.title}}}(a, b) = {card.latex}$$\n\n"
        f"$$ {view.a:g} \\cdot {opening:.4g} = {out:.4g} \\qquad \\frac{{\\partial}}{{\\partial a}} = {by_value:.4g} "
        f"\\qquad \\frac{{\\partial}}{{\\partial b}} = {by_gate:.4g}$$\n\n"
        "In a transformer a = xW and b = xV are two projections of the same token, and the product is projected back: "
        f"three matrices instead of two, so the hidden width is cut to two thirds. {card.source}"
    )


def signal_maths(view: SignalRace, data: Mapping[str, np.ndarray]) -> str:
    (activation, initialiser), n = view.pairs[0], view.width
    change, spread = fade(data["gradient"][0]), data["spread"][0]
    rate = f"{10 ** (change / max(1, view.depth - 1)):.3g}" if np.isfinite(change) else "no finite number"
    return (
        "On the way up a layer multiplies the variance of what enters it, on the way down the gradient's, by\n\n"
        "$$n_{in} \\operatorname{Var}(w) \\cdot \\frac{\\mathbb E[f(z)^2]}{\\operatorname{Var}(z)} \\qquad\\text{and}\\qquad "
        "n_{out} \\operatorname{Var}(w) \\cdot \\mathbb E[f'(z)^2]$$\n\n"
        f"For ReLU both fractions are ½, hence He's Var(w) = 2 / n = 2 / {n} = {2 / n:.4g}.\n\n"
        f"**{ACTIVATIONS[activation].title} with {INITIALISERS[initialiser].title}**, ${INITIALISERS[initialiser].latex}$: "
        f"spread {number(spread[0])} at the input, {number(spread[-1])} after {view.depth} layers; going down, each layer multiplies the "
        f"gradient by {rate} on average. Numbers are kept in 64 bits here; in 32 bits everything below 10⁻³⁸ is 0."
    )


def signal_table(view: SignalRace, data: Mapping[str, np.ndarray]) -> str:
    """One row a stack: what is left, and what that means."""
    rows = [
        "| stack | | gradient, first ÷ last layer | dead units | alike |",
        "|:--|:--|--:|--:|--:|",
    ]
    for i, (activation, initialiser) in enumerate(view.pairs):
        change = fade(data["gradient"][i])
        left = "0" if change == -np.inf else "∞" if change == np.inf else number(10**change)
        rows.append(
            f"| {ACTIVATIONS[activation].title} · {INITIALISERS[initialiser].title} | {VERDICTS[verdicts(data)[i]]} | {left} "
            f"| {data['dead'][i, -1]:.0%} | {abs(data['alike'][i, -1]):.2f} |"
        )
    return "\n".join(rows)


def verdicts(data: Mapping[str, np.ndarray]) -> list[str]:
    """`signal_race.verdict` of every stack."""
    return [verdict(*rows) for rows in zip(data["spread"], data["gradient"], data["dead"], strict=True)]
