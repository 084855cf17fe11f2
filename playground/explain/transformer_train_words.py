"""Words of the part of the transformer screen that trains."""

from __future__ import annotations

import math
from typing import Any

# key, title, why, values, good
PRESETS: list[tuple[str, str, str, dict[str, Any], bool]] = [
    ("repeat", "Induction heads form", "Two blocks: a head below marks each token with the one before it, a head above looks for that mark. With both, the loss drops.", {}, True),
    ("one", "One block cannot", "The same task with a single block: nothing marks the tokens, so nothing can be looked for, and it stays near guessing.", {"blocks": 1}, False),
    ("reverse", "Reverse", "Where to look depends on the place alone: one block is enough, and a line against the diagonal appears.",
     {"task": "reverse", "blocks": 1, "length": 8, "letters": 12}, True),
    ("sort", "Sort", "It has to look for the smallest letter not yet written: what matters is which token it is, not where it stands.",
     {"task": "sort", "length": 8, "letters": 12}, True),
    ("add", "Addition", "Each digit of the sum needs two digits of the input and the carry. The answer begins with the units, so that the carry is known.",
     {"task": "add", "heads": 4, "width": 64}, True),
    ("poem", "By heart", "A poem of a thousand signs, learnt by heart: the test loss turns upward while the training loss falls.", {"task": "text", "width": 64}, False),
    ("fast", "Learning rate too high", "Steps so long that the weights are thrown about: no head ever forms.", {"learning_rate": 0.1}, False),
]  # fmt: skip


def tasks(view: Any, metrics: Any) -> list[tuple[str, str, bool]]:
    """Tasks of the training part."""
    accuracy = metrics.get("accuracy", ())
    best = float(accuracy[-1]) if len(accuracy) else 0.0
    return [
        ("tiny.repeat", "Train Repeat until 95 % are right, and find the induction head among the small pictures.", view.task == "repeat" and view.blocks >= 2 and best > 0.95),
        ("tiny.one", "Try the same with one block, and compare.", view.task == "repeat" and view.blocks == 1 and len(accuracy) > 20),
        ("tiny.sort", "Teach it to sort with nine answers of ten right.", view.task == "sort" and best > 0.9),
    ]


def maths(view: Any, now: Any, scene: Any) -> str:
    """The loss with the present numbers."""
    if not now or not scene:
        return ""
    kinds, loss = len(scene["signs"]), now["test_loss"]
    return (
        r"$$L = -\frac{1}{N}\sum_{i\,\text{asked}} \log p(x_{i+1} \mid x_1 \dots x_i)$$"
        f"\n\nGuessing among {kinds} signs gives $\\log {kinds} = {math.log(kinds):.3f}$. Now $L = {loss:.4f}$: the perplexity is $e^L = {math.exp(min(loss, 50)):.3f}$, and "
        f"{now['accuracy']:.1%} of the asked tokens are right."
        f"\n\nAn induction head (Olsson et al. 2022): the head below moves to each token which token stood before it; the head above forms "
        r"$q_i \cdot k_j$ large where the token before $j$ equals token $i$, and its value says what stands at $j$."
    )
