"""The recipe of the bundled language model stories-gpt.

    python -m playground.zoo.recipes.stories train       goes on from its checkpoint; writes weights and card at the end
    python -m playground.zoo.recipes.stories evaluate    the bundled weights, measured now
    python -m playground.zoo.recipes.stories keep        writes weights and card of the checkpoint as it stands

Matrices of the blocks are learnt with Muon (Jordan et al. 2024), everything else with AdamW (Loshchilov and Hutter 2019); short
warm-up, then a linear fall to zero. Products are taken in bfloat16, weights and their sums stay in float32.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from playground.core.errors import UserError
from playground.core.places import home
from playground.networks.gpt import GPT, Shape
from playground.zoo import gpt
from playground.zoo.recipes import checkpoints, stories_data

NAME = "stories-gpt"
SHAPE = Shape(vocabulary=stories_data.VOCABULARY, context=256, width=256, blocks=6, heads=4)
SEED, TOKENS, UPDATES, WARM = 7, 4096, 2000, 0.02  # TOKENS an update: windows of half the context, every fourth time of the whole
SMALL = 0.2  # share of windows from the small stories
MATRIX_RATE, OTHER_RATE, DECAY = 0.003, 0.002, 0.1
SLICE = 256


class Surprise(torch.autograd.Function):
    """Mean cross-entropy of the next token, with its gradient taken at once in slices that stay in the processor's cache."""

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, words: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        given, matrix = hidden.to(torch.bfloat16), words.to(torch.bfloat16)
        toward, change, total = torch.empty_like(hidden), torch.zeros_like(words), 0.0
        for begin in range(0, len(given), SLICE):
            rows, wanted = given[begin : begin + SLICE], targets[begin : begin + SLICE, None]
            logits = (rows @ matrix.T).float()
            logits -= logits.logsumexp(1, keepdim=True)
            total -= float(logits.gather(1, wanted).sum())
            slope = logits.exp_().scatter_add_(1, wanted, torch.full_like(wanted, -1, dtype=logits.dtype)).to(torch.bfloat16)
            toward[begin : begin + SLICE] = slope @ matrix
            change += slope.T @ rows
        ctx.save_for_backward(toward / len(given), change / len(given))
        return torch.tensor(total / len(given))

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        toward, change = ctx.saved_tensors
        return toward * slope, change * slope, None


