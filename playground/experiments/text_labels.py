"""Classes by their description alone: a text goes to the label whose words lie nearest."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import number
from playground.core.fields import text as written
from playground.core.limits import TEXT_LABELS
from playground.data.texts import clean
from playground.experiments.stills import Still
from playground.experiments.text_classify import softmax
from playground.experiments.text_settings import given, passage

PLACE = "{}"


class OwnLabels(Still):
    """A text, labels, the sentence that they are put into, and how sharply similarity becomes a share."""

    key: ClassVar[str] = "text_labels"
    title: ClassVar[str] = "Zero-shot classification"
    page: ClassVar[str] = "text"

    labels: str = written("astronomy, cooking, football, banking, health", max_length=600, group="hidden", label="Labels, separated by commas")
    template: str = written("This text is about {}.", max_length=120, group="hidden", label="Sentence around each label")
    temperature: float = number(0.07, 0.01, 0.5, step=0.01, label="Temperature", help="Similarities are divided by this before softmax: low is decided, high is even-handed.")
    text: str = passage("The keeper saved the first penalty, but nobody could stop the second one in extra time.")

    def arguments(self) -> dict[str, Any]:
        """What `label_texts` takes.

        Raises:
            UserError: When labels, sentence or text make no sense.
        """
        return {"texts": [clean(given(self.text))], "labels": labels_of(self.labels), "template": self.template, "temperature": self.temperature}


def labels_of(written: str) -> list[str]:
    """The labels in a list written with commas or line ends.

    Raises:
        UserError: For fewer than two, more than TEXT_LABELS, or one that stands twice.
    """
    found = [" ".join(each.split()) for each in written.replace("\n", ",").replace(";", ",").split(",") if each.strip()]
    if len(found) < 2:
        raise UserError(f"A choice needs at least two labels, got {len(found)}.", "Separate them by commas.", field="labels")
    if len(found) > TEXT_LABELS:
        raise UserError(f"At most {TEXT_LABELS} labels can be told apart at once, got {len(found)}.", field="labels")
    twice = next((each for i, each in enumerate(found) if each.lower() in (one.lower() for one in found[:i])), None)
    if twice:
        raise UserError(f"The label “{twice}” stands twice.", field="labels")
    return found


def label_texts(texts: Sequence[str], labels: Sequence[str], template: str, temperature: float) -> dict[str, Any]:
    """Labels of texts by the cosine between a text and the sentence that describes each label.

    Returns:
        "sentences" of the labels; "similarities" and "shares" (n, labels); "milliseconds".

    Raises:
        UserError: When the template has no place for the label.
    """
    from playground.zoo import language

    if template.count(PLACE) != 1:
        raise UserError(f"The sentence around a label must contain {PLACE} once, where the label goes; got {template[:60]!r}.", field="template")
    language.backbone()
    started = time.perf_counter()
    described = [template.replace(PLACE, each) for each in labels]
    vectors = language.embed([*described, *[clean(each) for each in texts]]).astype(np.float64)
    similarities = vectors[len(labels) :] @ vectors[: len(labels)].T
    return {"sentences": described, "similarities": similarities, "shares": softmax(similarities / temperature), "milliseconds": 1000 * (time.perf_counter() - started)}


def lines_of(texts: Sequence[str], labels: Sequence[str], template: str, temperature: float) -> list[dict[str, Any]]:
    """One record a text, as the command line prints them; a text that cannot be read says why."""
    found: list[dict[str, Any]] = [{"text": each, "label": "", "score": 0.0} for each in texts]
    readable = []
    for i, each in enumerate(texts):
        try:
            clean(each)
            readable.append(i)
        except UserError as error:
            found[i] |= {"text": each[:200], "problem": str(error)}
    if readable:
        shares = label_texts([texts[i] for i in readable], labels, template, temperature)["shares"]
        for i, row in zip(readable, shares, strict=True):
            found[i] |= {"label": labels[int(row.argmax())], "score": float(row.max())}
    return found
