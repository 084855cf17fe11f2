"""Which sentences stand for a text, and how a summary is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from playground.data.texts import words


def central(vectors: np.ndarray, lead: float) -> np.ndarray:
    """Mean cosine of each sentence with the others, scaled to [0, 1], with a bonus that falls along the text; (n,) float64."""
    near = (vectors @ vectors.T).astype(np.float64)
    count = len(near)
    mean = (near.sum(1) - near.diagonal()) / max(count - 1, 1)
    low, high = mean.min(), mean.max()
    scaled = (mean - low) / (high - low) if high > low else np.ones(count)
    bonus = 1 / (1 + np.arange(count))
    return (1 - lead) * scaled + lead * bonus


def choose(vectors: np.ndarray, centrality: np.ndarray, count: int, variety: float) -> list[int]:
    """Rows by maximal marginal relevance."""
    near = vectors @ vectors.T
    chosen: list[int] = []
    while len(chosen) < min(count, len(vectors)):
        repeated = near[:, chosen].max(1) if chosen else np.zeros(len(vectors))
        worth = (1 - variety) * centrality - variety * repeated
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
    return chosen


def rouge(found: str, reference: str) -> dict[str, float]:
    """ROUGE-1, -2 and -L F1 (Lin 2004, sections 2 and 3), words in lower case, no stemming."""
    one, other = ([text[a:b].lower() for a, b in words(text) if text[a:b][0].isalnum()] for text in (found, reference))
    return {"ROUGE-1": _overlap(one, other, 1), "ROUGE-2": _overlap(one, other, 2), "ROUGE-L": _longest(one, other)}


def _overlap(one: Sequence[str], other: Sequence[str], size: int) -> float:
    first, second = (Counter(tuple(each[i : i + size]) for i in range(len(each) - size + 1)) for each in (one, other))
    total = sum(first.values()) + sum(second.values())
    return 2 * sum((first & second).values()) / total if total else 0.0


def _longest(one: Sequence[str], other: Sequence[str]) -> float:
    if not one or not other:
        return 0.0
    row = np.zeros(len(other) + 1, int)
    numbers = {word: i for i, word in enumerate(dict.fromkeys(other))}
    coded = np.array([numbers[word] for word in other])
    for word in one:
        same = coded == numbers.get(word, -1)
        diagonal = np.where(same, row[:-1] + 1, row[1:])
        row[1:] = np.maximum.accumulate(np.maximum(diagonal, row[1:]))
    return 2 * int(row[-1]) / (len(one) + len(other))
