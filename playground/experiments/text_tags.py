"""Names and parts of speech: every word of a text with its label."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, number
from playground.data.texts import clean, spans, words
from playground.experiments.stills import Still
from playground.experiments.text_classify import softmax
from playground.experiments.text_settings import given, passage

SHOWN = {"names": "Names", "speech": "Parts of speech"}
ENTITY_WORDS = {"PER": "person", "LOC": "place", "ORG": "organisation"}
SPEECH_WORDS = {"ADJ": "adjective", "ADP": "preposition", "ADV": "adverb", "AUX": "auxiliary", "CCONJ": "and, or, but", "DET": "article, determiner", "INTJ": "interjection",
                "NOUN": "noun", "NUM": "number", "PART": "particle", "PRON": "pronoun", "PROPN": "proper name", "PUNCT": "punctuation", "SCONJ": "that, if, because",
                "SYM": "symbol", "VERB": "verb", "X": "other"}  # fmt: skip
SAMPLE = "In 1833 Ada Lovelace met Charles Babbage in London; a century later the University of Cambridge and IBM built machines like the one they had imagined."


class Tags(Still):
    """A text and which of its labels are shown."""

    key: ClassVar[str] = "text_tags"
    title: ClassVar[str] = "Names and parts of speech"
    page: ClassVar[str] = "text"

    show: str = choice("names", SHOWN, label="Show", help="One pass over the text gives both: two heads read the same tokens.")
    least: float = number(0.0, 0.0, 0.99, step=0.01, label="Leave out below", help="Names that the model gives less than this share are not marked.")
    text: str = passage(SAMPLE)

    def unused_controls(self) -> tuple[str, ...]:
        return () if self.show == "names" else ("least",)

    def arguments(self) -> dict[str, Any]:
        """What `tag_one` takes.

        Raises:
            UserError: When there is nothing to read.
        """
        return {"text": clean(given(self.text))}


def tag(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Words of each text with their labels.

    Returns:
        For each text "words": [(begin, end)], "speech" and "speech_share" of each word, and "names":
        [{"begin", "end", "kind", "share", "text"}].
    """
    from playground.zoo import language_cards, language_heads

    card = language_cards.language_card("tags")
    texts = [clean(each) for each in texts]
    places = [words(each) for each in texts]
    logits = language_heads.token_logits(language_heads.load("tags"), [[text[a:b] for a, b in cut] for text, cut in zip(texts, places, strict=True)])
    return [_one(text, cut, each, card.classes) for text, cut, each in zip(texts, places, logits, strict=True)]


def _one(text: str, cut: list[tuple[int, int]], logits: dict[str, np.ndarray], classes: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    speech, names = softmax(logits["pos"]), softmax(logits["ner"])
    labels = [classes["ner"][i] for i in names.argmax(1)] if len(cut) else []
    found = []
    for first, last, kind in spans(labels):
        share = float(np.mean([names[i, classes["ner"].index(labels[i])] for i in range(first, last)]))
        begin, end = cut[first][0], cut[last - 1][1]
        found.append({"begin": begin, "end": end, "kind": kind, "share": share, "text": text[begin:end]})
    return {"words": cut, "speech": [classes["pos"][i] for i in speech.argmax(1)] if len(cut) else [], "speech_share": speech.max(1).tolist() if len(cut) else [],
            "names": found}  # fmt: skip


def tag_one(text: str) -> dict[str, Any]:
    """Labels of one text, with the time that it took in milliseconds."""
    from playground.zoo import language_heads

    language_heads.load("tags")
    started = time.perf_counter()
    found = tag([text])[0]
    return {**found, "milliseconds": 1000 * (time.perf_counter() - started)}


def lines_of(texts: Sequence[str]) -> list[dict[str, Any]]:
    """One record a text, as the command line prints them; a text that cannot be read says why."""
    found: list[dict[str, Any]] = []
    readable: list[int] = []
    for i, each in enumerate(texts):
        try:
            found.append({"text": clean(each), "names": [], "words": []})
            readable.append(i)
        except UserError as error:
            found.append({"text": each[:200], "names": [], "words": [], "problem": str(error)})
    if readable:
        for i, data in zip(readable, tag([texts[i] for i in readable]), strict=True):
            found[i] = record(found[i]["text"], data)
    return found


def record(text: str, data: dict[str, Any]) -> dict[str, Any]:
    """Names and words of one text, as plain values."""
    return {"text": text, "names": [{**each, "kind": ENTITY_WORDS[each["kind"]]} for each in data["names"]],
            "words": [{"text": text[a:b], "tag": tag} for (a, b), tag in zip(data["words"], data["speech"], strict=True)]}  # fmt: skip
