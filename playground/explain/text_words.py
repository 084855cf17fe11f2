"""Words of the text screen: introductions, presets, explanations with the current numbers, tasks, advice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.data.text_samples import NEWS
from playground.explain import text_translate

Data = Mapping[str, Any]

INTRODUCTIONS = {
    "classify": "A network reads a whole text and chooses between classes it has learnt. Blue words speak for the answer, orange ones against it.",
    "tags": "Every word gets a label from the words around it: persons, places and organisations, and its part of speech.",
    "answer": "Ask about a passage, and see where it answers. What is not in the passage, the network cannot know.",
    "compare": "Two texts become two directions in 384 dimensions. Their cosine says how alike they mean, and falls apart exactly into pairs of words.",
    "search": "A question finds passages that mean the same in other words. Set it against the search that only counts shared words.",
    "labels": "Write your own classes. A text goes to the label whose description lies nearest, with no training at all.",
    "map": "Every line becomes a point; lines that mean similar things lie close together. Nobody told the network the themes.",
    "summary": "The sentences most like all the others stand for the whole. Nothing is rewritten, so nothing is made up.",
    "translate": "English becomes French, one token after the other. See which English words each French one looked at, and where the network hesitated.",
    "hub": "Translation, generation, conversation, filling gaps: large models from the Hub, once downloaded, run here too.",
}

PRESETS = {
    "classify": (
        ("mixed", "A mixed review", "Praise and blame in one sentence: see which words win.", {}, True),
        ("negation", "Negation", "“Good” and “funny” are words of praise. A word list would be fooled; a network that reads in context is not.",
         {"text": "This is not a good film, and it is never funny."}, True),
        ("news", "Sports news", "Another head on the same backbone: five topics of BBC News.", {"model": "topic", "text": NEWS["sport"]}, True),
        ("between", "Between topics", "Business or technology? The shares say how undecided it is.",
         {"model": "topic", "text": "The chip maker's shares rose after it showed a processor that halves the power laptops need."}, True),
        ("double", "Two negatives", "“Not bad at all” it reads rightly, as praise; it is “far worse” that misleads it. Look at the colours.",
         {"text": "Not bad at all: I have seen far worse, and I would happily see this again."}, False),
        ("plain", "A plain good experience", "Not one word of praise. It learnt from film reviews, and what is told without such a word it often takes for blame.",
         {"text": "I bought this kettle in May and it still boils faster than my old one ever did."}, False),
        ("irony", "Irony", "Praise in words, scorn in meaning: with only two classes and no tone of voice, irony often fools it.",
         {"text": "Oh great, another three-hour superhero film. Exactly what the world was waiting for."}, False),
        ("fact", "No opinion", "There is no “neutral” among its classes, so a plain fact still gets a verdict.",
         {"text": "The film is two hours long and was shot in Canada."}, False),
    ),
    "tags": (
        ("history", "A little history", "Two people, a city, a university and a company in one sentence.", {}, True),
        ("same", "Same word, two labels", "“Washington” is a person, then a place; “book” a verb, then a noun. Only the context tells.",
         {"text": "Washington slept here before he moved to Washington. Please book me the room with the book on the shelf."}, True),
        ("speech", "Parts of speech", "The second head: what each word does in its sentence.",
         {"show": "speech", "text": "She will train the new train driver, because nobody else knows the old line well enough."}, True),
        ("garden", "A garden path", "“The old man the boats”: the verb is “man”. People stumble over it, and the network falls for the noun.",
         {"show": "speech", "text": "The old man the boats while the young watch them row."}, False),
        ("lower", "All lower case", "The vocabulary has no capitals; how words are spelt is told to it separately, and here that hint is gone.",
         {"text": "yesterday angela merkel met tim cook of apple in berlin."}, False),
    ),
    "answer": (
        ("puffin", "Puffins", "The answer stands in the text almost as the question puts it.", {}, True),
        ("reason", "Why?", "The reason stands behind “because”.", {"question": "Why can a puffin carry so many fish?"}, True),
        ("other", "In other words", "“Children” never occurs; the passage speaks of chicks.", {"question": "How many children does a couple have each year?"}, True),
        ("absent", "Not in the text", "Penicillin is nowhere in the passage. Does it admit that, or mark something all the same?",
         {"question": "Who discovered penicillin?"}, False),
    ),
    "compare": (
        ("same", "Other words, same meaning", "Hardly a word in common, and still near: doctor answers physician.", {}, True),
        ("unrelated", "Nothing in common", "Unrelated sentences have a cosine near zero.",
         {"first": "The doctor advised her to sleep more.", "second": "The ferry leaves at noon from the northern pier."}, True),
        ("bank", "One word, two meanings", "Both say “bank”, one of rivers, one of money; the context pulls them apart.",
         {"first": "They sat on the bank and watched the river.", "second": "The bank raised the interest on savings."}, True),
        ("opposite", "Opposites", "Similar topic, opposite claim: embeddings hold what a text is about more than what it says of it.",
         {"first": "The medicine is safe for children.", "second": "The medicine is not safe for children."}, False),
        ("order", "Who did what", "The same words in another order mean another thing, and hardly another direction.",
         {"first": "The dog bit the man.", "second": "The man bit the dog."}, False),
    ),
    "search": (
        ("vectors", "In your own words", "The glossary calls it something else; counting words leads elsewhere.", {}, True),
        ("forget", "A description", "No word of the term you are looking for is needed.",
         {"query": "steps get bigger and bigger until everything explodes"}, True),
        ("exact", "An exact term", "For a rare name, counting words is hard to beat: compare the two rankings.", {"query": "dropout", "ranking": "words"}, True),
        ("words", "Only shared words", "The same question ranked by shared words: what is said otherwise is not found.", {"ranking": "words"}, False),
    ),
    "labels": (
        ("five", "Five everyday subjects", "“Football” is nowhere in the text.", {}, True),
        ("mood", "Moods", "Labels can be anything that has a meaning.",
         {"labels": "joy, anger, fear, sadness", "template": "The person feels {}.", "text": "I could not stop smiling when the letter came: they said yes!"}, True),
        ("urgent", "A mailbox", "Sort messages by what is to be done.",
         {"labels": "complaint, order, praise, question", "template": "The customer writes a {}.",
          "text": "The kettle arrived broken, nobody answers the phone, and I want my money back."}, True),
        ("unlike", "No fitting label", "Something always wins: shares compare the labels with each other, not with “none of these”.",
         {"text": "The violinist tuned her strings before the concert."}, False),
    ),
    "map": (
        ("tsne", "Six themes", "t-SNE gathers neighbours; the themes fall apart by themselves.", {}, True),
        ("pca", "Principal components", "The two directions of greatest spread: an honest shadow, which shows only a small part.", {"method": "pca"}, True),
        ("few", "Too few groups", "Three groups for six themes: see which themes the network finds most alike.", {"groups": 3}, True),
        ("tiny", "A tiny perplexity", "With three neighbours t-SNE tears themes into crumbs that mean nothing.", {"perplexity": 3}, False),
    ),
    "translate": text_translate.PRESETS,
    "summary": (
        ("news", "A news report", "Three sentences for ten.", {}, True),
        ("one", "One sentence", "The one most like all the others.", {"count": 1}, True),
        ("central", "Central only", "Without variety, sentences that say the same may be kept twice.", {"variety": 0.0, "lead": 0.0, "count": 4}, True),
        ("odd", "Variety alone", "With nothing but variety, the least connected sentences win: the gulls make the summary.", {"variety": 1.0, "lead": 0.0}, False),
    ),
}  # fmt: skip

GLOSSARY = {
    "token": "A piece of text the network reads as one: a word or a part of one, from a fixed list of 30,522.",
    "embedding": "A list of numbers that stands for a text; here 384 of them. Similar texts point in similar directions.",
    "cosine similarity": "The cosine of the angle between two embeddings: 1 the same direction, 0 unrelated.",
    "backbone": "The network that reads; here MiniLM with six blocks, shared by every task on this screen.",
    "head": "A small layer on the backbone that turns what was read into an answer.",
    "low-rank adaptation": "Learning a small change of large weight matrices as the product of two thin ones.",
    "integrated gradients": "Gradients added up along the way from a text of unknown words to yours; they sum to the change of the answer.",
    "zero-shot": "Classifying into classes that were never trained on, from their description alone.",
    "entity": "A name of a person, place or organisation in a text.",
    "part of speech": "What a word does in its sentence: noun, verb, adjective …",
    "window": "What is read at once: 256 tokens. Longer texts are read window by window.",
    "BM25": "A ranking by shared words, in which rare words count more and long passages less.",
    "t-SNE": "A layout that keeps neighbours together and gives up on distances.",
    "beam search": "Writing with several beginnings at once, of which the likeliest are followed; the best whole sentence wins.",
    "cross-attention": "What each written token looks at in the source: shares that add up to 1.",
    "centrality": "How alike a sentence is, on average, to all the others.",
}

SOURCES = (
    "[Reimers and Gurevych 2019](https://arxiv.org/abs/1908.10084), sentence embeddings, section 3",
    "[Wang et al. 2020](https://arxiv.org/abs/2002.10957), MiniLM",
    "[Hu et al. 2022](https://arxiv.org/abs/2106.09685), low-rank adaptation, section 4",
    "[Sundararajan et al. 2017](https://arxiv.org/abs/1703.01365), integrated gradients, eq. 1",
    "[Socher et al. 2013](https://aclanthology.org/D13-1170/), SST",
    "[Rajpurkar et al. 2016](https://arxiv.org/abs/1606.05250), SQuAD",
    "[Mayhew et al. 2024](https://arxiv.org/abs/2311.09122), Universal NER",
    "[Carbonell and Goldstein 1998](https://dl.acm.org/doi/10.1145/290941.291025), MMR",
    "[Erkan and Radev 2004](https://arxiv.org/abs/1109.2128), LexRank, section 3",
    "[van der Maaten and Hinton 2008](https://jmlr.org/papers/v9/vandermaaten08a.html), t-SNE",
    "[Bahdanau et al. 2015](https://arxiv.org/abs/1409.0473), attention in translation, figure 3",
    "[Vaswani et al. 2017](https://arxiv.org/abs/1706.03762), encoder and decoder, section 3",
    "[Wu et al. 2016](https://arxiv.org/abs/1609.08144), beam search and length, section 7",
    "model all-MiniLM-L6-v2: Apache-2.0",
)


def classify_maths(data: Data, weights: Data | None) -> str:
    """How logits become shares, and how the words' weights add up."""
    logits, shares = data["logits"], data["shares"]
    best = int(np.argmax(shares))
    powers = " + ".join(rf"e^{{{z:.2f}}}" for z in logits)
    said = (rf"The head gives each class a number, its logit. Softmax makes shares of them: $p_\text{{{data['classes'][best]}}} = "
            rf"\dfrac{{e^{{{logits[best]:.2f}}}}}{{{powers}}} = {shares[best]:.3f}$.")  # fmt: skip
    if weights is None:
        return said
    if weights["gap"] is None:
        return said + (f"\n\nLeaving out: each word was replaced by “unknown” and the margin $z_c - \\bar z$ (now {weights['margin']:.3f}) measured again. "
                       "A word's weight is how far the margin falls. These need not add up: words work together.")  # fmt: skip
    total = float(np.sum(weights["weights"]))
    return said + (
        "\n\nIntegrated gradients walk from a text of unknown words $x'$ to yours: "
        r"$w_i = (x_i - x'_i)\cdot\int_0^1 \nabla_i F\big(x' + \alpha (x - x')\big)\,d\alpha$, "
        "with $F$ the margin of the class over the others. "
        f"Here $F(x') = {weights['blank']:.3f}$ and $F(x) = {weights['margin']:.3f}$; the weights add up to {total:.3f}, "
        f"the exact sum is {weights['margin'] - weights['blank']:.3f}: a gap of {weights['gap']:+.3f}. More points on the path close it."
    )


