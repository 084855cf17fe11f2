"""The sentences that stand for the others: an extractive summary."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from playground.core.errors import UserError
from playground.core.fields import integer, number
from playground.data import text_samples
from playground.data.texts import clean, sentences
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage

SENTENCES = 400  # of one text


class Summary(Still):
    """A text, how many of its sentences are kept, and how much they may repeat each other."""

    key: ClassVar[str] = "text_summary"
    title: ClassVar[str] = "Summary"
    page: ClassVar[str] = "text"

    count: int = integer(3, 1, 12, label="Sentences kept")
    variety: float = number(0.3, 0.0, 1.0, step=0.05, label="Variety", help="0 takes the most central sentences even if they say the same; 1 only avoids repetition.")
    lead: float = number(0.15, 0.0, 1.0, step=0.05, label="Trust in the beginning",
                         help="News say the most important thing first; novels do not. Added to centrality, falling along the text.")  # fmt: skip
    text: str = passage(text_samples.ARTICLE)

    def arguments(self) -> dict[str, Any]:
        """What `summarize` takes.

        Raises:
            UserError: When there is nothing to read.
        """
        return {"text": clean(given(self.text)), "count": self.count, "variety": self.variety, "lead": self.lead}


def summarize(text: str, count: int, variety: float, lead: float) -> dict[str, Any]:
    """The sentences kept, in the order they were chosen.

    A sentence's centrality is its mean cosine with the others (the degree of Erkan and Radev 2004); sentences are then chosen one
    by one by maximal marginal relevance (Carbonell and Goldstein 1998): (1 − variety) centrality − variety · the greatest cosine
    with one chosen already.

    Returns:
        "sentences": [(begin, end)], "centrality" (n,) scaled to [0, 1], "chosen": rows in the order of choice, "summary": their
        text in the order of the document, "milliseconds".

    Raises:
        UserError: When there are more sentences than can be weighed at once.
    """
    from playground.zoo import language
    from playground.zoo.language_summary import central, choose

    cut = sentences(text)
    if len(cut) > SENTENCES:
        raise UserError(f"This text has {len(cut):,} sentences; at most {SENTENCES} are weighed at once.", "Give one chapter of it.", field="text")
    language.backbone()
    started = time.perf_counter()
    vectors = language.embed([text[a:b] for a, b in cut])
    centrality = central(vectors, lead)
    chosen = choose(vectors, centrality, count, variety)
    return {"sentences": cut, "centrality": centrality, "chosen": chosen, "summary": " ".join(" ".join(text[a:b].split()) for a, b in (cut[i] for i in sorted(chosen))),
            "milliseconds": 1000 * (time.perf_counter() - started)}  # fmt: skip
