"""A typed formula in x and y: read into a small tree of what is allowed, and never evaluated as Python.

```python
formula = parse("sin(x)*y + x^2/4")
formula.evaluate(x, y)   # torch tensors
formula.code()           # 'torch.sin(x) * y + x**2 / 4'
formula.latex()
```

`ast` only cuts the text into a syntax tree; every node of it is then rebuilt from the lists below or refused with its place.
Whatever has neither x nor y is computed on the way in plain floats, so that no power or function ever meets a huge number.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.limits import FORMULA_CHARACTERS, FORMULA_EXPONENT, FORMULA_NODES
from playground.functions.formula_words import BINARY, CONSTANTS, FUNCTIONS, SPELLINGS, UNARY, Expression, number_code, number_latex

if TYPE_CHECKING:
    from torch import Tensor

LARGEST = 1e12  # absolute value of a constant


class FormulaError(UserError):
    """A mistake in a formula.

    Attributes:
        position: Character it is about, counted from 1; 0 when it is about the whole.
        excerpt: The text around it, the place in ▸ ◂.
    """

    def __init__(self, what: str, text: str, start: int, end: int, remedy: str = ""):
        self.position = start + 1
        self.excerpt = _excerpt(text, start, max(end, start + 1))
        super().__init__(f"Formula, character {self.position}: {what} Here: `{self.excerpt}`.", remedy, field="formula")

    def __reduce__(self) -> tuple[object, ...]:
        return UserError, (self.what, self.remedy, self.field)


@dataclass(frozen=True)
class Formula:
    """What `parse` has read.

    Attributes:
        text: As typed.
        notes: How something was understood, e.g. that ^ means a power.
    """

    text: str
    tree: Expression
    notes: tuple[str, ...] = ()

    @property
    def variables(self) -> frozenset[str]:
        return self.tree.variables

    def evaluate(self, x: Tensor, y: Tensor) -> Tensor:
        """The value at each place, in the common shape of both; differentiable; NaN where there is none, as with the log of −1."""
        return torch.broadcast_to(self.tree.evaluate({"x": x, "y": y}), torch.broadcast_shapes(x.shape, y.shape))

    def code(self) -> str:
        """The same in plain PyTorch, over tensors named x and y."""
        return self.tree.code

    def latex(self) -> str:
        return self.tree.latex


def parse(text: str) -> Formula:
    """Read a formula.

    Raises:
        FormulaError: For anything that is not a formula of the allowed parts within the limits, with the place.
    """
    if len(text) > FORMULA_CHARACTERS:
        raise FormulaError(f"it goes on beyond {FORMULA_CHARACTERS} characters, which is the limit.", text, FORMULA_CHARACTERS, FORMULA_CHARACTERS + 1)
    source, places, notes = _spell(text)
    if not source.strip():
        raise FormulaError("there is nothing here.", text, 0, 0, "Type something like sin(x)*y + x**2/4.")
    tree = _Reader(text, places).read(_syntax(source, places, text))
    if not tree.variables:
        raise FormulaError("the formula has neither x nor y, so there is nothing to walk down.", text, 0, len(text))
    return Formula(text, tree, tuple(dict.fromkeys(notes)))


def _spell(text: str) -> tuple[str, list[int], list[str]]:
    """ASCII spelling, the place in `text` of each of its characters (and of its end), and notes."""
    out: list[str] = []
    places: list[int] = []
    notes: list[str] = []
    for place, character in enumerate(text):
        spelled = SPELLINGS.get(character, character)
        if character == "^":
            notes.append("^ is read as “to the power of”, as **.")
        if not spelled.isascii() or not (spelled.isprintable()):
            raise FormulaError(f"{_named(character)} cannot stand in a formula.", text, place, place + 1)
        out.append(spelled)
        places += [place] * len(spelled)
    return "".join(out), [*places, len(text)], notes


def _named(character: str) -> str:
    return f"“{character}”" if character.isprintable() and not character.isspace() else f"the invisible character U+{ord(character):04X}"


def _syntax(source: str, places: list[int], text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of odd spellings such as 1if; what they parse to is judged below
            return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = max(0, (getattr(error, "offset", None) or 1) - 1)
        place = places[min(offset, len(places) - 1)]
        raise FormulaError(*_mistake(text, place)) from None


def _mistake(text: str, place: int) -> tuple[str, str, int, int, str]:
    """Words for a text that is no expression at all; what Python says of it is written for programmers."""
    opened: list[int] = []
    for i, character in enumerate(text):
        if character == "(":
            opened.append(i)
        elif character == ")" and not opened:
            return "this bracket closes nothing.", text, i, i + 1, ""
        elif character == ")":
            opened.pop()
    if opened:
        return "this bracket is never closed.", text, opened[-1], opened[-1] + 1, ""
    for i in range(len(text) - 1):
        if text[i].isdigit() and text[i + 1].isalpha() and text[i + 1] not in "eE":
            return "a sign is missing between number and name.", text, i, i + 2, f"Write {text[i]}*{text[i + 1]} for a product."
    stripped = text.rstrip()
    if stripped and stripped[-1] in "+-*/^":
        return "something must follow this sign.", text, len(stripped) - 1, len(stripped), ""
    return "this cannot be read as a formula.", text, min(place, max(0, len(stripped) - 1)), place + 1, "Write products with *, as in 2*x."


def _excerpt(text: str, start: int, end: int, around: int = 18) -> str:
    clean = "".join(each if each.isprintable() and each != "`" else "·" for each in text)
    before, after = clean[max(0, start - around) : start], clean[end : end + around]
    inside = clean[start:end][:40] or " "
    return f"{'…' if start > around else ''}{before}▸{inside}◂{after}{'…' if end + around < len(clean) else ''}"


class _Reader:
    """Rebuilds a syntax tree from what is allowed."""

    def __init__(self, text: str, places: list[int]):
        self.text, self.places, self.nodes = text, places, 0

    def read(self, node: ast.AST) -> Expression:
        self.nodes += 1
        if self.nodes > FORMULA_NODES:
            raise self.error(node, f"it has more than {FORMULA_NODES} parts, which is the limit.")
        reader = self.ALLOWED.get(type(node))
        if reader is None:
            raise self.error(node, "this does not belong in a formula.", "Use numbers, x, y, + − * / ** and functions such as sin or exp.")
        return self.folded(node, reader(self, node))

    def error(self, node: ast.AST, what: str, remedy: str = "") -> FormulaError:
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", None) or 1
        last = len(self.places) - 1
        return FormulaError(what, self.text, self.places[min(start, last)], self.places[min(end, last)], remedy)

    def folded(self, node: ast.AST, tree: Expression) -> Expression:
        """A part without x and y as its number."""
        if tree.variables or tree.number is not None:
            return tree
        try:
            value = tree.constant()
        except (ArithmeticError, ValueError):
            raise self.error(node, "this has no value.") from None
        return self.literal(node, value, tree.latex, tree.latex_level or tree.level)

    def literal(self, node: ast.AST, value: complex, latex: str = "", latex_level: int = 5) -> Expression:
        if isinstance(value, complex) or not math.isfinite(value) or abs(value) > LARGEST:
            raise self.error(node, f"this number is larger than {LARGEST:g} or not a real number.")
        return Expression(number_code(value), latex or number_latex(value), 5, latex_level, number=float(value))

    def _constant(self, node: ast.Constant) -> Expression:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self.error(node, "only numbers, x and y can stand here.")
        return self.literal(node, float(node.value) if abs(node.value) < 1e300 else math.inf)

    def _name(self, node: ast.Name) -> Expression:
        if node.id in ("x", "y"):
            return Expression(node.id, node.id, 5, variable=node.id)
        if node.id in CONSTANTS:
            value, latex = CONSTANTS[node.id]
            return self.literal(node, value, latex)
        if node.id in FUNCTIONS:
            raise self.error(node, f"{node.id} needs brackets with what it is applied to.", f"Write {node.id}(x).")
        raise self.error(node, f"“{node.id[:20]}” is neither x nor y nor anything known.", f"Known are x, y, pi, e and {', '.join(FUNCTIONS)}.")

    def _sign(self, node: ast.UnaryOp) -> Expression:
        rule = UNARY.get(type(node.op).__name__)
        if rule is None:
            raise self.error(node, "this sign has no meaning here.")
        return rule(self.read(node.operand))

    def _pair(self, node: ast.BinOp) -> Expression:
        rule = BINARY.get(type(node.op).__name__)
        if rule is None:
            raise self.error(node, "this sign between two parts is not known.", "Known are + − * / and ** for powers.")
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.Pow) and right.number is not None and abs(right.number) > FORMULA_EXPONENT:
            raise self.error(node.right, f"powers go up to {FORMULA_EXPONENT}, this one is {right.number:g}.")
        if isinstance(node.op, ast.Div) and right.number == 0:
            raise self.error(node.right, "this divides by zero.")
        return rule(left, right)

    def _call(self, node: ast.Call) -> Expression:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            if name in ("x", "y", *CONSTANTS) or isinstance(node.func, (ast.Constant, ast.BinOp)):
                raise self.error(node, "a sign is missing before the bracket.", "Write products with *, as in x*(y + 1).")
            raise self.error(node.func, f"there is no function named “{name[:20]}”." if name else "this cannot be called.", f"Known are {', '.join(FUNCTIONS)}.")
        card = FUNCTIONS[name]
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            raise self.error(node, f"{name} takes plain values only.")
        if not card.least <= len(node.args) <= card.most:
            wanted = "one value" if card.most == 1 else f"{card.least} to {card.most} values"
            raise self.error(node, f"{name} takes {wanted}, got {len(node.args)}.")
        return card.apply([self.read(each) for each in node.args])

    ALLOWED: ClassVar[dict[type[ast.AST], Callable[..., Expression]]] = {
        ast.Constant: _constant, ast.Name: _name, ast.UnaryOp: _sign, ast.BinOp: _pair, ast.Call: _call,
    }  # fmt: skip
