"""Questions answered from a text: the sentence that lies nearest, and in it the words that answer."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np

from playground.core.fields import integer
from playground.core.fields import text as written
from playground.core.lazy import torch
from playground.data import text_samples
from playground.data.texts import clean, sentences
from playground.experiments.stills import Still
from playground.experiments.text_classify import softmax
from playground.experiments.text_settings import given, passage


class Answer(Still):
    """A passage and a question about it."""

    key: ClassVar[str] = "text_answer"
    title: ClassVar[str] = "Question answering"
    page: ClassVar[str] = "text"

    question: str = written("How deep can puffins dive?", max_length=300, group="hidden", label="Question")
    longest: int = integer(16, 1, 60, label="Longest answer", unit="tokens", help="Longer stretches are not considered.")
    text: str = passage(text_samples.PASSAGE, "Passage")

    def arguments(self) -> dict[str, Any]:
        """What `answer` takes.

        Raises:
            UserError: When question or passage is empty.
        """
        return {"text": clean(given(self.text), "The passage"), "question": clean(self.question, "The question", 300), "longest": self.longest}


def bundled() -> bool:
    """Whether the head that marks answers is bundled; without it the nearest sentence is the answer."""
    from playground.zoo import language_cards

    return "qa" in language_cards.language_cards()


def knows_none() -> bool:
    """Whether the bundled head was taught, and measured, to say that a passage does not tell."""
    from playground.zoo import language_cards

    return bundled() and any("or none" in name for name in language_cards.language_card("qa").scores)


def answer(text: str, question: str, longest: int = 16, count: int = 4) -> dict[str, Any]:
    """Where the passage answers the question.

    Returns:
        "sentences": [(begin, end)] with "nearness" (n,), the cosine of each with the question; "answers": the likeliest stretches as
        [{"begin", "end", "text", "score"}], best first, empty without the head; "none": whether the head says that the passage does not
        tell, None when it was not taught to; "milliseconds", "windows".
    """
    from playground.zoo import language

    cut = sentences(text)
    language.backbone()
    if bundled():
        from playground.zoo import language_heads

        language_heads.load("qa")
    started = time.perf_counter()
    vectors = language.embed([question, *[text[a:b] for a, b in cut]]).astype(np.float64)
    found, sure, windows = _spans(text, question, longest, count) if bundled() else ([], 0.0, 1)
    return {"sentences": cut, "nearness": vectors[1:] @ vectors[0], "answers": found, "none": sure <= 0 if knows_none() else None, "windows": windows,
            "milliseconds": 1000 * (time.perf_counter() - started)}  # fmt: skip


def _spans(text: str, question: str, longest: int, count: int) -> tuple[list[dict[str, Any]], float, int]:
    """The likeliest stretches, by how much the first is likelier than none at all (in nats), and the number of windows."""
    from playground.zoo import language, language_heads
    from playground.zoo.language_spans import best_spans, none_score, question_windows

    model, rows = language_heads.load("qa"), question_windows(question, text)
    candidates: list[tuple[float, int, int]] = []
    none: list[float] = []
    for batch in language.batches([len(ids) for ids, _, _ in rows]):
        ids, mask = language.padded([rows[i][0] for i in batch])
        parts = torch.tensor([[*rows[i][1], *[0] * (ids.shape[1] - len(rows[i][1]))] for i in batch])
        with torch.no_grad():
            logits = model(ids, mask, parts)["span"].double().numpy()
        for place, i in enumerate(batch):
            candidates += best_spans(logits[place], rows[i][2], longest, 4 * count)
            none.append(none_score(logits[place]))
    candidates.sort(reverse=True)
    chosen: list[tuple[float, int, int]] = []
    for score, begin, end in candidates:
        if len(chosen) < count and all(end <= b or begin >= e for _, b, e in chosen):
            chosen.append((score, begin, end))
    sure = chosen[0][0] - min(none) if chosen else float("-inf")
    shares = softmax(np.array([score for score, _, _ in chosen])) if chosen else []
    return [{"begin": b, "end": e, "text": text[b:e], "score": float(share)} for (_, b, e), share in zip(chosen, shares, strict=True)], sure, len(rows)
