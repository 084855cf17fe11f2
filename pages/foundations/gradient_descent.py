"""Gradient descent: a race of optimizers, one step taken apart, which learning rates work, and a network's own landscape."""

from playground import ui
from playground.experiments.descent import PARTS, Descent
from playground.explain import descent_words as words
from playground.ui import descent as parts
from playground.ui import panels

SHOWN = {"race": parts.race, "step": parts.step, "rates": parts.rates, "network": parts.network}

parts.take_pending()
part = ui.controls(Descent, only=()).part
ui.intro("Gradient descent", words.INTRODUCTIONS[part])
panels.choose(Descent, PARTS)
with ui.plain_words():
    SHOWN[part]()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
