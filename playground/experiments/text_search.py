"""Search by meaning: the passages of a document that lie nearest to a question."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, integer
from playground.core.fields import text as written
from playground.core.glossary import GLOSSARY
from playground.core.limits import TEXT_PASSAGES
from playground.data import shelf
from playground.data.texts import clean, sentences
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage

LIBRARIES = {"glossary": "This playground's glossary", "own": "Your text or file"}
RANKINGS = {"meaning": "Meaning", "words": "Shared words"}


class Search(Still):
    """A document, a question, and how passages are ranked."""

    key: ClassVar[str] = "text_search"
    title: ClassVar[str] = "Semantic search"
    page: ClassVar[str] = "text"

    library: str = choice("glossary", LIBRARIES, label="Search in")
    ranking: str = choice("meaning", RANKINGS, label="Rank by", help="Meaning compares embeddings; shared words counts them as search engines did (BM25). See where each wins.")
    count: int = integer(5, 1, 20, label="Passages shown")
    length: int = integer(2, 1, 8, label="Sentences in a passage", help="Short passages are precise, long ones keep their context.")
    query: str = written("words as vectors", max_length=400, group="hidden", label="Question")
    text: str = passage("", "Your text")
    file: str = written("", max_length=16, group="hidden", label="Uploaded file")

    def unused_controls(self) -> tuple[str, ...]:
        return ("length",) if self.library == "glossary" or self.file else ()

    def passages(self) -> list[str]:
        """What is searched.

        Raises:
            UserError: When there is nothing, or too much.
        """
        if self.library == "glossary":
            return [f"{term}: {meaning}" for term, meaning in GLOSSARY.items()]
        found = lines_kept(self.file) if self.file else passages_of(clean(given(self.text)), self.length)
        if len(found) > TEXT_PASSAGES:
            raise UserError(f"This is {len(found):,} passages; at most {TEXT_PASSAGES:,} are searched at once.", "Use longer passages or a shorter document.", field="text")
        return found


def passages_of(document: str, length: int) -> list[str]:
    """The document in passages of `length` sentences; white space inside is one blank."""
    cut = sentences(document)
    return [" ".join(document[cut[i][0] : cut[min(i + length, len(cut)) - 1][1]].split()) for i in range(0, len(cut), length)]


def keep_lines(lines: Sequence[str]) -> str:
    """Put lines of an uploaded file on the shelf; returns their digest."""
    return shelf.put({"text": np.frombuffer("\n".join(" ".join(each.split()) for each in lines).encode("utf-8", "surrogatepass"), np.uint8)}, {"kind": "lines"})


def lines_kept(digest: str) -> list[str]:
    """Lines by digest.

    Raises:
        UserError: When they are not on this machine.
    """
    arrays, about = shelf.get(digest)
    if about.get("kind") not in ("lines", "text"):
        raise UserError("What this link names is no text.", "Upload the file again.")
    return [each for each in arrays["text"].tobytes().decode("utf-8", "replace").split("\n") if each.strip()]


def search(passages: Sequence[str], query: str, ranking: str) -> dict[str, Any]:
    """Passages by nearness to the query.

    Args:
        ranking: "meaning" (cosine of embeddings) or "words" (BM25: Robertson and Zaragoza 2009, eq. 3.15; k1 1.2, b 0.75).

    Returns:
        "scores" (n,) of the ranking, "cosines" and "bm25" (n,), "order": rows from the best down, "milliseconds" of the query alone.
    """
    from playground.zoo import language

    query = clean(query, "The question", 400)
    vectors = embedded(tuple(passages))
    started = time.perf_counter()
    cosines = vectors @ language.embed([query])[0]
    counted = bm25(passages, query)
    scores = cosines if ranking == "meaning" else counted
    return {"scores": scores, "cosines": cosines, "bm25": counted, "order": np.argsort(-scores, kind="stable"), "milliseconds": 1000 * (time.perf_counter() - started)}


_kept: dict[tuple[str, ...], np.ndarray] = {}  # embeddings of the last documents, so that a new question costs one sentence


def embedded(passages: tuple[str, ...]) -> np.ndarray:
    """Embeddings of a document's passages, those of the last few documents from memory."""
    from playground.zoo import language

    if passages not in _kept:
        while len(_kept) >= 4:
            _kept.pop(next(iter(_kept)))
        _kept[passages] = language.embed(passages)
    return _kept[passages]


def bm25(passages: Sequence[str], query: str, k1: float = 1.2, b: float = 0.75) -> np.ndarray:
    """Scores (n,) float64 by the words that passage and query share, rare ones counting more."""
    from playground.data.texts import words

    def bag(text: str) -> list[str]:
        return [text[i:j].lower() for i, j in words(text) if text[i:j][0].isalnum()]

    bags = [bag(each) for each in passages]
    lengths = np.array([len(each) for each in bags], float)
    found = np.zeros(len(bags))
    for word in set(bag(query)):
        counts = np.array([each.count(word) for each in bags], float)
        known = int((counts > 0).sum())
        rare = np.log(1 + (len(bags) - known + 0.5) / (known + 0.5))
        found += rare * counts * (k1 + 1) / (counts + k1 * (1 - b + b * lengths / max(lengths.mean(), 1)))
    return found
