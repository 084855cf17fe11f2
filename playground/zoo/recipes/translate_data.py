"""What translate-en-fr learns from: pairs of everyday sentences, cleaned, split by what they say, as token numbers in batches of one length."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.zoo.recipes.language_lessons import table
from playground.zoo.recipes.stories_data import make_tokenizer
from playground.zoo.translate import MOST, plain

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FILE = "eng_fra.parquet"
TEST, VALID, SEED = 2000, 1000, 7
Pair = tuple[str, str]


@dataclass(frozen=True)
class Split:
    """Pairs (English, French); of each held-out English sentence one pair, with all its known translations in `references`."""

    train: list[Pair]
    valid: list[Pair]
    test: list[Pair]
    references: list[list[str]]


def bare(text: str) -> str:
    """Letters and digits in small print: sentences that differ in nothing else count as one."""
    return " ".join(re.findall(r"\w+", text.lower()))


def split() -> Split:
    """All pairs, cleaned. No English and no French sentence of the held-out parts is left among those to learn from, whatever its case and punctuation."""
    rows = table(FILE)
    pairs = list(dict.fromkeys((plain(en), plain(fr)) for en, fr in zip(rows.en, rows.fr, strict=True)))
    known: dict[str, list[Pair]] = {}
    for pair in pairs:
        known.setdefault(bare(pair[0]), []).append(pair)
    names = sorted(known)
    stream = np.random.default_rng(SEED)
    drawn = [names[i] for i in stream.permutation(len(names))[: TEST + VALID]]
    held = [known[name][int(stream.integers(len(known[name])))] for name in drawn]
    english, french = set(drawn), {bare(fr) for name in drawn for _, fr in known[name]}
    train = [pair for pair in pairs if bare(pair[0]) not in english and bare(pair[1]) not in french]
    references = [[fr for _, fr in known[name] if fr != pair[1]] for name, pair in zip(drawn[:TEST], held, strict=False)]
    return Split(train, held[TEST:], held[:TEST], [[pair[1], *others] for pair, others in zip(held, references, strict=False)])


def tokenizer(train: list[Pair]) -> Tokenizer:
    """One tokenizer for both languages, learnt from what is learnt from."""
    return make_tokenizer(f" {text}" for pair in train for text in pair)


@dataclass(frozen=True)
class Lessons:
    """Token numbers of the pairs, sorted by the lengths of source and translation.

    Attributes:
        source: One row a pair, filled with 0 behind its end.
        target: Likewise; each begins and ends with 0.
        lengths: (n, 2), without what is filled, with both ends.
        groups: (g, 2) first pair and the one after the last: sources of one length, at most so many tokens to write.
    """

    source: np.ndarray
    target: np.ndarray
    lengths: np.ndarray
    groups: np.ndarray


def lessons(made: Tokenizer, pairs: list[Pair], tokens: int) -> Lessons:
    """Pairs as token numbers, without those longer than the model reads; `tokens` is the most that a group writes."""
    rows = [made.encode_batch([f" {pair[side]}" for pair in pairs]) for side in (0, 1)]
    kept = [(a.ids, [0, *b.ids, 0]) for a, b in zip(*rows, strict=True) if 0 < len(a.ids) <= MOST and 0 < len(b.ids) <= MOST]
    kept.sort(key=lambda pair: (len(pair[0]), len(pair[1])))
    lengths = np.array([[len(a), len(b)] for a, b in kept])
    arrays = [np.zeros((len(kept), lengths[:, side].max()), np.int16) for side in (0, 1)]
    for i, pair in enumerate(kept):
        for side in (0, 1):
            arrays[side][i, : len(pair[side])] = pair[side]
    groups, first = [], 0
    for i in range(1, len(kept) + 1):
        full = i == len(kept) or lengths[i, 0] != lengths[first, 0] or (i + 1 - first) * (lengths[i, 1] - 1) > tokens
        if full:
            groups.append((first, i))
            first = i
    return Lessons(*arrays, lengths, np.array(groups))


def order(lessons: Lessons, seed: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(pairs, groups) in the order of one pass: pairs change places with those of the same lengths, groups come in any order."""
    stream = np.random.default_rng(seed)
    luck = stream.permutation(len(lessons.lengths))
    return np.lexsort((luck, lessons.lengths[:, 1], lessons.lengths[:, 0])), stream.permutation(len(lessons.groups))
