"""The MiniLM encoder, written out: embeddings and six blocks, with room for low-rank changes and for small heads.

The architecture is BERT's (Devlin et al. 2019, section 3) at the size of MiniLM (Wang et al. 2020): width 384, 6 blocks, 12 heads.
Weights are those of transformers' `BertModel` under shorter names; a test compares the two, number by number. Written out because
the screens open it stage by stage, and because importing transformers takes seconds in every process that answers.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, BLOCKS, HEADS, INNER, PLACES, VOCABULARY = 384, 6, 12, 1536, 512, 30_522
SHAPES = 6  # how a word is spelt; see data.texts.spelling

_NAMES = (
    ("embeddings.word_embeddings", "words"), ("embeddings.position_embeddings", "places"), ("embeddings.token_type_embeddings", "parts"),
    ("embeddings.LayerNorm", "norm"), ("encoder.layer.", "blocks."), ("attention.self.query", "query"), ("attention.self.key", "key"),
    ("attention.self.value", "value"), ("attention.output.dense", "mix"), ("attention.output.LayerNorm", "norm_attention"),
    ("intermediate.dense", "up"), ("output.dense", "down"), ("output.LayerNorm", "norm_mlp"),
)  # fmt: skip


class Block(nn.Module):
    """Self-attention and a two-layer perceptron, each added to what came in and normalised."""

    def __init__(self, width: int = WIDTH, inner: int = INNER, heads: int = HEADS):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.mix = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm_attention, self.norm_mlp = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """(B, T, width) to the same; `mask` (B, 1, 1, T) is True where there is a token."""
        query, key, value = (each(hidden).unflatten(-1, (self.heads, -1)).transpose(1, 2) for each in (self.query, self.key, self.value))
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        hidden = self.norm_attention(hidden + self.mix(seen.transpose(1, 2).flatten(2)))
        return self.norm_mlp(hidden + self.down(functional.gelu(self.up(hidden))))


class Encoder(nn.Module):
    """Tokens to one vector each."""

    def __init__(self, blocks: int = BLOCKS, width: int = WIDTH, inner: int = INNER, heads: int = HEADS, vocabulary: int = VOCABULARY):
        super().__init__()
        self.words, self.places, self.parts = nn.Embedding(vocabulary, width), nn.Embedding(PLACES, width), nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.blocks = nn.ModuleList(Block(width, inner, heads) for _ in range(blocks))

    def embed(self, ids: Tensor, parts: Tensor | None = None, words: Tensor | None = None) -> Tensor:
        """What the first block is given, (B, T, width).

        Args:
            ids: (B, T) int64.
            parts: (B, T), 1 in the second of two texts.
            words: (B, T, width) instead of the embeddings of `ids`; integrated gradients move along these.
        """
        placed = self.places(torch.arange(ids.shape[1], device=ids.device))
        return self.norm((self.words(ids) if words is None else words) + placed + self.parts(torch.zeros_like(ids) if parts is None else parts))

    def forward(self, hidden: Tensor, mask: Tensor | None, first: int = 0, last: int = BLOCKS) -> Tensor:
        """Blocks `first` to `last` (exclusive); `mask` (B, T) is True where there is a token, None when that is everywhere."""
        wide = None if mask is None else mask[:, None, None, :]
        for block in self.blocks[first:last]:
            hidden = block(hidden, wide)
        return hidden


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of a `BertModel` under the names of `Encoder`; what it has no use for (pooler, position numbers) is left out."""
    found = {}
    for name, value in state.items():
        if name.startswith("pooler") or name.endswith("position_ids"):
            continue
        for theirs, ours in _NAMES:
            name = name.replace(theirs, ours)
        found[name] = value
    return found


def mean(hidden: Tensor, mask: Tensor | None) -> Tensor:
    """The mean over the tokens there are, (B, width): MiniLM's sentence embedding before it is brought to length 1."""
    if mask is None:
        return hidden.mean(1)
    weights = mask.to(hidden.dtype)[..., None]
    return (hidden * weights).sum(1) / weights.sum(1)


class Delta(nn.Module):
    """A linear layer that stays as it is, and a learnt change of low rank beside it (Hu et al. 2022, section 4.1)."""

    def __init__(self, base: nn.Linear, rank: int):
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, given: Tensor) -> Tensor:
        return self.base(given) + functional.linear(functional.linear(given, self.down), self.up)


ADAPTED = ("query", "key", "value", "mix", "up", "down")  # layers of a block that are given a change


class Adapted(nn.Module):
    """An encoder whose blocks from `first` on are changed by a task, and the task's heads.

    Args:
        encoder: Frozen; its blocks below `first` are shared by all tasks.
        heads: Name and number of outputs of each linear head.
        pooled: Whether heads read the mean over the tokens; otherwise every token.
        spelled: Whether the spelling of each token (capital, upper case, digits …) is added where the changed blocks begin: the
            vocabulary knows lower case only.
        rank: Of each change; 0 changes nothing.
    """

    def __init__(self, encoder: Encoder, heads: dict[str, int], *, first: int = 2, rank: int = 16, pooled: bool = True, spelled: bool = False):
        super().__init__()
        width = encoder.words.embedding_dim
        self.encoder, self.first, self.pooled, self.rank = encoder.requires_grad_(False), first, pooled, rank
        self.spelling = nn.Embedding(SHAPES, width) if spelled else None
        self.heads = nn.ModuleDict({name: nn.Linear(width, outputs) for name, outputs in heads.items()})
        if self.spelling is not None:
            nn.init.normal_(self.spelling.weight, std=0.02)
        if rank:
            for block in encoder.blocks[first:]:
                for name in ADAPTED:
                    setattr(block, name, Delta(getattr(block, name), rank))

    def learnt(self) -> dict[str, Tensor]:
        """What the task itself has learnt, by name: changes, spelling and heads."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith("encoder.") or name.endswith((".down", ".up")) and value.ndim == 2}

    def upper(self, hidden: Tensor, mask: Tensor | None, spelling: Tensor | None = None) -> Tensor:
        """From what block `first` is given to what the heads read: (B, width) when pooled, else (B, T, width)."""
        if self.spelling is not None and spelling is not None:
            hidden = hidden + self.spelling(spelling)
        hidden = self.encoder(hidden, mask, self.first)
        return mean(hidden, mask) if self.pooled else hidden

    def forward(self, ids: Tensor, mask: Tensor | None = None, parts: Tensor | None = None, spelling: Tensor | None = None) -> dict[str, Tensor]:
        """Logits of every head."""
        with torch.no_grad():
            hidden = self.encoder(self.encoder.embed(ids, parts), mask, 0, self.first)
        read = self.upper(hidden, mask, spelling)
        return {name: head(read) for name, head in self.heads.items()}


def merge(model: Adapted) -> Adapted:
    """Add every change to its layer, so that the changed encoder costs no more than the plain one; in place."""
    for block in model.encoder.blocks[model.first :]:
        for name in ADAPTED:
            layer = getattr(block, name)
            if isinstance(layer, Delta):
                with torch.no_grad():
                    layer.base.weight = nn.Parameter(layer.base.weight + layer.up @ layer.down, requires_grad=False)
                setattr(block, name, layer.base)
    model.rank = 0
    return model
