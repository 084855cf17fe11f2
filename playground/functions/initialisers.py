"""Starting weights, as one table. Every draw uses the caller's own generator; no global random state is touched.

Importing this module does not load torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Generator, Tensor

SMALL_DEVIATION = 0.01
LARGE_DEVIATION = 1.0
PLAYGROUND_LIMIT = 0.5


@dataclass(frozen=True)
class Initialiser:
    """One way to draw a weight matrix; call it: `INITIALISERS["he_normal"]((out, in), generator)`.

    Attributes:
        latex: The distribution of one weight; n_in and n_out are the layer's inputs and outputs.
        fill: Fills a tensor in place, given a generator.
        torch_expression: Plain torch statement that fills `weight` in place with `generator`.
        bias: What every bias starts at.
        note: What it is for, in a sentence.
    """

    key: str
    title: str
    latex: str
    fill: Callable[[Tensor, Generator | None], Any]
    torch_expression: str
    note: str
    source: str
    bias: float = 0.0

    def __call__(self, shape: tuple[int, int], generator: Generator | None, dtype: Any = None) -> Tensor:
        """A weight matrix.

        Args:
            shape: (outputs, inputs), as in torch.nn.Linear.
            generator: Source of randomness; its state moves on. Not needed by the constant ones.
            dtype: torch.float32 by default.

        Returns:
            A new tensor of that shape without gradient.
        """
        weight = torch.empty(shape, dtype=dtype or torch.float32)
        self.fill(weight, generator)
        return weight


def _uniform(weight: Tensor, generator: Generator | None, limit: float) -> None:
    weight.uniform_(-limit, limit, generator=generator)


def _normal(weight: Tensor, generator: Generator | None, deviation: float) -> None:
    weight.normal_(0, deviation, generator=generator)


def _orthogonal(weight: Tensor, generator: Generator | None) -> None:
    torch.nn.init.orthogonal_(weight, generator=generator)


_N = r"\mathcal N"
_U = r"\mathcal U"
_IN, _OUT = "weight.shape[1]", "weight.shape[0]"
_TABLE = (
    Initialiser(
        "xavier_uniform", "Xavier uniform", _U + r"(\pm\sqrt{6 / (n_{in} + n_{out})})",
        lambda w, g: _uniform(w, g, math.sqrt(6 / sum(w.shape))),
        "torch.nn.init.xavier_uniform_(weight, generator=generator)",
        "Keeps the spread of signal and gradient level through tanh layers.", "Glorot and Bengio 2010, equation 16",
    ),
    Initialiser(
        "xavier_normal", "Xavier normal", _N + r"(0,\; 2 / (n_{in} + n_{out}))",
        lambda w, g: _normal(w, g, math.sqrt(2 / sum(w.shape))),
        "torch.nn.init.xavier_normal_(weight, generator=generator)",
        "Xavier with a bell-shaped distribution.", "Glorot and Bengio 2010, equation 12",
    ),
    Initialiser(
        "he_normal", "He normal", _N + r"(0,\; 2 / n_{in})",
        lambda w, g: _normal(w, g, math.sqrt(2 / w.shape[1])),
        "torch.nn.init.kaiming_normal_(weight, nonlinearity='relu', generator=generator)",
        "Twice the variance, because a ReLU throws half the signal away.", "He et al. 2015, equation 10",
    ),
    Initialiser(
        "he_uniform", "He uniform", _U + r"(\pm\sqrt{6 / n_{in}})",
        lambda w, g: _uniform(w, g, math.sqrt(6 / w.shape[1])),
        "torch.nn.init.kaiming_uniform_(weight, nonlinearity='relu', generator=generator)",
        "He with a flat distribution.", "He et al. 2015",
    ),
    Initialiser(
        "lecun_normal", "LeCun normal", _N + r"(0,\; 1 / n_{in})",
        lambda w, g: _normal(w, g, math.sqrt(1 / w.shape[1])),
        f"weight.normal_(0, {_IN} ** -0.5, generator=generator)",
        "Keeps the variance of a linear layer; the partner of SELU.", "LeCun et al. 1998, Efficient BackProp, equation 16",
    ),
    Initialiser(
        "lecun_uniform", "LeCun uniform", _U + r"(\pm\sqrt{3 / n_{in}})",
        lambda w, g: _uniform(w, g, math.sqrt(3 / w.shape[1])),
        f"weight.uniform_(-(3 / {_IN}) ** 0.5, (3 / {_IN}) ** 0.5, generator=generator)",
        "LeCun with a flat distribution.", "LeCun et al. 1998, Efficient BackProp",
    ),
    Initialiser(
        "torch_default", "PyTorch default", _U + r"(\pm 1 / \sqrt{n_{in}})",
        lambda w, g: _uniform(w, g, math.sqrt(1 / w.shape[1])),
        f"weight.uniform_(-{_IN} ** -0.5, {_IN} ** -0.5, generator=generator)",
        "What torch.nn.Linear draws when nobody says otherwise: a third of LeCun's variance.", "torch.nn.Linear",
    ),
    Initialiser(
        "orthogonal", "Orthogonal", r"W^\top W = I", _orthogonal,
        "torch.nn.init.orthogonal_(weight, generator=generator)",
        "A rotation: a linear stack of any depth keeps every length exactly.", "Saxe, McClelland and Ganguli 2014",
    ),
    Initialiser(
        "playground", "Fixed uniform", _U + r"(\pm 0.5)",
        lambda w, g: _uniform(w, g, PLAYGROUND_LIMIT),
        f"weight.uniform_(-{PLAYGROUND_LIMIT}, {PLAYGROUND_LIMIT}, generator=generator)",
        "The same range for every width, with biases at 0.1, as TensorFlow's playground does.",
        "tensorflow/playground, nn.ts", 0.1,
    ),
    Initialiser(
        "small_normal", "Too small", _N + rf"(0,\; {SMALL_DEVIATION}^2)",
        lambda w, g: _normal(w, g, SMALL_DEVIATION), f"weight.normal_(0, {SMALL_DEVIATION}, generator=generator)",
        "The signal fades from layer to layer until nothing is left.", "Krizhevsky et al. 2012, section 5",
    ),
    Initialiser(
        "too_large", "Too large", _N + r"(0,\; 1)",
        lambda w, g: _normal(w, g, LARGE_DEVIATION), f"weight.normal_(0, {LARGE_DEVIATION}, generator=generator)",
        "The signal grows by the square root of the width at every layer, or saturates.", "A common mistake: torch.randn",
    ),
    Initialiser(
        "zeros", "Zeros", "0", lambda w, g: w.zero_(), "torch.nn.init.zeros_(weight)",
        "All units of a layer stay copies of each other, and hidden gradients are 0.", "A common mistake",
    ),
)  # fmt: skip

INITIALISERS: dict[str, Initialiser] = {each.key: each for each in _TABLE}