class Session:
    """Model, optimizers and place in the training; iterating over it trains to the end and yields smoothed losses."""

    def __init__(self) -> None:
        self.tokenizer, self.parts = stories_data.prepared(home() / "zoo" / f"{NAME}.tokens")
        self.model = GPT(SHAPE).start(torch.Generator().manual_seed(SEED))
        matrices = [each for name, each in self.model.named_parameters() if name.startswith("blocks.") and each.ndim == 2]
        known = {id(each) for each in matrices}
        others = [each for each in self.model.parameters() if id(each) not in known]
        self.optimizers = (
            torch.optim.Muon(matrices, lr=MATRIX_RATE, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.95), weight_decay=0.0),
        )
        self.rates = (MATRIX_RATE, OTHER_RATE)
        self.step, self.seconds, self.loss = 0, 0.0, float("nan")

    def __iter__(self) -> Iterator[float]:
        self.model.train()
        while self.step < UPDATES:
            started = time.process_time()
            loss = self._update()
            self.step += 1
            self.seconds += time.process_time() - started
            self.loss = loss if not np.isfinite(self.loss) else 0.98 * self.loss + 0.02 * loss
            yield self.loss

    def batch(self) -> torch.Tensor:
        """(n, window + 1) tokens: windows that begin where a paragraph does or anywhere, drawn from the seed and the step alone."""
        stream, rows = np.random.default_rng([SEED, self.step]), []
        size = (SHAPE.context if self.step % 4 == 3 else SHAPE.context // 2) + 1
        for _ in range(TOKENS // (size - 1)):
            part = self.parts[int(stream.random() < SMALL)]
            anywhere = int(stream.integers(0, len(part.ids) - size))
            begin = int(part.starts[np.searchsorted(part.starts, anywhere, "right") - 1]) if stream.random() < 0.5 else anywhere
            rows.append(part.ids[begin : begin + size].astype(np.int64))
        return torch.from_numpy(np.stack(rows))

    def _update(self) -> float:
        place = self.step / UPDATES
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * min(place / WARM, (1 - place) / (1 - WARM))
        ids = self.batch()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.model.norm(self.model.stream(ids[:, :-1]))
        loss = Surprise.apply(hidden.flatten(0, 1), self.model.words.weight, ids[:, 1:].flatten())
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.item()

    def state(self) -> dict[str, Any]:
        """Everything a later training needs to go on as if there had been no break."""
        return checkpoints.arrays(self.model, self.optimizers) | {"update": self.step, "seconds": self.seconds, "loss": self.loss}

    def load(self, state: dict[str, Any]) -> None:
        checkpoints.put_back(state, self.model, self.optimizers)
        self.step, self.seconds, self.loss = int(state["update"]), float(state["seconds"]), float(state["loss"])


def train(say: Callable[[str], Any] = print) -> gpt.GPTCard:
    """Train, measure, and keep weights and card; goes on from the checkpoint if there is one."""
    session = resumed(say)
    with checkpoints.kept_at_the_end(NAME, session):
        _learn(session, say)
    return keep(session)


def _learn(session: Session, say: Callable[[str], Any]) -> None:
    clock = checkpoints.Clock(NAME, session)
    for loss in session:
        if clock.due():
            say(f"update {session.step} of {UPDATES}: loss {loss:.4f}, {session.seconds:.0f} s")


def resumed(say: Callable[[str], Any] = print) -> Session:
    """The training as its checkpoint left it, or a new one."""
    session = Session()
    if checkpoints.resume(NAME, session):
        say(f"Going on after update {session.step} of {UPDATES}.")
    return session


def measure(model: GPT, parts: Sequence[stories_data.Part]) -> dict[str, float]:
    """Perplexity a token and bits a character on what was held out: windows of the whole context side by side, every one begun without what came before."""
    size, found = SHAPE.context, {}
    for part in parts:
        ids = torch.from_numpy(part.held.astype(np.int64))
        rows = [ids[begin : begin + size + 1] for begin in range(0, len(ids) - 1, size)]
        batches = [torch.stack(rows[:-1][begin : begin + 8]) for begin in range(0, len(rows) - 1, 8)] + [rows[-1][None]]
        with torch.no_grad():
            total = sum(float(functional.cross_entropy(model(each[:, :-1]).flatten(0, 1), each[:, 1:].flatten(), reduction="sum")) for each in batches)
        found[f"held-out {part.name} perplexity a token"] = float(np.exp(total / (len(ids) - 1)))
        found[f"held-out {part.name} bits a character"] = total / np.log(2) / part.characters
    return found


def keep(session: Session) -> gpt.GPTCard:
    """Measure, and write weights, tokenizer and card."""
    session.model.eval()
    about = {
        "title": "stories-gpt", "task": "text generation", "words": "A small GPT-2 that has read children's books and writes in their manner; it knows no facts.",
        "data": "52 children's books of Project Gutenberg (Lang, Grimm, Andersen, Jacobs, Baum, Carroll, Nesbit and others) and 978 stories of TinyStories (Eldan and Li 2023)",
        "licence": "books: public domain in the USA; TinyStories: CDLA-Sharing-1.0", "split": "held out: the last 5 % of the paragraphs of each book, every 20th small story",
        "scores": measure(session.model, session.parts), "updates": session.step, "of_updates": UPDATES, "seconds": round(session.seconds),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "command": "python -m playground.zoo.recipes.stories train",
        "how": f"{session.step:,} of {UPDATES:,} updates of {TOKENS:,} tokens ({session.step * TOKENS / 1e6:.1f} M seen, windows of {SHAPE.context // 2} or {SHAPE.context}), "
               f"{SMALL:.0%} of them from TinyStories; Muon (rate {MATRIX_RATE}, weight decay {DECAY}) for the blocks' matrices, AdamW (rate {OTHER_RATE}) for the rest, "
               f"bfloat16 products, seed {SEED}",
    }  # fmt: skip
    return gpt.keep(NAME, session.model, session.tokenizer, about)


def evaluate() -> dict[str, float]:
    """The scores of the bundled weights, measured now."""
    known = gpt.bundled(NAME)
    return measure(known.model, stories_data.parts(known.tokenizer))


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the model, measure the bundled one, or keep what a training has so far."""
    parser = argparse.ArgumentParser(prog="python -m playground.zoo.recipes.stories", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("train", "evaluate", "keep"))
    parsed = parser.parse_args(arguments)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    try:
        scores = evaluate() if parsed.command == "evaluate" else (train(lambda line: print(line, flush=True)) if parsed.command == "train" else keep(resumed())).scores
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2
    print("\n".join(f"{name}: {value:.4f}" for name, value in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
