"""Tasks that can only be solved by remembering: made anew for every batch, of any length.

Each maker gives `(inputs, targets, asked)`: inputs float64 (T, B, I); targets (T, B), class numbers or float64 quantities; asked (T,)
bool, the steps at which the answer counts. Makers are self-contained, because the exported script repeats their text.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

ADDING_TOLERANCE = 0.04  # an answer within it counts as right: Hochreiter and Schmidhuber 1997, section 5.4
LETTERS = "ABCDEFGH"


def recall(length: int, symbols: int, items: int, batch: int, stream: torch.Generator):  # type: ignore[no-untyped-def]
    """The first symbol is marked; others follow, which do not matter; at the last step the first is asked for."""
    shown = torch.randint(symbols, (length, batch), generator=stream)
    inputs = torch.zeros(length, batch, symbols + 1, dtype=torch.float64)
    inputs[:-1].scatter_(2, shown[:-1].unsqueeze(2), 1.0)
    inputs[0, :, symbols] = inputs[-1, :, symbols] = 1.0
    asked = torch.arange(length) == length - 1
    return inputs, shown[:1].expand(length, batch), asked


def copy(length: int, symbols: int, items: int, batch: int, stream: torch.Generator):  # type: ignore[no-untyped-def]
    """Some symbols are shown, then nothing for long; while the marker is on, they have to be told in the same order."""
    shown = torch.randint(symbols, (items, batch), generator=stream)
    inputs = torch.zeros(length, batch, symbols + 1, dtype=torch.float64)
    inputs[:items].scatter_(2, shown.unsqueeze(2), 1.0)
    inputs[length - items :, :, symbols] = 1.0
    targets = torch.zeros(length, batch, dtype=torch.int64)
    targets[length - items :] = shown
    return inputs, targets, torch.arange(length) >= length - items


def adding(length: int, symbols: int, items: int, batch: int, stream: torch.Generator):  # type: ignore[no-untyped-def]
    """Numbers between 0 and 1, two of them marked, one in each half; at the last step their sum is asked for."""
    values = torch.rand(length, batch, generator=stream, dtype=torch.float64)
    half = length // 2
    first = torch.randint(half, (1, batch), generator=stream)
    second = half + torch.randint(length - half, (1, batch), generator=stream)
    marks = torch.zeros(length, batch, dtype=torch.float64).scatter_(0, first, 1.0).scatter_(0, second, 1.0)
    total = (values * marks).sum(0, keepdim=True)
    return torch.stack([values, marks], 2), total.expand(length, batch), torch.arange(length) == length - 1


def parity(length: int, symbols: int, items: int, batch: int, stream: torch.Generator):  # type: ignore[no-untyped-def]
    """Ones (+1) and zeros (-1); at every step: is the number of ones so far odd?"""
    bits = torch.randint(2, (length, batch), generator=stream)
    return (2.0 * bits.to(torch.float64) - 1.0).unsqueeze(2), bits.cumsum(0) % 2, torch.ones(length, dtype=torch.bool)


@dataclass(frozen=True)
class Task:
    """One memory task.

    Attributes:
        words: What the network has to do, in one sentence.
        quantity: True when the answer is a number (squared error), False when it is a class (cross-entropy).
        source: Where the task comes from.
    """

    key: str
    title: str
    make: Callable[..., tuple[Tensor, Tensor, Tensor]]
    words: str
    source: str
    quantity: bool = False

    def inputs(self, symbols: int) -> int:
        return {"adding": 2, "parity": 1}.get(self.key, symbols + 1)

    def outputs(self, symbols: int) -> int:
        return {"adding": 1, "parity": 2}.get(self.key, symbols)

    def chance(self, symbols: int) -> tuple[float, float]:
        """Loss and accuracy of the best answer that remembers nothing.

        Classes: an even guess, ln K and 1/K. Adding: always 1, the mean; the variance of a sum of two even draws is 1/6, and
        their density at 1 gives 2·0.04 - 0.04² right answers.
        """
        if self.quantity:
            return 1 / 6, 2 * ADDING_TOLERANCE - ADDING_TOLERANCE**2
        count = self.outputs(symbols)
        return math.log(count), 1 / count

    def tokens(self, inputs: Any) -> dict[str, Any]:
        """One sequence (T, I) for the eye: words, `token_level` in [0, 1] (NaN: nothing), `token_kind` category or -1, `token_mark`."""
        import numpy as np

        rows = np.asarray(inputs, np.float64)
        level, kind, mark = np.full(len(rows), np.nan, np.float32), np.full(len(rows), -1, np.int16), np.zeros(len(rows), np.uint8)
        if self.key == "adding":
            level[:], mark[:] = rows[:, 0], rows[:, 1] > 0
            words = [f"{value:.2f}" for value in rows[:, 0]]
        elif self.key == "parity":
            level[:] = (rows[:, 0] + 1) / 2
            words = ["1" if value > 0 else "0" for value in rows[:, 0]]
        else:
            symbols = rows[:, :-1]
            kind[:] = np.where(symbols.any(1), symbols.argmax(1), -1)
            mark[:] = rows[:, -1] > 0
            words = [LETTERS[each] if each >= 0 else "?" if on else "" for each, on in zip(kind.tolist(), mark.tolist(), strict=True)]
        return {"token_words": words, "token_level": level, "token_kind": kind, "token_mark": mark}

    def answer(self, value: float | int) -> str:
        """A right answer in words."""
        if self.quantity:
            return f"{value:.3f}"
        return ("even", "odd")[int(value)] if self.key == "parity" else LETTERS[int(value)]


TASKS: dict[str, Task] = {
    each.key: each
    for each in (
        Task("recall", "Delayed recall", recall, "Say at the end which symbol came first; all that came between is noise.",
             "Hochreiter and Schmidhuber 1997, section 5.2; Bengio et al. 1994"),
        Task("copy", "Copy", copy, "Repeat the symbols of the beginning in order after a long silence.", "Graves et al. 2014, section 4.1; Arjovsky et al. 2016"),
        Task("adding", "Adding problem", adding, "Add the two marked numbers among many that do not matter.",
             "Hochreiter and Schmidhuber 1997, section 5.4", True),
        Task("parity", "Parity", parity, "Say at every step whether the number of ones so far is odd: each bit turns the answer around.",
             "Hochreiter and Schmidhuber 1997, section 1"),
    )
}  # fmt: skip
