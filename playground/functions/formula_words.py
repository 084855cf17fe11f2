"""What a formula is built from: signs, functions, constants, spellings; each with its torch code, its value and its LaTeX."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

Value = Callable[..., "Tensor"]

# What may be typed for what Python calls otherwise; every other character that is not ASCII is refused.
SPELLINGS = {"^": "**", "−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "π": "pi", "²": "**2", "³": "**3", "√": "sqrt"}
CONSTANTS = {"pi": (math.pi, r"\pi"), "e": (math.e, r"\mathrm{e}"), "tau": (math.tau, r"\tau")}


@dataclass(frozen=True)
class Expression:
    """One part of a formula.

    Attributes:
        code: In plain PyTorch over tensors x and y.
        level: How tightly the code holds together: 1 sum, 2 minus sign, 3 product, 4 power, 5 anything in one piece.
        latex_level: The same for the LaTeX; 0 when it is equal.
        number: Its value when it is a number.
        variable: "x" or "y" when it is one.
        rule: Value from the values of `parts`, otherwise; `plain` the same for plain floats.
    """

    code: str
    latex: str
    level: int
    latex_level: int = 0
    number: float | None = None
    variable: str = ""
    parts: tuple[Expression, ...] = ()
    rule: Value | None = None
    plain: Callable[..., float] | None = None

    @property
    def variables(self) -> frozenset[str]:
        own = {self.variable} if self.variable else set()
        return frozenset(own.union(*(each.variables for each in self.parts)))

    def evaluate(self, places: Mapping[str, Tensor]) -> Tensor | float:
        if self.number is not None:
            return self.number
        if self.variable:
            return places[self.variable]
        assert self.rule is not None
        return self.rule(*(each.evaluate(places) for each in self.parts))

    def constant(self) -> float:
        """Its value in plain floats; only for a part without variables."""
        assert self.plain is not None
        return self.plain(*(each.number for each in self.parts))

    def held(self, level: int) -> str:
        """Its code as a piece of something that holds together as tightly as `level`."""
        return self.code if self.level >= level else f"({self.code})"

    def held_latex(self, level: int) -> str:
        return self.latex if (self.latex_level or self.level) >= level else rf"\left({self.latex}\right)"


@dataclass(frozen=True)
class Function:
    """A function of `least` to `most` values."""

    code: str
    latex: str
    rule: Value
    plain: Callable[..., float]
    least: int = 1
    most: int = 1
    wrap: Callable[[Sequence[Expression]], str] | None = field(default=None)

    def apply(self, parts: Sequence[Expression]) -> Expression:
        inside = ", ".join(each.latex for each in parts)
        latex = self.latex.replace("#", inside) if "#" in self.latex else rf"{self.latex}\left({inside}\right)"
        code = self.wrap(parts) if self.wrap else f"{self.code}({parts[0].code})"
        return Expression(code, latex, 5, parts=tuple(parts), rule=self.rule, plain=self.plain)


def number_code(value: float) -> str:
    """Shortest text that reads back as the same number; whole numbers without a point."""
    text = str(int(value)) if float(value).is_integer() and abs(value) < 1e12 else repr(float(value))
    return text if value >= 0 else f"({text})"


def number_latex(value: float) -> str:
    text = f"{value:.6g}"
    mantissa, _, power = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if power else mantissa


def _sum(left: Expression, right: Expression) -> Expression:
    return Expression(f"{left.held(1)} + {right.held(3)}", f"{left.held_latex(1)} + {right.held_latex(3)}", 1, parts=(left, right),
                      rule=lambda a, b: a + b, plain=lambda a, b: a + b)  # fmt: skip


def _difference(left: Expression, right: Expression) -> Expression:
    return Expression(f"{left.held(1)} - {right.held(3)}", f"{left.held_latex(1)} - {right.held_latex(3)}", 1, parts=(left, right),
                      rule=lambda a, b: a - b, plain=lambda a, b: a - b)  # fmt: skip


def _product(left: Expression, right: Expression) -> Expression:
    dot = r"\cdot " if right.latex[:1].isdigit() else r"\, "
    return Expression(f"{left.held(2)} * {right.held(4)}", f"{left.held_latex(2)} {dot}{right.held_latex(3)}", 3, parts=(left, right),
                      rule=lambda a, b: a * b, plain=lambda a, b: a * b)  # fmt: skip


def _quotient(left: Expression, right: Expression) -> Expression:
    return Expression(f"{left.held(2)} / {right.held(4)}", rf"\frac{{{left.latex}}}{{{right.latex}}}", 3, parts=(left, right),
                      rule=lambda a, b: a / b, plain=lambda a, b: a / b)  # fmt: skip


def _power(base: Expression, exponent: Expression) -> Expression:
    return Expression(f"{base.held(5)}**{exponent.held(5)}", f"{base.held_latex(5)}^{{{exponent.latex}}}", 4, parts=(base, exponent),
                      rule=lambda a, b: a**b, plain=lambda a, b: a**b)  # fmt: skip


def _minus(part: Expression) -> Expression:
    return Expression(f"-{part.held(4)}", f"-{part.held_latex(3)}", 2, parts=(part,), rule=lambda a: -a, plain=lambda a: -a)


UNARY: dict[str, Callable[[Expression], Expression]] = {"USub": _minus, "UAdd": lambda part: part}
BINARY: dict[str, Callable[[Expression, Expression], Expression]] = {
    "Add": _sum, "Sub": _difference, "Mult": _product, "Div": _quotient, "Pow": _power,
}  # fmt: skip


def _extreme(name: str) -> Value:
    """min or max of tensors and numbers."""

    def rule(*values: Tensor | float) -> Tensor:
        tensors = [each for each in values if not isinstance(each, float)]
        bound = [each for each in values if isinstance(each, float)]
        found = tensors[0]
        for each in tensors[1:]:
            found = (torch.minimum if name == "min" else torch.maximum)(found, each)
        if not bound:
            return found
        return torch.clamp(found, max=min(bound)) if name == "min" else torch.clamp(found, min=max(bound))

    return rule


def _extreme_code(name: str) -> Callable[[Sequence[Expression]], str]:
    def wrap(parts: Sequence[Expression]) -> str:
        tensors = [each.code for each in parts if each.number is None]
        bound = [each.number for each in parts if each.number is not None]
        if not tensors:
            return ""  # folded into a number, which has its own code
        found = tensors[0]
        for each in tensors[1:]:
            found = f"torch.{name}imum({found}, {each})"
        limit = (min if name == "min" else max)(bound) if bound else None
        return found if limit is None else f"torch.clamp({found}, {'max' if name == 'min' else 'min'}={number_code(limit)})"

    return wrap


def _of(name: str, plain: Callable[..., float], latex: str = "", code: str = "") -> Function:
    call = code or f"torch.{name}"
    steps = call.split(".")[1:]
    return Function(call, latex or rf"\{name}", lambda a: functools.reduce(getattr, steps, torch)(a), plain)


FUNCTIONS: dict[str, Function] = {
    "sin": _of("sin", math.sin), "cos": _of("cos", math.cos), "tan": _of("tan", math.tan),
    "asin": _of("asin", math.asin, r"\arcsin"), "acos": _of("acos", math.acos, r"\arccos"), "atan": _of("atan", math.atan, r"\arctan"),
    "sinh": _of("sinh", math.sinh), "cosh": _of("cosh", math.cosh), "tanh": _of("tanh", math.tanh),
    "exp": _of("exp", math.exp, r"\mathrm{e}^{#}"), "log": _of("log", math.log, r"\ln"), "log10": _of("log10", math.log10, r"\log_{10}"),
    "sqrt": _of("sqrt", math.sqrt, r"\sqrt{#}"), "abs": _of("abs", abs, r"\left|#\right|"),
    "erf": _of("erf", math.erf, r"\operatorname{erf}"),
    "sigmoid": _of("sigmoid", lambda a: 1 / (1 + math.exp(-a)), r"\sigma"), "relu": _of("relu", lambda a: max(a, 0.0), r"\operatorname{relu}"),
    "softplus": _of("softplus", lambda a: math.log1p(math.exp(a)), r"\operatorname{softplus}", "torch.nn.functional.softplus"),
    "min": Function("", r"\min", _extreme("min"), min, 2, 8, _extreme_code("min")),
    "max": Function("", r"\max", _extreme("max"), max, 2, 8, _extreme_code("max")),
}  # fmt: skip
