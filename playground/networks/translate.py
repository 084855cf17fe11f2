"""An encoder and decoder for translation, written out: Vaswani et al. 2017 (sections 3.1 to 3.4), layer norm before each part as in Xiong et al. 2020.

One embedding serves both languages and the scores of the next token. Rows of a batch have sources of one length, so that no place has
to be masked; whoever calls groups them. Written out because the screen shows which source tokens each written one looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """The sizes of one translator.

    Attributes:
        context: Places, of the source and of what is written, for which a vector was learnt.
        inner: Units of each perceptron.
        encoders, decoders: Blocks that read, and blocks that write.
    """

    vocabulary: int
    context: int
    width: int
    inner: int
    encoders: int
    decoders: int
    heads: int


class Attention(nn.Module):
    """Attention from one stream to another, or to itself (sections 3.2.1 and 3.2.2)."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads = shape.heads
        self.query, self.pair = nn.Linear(shape.width, shape.width, bias=False), nn.Linear(shape.width, 2 * shape.width, bias=False)
        self.mix = nn.Linear(shape.width, shape.width, bias=False)

    def split(self, hidden: Tensor) -> Tensor:
        """(B, T, width) to (B, heads, T, width / heads)."""
        return hidden.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def pairs(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values, each (B, heads, T, width / heads)."""
        key, value = self.pair(hidden).chunk(2, -1)
        return self.split(key), self.split(value)

    def weights(self, hidden: Tensor, key: Tensor, causal: bool = False) -> Tensor:
        """How much each place looks at each key: (B, heads, T, S), rows sum to 1 (equation 1)."""
        query = self.split(self.query(hidden))
        scores = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5
        if causal:
            scores = scores.masked_fill(torch.ones(scores.shape[2:], dtype=torch.bool, device=scores.device).triu(1), float("-inf"))
        return scores.softmax(-1)

    def forward(self, hidden: Tensor, pairs: tuple[Tensor, Tensor], causal: bool = False) -> Tensor:
        # Plain products: on so short rows the fused attention's backward pass takes eight times as long on a CPU.
        key, value = pairs
        seen = self.weights(hidden, key, causal) @ value
        return self.mix(seen.transpose(1, 2).flatten(2))


class Perceptron(nn.Module):
    """Two layers at each place alone (section 3.3), with GELU."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.up, self.down = nn.Linear(shape.width, shape.inner, bias=False), nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.down(functional.gelu(self.up(hidden), approximate="tanh"))


class Reader(nn.Module):
    """One block of the encoder: every place looks at every place."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.norm_self, self.norm_mlp = (nn.LayerNorm(shape.width, bias=False) for _ in range(2))
        self.own, self.mlp = Attention(shape), Perceptron(shape)

    def forward(self, hidden: Tensor) -> Tensor:
        normal = self.norm_self(hidden)
        hidden = hidden + self.own(normal, self.own.pairs(normal))
        return hidden + self.mlp(self.norm_mlp(hidden))


class Writer(nn.Module):
    """One block of the decoder: a place looks at those before it, then at the source."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.norm_self, self.norm_cross, self.norm_mlp = (nn.LayerNorm(shape.width, bias=False) for _ in range(3))
        self.own, self.cross, self.mlp = Attention(shape), Attention(shape), Perceptron(shape)

    def forward(self, hidden: Tensor, source: tuple[Tensor, Tensor], past: list[Tensor] | None = None) -> Tensor:
        """`source` holds keys and values of the source; `past` those of what was written (none at first), to which the new are added in place."""
        normal = self.norm_self(hidden)
        pairs = self.own.pairs(normal)
        if past is not None:
            past[:] = [torch.cat((old, new), 2) for old, new in zip(past, pairs, strict=True)] if past else pairs
            pairs = (past[0], past[1])
        hidden = hidden + self.own(normal, pairs, causal=hidden.shape[1] > 1)
        hidden = hidden + self.cross(self.norm_cross(hidden), source)
        return hidden + self.mlp(self.norm_mlp(hidden))


class Translator(nn.Module):
    """Source tokens and the tokens written so far, to scores of the next."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.source_places, self.places = nn.Embedding(shape.context, shape.width), nn.Embedding(shape.context, shape.width)
        self.readers, self.writers = (nn.ModuleList(kind(shape) for _ in range(count)) for kind, count in ((Reader, shape.encoders), (Writer, shape.decoders)))
        self.source_norm, self.norm = nn.LayerNorm(shape.width, bias=False), nn.LayerNorm(shape.width, bias=False)

    @staticmethod
    def fresh(shape: Shape, generator: torch.Generator) -> Translator:
        """First weights from `generator` alone: normal of spread 1 / sqrt(inputs), embeddings of spread 0.02, what adds to the stream 0."""
        with torch.device("meta"):
            made = Translator(shape)
        made.to_empty(device="cpu")
        for name, value in made.named_parameters():
            if value.ndim == 1:
                value.data.fill_(1.0)
            elif name.endswith(("mix.weight", "down.weight")):
                value.data.zero_()
            else:
                value.data.normal_(0.0, 0.02 if "words" in name or "places" in name else value.shape[1] ** -0.5, generator=generator)
        return made

    def read(self, ids: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Sources (B, S) of one length as keys and values for each block that writes."""
        hidden = self.words(ids) + self.source_places.weight[: ids.shape[1]]
        for block in self.readers:
            hidden = block(hidden)
        hidden = self.source_norm(hidden)
        return [block.cross.pairs(hidden) for block in self.writers]

    def write(self, ids: Tensor, sources: list[tuple[Tensor, Tensor]], past: list[list[Tensor]] | None = None) -> Tensor:
        """What the blocks make of the tokens written, normalised, (B, T, width); with `past` (one list a block) `ids` is the next token alone."""
        first = past[0][0].shape[2] if past and past[0] else 0
        hidden = self.words(ids) + self.places.weight[first : first + ids.shape[1]]
        for index, block in enumerate(self.writers):
            hidden = block(hidden, sources[index], None if past is None else past[index])
        return self.norm(hidden)

    def scores(self, hidden: Tensor) -> Tensor:
        """Logits over the vocabulary, with the embedding's own matrix."""
        return functional.linear(hidden, self.words.weight)

    def forward(self, source: Tensor, ids: Tensor) -> Tensor:
        """Logits (B, T, vocabulary) of the token after each of `ids` (B, T), for `source` (B, S)."""
        return self.scores(self.write(ids, self.read(source)))

    def looks(self, ids: Tensor, sources: list[tuple[Tensor, Tensor]]) -> Tensor:
        """Where each place looks in the source: (B, decoders, heads, T, S)."""
        hidden, found = self.words(ids) + self.places.weight[: ids.shape[1]], []
        for block, pairs in zip(self.writers, sources, strict=True):
            normal = block.norm_self(hidden)
            middle = hidden + block.own(normal, block.own.pairs(normal), causal=True)
            found.append(block.cross.weights(block.norm_cross(middle), pairs[0]))
            hidden = block(hidden, pairs)
        return torch.stack(found, 1)
