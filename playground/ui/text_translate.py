"""The part of the text screen that translates: the French, what each token looked at, where the network hesitated."""

from __future__ import annotations

import shlex
from typing import Any

import streamlit as st

from playground import ui
from playground.experiments import text_translate as experiment
from playground.experiments import text_translate_script
from playground.experiments.text_translate import Translate
from playground.explain import text_translate as words
from playground.figures import text as figures
from playground.ui import text_batch
from playground.ui import text_parts as parts

GUESS = 0.45  # mean share a token below which a translation is not to be trusted


def part() -> None:
    """A text and its translation on top; below, one sentence of it opened."""
    view = parts.begin(Translate, words.PRESETS)
    left, right = st.columns(2, gap="large")
    with left:
        parts.box(Translate, view, "text", "English", 120, "One or several everyday sentences …")
    asked = view.arguments()
    data = parts.compute(experiment.translate, "Translating …", **asked)
    with right:
        _french(data)
        parts.foreign(asked["text"])
    one = _chosen(data)
    _inside(one, view)
    _card()
    text_batch.batch(Translate, "translations", experiment.lines_of, {"beams": view.beams}, ("translation", "score"))
    ui.tasks([ui.Task(*each) for each in words.tasks(view, data)])
    with ui.explain():
        st.markdown(words.maths(one, view.beams))
    with st.popover("Take it home", icon=":material/download:"):
        st.caption("The script translates the same sentences with the same weights in plain PyTorch, without this app.")
        made = text_translate_script.files([each["english"] for each in data["parts"]], view.beams, experiment.NAME)
        ui.files("text_translate!files", [ui.File(name, make, file, "application/octet-stream", icon) for name, make, file, icon in made])
    short = parts.short(asked["text"])
    record = {"text": asked["text"], "translation": data["text"], "sentences": [{name: each[name] for name in ("written", "score", "also")} for each in data["parts"]]}
    parts.call(record, f"from playground.experiments.text_translate import translate\n\ntranslate({short!r}, beams={view.beams})['text']",
               f"python -m playground predict text --task translation --json {shlex.quote(short)}")  # fmt: skip


def _french(data: dict[str, Any]) -> None:
    """The translation, and what has to be said of it."""
    st.html(f'<div class="big long" lang="fr" dir="auto" style="white-space:pre-wrap">{figures.safe(data["text"])}</div>')
    count = len(data["parts"])
    least = min(each["score"] for each in data["parts"])
    tokens = sum(len(each["target"]) for each in data["parts"])
    parts.took(data, f"{count} sentences" if count > 1 else "", f"{tokens} tokens", f"mean share {least:.0%} a token" + (" in the least sure sentence" if count > 1 else ""))
    if data["pieces"]:
        one = "One sentence is" if data["pieces"] == 1 else f"{data['pieces']} sentences are"
        st.caption(f":material/content_cut: {one} longer than the {experiment.most()} tokens it reads at once and went in pieces, each translated by itself.")
    if data["left"]:
        st.caption(f":material/content_cut: Only the first {count} parts are translated; {data['left']:,} are left out.")
    if least < GUESS:
        st.caption(":material/psychology_alt: It is guessing: words or turns here are strange to it. Do not trust this translation.")


def _chosen(data: dict[str, Any]) -> dict[str, Any]:
    """The sentence that is opened below."""
    found = data["parts"]
    if len(found) == 1:
        return found[0]
    slot = "text_translate!sentence"
    if st.session_state.get(slot, 0) >= len(found):
        st.session_state[slot] = 0
    place = st.selectbox("Sentence opened below", range(len(found)), key=slot, format_func=lambda i: f"{i + 1} · {found[i]['written'][:90]}")
    return found[place or 0]


def _inside(one: dict[str, Any], view: Translate) -> None:
    table, sure = st.columns([1.15, 1], gap="large")
    with table:
        st.markdown("**Where it looked.** A row is a token it wrote, a column one it read; the stronger the blue, the more it looked there.")
        rows, columns = ([each.strip() or "␣" for each in one[name]] for name in ("target", "source"))
        shown = figures.pairs(rows, columns, experiment.attention(one, view.looks), "French tokens, and how much each looked at each English one", "{:.1%}")
        st.html(f"<div class='wide'>{shown}</div>")
        if one["also"]:
            st.markdown("**It also considered**")
            st.html(figures.found([text for text, _ in one["also"]], [f"mean share {score:.0%} a token" for _, score in one["also"]]))
    with sure:
        st.markdown("**How sure it was** of each token, given those before it. Hover for what else could have stood there.")
        st.html(figures.chosen(one["target"], one["shares"].tolist(), one["others"]))
        st.html(figures.key([("sure", 0, 0.15), ("less sure", 0, 0.35), ("below one half", 1, 0.5)]))
        for place in experiment.unsure(one, 2):
            before = "".join(one["target"][:place]).strip()
            st.html(f"<b>It hesitated</b> after “{figures.safe(before[-60:])}”" if before else "<b>It hesitated</b> at the beginning")
            others = one["others"][place]
            best = next((i for i, (word, _) in enumerate(others) if word == one["target"][place]), None)
            st.html(figures.bars([word.strip() or "␣" for word, _ in others], [share for _, share in others], best=best))


def _card() -> None:
    """What is known of the model, in one line and on demand whole."""
    from playground.zoo import translate

    about = translate.translator_card(experiment.NAME)
    scores = " and ".join(f"{name.removeprefix('held-out ').split(',')[0]} {value:.1f}" for name, value in about.scores.items() if "beam" in name)
    st.caption(f":material/verified: {about.words} On held-out sentences {scores} · {about.parameters / 1e6:.2f} M parameters, {about.bytes / 1e6:.1f} MB",
               help=f"Data: {about.data} ({about.licence}). Split: {about.split}. {about.how}.")  # fmt: skip
