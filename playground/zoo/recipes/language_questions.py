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
ELSEWHERE = 0.12  # of the lessons show a stretch of the passage without the answer, if it is long enough: most windows of a long text are like that
ASKED = 1_000  # questions of the test that have an answer
UNANSWERED = 600  # and of those that have none
NONE = 0  # the token that both ends point to when there is no answer: [CLS]


def _rows() -> tuple[Any, Any, Any]:
    """Questions to learn from; those of the titles held back, each by a fixed draw: with an answer, and without."""
    rows = table("squad_qa.parquet")
    squad = rows.source == "squad_v1_dev"
    titles = sorted(rows[squad].title.unique())
    held = rows.title.isin([titles[i] for i in np.random.default_rng(0).permutation(len(titles))[:HELD_TITLES]]) & rows.source.str.startswith("squad_v")
    test, none = (rows[held & each].sample(frac=1, random_state=0) for each in (squad, ~squad))
    return rows[~held], test.head(ASKED), none.head(UNANSWERED)


def examples() -> list[list[Example]]:
    """One pass over the questions, each with a stretch of its passage around the answer; without one where there is none."""
    rows = _rows()[0]
    stream = np.random.default_rng(0)
    asked, told = (language.backbone().encode(each.tolist(), special=False) for each in (rows.question, rows.context))
    found = []
    for question, passage, answers, starts in zip(asked, told, rows.answers, rows.answer_starts, strict=True):
        head = [language.CLASSIFY, *question.ids[:48], language.SEPARATE]
        count = len(passage.ids)
        low, marked = int(stream.integers(0, max(1, count - AROUND + 1))), [NONE, NONE]
        if len(answers):
            begin, end = int(starts[0]), int(starts[0]) + len(answers[0])
            inside = [i for i, (a, b) in enumerate(passage.offsets) if a < end and b > begin]
            if not inside or len(inside) > 40:
                continue
            beside = [each for each in range(max(1, count - AROUND + 1)) if each > inside[-1] or each + AROUND <= inside[0]]
            if beside and stream.random() < ELSEWHERE:
                low = beside[int(stream.integers(len(beside)))]
            else:
                low = max(0, min(inside[0], inside[-1] + 1 - AROUND + int(stream.integers(0, AROUND - len(inside) + 1)), count - AROUND))
                marked = [inside[0] - low + len(head), inside[-1] - low + len(head)]
        ids = passage.ids[low : low + AROUND]
        found.append(Example([*head, *ids, language.SEPARATE], {"span": marked}, parts=[*[0] * len(head), *[1] * (len(ids) + 1)]))
    return [found]


def measure(model: Adapted) -> dict[str, float]:
    """Exact match and F1 of the words, the best over the gold answers (Rajpurkar et al. 2016, section 6.1), of questions that have one;
    and how often it is right that there is one, or none, questions of both kinds counting the same."""
    _, test, none = _rows()
    exact, shared, kept = [], [], []
    for row in test.itertuples():
        found, sure = _answered(model, row.question, row.context)
        exact.append(max(normal(found) == normal(each) for each in row.answers))
        shared.append(max(word_f1(normal(found).split(), normal(each).split()) for each in row.answers))
        kept.append(sure > 0)
    refused = [_answered(model, row.question, row.context)[1] <= 0 for row in none.itertuples()]
    return {"SQuAD 1.1 dev (held-out titles) exact match": float(np.mean(exact)), "SQuAD 1.1 dev (held-out titles) F1": float(np.mean(shared)),
            "SQuAD 2.0 dev (held-out titles) answer or none, balanced accuracy": float((np.mean(kept) + np.mean(refused)) / 2)}  # fmt: skip


def _answered(model: Adapted, question: str, context: str) -> tuple[str, float]:
    """The likeliest stretch, and by how much it is likelier than that there is no answer, in nats."""
    import torch

    from playground.zoo.language_spans import best_spans, none_score, question_windows

    candidates, none = [], []
    for ids, parts, places in question_windows(question, context):
        with torch.no_grad():
            logits = model(torch.tensor([ids]), None, torch.tensor([parts]))["span"][0].double().numpy()
        candidates += best_spans(logits, places, 16, 1)
        none.append(none_score(logits))
    score, begin, end = max(candidates)
    return context[begin:end], score - min(none)


def normal(text: str) -> str:
    """As SQuAD compares answers: lower case, without punctuation and articles."""
    text = "".join(sign for sign in text.lower() if sign not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def word_f1(found: Sequence[str], gold: Sequence[str]) -> float:
    """F1 of two bags of words."""
    same = sum((Counter(found) & Counter(gold)).values())
    return 2 * same / (len(found) + len(gold)) if same else float(found == gold)
