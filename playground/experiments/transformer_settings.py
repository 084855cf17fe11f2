"""The transformer screen: its parts, and what their settings share."""

from __future__ import annotations

from typing import Any, ClassVar

from playground.core.errors import UserError
from playground.core.fields import choice, integer, number, text
from playground.data.texts import clean
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage
from playground.experiments.transformer_models import BUNDLED

PARTS = {
    "pass": "One pass, opened",
    "write": "Write",
    "heads": "Heads off",
    "lens": "Logit lens",
    "two": "Two prompts",
    "train": "Train one",
    "pair": "Sentence pair",
    "cache": "KV cache",
    "hub": "Any model",
}
PROMPT = "Once upon a time there was a little girl who lived near the forest. One day she met a"
SHOWN = 64  # tokens of a prompt whose attention is drawn: the last ones
BLOCKS, HEADS = 48, 25  # at most, of a model that is opened (GPT-2 XL)


class Transformers(Still):
    """Which part is shown."""

    key: ClassVar[str] = "transformers"
    title: ClassVar[str] = "Transformers"
    page: ClassVar[str] = "transformers"

    part: str = choice("pass", PARTS, group="hidden", label="Part")


def temperature_field(default: float = 1.0, **more: Any) -> Any:
    words = "Logits are divided by it: below 1 the likeliest gain, above 1 the others; 0 takes the likeliest."
    return number(default, 0.0, 3.0, step=0.05, label="Temperature", help=words, **more)


def top_k_field(default: int = 0, **more: Any) -> Any:
    return integer(default, 0, 200, label="Top-k", help="Only so many of the likeliest tokens remain; 0 keeps all.", **more)


def top_p_field(default: float = 1.0, **more: Any) -> Any:
    return number(default, 0.05, 1.0, step=0.01, label="Top-p", help="The likeliest tokens remain until their shares sum to this.", **more)


def min_p_field(default: float = 0.0, **more: Any) -> Any:
    return number(default, 0.0, 0.5, step=0.01, label="Min-p", help="Tokens remain whose share is at least this part of the likeliest one's.", **more)


class Prompted(Still):
    """What the parts have in common that read one prompt with one model."""

    page: ClassVar[str] = "transformers"

    model: str = text(BUNDLED, max_length=140, group="hidden", label="Model")
    prompt: str = passage(PROMPT, "Prompt")

    def asked(self) -> dict[str, Any]:
        """Model and prompt as functions take them.

        Raises:
            UserError: When the prompt is empty.
        """
        return {"model": self.model, "prompt": clean(given(self.prompt), "The prompt")}


def pairs(written: str, what: str = "Heads") -> list[tuple[int, int]]:
    """Heads written as "0.3 2.1", counted from 0: block, then head.

    Raises:
        UserError: When it is something else.
    """
    found = []
    for word in written.split():
        block, _, head = word.partition(".")
        if not (block.isascii() and head.isascii() and block.isdigit() and head.isdigit()):
            raise UserError(f"{what} are written like “0.3 2.1”, block and head counted from 0; got {word[:20]!r}.", field="off")
        found.append((int(block), int(head)))
    return sorted(set(found))
