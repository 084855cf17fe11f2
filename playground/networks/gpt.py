"""GPT-2 written out: tokens and places to vectors, blocks of masked attention and a perceptron, and the scores of the next token.

The equations are those of Radford et al. 2019 (section 2.3: layer norm before each part, one more at the end, scores with the
embedding's own matrix) on the transformer of Vaswani et al. 2017 (section 3.2). Weights are those of transformers'
`GPT2LMHeadModel` under shorter names; a test compares the two, number by number. Written out because the screens open every
stage, switch single heads off and read the stream after each block, and because importing transformers takes seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from playground.core.errors import UserError

_NAMES = (
    ("transformer.", ""), ("wte.", "words."), ("wpe.", "places."), ("ln_f.", "norm."), ("h.", "blocks."), ("ln_1.", "norm_attention."), ("ln_2.", "norm_mlp."),
    ("attn.c_attn.", "qkv."), ("attn.c_proj.", "mix."), ("mlp.c_fc.", "up."), ("mlp.c_proj.", "down."),
)  # fmt: skip
_TURNED = ("qkv.weight", "mix.weight", "up.weight", "down.weight")  # transformers keeps these as (in, out)


@dataclass(frozen=True)
class Shape:
    """The sizes of one GPT.

    Attributes:
        context: Tokens it can read at once, for each of which a place was learnt.
        inner: Units of each perceptron; 0 stands for four times the width.
    """

    vocabulary: int
    context: int
    width: int
    blocks: int
    heads: int
    inner: int = 0

    @property
    def hidden(self) -> int:
        return self.inner or 4 * self.width

    def config(self) -> dict[str, Any]:
        """As transformers' GPT2Config has it."""
        return {
            "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new", "vocab_size": self.vocabulary, "n_positions": self.context,
            "n_embd": self.width, "n_layer": self.blocks, "n_head": self.heads, "n_inner": self.inner or None, "layer_norm_epsilon": 1e-5,
            "attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0, "bos_token_id": 0, "eos_token_id": 0, "tie_word_embeddings": True,
        }  # fmt: skip


