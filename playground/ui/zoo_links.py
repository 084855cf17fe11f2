"""From a model to the screens that use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.experiments.gan_words import TRAINED
from playground.zoo import catalogue
from playground.zoo.catalogue import Model

Link = tuple[str, str, Mapping[str, str]]  # address of the screen, words, its settings
TEXT_PARTS = {"sentiment": "classify", "topic": "classify", "tags": "tags", "qa": "answer"}


def links(each: Model) -> list[Link]:
    """Screens on which a model answers, the nearest first; those that this installation does not have are left out by `open_on`."""
    if each.family == "":
        picture = {} if each.more.get("input_shape", [3])[0] == 3 else {"images.picture": "digit-5"}
        return [("images", "Images", {"images.model": each.name, **picture}), ("convolution", "Convolution", {"convolution.part": "inside", "feature_maps.network": each.name})]
    if each.family == "language":
        own = {"text_classify.model": each.name} if TEXT_PARTS.get(each.name) == "classify" else {}
        return [("text", "Text", {"text.part": TEXT_PARTS.get(each.name, "classify"), **own})]
    if each.family == "language/generators":
        return [("transformers", "Transformers", {}), ("text", "Text", {})]
    if each.family == "language/translate":
        return [("text", "Text", {"text.part": "translate"})]
    if each.family == "backbone":
        return [("text", "Text", {"text.part": "compare"})]
    if each.family == "gan":
        return [("gans", "GANs", {"ganlook.part": part}) for part, (_, name) in TRAINED.items() if name == each.name]
    if each.family == "autoencoder":
        return [("autoencoders", "Autoencoders", {"autoencoderlook.inside": "faces" if each.name == "ae-faces" else "bundled"})]
    if each.family == "agents":
        return [("deep-rl", "Deep RL", {"rl.environment": each.name, "rllook.inside": "agents"})]
    if each.area == "Sound":
        return [("speech", "Speech", {})]
    return []


def open_on(name: str) -> None:
    """A link to the nearest screen on which the model `name` answers, if there is one."""
    pages: Mapping[str, Any] = st.session_state.get("!pages", {})
    for address, title, settings in links(catalogue.model(name)):
        if address in pages:
            st.page_link(pages[address], label=title, help=f"Opens the screen {title} with this model", icon=":material/open_in_new:", query_params=dict(settings))
            return
