"""“Try this” on the text screen: each item ticks itself from the settings and what was computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Data = Mapping[str, Any]
Items = list[tuple[str, str, bool]]


def classify(view: Any, data: Data, weights: Data | None) -> Items:
    own = view.text != type(view).model_fields["text"].default
    unsure = view.model == "sentiment" and 0.35 < float(data["shares"][0]) < 0.65
    return [
        ("text.unsure", "Write a review that leaves the network undecided (both shares between 35 % and 65 %).", own and unsure),
        ("text.against", "Look at the evidence for the second choice.", view.toward == "second" and view.method != "none"),
        ("text.gap", "Take so few points on the path that the sum misses the exact one by more than 0.3 (see The maths).",
         bool(weights and weights["gap"] is not None and abs(weights["gap"]) > 0.3)),
    ]


def tags(view: Any, data: Data) -> Items:
    kinds, own = {each["kind"] for each in data["names"]}, view.text != type(view).model_fields["text"].default
    return [
        ("text.kinds", "Write one sentence with a person, a place and an organisation that are all found.", own and len(kinds) == 3),
        ("text.speech", "Find a word that is a noun in one place and a verb in another.", _two_labels(view, data)),
    ]


def _two_labels(view: Any, data: Data) -> bool:
    from playground.experiments.text_settings import given

    if view.show != "speech" or view.text.startswith("shelf:"):
        return False
    text, seen = given(view.text), {}
    for (begin, end), tag in zip(data["words"], data["speech"], strict=True):
        seen.setdefault(text[begin:end].lower(), set()).add(tag)
    return any({"NOUN", "VERB"} <= each for each in seen.values())


def answer(view: Any, data: Data) -> Items:
    asked = view.question != type(view).model_fields["question"].default
    own = view.text != type(view).model_fields["text"].default
    return [
        ("text.asked", "Ask a question of your own about the puffins.", asked),
        ("text.passage", "Paste a passage of your own and ask about it.", own and asked),
    ]


def compare(view: Any, data: Data) -> Items:
    own = (view.first, view.second) != tuple(type(view).model_fields[name].default for name in ("first", "second"))
    far = any(sign in view.first + view.second for sign in ("not", "never", "n't"))
    return [
        ("text.near", "Write two sentences without a common word and a cosine above 0.7.", own and data["similarity"] > 0.7 and not _common(view)),
        ("text.opposite", "Find two opposite claims with a cosine above 0.8.", own and far and data["similarity"] > 0.8),
    ]


def _common(view: Any) -> set[str]:
    return {word.strip(".,!?").lower() for word in view.first.split()} & {word.strip(".,!?").lower() for word in view.second.split()}


def search(view: Any, data: Data) -> Items:
    best, other, own = int(np.argmax(data["cosines"])), int(np.argmax(data["bm25"])), view.query != type(view).model_fields["query"].default
    return [
        ("text.differ", "Ask something of your own for which the two rankings put different passages first.", best != other and own),
        ("text.library", "Search a text or a file of your own.", view.library == "own"),
    ]


def labels(view: Any, data: Data) -> Items:
    return [
        ("text.labels", "Write labels of your own.", view.labels != type(view).model_fields["labels"].default),
        ("text.sure", "Change the sentence around the labels until the winner has more than 80 %.",
         view.template != type(view).model_fields["template"].default and float(np.max(data["shares"])) > 0.8),
    ]  # fmt: skip


def layout(view: Any, data: Data) -> Items:
    return [
        ("text.shadow", "See how little of the variance two principal components show.", view.method == "pca"),
        ("text.lines", "Map lines of your own.", view.collection == "own"),
    ]


def summary(view: Any, data: Data) -> Items:
    return [
        ("text.gulls", "Get the gulls into the summary.", any("gull" in part for part in data["summary"].split()) or "gulls" in data["summary"]),
        ("text.own", "Summarize a text of your own in one sentence.", view.count == 1 and view.text != type(view).model_fields["text"].default),
    ]
