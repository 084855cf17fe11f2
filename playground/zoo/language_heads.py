"""Bundled language heads on the backbone, ready to answer; loaded once a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import lasting, torch
from playground.zoo import language, language_cards

if TYPE_CHECKING:
    from playground.networks.minilm import Adapted


def build(arrays: Mapping[str, np.ndarray], about: Any) -> Adapted:
    """The encoder with a task's changes merged into it, and its heads, float32.

    Args:
        arrays: From `Adapted.learnt`, of any float type.
        about: A card or a recipe: `classes`, `first`, `rank`, `pooled`, `spelled`.
    """
    from playground.networks.minilm import Adapted, merge

    heads = {name: len(classes) for name, classes in about.classes.items()}
    with torch.random.fork_rng(devices=[]):  # the weights drawn here are overwritten at once
        model = Adapted(language.fresh(), heads, first=about.first, rank=about.rank, pooled=about.pooled, spelled=about.spelled)
    missing, unexpected = model.load_state_dict({name: torch.from_numpy(np.array(value, np.float32)) for name, value in arrays.items()}, strict=False)
    if unexpected or any(name in model.learnt() for name in missing):
        raise ValueError(f"weights do not fit: missing {missing[:3]}, unexpected {unexpected[:3]}")
    return merge(model).requires_grad_(False).eval()


@lru_cache(6)
@lasting
def load(name: str) -> Adapted:
    """The bundled head `name`.

    Raises:
        UserError: When there is no such head, or no backbone.
    """
    return build(arrays(name), language_cards.language_card(name))


def arrays(name: str) -> dict[str, np.ndarray]:
    """What the bundled head has learnt, as it is kept.

    Raises:
        UserError: When there is no such head.
    """
    from safetensors.numpy import load_file

    return load_file(language_cards.FOLDER / f"{language_cards.language_card(name).name}.safetensors")


def pooled_logits(model: Adapted, head: str, texts: Sequence[str]) -> tuple[np.ndarray, list[int]]:
    """Logits (n, classes) of a head that reads the mean over the tokens, and the number of windows of each text.

    A text of several windows has the mean of their logits, weighted by their tokens.
    """
    rows, owners = language.pieces(texts)
    found = np.zeros((len(texts), model.heads[head].out_features))
    weights = np.zeros(len(texts))
    for batch in language.batches([len(row) for row in rows]):
        ids, mask = language.padded([rows[i] for i in batch])
        with torch.no_grad():
            logits = model(ids, mask)[head].numpy()
        for i, row in zip(batch, logits, strict=True):
            found[owners[i]] += row * len(rows[i])
            weights[owners[i]] += len(rows[i])
    return found / weights[:, None], np.bincount(owners, minlength=len(texts)).tolist()


def token_logits(model: Adapted, words: Sequence[Sequence[str]]) -> list[dict[str, np.ndarray]]:
    """Logits (words, classes) of every head that reads tokens, for texts given as words; each word is read at its first token."""
    found: list[dict[str, np.ndarray]] = [{name: np.zeros((len(each), head.out_features)) for name, head in model.heads.items()} for each in words]
    rows = [row for number, each in enumerate(words) for row in _windows(number, each)]
    for batch in language.batches([len(row.ids) for row in rows]):
        ids, mask = language.padded([rows[i].ids for i in batch])
        spelling = torch.tensor([[*rows[i].spelling, *[0] * (ids.shape[1] - len(rows[i].ids))] for i in batch]) if model.spelling is not None else None
        with torch.no_grad():
            logits = {name: value.numpy() for name, value in model(ids, mask, None, spelling).items()}
        for place, i in enumerate(batch):
            for name, value in logits.items():
                for token, word in rows[i].firsts:
                    found[rows[i].number][name][word] = value[place, token]
    return found


class Row:
    """One window of a text: its tokens, their words' spelling, and (token, word) of each word that is read here."""

    def __init__(self, number: int, ids: list[int], spelling: list[int], firsts: list[tuple[int, int]]):
        self.number, self.ids, self.spelling, self.firsts = number, ids, spelling, firsts


def tokens_of(words: Sequence[str]) -> list[list[int]]:
    """Token numbers of each word; a word the tokenizer makes nothing of becomes [UNK]."""
    return [encoding.ids or [100] for encoding in language.backbone().encode(list(words), special=False)] if words else []


def _windows(number: int, words: Sequence[str], overlap: int = 24) -> list[Row]:
    """Windows that overlap: a word is read where it has the more neighbours."""
    from playground.data.texts import spelling

    pieces = tokens_of(words)
    rows: list[Row] = []
    begin, read = 0, 0
    while begin < len(words) or not rows:
        ids, shapes, places, end = [language.CLASSIFY], [0], [], begin
        while end < len(words) and len(ids) + min(len(pieces[end]), 50) < language.WINDOW:
            places.append((len(ids), end))
            ids += pieces[end][:50]
            shapes += [spelling(words[end])] * min(len(pieces[end]), 50)
            end += 1
        last = end == len(words)
        until = end if last else end - overlap // 2
        rows.append(Row(number, [*ids, language.SEPARATE], [*shapes, 0], [each for each in places if read <= each[1] < until]))
        read = until
        begin = len(words) if last else max(end - overlap, begin + 1)
    return rows
