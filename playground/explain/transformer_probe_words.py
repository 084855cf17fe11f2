"""Words of the parts of the transformer screen that take the model apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.functions.transformer_sampling import divergence, softmax

TINTS = {
    "word": "Darker: a larger share for the token that is written in the cell.",
    "answer": "Darker: a larger share for the token that the last block will say.",
    "surprise": "Darker: a larger share for the token that really follows in the prompt; none at the end, where nothing follows yet.",
}
CACHE_PRESETS: list[tuple[str, str, str, dict[str, Any], bool]] = [
    ("whole", "A full window", "Up to what the model can read: without a cache the cost grows with every token.", {}, True),
    ("short", "Short texts", "Below some thirty tokens there is little to save.", {"most": 32}, True),
]


def heads_tasks(off: list[tuple[int, int]], data: Any) -> list[tuple[str, str, bool]]:
    """Tasks of the part with heads off."""
    moved = divergence(softmax(data["plain"]), softmax(data["logits"]))
    changed = int(np.argmax(data["plain"])) != int(np.argmax(data["logits"]))
    return [
        ("heads.one", "Change the likeliest token by switching off as few heads as you can: three or fewer.", 0 < len(off) <= 3 and changed),
        ("heads.many", "Switch ten heads off and move the prediction by less than one bit.", len(off) >= 10 and moved < 1.0),
        ("heads.block", "Switch a whole block off.", any(sum(each[0] == block for each in off) == data["weights"].shape[1] for block in range(len(data["weights"])))),
    ]


def heads_maths(off: list[tuple[int, int]], data: Any) -> str:
    """The divergence with the present numbers."""
    moved = divergence(softmax(data["plain"]), softmax(data["logits"]))
    block, head = np.unravel_index(int(np.argmax(data["worth"])), data["worth"].shape)
    alone = float(data["worth"].max())
    together = float(sum(data["worth"][b, h] for b, h in off if b < len(data["worth"]) and h < data["worth"].shape[1]))
    return (
        r"$$o = \sum_h m_h\, o_h W_O^{(h)},\quad m_h \in \{0, 1\} \qquad D(p \,\|\, q) = \sum_i p_i \log_2 \frac{p_i}{q_i}$$"
        f"\n\nWith {len(off)} heads off the prediction moves by $D = {moved:.3f}$ bits; alone they move it by {together:.3f} bits in sum. What heads do does not simply add up: "
        f"others step in, or depend on them. The head worth most here is block {block + 1}, head {head + 1}, with {alone:.3f} bits (Michel et al. 2019, section 3)."
    )


def settles(data: Any) -> str:
    """From which block on the answer stands."""
    best = [layer[-1][0] for layer in data["top"]]
    first = next(i for i in range(len(best)) if all(word == best[-1] for word in best[i:]))
    word = best[-1].strip() or "space"
    where = "from the embedding on" if first == 0 else f"from block {first} on"
    early, late = data["answer"][min(1, len(best) - 1), -1], data["answer"][-1, -1]
    return f"At the last token the answer **{word}** stands {where}. After the first block it had a share of {early:.1%}, at the end {late:.1%}."


def lens_tasks(view: Any, data: Any) -> list[tuple[str, str, bool]]:
    """Tasks of the lens."""
    best = [layer[-1][0] for layer in data["top"]]
    return [
        ("lens.late", "Find a prompt whose answer changes in the very last block.", len(best) > 1 and best[-1] != best[-2]),
        ("lens.true", "Tint the table by the true next token, and find where the model was taken by surprise.", view.show == "surprise"),
        ("lens.sure", "Find a prompt whose answer ends with more than 80 %.", float(data["answer"][-1, -1]) > 0.8),
    ]


def lens_maths(data: Any) -> str:
    """The lens with the present numbers."""
    rows = " → ".join(f"{float(value):.1%}" for value in data["answer"][:, -1])
    return (
        r"$$p^{(\ell)} = \mathrm{softmax}\!\left(\mathrm{norm}(x^{(\ell)})\, E^\top\right)$$"
        "\n\nThe last norm and the embedding's matrix are applied to the stream after every block, though they were only trained for the last. "
        f"Share of the final answer, block by block: {rows}."
    )


def two_tasks(view: Any, one: Any, other: Any) -> list[tuple[str, str, bool]]:
    """Tasks of two prompts."""
    moved = divergence(softmax(one["logits"]), softmax(other["logits"]))
    words = [set(view.prompt.split()), set(view.other.split())]
    return [
        ("two.same", "Find two different prompts with nearly the same prediction: below 0.05 bits.", view.prompt != view.other and moved < 0.05),
        ("two.one", "Change a single word and move the prediction by more than 3 bits.", len(words[0] ^ words[1]) <= 2 and view.prompt != view.other and moved > 3),
    ]


def two_maths(one: Any, other: Any, every: list[str]) -> str:
    """Both divergences with the present numbers."""
    p, q = softmax(one["logits"]), softmax(other["logits"])
    most = int(np.argmax(np.abs(p - q)))
    return (
        r"$$D(p\,\|\,q) = \sum_i p_i \log_2 \frac{p_i}{q_i}$$"
        f"\n\nFrom the first to the second: {divergence(p, q):.3f} bits; the other way round {divergence(q, p):.3f}: it is no distance, for it is not the same both ways. "
        f"The token that moves most is “{every[most].strip().replace('$', '') or 'space'}”: {p[most]:.1%} and {q[most]:.1%}."
    )


def cache_big(data: Any) -> str:
    """The headline."""

    return f'<div class="big">{data["speedup"]:.1f} times<small>faster with the cache at {int(data["lengths"][-1])} tokens</small></div>'


def cache_words(data: Any) -> str:
    """What was measured, in words."""
    length = int(data["lengths"][-1])
    return (
        f"After {length} tokens the next one takes **{data['cached'][-1]:.1f} ms** with the cache and **{data['plain'][-1]:.1f} ms** without. "
        f"The cache holds {data['bytes'] / 1024:,.0f} KB a token: {length * data['bytes'] / 2**20:.1f} MB for this text. "
        "Best of several takes, on one core of this machine, which others use as well."
    )


def cache_tasks(view: Any, data: Any) -> list[tuple[str, str, bool]]:
    """Tasks of the cache."""
    return [("cache.again", "Measure again, and see how far two measurements differ.", view.again > 0),
            ("cache.short", "Find a length at which the cache saves less than half.", bool(data["speedup"] < 2))]  # fmt: skip


def cache_maths(data: Any) -> str:
    """Cost with and without."""
    length = int(data["lengths"][-1])
    return (
        r"$$\text{without: } O(T \cdot d^2 + T^2 d) \text{ a token}, \qquad \text{with: } O(d^2 + T d)$$"
        f"\n\nKeys and values of a token never change once it is read, because later tokens are masked. At $T = {length}$ the whole pass computes {length + 1} rows "
        f"where one is new; measured: ${data['plain'][-1]:.2f} / {data['cached'][-1]:.2f} = {data['speedup']:.1f}$. "
        "One row at a time uses the processor less well than many, so the gain is less than $T$."
    )