class Cache:
    """Keys and values of the tokens read so far, so that each new token is computed alone.

    Attributes:
        length: Tokens held.
    """

    def __init__(self, shape: Shape, rows: int = 1):
        size = (shape.blocks, 2, rows, shape.heads, shape.context, shape.width // shape.heads)
        self.held, self.length = torch.empty(size), 0

    def add(self, block: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """All keys and values of `block`, those given last; each (B, heads, T, width / heads)."""
        end = self.length + key.shape[2]
        self.held[block, 0, :, :, self.length : end] = key
        self.held[block, 1, :, :, self.length : end] = value
        return self.held[block, 0, :, :, :end], self.held[block, 1, :, :, :end]


class Block(nn.Module):
    """Masked self-attention and a two-layer perceptron; each reads a normalised copy of the stream and adds to it."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads = shape.heads
        self.norm_attention, self.norm_mlp = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.qkv, self.mix = nn.Linear(shape.width, 3 * shape.width), nn.Linear(shape.width, shape.width)
        self.up, self.down = nn.Linear(shape.width, shape.hidden), nn.Linear(shape.hidden, shape.width)

    def split(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of the normalised stream, each (B, heads, T, width / heads)."""
        query, key, value = (each.unflatten(-1, (self.heads, -1)).transpose(1, 2) for each in self.qkv(hidden).chunk(3, -1))
        return query, key, value

    def perceptron(self, hidden: Tensor) -> Tensor:
        return self.down(functional.gelu(self.up(hidden), approximate="tanh"))

    def forward(self, hidden: Tensor, cache: Cache | None = None, index: int = 0, kept: Tensor | None = None) -> Tensor:
        """(B, T, width) to the same; `kept` (heads,) multiplies what each head gives, 0 switches it off."""
        query, key, value = self.split(self.norm_attention(hidden))
        if cache is not None:
            key, value = cache.add(index, key, value)
        one = query.shape[2] == 1
        if not one and key.shape[2] != query.shape[2]:
            raise ValueError("A cache takes the whole prompt first and then single tokens.")
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=not one)
        if kept is not None:
            seen = seen * kept[None, :, None, None]
        hidden = hidden + self.mix(seen.transpose(1, 2).flatten(2))
        return hidden + self.perceptron(self.norm_mlp(hidden))


class GPT(nn.Module):
    """Token numbers to scores of the next token, at every place."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.words, self.places = nn.Embedding(shape.vocabulary, shape.width), nn.Embedding(shape.context, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.blocks))
        self.norm = nn.LayerNorm(shape.width)

    @staticmethod
    def fresh(shape: Shape, generator: torch.Generator) -> GPT:
        """A network with first weights from `generator` alone; torch's global luck is not touched."""
        with torch.device("meta"):
            made = GPT(shape)
        return made.to_empty(device="cpu").start(generator)

    def start(self, generator: torch.Generator) -> GPT:
        """Draw the first weights: normal of spread 0.02, what adds to the stream smaller by the root of 2 x blocks (section 2.3)."""
        for name, value in self.named_parameters():
            if value.ndim < 2:
                continue
            spread = 0.02 / (2 * self.shape.blocks) ** 0.5 if name.endswith(("mix.weight", "down.weight")) else 0.02
            value.data.normal_(0.0, spread, generator=generator)
        for module in self.modules():
            if isinstance(module, nn.LayerNorm):
                module.weight.data.fill_(1.0)
            if isinstance(module, (nn.Linear, nn.LayerNorm)):
                module.bias.data.zero_()
        return self

    def embed(self, ids: Tensor, first: int = 0) -> Tensor:
        """Tokens and their places as vectors, (B, T, width); `first` is the place of the first."""
        return self.words(ids) + self.places(torch.arange(first, first + ids.shape[1], device=ids.device))

    def scores(self, hidden: Tensor) -> Tensor:
        """The stream to logits over the vocabulary; the embedding's matrix is used a second time."""
        return functional.linear(self.norm(hidden), self.words.weight)

    def forward(self, ids: Tensor, cache: Cache | None = None, kept: Tensor | None = None, last: bool = False) -> Tensor:
        """Logits (B, T, vocabulary), float32.

        Args:
            ids: (B, T) int64, at most `shape.context` with what the cache holds.
            kept: (blocks, heads), 0 for a head that is switched off.
            last: Whether only those of the last place are wanted, (B, 1, vocabulary).
        """
        hidden = self.stream(ids, cache, kept)
        return self.scores(hidden[:, -1:] if last else hidden)

    def stream(self, ids: Tensor, cache: Cache | None = None, kept: Tensor | None = None) -> Tensor:
        """What the last block leaves, before the last norm: (B, T, width)."""
        hidden = self.embed(ids, cache.length if cache else 0)
        for index, block in enumerate(self.blocks):
            hidden = block(hidden, cache, index, None if kept is None else kept[index])
        if cache is not None:
            cache.length += ids.shape[1]
        return hidden


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of a `GPT2LMHeadModel` under the names of `GPT`; masks and the second copy of the embedding are left out."""
    found = {}
    for name, value in state.items():
        if name.endswith((".attn.bias", ".attn.masked_bias")) or name == "lm_head.weight":
            continue
        for theirs, ours in _NAMES:
            name = name.replace(theirs, ours)
        found[name] = value.T if name.endswith(_TURNED) else value
    return found


def published(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of `GPT` under the names transformers reads; the inverse of `renamed`."""
    found = {}
    for name, value in state.items():
        value = value.T.contiguous() if name.endswith(_TURNED) else value
        for theirs, ours in _NAMES[1:]:
            name = name.replace(ours, theirs)
        found[f"transformer.{name}"] = value
    return found


def read_shape(config: dict[str, Any]) -> Shape:
    """The sizes a GPT2Config states.

    Raises:
        UserError: When the model is not of GPT-2's family or differs from its equations.
    """
    if config.get("model_type") != "gpt2":
        raise UserError(f"A model of type {config.get('model_type', 'unknown')} is not of GPT-2's family.", "Its stages cannot be opened here.")
    if config.get("activation_function", "gelu_new") not in ("gelu_new", "gelu_pytorch_tanh") or config.get("scale_attn_by_inverse_layer_idx"):
        raise UserError("This model changes GPT-2's equations (its activation function or the scale of its scores).", "Its stages cannot be opened here.")
    inner = config.get("n_inner") or 0
    return Shape(config["vocab_size"], config["n_positions"], config["n_embd"], config["n_layer"], config["n_head"], 0 if inner == 4 * config["n_embd"] else inner)


def sizes(shape: Shape) -> dict[str, Any]:
    """The shape as plain numbers."""
    return asdict(shape)