def compare_maths(data: Data) -> str:
    n, m = data["tokens"]
    return (r"An embedding is the mean of its token vectors, so $\cos = \dfrac{\bar h \cdot \bar g}{|\bar h||\bar g|} "
            r"= \sum_{i,j} \dfrac{h_i \cdot g_j}{n\,m\,|\bar h||\bar g|}$. "
            f"The table holds these {min(n, len(data['rows']))} × {min(m, len(data['columns']))} terms. They add up to {float(np.sum(data['pairs'])):.4f}; the cosine is "
            f"**{data['similarity']:.4f}**.")  # fmt: skip


def labels_maths(data: Data, temperature: float) -> str:
    near = data["similarities"][0]
    best = int(np.argmax(near))
    return (rf"Shares are softmax of cosine over temperature: $p_k = e^{{s_k/T}} / \sum_j e^{{s_j/T}}$ with $T = {temperature:g}$. "
            f"The nearest label has $s = {near[best]:.3f}$, the farthest {near.min():.3f}. This is a method of embeddings: it knows how near things are, "
            "not whether a statement follows from the text, as models trained on inference do.")  # fmt: skip


def summary_maths(data: Data, variety: float) -> str:
    first = data["chosen"][0]
    return (r"Centrality $c_i$ is the mean cosine of sentence $i$ with the others, scaled to 0…1, with a bonus for early sentences. "
            "One by one the sentence is taken with the greatest "
            rf"$(1-\lambda)\,c_i - \lambda \max_{{j\,\text{{taken}}}} \cos(i, j)$, $\lambda = {variety:g}$. "
            f"First came sentence {first + 1} with $c = {data['centrality'][first]:.2f}$; "
            f"{len(data['chosen'])} of {len(data['sentences'])} are kept.")  # fmt: skip


