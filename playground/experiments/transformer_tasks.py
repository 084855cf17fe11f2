"""What a tiny transformer can learn in half a minute: tasks made on the spot, and a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

LETTERS = "abcdefghijklmnopqrstuvwxyz"
IGNORED = -100


@dataclass(frozen=True)
class Task:
    """A kind of sequence.

    Attributes:
        words: What is to be learnt, and what to watch.
    """

    title: str
    words: str


TASKS = {
    "repeat": Task("Repeat", "A random stretch of letters comes again and again, 3 letters long or 10. From its second round on every letter can be known, by looking for what "
                             "followed it last time: watch slanted lines appear in one head, an induction head."),
    "reverse": Task("Reverse", "Random letters, a bar, then the same letters backwards. The attention becomes a line that runs against the diagonal."),
    "sort": Task("Sort", "Random letters, a bar, then the letters in alphabetical order: heads learn to look for the next larger one."),
    "add": Task("Add", "Two numbers of two digits and their sum, units first, so that the carry is known in time."),
    "text": Task("A text", "Characters of a text, predicted one by one; with samples as it learns."),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Batch:
    """Sequences and what is asked for.

    Attributes:
        ids: (B, T) int64.
        targets: (B, T) int64, the next token, or IGNORED where nothing can be known.
    """

    ids: Tensor
    targets: Tensor


def signs(task: str, size: int) -> str:
    """All signs of a generated task, in the order of their numbers."""
    if task == "add":
        return "0123456789+="
    return LETTERS[:size] + ("|" if task in ("reverse", "sort") else "")


def sequences(task: str, size: int, length: int, count: int, stream: np.random.Generator) -> Batch:
    """`count` sequences of a generated task.

    Args:
        size: Different letters.
        length: Letters that are given; without meaning for "add".
    """
    if task == "add":
        return _sums(count, stream)
    if task == "repeat":
        return _repeats(size, length, count, stream)
    given = stream.integers(0, size, (count, length))
    bar = np.full((count, 1), size)
    answer = given[:, ::-1] if task == "reverse" else np.sort(given, 1)
    return _batch(np.concatenate([given, bar, answer], 1), np.full(count, length + 1))


def _repeats(size: int, length: int, count: int, stream: np.random.Generator) -> Batch:
    """A stretch of different letters, 3 to `length` of them, again and again: how far back to look is another number in every sequence."""
    orders = stream.random((count, size)).argsort(1)
    sizes = stream.integers(min(3, length), length + 1, count)
    whole = np.take_along_axis(orders, np.arange(2 * length)[None, :] % sizes[:, None], 1)
    return _batch(whole, sizes + 1)


def _sums(count: int, stream: np.random.Generator) -> Batch:
    one, other = stream.integers(0, 100, count), stream.integers(0, 100, count)
    total = one + other
    columns = [one // 10, one % 10, np.full(count, 10), other // 10, other % 10, np.full(count, 11), total % 10, total // 10 % 10, total // 100]
    return _batch(np.stack(columns, 1), np.full(count, 6))


def _batch(whole: np.ndarray, first: np.ndarray) -> Batch:
    """Input and targets; in each row the token at place `first` is the first that is asked for."""
    targets = whole[:, 1:].copy()
    targets[np.arange(1, whole.shape[1])[None, :] < first[:, None]] = IGNORED
    return Batch(torch.from_numpy(np.ascontiguousarray(whole[:, :-1])), torch.from_numpy(np.ascontiguousarray(targets)))


def places(task: str, length: int) -> int:
    """Tokens of a sequence as the network reads it."""
    return {"add": 8, "repeat": 2 * length - 1}.get(task, 2 * length)
