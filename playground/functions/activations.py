"""Activation functions with their exact derivatives, as one table in teaching order.

Every entry maps a float32 or float64 tensor of any shape to one of the same shape and dtype, element by element.
Derivatives are written by hand and follow autograd's choice at kinks (ReLU has slope 0 at 0). Shape parameters may be
numbers or tensors that broadcast against the input. Importing this module does not load torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch
from playground.functions.parameters import Parameter, filled

if TYPE_CHECKING:
    from torch import Tensor

SELU_ALPHA = 1.6732632423543772848170429916717  # Klambauer et al. 2017, equation 14: fixed point of mean 0, variance 1
SELU_SCALE = 1.0507009873554804934193349852946
ROOT_2_OVER_PI = math.sqrt(2 / math.pi)
GELU_CUBIC = 0.044715  # Hendrycks and Gimpel 2016, section 2
SOFTPLUS_LINEAR_ABOVE = 20.0  # torch's threshold: beyond it softplus is the identity, exp(-20) = 2e-9 away


@dataclass(frozen=True)
class Activation:
    """One activation function, its derivative and what to say about it.

    Attributes:
        key: Name in `ACTIVATIONS`.
        latex: The function, as the right side of f(x) = …
        derivative_latex: The derivative, as the right side of f'(x) = …
        value: f as a tensor function of x and every parameter by name; call `forward`, which fills in defaults.
        slope: f' likewise; call `derivative`.
        code: Plain torch expression in `x`, with `{name}` where a parameter goes; read `torch_expression`.
        parameters: Shape parameters by name.
        note: Where it saturates or dies, in a sentence.
        source: Paper or reference.
    """

    key: str
    title: str
    latex: str
    derivative_latex: str
    value: Callable[..., Tensor]
    slope: Callable[..., Tensor]
    code: str
    note: str
    source: str
    parameters: dict[str, Parameter] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.key)

    def forward(self, x: Tensor, **parameters: Any) -> Tensor:
        """f(x), a new tensor of x's shape and dtype."""
        return self.value(x, **filled(self.title, self.parameters, parameters))

    def derivative(self, x: Tensor, **parameters: Any) -> Tensor:
        """f'(x), a new tensor of x's shape and dtype; at a kink the value autograd takes."""
        return self.slope(x, **filled(self.title, self.parameters, parameters))

    def expression(self, **parameters: Any) -> str:
        """Plain torch code in `x` that computes f(x); evaluates where only `torch` is imported."""
        return self.code.format(**filled(self.title, self.parameters, parameters))

    @property
    def torch_expression(self) -> str:
        """`expression` with every parameter at its default."""
        return self.expression()


def _sigmoid_slope(x: Tensor) -> Tensor:
    s = torch.sigmoid(x)
    return s * (1 - s)


def _silu_slope(x: Tensor, beta: float) -> Tensor:
    s = torch.sigmoid(beta * x)
    return s + beta * x * s * (1 - s)


def _softplus(x: Tensor, beta: float) -> Tensor:
    scaled = beta * x
    bent = torch.log1p(torch.exp(scaled.clamp(max=SOFTPLUS_LINEAR_ABOVE))) / beta
    return torch.where(scaled > SOFTPLUS_LINEAR_ABOVE, x, bent)


def _softplus_slope(x: Tensor, beta: float) -> Tensor:
    scaled = beta * x
    return torch.where(scaled > SOFTPLUS_LINEAR_ABOVE, torch.ones_like(x), torch.sigmoid(scaled))


def _gelu_slope(x: Tensor) -> Tensor:
    cumulative = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    density = torch.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return cumulative + x * density


def _gelu_tanh_slope(x: Tensor) -> Tensor:
    t = torch.tanh(ROOT_2_OVER_PI * (x + GELU_CUBIC * x**3))
    inner = ROOT_2_OVER_PI * (1 + 3 * GELU_CUBIC * x * x)
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner


