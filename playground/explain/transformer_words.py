"""Words of the transformer screen: introductions, presets, glossary, sources."""

from __future__ import annotations

from typing import Any

from playground.experiments.transformer_patterns import PATTERNS

KINDS = {key: words for key, (words, _) in PATTERNS.items()}

INTRODUCTIONS = {
    "pass": "A language model reads a text and says how likely every token is to come next. Choose a token, a block and a head, and open each stage to its numbers.",
    "write": "One token after another: the model predicts, one token is drawn, and it is read again. Press a token to see what else could have stood there, and branch off.",
    "heads": "Switch single attention heads off and see how far the prediction moves. Most can go unnoticed; a few cannot.",
    "lens": "What would the model say if it stopped after this block? The last layer's reading, applied to every layer.",
    "two": "The same model, two prompts: what one changed word does to the prediction.",
    "train": "A transformer of a few thousand numbers learns before your eyes. Watch the attention: the loss falls when a head finds what it has to look at.",
    "pair": "An encoder reads in both directions. See how the words of two sentences look at one another in MiniLM.",
    "cache": "Without a cache every new token means reading the whole text again. Measured here and now, on this machine.",
    "hub": "Any causal language model of the Hub: its attention, its next token, and what it writes.",
}

TWINS = "Tom had a red ball and Lily had a blue ball. Tom lost the red ball and Lily lost the blue"
STRANGE = "The mitochondrial genome encodes thirteen subunits of the respiratory chain, which"

# key, title, why, values, good
PRESETS: dict[str, list[tuple[str, str, str, dict[str, Any], bool]]] = {
    "pass": [
        ("story", "A story", "The beginning of a tale, the kind of text this model has read most of: a few tokens share most of the likelihood.", {}, True),
        ("again", "Said before", "“ball” was said three times: after the last “blue” it has about half of all the likelihood.", {"prompt": TWINS, "block": 5}, True),
        ("sure", "Narrow choice", "Temperature 0.7 and top-p 0.9: the likeliest gain, and the long tail of thousands of unlikely tokens can no longer be drawn.",
         {"temperature": 0.7, "top_p": 0.9}, True),
        ("minp", "Min-p", "Tokens need a tenth of the likeliest one's share: many remain where the model hesitates, few where it is sure.",
         {"min_p": 0.1, "temperature": 1.3}, True),
        ("hot", "Too hot", "At temperature 2.5 the shares are nearly even, and a token that makes no sense is as likely as one that does.", {"temperature": 2.5}, False),
        ("far", "Out of its world", "Children's books hold no biology: the strange words fall into pieces, and the model hesitates among some two hundred tokens.",
         {"prompt": STRANGE}, False),
    ],
    "write": [
        ("good", "A good balance", "Temperature 0.8 with top-p 0.95: lively, and the unlikely tail is out of reach.", {}, True),
        ("careful", "Careful", "Temperature 0.4: nearly always one of the first two candidates. Sound, and a little dull.", {"temperature": 0.4}, True),
        ("minp", "Min-p 0.1", "The cut moves with the model's certainty, so that a higher temperature can be afforded.", {"temperature": 1.2, "top_p": 1.0, "min_p": 0.1}, True),
        ("greedy", "Greedy", "Always the likeliest token. Sooner or later the text has said something twice, which makes saying it again likelier still: it loops.",
         {"temperature": 0.0, "count": 200}, False),
        ("hot", "Too hot", "At temperature 1.8 with nothing cut, thousands of unlikely tokens together win often: each slip is read again, and the text falls apart.",
         {"temperature": 1.8, "top_p": 1.0}, False),
        ("one", "Top-k 1 is greedy", "Only one candidate remains, whatever the temperature says.", {"top_k": 1, "temperature": 1.5}, False),
    ],
    "heads": [
        ("none", "All on", "The whole model. The map below measures what each head is worth for this one prediction.", {}, True),
        ("twins", "Remember the blue ball", "What was lost must be “ball”: the sentence says so twice. Find the heads that look back, and switch them off.",
         {"prompt": TWINS}, True),
        ("first", "First block off", "Everything above has learnt to build on the first block: without its attention the prediction moves by more than a bit.",
         {"off": "0.0 0.1 0.2 0.3"}, False),
        ("last", "Last block off", "The last block polishes: the shares change, and the same kind of word stays on top.", {"off": "5.0 5.1 5.2 5.3"}, True),
    ],
    "lens": [
        ("story", "A story", "The lower blocks offer small words such as “a”; a noun that fits comes out on top only at the end.", {}, True),
        ("again", "Said before", "Up to the last block but one something else is on top; “ball”, said three times before, comes in the last.", {"prompt": TWINS}, True),
        ("far", "Out of its world", "Where the model knows nothing, the shares stay pale all the way up.", {"prompt": STRANGE}, False),
    ],
    "two": [
        ("girl", "Girl or boy", "One changed word some tokens back: the pronouns that follow change places.",
         {"prompt": "The little girl was very happy because", "other": "The little boy was very happy because"}, True),
        ("order", "Word order", "The same words in another order: without the places added to the embeddings, both would look the same to attention.",
         {"prompt": "The cat chased the dog. Then the", "other": "The dog chased the cat. Then the"}, True),
        ("space", "A stray space", "Spaces belong to the words that follow them, so that a doubled one is a token of its own. Here the model takes little notice.",
         {"prompt": "Once upon a time", "other": "Once upon a  time"}, True),
        ("far", "Out of its world", "Both prompts are beyond what it has read: it answers both with small words, and knows neither Paris nor Tokyo.",
         {"prompt": "The capital of France is", "other": "The capital of Japan is"}, False),
    ],
}  # fmt: skip

