"""A layer stack as text, such as `conv 16 3 | relu | max 2 | flatten | dense 64 | relu`, and what every layer of it makes.

Importable without torch: the builder states shapes, parameters, memory and FLOPs while someone types. `networks.stack_modules`
builds the same stack as nn.Module; `tests/networks/test_stack.py` compares the two.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.core.errors import UserError
from playground.core.limits import STACK_BATCH_BYTES, STACK_CHARACTERS, STACK_LAYERS, STACK_PARAMETERS
from playground.networks.stack_kinds import KINDS, Impossible, Kind, Made, Part, Shape, dimensions

BYTES = 4  # of one float32


@dataclass(frozen=True)
class Layer:
    """One layer as written: a kind and its numbers and words."""

    kind: str
    given: Mapping[str, int | float | str] = field(default_factory=dict)

    @property
    def card(self) -> Kind:
        return KINDS[self.kind]

    @property
    def text(self) -> str:
        return self.card.write(self.given)

    @property
    def title(self) -> str:
        """Words such as “max pooling 2×2”."""
        return self.card.words(self.given)


@dataclass(frozen=True)
class Row:
    """What one layer makes of what it is given.

    Attributes:
        number: From 1; the output layer, which the data asks for, comes last.
        parts: The torch modules it stands for, in order.
        parameters: Numbers it learns.
        flops: Additions and multiplications of its matrix products and convolutions for one example, forward.
        kept: Values it keeps of one example for the gradient.
    """

    number: int
    layer: Layer
    before: Shape
    after: Shape
    parts: tuple[Part, ...]
    parameters: int
    flops: int
    kept: int

    @property
    def kept_bytes(self) -> int:
        return BYTES * self.kept


@dataclass(frozen=True)
class Summary:
    """A stack layer by layer, up to the first that is impossible.

    Attributes:
        problem: One or two sentences that name the impossible layer; "" when the stack can be built.
        at: Its number; 0 when the problem is none or is that of the whole.
    """

    rows: tuple[Row, ...]
    problem: str = ""
    at: int = 0

    @property
    def parameters(self) -> int:
        return sum(each.parameters for each in self.rows)

    @property
    def flops(self) -> int:
        return sum(each.flops for each in self.rows)

    @property
    def kept_bytes(self) -> int:
        return sum(each.kept_bytes for each in self.rows)

    def training_bytes(self, batch_size: int) -> int:
        """Values kept for one batch, and weights with their gradients and two averages (as Adam keeps them)."""
        return batch_size * self.kept_bytes + 4 * BYTES * self.parameters


def parse(text: str) -> tuple[Layer, ...]:
    """The layers of a stack's text; lines and `|` part them.

    Raises:
        UserError: For a layer that is not known or a number out of range; names the layer and its number.
    """
    if len(text) > STACK_CHARACTERS:
        raise UserError(f"A network's text may be at most {STACK_CHARACTERS:,} characters long, got {len(text):,}.", field="stack")
    pieces = [each.split() for each in re.split(r"[|\n]", text.lower()) if each.strip()]
    if len(pieces) > STACK_LAYERS:
        raise UserError(f"A network may have at most {STACK_LAYERS} layers, got {len(pieces)}.", field="stack")
    layers = []
    for number, (name, *words) in enumerate(pieces, 1):
        card = KINDS.get(name)
        if card is None or card.key == "output":
            known = ", ".join(key for key in KINDS if key != "output")
            raise UserError(f"Layer {number}, {name!r}, is no layer this builder knows.", f"It knows {known}.", field="stack")
        try:
            layers.append(Layer(card.key, card.read(words)))
        except Impossible as error:
            raise UserError(f"Layer {number}, {card.title.lower()}, {error}", field="stack") from None
    return tuple(layers)


def write(layers: tuple[Layer, ...] | list[Layer]) -> str:
    """The text of a stack, as short as can be; `parse(write(layers))` gives the same layers."""
    return " | ".join(each.text for each in layers)


def describe(text: str, input_shape: Shape, outputs: int) -> Summary:
    """Shapes, parameters, memory and FLOPs of every layer and of the output layer that is added.

    Args:
        text: The stack; an empty one is logistic or linear regression.
        input_shape: (columns,) of a table or (channels, height, width) of images.
        outputs: Classes, or 1 for a number.
    """
    try:
        layers = parse(text)
    except UserError as error:
        return Summary((), str(error), _number_in(str(error)))
    rows: list[Row] = []
    shape = tuple(input_shape)
    ended = any(each.kind == "timm" for each in layers)
    for number, layer in enumerate((*layers, *(() if ended else (Layer("output", {"units": outputs}),))), 1):
        name = "The output layer" if layer.kind == "output" else f"Layer {number}, {layer.title},"
        try:
            if layer.kind == "timm" and number < len(layers):
                raise Impossible("brings its own output layer, so nothing can follow it. Make it the last layer.")
            made: Made = layer.card.make(shape, layer.given)
        except Impossible as error:
            return Summary(tuple(rows), f"{name} {error}", number)
        rows.append(Row(number, layer, shape, made.shape or (outputs,), made.parts, made.parameters, made.flops, made.kept))
        shape = rows[-1].after
    found = Summary(tuple(rows))
    return Summary(found.rows, _too_large(found), 0)


def check(text: str, input_shape: Shape, outputs: int, batch_size: int = 1) -> Summary:
    """`describe`, refusing what cannot be built or would not fit the worker's memory.

    Raises:
        UserError: In the words of the summary's problem.
    """
    return accept(describe(text, input_shape, outputs), batch_size)


def accept(found: Summary, batch_size: int) -> Summary:
    """A summary as it is, when it can be trained with batches of that size.

    Raises:
        UserError: In the words of its problem, or when one batch would not fit.
    """
    if found.problem:
        raise UserError(found.problem, field="stack")
    if batch_size * found.kept_bytes > STACK_BATCH_BYTES:
        most = max(1, STACK_BATCH_BYTES // found.kept_bytes)
        raise UserError(f"One batch of {batch_size:,} would keep {batch_size * found.kept_bytes / 2**20:,.0f} MB of values for its gradient; "
                        f"at most {STACK_BATCH_BYTES >> 20:,} MB are allowed.", f"Use batches of at most {most:,}, or fewer channels.", field="batch_size")  # fmt: skip
    return found


def receptive_fields(summary: Summary) -> list[int]:
    """Side, in pixels of the input image, of what one value of each layer can see; 0 once the whole image is flattened or averaged."""
    side, jump, found = 1, 1, []
    for row in summary.rows:
        for kernel, stride in row.layer.card.windows(row.layer.given, row.before):
            side, jump = side + (kernel - 1) * jump, jump * stride
        found.append(side if len(row.after) == 3 else 0)
    return found


def spoken(shape: Shape) -> str:
    """A shape as people write it: “16 × 8 × 8”, “64 numbers”."""
    return f"{shape[0]:,} number{'s' if shape[0] != 1 else ''}" if len(shape) == 1 else dimensions(shape)


def has_batch_norm(text: str) -> bool:
    """Whether a batch of one example would have no statistics."""
    return any(each.kind in ("norm", "residual", "timm") for each in parse(text))


def _too_large(found: Summary) -> str:
    if found.parameters <= STACK_PARAMETERS:
        return ""
    row = max(found.rows, key=lambda each: each.parameters)
    name = "the output layer" if row.layer.kind == "output" else f"layer {row.number}, {row.layer.title}"
    return (f"This network would learn {found.parameters:,} numbers; at most {STACK_PARAMETERS:,} can be trained live. "
            f"Most of them, {row.parameters:,}, are in {name}, because it reads {math.prod(row.before):,} values: pool before it, or make it narrower.")


def _number_in(words: str) -> int:
    found = re.match(r"Layer (\d+)", words)
    return int(found[1]) if found else 0
