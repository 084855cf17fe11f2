"""Any causal language model of the Hub: its attention, its next token, and what it writes, through transformers."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import integer, seed, text
from playground.core.lazy import torch
from playground.experiments.hub_writing import word
from playground.experiments.text_hub import loaded
from playground.experiments.transformer_models import spelt
from playground.experiments.transformer_patterns import patterns
from playground.experiments.transformer_settings import BLOCKS, SHOWN, Prompted, min_p_field, temperature_field, top_k_field, top_p_field

LISTED = {
    "HuggingFaceTB/SmolLM2-135M": "SmolLM2 135M, 270 MB",
    "distilbert/distilgpt2": "DistilGPT-2, 350 MB",
    "EleutherAI/pythia-70m": "Pythia 70M, 170 MB",
    "Qwen/Qwen2.5-0.5B": "Qwen 2.5 0.5B, 1 GB",
}


class AnyModel(Prompted):
    """A model of the Hub, a prompt, and how it goes on."""

    key: ClassVar[str] = "gpt_any"
    title: ClassVar[str] = "Any causal model"

    temperature: float = temperature_field(0.8)
    top_k: int = top_k_field()
    top_p: float = top_p_field(0.95)
    min_p: float = min_p_field()
    count: int = integer(40, 1, 200, label="Tokens", help="How many are written.")
    model: str = text("", max_length=140, group="hidden", label="Model")
    block: int = integer(0, 0, BLOCKS - 1, group="hidden", label="Block")
    head: int = integer(0, 0, 63, group="hidden", label="Head")
    token: int = integer(-1, -1, SHOWN - 1, group="hidden", label="Token")
    seed: int = seed()

    @property
    def chosen(self) -> str:
        """The model asked for, or the first of the list."""
        return self.model or next(iter(LISTED))

    def sampling(self) -> dict[str, Any]:
        """What `choose_from` takes beside the logits."""
        return {"temperature": self.temperature, "top_k": self.top_k, "top_p": self.top_p, "min_p": self.min_p}

    def dragged(self, at: dict[str, Any]) -> dict[str, Any]:
        """Fields that change when a head or a token is pressed."""
        return {"token": int(at["token"])} if at["name"] == "token" else {"block": int(at["block"]), "head": int(at["head"])}


def _read(tokenizer: Any, prompt: str) -> tuple[list[int], int]:
    ids = tokenizer(prompt, add_special_tokens=True)["input_ids"]
    if not ids:
        raise UserError("This model's tokenizer makes nothing of the prompt.", "Write something else.", field="prompt")
    return ids[-SHOWN:], max(0, len(ids) - SHOWN)


def look(model: str, prompt: str) -> dict[str, Any]:
    """Attention and next token of any causal model whose files are here.

    Returns:
        As `transformer_pass.overview`, and "bytes", those of each token.

    Raises:
        UserError: When the files are not here, or the model gives no attention.
    """
    tokenizer, network = loaded("CausalLM", model)
    ids, cut = _read(tokenizer, prompt)
    started = time.perf_counter()
    found = _attended(network, ids, model)
    spent = 1000 * (time.perf_counter() - started)
    given = [each for each in (found.attentions or ()) if each is not None]
    if not given or len({each.shape for each in given}) != 1:
        raise UserError(f"{model} has no attention that can be drawn.", "Choose a transformer whose blocks are alike.", field="model")
    weights = torch.cat(given).float().numpy()
    return {"words": [word(tokenizer, each) for each in ids], "ids": ids, "bytes": [spelt(tokenizer.convert_ids_to_tokens(each)).hex(" ") for each in ids], "cut": cut,
            "weights": weights.astype(np.float16), "patterns": patterns(weights, ids), "logits": found.logits[0, -1].float().numpy(), "milliseconds": spent}  # fmt: skip


def _attended(network: Any, ids: list[int], model: str) -> Any:
    """What the network makes of the tokens, its attention kept: the fast ways of computing it, which writing uses, do not keep it."""
    before = network.config._attn_implementation
    try:
        network.set_attn_implementation("eager")
        with torch.inference_mode():
            return network(input_ids=torch.tensor([ids]), output_attentions=True, use_cache=False)
    except (ValueError, TypeError) as error:
        raise UserError(f"{model} has no attention that can be drawn.", "Choose a transformer whose blocks are alike.", field="model") from error
    finally:
        network.set_attn_implementation(before)


def words(model: str, numbers: list[int]) -> list[str]:
    """Tokens of a model of the Hub in words."""
    tokenizer, _ = loaded("CausalLM", model)
    return [word(tokenizer, each) for each in numbers]
