"""Attention of an encoder on a sentence pair: MiniLM, reading in both directions."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np

from playground.core.fields import integer
from playground.core.lazy import torch
from playground.data.texts import clean
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage
from playground.experiments.transformer_patterns import patterns

MOST = 64  # tokens of both sentences that are drawn


class Pair(Still):
    """Two sentences, and the head that is drawn."""

    key: ClassVar[str] = "encoder_pair"
    title: ClassVar[str] = "Attention on a sentence pair"
    page: ClassVar[str] = "transformers"

    one: str = passage("The cat sat on the mat because it was warm.", "First sentence")
    other: str = passage("A kitten rested on the rug.", "Second sentence")
    block: int = integer(1, 0, 5, group="hidden", label="Block")
    head: int = integer(4, 0, 11, group="hidden", label="Head")
    token: int = integer(2, -1, MOST - 1, group="hidden", label="Token")

    def asked(self) -> dict[str, Any]:
        """What `attention` takes.

        Raises:
            UserError: When a sentence is empty.
        """
        return {"one": clean(given(self.one), "The first sentence"), "other": clean(given(self.other), "The second sentence")}

    def dragged(self, at: dict[str, Any]) -> dict[str, Any]:
        """Fields that change when a head or a token is pressed."""
        return {"token": int(at["token"])} if at["name"] == "token" else {"block": int(at["block"]), "head": int(at["head"])}


def attention(one: str, other: str) -> dict[str, Any]:
    """Every head's weights on [CLS] one [SEP] other [SEP].

    Returns:
        "words", "ids"; "parts" (T,), 1 for tokens of the second sentence; "weights" (6, 12, T, T) float16; "patterns"; "cross" (6, 12), the share of
        the weight that goes from one sentence to the other; "cut", tokens left out; "milliseconds".
    """
    from playground.zoo import language

    known = language.backbone()
    first, second = (each.ids for each in known.encode([one, other], special=False))
    room = MOST - 3
    kept = min(len(first), max(room // 2, room - len(second)))
    cut = len(first) + len(second) - kept - min(len(second), room - kept)
    first, second = first[:kept], second[: room - kept]
    ids = [language.CLASSIFY, *first, language.SEPARATE, *second, language.SEPARATE]
    parts = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    started = time.perf_counter()
    with torch.no_grad():
        hidden, weights = known.encoder.embed(torch.tensor([ids]), torch.tensor([parts])), []
        for block in known.encoder.blocks:
            query, key = (each(hidden).unflatten(-1, (block.heads, -1)).transpose(1, 2)[0] for each in (block.query, block.key))
            weights.append((query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5).softmax(-1))
            hidden = block(hidden, None)
    found = torch.stack(weights).numpy()
    side = np.array(parts)
    plain = np.array([token not in (language.CLASSIFY, language.SEPARATE) for token in ids])
    across = (side[:, None] != side[None, :]) & plain[:, None] & plain[None, :]
    cross = (found * across).sum(-1)[..., plain].mean(-1)
    return {"words": [str(known.tokenizer.id_to_token(each)) for each in ids], "ids": ids, "bytes": ["" for _ in ids], "parts": side, "weights": found.astype(np.float16),
            "patterns": patterns(found, ids), "cross": cross, "cut": cut, "milliseconds": 1000 * (time.perf_counter() - started)}  # fmt: skip
