"""Speech: a small network hears digits, says what it heard them by, and learns your own words."""

from playground import ui
from playground.experiments.speech import PARTS, Speech
from playground.explain import speech_words as words
from playground.ui import panels, speech, speech_hub, speech_many, speech_teach

SHOWN = {"hear": speech.hear, "inside": speech.inside, "teach": speech_teach.part, "many": speech_many.part, "hub": speech_hub.part}

part = ui.controls(Speech, only=()).part
ui.intro("Speech", words.INTRODUCTIONS[part])
panels.choose(Speech, PARTS)
with ui.plain_words():
    SHOWN[part]()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
