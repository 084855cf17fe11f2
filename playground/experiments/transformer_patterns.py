"""What a head looks at, told from its weights: the token before, the first token, itself, or what followed last time."""

from __future__ import annotations

from typing import Any

import numpy as np

PATTERNS = {
    "before": ("the token before", "It looks at the token just before."),
    "first": ("the first token", "It rests on the first token: what a head does when it has nothing to look for."),
    "self": ("itself", "It looks at the token it stands on."),
    "same": ("the same token earlier", "It looks back at earlier copies of the same token."),
    "induction": ("what followed last time", "It looks for an earlier copy of this token and at the one that followed it there: an induction head (Olsson et al. 2022)."),
    "near": ("the last few tokens", "It averages over the last few tokens."),
    "wide": ("many tokens", "It spreads over many tokens at once."),
}
LEAST = 3  # tokens that must have been there before, so that what looks like copying is no accident
CLEAR = 0.4  # share of the weight from which a pattern is named


def patterns(weights: np.ndarray, ids: list[int]) -> list[list[dict[str, Any]]]:
    """For every block and head: {"kind", "share"} of the pattern that explains most of its weight.

    Args:
        weights: (blocks, heads, T, T), rows summing to 1.
        ids: (T,) token numbers.
    """
    count = len(ids)
    masks = {name: mask for name, mask in _masks(ids).items() if mask.any()}
    found = []
    for block in weights:
        row = []
        for head in block:
            shares = {}
            for name, mask in masks.items():
                rows = mask.any(1)
                rows[0] = False  # the first token can look at nothing but itself
                if rows.sum() >= (LEAST if name in ("same", "induction") else 1):
                    shares[name] = float((head * mask)[rows].sum(1).mean())
            best = max((name for name in shares if name != "near"), key=lambda each: shares[each], default="")
            if best and shares[best] >= CLEAR:
                row.append({"kind": best, "share": shares[best]})
            elif shares.get("near", 0.0) >= 0.6 and count > 6:
                row.append({"kind": "near", "share": shares["near"]})
            else:
                row.append({"kind": "wide", "share": 1.0 - max(shares.values(), default=0.0)})
        found.append(row)
    return found


def _masks(ids: list[int]) -> dict[str, np.ndarray]:
    count = len(ids)
    place, known = np.arange(count), np.asarray(ids)
    gap = place[:, None] - place[None, :]
    same = (known[:, None] == known[None, :]) & (gap > 0)
    after = np.zeros_like(same)
    after[:, 1:] = same[:, :-1]  # one further on than an earlier copy
    after &= gap > 0
    return {"before": gap == 1, "self": gap == 0, "first": (place[None, :] == 0) & (gap > 1), "same": same, "induction": after & (gap != 1), "near": (gap >= 0) & (gap < 4)}
