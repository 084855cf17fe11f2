"""A GPT opened: its attention, the stream after every block, and all numbers of one block."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from playground.networks.gpt import GPT, Block


@dataclass(frozen=True, eq=False)
class Opened:
    """One block at work on one text of T tokens.

    Attributes:
        into: (T, width), the stream that comes in.
        query, key, value: (heads, T, width / heads), of `normed`, the normalised stream.
        raw: (heads, T, T), the products of queries and keys; scores are these over the root of width / heads.
        weights: (heads, T, T), softmax of the masked scores.
        seen: (heads, T, width / heads), the values weighed.
        mixed: (T, width), what attention adds; `middle` is the stream then, `normed_mlp` its normalised copy.
        up, active: (T, hidden), before and after GELU.
        down: (T, width), what the perceptron adds; `out` is the stream then.
    """

    into: Tensor
    normed: Tensor
    query: Tensor
    key: Tensor
    value: Tensor
    raw: Tensor
    weights: Tensor
    seen: Tensor
    mixed: Tensor
    middle: Tensor
    normed_mlp: Tensor
    up: Tensor
    active: Tensor
    down: Tensor
    out: Tensor


def open_block(block: Block, into: Tensor, kept: Tensor | None = None) -> Opened:
    """All numbers of `block` for the stream `into` (T, width); `kept` (heads,) as `Block.forward` takes it."""
    normed = block.norm_attention(into)
    query, key, value = (each[0] for each in block.split(normed[None]))
    raw = query @ key.transpose(-1, -2)
    later = torch.ones(raw.shape[-2:], dtype=torch.bool).triu(1)
    weights = (raw / math.sqrt(query.shape[-1])).masked_fill(later, -math.inf).softmax(-1)
    seen = weights @ value
    if kept is not None:
        seen = seen * kept[:, None, None]
    mixed = block.mix(seen.transpose(0, 1).flatten(1))
    middle = into + mixed
    normed_mlp = block.norm_mlp(middle)
    up = block.up(normed_mlp)
    active = functional.gelu(up, approximate="tanh")
    down = block.down(active)
    return Opened(into, normed, query, key, value, raw, weights, seen, mixed, middle, normed_mlp, up, active, down, middle + down)


@torch.no_grad()
def walk(model: GPT, ids: Tensor, kept: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The attention of every head, (blocks, heads, T, T), and the stream before the first and after every block, (blocks + 1, T, width).

    Args:
        ids: (T,) int64.
    """
    streams, weights = [model.embed(ids[None])[0]], []
    for index, block in enumerate(model.blocks):
        opened = open_block(block, streams[-1], None if kept is None else kept[index])
        weights.append(opened.weights)
        streams.append(opened.out)
    return torch.stack(weights), torch.stack(streams)
