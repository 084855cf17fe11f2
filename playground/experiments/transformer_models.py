"""The models that the transformer screen can open, and text as they read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from playground.core.errors import UserError
from playground.core.lazy import lasting, torch
from playground.data import hub_files
from playground.data.texts import clean

if TYPE_CHECKING:
    from torch import Tensor

    from playground.zoo.gpt import Generator

BUNDLED = "stories-gpt"
HUB = {"distilbert/distilgpt2": "DistilGPT-2, 350 MB", "openai-community/gpt2": "GPT-2 small, 550 MB"}  # of GPT-2's family: every stage opens
MODELS = {BUNDLED: "stories-gpt, bundled", **HUB}


@dataclass(frozen=True, eq=False)
class Read:
    """A text as a model reads it.

    Attributes:
        ids: Token numbers, at most as many as were asked for: the last ones.
        cut: Tokens at the beginning that were left out.
    """

    ids: list[int]
    cut: int

    @property
    def tensor(self) -> Tensor:
        return torch.tensor(self.ids)


def here(model: str) -> bool:
    """Whether a model can be opened now."""
    return model == BUNDLED or hub_files.cached(model) is not None


@lru_cache(2)
@lasting
def loaded(model: str) -> Generator:
    """A model of GPT-2's family with its tokenizer.

    Raises:
        UserError: When it is not on this machine, or is of another family.
    """
    from playground.zoo import gpt

    if model == BUNDLED:
        return gpt.bundled(model)
    weights = hub_files.cached(hub_files.checked(model))
    config, tokenizer = (hub_files.cached(model, name) for name in ("config.json", "tokenizer.json"))
    if weights is None or config is None:
        raise hub_files.missing(model)
    if tokenizer is None:
        raise UserError(f"{model} brings no tokenizer.json.", "Choose a model that does, such as openai-community/gpt2.")
    return gpt.opened(weights.parent, model)


def opens(model: str) -> bool:
    """Whether a model on this machine is of GPT-2's family, so that every stage can be opened."""
    if model == BUNDLED:
        return True
    config = hub_files.cached(model, "config.json")
    return config is not None and json.loads(config.read_text(encoding="utf-8")).get("model_type") == "gpt2"


def read(model: str, prompt: str, most: int = 0) -> Read:
    """The last `most` tokens of a prompt, at most as many as the model reads at once.

    Raises:
        UserError: When the prompt is empty or too long.
    """
    known = loaded(model)
    ids = known.tokenizer.encode(clean(prompt, "The prompt")).ids
    most = min(most or known.model.shape.context, known.model.shape.context)
    return Read(ids[-most:], max(0, len(ids) - most))


@lru_cache(1)
def _bytes() -> dict[str, int]:
    """The signs with which byte-level BPE writes bytes (Radford et al. 2019): printable ones stand for themselves, the rest are moved up."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [each for each in range(256) if each not in plain]
    return {chr(code): code for code in plain} | {chr(256 + place): code for place, code in enumerate(others)}


@lru_cache(4)
def vocabulary(model: str) -> list[str]:
    """Every token as it is shown: its text, with bytes that are no whole sign as ⟨e2⟩."""
    tokenizer, signs = loaded(model).tokenizer, _bytes()
    return [shown(bytes(signs[sign] for sign in word) if word and all(sign in signs for sign in word) else (word or "").encode())
            for word in map(tokenizer.id_to_token, range(tokenizer.get_vocab_size()))]  # fmt: skip


def raw(model: str, token: int) -> bytes:
    """The bytes that a token stands for."""
    return spelt(loaded(model).tokenizer.id_to_token(token))


def spelt(word: str) -> bytes:
    """The bytes that a token of byte-level BPE is written with; any other word's own."""
    signs = _bytes()
    return bytes(signs[sign] for sign in word) if all(sign in signs for sign in word) else word.encode()


def shown(content: bytes) -> str:
    """Bytes as text; what is no whole sign stands as ⟨e2⟩."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return "".join(chr(each) if 32 <= each < 127 else f"⟨{each:02x}⟩" for each in content)


def places(model: str) -> int:
    """Tokens a model can read at once."""
    return loaded(model).model.shape.context
