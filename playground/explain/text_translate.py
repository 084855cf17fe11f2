"""Words of the translation: presets, the mathematics in the current numbers, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

PRESETS = (
    ("wait", "Since seven o'clock", "A French speaker would use the present, “je t'attends”; the network keeps to the English past. See which words it looked at.", {}, True),
    ("order", "Another order", "Adjectives change places: the bright cells leave the diagonal.", {"text": "She bought a red car and a big black dog."}, True),
    ("not", "Two words for one", "“Not” becomes two words with the verb between them; both look at the same place.", {"text": "I do not know why he did not call me."}, True),
    ("greedy", "Never turning back", "One beam takes the likeliest next token and goes on. With four, what is found is likelier as a whole, and here no better French.",
     {"text": "It was raining so hard that we stayed inside.", "beams": 1}, True),
    ("two", "Two sentences", "Each is translated by itself, so “it” in the second knows nothing of the first.", {"text": "I lost my key. It was on the table."}, True),
    ("proverb", "An idiom", "It goes word for word: in French it rains ropes, not cats and dogs. The shares do not warn of it.", {"text": "It is raining cats and dogs."}, False),
    ("news", "Language of the news", "It has read everyday sentences only. Where the words are strange to it, it makes something up, and its shares fall.",
     {"text": "The central bank raised interest rates to curb inflation in the eurozone."}, False),
    ("german", "Not English", "Whatever it reads, it takes for English.", {"text": "Ich habe heute leider keine Zeit."}, False),
)  # fmt: skip


def maths(part: Mapping[str, Any], beams: int) -> str:
    """How the search chose, and what the table shows."""
    count = len(part["shares"])
    total = float(np.log(part["shares"]).sum())
    return (
        r"The decoder writes one token after the other, $p(y \mid x) = \prod_t p(y_t \mid y_{<t}, x)$. "
        f"Here $\\ln p = {total:.3f}$ over {count} tokens, a mean share of $e^{{{total / count:.3f}}} = {np.exp(total / count):.3f}$ each. "
        + (f"Beam search follows the {beams} likeliest beginnings and takes the greatest $\\ln p\\,/\\,T^{{0.6}} = {total / count**0.6:.3f}$, "
           "so that short translations have no advantage.\n\n" if beams > 1 else "With one beam each token is the likeliest at its place.\n\n")
        + r"Each row of the table is $\text{softmax}(q_t K^\top / \sqrt{d_k})$: the written token's question against the key of every source token, "
        "averaged over four heads. A row adds up to 1. Attention tells where the network looked, not why it decided."
    )  # fmt: skip


def tasks(view: Any, data: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """Each item ticks itself from the settings and what was computed."""
    own = view.text != type(view).model_fields["text"].default
    best = data["parts"][0]
    return [
        ("text.hesitates", "Write a sentence of which one token has a share below 20 %.", own and any(float(each["shares"].min()) < 0.2 for each in data["parts"])),
        ("text.certain", "Write a sentence of six tokens or more that it is sure of: a mean share above 85 %.", own and len(best["target"]) > 6 and best["score"] > 0.85),
        ("text.ahead", "Find a sentence in which a token was written although another was likelier at its place: several beams look ahead.",
         own and view.beams > 1 and any(_ahead(each) for each in data["parts"])),
    ]


def _ahead(part: Mapping[str, Any]) -> bool:
    """Whether the likeliest token was passed over somewhere."""
    return any(share < row[0][1] for share, row in zip(part["shares"].tolist(), part["others"], strict=True))
