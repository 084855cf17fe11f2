"""Words of the parts of the transformer screen beyond GPT-2."""

from __future__ import annotations

from typing import Any

import numpy as np

PAIR_PRESETS: list[tuple[str, str, str, dict[str, Any], bool]] = [
    ("cat", "Cat and kitten", "Two sentences about the same thing: heads match words across the gap though no letter is the same.", {}, True),
    ("it", "What “it” is", "One changed word, and another noun is meant. See in which heads “it” turns to it.",
     {"one": "The trophy did not fit in the suitcase because it was too big.", "other": "The trophy did not fit in the suitcase because it was too small.", "token": 10}, True),
    ("apart", "Nothing in common", "Sentences without a common subject: less of the weight crosses over, and many heads rest on [CLS].",
     {"one": "Interest rates rose again in March.", "other": "The puffin digs a burrow."}, False),
]  # fmt: skip
ANY_PRESETS: list[tuple[str, str, str, dict[str, Any], bool]] = [
    ("plain", "As it is", "Temperature 0.8 and top-p 0.95, as most people use them.", {}, True),
    ("greedy", "Greedy", "Always the likeliest token: large models loop later than small ones, and still do.", {"temperature": 0.0}, False),
]
ANY_HELP = "Type owner/name of any causal language model with safetensors weights. No code of the repository is run."


def pair_said(data: Any, view: Any) -> str:
    """How much the sentences look at one another."""
    block, head = np.unravel_index(int(np.argmax(data["cross"])), data["cross"].shape)
    cut = f" {data['cut']} tokens at the ends were left out." if data["cut"] else ""
    return (f"Block {view.block + 1}, head {view.head + 1} sends {data['cross'][view.block, view.head]:.0%} of its weight to the other sentence; most does block {block + 1}, "
            f"head {head + 1}: {data['cross'].max():.0%}. Nothing is masked: an encoder reads in both directions.{cut}")  # fmt: skip


def pair_tasks(view: Any, data: Any) -> list[tuple[str, str, bool]]:
    """Tasks of the sentence pair."""
    kind = data["patterns"][view.block][view.head]["kind"]
    return [
        ("pair.cross", "Find the head that looks across to the other sentence most.", bool(data["cross"][view.block, view.head] >= data["cross"].max() - 1e-9)),
        ("pair.before", "Find a head that looks at the token before.", kind == "before"),
    ]


def pair_maths(view: Any, data: Any) -> str:
    """Attention without a mask, with the numbers of the chosen token."""
    token = len(data["words"]) - 1 if view.token < 0 else min(view.token, len(data["words"]) - 1)
    row = data["weights"][view.block, view.head, token].astype(np.float64)
    best = int(np.argmax(row))
    return (
        r"$$w_{ij} = \frac{e^{q_i \cdot k_j / \sqrt{32}}}{\sum_{j'} e^{q_i \cdot k_{j'} / \sqrt{32}}}$$"
        f"\n\n“{data['words'][token]}” looks most at “{data['words'][best]}”: $w = {row[best]:.3f}$. MiniLM has 6 blocks of 12 heads with $d = 32$ (Wang et al. 2020). "
        "Whether a sentence comes first or second is told by a vector added to every token."
    )


def any_tasks(view: Any, data: Any) -> list[tuple[str, str, bool]]:
    """Tasks of any model."""
    kinds = {each["kind"] for row in data["patterns"] for each in row}
    return [("any.induction", "Write a prompt that says something twice, and find a head that looks at what followed last time.", "induction" in kinds),
            ("any.cold", "Let it write at temperature 0.", view.temperature == 0)]  # fmt: skip


def any_maths(data: Any) -> str:
    """Sizes of what was computed."""
    blocks, heads, count, _ = data["weights"].shape
    return (r"$$p(x_{t+1} \mid x_1 \dots x_t) = \mathrm{softmax}(z)$$"
            f"\n\n{blocks} blocks of {heads} heads on {count} tokens: {blocks * heads * count * (count + 1) // 2:,} weights were computed in {data['milliseconds']:,.0f} ms; "
            f"one of {len(data['logits']):,} tokens comes next.")  # fmt: skip
