"""The tasks of the text screen that need no training: everything that follows from embeddings."""

from __future__ import annotations

import shlex
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments import text_compare, text_labels, text_map, text_search, text_summary
from playground.experiments.text_compare import Compare
from playground.experiments.text_labels import OwnLabels
from playground.experiments.text_map import EmbeddingMap
from playground.experiments.text_search import Search
from playground.experiments.text_summary import Summary
from playground.explain import text_tasks, text_words
from playground.explain.numbers import signed
from playground.figures import text as figures
from playground.ui import text_batch
from playground.ui import text_parts as parts


def compare() -> None:
    """Two texts, their cosine, and the pairs of words it is made of."""
    view = parts.begin(Compare, text_words.PRESETS["compare"])
    left, right = st.columns(2, gap="medium")
    with left:
        parts.box(Compare, view, "first", "First text", 90)
    with right:
        parts.box(Compare, view, "second", "Second text", 90)
    asked = view.arguments()
    data = parts.compute(text_compare.compare, **asked)
    st.html(figures.big(f"{data['similarity']:.3f}", "cosine similarity"))
    parts.took(data, f"{data['tokens'][0]} and {data['tokens'][1]} tokens")
    table, strongest = st.columns([1.5, 1], gap="large")
    with table:
        st.markdown("**Which words meet.** Each cell is a pair’s share of the cosine; all cells add up to it.")
        st.html(figures.pairs(data["rows"], data["columns"], data["pairs"]))
        st.html(figures.key([("makes them more alike", 0, 1.0), ("less alike", 1, 1.0)]))
    with strongest:
        st.markdown("**The strongest pairs**")
        best = text_compare.strongest(data)
        st.html(figures.bars([f"{one} · {other}" for one, other, _ in best], [share for *_, share in best], form="{:.4f}", most=best[0][2] if best else 1.0))
    if abs(data["beyond"]) > 1e-4:
        st.caption(f"Only the first {text_compare.MOST} tokens of each are shown; pairs beyond them hold {signed(data['beyond'], 3)} of the cosine.")
    _score("STS benchmark test Spearman", "Agreement with people on the STS benchmark’s test pairs")
    ui.tasks([ui.Task(*each) for each in text_tasks.compare(view, data)])
    with ui.explain():
        st.markdown(text_words.compare_maths(data))
    parts.call({"first": asked["first"], "second": asked["second"], "similarity": data["similarity"]},
               f"from playground.experiments.text_compare import compare\n\ncompare({parts.short(asked['first'])!r}, {parts.short(asked['second'])!r})['similarity']",
               f"python -m playground predict text --task similarity --json {shlex.quote(parts.short(asked['first']))} {shlex.quote(parts.short(asked['second']))}")  # fmt: skip


def _score(name: str, words: str, form: str = "{:.3f}") -> None:
    from playground.zoo import language_cards

    score = language_cards.untrained().get(name)
    if score is not None:
        st.caption(f":material/verified: {words}: {form.format(score)}, measured here. No training.")


def search() -> None:
    """A question, the nearest passages, and how the two rankings differ."""
    view = parts.begin(Search, text_words.PRESETS["search"])
    if view.library == "own":
        _own_text(Search, view, "Your text", "Or a file: one text a line (TXT), or a table (CSV)")
        if not (view.text or view.file):
            parts.waiting("Paste a text or choose a file, then ask. It is read on this machine and goes nowhere else.")
            return
    parts.line(Search, view, "query", "What are you looking for?", 400)
    passages = view.passages()
    data = parts.compute(text_search.search, "Reading every passage once …", passages=passages, query=view.query, ranking=view.ranking)
    order = [int(i) for i in data["order"][: view.count]]
    if view.ranking == "words" and not np.any(data["bm25"] > 0):
        st.info("No passage shares a word with the question: this ranking has nothing to go by.", icon=":material/search_off:")
    other = np.argsort(-(data["bm25"] if view.ranking == "meaning" else data["cosines"]), kind="stable").tolist()
    told = "by shared words" if view.ranking == "meaning" else "by meaning"
    lines = [f"cosine {data['cosines'][i]:.3f} · BM25 {data['bm25'][i]:.2f} · place {other.index(i) + 1} {told}" for i in order]
    st.html(figures.found([passages[i][:1200] for i in order], lines))
    parts.took(data, f"{len(passages):,} passages; the time is that of the question alone")
    ui.tasks([ui.Task(*each) for each in text_tasks.search(view, data)])
    with ui.explain():
        st.markdown(text_words.search_maths(data))
    code = f"found = search(passages, {view.query!r}, {view.ranking!r})\n[passages[i] for i in found['order'][:{view.count}]]"
    parts.call([{"passage": passages[i], "cosine": float(data["cosines"][i]), "bm25": float(data["bm25"][i])} for i in order],
               f"from playground.experiments.text_search import search\n\n{code}",
               f"python -m playground predict text --task search --query {shlex.quote(view.query)} --json < document.txt")  # fmt: skip


def _own_text(kind: Any, view: Any, label: str, words: str) -> None:
    """A box for one's own text, or a file in its place."""
    box, file = st.columns([1.4, 1], gap="medium")
    with file:
        lines = text_batch.upload(f"{kind.key}!own", words)
        if lines is not None:
            digest = text_search.keep_lines(lines)
            if st.session_state.get(f"{kind.key}!own.kept") != digest:
                st.session_state[f"{kind.key}!own.kept"] = digest
                ui.set_values(kind, file=digest)
                st.rerun()
        if view.file:
            st.button("Leave the file, use the box", key=f"{kind.key}!own.leave", on_click=ui.set_values, args=(kind,), kwargs={"file": ""}, icon=":material/close:")
    with box:
        parts.box(kind, view, "text", label, 160)


