"""Encoder-decoders of the Hub that translate and summarize, a few tokens a call, so that a page can show the text as it grows and stop it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from playground.core.fleeting import fleeting
from playground.core.lazy import torch
from playground.experiments.hub_writing import OTHERS, PIECE_SECONDS, ends

ORDERED = ("t5", "mt5")  # families that are told in words what to do


@fleeting(2)
def _read(model: str, text: str, most: int) -> tuple[Any, Any, int]:
    """Attention mask, what the encoder makes of a text, and how many tokens of it were left out."""
    from playground.experiments.text_hub import loaded

    tokenizer, network = loaded("Seq2SeqLM", model)
    read = tokenizer(text, return_tensors="pt", truncation=True, max_length=most)
    mask = read["attention_mask"]
    return mask, network.get_encoder()(input_ids=read["input_ids"], attention_mask=mask, return_dict=True), max(0, len(tokenizer(text)["input_ids"]) - most)


def rewrite(model: str, text: str, told: str, done: Sequence[int], count: int, seconds: float = PIECE_SECONDS) -> dict[str, Any]:
    """The next few tokens of what a model makes of a text, always the likeliest, by the model's own rules against repeating itself.

    Args:
        told: What is to be done; read by T5 alone, other models know one thing to do.
        done: Tokens written so far.

    Returns:
        As `hub_writing.write`.

    Raises:
        UserError: When the model is not here, or is no encoder-decoder.
    """
    from playground.experiments.text_hub import loaded, most_of

    tokenizer, network = loaded("Seq2SeqLM", model)
    begun = time.perf_counter()
    new: list[int] = []
    over = "count" if len(done) >= count else ""
    with torch.inference_mode():
        mask, encoded, left_out = _read(model, f"{told} {text}" if network.config.model_type in ORDERED else text, most_of(network))
        start = network.generation_config.decoder_start_token_id
        before = [network.config.decoder_start_token_id if start is None else start, *map(int, done)]
        if not over:
            made = network.generate(
                encoder_outputs=encoded, attention_mask=mask, decoder_input_ids=torch.tensor([before]), max_new_tokens=count - len(done), num_beams=1, do_sample=False,
                forced_eos_token_id=None, max_time=None if math.isinf(seconds) else seconds,
            )  # fmt: skip
            new = [int(each) for each in made[0][len(before) :]]
            if new and new[-1] in ends(network, tokenizer):
                new, over = new[:-1], "end"
            elif len(done) + len(new) >= count:
                over = "count"
    return {"ids": new, "text": tokenizer.decode([*done, *new], skip_special_tokens=True), "over": over, "reading": 1.0, "milliseconds": 1000 * (time.perf_counter() - begun),
            "left_out": left_out, "prompt": [], "others": np.zeros((0, OTHERS), np.int32), "shares": np.zeros((0, OTHERS + 1), np.float32), "words": {},
            "template": True}  # fmt: skip
