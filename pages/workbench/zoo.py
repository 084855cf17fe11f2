"""Model zoo: every bundled model with its card, what its layers cost, what published ones cost, and what was downloaded."""

from playground import ui
from playground.experiments.zoo import PARTS, Zoo
from playground.explain import zoo_words as words
from playground.ui import panels, zoo, zoo_inside, zoo_kept, zoo_published

SHOWN = {"models": zoo.part, "inside": zoo_inside.part, "published": zoo_published.part, "kept": zoo_kept.part}

part = ui.controls(Zoo, only=()).part
ui.intro("Model zoo", words.INTRODUCTIONS[part])
panels.choose(Zoo, PARTS)
with ui.plain_words():
    SHOWN[part]()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
