"""Lessons and scores of the head that marks answers in a passage."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from playground.networks.minilm import Adapted
from playground.zoo import language
from playground.zoo.recipes.language_lessons import Example, table

HELD_TITLES = 12
AROUND = 110  # passage tokens of one lesson: a stretch around the answer, at a random place in it
TAUGHT = 9_000  # questions of one pass
ASKED = 1_000  # questions of the test


def _rows() -> tuple[Any, Any]:
    """Questions to learn from, and those of the titles held back, each by a fixed draw."""
    rows = table("squad_qa.parquet")
    rows = rows[rows.answers.map(len) > 0]
    squad = rows.source == "squad_v1_dev"
    titles = sorted(rows[squad].title.unique())
    held = {titles[i] for i in np.random.default_rng(0).permutation(len(titles))[:HELD_TITLES]}
    test = rows[squad & rows.title.isin(held)].sample(frac=1, random_state=0)
    return rows[~squad | ~rows.title.isin(held)], test.head(ASKED)


def examples() -> list[list[Example]]:
    """One pass over a draw of the questions, each with a stretch of its passage around the answer."""
    rows = _rows()[0].sample(TAUGHT, random_state=0)
    stream = np.random.default_rng(0)
    asked, told = (language.backbone().encode(each.tolist(), special=False) for each in (rows.question, rows.context))
    found = []
    for question, passage, answers, starts in zip(asked, told, rows.answers, rows.answer_starts, strict=True):
        begin, end = int(starts[0]), int(starts[0]) + len(answers[0])
        inside = [i for i, (a, b) in enumerate(passage.offsets) if a < end and b > begin]
        if not inside or len(inside) > 40:
            continue
        low = max(0, min(inside[0], inside[-1] + 1 - AROUND + int(stream.integers(0, AROUND - len(inside) + 1))))
        low = min(low, max(0, len(passage.ids) - AROUND))
        ids = passage.ids[low : low + AROUND]
        head = [language.CLASSIFY, *question.ids[:48], language.SEPARATE]
        place = len(head) - low
        if inside[-1] - low >= len(ids):
            continue
        found.append(Example([*head, *ids, language.SEPARATE], {"span": [inside[0] + place, inside[-1] + place]}, parts=[*[0] * len(head), *[1] * (len(ids) + 1)]))
    return [found]


def measure(model: Adapted) -> dict[str, float]:
    """Exact match and F1 of the words, the best over the gold answers (Rajpurkar et al. 2016, section 6.1)."""
    import torch

    from playground.zoo.language_spans import best_spans, question_windows

    rows = _rows()[1]
    exact, shared = [], []
    for row in rows.itertuples():
        candidates = []
        for ids, parts, places in question_windows(row.question, row.context):
            with torch.no_grad():
                logits = model(torch.tensor([ids]), None, torch.tensor([parts]))["span"][0].double().numpy()
            candidates += best_spans(logits, places, 16, 1)
        _, begin, end = max(candidates)
        found = row.context[begin:end]
        exact.append(max(normal(found) == normal(each) for each in row.answers))
        shared.append(max(word_f1(normal(found).split(), normal(each).split()) for each in row.answers))
    return {"SQuAD 1.1 dev (held-out titles) exact match": float(np.mean(exact)), "SQuAD 1.1 dev (held-out titles) F1": float(np.mean(shared))}


def normal(text: str) -> str:
    """As SQuAD compares answers: lower case, without punctuation and articles."""
    text = "".join(sign for sign in text.lower() if sign not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def word_f1(found: Sequence[str], gold: Sequence[str]) -> float:
    """F1 of two bags of words."""
    same = sum((Counter(found) & Counter(gold)).values())
    return 2 * same / (len(found) + len(gold)) if same else float(found == gold)
