"""The tasks of the text screen that read with trained heads: classes, names and parts of speech, answers."""

from __future__ import annotations

import shlex
from typing import Any

import numpy as np
import streamlit as st

from playground import ui
from playground.experiments import text_answer, text_classify, text_script, text_tags
from playground.experiments.text_answer import Answer
from playground.experiments.text_classify import Classify
from playground.experiments.text_settings import given
from playground.experiments.text_tags import Tags
from playground.explain import text_attribution, text_tasks, text_words
from playground.figures import text as figures
from playground.ui import text_batch
from playground.ui import text_parts as parts


def classify() -> None:
    """A text, its classes, and what each word did for the answer."""
    view = parts.begin(Classify, text_words.PRESETS["classify"])
    left, right = st.columns([1.25, 1], gap="large")
    with left, ui.plain_words():
        parts.box(Classify, view, "text", "Your text", placeholder="A review, a headline, a message …")
    asked = view.arguments()
    with right:
        data = parts.compute(text_classify.classify_one, **asked)
        _verdict(view, data)
    weights = None
    if view.method != "none":
        weights = _evidence(view, asked, data)
    parts.card(view.model)
    text_batch.batch(Classify, f"{view.model}", text_classify.lines_of, {"model": view.model}, ("label", "score"))
    ui.tasks([ui.Task(*each) for each in text_tasks.classify(view, data, weights)])
    with ui.explain():
        st.markdown(text_words.classify_maths(data, weights))
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("The script repeats this answer with transformers and the same weights.")
        ui.files("text_classify!files", [ui.File(words, make, name, "application/octet-stream", icon) for words, make, name, icon in text_script.files(view.model, asked["text"])])
    record = text_classify.record(asked["text"], data)
    parts.call([record], f"from playground.experiments.text_classify import lines_of\n\nlines_of({asked['model']!r}, [{parts.short(asked['text'])!r}])",
               f"python -m playground predict text --task {asked['model']} --json {shlex.quote(parts.short(asked['text']))}")  # fmt: skip


def _verdict(view: Classify, data: Any) -> None:
    order = np.argsort(data["shares"])[::-1] if len(data["shares"]) > 2 else np.arange(2)
    best = int(np.argmax(data["shares"]))
    st.html(figures.big(data["classes"][best], f"{data['shares'][best]:.1%}"))
    st.html(figures.bars([data["classes"][i] for i in order], [float(data["shares"][i]) for i in order], best=list(order).index(best), two=len(order) == 2))
    parts.took(data, f"{data['tokens']:,} tokens", parts.windows(data["windows"]))
    parts.foreign(given(view.text))
    if data["shares"][best] < 0.65:
        st.caption(":material/balance: Close to even: take it as “it could be either”.")


def _evidence(view: Classify, asked: dict[str, Any], data: Any) -> Any:
    target = text_classify.target_class(data["shares"], view.toward)
    with ui.plain_words():
        found = parts.compute(text_attribution.weigh, "Weighing every word …", model=view.model, text=asked["text"], target=target, method=view.method, points=view.points)
        st.markdown(f"**What speaks for “{data['classes'][target]}”**")
        st.html(figures.weighed(asked["text"], *figures.by_word(found["tokens"], found["weights"], found["words"])))
        st.html(figures.key([("speaks for it", 0, 0.68), ("speaks against it", 1, 0.68)]))
        if found["cut"]:
            st.caption(f"Only the first {text_attribution.MOST} tokens are weighed; the answer is that of the whole text.")
        return found
    return None


def tags() -> None:
    """A text with its names marked, or with the part of speech under every word."""
    view = parts.begin(Tags, text_words.PRESETS["tags"])
    with ui.plain_words():
        parts.box(Tags, view, "text", "Your text")
    asked = view.arguments()
    data = parts.compute(text_tags.tag_one, **asked)
    text = asked["text"]
    names = [each for each in data["names"] if each["share"] >= view.least]
    if view.show == "names":
        st.html(figures.marked(text, names))
        st.html(figures.key([(words, colour, 0.45) for words, colour in figures.NAMES.values()]))
        if not names:
            st.caption("No name was found in this text.")
    else:
        shown = [place for place in data["words"] if place[0] < 3000]
        st.html(figures.speech(text, shown, data["speech"][: len(shown)], data["speech_share"][: len(shown)], text_tags.SPEECH_WORDS))
        used = sorted(set(data["speech"]))
        st.caption(" · ".join(f"{tag} {text_tags.SPEECH_WORDS[tag]}" for tag in used))
    parts.took(data, f"{len(data['words']):,} words", f"{len(names):,} names")
    parts.card("tags")
    text_batch.batch(Tags, "names and words", text_tags.lines_of, {}, ("names",))
    ui.tasks([ui.Task(*each) for each in text_tasks.tags(view, data)])
    with ui.explain():
        st.markdown(text_words.tags_maths(data))
    parts.call(text_tags.record(text, data), f"from playground.experiments.text_tags import lines_of\n\nlines_of([{parts.short(text)!r}])",
               f"python -m playground predict text --task {'ner' if view.show == 'names' else 'pos'} --json {shlex.quote(parts.short(text))}")  # fmt: skip


def answer() -> None:
    """A passage with the words marked that answer the question."""
    view = parts.begin(Answer, text_words.PRESETS["answer"])
    parts.line(Answer, view, "question", "Your question", 300)
    with st.expander("The passage: change it, or paste your own", icon=":material/edit:"), ui.plain_words():
        parts.box(Answer, view, "text", "The passage", 200)
    asked = view.arguments()
    data = parts.compute(text_answer.answer, **asked)
    text, best = asked["text"], data["answers"][0] if data["answers"] else None
    if best and data["none"]:
        st.html(figures.big("The passage does not tell.", f"at best: {best['text']}"))
    elif best:
        st.html(figures.big(best["text"], f"{best['score']:.0%} among the best {len(data['answers'])}"))
        if data["none"] is None:
            st.caption(":material/warning: It marks something even when the passage does not tell: it only learnt from questions that have an answer.")
    else:
        a, b = data["sentences"][int(np.argmax(data["nearness"]))]
        st.html(figures.big(text[a:b], f"nearest sentence, cosine {np.max(data['nearness']):.2f}"))
        st.caption("The head that marks single words is not bundled with this installation: the sentence nearest to the question stands for the answer.")
    st.html(figures.answered(text, data["answers"], data["sentences"], data["nearness"]))
    marks = [("the answer", 1, 0.6), ("other candidates", 1, 0.22)] if best else []
    st.html(figures.key([*marks, ("sentence near the question", 0, 0.25)]))
    if len(data["answers"]) > 1:
        st.html(figures.bars([each["text"] for each in data["answers"]], [each["score"] for each in data["answers"]], best=0))
    parts.took(data, f"{len(data['sentences'])} sentences", parts.windows(data["windows"]))
    if text_answer.bundled():
        parts.card("qa")
    ui.tasks([ui.Task(*each) for each in text_tasks.answer(view, data)])
    with ui.explain():
        st.markdown(text_words.answer_maths(data))
    parts.call({"question": asked["question"], "answers": data["answers"]},
               f"from playground.experiments.text_answer import answer\n\nanswer({parts.short(text)!r}, {asked['question']!r})",
               f"python -m playground predict text --task qa --question {shlex.quote(asked['question'])} --json {shlex.quote(parts.short(text))}")  # fmt: skip
