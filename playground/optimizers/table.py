"""The optimizers on offer: torch.optim's wherever torch has them, with their update rules and hyperparameters.

Importable without torch; `build` loads it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from playground.core import fields
from playground.core.errors import UserError
from playground.core.lazy import torch


@dataclass(frozen=True)
class Hyperparameter:
    """One number of an optimizer: default, range, words, and its name in torch.

    Attributes:
        torch_name: Keyword of the constructor; "betas.0" and "betas.1" are the entries of a pair.
        symbol: In LaTeX, as in the update rule.
        kind: "number", "integer" or "switch" (0 or 1).
    """

    default: float
    low: float
    high: float
    label: str
    torch_name: str
    symbol: str
    help: str = ""
    log: bool = False
    step: float | None = None
    kind: str = "number"

    def field(self, title: str, group: str) -> Any:
        """The experiment field for it."""
        words = {"label": f"{title}: {self.label}", "help": self.help, "group": group}
        if self.kind == "switch":
            return fields.switch(bool(self.default), **words)
        if self.kind == "integer":
            return fields.integer(int(self.default), int(self.low), int(self.high), **words)
        return fields.number(self.default, self.low, self.high, log=self.log, step=self.step, **words)

    def problem(self, value: float) -> str | None:
        """What is wrong with a value, as the end of a sentence."""
        return fields.Domain("number", self.low, self.high).problem(value)


@dataclass(frozen=True)
class OptimizerCard:
    """One optimizer.

    Attributes:
        torch_name: Class in torch.optim; "" when torch has none and `playground.optimizers` does.
        latex: Update rule, with θ the parameters, g the gradient and η the learning rate.
        note: One sentence on what it does with the gradient.
        fixed: Constructor arguments that make it this optimizer.
        matrix: True when it works on matrices; a point is then handed over as one row.
        closure: True when it evaluates the loss itself, perhaps several times a step.
    """

    key: str
    title: str
    torch_name: str
    latex: str
    note: str
    source: str
    hyperparameters: Mapping[str, Hyperparameter]
    fixed: tuple[tuple[str, Any], ...] = ()
    matrix: bool = False
    closure: bool = False

    def filled(self, given: Mapping[str, float]) -> dict[str, float]:
        """`given` with defaults for whatever is missing.

        Raises:
            UserError: For a hyperparameter it does not have, or a value out of range.
        """
        for name, value in given.items():
            if name not in self.hyperparameters:
                raise UserError(f"{self.title} has no hyperparameter named {name!r}.", f"It has {', '.join(self.hyperparameters)}.", field=name)
            problem = self.hyperparameters[name].problem(value)
            if problem:
                raise UserError(f"{self.title}: {self.hyperparameters[name].label} {problem}", field=name)
        return {name: given.get(name, each.default) for name, each in self.hyperparameters.items()}

    def arguments(self, **given: float) -> dict[str, Any]:
        """Keyword arguments of the constructor."""
        found: dict[str, Any] = {}
        for name, value in self.filled(given).items():
            each = self.hyperparameters[name]
            where, _, place = each.torch_name.partition(".")
            number: Any = int(value) if each.kind == "integer" else float(value)
            if name == "line_search":
                number = "strong_wolfe" if value else None
            if place:
                found[where] = (*found.get(where, ()), number)
            else:
                found[where] = number
        return found | dict(self.fixed)

    def build(self, parameters: Iterable[Any], **given: float) -> Any:
        """The torch optimizer over `parameters` (float64 leaf tensors; of two dimensions when `matrix`)."""
        arguments = self.arguments(**given)
        if not self.torch_name:
            from playground.optimizers.lion import Lion

            return Lion(parameters, **arguments)
        kind = getattr(torch.optim, self.torch_name)
        # One small tensor at a time: grouping tensors for a common kernel costs more than it saves here.
        plain = {"foreach": False} if "foreach" in inspect.signature(kind.__init__).parameters else {}
        return kind(parameters, **arguments, **plain)

    def code(self, parameters: str, **given: float) -> str:
        """The constructor call in plain PyTorch."""
        listed = ", ".join(f"{name}={value!r}" for name, value in self.arguments(**given).items())
        return f"{'torch.optim.' + self.torch_name if self.torch_name else self.title}({parameters}, {listed})"


def _rate(default: float) -> Hyperparameter:
    return Hyperparameter(default, 1e-5, 10.0, "learning rate", "lr", r"\eta", "Length of a step, before the optimizer's own scaling.", log=True)


def _share(default: float, label: str, torch_name: str, symbol: str, help: str, high: float = 0.999) -> Hyperparameter:
    return Hyperparameter(default, 0.0, high, label, torch_name, symbol, help, step=0.001)


def _momentum(default: float = 0.9, low: float = 0.0) -> Hyperparameter:
    return replace(_share(default, "momentum μ", "momentum", r"\mu", "Share of the last velocity that is kept."), low=low)


def _betas(first: float = 0.9, second: float = 0.999) -> dict[str, Hyperparameter]:
    return {
        "beta1": _share(first, "β₁", "betas.0", r"\beta_1", "Memory of the average of gradients."),
        "beta2": _share(second, "β₂", "betas.1", r"\beta_2", "Memory of the average of squared gradients.", 0.9999),
    }


def _epsilon(default: float) -> Hyperparameter:
    return Hyperparameter(default, 1e-12, 1.0, "ε", "eps", r"\varepsilon", "Keeps the division from exploding where gradients are tiny.", log=True)


def _decay(default: float, help: str = "Pulls every parameter towards 0 at each step.") -> Hyperparameter:
    return Hyperparameter(default, 0.0, 1.0, "weight decay λ", "weight_decay", r"\lambda", help, step=0.001)


_M = r"m \leftarrow \beta_1 m + (1 - \beta_1)\, g"
_V = r"v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2"
_HATS = r"\hat m = \frac{m}{1 - \beta_1^t}, \quad \hat v = \frac{v}{1 - \beta_2^t}"

OPTIMIZERS: dict[str, OptimizerCard] = {
    each.key: each
    for each in (
        OptimizerCard("sgd", "SGD", "SGD", r"\theta \leftarrow \theta - \eta\, g",
                      "Straight down the slope, as far as the slope is steep.", "Cauchy 1847; Robbins and Monro 1951, equation 6",
                      {"learning_rate": _rate(0.01)}),
        OptimizerCard("momentum", "Momentum", "SGD", r"v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta\, v",
                      "A heavy ball: it keeps most of its velocity and gathers speed where slopes agree.", "Polyak 1964, equation 9",
                      {"learning_rate": _rate(0.01), "momentum": _momentum()}),
        OptimizerCard("nesterov", "Nesterov", "SGD", r"v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta\,(g + \mu v)",
                      "Momentum that looks ahead, and so brakes before it has overshot.", "Nesterov 1983; Sutskever et al. 2013, equations 3 and 4",
                      {"learning_rate": _rate(0.01), "momentum": _momentum(low=0.01)}, (("nesterov", True),)),
        OptimizerCard("adagrad", "Adagrad", "Adagrad", r"s \leftarrow s + g^2, \qquad \theta \leftarrow \theta - \frac{\eta}{\sqrt s + \varepsilon}\, g",
                      "Divides each coordinate by the size of all its gradients so far: steps only ever shrink.", "Duchi et al. 2011, figure 1",
                      {"learning_rate": _rate(0.5), "epsilon": _epsilon(1e-10)}),
        OptimizerCard("rmsprop", "RMSprop", "RMSprop",
                      r"v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \theta \leftarrow \theta - \frac{\eta}{\sqrt v + \varepsilon}\, g",
                      "Adagrad that forgets: divides by the size of recent gradients.", "Tieleman and Hinton 2012, lecture 6e",
                      {"learning_rate": _rate(0.05), "rho": _share(0.99, "ρ", "alpha", r"\rho", "Memory of the average of squared gradients."),
                       "epsilon": _epsilon(1e-8)}),
        OptimizerCard("adadelta", "Adadelta", "Adadelta",
                      r"v \leftarrow \rho v + (1 - \rho)\, g^2, \quad \Delta = \frac{\sqrt{u + \varepsilon}}{\sqrt{v + \varepsilon}}\, g, \quad "
                      r"u \leftarrow \rho u + (1 - \rho)\, \Delta^2, \quad \theta \leftarrow \theta - \eta\, \Delta",
                      "RMSprop with steps in the parameter's own unit; it starts very slowly.", "Zeiler 2012, algorithm 1",
                      {"learning_rate": _rate(1.0), "rho": _share(0.9, "ρ", "rho", r"\rho", "Memory of both averages."), "epsilon": _epsilon(1e-6)}),
        OptimizerCard("adam", "Adam", "Adam", rf"{_M}, \quad {_V}, \quad {_HATS}, \quad "
                      r"\theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}",
                      "Momentum over scaling: an average of gradients over the size of recent ones.", "Kingma and Ba 2015, algorithm 1",
                      {"learning_rate": _rate(0.2), **_betas(), "epsilon": _epsilon(1e-8)}),
        OptimizerCard("adamw", "AdamW", "AdamW", rf"\theta \leftarrow (1 - \eta\lambda)\, \theta, \quad {_M}, \quad {_V}, \quad {_HATS}, \quad "
                      r"\theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}",
                      "Adam that also shrinks the parameters, apart from the gradient: minima away from 0 are missed by a little.",
                      "Loshchilov and Hutter 2019, algorithm 2",
                      {"learning_rate": _rate(0.2), **_betas(), "epsilon": _epsilon(1e-8), "weight_decay": _decay(0.01)}),
        OptimizerCard("nadam", "NAdam", "NAdam", rf"{_M}, \quad {_V}, \quad \theta \leftarrow \theta - \frac{{\eta}}{{\sqrt{{\hat v}} + \varepsilon}} "
                      r"\left( \frac{(1 - \mu_t)\, g}{1 - \prod_{i \le t} \mu_i} + \frac{\mu_{t+1}\, m}{1 - \prod_{i \le t+1} \mu_i} \right), \quad "
                      r"\mu_t = \beta_1 \left(1 - \tfrac12\, 0.96^{t\psi}\right)",
                      "Adam with Nesterov's look ahead.", "Dozat 2016, algorithm 2",
                      {"learning_rate": _rate(0.2), **_betas(), "epsilon": _epsilon(1e-8),
                       "momentum_decay": Hyperparameter(4e-3, 0.0, 0.1, "ψ", "momentum_decay", r"\psi", "How fast the momentum warms up.", step=0.001)}),
        OptimizerCard("lion", "Lion", "", r"c = \beta_1 m + (1 - \beta_1)\, g, \quad \theta \leftarrow \theta - \eta\,(\operatorname{sign} c + \lambda\theta), "
                      r"\quad m \leftarrow \beta_2 m + (1 - \beta_2)\, g",
                      "Only the sign counts: every step is as long as the last, so it dances around a minimum until the rate falls.",
                      "Chen et al. 2023, algorithm 2",
                      {"learning_rate": _rate(0.03), **_betas(0.9, 0.99), "weight_decay": _decay(0.0)}),
        OptimizerCard("adafactor", "Adafactor", "Adafactor",
                      r"v \leftarrow \hat\beta_t v + (1 - \hat\beta_t)\, g^2, \quad u = \frac{g}{\sqrt v}, \quad "
                      r"\hat u = \frac{u}{\max(1, \operatorname{rms}(u) / d)}, \quad "
                      r"\theta \leftarrow \theta - \max(\varepsilon_2, \operatorname{rms}(\theta))\, \rho_t\, \hat u",
                      "Steps are a share of the parameters' own size: slow near the origin. A point has nothing to factor; matrices do.",
                      "Shazeer and Stern 2018, algorithm 5",
                      {"learning_rate": _rate(0.2),
                       "beta2_decay": Hyperparameter(-0.8, -1.0, -0.1, "decay of β₂", "beta2_decay", r"\tau", "The average forgets as 1 − t^τ.", step=0.01),
                       "clip": Hyperparameter(1.0, 1.0, 10.0, "clipping d", "d", "d", "Largest root mean square of a scaled gradient.", step=0.1)}),
        OptimizerCard("muon", "Muon", "Muon", r"m \leftarrow \mu m + (1 - \mu)\, g, \quad O = \operatorname{orthogonalise}\left((1 - \mu)\, g + \mu m\right), \quad "
                      r"\theta \leftarrow (1 - \eta\lambda)\, \theta - \eta\, O",
                      "Made for weight matrices, whose update it turns into a rotation. A point is a matrix of one row: "
                      "there it means steps of about length η, whatever the slope.",
                      "Jordan et al. 2024, Muon; five Newton–Schulz steps in bfloat16",
                      {"learning_rate": _rate(0.05), "momentum": _momentum(0.95), "weight_decay": _decay(0.0)}, matrix=True),
        OptimizerCard("lbfgs", "L-BFGS", "LBFGS", r"\theta \leftarrow \theta - \eta\, H g, \qquad H \approx (\nabla^2 f)^{-1} \text{ from the last steps}",
                      "Learns the curvature from the last gradients and steps to where the slope should vanish; noise upsets it.",
                      "Nocedal 1980; Liu and Nocedal 1989, algorithm 2.1",
                      {"learning_rate": _rate(1.0),
                       "history_size": Hyperparameter(10, 1, 50, "steps remembered", "history_size", "k", "Pairs of moves and gradient changes.", kind="integer"),
                       "line_search": Hyperparameter(1, 0, 1, "line search", "line_search_fn", r"\text{search}",
                                                     "Tries lengths until the height falls enough (strong Wolfe conditions); otherwise full steps.", kind="switch")},
                      (("max_iter", 1), ("max_eval", 25)), closure=True),
    )
}  # fmt: skip
