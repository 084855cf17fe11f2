"""Convolution: a kernel at work, a network from inside, what a unit sees, what it looks for, and what moving the picture does."""

from playground import ui
from playground.experiments.convolution import PARTS, KernelLab
from playground.explain import convolution_words as words
from playground.ui import convolution, convolution_excite, convolution_fields, convolution_inside, convolution_shift, panels

SHOWN = {
    "lab": convolution.lab,
    "inside": convolution_inside.part,
    "field": convolution_fields.part,
    "excite": convolution_excite.part,
    "shift": convolution_shift.part,
}

part = ui.controls(KernelLab, only=()).part
ui.intro("Convolution", words.INTRODUCTIONS[part])
panels.choose(KernelLab, PARTS)
with ui.plain_words():
    SHOWN[part]()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
