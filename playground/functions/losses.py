"""Loss functions with their exact gradients, as one table.

Conventions, the same for every entry:

- *regression*: predictions and targets real, one number an example, any equal shape (…,).
- *binary*: predictions are logits z (before the sigmoid), targets 0 or 1 as floats, any equal shape (…,). Margin losses
  turn the targets into ±1 themselves.
- *multiclass*: predictions are logits (…, classes). Targets are integer labels (…,) or, where `soft_targets` says so,
  probabilities (…, classes).

`forward` gives one loss per example, shape (…,); average them yourself. `gradient` gives d loss / d prediction of each
example, in the shape of the predictions; at a kink it takes autograd's choice. Parameters may be tensors that broadcast.
Importing this module does not load torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from playground.core.lazy import torch
from playground.functions import loss_rules as rules
from playground.functions.parameters import Parameter, filled

if TYPE_CHECKING:
    from torch import Tensor

Task = Literal["regression", "binary", "multiclass"]


@dataclass(frozen=True)
class Loss:
    """One loss, its gradient and what to say about it.

    Attributes:
        key: Name in `LOSSES`.
        latex: Loss of one example; r = p − t is the residual, z a logit, s = ±1 the sign of the class, p a probability.
        gradient_latex: Its derivative with respect to the prediction p or logit z.
        task: Which convention of this module it follows.
        code: Plain torch expression in `predictions` and `targets` for the losses (…,) of a batch, `{name}` for parameters;
            read `torch_expression`. Multiclass ones take predictions (N, classes) and integer targets (N,).
        parameters: Shape parameters by name.
        soft_targets: True when a multiclass loss also takes probabilities as targets.
        note: When to take it, in a sentence.
    """

    key: str
    title: str
    task: Task
    latex: str
    gradient_latex: str
    value: Callable[..., Tensor]
    slope: Callable[..., Tensor]
    code: str
    note: str
    source: str
    parameters: dict[str, Parameter] = field(default_factory=dict)
    soft_targets: bool = False
    plain_code: str = ""  # shorter expression, for parameters at their defaults

    def __hash__(self) -> int:
        return hash(self.key)

    def forward(self, predictions: Tensor, targets: Tensor, **parameters: Any) -> Tensor:
        """Loss of every example, shape (…,)."""
        return self.value(predictions, targets, **filled(self.title, self.parameters, parameters))

    def gradient(self, predictions: Tensor, targets: Tensor, **parameters: Any) -> Tensor:
        """d loss / d prediction of every example, in the shape of `predictions`."""
        return self.slope(predictions, targets, **filled(self.title, self.parameters, parameters))

    def expression(self, **parameters: Any) -> str:
        """Plain torch code in `predictions` and `targets` for the losses of a batch; needs only `torch` imported."""
        full = filled(self.title, self.parameters, parameters)
        if self.plain_code and full == filled(self.title, self.parameters, {}):
            return self.plain_code
        return self.code.format(**full)

    @property
    def torch_expression(self) -> str:
        """`expression` with every parameter at its default."""
        return self.expression()


_F = "torch.nn.functional."
_SMOOTHING = Parameter(0.0, 0.0, 0.5, "Label smoothing", "Share of the target spread evenly over all classes.")
_POSITIVE = Parameter(1.0, 0.1, 50.0, "Weight of class 1", "How many times one positive example counts.", 0.1)
_GAMMA = Parameter(2.0, 0.0, 5.0, "γ", "How strongly well-classified examples are ignored; 0 is cross-entropy.", 0.1)
_BALANCE = Parameter(0.25, 0.01, 0.99, "α", "Weight of class 1; class 0 gets 1 − α.")

_REGRESSION = (
    Loss(
        "mse", "Squared error (MSE)", "regression", "r^2", "2r",
        lambda p, t: (p - t) ** 2, lambda p, t: 2 * (p - t), "(predictions - targets) ** 2",
        "Finds the mean; an error twice as large pulls twice as hard, so outliers rule.", "Legendre 1805; Gauss 1809",
    ),
    Loss(
        "half_mse", "Half squared error", "regression", r"\tfrac12 r^2", "r",
        lambda p, t: 0.5 * (p - t) ** 2, lambda p, t: p - t, "0.5 * (predictions - targets) ** 2",
        "The squared error whose gradient is the plain residual; the one TensorFlow's playground uses.",
        "tensorflow/playground, nn.ts",
    ),
    Loss(
        "mae", "Absolute error (MAE)", "regression", "|r|", r"\operatorname{sign} r",
        lambda p, t: (p - t).abs(), lambda p, t: torch.sign(p - t), "(predictions - targets).abs()",
        "Finds the median; every error pulls equally hard, however large.", "Laplace 1774; Boscovich 1757",
    ),
    Loss(
        "huber", "Huber", "regression",
        r"\begin{cases} \tfrac12 r^2 & |r| \le \delta \\ \delta (|r| - \tfrac12 \delta) & |r| > \delta \end{cases}",
        r"\min(\max(-\delta, r), \delta)",
        rules.huber, rules.huber_gradient, _F + "huber_loss(predictions, targets, reduction='none', delta={delta})",
        "Squared for small errors, absolute for large ones.", "Huber 1964",
        {"delta": Parameter(1.0, 0.05, 5.0, "δ", "Error at which the parabola turns into a line.", 0.05)},
    ),
    Loss(
        "log_cosh", "Log-cosh", "regression", r"\ln \cosh r", r"\tanh r",
        rules.log_cosh, lambda p, t: torch.tanh(p - t),
        "(predictions - targets).abs() + " + _F + "softplus(-2 * (predictions - targets).abs()) - 0.6931471805599453",
        "A Huber loss without corners: r²/2 near 0, |r| − ln 2 far away.", "Chen et al. 2019",
    ),
    Loss(
        "quantile", "Quantile (pinball)", "regression",
        r"\begin{cases} \tau\,(t - p) & p < t \\ (1 - \tau)(p - t) & p \ge t \end{cases}",
        r"\begin{cases} -\tau & p < t \\ 1 - \tau & p > t \end{cases}",
        rules.quantile, rules.quantile_gradient,
        "torch.maximum({tau} * (targets - predictions), ({tau} - 1) * (targets - predictions))",
        "Finds the τ-quantile: τ = 0.9 leaves a tenth of the points above.", "Koenker and Bassett 1978",
        {"tau": Parameter(0.9, 0.01, 0.99, "τ", "Share of the points that should lie below the fit.")},
    ),
    Loss(
        "insensitive", "ε-insensitive", "regression", r"\max(0, |r| - \varepsilon)",
        r"\begin{cases} 0 & |r| \le \varepsilon \\ \operatorname{sign} r & |r| > \varepsilon \end{cases}",
        lambda p, t, epsilon: torch.relu((p - t).abs() - epsilon),
        lambda p, t, epsilon: torch.sign(p - t) * ((p - t).abs() > epsilon),
        "torch.relu((predictions - targets).abs() - {epsilon})",
        "Errors within ε cost nothing; the loss of support vector regression.", "Vapnik 1995",
        {"epsilon": Parameter(0.5, 0.0, 3.0, "ε", "Half width of the free tube.", 0.05)},
    ),
    Loss(
        "cauchy", "Cauchy", "regression", r"\tfrac{c^2}{2} \ln\left(1 + (r/c)^2\right)", r"\frac{r}{1 + (r/c)^2}",
        lambda p, t, c: 0.5 * c * c * torch.log1p(((p - t) / c) ** 2),
        lambda p, t, c: (p - t) / (1 + ((p - t) / c) ** 2),
        "0.5 * {c} ** 2 * torch.log1p(((predictions - targets) / {c}) ** 2)",
        "The pull falls again beyond c: distant points are almost forgotten. Not convex.", "Black and Anandan 1996",
        {"c": Parameter(1.0, 0.1, 5.0, "c", "Error that pulls hardest.", 0.05)},
    ),
    Loss(
        "tukey", "Tukey biweight", "regression",
        r"\tfrac{c^2}{6} \begin{cases} 1 - \left(1 - (r/c)^2\right)^3 & |r| \le c \\ 1 & |r| > c \end{cases}",
        r"\begin{cases} r \left(1 - (r/c)^2\right)^2 & |r| \le c \\ 0 & |r| > c \end{cases}",
        rules.tukey, rules.tukey_gradient,
        "{c} ** 2 / 6 * (1 - (1 - ((predictions - targets) / {c}) ** 2).clamp(min=0) ** 3)",
        "Points farther off than c do not pull at all. Not convex: a bad start stays bad.", "Beaton and Tukey 1974",
        {"c": Parameter(4.685, 0.5, 10.0, "c", "Error beyond which a point is ignored; 4.685 for unit noise.", 0.005)},
    ),
)  # fmt: skip

_BINARY = (
    Loss(
        "bce", "Binary cross-entropy", "binary",
        r"-w\,t \ln \sigma(z) - (1 - t) \ln(1 - \sigma(z))", r"\sigma(z)\,(1 - t + w\,t) - w\,t",
        rules.bce, rules.bce_gradient,
        _F + "binary_cross_entropy_with_logits(predictions, targets * (1 - {smoothing}) + {smoothing} / 2, "
        "reduction='none', pos_weight=torch.tensor({positive_weight}, dtype=predictions.dtype))",
        "The standard for two classes: a confident mistake costs without bound and its gradient never fades.",
        "Cox 1958; Good 1952", {"positive_weight": _POSITIVE, "smoothing": _SMOOTHING},
        plain_code=_F + "binary_cross_entropy_with_logits(predictions, targets, reduction='none')",
    ),
    Loss(
        "hinge", "Hinge", "binary", r"\max(0, 1 - s z),\quad s = 2t - 1",
        r"\begin{cases} -s & s z < 1 \\ 0 & s z \ge 1 \end{cases}",
        rules.hinge, rules.hinge_gradient, "torch.relu(1 - (2 * targets - 1) * predictions)",
        "Stops caring once an example is on the right side by a margin of 1; the support vector machine's loss.",
        "Cortes and Vapnik 1995",
    ),
    Loss(
        "squared_hinge", "Squared hinge", "binary", r"\max(0, 1 - s z)^2,\quad s = 2t - 1", r"-2 s \max(0, 1 - s z)",
        lambda z, t: rules.hinge(z, t) ** 2, lambda z, t: -2 * rules.signs(t) * rules.hinge(z, t),
        "torch.relu(1 - (2 * targets - 1) * predictions) ** 2",
        "A hinge without the corner; it punishes big violations harder.", "Chang, Hsieh and Lin 2008",
    ),
    Loss(
        "focal", "Focal", "binary", r"-\alpha_t (1 - p_t)^{\gamma} \ln p_t",
        r"\alpha_t\, s\, (1 - p_t)^{\gamma} \left(\gamma\, p_t \ln p_t - (1 - p_t)\right)",
        rules.focal, rules.focal_gradient,
        "({alpha} * targets + (1 - {alpha}) * (1 - targets)) * torch.sigmoid((1 - 2 * targets) * predictions) ** {gamma} * "
        + _F + "softplus((1 - 2 * targets) * predictions)",
        "Cross-entropy that looks away from easy examples, for rare classes.", "Lin et al. 2017, equation 5",
        {"alpha": _BALANCE, "gamma": _GAMMA},
    ),
    Loss(
        "brier", "Squared error of the probability", "binary", r"(\sigma(z) - t)^2",
        r"2 (\sigma(z) - t)\, \sigma(z) (1 - \sigma(z))",
        lambda z, t: (torch.sigmoid(z) - t) ** 2, rules.brier_gradient, "(torch.sigmoid(predictions) - targets) ** 2",
        "Why squared error suits classes badly: a confident mistake has almost no gradient.", "Brier 1950",
    ),
    Loss(
        "exponential", "Exponential", "binary", r"e^{-s z},\quad s = 2t - 1", r"-s\, e^{-s z}",
        lambda z, t: torch.exp(-rules.signs(t) * z), lambda z, t: -rules.signs(t) * torch.exp(-rules.signs(t) * z),
        "torch.exp(-(2 * targets - 1) * predictions)",
        "AdaBoost's loss: one mislabelled point can outweigh all others.", "Friedman, Hastie and Tibshirani 2000",
    ),
)  # fmt: skip

_LOG_SOFTMAX = "torch.log_softmax(predictions, dim=1)"
_ONE_HOT = _F + "one_hot(targets, predictions.shape[1]).to(predictions.dtype)"
_OWN = "predictions.gather(1, targets[:, None])"
_MULTICLASS = (
    Loss(
        "cross_entropy", "Categorical cross-entropy", "multiclass", r"-\sum_k t_k \ln p_k,\quad p = \mathrm{softmax}(z)",
        r"p_k - t_k", rules.cross_entropy, rules.cross_entropy_gradient,
        _F + "cross_entropy(predictions, targets, reduction='none', label_smoothing={smoothing})",
        "The standard for several classes; takes whole target distributions.", "Good 1952; Szegedy et al. 2016, section 7",
        {"smoothing": _SMOOTHING}, True, _F + "cross_entropy(predictions, targets, reduction='none')",
    ),
    Loss(
        "sparse_cross_entropy", "Sparse cross-entropy", "multiclass", r"-\ln p_y,\quad p = \mathrm{softmax}(z)",
        r"p_k - [k = y]", rules.sparse_cross_entropy, rules.sparse_cross_entropy_gradient,
        _F + "cross_entropy(predictions, targets, reduction='none')",
        "The same number as the categorical form, read off by the label instead of a one-hot vector.", "Good 1952",
    ),
    Loss(
        "categorical_hinge", "Categorical hinge", "multiclass", r"\max\left(0,\; 1 + \max_{k \ne y} z_k - z_y\right)",
        r"[k = k^\ast] - [k = y] \text{ inside the margin, else } 0",
        rules.categorical_hinge, rules.categorical_hinge_gradient,
        "torch.relu(1 + predictions.scatter(1, targets[:, None], float('-inf')).amax(1) - " + _OWN + "[:, 0])",
        "Only the strongest wrong class counts, and only until it is beaten by a margin of 1.",
        "Crammer and Singer 2001",
    ),
    Loss(
        "focal_multiclass", "Focal (several classes)", "multiclass", r"-(1 - p_y)^{\gamma} \ln p_y",
        r"\left(\gamma\, p_y \ln p_y\,(1 - p_y)^{\gamma - 1} - (1 - p_y)^{\gamma}\right)([k = y] - p_k)",
        rules.focal_multiclass, rules.focal_multiclass_gradient,
        "(1 - torch.softmax(predictions, dim=1).gather(1, targets[:, None])[:, 0]) ** {gamma} * "
        + _F + "cross_entropy(predictions, targets, reduction='none')",
        "Cross-entropy that looks away from easy examples.", "Lin et al. 2017, equation 4", {"gamma": _GAMMA},
    ),
    Loss(
        "kl", "Kullback–Leibler divergence", "multiclass", r"\sum_k t_k \ln \frac{t_k}{p_k},\quad p = \mathrm{softmax}(z)",
        r"p_k - t_k", rules.kl, rules.cross_entropy_gradient,
        _F + f"kl_div({_LOG_SOFTMAX}, (1 - {{smoothing}}) * {_ONE_HOT} + {{smoothing}} / predictions.shape[1], "
        "reduction='none').sum(1)",
        "Cross-entropy minus the entropy of the targets: 0 when the prediction equals them. Same gradient.",
        "Kullback and Leibler 1951", {"smoothing": _SMOOTHING}, True,
    ),
)  # fmt: skip

LOSSES: dict[str, Loss] = {each.key: each for each in (*_REGRESSION, *_BINARY, *_MULTICLASS)}


def for_task(task: Task) -> dict[str, Loss]:
    """The losses that follow one convention, in table order."""
    return {key: each for key, each in LOSSES.items() if each.task == task}
