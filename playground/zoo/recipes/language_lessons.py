"""What each bundled language head learns from, and how it is measured."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.data.texts import spans, spelling
from playground.networks.minilm import Adapted
from playground.zoo import language, language_heads

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"  # beside the repository, or where PLAYGROUND_TRAINING_DATA points
UPOS = ("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X")
ENTITIES = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG")
TOPICS = ("business", "entertainment", "politics", "sport", "tech")
MOST = 200  # tokens of one example that are learnt from


@dataclass(frozen=True)
class Example:
    """One text: its tokens, how their words are spelt, which of two parts they stand in, and the answer of each head."""

    ids: list[int]
    targets: dict[str, Any]
    spelling: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Lesson:
    """Data, shape and hyperparameters of one head or set of heads.

    Attributes:
        stages: Makes the examples of each pass over the data.
        measure: The scores of a model, each named with its split.
        tokens: Of one update at most, padding included.
        loss: "class" (one answer a text or a token) or "span" (where the answer begins and ends).
    """

    name: str
    title: str
    task: str
    words: str
    data: str
    licence: str
    split: str
    classes: dict[str, tuple[str, ...]]
    stages: Callable[[], list[list[Example]]]
    measure: Callable[[Adapted], dict[str, float]]
    first: int = 2
    rank: int = 16
    pooled: bool = True
    spelled: bool = False
    loss: str = "class"
    tokens: int = 768
    rate: float = 1e-3
    decay: float = 0.01
    smoothing: float = 0.0
    seed: int = 0

    @property
    def outputs(self) -> dict[str, int]:
        return {name: len(each) for name, each in self.classes.items()}


def table(file: str) -> Any:
    """A training table as a data frame.

    Raises:
        UserError: When the file is not there.
    """
    from pyarrow.parquet import ParquetFile

    path = Path(os.environ.get("PLAYGROUND_TRAINING_DATA", DATA)) / file
    if not path.is_file():
        raise UserError(f"The training data {file} is not at {path.parent}.", "Set PLAYGROUND_TRAINING_DATA to the folder that holds it; the app itself never needs it.")
    return ParquetFile(path).read().to_pandas()


# Sentiment ------------------------------------------------------------------------------------------------------------------

_BRACKETS = {"-lrb-": "(", "-rrb-": ")", "``": '"', "''": '"', "`": "'"}


def untokenised(text: str) -> str:
    """A sentence of the treebank as people write it: "do n't" is "don't", and points follow their word."""
    text = " ".join(_BRACKETS.get(word, word) for word in text.split())
    return re.sub(r" (n't|'(?:s|re|ve|ll|d|m)\b|[.,!?;:)])", r"\1", text).replace("( ", "(")


def _movies(dataset: str, split: str) -> tuple[list[str], list[int]]:
    rows = table("sentiment_sentences.parquet")
    rows = rows[(rows.dataset == dataset) & (rows.split == split)]
    return [untokenised(text) for text in rows.text], rows.label.astype(int).tolist()


def _sentiment() -> list[list[Example]]:
    sentences, labels = _movies("sst2", "train")
    whole = _classified(sentences, labels, "sentiment")
    phrases = {text: label for text, label in zip(*_movies("sst2_phrases", "train"), strict=True) if len(text.split()) > 4}
    return [_classified(list(phrases), list(phrases.values()), "sentiment") + whole, whole]


def _classified(texts: Sequence[str], labels: Sequence[int], head: str) -> list[Example]:
    encoded = language.backbone().encode(texts, special=False)
    return [Example([language.CLASSIFY, *each.ids[:MOST], language.SEPARATE], {head: label}) for each, label in zip(encoded, labels, strict=True)]


def _accuracy(model: Adapted, head: str, texts: Sequence[str], labels: Sequence[int]) -> float:
    return float((language_heads.pooled_logits(model, head, texts)[0].argmax(1) == np.array(labels)).mean())


def _measure_sentiment(model: Adapted) -> dict[str, float]:
    return {f"SST-2 {split} accuracy": _accuracy(model, "sentiment", *_movies("sst2", split)) for split in ("dev", "test")}


# Topic ----------------------------------------------------------------------------------------------------------------------


@lru_cache(1)
def _news() -> tuple[list[str], list[int], np.ndarray]:
    """Articles without repeats, their topics, and which are kept for the test: a fifth, by a fixed draw."""
    rows = table("summarization.parquet")
    rows = rows[rows.dataset == "bbc_news"].drop_duplicates("text")
    held = np.random.default_rng(0).permutation(len(rows)) < len(rows) // 5
    return [f"{title}. {text}" for title, text in zip(rows.title, rows.text, strict=True)], [TOPICS.index(each) for each in rows.topic], held


def _topic() -> list[list[Example]]:
    texts, labels, held = _news()
    kept = [i for i in range(len(texts)) if not held[i]]
    return [_classified([texts[i][:900] for i in kept], [labels[i] for i in kept], "topic")]


def _measure_topic(model: Adapted) -> dict[str, float]:
    texts, labels, held = _news()
    kept = np.flatnonzero(held)
    return {"BBC News held-out accuracy": _accuracy(model, "topic", [texts[i][:900] for i in kept], [labels[i] for i in kept])}


# Words: part of speech and named entities -----------------------------------------------------------------------------------

_KINDS = {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG", "PER": "PER", "LOC": "LOC", "ORG": "ORG"}


def _entity(label: str) -> int:
    """The number of a label of any of the sets; kinds that the treebank does not mark are no entity."""
    mark, _, kind = label.partition("-")
    return ENTITIES.index(f"{mark}-{_KINDS[kind]}") if kind in _KINDS else 0


def _tagged(words: Sequence[str], targets: dict[str, Sequence[int]]) -> Example:
    pieces = [each[:20] for each in language_heads.tokens_of(words)]
    ids, shapes, firsts = [language.CLASSIFY], [0], []
    for word, piece in zip(words, pieces, strict=True):
        if len(ids) + len(piece) >= MOST:
            break
        firsts.append(len(ids))
        ids += piece
        shapes += [spelling(word)] * len(piece)
    answers = {}
    for name, values in targets.items():
        answers[name] = [-100] * (len(ids) + 1)
        for place, value in zip(firsts, values, strict=False):
            answers[name][place] = value
    return Example([*ids, language.SEPARATE], answers, [*shapes, 0])


def _treebank(split: str) -> Any:
    rows = table("ewt_pos_ner.parquet")
    return rows[(rows.split == split) & rows.ner.notna()]


def _tags() -> list[list[Example]]:
    gold = [_tagged(list(row.tokens), {"pos": [UPOS.index(each) for each in row.upos], "ner": [_entity(each) for each in row.ner]})
            for row in _treebank("train").itertuples()]  # fmt: skip
    rows = table("ner_extra.parquet")
    more = rows[(rows.dataset == "wikigold") | ((rows.dataset == "wnut17") & (rows.split == "train"))]
    extra = [_tagged(list(row.tokens), {"ner": [_entity(each) for each in row.ner]}) for row in more.itertuples()]
    return [gold + extra, gold, gold]


def _measure_tags(model: Adapted) -> dict[str, float]:
    scores = {}
    for split in ("dev", "test"):
        rows = _treebank(split)
        logits = language_heads.token_logits(model, [list(each) for each in rows.tokens])
        right = [(each["pos"].argmax(1) == [UPOS.index(tag) for tag in tags]) for each, tags in zip(logits, rows.upos, strict=True)]
        scores[f"EWT {split} part-of-speech accuracy"] = float(np.concatenate(right).mean())
        found = [spans([ENTITIES[i] for i in each["ner"].argmax(1)]) for each in logits]
        scores[f"EWT {split} entity F1"] = entity_f1(found, [spans(list(each)) for each in rows.ner])
    return scores


def entity_f1(found: Sequence[Sequence[tuple]], gold: Sequence[Sequence[tuple]]) -> float:
    """F1 of entities that agree in begin, end and kind (Tjong Kim Sang and De Meulder 2003)."""
    agree = sum(len(set(one) & set(other)) for one, other in zip(found, gold, strict=True))
    total = sum(map(len, found)) + sum(map(len, gold))
    return 2 * agree / total if total else 1.0


# Questions ------------------------------------------------------------------------------------------------------------------


def _questions() -> list[list[Example]]:
    from playground.zoo.recipes.language_questions import examples

    return examples()


def _measure_questions(model: Adapted) -> dict[str, float]:
    from playground.zoo.recipes.language_questions import measure

    return measure(model)


LESSONS = {each.name: each for each in (
    Lesson("sentiment", "Sentiment of a sentence", "sentiment", "Says whether a text speaks well or ill of its subject.",
           "Stanford Sentiment Treebank, two classes (Socher et al. 2013): sentences and phrases of its training part", "not stated; sentences by Pang and Lee 2005",
           "the treebank's own: trained on its training part alone, measured on its 872 development and 1,821 test sentences",
           {"sentiment": ("negative", "positive")}, _sentiment, _measure_sentiment, first=1, tokens=1024, smoothing=0.05),
    Lesson("topic", "Topic of a news article", "topic", "Sorts an article under one of five topics of BBC News.", "BBC News (Greene and Cunningham 2006)",
           "non-commercial research; texts © BBC", "a fifth of the articles, repeats removed, drawn with seed 0 and never trained on; the first 900 characters are read",
           {"topic": TOPICS}, _topic, _measure_topic, first=4, rank=4, tokens=2048),
    Lesson("tags", "Parts of speech and named entities", "tags", "Marks persons, places and organisations, and names the part of speech of every word.",
           "Universal Dependencies English-EWT and Universal NER; for entities also Wikigold and WNUT-17's training part", "CC BY-SA 4.0; CC BY 4.0",
           "the treebank's own: trained on its training part, measured on its 2,001 development and 2,077 test sentences, words as the treebank cuts them",
           {"pos": UPOS, "ner": ENTITIES}, _tags, _measure_tags, pooled=False, spelled=True, tokens=1024),
    Lesson("qa", "Answers found in a text", "question answering", "Marks the words of a passage that answer a question, or says that none do.",
           "SQuADShifts (Miller et al. 2020), and 36 of the 48 titles of the development parts of SQuAD 1.1 and, for questions without an answer, 2.0", "CC BY 4.0; CC BY-SA 4.0",
           "questions on the 12 other titles of SQuAD's development parts, none trained on: 1,000 with an answer, 600 without", {"span": ("begin", "end")},
           _questions, _measure_questions, first=1, rank=32, pooled=False, loss="span", tokens=2048),
)}  # fmt: skip


def lesson(name: str) -> Lesson:
    """The recipe of that name.

    Raises:
        UserError: When there is none.
    """
    if name not in LESSONS:
        raise UserError(f"There is no language recipe named {name!r}.", f"There are {', '.join(LESSONS)}.", field="name")
    return LESSONS[name]