def labels() -> None:
    """A text and how near it lies to each of one's own labels."""
    view = parts.begin(OwnLabels, text_words.PRESETS["labels"])
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        parts.box(OwnLabels, view, "text", "Your text")
        parts.line(OwnLabels, view, "labels", "Labels, separated by commas", 600)
        parts.line(OwnLabels, view, "template", "Sentence around each label", 120)
    with right:
        asked = view.arguments()
        data = parts.compute(text_labels.label_texts, **asked)
        shares, near = data["shares"][0], data["similarities"][0]
        order = np.argsort(shares)[::-1]
        st.html(figures.big(asked["labels"][order[0]], f"{shares[order[0]]:.1%}"))
        st.html(figures.bars([asked["labels"][i] for i in order], [float(shares[i]) for i in order], best=0))
        parts.took(data, f"cosines {near.min():.2f} to {near.max():.2f}")
        if near.max() < 0.15:
            st.caption(":material/warning: No label lies near this text; the winner is only the least far.")
    st.caption("A method of embeddings: the text goes to the nearest description. It was trained neither on these labels nor on deciding what follows from a text.")
    text_batch.batch(OwnLabels, "own labels", text_labels.lines_of, {name: asked[name] for name in ("labels", "template", "temperature")}, ("label", "score"))
    ui.tasks([ui.Task(*each) for each in text_tasks.labels(view, data)])
    with ui.explain():
        st.markdown(text_words.labels_maths(data, view.temperature))
    short = parts.short(asked["texts"][0])
    parts.call({"text": asked["texts"][0], "labels": [asked["labels"][i] for i in order], "scores": [float(shares[i]) for i in order]},
               f"from playground.experiments.text_labels import label_texts\n\nlabel_texts([{short!r}], {asked['labels']!r}, {asked['template']!r}, {asked['temperature']!r})",
               f"python -m playground predict text --task zero-shot --labels {shlex.quote(','.join(asked['labels']))} --json {shlex.quote(short)}")  # fmt: skip


def layout() -> None:
    """Lines of text as points."""
    view = parts.begin(EmbeddingMap, text_words.PRESETS["map"])
    if view.collection == "own":
        _own_text(EmbeddingMap, view, "One text a line", "Or a file: one text a line (TXT), or a table (CSV)")
        if not (view.text or view.file):
            parts.waiting("Paste at least four lines or choose a file. It is read on this machine and goes nowhere else.")
            return
    asked = view.arguments()
    data = parts.compute(text_map.layout, "Reading every line and laying out the map …", **asked)
    ui.plot(figures.scatter(data, asked["lines"]), key="text_map!plot", alt=f"Map of {len(asked['lines'])} texts in {asked['groups']} groups")
    kept = f"{data['kept']:.0%} of the variance is in the plane" if view.method == "pca" else f"{data['kept']:.0%} of nearest neighbours stay nearest"
    parts.took(data, f"{len(asked['lines']):,} texts", kept, f"silhouette {data['silhouette']:.3f}")
    numbers = range(len(asked["lines"]))
    with st.expander("A text and its neighbours in all 384 dimensions", icon=":material/hub:"):
        chosen = st.selectbox("Text", numbers, format_func=lambda i: asked["lines"][i][:90], key="text_map!one")
        chosen = min(chosen or 0, len(asked["lines"]) - 1)
        st.html(figures.found([asked["lines"][i] for i in data["neighbours"][chosen]], [f"neighbour {rank}" for rank in range(1, 4)]))
    ui.tasks([ui.Task(*each) for each in text_tasks.layout(view, data)])
    with ui.explain():
        st.markdown(text_words.map_maths(data, view.method))
    with st.popover("Take it home", icon=":material/download:"):
        ui.files("text_map!files", [ui.File("Places and groups (CSV)", lambda: text_batch.csv_of(text_map.rows(asked["lines"], data)), "map.csv", "text/csv", "table")])
    parts.call({"x": data["x"], "y": data["y"], "group": data["group"]},
               f"from playground.experiments.text_map import layout\n\nlayout(lines, {view.method!r}, {asked['groups']}, {asked['perplexity']}, {view.seed})",
               "python -m playground predict text --task embed --json < lines.txt")  # fmt: skip


def summary() -> None:
    """A text with its central sentences marked, and those kept."""
    view = parts.begin(Summary, text_words.PRESETS["summary"])
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        parts.box(Summary, view, "text", "Your text", 250)
    with right:
        asked = view.arguments()
        data = parts.compute(text_summary.summarize, **asked)
        st.markdown("**Summary**")
        st.html(figures.block(figures.safe(data["summary"])))
        parts.took(data, f"{len(data['chosen'])} of {len(data['sentences'])} sentences", f"{len(data['summary']) / max(len(asked['text']), 1):.0%} of the length")
    st.markdown("**How central each sentence is**, and the order in which they were chosen")
    st.html(figures.graded(asked["text"], data["sentences"], data["centrality"], data["chosen"]))
    _score("BBC News (200 articles) ROUGE-1", "ROUGE-1 against the extractive summaries of 200 BBC articles")
    ui.tasks([ui.Task(*each) for each in text_tasks.summary(view, data)])
    with ui.explain():
        st.markdown(text_words.summary_maths(data, view.variety))
    parts.call({"summary": data["summary"], "chosen": data["chosen"], "centrality": data["centrality"]},
               f"from playground.experiments.text_summary import summarize\n\nsummarize(text, {view.count}, {view.variety}, {view.lead})['summary']",
               f"python -m playground predict text --task summary --sentences {view.count} --json < article.txt")  # fmt: skip