def map_maths(data: Data, method: str) -> str:
    if method == "pca":
        return (rf"The plane is spanned by the two directions of greatest variance; it shows **{data['kept']:.0%}** of it, "
                "so much of what tells the texts apart is not in the picture. "
                f"Groups are k-means on all 384 numbers; their silhouette is {data['silhouette']:.3f} (1: far apart, 0: touching).")  # fmt: skip
    return (r"t-SNE places points so that $q_{ij} \propto (1 + |y_i - y_j|^2)^{-1}$ follows how near the texts are in 384 dimensions. "
            "Of each text's five nearest neighbours, "
            f"**{data['kept']:.0%}** are still among its five nearest here. Distances between groups mean nothing. Silhouette: {data['silhouette']:.3f}.")  # fmt: skip


def search_maths(data: Data) -> str:
    best = int(data["order"][0])
    return (r"Meaning: $\cos(q, d)$ of two embeddings. Words: BM25, $\sum_{w \in q} \ln\!\big(1 + \tfrac{N - n_w + 0.5}{n_w + 0.5}\big) "
            r"\cdot \tfrac{f\,(k_1+1)}{f + k_1 (1 - b + b\,|d|/\bar{|d|})}$ "
            rf"with $k_1 = 1.2$, $b = 0.75$, over $N = {len(data['scores'])}$ passages. "
            f"The first passage has cosine {data['cosines'][best]:.3f} and BM25 {data['bm25'][best]:.2f}.")  # fmt: skip


def tags_maths(data: Data) -> str:
    count = len(data["words"])
    mean = float(np.mean(data["speech_share"])) if count else 0.0
    return (r"Each word is read at its first token: $p = \text{softmax}(W h_i + b)$, once with 17 rows for the parts of speech and once with 7 for names. "
            "Names use B- for the first word, "
            rf"I- for the next, O for none. Here {count} words; the mean share of the part of speech chosen is {mean:.1%}.")  # fmt: skip


def answer_maths(data: Data) -> str:
    if not data["answers"]:
        return (r"The answering head is not bundled here. The sentence nearest to the question is shown: $\cos(q, s)$, "
                f"greatest {float(np.max(data['nearness'])):.3f}.")  # fmt: skip
    none = " That there is none is the score of both ends at [CLS] (Devlin et al. 2019, section 4.3)." if data["none"] is not None else ""
    return (r"Every token gets two numbers, how well the answer could begin and how well it could end there. "
            r"The stretch with the greatest $b_i + e_j$, $i \le j$, wins; the percentages are "
            f"softmax over the {len(data['answers'])} best stretches that do not overlap, so they compare answers with each other, not with “no answer”." + none)  # fmt: skip
