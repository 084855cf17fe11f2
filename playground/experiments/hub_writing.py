"""Any causal language model of the Hub writing, a few tokens a call: what was read stays in memory, so that a page can show the text as it grows and stop it."""

from __future__ import annotations

import inspect
import time
import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.fleeting import fleeting
from playground.core.lazy import torch
from playground.core.randomness import numpy_stream
from playground.experiments.transformer_models import shown, spelt
from playground.functions.transformer_sampling import choose_from, draw

READ = 900  # tokens of a prompt that are read: some ten seconds of one core with a model of 360 million parameters
AT_ONCE = 64  # tokens of a prompt read between two looks at the clock
OTHERS = 8  # candidates kept a token
PIECE_SECONDS = 0.3  # that one call may take, beyond the token it is at
KEPT = 2  # texts whose keys and values stay in memory

Turns = Sequence[Mapping[str, str]]


@dataclass(eq=False)
class _Read:
    """What a network has read, with the keys and values of it."""

    network: Any  # a weak reference: what is no longer loaded is not kept alive from here
    ids: list[int] = field(default_factory=list)
    past: Any = None
    logits: Any = None  # of the token after the last one read


@fleeting(1)
def _texts() -> OrderedDict[int, _Read]:
    """The texts read last, the latest at the end; a process that nobody asks any more lets go of them."""
    return OrderedDict()


def tokens_of(tokenizer: Any, prompt: str, turns: Turns = ()) -> list[int]:
    """A prompt, or a conversation in the form that the model was taught, as token numbers.

    Raises:
        UserError: When the tokenizer makes nothing of it, or its form of conversations refuses it.
    """
    if not turns:
        ids = tokenizer(prompt, add_special_tokens=True)["input_ids"]
    else:
        ids = tokenizer(written_out(tokenizer, turns), add_special_tokens=False)["input_ids"]
    if not ids:
        raise UserError("This model's tokenizer makes nothing of the prompt.", "Write something else.", field="prompt")
    return [int(each) for each in ids]


def converses(tokenizer: Any) -> bool:
    """Whether a model says how its conversations are written."""
    return bool(getattr(tokenizer, "chat_template", None))


def written_out(tokenizer: Any, turns: Turns) -> str:
    """A conversation as one text that ends where the model's answer begins.

    Raises:
        UserError: When the model's own form cannot hold these turns.
    """
    if not converses(tokenizer):
        names = {"user": "Question", "assistant": "Answer"}
        return "\n".join(f"{names[each['role']]}: {each['content']}" for each in turns) + "\nAnswer:"
    from jinja2 import TemplateError

    try:
        return str(tokenizer.apply_chat_template([dict(each) for each in turns], tokenize=False, add_generation_prompt=True))
    except (TemplateError, TypeError, ValueError) as error:
        raise UserError(f"This model's form of conversations refuses this one ({str(error)[:120]}).", "Begin a new conversation, or choose another model.") from error


def fitted(tokenizer: Any, prompt: str, turns: Turns, most: int) -> tuple[list[int], int]:
    """Token numbers that fit into `most`, and how many were left out: the oldest turns first, then the beginning."""
    ids = tokens_of(tokenizer, prompt, turns)
    whole, turns = len(ids), list(turns)
    while len(ids) > most and len(turns) > 2:
        turns = turns[2:]  # a question goes with its answer
        ids = tokens_of(tokenizer, prompt, turns)
    return ids[-most:], whole - min(most, len(ids))


def context(network: Any) -> int:
    """Tokens a network can have before it at once."""
    return int(getattr(network.config, "max_position_embeddings", 0) or 2048)


def ends(network: Any, tokenizer: Any) -> set[int]:
    """Tokens after which the model has nothing more to say."""
    told = getattr(network.generation_config, "eos_token_id", None)
    listed = told if isinstance(told, (list, tuple)) else [told]
    return {int(each) for each in (*listed, tokenizer.eos_token_id) if each is not None}


