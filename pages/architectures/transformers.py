"""Transformers: a language model opened stage by stage, writing, taken apart, and learning."""

from playground import ui
from playground.experiments.transformer_settings import PARTS, Transformers
from playground.explain import transformer_words as words
from playground.ui import panels, transformer, transformer_more, transformer_probe, transformer_train, transformer_write

SHOWN = {
    "pass": transformer.opened_pass,
    "write": transformer_write.write,
    "heads": transformer_probe.heads_off,
    "lens": transformer_probe.logit_lens,
    "two": transformer_probe.two_prompts,
    "train": transformer_train.train,
    "pair": transformer_more.pair,
    "cache": transformer_probe.cache,
    "hub": transformer_more.any_model,
}

part = ui.controls(Transformers, only=()).part
ui.intro("Transformers", words.INTRODUCTIONS[part])
panels.choose(Transformers, PARTS)
with ui.plain_words():
    SHOWN[part]()
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
