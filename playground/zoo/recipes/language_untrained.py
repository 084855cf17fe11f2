"""Scores of what the backbone does without training: similarity and extractive summaries.

    python -m playground.zoo.recipes.language_untrained
"""

from __future__ import annotations

import json
import sys

import numpy as np

from playground.data.texts import sentences
from playground.zoo import language, language_cards
from playground.zoo.language_summary import central, choose, rouge
from playground.zoo.recipes.language_lessons import table

ARTICLES = 200
VARIETY, LEAD = 0.3, 0.15  # as the screen begins


def similarity() -> dict[str, float]:
    """Spearman's rank correlation of cosines with people's scores on the test part of the STS benchmark (Cer et al. 2017)."""
    from scipy.stats import spearmanr

    rows = table("sentence_similarity.parquet")
    rows = rows[(rows.dataset == "stsb") & (rows.split == "test")]
    one, other = language.embed(rows.sentence1.tolist()), language.embed(rows.sentence2.tolist())
    return {"STS benchmark test Spearman": float(spearmanr((one * other).sum(1), rows.score).statistic)}


def summaries() -> dict[str, float]:
    """Mean ROUGE F1 against the extractive summaries of BBC News, at as many sentences; and that of the first sentences."""
    rows = table("summarization.parquet")
    rows = rows[rows.dataset == "bbc_news"].drop_duplicates("text").sample(ARTICLES, random_state=0)
    found, first = [], []
    for row in rows.itertuples():
        cut = [row.text[a:b] for a, b in sentences(row.text)]
        count = len(sentences(row.summary))
        vectors = language.embed(cut)
        chosen = sorted(choose(vectors, central(vectors, LEAD), count, VARIETY))
        found.append(rouge(" ".join(cut[i] for i in chosen), row.summary))
        first.append(rouge(" ".join(cut[:count]), row.summary))
    name = f"BBC News ({ARTICLES} articles)"
    return {f"{name} {key}": float(np.mean([each[key] for each in found])) for key in found[0]} | {
        f"{name} {key} of the first sentences": float(np.mean([each[key] for each in first])) for key in first[0]}  # fmt: skip


def main() -> int:
    scores = similarity() | summaries()
    language_cards.keep_untrained(scores)
    print(json.dumps(scores, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
