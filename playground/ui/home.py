"""The parts of Home: cards, learning paths, search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground import ui
from playground.core.glossary import GLOSSARY
from playground.figures import home as figures

ACROSS = 3  # cards in a row

# section: url_path → title, what one sees there, its miniature (None: a network trained for it)
SECTIONS = {
    "Foundations": {
        "activations": ("Activation functions", "The bend that makes depth worth having. Compare twenty, and race a signal through fifty layers.", figures.activations),
        "losses": ("Loss functions", "What “wrong” costs. Drag an outlier and watch each fit give way, or hold.", figures.losses),
        "gradient-descent": ("Gradient descent", "Up to eight optimizers on one surface, a formula of your own, one step taken apart.", figures.descent),
    },
    "Networks": {
        "decision-boundaries": ("Decision boundaries", "Train a network live on spirals, your drawing or your table; edit its weights by hand.", None),
        "train": ("Train a network", "Digits, tables, your own photographs: build it layer by layer, watch it learn, see where it fails.", figures.train),
        "overfitting": ("Overfitting", "When learning turns into remembering, and what holds it back. Double descent included.", figures.overfitting),
    },
    "Architectures": {
        "convolution": ("Convolution", "A kernel you edit slides over a digit you draw; then every feature map of networks that read it.", figures.convolution),
        "recurrent": ("Recurrent networks", "Memories that fade or last: gates step by step, and the gradient's way back through time.", figures.recurrent),
        "transformers": ("Transformers", "A language model opened: every token, head and number between your words and the next one.", figures.transformers),
        "autoencoders": ("Autoencoders", "Squeeze a picture into two numbers, drag them, and watch the picture change.", figures.autoencoders),
        "gans": ("GANs", "A forger and a detective learn from each other, in the plane and in pictures.", figures.gans),
    },
    "Reinforcement learning": {
        "gridworld": ("Gridworld", "Paint a world, watch values spread through it, then beat the agent with the arrow keys.", figures.gridworld),
        "deep-rl": ("Deep RL", "Agents that learn to balance, climb and land while you watch; play the same game yourself.", figures.balancing),
    },
    "Predict": {
        "images": ("Images", "Your photographs and drawings named by trained networks, and what in them decided it.", figures.images),
        "text": ("Text", "Sentiment, names, answers, likeness and search in your own text, with the words that decided.", figures.text),
        "speech": ("Speech", "Say a digit: how sound becomes a picture, what was heard, and what gave it away.", figures.speech),
    },
    "Workbench": {
        "runs": ("Runs", "Everything that was trained here: compare, reopen, share, take home.", figures.runs),
        "zoo": ("Model zoo", "Every model that ships here: what it learnt from, how well it does, what is inside.", figures.zoo),
    },
}
CARDS = {url: row for section in SECTIONS.values() for url, row in section.items()}
PATHS = {
    "First hour": ("decision-boundaries", "gradient-descent", "losses", "train"),
    "How networks learn": ("gradient-descent", "losses", "activations", "decision-boundaries", "overfitting"),
    "From data to decisions": ("train", "overfitting", "runs", "gridworld", "deep-rl"),
    "Inside trained networks": ("convolution", "images", "transformers", "text", "speech", "autoencoders", "gans"),
}


def sections(pages: dict[str, Any]) -> None:
    """Every screen as a card, section by section; short sections share a row. What takes seconds is drawn when all else is there."""
    room, row, later = 0, [], []
    for title, screens in SECTIONS.items():
        present = [url for url in screens if url in pages]
        if not present:
            continue
        if len(present) > room:
            room = 0
        for number, url in enumerate(present):
            if not room:
                row, room = list(st.columns(ACROSS)), ACROSS
            with row[ACROSS - room]:
                st.markdown(f"**{title}**" if number == 0 else "&nbsp;")
                place = card(url, pages[url])
            if CARDS[url][2] is None:
                later.append(place)
            room -= 1
    for place in later:
        with place:
            _trained()


def card(url_path: str, page: Any) -> Any:
    """One screen with its miniature; returns the place of the miniature."""
    title, words, figure = CARDS[url_path]
    with st.container(border=True, key=f"card-{url_path}"):
        place = st.container(key=f"mini-{url_path}")
        st.page_link(page, label=f"**{title}**", width="stretch")
        st.caption(words)
        if figure is not None:
            with place:
                ui.stage(*figure(), key=f"mini-stage-{url_path}", height=120)
    return place


def _trained() -> None:
    """The one miniature that needs torch: trained now, in the evaluator, while the rest of the page is already there."""
    from playground.experiments.boundary_view import miniature

    with ui.plain_words(), st.spinner("Training a network for this picture …"):
        ui.stage(*figures.boundary(*ui.compute(miniature)), key="mini-stage-trained", height=120)


def paths(pages: dict[str, Any]) -> None:
    """Ways through the house."""
    for column, (title, stops) in zip(st.columns(len(PATHS)), PATHS.items(), strict=True):
        with column.container(border=True):
            st.markdown(f"**{title}**")
            for number, stop in enumerate((each for each in stops if each in pages), 1):
                st.page_link(pages[stop], label=f"{number}. {CARDS[stop][0]}")


def search(pages: dict[str, Any]) -> None:
    """Screens and words that match what is typed, while it is typed."""
    text = st.text_input("Search screens and words", key="home.search", placeholder="Search: momentum, dead unit, spiral …", live=True,
                         label_visibility="collapsed", icon=":material/search:")  # fmt: skip
    wanted = (text or "").strip().lower()[:60]
    if not wanted:
        return
    screens = [url for url, (title, words, _) in CARDS.items() if url in pages and wanted in f"{title} {words}".lower()]
    terms = [term for term, meaning in GLOSSARY.items() if wanted in term or wanted in meaning.lower()][:8]
    with st.container(border=True):
        for url in screens:
            st.page_link(pages[url], label=f"{CARDS[url][0]} — {CARDS[url][1]}")
        for term in sorted(terms, key=lambda each: (wanted not in each, each)):
            st.markdown(f"**{term}** — {GLOSSARY[term]}")
        if not screens and not terms:
            st.caption(f"Nothing here is called “{wanted}” yet.")


def resume(pages: dict[str, Any], order: Sequence[str]) -> None:
    """Back to the screen one came from, where its run may still be going."""
    last = st.session_state.get("!last_page")
    if last in pages and last in order:
        run = next((each for name, each in ui.session_runs().items() if each.experiment.page == last), None)
        state = f" · {run.state} at step {run.step:,}" if run and run.step else ""
        st.page_link(pages[last], label=f"Continue where you were: {CARDS[last][0]}{state}", icon=":material/history:")
