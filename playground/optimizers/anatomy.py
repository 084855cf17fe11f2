"""One step of an optimizer taken apart: every quantity of its update rule, from the state before the step, in plain NumPy.

Nothing here moves a point. Each rule states once more, in numbers to be shown, what torch.optim does with the same state and
gradient; `tests/optimizers/test_anatomy.py` holds the resulting move against the one that torch took.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Vector = np.ndarray


@dataclass(frozen=True)
class Line:
    """One quantity: what it is in words, its equation, and its value, a vector or a number."""

    words: str
    latex: str
    value: Vector | float


@dataclass
class Anatomy:
    """A step in parts.

    Attributes:
        lines: Quantities in the order in which the rule makes them; the last is the move.
        forces: What pulls, as vectors in some unit of their own: (words, vector). Drawn to one common scale.
        pieces: Parts of the move in the unit of the position: (words, vector); they add up to it when there are any.
        move: (2,), the change of position.
        scaling: (2,) factor by which each coordinate of the direction is stretched; None when all are treated alike.
    """

    lines: list[Line] = field(default_factory=list)
    forces: list[tuple[str, Vector]] = field(default_factory=list)
    pieces: list[tuple[str, Vector]] = field(default_factory=list)
    move: Vector = field(default_factory=lambda: np.zeros(2))
    scaling: Vector | None = None

    def note(self, words: str, latex: str, value: Vector | float) -> Any:
        self.lines.append(Line(words, latex, value))
        return value


@dataclass(frozen=True)
class Moment:
    """What a step starts from.

    Attributes:
        position, gradient: (2,); the gradient is that of the step's batch.
        rate: Learning rate times the schedule's multiplier.
        step: Count of this step, from 1.
        state: torch's state of the optimizer before the step; arrays, numbers and lists by their names there. Empty before the first step.
        after: The same after the step, for what cannot be recomputed here.
        moved: (2,), the move that torch took; only Muon and L-BFGS look at it.
        hyperparameters: By their names in the table.
    """

    position: Vector
    gradient: Vector
    rate: float
    step: int
    state: Mapping[str, Any]
    after: Mapping[str, Any]
    moved: Vector
    hyperparameters: Mapping[str, float]

    def slot(self, name: str) -> Vector:
        """A vector of the state; zeros before the first step."""
        value = self.state.get(name)
        return np.zeros(2) if value is None else np.asarray(value, np.float64).reshape(2)

    def of(self, name: str) -> float:
        return float(self.hyperparameters[name])


def dissect(key: str, moment: Moment) -> Anatomy:
    """The step of optimizer `key` that starts from `moment`."""
    parts = Anatomy()
    parts.note("gradient", "g", moment.gradient)
    parts.forces.append(("downhill, −gradient", -moment.gradient))
    parts.move = _RULES[key](moment, parts)
    parts.note("move", r"\Delta\theta", parts.move)
    return parts


def _sgd(m: Moment, parts: Anatomy) -> Vector:
    return -m.rate * m.gradient


def _momentum(m: Moment, parts: Anatomy) -> Vector:
    mu = m.of("momentum")
    velocity = parts.note("velocity", r"v = \mu v_{\text{old}} + g", mu * m.slot("momentum_buffer") + m.gradient)
    parts.pieces += [("from the gradient, −ηg", -m.rate * m.gradient), ("carried on, −ημv", -m.rate * mu * m.slot("momentum_buffer"))]
    return -m.rate * velocity


def _nesterov(m: Moment, parts: Anatomy) -> Vector:
    mu = m.of("momentum")
    velocity = parts.note("velocity", r"v = \mu v_{\text{old}} + g", mu * m.slot("momentum_buffer") + m.gradient)
    ahead = parts.note("looked ahead", r"g + \mu v", m.gradient + mu * velocity)
    parts.pieces += [("from the gradient, −η(1 + μ)g", -m.rate * (1 + mu) * m.gradient),
                     ("carried on, −ημ²v", -m.rate * mu**2 * m.slot("momentum_buffer"))]  # fmt: skip
    return -m.rate * ahead


def _adagrad(m: Moment, parts: Anatomy) -> Vector:
    total = parts.note("sum of squares", r"s = s_{\text{old}} + g^2", m.slot("sum") + m.gradient**2)
    parts.scaling = parts.note("rate of each coordinate", r"\frac{\eta}{\sqrt s + \varepsilon}", m.rate / (np.sqrt(total) + m.of("epsilon")))
    return -parts.scaling * m.gradient


def _rmsprop(m: Moment, parts: Anatomy) -> Vector:
    rho = m.of("rho")
    squares = parts.note("average of squares", r"v = \rho v_{\text{old}} + (1 - \rho)\, g^2", rho * m.slot("square_avg") + (1 - rho) * m.gradient**2)
    parts.scaling = parts.note("rate of each coordinate", r"\frac{\eta}{\sqrt v + \varepsilon}", m.rate / (np.sqrt(squares) + m.of("epsilon")))
    return -parts.scaling * m.gradient


def _adadelta(m: Moment, parts: Anatomy) -> Vector:
    rho, epsilon = m.of("rho"), m.of("epsilon")
    squares = parts.note("average of squares", r"v = \rho v_{\text{old}} + (1 - \rho)\, g^2", rho * m.slot("square_avg") + (1 - rho) * m.gradient**2)
    moves = parts.note("average of squared moves", r"u_{\text{old}}", m.slot("acc_delta"))
    parts.scaling = parts.note("rate of each coordinate", r"\eta\, \frac{\sqrt{u_{\text{old}} + \varepsilon}}{\sqrt{v + \varepsilon}}",
                               m.rate * np.sqrt(moves + epsilon) / np.sqrt(squares + epsilon))  # fmt: skip
    return -parts.scaling * m.gradient


def _moments(m: Moment, parts: Anatomy) -> tuple[Vector, Vector]:
    beta1, beta2 = m.of("beta1"), m.of("beta2")
    mean = parts.note("average of gradients", r"m = \beta_1 m_{\text{old}} + (1 - \beta_1)\, g", beta1 * m.slot("exp_avg") + (1 - beta1) * m.gradient)
    squares = parts.note("average of squares", r"v = \beta_2 v_{\text{old}} + (1 - \beta_2)\, g^2",
                         beta2 * m.slot("exp_avg_sq") + (1 - beta2) * m.gradient**2)  # fmt: skip
    return mean, squares


def _adam(m: Moment, parts: Anatomy) -> Vector:
    mean, squares = _moments(m, parts)
    mean = parts.note("corrected for the start at 0", rf"\hat m = \frac{{m}}{{1 - \beta_1^{{{m.step}}}}}", mean / (1 - m.of("beta1") ** m.step))
    squares = parts.note("corrected likewise", rf"\hat v = \frac{{v}}{{1 - \beta_2^{{{m.step}}}}}", squares / (1 - m.of("beta2") ** m.step))
    parts.forces.append(("with memory, −m̂", -mean))
    parts.scaling = parts.note("rate of each coordinate", r"\frac{\eta}{\sqrt{\hat v} + \varepsilon}", m.rate / (np.sqrt(squares) + m.of("epsilon")))
    return -parts.scaling * mean


def _adamw(m: Moment, parts: Anatomy) -> Vector:
    shrunk = -m.rate * m.of("weight_decay") * m.position
    adam = _adam(m, parts)
    parts.note("weight decay", r"-\eta\lambda\theta", shrunk)
    parts.pieces += [("Adam's move", adam), ("weight decay, −ηλθ", shrunk)]
    return adam + shrunk


def _nadam(m: Moment, parts: Anatomy) -> Vector:
    mean, squares = _moments(m, parts)
    beta1, psi = m.of("beta1"), m.of("momentum_decay")
    now, ahead = (beta1 * (1 - 0.5 * 0.96 ** (t * psi)) for t in (m.step, m.step + 1))
    product = float(m.state.get("mu_product", 1.0)) * now
    squares = parts.note("corrected for the start at 0", rf"\hat v = \frac{{v}}{{1 - \beta_2^{{{m.step}}}}}", squares / (1 - m.of("beta2") ** m.step))
    direction = parts.note("looked ahead", r"\frac{(1 - \mu_t)\, g}{1 - \prod_t \mu} + \frac{\mu_{t+1}\, m}{1 - \prod_{t+1} \mu}",
                           (1 - now) / (1 - product) * m.gradient + ahead / (1 - product * ahead) * mean)  # fmt: skip
    parts.forces.append(("with memory, looked ahead", -direction))
    parts.scaling = parts.note("rate of each coordinate", r"\frac{\eta}{\sqrt{\hat v} + \varepsilon}", m.rate / (np.sqrt(squares) + m.of("epsilon")))
    return -parts.scaling * direction


def _lion(m: Moment, parts: Anatomy) -> Vector:
    beta1 = m.of("beta1")
    mixed = parts.note("mixed", r"c = \beta_1 m_{\text{old}} + (1 - \beta_1)\, g", beta1 * m.slot("exp_avg") + (1 - beta1) * m.gradient)
    signs = parts.note("only its signs", r"\operatorname{sign} c", np.sign(mixed))
    parts.forces.append(("with memory, −c", -mixed))
    return -m.rate * (signs + m.of("weight_decay") * m.position)


def _adafactor(m: Moment, parts: Anatomy) -> Vector:
    forget = m.step ** m.of("beta2_decay")
    old = m.slot("variance")
    squares = parts.note("average of squares", rf"v = v_{{\text{{old}}}} + {m.step}^{{\tau}} (g^2 - v_{{\text{{old}}}})", old + forget * (m.gradient**2 - old))
    tiny = np.finfo(np.float64).eps
    update = parts.note("scaled", r"u = \frac{g}{\sqrt v}", m.gradient / np.sqrt(np.maximum(squares, tiny**2)))
    too_long = parts.note("clipped by", r"\max(1, \operatorname{rms}(u) / d)", max(1.0, float(np.sqrt((update**2).mean())) / m.of("clip")))
    size = parts.note("size of the position", r"\max(10^{-3}, \operatorname{rms}(\theta))", max(1e-3, float(np.sqrt((m.position**2).mean()))))
    share = parts.note("share of it", r"\rho_t = \min(\eta, 1/\sqrt t)", min(m.rate, 1 / np.sqrt(m.step)))
    return -size * share * update / too_long


def _muon(m: Moment, parts: Anatomy) -> Vector:
    mu, shrunk = m.of("momentum"), -m.rate * m.of("weight_decay") * m.position
    average = parts.note("average of gradients", r"m = \mu m_{\text{old}} + (1 - \mu)\, g", mu * m.slot("momentum_buffer") + (1 - mu) * m.gradient)
    ahead = parts.note("looked ahead", r"(1 - \mu)\, g + \mu m", (1 - mu) * m.gradient + mu * average)
    parts.forces.append(("with memory, looked ahead", -ahead))
    # Five Newton–Schulz steps in bfloat16: rounded far more coarsely than anything here, so the result is read from torch's move.
    turned = (m.moved - shrunk) / -m.rate if m.rate else np.zeros(2)
    parts.note("orthogonalised: its direction, length about 1", r"O", turned)
    return -m.rate * turned + shrunk


def _lbfgs(m: Moment, parts: Anatomy) -> Vector:
    stayed = not np.any(m.moved)
    direction = np.zeros(2) if stayed else np.asarray(m.after["d"], np.float64)
    length = 0.0 if stayed else float(m.after["t"])
    pairs = len(m.after.get("old_dirs", ()))
    if pairs:
        parts.note("last move", r"s", np.asarray(m.after["old_stps"][-1], np.float64))
        parts.note("change of gradient over it", r"y", np.asarray(m.after["old_dirs"][-1], np.float64))
    parts.note(f"direction from {pairs} remembered pair{'' if pairs == 1 else 's'}", r"d = -H g", direction)
    parts.note("length, by line search" if m.of("line_search") else "length", r"t", length)
    parts.forces.append(("bent by curvature, −Hg", direction))
    return length * direction


_RULES: dict[str, Callable[[Moment, Anatomy], Vector]] = {
    "sgd": _sgd, "momentum": _momentum, "nesterov": _nesterov, "adagrad": _adagrad, "rmsprop": _rmsprop, "adadelta": _adadelta, "adam": _adam,
    "adamw": _adamw, "nadam": _nadam, "lion": _lion, "adafactor": _adafactor, "muon": _muon, "lbfgs": _lbfgs,
}  # fmt: skip
