"""From logits to the next token: temperature, then the three ways of cutting the unlikely ones, then a draw.

Order and rules are those of transformers' `generate`: temperature, top-k (Fan et al. 2018), top-p or nucleus (Holtzman et al. 2020),
min-p (Nguyen et al. 2024). Written in NumPy, so that a picture can follow a slider without another process.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REASONS = ("kept", "top-k", "top-p", "min-p")  # by which rule a token was cut, as `Choice.cut` numbers them


@dataclass(frozen=True, eq=False)
class Choice:
    """What one token can be followed by.

    Attributes:
        shares: (V,) float64, softmax(logits / temperature), before anything is cut; one-hot at temperature 0.
        cut: (V,) uint8, 0 where a token is kept, else the number in REASONS of the first rule that cuts it.
        kept: (V,) float64, `shares` of what is kept, summing to 1.
    """

    shares: np.ndarray
    cut: np.ndarray
    kept: np.ndarray


def softmax(logits: np.ndarray) -> np.ndarray:
    """Shares that sum to 1, float64."""
    powers = np.exp(np.asarray(logits, np.float64) - np.max(logits))
    return powers / powers.sum()


def choose_from(logits: np.ndarray, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0, min_p: float = 0.0) -> Choice:
    """Which tokens remain, and with what shares.

    Args:
        logits: (V,) finite.
        temperature: 0 keeps the likeliest token alone.
        top_k: How many remain; 0 for all.
        top_p: The likeliest remain until their shares sum to this much.
        min_p: Those remain that have this share of the likeliest one's share.
    """
    logits = np.asarray(logits, np.float64)
    best = int(np.argmax(logits))
    cut = np.zeros(len(logits), np.uint8)
    if temperature <= 0:
        shares = np.zeros(len(logits))
        shares[best] = 1.0
        cut[:] = 1
        cut[best] = 0
        return Choice(shares, cut, shares)
    shares = softmax(logits / temperature)
    left = shares.copy()
    if 0 < top_k < len(left):
        out = left < np.partition(left, -top_k)[-top_k]
        cut[out], left[out] = 1, 0.0
        left /= left.sum()
    if top_p < 1:
        order = np.argsort(-left, kind="stable")
        before = np.cumsum(left[order]) - left[order]
        out = order[before >= top_p]
        out = out[(cut[out] == 0) & (out != best)]
        cut[out], left[out] = 2, 0.0
        left /= left.sum()
    if min_p > 0:
        out = (left < min_p * left.max()) & (cut == 0)
        cut[out], left[out] = 3, 0.0
        left /= left.sum()
    return Choice(shares, cut, left)


def draw(kept: np.ndarray, luck: float) -> int:
    """The token at which the running sum of `kept` passes `luck`, a number in [0, 1)."""
    sums = np.cumsum(kept)
    place = int(np.searchsorted(sums, luck * sums[-1], "right"))
    if place >= len(kept) or kept[place] == 0:  # rounding at the very end
        place = int(np.flatnonzero(kept)[-1])
    return place


def entropy(shares: np.ndarray) -> float:
    """Of a distribution, in bits: among 2 to this power of equally likely tokens it hesitates."""
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())


def divergence(one: np.ndarray, other: np.ndarray) -> float:
    """Kullback-Leibler divergence of `other` from `one`, in bits: what it costs to expect `other` where `one` holds."""
    held = one > 0
    return float(max(0.0, (one[held] * (np.log2(one[held]) - np.log2(np.maximum(other[held], 1e-300)))).sum()))
