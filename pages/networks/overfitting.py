"""Overfitting and regularization: complexity, regularizers, variance, amount of data, double descent; every figure a real run."""

from playground import ui
from playground.experiments.overfitting_screen import PARTS, Overfitting
from playground.explain import overfitting_words as words
from playground.ui import overfitting as parts
from playground.ui import panels

part = ui.controls(Overfitting, only=()).part
ui.intro("Overfitting and regularization", words.INTRODUCTIONS[part])
panels.choose(Overfitting, PARTS)
with ui.plain_words():
    parts.show(part)
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES[part])
