"""Images: a network names a picture, says why, does it for many, and finds things in it."""

from playground import ui
from playground.experiments.images import PARTS, Images
from playground.explain import images_words as words
from playground.ui import images, images_find, images_many, images_why, panels

SHOWN = {"predict": images.predict, "why": images_why.part, "many": images_many.part, "find": images_find.part}

part = ui.controls(Images, only=()).part
ui.intro("Images", words.INTRODUCTIONS[part])
panels.choose(Images, PARTS)
with ui.plain_words():
    SHOWN[part]()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
