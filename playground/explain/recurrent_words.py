"""The maths of recurrent cells with a run's own numbers, the glossary and the sources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.experiments.recurrent_base import Recurrent
    from playground.experiments.recurrent_reader import Reader

EQUATIONS = {
    "rnn": r"h_t = \tanh(W x_t + U h_{t-1} + b)",
    "lstm": r"i,f,o = \sigma(\cdot),\quad g = \tanh(\cdot),\quad c_t = f \odot c_{t-1} + i \odot g,\quad h_t = o \odot \tanh c_t",
    "gru": r"r,z = \sigma(\cdot),\quad n = \tanh(W x_t + r \odot (U h_{t-1} + b)),\quad h_t = (1-z) \odot n + z \odot h_{t-1}",
}
JACOBIANS = {
    "rnn": r"\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\, U",
    "lstm": r"\frac{\partial c_t}{\partial c_{t-1}} = \mathrm{diag}(f_t) + \dots",
    "gru": r"\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(z_t) + \dots",
}
TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def maths(now: Recurrent, metrics: Mapping[str, float], view: Mapping[str, Any], scene: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pieces to show in order: ("latex" or "markdown", text)."""
    if not metrics:
        return [("markdown", "The numbers appear with the first measurement.")]
    count = len(scene.get("times", ()))
    pieces = [("markdown", "Every cell reads one input a step and hands its state on. Learning goes back along the same chain: the gradient at step t is a product of as many "
               "matrices as there are steps between t and the answer (Hochreiter 1991; Bengio et al. 1994).")]  # fmt: skip
    pieces.append(("latex", r"\frac{\partial \ell_T}{\partial h_t} = \frac{\partial \ell_T}{\partial h_T} \prod_{s=t+1}^{T} \frac{\partial h_s}{\partial h_{s-1}}"))
    for cell in now.cells:
        flow = view.get(f"flow_{cell}", ())
        reach = float(flow[0]) if len(flow) else math.nan
        pieces += [("markdown", f"**{TITLES[cell]}**, {scene.get('parameters', {}).get(cell, 0):,} parameters"), ("latex", f"{EQUATIONS[cell]} \\qquad {JACOBIANS[cell]}")]
        if count > 1 and math.isfinite(reach) and reach > 0:
            rate = reach ** (1 / (count - 1))
            pieces.append(("latex",
                           rf"\frac{{\lVert\partial\ell/\partial h_1\rVert}}{{\lVert\partial\ell/\partial h_{{{count}}}\rVert}} = {_power(reach)} = {rate:.3f}^{{{count - 1}}}"))
    clip = f"cut to length {now.clip:g} when it is longer" if now.clip else "never cut"
    told = ", ".join(f"{TITLES[cell]} {metrics[f'{cell}_gradient']:.3g} (clipped in {metrics[f'{cell}_clipped']:.0%} of the steps)" for cell in now.cells)
    pieces.append(("markdown", f"Clipping keeps the direction (Pascanu et al. 2013, algorithm 1). Here the gradient is {clip}. Lengths before clipping: {told}."))
    pieces.append(("latex", r"g \leftarrow g \cdot \min\left(1, \frac{\text{limit}}{\lVert g \rVert}\right)"))
    return pieces


def baselines(season: int) -> list[tuple[str, str]]:
    """The rules that a forecast has to beat."""
    pieces = [("markdown", "Rules to beat: the last value, the value one season ago, and a linear rule on the last values, fitted by least squares to the learnt part."),
              ("latex", r"\hat x_{t+1} = x_t, \qquad \hat x_{t+1} = x_{t+1-m}"
               + (rf"\;(m = {season})" if season > 1 else r"\;\text{(no season here)}")
               + r", \qquad \hat x_{t+1} = a_0 + \sum_{k=0}^{p-1} a_k\, x_{t-k}")]  # fmt: skip
    return [*pieces, ("latex", r"\mathrm{RMSE} = \sqrt{\tfrac1n \sum_t (\hat x_t - x_t)^2}, \qquad \mathrm{MAE} = \tfrac1n \sum_t |\hat x_t - x_t|")]


def reader_maths(now: Reader, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How a sign is drawn, how surprise is counted, and how a unit is said to follow something."""
    from playground.experiments.recurrent_reader import COLOURS

    heat, mean = f"{now.temperature:g}", float(data["surprise"].mean())
    pieces = [("markdown", "The next sign is drawn from the softmax of the logits z, divided by the temperature; surprise is what the sign that came costs."),
              ("latex", rf"p_i = \frac{{e^{{z_i / {heat}}}}}{{\sum_j e^{{z_j / {heat}}}}}, \qquad \text{{surprise}} = -\ln p_{{\text{{sign}}}}, "
                        rf"\qquad \text{{here on average }} {mean:.3f} = \ln {math.exp(mean):.2f}")]  # fmt: skip
    if now.colour in data["found"]:
        found = data["found"][now.colour]
        pieces += [("markdown", f"Of all units the one is shown whose tanh c goes along best with “{COLOURS[now.colour].lower()}” y, by Pearson's correlation over the signs of "
                    "this text. The best of several hundred units is high by luck alone on short texts: try it on another one (Karpathy, Johnson and Li 2016, section 4.2)."),
                   ("latex", rf"r = \frac{{\sum_t (u_t - \bar u)(y_t - \bar y)}}{{\lVert u - \bar u \rVert\,\lVert y - \bar y \rVert}} = {found['r']:.3f}"
                             rf"\quad (\text{{unit }} {found['unit']}, T = {len(data['text'])})")]  # fmt: skip
    return pieces


def _power(value: float) -> str:
    """A number as LaTeX, small and large ones with a power of ten."""
    if 1e-3 <= value < 1e4:
        return f"{value:.3g}"
    exponent = math.floor(math.log10(value))
    return rf"{value / 10**exponent:.1f} \cdot 10^{{{exponent}}}"


GLOSSARY = (
    "state", "gate", "cell state", "backpropagation through time", "vanishing gradient", "exploding gradient", "gradient clipping", "chance",
    "free running", "temperature", "perplexity",
)  # fmt: skip
REFERENCES = [
    "Elman 1990, Finding structure in time", "Hochreiter and Schmidhuber 1997, Long short-term memory", "Gers, Schmidhuber and Cummins 2000, Learning to forget",
    "Cho et al. 2014, RNN encoder–decoder (GRU), equations 5–8", "Bengio, Simard and Frasconi 1994, Learning long-term dependencies with gradient descent is difficult",
    "Pascanu, Mikolov and Bengio 2013, On the difficulty of training recurrent neural networks", "Jozefowicz, Zaremba and Sutskever 2015 (forget bias)",
    "Saxe, McClelland and Ganguli 2014 (orthogonal start)", "Graves, Wayne and Danihelka 2014 (copy task)", "Hyndman and Athanasopoulos 2021, Forecasting, chapter 5 (baselines)",
    "Karpathy 2015, The unreasonable effectiveness of recurrent neural networks", "Karpathy, Johnson and Li 2016, Visualizing and understanding recurrent networks",
]  # fmt: skip
