"""The translation on the screen as a program of its own: the whole encoder and decoder in plain PyTorch, without this package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.zoo import translate as zoo

_SCRIPT = '''"""English to French by {name}: the translation on the screen, again. Put {name}.safetensors and {name}.json beside this file.

    pip install torch safetensors tokenizers

The network is that of Vaswani et al. 2017 (section 3) with the layer norm before each part (Xiong et al. 2020).
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn.functional import gelu, layer_norm, linear

SENTENCES = {sentences!r}  # each is translated by itself
BEAMS = {beams}  # beginnings that are followed at once
HEADS, ENCODERS, DECODERS, MOST = {heads}, {encoders}, {decoders}, {most}
END = 0  # the token that begins and ends what is written

weights = {{name: value.float() for name, value in load_file(Path(__file__).with_name("{name}.safetensors")).items()}}
tokenizer = Tokenizer.from_file(str(Path(__file__).with_name("{name}.json")))


def normal(name, hidden):
    return layer_norm(hidden, hidden.shape[-1:], weights[f"{{name}}.weight"])


def attend(name, hidden, source, causal=False):
    """Every place of `hidden` looks at every place of `source`; `causal` at none behind itself (equation 1)."""
    def split(values):
        return values.unflatten(-1, (HEADS, -1)).transpose(1, 2)

    query = split(linear(hidden, weights[f"{{name}}.query.weight"]))
    key, value = (split(each) for each in linear(source, weights[f"{{name}}.pair.weight"]).chunk(2, -1))
    scores = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[2:], dtype=torch.bool).triu(1), float("-inf"))
    return linear((scores.softmax(-1) @ value).transpose(1, 2).flatten(2), weights[f"{{name}}.mix.weight"])


def think(block, hidden):
    up = gelu(linear(normal(f"{{block}}.norm_mlp", hidden), weights[f"{{block}}.mlp.up.weight"]), approximate="tanh")
    return linear(up, weights[f"{{block}}.mlp.down.weight"])


def read(ids):
    """The encoder: what is known of each token of the source."""
    hidden = weights["words.weight"][ids] + weights["source_places.weight"][: ids.shape[1]]
    for i in range(ENCODERS):
        seen = normal(f"readers.{{i}}.norm_self", hidden)
        hidden = hidden + attend(f"readers.{{i}}.own", seen, seen)
        hidden = hidden + think(f"readers.{{i}}", hidden)
    return normal("source_norm", hidden)


def following(source, written):
    """The decoder: log-likelihoods of the token that follows, (rows, vocabulary)."""
    hidden = weights["words.weight"][written] + weights["places.weight"][: written.shape[1]]
    for i in range(DECODERS):
        seen = normal(f"writers.{{i}}.norm_self", hidden)
        hidden = hidden + attend(f"writers.{{i}}.own", seen, seen, causal=True)
        hidden = hidden + attend(f"writers.{{i}}.cross", normal(f"writers.{{i}}.norm_cross", hidden), source)
        hidden = hidden + think(f"writers.{{i}}", hidden)
    return linear(normal("norm", hidden[:, -1]), weights["words.weight"]).log_softmax(-1)


def translate(sentence):
    """Beam search: the likeliest beginnings are followed; what ends is worth its log-likelihood over length ** {length}."""
    source = read(torch.tensor([tokenizer.encode(" " + sentence).ids]))
    beams, ends = [(0.0, [END])], []
    for length in range(1, MOST + 2):
        scores = following(source.expand(len(beams), -1, -1), torch.tensor([tokens for _, tokens in beams]))
        if length > MOST:
            scores[:, END + 1 :] = float("-inf")  # nothing but the end has room
        best = (torch.tensor([[total] for total, _ in beams]) + scores).flatten().topk(2 * BEAMS)
        made = [(total, [*beams[place // scores.shape[1]][1], place % scores.shape[1]]) for total, place in zip(best.values.tolist(), best.indices.tolist())]
        ends += [(total / length ** {length}, tokens[1:-1]) for total, tokens in made[:BEAMS] if tokens[-1] == END and total > float("-inf")]
        beams = [each for each in made if each[1][-1] != END][:BEAMS]
        if ends and beams[0][0] / (MOST + 1) ** {length} <= max(ends)[0]:
            break
    return tokenizer.decode(max(ends, key=lambda each: each[0])[1]).strip()


with torch.no_grad():
    for sentence in SENTENCES:
        print(translate(sentence))
'''


def script(sentences: Sequence[str], beams: int, name: str) -> str:
    """A program that prints the translation of each sentence on a line of its own."""
    shape = zoo.translator_card(name).shape
    return _SCRIPT.format(name=name, sentences=[zoo.plain(each) for each in sentences], beams=beams, heads=shape["heads"], encoders=shape["encoders"],
                          decoders=shape["decoders"], most=zoo.MOST, length=zoo.LENGTH)  # fmt: skip


def files(sentences: Sequence[str], beams: int, name: str) -> list[tuple[str, Any, str, str]]:
    """(words, maker, name, icon) of the program and of the two files that it reads."""
    folder = zoo.FOLDER / zoo.translator_card(name).name
    return [("This translation (Python script)", lambda: script(sentences, beams, name), f"{name}.py", "code"),
            ("Its weights (safetensors)", (folder / "model.safetensors").read_bytes, f"{name}.safetensors", "deployed_code"),
            ("Its tokenizer (JSON)", (folder / "tokenizer.json").read_bytes, f"{name}.json", "spellcheck")]
