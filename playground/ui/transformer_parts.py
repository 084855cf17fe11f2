"""What the parts of the transformer screen share: model and prompt, the card, what to say of a window."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.data import hub_files
from playground.experiments import transformer_models as models
from playground.figures import text as figures
from playground.ui import hub_download, text_parts


def begin(kind: Any) -> None:
    """The model in the sidebar, of those whose stages can be opened."""
    st.html(figures.STYLE)
    with st.sidebar:
        st.selectbox("Model", list(models.MODELS), key=f"{kind.key}.model", format_func=lambda each: models.MODELS[each], accept_new_options=True,
                     help="stories-gpt comes with the playground. Models of GPT-2's family can be fetched from the Hub: type owner/name.")  # fmt: skip


def ready(view: Any) -> bool:
    """Whether the model is here; otherwise what it takes to bring it."""
    if view.model == models.BUNDLED:
        return True
    name = hub_files.checked(view.model)
    if models.here(name):
        if models.opens(name):
            return True
        st.info(f"{name} is not of GPT-2's family, so its stages cannot be opened here. “Any model” shows its attention and what it writes.", icon=":material/info:")
        return False
    missing(type(view), name)
    return False


def missing(kind: Any, name: str, local: str = "stories-gpt works here without a network.", button: bool = True) -> None:
    """What to say, and to press, while a model is not here."""

    def bundled() -> None:
        st.button("Use stories-gpt", key=f"{kind.key}!local", icon=":material/offline_bolt:", on_click=ui.set_values, args=(kind,), kwargs={"model": models.BUNDLED})

    hub_download.missing(kind.key, name, local, bundled if button else None)


def prompt(kind: Any, view: Any, field: str = "prompt", label: str = "Prompt", height: int = 80) -> None:
    """The box for a prompt."""
    with ui.plain_words():
        text_parts.box(kind, view, field, label, height)


def append(kind: Any, view: Any, field: str = "prompt") -> Any:
    """Takes a pressed next token into the prompt."""
    from playground.experiments.text_settings import given, keep

    def take(at: dict[str, Any]) -> None:
        try:
            ui.set_values(kind, **{field: keep(given(getattr(view, field)) + str(at["word"]), "The prompt")})
        except UserError as error:
            st.session_state[f"{kind.key}!box.{field}.problem"] = str(error)

    return take


def card(model: str) -> None:
    """What is known of the bundled model, in one line and on demand whole."""
    if model != models.BUNDLED:
        return
    from playground.zoo.gpt import gpt_card

    about = gpt_card(model)
    score = next(value for key, value in about.scores.items() if "books perplexity" in key)
    st.caption(f":material/verified: stories-gpt: {about.parameters / 1e6:.2f} M parameters in {about.blocks} blocks of {about.heads} heads, {about.bytes / 1e6:.1f} MB, "
               f"perplexity {score:.1f} on held-out pages",
               help=f"{about.words} Data: {about.data}. Licence: {about.licence}. {about.split}. {about.how}.")  # fmt: skip