def write(model: str, prompt: str, turns: Turns, done: Sequence[int], count: int, seed: int, temperature: float, top_k: int, top_p: float, min_p: float,
          seconds: float = PIECE_SECONDS) -> dict[str, Any]:  # fmt: skip
    """The next few tokens of a text: as many as come within `seconds`, and at most until `count` are written.

    The same settings give the same text, in however many calls: the luck of a token depends on the seed and its place alone.

    Args:
        prompt, turns: What stands before: a text, or instead a conversation, [{"role": "user" or "assistant", "content"}].
        done: Tokens written so far.

    Returns:
        "ids" (the new tokens), "text" (of all written tokens), "over" ("" while there is more to come, else why it ended), "reading" (share of the prompt that is
        read, below 1 while no token can come yet), "milliseconds", "left_out" (tokens of the prompt that were not read), "prompt" (the token numbers that were),
        "others" (n, 8) int32 candidates and "shares" (n, 9) float32 of the new tokens: of the candidates, and last of the token itself;
        "words" {token number: how it is shown}; "template" whether a conversation was written in the model's own form.

    Raises:
        UserError: When the model is not here or cannot write.
    """
    from playground.experiments.text_hub import loaded

    tokenizer, network = loaded("CausalLM", model)
    begun = time.perf_counter()
    most = max(1, min(READ, max(context(network) - count, context(network) // 2)))
    before, left_out = fitted(tokenizer, prompt, turns, most)
    whole, ending = [*before, *map(int, done)], ends(network, tokenizer)
    new, others, shares, over = [], [], [], ""
    with torch.inference_mode():
        while not over:
            if len(whole) - len(before) >= count:
                over = "count"
            elif len(whole) >= context(network):
                over = "window"
            elif (logits := _logits(network, whole, begun + seconds)) is None:
                break
            else:
                place = len(whole) - len(before)
                choice = choose_from(logits, temperature, top_k, top_p, min_p)
                token = draw(choice.kept, float(numpy_stream(seed, "token", place).random()))
                if token in ending:
                    over = "end"
                    break
                new.append(token)
                whole.append(token)
                best = _best(choice.shares)
                others.append(best)
                shares.append([*choice.kept[best], choice.kept[token]])
            if time.perf_counter() - begun >= seconds and not over and len(whole) - len(before) < count:
                break
    read = next((each for each in _texts().values() if each.network() is network and whole[: len(each.ids)] == each.ids), None)
    named = {*new, *(int(each) for row in others for each in row), *(() if done else before)}
    return {"ids": new, "text": tokenizer.decode(whole[len(before) :], skip_special_tokens=True), "over": over,
            "reading": 1.0 if len(whole) > len(before) or over else len(read.ids) / len(before) if read else 0.0,
            "milliseconds": 1000 * (time.perf_counter() - begun), "left_out": left_out, "prompt": before,
            "others": np.array(others, np.int32).reshape(-1, OTHERS), "shares": np.array(shares, np.float32).reshape(-1, OTHERS + 1),
            "words": {each: word(tokenizer, each) for each in sorted(named)}, "template": converses(tokenizer)}  # fmt: skip


def word(tokenizer: Any, token: int) -> str:
    """A token as it is shown; bytes that are no whole sign as ⟨e2⟩."""
    said, piece = tokenizer.decode([token]), tokenizer.convert_ids_to_tokens(token) or ""
    if "\ufffd" in said:
        return shown(spelt(piece))
    begins = piece.startswith("▁") and not said.startswith(" ")  # SentencePiece drops the space of a first word
    return (" " if begins else "") + said


def _best(shares: np.ndarray) -> np.ndarray:
    best = np.argpartition(-shares, OTHERS)[:OTHERS]
    return best[np.argsort(-shares[best], kind="stable")].astype(np.int32)


def _logits(network: Any, whole: list[int], until: float) -> np.ndarray | None:
    """Of the token after `whole`, (V,) float32; None when time is up before it is read."""
    held = _held(network, whole)
    accepted = inspect.signature(network.forward).parameters
    more = {"logits_to_keep": 1} if "logits_to_keep" in accepted else {}
    while len(held.ids) < len(whole):
        part = whole[len(held.ids) : len(held.ids) + AT_ONCE]
        found = network(input_ids=torch.tensor([part]), past_key_values=held.past, use_cache=True, **more)
        held.past, held.logits, held.ids = found.past_key_values, found.logits[0, -1].float().numpy(), held.ids + part
        if time.perf_counter() > until and len(held.ids) < len(whole):
            return None
    return held.logits


def _held(network: Any, whole: list[int]) -> _Read:
    """What was read of this text before, or a fresh start; a text that branches off elsewhere is read anew."""
    texts = _texts()
    for key, held in texts.items():
        if held.network() is network and held.ids and whole[: len(held.ids)] == held.ids:
            texts.move_to_end(key)
            return held
    fresh = _Read(weakref.ref(network))
    texts[id(fresh)] = fresh
    while len(texts) > KEPT:
        texts.popitem(last=False)
    return fresh