def _mish_slope(x: Tensor) -> Tensor:
    t = torch.tanh(torch.nn.functional.softplus(x))
    return t + x * torch.sigmoid(x) * (1 - t * t)


def _elu(x: Tensor, alpha: float) -> Tensor:
    return torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0)))


def _elu_slope(x: Tensor, alpha: float) -> Tensor:
    return torch.where(x > 0, torch.ones_like(x), alpha * torch.exp(x.clamp(max=0)))


def _celu(x: Tensor, alpha: float) -> Tensor:
    return torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0) / alpha))


def _celu_slope(x: Tensor, alpha: float) -> Tensor:
    return torch.where(x > 0, torch.ones_like(x), torch.exp(x.clamp(max=0) / alpha))


def _leaky(x: Tensor, slope: float) -> Tensor:
    return torch.where(x > 0, x, slope * x)


def _leaky_slope(x: Tensor, slope: float) -> Tensor:
    one = torch.ones_like(x)
    return torch.where(x > 0, one, slope * one)


def _hardswish_slope(x: Tensor) -> Tensor:
    middle = x / 3 + 0.5
    return torch.where(x <= -3, torch.zeros_like(x), torch.where(x < 3, middle, torch.ones_like(x)))


def _inside(x: Tensor, low: float, high: float) -> Tensor:
    """1 strictly between `low` and `high`, else 0."""
    return ((x > low) & (x < high)).to(x.dtype)


_LEAK = Parameter(0.01, 0.0, 0.5, "Negative slope", "Slope for negative inputs; 0 makes it a ReLU.")
_LEARNT = Parameter(0.25, -0.5, 1.0, "Negative slope", "Slope for negative inputs; a network learns it, 0.25 is its start.")
_ALPHA = Parameter(1.0, 0.1, 3.0, "α", "Depth of the negative plateau.", 0.05)
_BETA = Parameter(1.0, 0.1, 10.0, "β", "Sharpness: the larger, the closer to a ReLU.", 0.1)
_FREQUENCY = Parameter(1.0, 0.5, 30.0, "ω", "Frequency; SIREN uses 30 in its first layer.", 0.5)
_F = "torch.nn.functional."

