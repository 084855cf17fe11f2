"""The stages of one token's way through a GPT, as data for `components/transformer_stages.js`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.figures.panels import Panel

Data = Mapping[str, Any]
OPEN = ("scores",)  # at first


def stages(data: Data, context: int) -> Panel:
    """All stages with their numbers.

    Args:
        data: Of `experiments.transformer_pass.opened`.
        context: Places the model knows.
    """
    block, head, place, word = data["block"] + 1, data["head"] + 1, data["token"], data["words"][data["token"]]
    size, width = len(data["query"]), data["width"]
    listed = [_tokens(data), _embedding(data, place, word, context), _norm(data, block), _queries(data, head, word, size), _scores(data, size), _values(data, head),
              _joined(data), _perceptron(data, width), _logits(data)]  # fmt: skip
    spec = {"kind": "stages", "stages": listed, "open": list(OPEN), "heads": data["heads"], "words": data["words"],
            "alt": f"The way of token {place + 1} through block {block}, head {head}"}  # fmt: skip
    return Panel("stages", spec, {name: value for name, value in data.items() if isinstance(value, np.ndarray)})


def _stage(key: str, title: str, short: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "title": title, "short": short, **more}


def _strip(name: str, array: str, rows: int = 1, **more: Any) -> dict[str, Any]:
    return {"name": name, "array": array, "rows": rows, **more}


def _tokens(data: Data) -> dict[str, Any]:
    rows = [{"cells": [word, str(number), each]} for word, number, each in zip(data["words"], data["ids"], data["bytes"], strict=True)]
    return _stage("tokens", "Tokens", f"{len(rows)} pieces of text, each a number", table={"heads": ["token", "number", "bytes"], "rows": rows, "at": data["token"]},
                  words="Byte-level byte-pair encoding: the commonest neighbours were merged, again and again, until the vocabulary was full. “·” is the space before a word, "
                        "“↵” a new line.")  # fmt: skip


def _embedding(data: Data, place: int, word: str, context: int) -> dict[str, Any]:
    return _stage("embedding", "Embedding and place", f"two learnt rows of {data['width']} numbers, added", formula="x = E[token] + P[place]",
                  strips=[_strip("token", "word", lead=True), _strip(f"place {place + 1}", "place")],
                  words=f"One row for what the token is, one for where it stands. There is a row for {context:,} places; a longer text cannot be read at once.")  # fmt: skip


def _norm(data: Data, block: int) -> dict[str, Any]:
    into = data["into"]
    return _stage("norm", f"Block {block}: layer norm", "the stream, shifted to mean 0 and scaled to spread 1", formula="n = γ · (x − mean) / spread + β",
                  strips=[_strip("stream x", "into"), _strip("n", "normed", lead=True)],
                  words=f"What comes in has mean {into.mean():.3f} and spread {into.std():.3f}. The stream itself stays as it is: every part reads a normalised copy "
                        "and adds to the stream.")  # fmt: skip


def _queries(data: Data, head: int, word: str, size: int) -> dict[str, Any]:
    count = len(data["words"])
    return _stage("qkv", f"Query, keys, values of head {head}", f"{size} numbers each: what is sought, what is offered, what is handed over",
                  formula="q = n W_Q + b,   k = n W_K + b,   v = n W_V + b",
                  strips=[_strip("query q", "query", lead=True), _strip("keys k", "keys", count), _strip("values v", "values", count)],
                  words="The query is of the chosen token alone; keys and values have a row for every token, in reading order. Point at a row.")  # fmt: skip


def _scores(data: Data, size: int) -> dict[str, Any]:
    place, rows = data["token"], []
    for i, word in enumerate(data["words"]):
        masked = i > place
        cells = [word, f"{data['raw'][i]:.2f}", f"{data['scaled'][i]:.2f}", "−∞" if masked else f"{data['scaled'][i]:.2f}", f"{data['weights'][i]:.3f}"]
        rows.append({"cells": cells, "bar": float(data["weights"][i]), "faint": masked})
    best = int(np.argmax(data["weights"]))
    return _stage("scores", "Scores, mask, softmax", f"it looks most at “{data['words'][best].strip() or data['words'][best]}”, with {data['weights'][best]:.0%}",
                  formula=f"weights = softmax( mask( q · k / √{size} ) )",
                  table={"heads": ["token", "q · k", f"÷ {math.sqrt(size):.2f}", "masked", "weight", ""], "rows": rows, "at": place},
                  strips=[_strip("weights", "weights", lead=True)],
                  words="Division by the root of the length keeps the scores from growing with it, which would make softmax choose a single token. "
                        "Tokens after the chosen one are masked: a model that learns to predict must not see the answer.")  # fmt: skip


def _values(data: Data, head: int) -> dict[str, Any]:
    return _stage("seen", "Weighted values", f"what head {head} brings to this token", formula="o = Σ weight · v", strips=[_strip("o", "seen", lead=True)],
                  words="The values of all tokens it may look at, each times its weight, added up.")  # fmt: skip


def _joined(data: Data) -> dict[str, Any]:
    return _stage("joined", "Heads joined", f"{data['heads']} heads side by side, mixed, added to the stream", formula="x ← x + (o₁ … o_h) W_O + b",
                  strips=[_strip("heads", "joined", marks="head"), _strip("mixed", "mixed", lead=True), _strip("stream", "middle")],
                  words=f"Attention adds a vector of length {np.linalg.norm(data['mixed']):.2f} to a stream of length {np.linalg.norm(data['into']):.2f}.")  # fmt: skip


def _perceptron(data: Data, width: int) -> dict[str, Any]:
    on = float((data["active"] > 0.1).mean())
    rows = max(1, data["hidden"] // width)
    return _stage("mlp", "Perceptron", f"{data['hidden']:,} units, {on:.0%} of them active here", formula="x ← x + GELU(n W₁ + b) W₂ + b",
                  strips=[_strip("normalised", "normed_mlp"), _strip("before GELU", "up", rows), _strip("after GELU", "active", rows),
                          _strip("added", "down", lead=True), _strip("stream", "out")],
                  words="Every token by itself now. Units fire for patterns in the stream and write what goes with them: much of what a language model knows lies here "
                        "(Geva et al. 2021).")  # fmt: skip


def _logits(data: Data) -> dict[str, Any]:
    top = zip(data["likeliest"], data["logits_top"], data["shares_top"], strict=True)
    rows = [{"cells": [word, f"{logit:.2f}", f"{share:.1%}"], "bar": float(share)} for word, logit, share in top]
    return _stage("logits", "Logits and softmax", f"after all {data['blocks']} blocks, compared with every token's embedding",
                  formula="logits = norm(x) Eᵀ,   share = softmax(logits)",
                  strips=[_strip("last stream", "stream"), _strip("normalised", "last", lead=True)],
                  table={"heads": ["next token", "logit", "share", ""], "rows": rows, "at": 0},
                  words="The same matrix that turned tokens into vectors turns the vector back: the token whose embedding points the same way gets the highest logit. This is the "
                        "prediction at the chosen token.")  # fmt: skip
