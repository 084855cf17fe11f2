"""A question and a passage as the answering head reads them, and the stretches that its logits point to."""

from __future__ import annotations

import numpy as np

from playground.zoo import language

STRIDE = 96  # tokens by which windows of a long passage overlap


def question_windows(question: str, text: str) -> list[tuple[list[int], list[int], list[tuple[int, int] | None]]]:
    """Token numbers, their parts (0 question, 1 passage) and each token's place in the passage, window by window."""
    asked, told = language.backbone().encode([question, text], special=False)
    head = [language.CLASSIFY, *asked.ids[:64], language.SEPARATE]
    room = language.WINDOW - len(head) - 1
    found = []
    for start in range(0, max(1, len(told.ids) - STRIDE), room - STRIDE):
        ids = told.ids[start : start + room]
        places = [tuple(each) for each in told.offsets[start : start + room]]
        found.append(([*head, *ids, language.SEPARATE], [*[0] * len(head), *[1] * (len(ids) + 1)], [*[None] * len(head), *places, None]))
        if start + room >= len(told.ids):
            break
    return found


def best_spans(logits: np.ndarray, places: list[tuple[int, int] | None], longest: int, count: int) -> list[tuple[float, int, int]]:
    """The likeliest (score, begin, end) in the passage: begin's logit plus end's, end not before begin."""
    inside = [i for i, each in enumerate(places) if each is not None]
    found = [(float(logits[i, 0] + logits[j, 1]), places[i][0], places[j][1]) for i in inside for j in range(i, min(i + longest, inside[-1] + 1))]  # type: ignore[index]
    return sorted(found, reverse=True)[:count]


def none_score(logits: np.ndarray) -> float:
    """The score of a window for "the answer is not here": both ends at its first token, [CLS], as Devlin et al. 2019 (section 4.3) do it."""
    return float(logits[0].sum())
