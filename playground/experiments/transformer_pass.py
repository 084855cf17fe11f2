"""One pass through a GPT, opened: tokens, attention of every head, the numbers of one block, the logits."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np

from playground.core.fields import integer
from playground.core.lazy import torch
from playground.experiments import transformer_models as models
from playground.experiments.transformer_patterns import patterns
from playground.experiments.transformer_settings import BLOCKS, HEADS, SHOWN, Prompted, min_p_field, temperature_field, top_k_field, top_p_field


class Pass(Prompted):
    """A prompt, a place to look at, and how the next token is chosen."""

    key: ClassVar[str] = "gpt_pass"
    title: ClassVar[str] = "One pass, opened"

    temperature: float = temperature_field()
    top_k: int = top_k_field()
    top_p: float = top_p_field()
    min_p: float = min_p_field()
    block: int = integer(2, 0, BLOCKS - 1, group="hidden", label="Block")
    head: int = integer(0, 0, HEADS - 1, group="hidden", label="Head")
    token: int = integer(-1, -1, SHOWN - 1, group="hidden", label="Token")

    def opening(self) -> dict[str, Any]:
        """What `opened` takes."""
        return {**self.asked(), "block": self.block, "head": self.head, "token": self.token}

    def sampling(self) -> dict[str, Any]:
        """What `choose_from` takes beside the logits."""
        return {"temperature": self.temperature, "top_k": self.top_k, "top_p": self.top_p, "min_p": self.min_p}

    def dragged(self, at: dict[str, Any]) -> dict[str, Any]:
        """Fields that change when something in a picture is pressed."""
        if at["name"] == "head":
            return {"block": int(at["block"]), "head": int(at["head"])}
        if at["name"] == "token":
            return {"token": int(at["token"])}
        raise KeyError(at["name"])


def overview(model: str, prompt: str, off: list[tuple[int, int]] | None = None) -> dict[str, Any]:
    """A whole pass.

    Args:
        off: (block, head) of heads that are switched off.

    Returns:
        "words", "ids", "bytes" of the tokens shown (the last SHOWN); "cut", how many before them were read as context or not at all;
        "weights" (blocks, heads, T, T) float16; "patterns", what each head does; "logits" (V,) float32 of the next token; "milliseconds".
    """
    from playground.networks.gpt_open import walk

    known, row = models.loaded(model), models.read(model, prompt, SHOWN)
    started = time.perf_counter()
    kept = mask(known.model, off or [])
    weights, streams = walk(known.model, row.tensor, kept)
    with torch.no_grad():
        logits = known.model.scores(streams[-1][-1:])[0]
    spent = 1000 * (time.perf_counter() - started)
    drawn = weights.numpy()
    return {**tokens(model, row.ids), "cut": row.cut, "weights": drawn.astype(np.float16), "patterns": patterns(drawn, row.ids), "logits": logits.numpy(), "milliseconds": spent}


def mask(network: Any, off: list[tuple[int, int]]) -> Any:
    """(blocks, heads) of ones with a 0 for each head in `off` that the network has; None when there is none."""
    shape = network.shape
    kept = torch.ones(shape.blocks, shape.heads)
    for block, head in off:
        if block < shape.blocks and head < shape.heads:
            kept[block, head] = 0.0
    return None if bool(kept.all()) else kept


def tokens(model: str, ids: list[int]) -> dict[str, Any]:
    """Words, numbers and bytes of tokens."""
    words = models.vocabulary(model)
    return {"words": [words[each] for each in ids], "ids": list(ids), "bytes": [models.raw(model, each).hex(" ") for each in ids]}


def names(model: str, ids: list[int]) -> list[str]:
    """Tokens in words."""
    words = models.vocabulary(model)
    return [words[each] for each in ids]


def opened(model: str, prompt: str, block: int, head: int, token: int) -> dict[str, Any]:
    """All numbers of one block, at one token and for one head.

    Returns:
        Arrays by stage, float32: "word", "place", "into", "normed", "query", "keys" (T, d), "values" (T, d), "raw" (T,), "scaled",
        "weights", "seen", "joined", "mixed", "middle", "normed_mlp", "up", "active", "down", "out", "last" (the final norm), "logits_top";
        numbers "block", "head", "token", "width", "heads", "blocks", and the "words" of the likeliest tokens at this place.
    """
    from playground.networks.gpt_open import open_block

    known, row = models.loaded(model), models.read(model, prompt, SHOWN)
    network, ids = known.model, row.tensor
    block, head = min(block, network.shape.blocks - 1), min(head, network.shape.heads - 1)
    place = len(ids) - 1 if token < 0 else min(token, len(ids) - 1)
    with torch.no_grad():
        word, at = network.words(ids), network.places(torch.arange(len(ids)))
        stream = word + at
        for index in range(network.shape.blocks):
            one = open_block(network.blocks[index], stream)
            if index == block:
                chosen = one
            stream = one.out
        last = network.norm(stream[place])
        logits = last @ network.words.weight.T
        top = logits.topk(8)
        share = logits.softmax(-1)[top.indices]
    each = {"word": word[place], "place": at[place], "into": chosen.into[place], "normed": chosen.normed[place], "query": chosen.query[head, place],
            "keys": chosen.key[head], "values": chosen.value[head], "raw": chosen.raw[head, place], "weights": chosen.weights[head, place],
            "seen": chosen.seen[head, place], "joined": chosen.seen[:, place].flatten(), "mixed": chosen.mixed[place], "middle": chosen.middle[place],
            "normed_mlp": chosen.normed_mlp[place], "up": chosen.up[place], "active": chosen.active[place], "down": chosen.down[place], "out": chosen.out[place],
            "stream": stream[place], "last": last, "logits_top": top.values, "shares_top": share}  # fmt: skip
    found = {name: np.ascontiguousarray(value.numpy(), np.float32) for name, value in each.items()}
    found["scaled"] = found["raw"] / np.float32(np.sqrt(len(found["query"])))
    shape = network.shape
    return {**found, "block": block, "head": head, "token": place, "width": shape.width, "heads": shape.heads, "blocks": shape.blocks, "hidden": shape.hidden,
            "likeliest": names(model, top.indices.tolist()), **tokens(model, row.ids)}  # fmt: skip
