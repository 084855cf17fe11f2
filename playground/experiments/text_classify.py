"""Texts under classes that were learnt: sentiment and topic."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, integer
from playground.data.texts import clean
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage

MODELS = {"sentiment": "Sentiment: negative or positive", "topic": "Topic of a news article"}
METHODS = {"gradients": "Integrated gradients", "omission": "Leaving each word out", "none": "Nothing"}
SAMPLE = "A slow start, and the songs are forgettable, but the last hour is so honest and so funny that I forgave it everything."


class Classify(Still):
    """A text, the head that judges it, and how its words are weighed."""

    key: ClassVar[str] = "text_classify"
    title: ClassVar[str] = "Classification"
    page: ClassVar[str] = "text"

    model: str = choice("sentiment", MODELS, label="Model", help="Both were trained here on the MiniLM backbone; the card tells how and how well.")
    method: str = choice("gradients", METHODS, label="What is shown on the words",
                         help="Integrated gradients share out the change from a text of unknown words to yours; leaving out measures each word by its absence.")  # fmt: skip
    toward: str = choice("answer", {"answer": "The answer", "second": "The second choice"}, label="Evidence for", help="Which class the words are weighed for.")
    points: int = integer(48, 4, 96, label="Points on the path", help="Where the gradient is taken between unknown words and your text; with more of them the gap closes.")
    text: str = passage(SAMPLE)

    def unused_controls(self) -> tuple[str, ...]:
        return (() if self.method == "gradients" else ("points",)) + (() if self.method != "none" else ("toward",))

    def arguments(self) -> dict[str, Any]:
        """What `classify_one` takes.

        Raises:
            UserError: When there is nothing to read.
        """
        return {"model": self.model, "text": clean(given(self.text))}


def classify(model: str, texts: Sequence[str]) -> dict[str, Any]:
    """Classes of many texts.

    Returns:
        "classes" (words), "shares" (n, classes) float64 summing to 1 in each row, "windows": how many pieces each text was read in.
    """
    from playground.zoo import language_cards, language_heads

    classes = language_cards.language_card(model).classes[model]
    logits, counts = language_heads.pooled_logits(language_heads.load(model), model, [clean(each) for each in texts])
    return {"classes": list(classes), "logits": logits, "shares": softmax(logits), "windows": counts}


def classify_one(model: str, text: str) -> dict[str, Any]:
    """Classes of one text, with the time that it took in milliseconds and the number of its tokens."""
    from playground.zoo import language, language_heads

    language_heads.load(model)  # the time shown is that of the answer, not of the first loading
    started = time.perf_counter()
    found = classify(model, [text])
    taken = 1000 * (time.perf_counter() - started)
    return {"classes": found["classes"], "logits": found["logits"][0], "shares": found["shares"][0], "windows": found["windows"][0], "milliseconds": taken,
            "tokens": len(language.backbone().encode([text], special=False)[0].ids)}  # fmt: skip


def softmax(logits: np.ndarray) -> np.ndarray:
    """Shares along the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def target_class(shares: np.ndarray, toward: str) -> int:
    """The class that words are weighed for."""
    order = np.argsort(shares)[::-1]
    return int(order[1 if toward == "second" else 0])


def lines_of(model: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    """One record a text, as the command line prints them: {"text", "label", "score"}; a text that cannot be read says why."""
    readable: list[int] = []
    found: list[dict[str, Any]] = []
    for i, each in enumerate(texts):
        try:
            clean(each)
            readable.append(i)
            found.append({"text": each, "label": "", "score": 0.0})
        except UserError as error:
            found.append({"text": each[:200], "label": "", "score": 0.0, "problem": str(error)})
    if readable:
        answers = classify(model, [texts[i] for i in readable])
        for i, shares in zip(readable, answers["shares"], strict=True):
            best = int(shares.argmax())
            found[i] |= {"label": answers["classes"][best], "score": float(shares[best])}
    return found


def record(text: str, data: dict[str, Any]) -> dict[str, Any]:
    """What `lines_of` gives for one text, from what `classify_one` found."""
    best = int(data["shares"].argmax())
    return {"text": text, "label": data["classes"][best], "score": float(data["shares"][best])}
