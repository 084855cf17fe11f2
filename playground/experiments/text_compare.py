"""How alike two texts are, and which words of one answer which of the other."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np

from playground.core.lazy import torch
from playground.data.texts import clean
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage

MOST = 60  # tokens of each text that are set against each other


class Compare(Still):
    """Two texts."""

    key: ClassVar[str] = "text_compare"
    title: ClassVar[str] = "Similarity of two texts"
    page: ClassVar[str] = "text"

    first: str = passage("The doctor advised her to sleep more and to drink less coffee.", "First text")
    second: str = passage("A physician told the woman that she needs more rest and fewer espressos.", "Second text")

    def arguments(self) -> dict[str, Any]:
        """What `compare` takes.

        Raises:
            UserError: When one of the texts is empty.
        """
        return {"first": clean(given(self.first), "The first text"), "second": clean(given(self.second), "The second text")}


def compare(first: str, second: str) -> dict[str, Any]:
    """The cosine of two texts' embeddings, taken apart into pairs of tokens.

    An embedding is the mean of the token vectors hᵢ, so the cosine of two of them is the sum over all pairs of
    hᵢ·gⱼ / (n m |h̄| |ḡ|): an identity, no estimate. The mean of each text's tokens includes [CLS] and [SEP].

    Returns:
        "similarity"; "pairs" (tokens of the first, of the second) float64 summing to it up to what "beyond" says (tokens past
        the first MOST); "rows", "columns": the tokens' words; "milliseconds".
    """
    from playground.zoo import language

    known = language.backbone()
    started = time.perf_counter()
    vectors = language.embed([first, second])
    similarity = float(vectors[0].astype(np.float64) @ vectors[1])
    taken = 1000 * (time.perf_counter() - started)
    hidden, tokens = [], []
    for each in (first, second):
        encoding = known.encode([each], special=False)[0]
        ids = [language.CLASSIFY, *encoding.ids[: language.WINDOW - 2], language.SEPARATE]
        with torch.no_grad():
            hidden.append(known.encoder(known.encoder.embed(torch.tensor([ids])), None)[0].double().numpy())
        tokens.append(["[CLS]", *[each[a:b] or "?" for a, b in encoding.offsets[: language.WINDOW - 2]], "[SEP]"])
    means = [each.mean(0) for each in hidden]
    scale = len(hidden[0]) * len(hidden[1]) * np.linalg.norm(means[0]) * np.linalg.norm(means[1])
    pairs = hidden[0] @ hidden[1].T / scale
    shown = pairs[:MOST, :MOST]
    return {"similarity": similarity, "pairs": shown, "beyond": float(similarity - shown.sum()), "rows": tokens[0][:MOST], "columns": tokens[1][:MOST],
            "milliseconds": taken, "tokens": [len(each) for each in tokens]}  # fmt: skip


def strongest(data: dict[str, Any], count: int = 8) -> list[tuple[str, str, float]]:
    """The pairs of words with the greatest shares, without [CLS], [SEP] and signs: (word of the first, word of the second, share)."""
    rows, columns, pairs = data["rows"], data["columns"], data["pairs"]
    order = np.dstack(np.unravel_index(np.argsort(-pairs, axis=None), pairs.shape))[0]
    named = [(rows[i], columns[j], float(pairs[i, j])) for i, j in order.tolist() if rows[i][0].isalnum() and columns[j][0].isalnum()]
    return named[:count]
