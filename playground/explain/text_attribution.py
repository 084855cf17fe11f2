"""How much each token of a text contributes to an answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch

MOST = 160  # tokens of the window that is weighed
PASS_TOKENS = 2048


def weigh(model: str, text: str, target: int, method: str, points: int) -> dict[str, Any]:
    """Contributions of the tokens to the logit of class `target` over the mean of the other classes' logits.

    Integrated gradients (Sundararajan et al. 2017, eq. 1) along the straight line from a text of unknown words, the integral by
    Gauss and Legendre's points; or by leaving out: how far the margin falls when a word's tokens are replaced by [UNK].

    Returns:
        "tokens": (begin, end) of each in the text; "weights" (tokens,); "margin" of the text and "blank" of the baseline; "gap":
        what the weights miss of their difference (0 would be exact; only for gradients); "cut": whether only the text's
        beginning was weighed.
    """
    from playground.zoo import language, language_heads

    judge, known = language_heads.load(model), language.backbone()
    encoding = known.encode([text], special=False)[0]
    if not encoding.ids:
        raise UserError("There is no word in this text that the model knows how to read.")
    ids = torch.tensor([[language.CLASSIFY, *encoding.ids[:MOST], language.SEPARATE]])
    contrast = -torch.ones(judge.heads[model].out_features) / (judge.heads[model].out_features - 1)
    contrast[target] = 1.0
    found = _gradients(judge, model, ids, contrast, points) if method == "gradients" else _omissions(judge, model, ids, contrast, encoding.word_ids[:MOST])
    return {"tokens": [tuple(each) for each in encoding.offsets[:MOST]], "words": list(encoding.word_ids[:MOST]), "cut": len(encoding.ids) > MOST, **found}


def _margin(judge: Any, head: str, ids: Any, contrast: Any, words: Any = None) -> Any:
    encoder = judge.encoder
    hidden = encoder(encoder.embed(ids, words=words), None, 0, judge.first)
    return judge.heads[head](judge.upper(hidden, None)) @ contrast


def _gradients(judge: Any, head: str, ids: Any, contrast: Any, points: int) -> dict[str, Any]:
    real = judge.encoder.words(ids).detach()
    blank = judge.encoder.words(torch.full_like(ids, blank_token())).detach()
    blank[:, [0, -1]] = real[:, [0, -1]]  # [CLS] and [SEP] stay: the blank text is a text
    places, shares = np.polynomial.legendre.leggauss(points)
    places, shares = (places + 1) / 2, shares / 2
    total = torch.zeros_like(real[0])
    step = max(1, PASS_TOKENS // ids.shape[1])
    for start in range(0, points, step):
        along = torch.tensor(places[start : start + step], dtype=torch.float32)[:, None, None]
        path = (blank + along * (real - blank)).requires_grad_(True)
        margin = _margin(judge, head, ids.expand(len(along), -1), contrast, path)
        (slope,) = torch.autograd.grad(margin.sum(), path)
        total += (slope * torch.tensor(shares[start : start + step], dtype=torch.float32)[:, None, None]).sum(0)
    with torch.no_grad():
        ends = _margin(judge, head, ids.expand(2, -1), contrast, torch.cat([real, blank]))
    weights = ((real - blank)[0] * total).sum(-1).double().numpy()
    margin, base = ends.double().tolist()
    return {"weights": weights[1:-1], "margin": margin, "blank": base, "gap": margin - base - float(weights.sum())}


def blank_token() -> int:
    """[UNK], the token of a word that is not known. Of [PAD], [MASK], the zero and the mean vector, the way from it is the smoothest, and what is
    found agrees best with leaving words out (sentences of SST-2's development part)."""
    from playground.zoo import language

    return int(language.backbone().tokenizer.token_to_id("[UNK]"))


def _omissions(judge: Any, head: str, ids: Any, contrast: Any, words: list[int]) -> dict[str, Any]:
    """Each word's tokens get the word's whole effect, shared evenly."""
    distinct = sorted(set(words))
    rows = ids.repeat(len(distinct) + 1, 1)
    for row, word in enumerate(distinct, 1):
        rows[row, [i + 1 for i, each in enumerate(words) if each == word]] = blank_token()
    step = max(1, PASS_TOKENS // ids.shape[1])
    with torch.no_grad():
        margins = torch.cat([_margin(judge, head, rows[start : start + step], contrast) for start in range(0, len(rows), step)]).double().numpy()
    effect = {word: (margins[0] - margins[row]) / words.count(word) for row, word in enumerate(distinct, 1)}
    return {"weights": np.array([effect[each] for each in words]), "margin": float(margins[0]), "blank": None, "gap": None}
