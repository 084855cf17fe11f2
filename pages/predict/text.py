"""Text: one small language model, many tasks, with or without a network."""

from playground import ui
from playground.experiments.text_settings import TASKS, TextScreen
from playground.explain import text_words as words
from playground.ui import panels, text, text_hub, text_meaning, text_translate

SHOWN = {
    "classify": text.classify,
    "tags": text.tags,
    "answer": text.answer,
    "compare": text_meaning.compare,
    "search": text_meaning.search,
    "labels": text_meaning.labels,
    "map": text_meaning.layout,
    "summary": text_meaning.summary,
    "translate": text_translate.part,
    "hub": text_hub.part,
}

part = ui.controls(TextScreen, only=()).part
ui.intro("Text", words.INTRODUCTIONS[part])
panels.choose(TextScreen, TASKS)
with ui.plain_words():
    SHOWN[part]()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
