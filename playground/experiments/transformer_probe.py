"""Taking a GPT apart: heads switched off, the stream read after every block, two prompts, the cost of not keeping keys and values."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, integer, text
from playground.core.lazy import torch
from playground.data.texts import clean
from playground.experiments import transformer_models as models
from playground.experiments.text_settings import given, passage
from playground.experiments.transformer_pass import mask, names, overview, tokens
from playground.experiments.transformer_settings import BLOCKS, HEADS, SHOWN, Prompted, pairs
from playground.functions.transformer_sampling import divergence, softmax

LENS_TOKENS, LENS_TOP = 18, 5
OFF_CHARACTERS = 6 * BLOCKS * HEADS


class HeadsOff(Prompted):
    """A prompt, and the heads that are switched off."""

    key: ClassVar[str] = "gpt_heads"
    title: ClassVar[str] = "Heads switched off"

    press: str = choice("off", {"off": "switches it off or on", "look": "opens it"}, label="Pressing a head", help="What a press on a small picture does.")
    off: str = text("", max_length=OFF_CHARACTERS, group="hidden", label="Heads off")
    block: int = integer(0, 0, BLOCKS - 1, group="hidden", label="Block")
    head: int = integer(0, 0, HEADS - 1, group="hidden", label="Head")
    token: int = integer(-1, -1, SHOWN - 1, group="hidden", label="Token")

    def check(self) -> None:
        pairs(self.off)

    def dragged(self, at: dict[str, Any]) -> dict[str, Any]:
        """Fields that change when a head or a token is pressed."""
        if at["name"] == "token":
            return {"token": int(at["token"])}
        spot = (int(at["block"]), int(at["head"]))
        if self.press == "look":
            return {"block": spot[0], "head": spot[1]}
        now = set(pairs(self.off)) ^ {spot}
        return {"off": " ".join(f"{block}.{head}" for block, head in sorted(now)), "block": spot[0], "head": spot[1]}


class Lens(Prompted):
    """A prompt whose stream is read after every block."""

    key: ClassVar[str] = "gpt_lens"
    title: ClassVar[str] = "Logit lens"

    show: str = choice("word", {"word": "likeliest token", "answer": "share of the final answer", "surprise": "share of the true next token"}, label="Colours show",
                       help="What the tint of a cell stands for.")  # fmt: skip


class TwoPrompts(Prompted):
    """Two prompts for the same model."""

    key: ClassVar[str] = "gpt_two"
    title: ClassVar[str] = "Two prompts"

    prompt: str = passage("The little girl was very happy because", "First prompt")
    other: str = passage("The little boy was very happy because", "Second prompt")

    def second(self) -> dict[str, Any]:
        """What `overview` takes for the second prompt."""
        return {"model": self.model, "prompt": clean(given(self.other), "The second prompt")}


class CacheTiming(Prompted):
    """How long a token takes, with and without keys and values kept."""

    key: ClassVar[str] = "gpt_cache"
    title: ClassVar[str] = "KV cache"

    most: int = integer(240, 32, 1000, step=8, label="Longest text", unit="tokens", help="Measured up to here, or to what the model can read.")
    again: int = integer(0, 0, 1000, group="hidden", label="Measurement")


def without(model: str, prompt: str, off: list[tuple[int, int]]) -> dict[str, Any]:
    """The prediction with all heads and without some of them.

    Returns:
        As `overview` for the model without `off`; "plain", the logits with all heads; "worth" (blocks, heads), how far the prediction moves, in
        bits, when each head alone is switched off.
    """
    known, row = models.loaded(model), models.read(model, prompt, SHOWN)
    shape = known.model.shape
    ids = row.tensor[None]
    with torch.no_grad():
        plain = known.model(ids, last=True)[0, 0].numpy()
        worth, shares = np.zeros((shape.blocks, shape.heads), np.float32), softmax(plain)
        for block in range(shape.blocks):
            for head in range(shape.heads):
                moved = known.model(ids, kept=mask(known.model, [(block, head)]), last=True)[0, 0].numpy()
                worth[block, head] = divergence(shares, softmax(moved))
    return {**overview(model, prompt, off), "plain": plain, "worth": worth}


def lens(model: str, prompt: str) -> dict[str, Any]:
    """What the model would say if it stopped after each block.

    Returns:
        "words" of the last LENS_TOKENS tokens, "top" (blocks + 1, T, LENS_TOP) their likeliest followers in words, "shares" of the same, "answer"
        (blocks + 1, T) the share of what the last block says, "true" (blocks + 1, T) that of the token that really follows, NaN at the last.
    """
    from playground.networks.gpt_open import walk

    known, row = models.loaded(model), models.read(model, prompt)
    _, streams = walk(known.model, row.tensor)
    with torch.no_grad():
        shares = known.model.scores(streams[:, -LENS_TOKENS:]).softmax(-1)
    best = shares.topk(LENS_TOP)
    final = shares[-1].argmax(-1)
    ids = row.ids[-LENS_TOKENS:]
    answer = shares.gather(2, final[None, :, None].expand(len(shares), -1, 1))[..., 0].numpy()
    true = np.full(answer.shape, np.nan, np.float32)
    if len(ids) > 1:
        true[:, :-1] = shares[:, :-1].gather(2, torch.tensor(ids[1:])[None, :, None].expand(len(shares), -1, 1))[..., 0].numpy()
    words = [[names(model, cell) for cell in line] for line in best.indices.tolist()]
    return {**tokens(model, ids), "top": words, "shares": best.values.numpy(), "answer": answer, "true": true, "cut": len(row.ids) - len(ids) + row.cut}


def timing(model: str, prompt: str, most: int, again: int) -> dict[str, Any]:
    """Milliseconds for one more token after texts of several lengths, with and without cache.

    Args:
        again: Changes nothing but that it is measured anew.

    Returns:
        "lengths", "cached", "plain" (n,) float64, the best of three each; "bytes" a token in the cache, "speedup" at the longest text.
    """
    from playground.networks.gpt import Cache

    known = models.loaded(model)
    network, shape = known.model, known.model.shape
    ids = models.read(model, prompt).ids
    longest = min(most, shape.context - 1)
    whole = torch.tensor([(ids * (longest // len(ids) + 1))[: longest + 1]])
    lengths = sorted({max(2, round(longest * part)) for part in (0.03, 0.08, 0.16, 0.3, 0.45, 0.6, 0.8, 1.0)})
    cached, plain = [], []
    with torch.no_grad():
        for length in lengths:
            cache = Cache(shape)
            network(whole[:, :length], cache, last=True)
            cached.append(min(_timed(lambda: _step(network, whole, cache, length)) for _ in range(4)))
            plain.append(min(_timed(lambda: network(whole[:, : length + 1], last=True)) for _ in range(3)))
    return {"lengths": np.array(lengths, np.float64), "cached": np.array(cached), "plain": np.array(plain), "bytes": 2 * shape.blocks * shape.width * 4,
            "speedup": plain[-1] / cached[-1]}  # fmt: skip


def _step(network: Any, whole: Any, cache: Any, length: int) -> None:
    cache.length = length
    network(whole[:, length : length + 1], cache, last=True)


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def same_model(one: np.ndarray, other: np.ndarray) -> None:
    """Refuse to compare predictions over different vocabularies."""
    if len(one) != len(other):
        raise UserError("These two predictions are of different models.", "Choose one model for both prompts.")