_TABLE = (
    Activation(
        "linear", "Linear", "x", "1", lambda x: x.clone(), lambda x: torch.ones_like(x), "x",
        "Never saturates, but a stack of linear layers is only one linear layer.", "Identity; torch.nn.Identity",
    ),
    Activation(
        "sigmoid", "Sigmoid", r"\sigma(x) = \frac{1}{1 + e^{-x}}", r"\sigma(x)\,(1 - \sigma(x))",
        lambda x: torch.sigmoid(x), _sigmoid_slope, "torch.sigmoid(x)",
        "Saturates on both sides; its slope is never above 1/4, so each layer shrinks the gradient at least fourfold.",
        "Rumelhart, Hinton and Williams 1986",
    ),
    Activation(
        "tanh", "Tanh", r"\tanh x = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}", r"1 - \tanh^2 x",
        lambda x: torch.tanh(x), lambda x: 1 - torch.tanh(x) ** 2, "torch.tanh(x)",
        "Saturates on both sides, but is centred on 0 and has slope 1 there.", "LeCun et al. 1998, Efficient BackProp",
    ),
    Activation(
        "relu", "ReLU", r"\max(0, x)", r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
        lambda x: torch.relu(x), lambda x: (x > 0).to(x.dtype), "torch.relu(x)",
        "Dead for every negative input: slope exactly 0, so a unit pushed there for all examples never learns again.",
        "Nair and Hinton 2010",
    ),
    Activation(
        "leaky_relu", "Leaky ReLU", r"\begin{cases} x & x > 0 \\ a x & x \le 0 \end{cases}",
        r"\begin{cases} 1 & x > 0 \\ a & x \le 0 \end{cases}",
        _leaky, _leaky_slope, _F + "leaky_relu(x, {slope})",
        "No dead zone: a small slope keeps negative units learning.", "Maas, Hannun and Ng 2013", {"slope": _LEAK},
    ),
    Activation(
        "prelu", "PReLU", r"\begin{cases} x & x > 0 \\ a x & x \le 0 \end{cases}",
        r"\begin{cases} 1 & x > 0 \\ a & x \le 0 \end{cases}",
        _leaky, _leaky_slope, "torch.where(x > 0, x, {slope} * x)",
        "A leaky ReLU whose slope a is a weight the network learns.", "He et al. 2015, equation 1", {"slope": _LEARNT},
    ),
    Activation(
        "elu", "ELU", r"\begin{cases} x & x > 0 \\ \alpha (e^{x} - 1) & x \le 0 \end{cases}",
        r"\begin{cases} 1 & x > 0 \\ \alpha e^{x} & x \le 0 \end{cases}",
        _elu, _elu_slope, _F + "elu(x, {alpha})",
        "Saturates at −α for very negative inputs; its outputs average near 0.", "Clevert, Unterthiner and Hochreiter 2016",
        {"alpha": _ALPHA},
    ),
    Activation(
        "selu", "SELU", r"\lambda \begin{cases} x & x > 0 \\ \alpha (e^{x} - 1) & x \le 0 \end{cases}",
        r"\lambda \begin{cases} 1 & x > 0 \\ \alpha e^{x} & x \le 0 \end{cases}",
        lambda x: SELU_SCALE * _elu(x, SELU_ALPHA), lambda x: SELU_SCALE * _elu_slope(x, SELU_ALPHA), _F + "selu(x)",
        "λ = 1.0507 and α = 1.6733 pull layer outputs towards mean 0 and variance 1, given LeCun initialisation.",
        "Klambauer et al. 2017",
    ),
    Activation(
        "celu", "CELU", r"\begin{cases} x & x > 0 \\ \alpha (e^{x / \alpha} - 1) & x \le 0 \end{cases}",
        r"\begin{cases} 1 & x > 0 \\ e^{x / \alpha} & x \le 0 \end{cases}",
        _celu, _celu_slope, _F + "celu(x, {alpha})",
        "An ELU whose slope has no jump at 0, whatever α.", "Barron 2017", {"alpha": _ALPHA},
    ),
    Activation(
        "softplus", "Softplus", r"\tfrac{1}{\beta} \ln(1 + e^{\beta x})", r"\sigma(\beta x)",
        _softplus, _softplus_slope, _F + "softplus(x, {beta})",
        "A smooth ReLU; saturates at 0 on the left and is never exactly dead.", "Dugas et al. 2001", {"beta": _BETA},
    ),
    Activation(
        "silu", "SiLU / Swish", r"x\,\sigma(\beta x)", r"\sigma(\beta x) + \beta x\,\sigma(\beta x)(1 - \sigma(\beta x))",
        lambda x, beta: x * torch.sigmoid(beta * x), _silu_slope, "x * torch.sigmoid({beta} * x)",
        "Dips below 0 before it rises: not monotonic, smooth everywhere.", "Elfwing et al. 2018; Ramachandran et al. 2017",
        {"beta": _BETA},
    ),
    Activation(
        "gelu", "GELU (exact)", r"x\,\Phi(x) = \tfrac{x}{2}\left(1 + \operatorname{erf}\tfrac{x}{\sqrt 2}\right)",
        r"\Phi(x) + x\,\varphi(x)",
        lambda x: torch.nn.functional.gelu(x), _gelu_slope, _F + "gelu(x)",
        "The input times the chance that a standard normal lies below it; the default of transformers.",
        "Hendrycks and Gimpel 2016",
    ),
    Activation(
        "gelu_tanh", "GELU (tanh)",
        r"\tfrac{x}{2}\left(1 + \tanh\left[\sqrt{2/\pi}\,(x + 0.044715\,x^3)\right]\right)",
        r"\tfrac12 (1 + t) + \tfrac{x}{2} (1 - t^2) \sqrt{2/\pi}\,(1 + 0.134145\,x^2),\quad t = \tanh[\cdot]",
        lambda x: torch.nn.functional.gelu(x, approximate="tanh"), _gelu_tanh_slope, _F + "gelu(x, approximate='tanh')",
        "GPT-2's approximation of GELU; they differ by less than 0.0005.", "Hendrycks and Gimpel 2016, section 2",
    ),
    Activation(
        "mish", "Mish", r"x \tanh(\ln(1 + e^{x}))", r"t + x\,\sigma(x)(1 - t^2),\quad t = \tanh(\ln(1 + e^{x}))",
        lambda x: torch.nn.functional.mish(x), _mish_slope, _F + "mish(x)",
        "Close to SiLU, with a slightly deeper dip.", "Misra 2020",
    ),
    Activation(
        "hardswish", "Hard-swish", r"x\,\frac{\min(\max(x + 3, 0), 6)}{6}",
        r"\begin{cases} 0 & x \le -3 \\ x/3 + 1/2 & -3 < x < 3 \\ 1 & x \ge 3 \end{cases}",
        lambda x: torch.nn.functional.hardswish(x), _hardswish_slope, _F + "hardswish(x)",
        "Swish from straight pieces, cheap on phones; dead below −3.", "Howard et al. 2019, MobileNetV3, section 5.2",
    ),
    Activation(
        "relu6", "ReLU6", r"\min(\max(0, x), 6)", r"\begin{cases} 1 & 0 < x < 6 \\ 0 & \text{else} \end{cases}",
        lambda x: torch.nn.functional.relu6(x), lambda x: _inside(x, 0, 6), _F + "relu6(x)",
        "Dead below 0 and above 6; the ceiling keeps 8-bit arithmetic precise.", "Krizhevsky 2010; Howard et al. 2017",
    ),
    Activation(
        "hardtanh", "Hard tanh", r"\min(\max(-1, x), 1)", r"\begin{cases} 1 & |x| < 1 \\ 0 & \text{else} \end{cases}",
        lambda x: torch.nn.functional.hardtanh(x), lambda x: _inside(x, -1, 1), _F + "hardtanh(x)",
        "Dead outside −1 to 1.", "Collobert 2004",
    ),
    Activation(
        "hardsigmoid", "Hard sigmoid", r"\frac{\min(\max(x + 3, 0), 6)}{6}",
        r"\begin{cases} 1/6 & |x| < 3 \\ 0 & \text{else} \end{cases}",
        lambda x: torch.nn.functional.relu6(x + 3) / 6, lambda x: _inside(x, -3, 3) / 6, _F + "hardsigmoid(x)",
        "A sigmoid from straight pieces; dead outside −3 to 3.", "Courbariaux, Bengio and David 2015",
    ),
    Activation(
        "softsign", "Softsign", r"\frac{x}{1 + |x|}", r"\frac{1}{(1 + |x|)^2}",
        lambda x: x / (1 + x.abs()), lambda x: (1 + x.abs()) ** -2.0, _F + "softsign(x)",
        "Saturates like tanh, but slowly: its tails fall as 1/x² instead of exponentially.", "Glorot and Bengio 2010",
    ),
    Activation(
        "squared_relu", "Squared ReLU", r"\max(0, x)^2", r"2 \max(0, x)",
        lambda x: torch.relu(x) ** 2, lambda x: 2 * torch.relu(x), "torch.relu(x) ** 2",
        "Dead for negative inputs, and its slope grows without bound.", "So et al. 2021, Primer",
    ),
    Activation(
        "sine", "Sine", r"\sin(\omega x)", r"\omega \cos(\omega x)",
        lambda x, omega: torch.sin(omega * x), lambda x, omega: omega * torch.cos(omega * x), "torch.sin({omega} * x)",
        "Never saturates, but its slope changes sign; it draws fine detail.", "Sitzmann et al. 2020, SIREN",
        {"omega": _FREQUENCY},
    ),
)  # fmt: skip

ACTIVATIONS: dict[str, Activation] = {each.key: each for each in _TABLE}