GLOSSARY = {
    "Token": "A piece of text with a number: a word, a part of one, or a single byte. Models read and write tokens, not letters.",
    "Stream": "The vector that every token carries through the model. Each part reads a normalised copy and adds to it (also: residual stream).",
    "Query, key, value": "What a token looks for, what it offers to be found by, and what it hands over when it is found.",
    "Head": "One attention with queries, keys and values of its own. A block has several, side by side.",
    "Mask": "Scores of later tokens are set to minus infinity before softmax, so that nothing is learnt from the future.",
    "Logits": "A score for each token before softmax turns them into shares that sum to 1.",
    "Temperature": "What the logits are divided by. 1 leaves the model's own shares, 0 takes the likeliest token.",
    "Top-p": "The likeliest tokens are kept until their shares sum to p; the rest is cut (nucleus sampling).",
    "Min-p": "Tokens are kept that have at least this part of the likeliest token's share.",
    "KV cache": "Keys and values of what was read are kept, so that a new token costs one row instead of a whole pass.",
    "Perplexity": "e to the mean loss a token: among how many equally likely tokens the model hesitates.",
    "KL divergence": "How far one distribution is from another, in bits; 0 when they are equal.",
}

SOURCES = (
    "Vaswani et al. 2017, *Attention is all you need* (section 3.2)",
    "Radford et al. 2019, *Language models are unsupervised multitask learners* (GPT-2, section 2.3)",
    "Sennrich et al. 2016 (byte-pair encoding)",
    "Holtzman et al. 2020 (top-p)",
    "Nguyen et al. 2024 (min-p)",
    "Olsson et al. 2022 (induction heads)",
    "Michel et al. 2019 (*Are sixteen heads really better than one?*)",
    "nostalgebraist 2020 (logit lens)",
)


def window(data: Any, model: str) -> str:
    """What to say when only the end of a prompt is shown."""
    return f"The prompt is longer than what is drawn here: the last {len(data['words'])} tokens are read, {data['cut']:,} before them are left out." if data["cut"] else ""


def pass_tasks(view: Any, data: Any) -> list[tuple[str, str, bool]]:
    """Tasks of the opened pass."""
    from playground.experiments.transformer_settings import PROMPT

    return [
        ("pass.last", "Open a head of the last block, and see under “Logits and softmax” what the model says at an earlier token.",
         view.block >= len(data["patterns"]) - 1 and 0 <= view.token < len(data["words"]) - 1),
        ("pass.sharp", "Make the model draw from at most five tokens by a cut alone, at temperature 1.",
         view.temperature == 1.0 and (0 < view.top_k <= 5 or view.top_p < 0.3 or view.min_p > 0.3)),
        ("pass.own", "Write a prompt of your own.", view.prompt not in (PROMPT, TWINS, STRANGE)),
    ]  # fmt: skip


def pass_maths(view: Any, data: Any, opened: Any) -> str:
    """Attention with the numbers of the chosen token."""
    import numpy as np

    size, place = len(opened["query"]), opened["token"]
    best = int(np.argmax(opened["weights"]))
    word = opened["words"][best].strip() or "space"
    return (
        r"$$\mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}} + M\right) V,\qquad M_{ij} = \begin{cases}0 & j \le i\\ -\infty & j > i\end{cases}$$"
        f"\n\nAt token {place + 1} in block {opened['block'] + 1}, head {opened['head'] + 1}, with $d = {size}$: the highest weight goes to token {best + 1} "
        f"(“{word.replace('$', '')}”), "
        rf"$$\frac{{q \cdot k}}{{\sqrt{{d}}}} = \frac{{{opened['raw'][best]:.3f}}}{{{np.sqrt(size):.3f}}} = {opened['scaled'][best]:.3f},\qquad "
        rf"w = \frac{{e^{{{opened['scaled'][best]:.3f}}}}}{{\sum_{{j \le {place + 1}}} e^{{s_j}}}} = {opened['weights'][best]:.4f}$$"
        f"\n\nThe next token is drawn from $p_i \\propto e^{{z_i / T}}$ with $T = {view.temperature:g}$: the largest logit is $z = {float(data['logits'].max()):.3f}$."
    )


def write_tasks(view: Any, metrics: Any) -> list[tuple[str, str, bool]]:
    """Tasks of the writing part."""
    surprise = metrics.get("mean_surprise", ())
    return [
        ("write.greedy", "Let it write 100 tokens or more at temperature 0, and see whether it loops.", view.temperature == 0 and len(surprise) > 100),
        ("write.branch", "Press a token, take another candidate, and let it go on from there.", bool(view.branch)),
        ("write.hot", "Find a temperature above 1 that stays readable thanks to a cut.", view.temperature > 1 and (view.min_p >= 0.05 or view.top_p < 0.8 or 0 < view.top_k <= 40)),
    ]


def write_maths(view: Any, now: Any) -> str:
    """Drawing a token, with the numbers of the last one."""
    surprise, hesitation = float(now.get("surprise", 0.0)), float(now.get("entropy", 0.0))
    return (
        r"$$p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}} \;\to\; \text{cut} \;\to\; \tilde p_i = \frac{p_i}{\sum_{j\,\text{kept}} p_j}$$"
        f"\n\n$T = {view.temperature:g}$, top-k {view.top_k or 'off'}, top-p {view.top_p:g}, min-p {view.min_p:g}. The last token was drawn with "
        rf"$\tilde p = 2^{{-{surprise:.2f}}} = {2**-surprise:.3f}$, where the entropy was ${hesitation:.2f}$ bits."
        "\n\nThe luck of each step is fixed by the seed and the step's number, so that the same settings write the same text."
    )
