"""The recipe of the bundled translator translate-en-fr.

    python -m playground.zoo.recipes.translate train       goes on from its checkpoint; writes weights and card at the end
    python -m playground.zoo.recipes.translate evaluate    the bundled weights, measured now
    python -m playground.zoo.recipes.translate keep        writes weights and card of the checkpoint as it stands

Matrices of the blocks are learnt with Muon (Jordan et al. 2024), everything else with AdamW (Loshchilov and Hutter 2019). The rate
climbs, stays and falls to zero, then does so once more from half the height. Labels are smoothed (Szegedy et al. 2016, section 7).
Sentences of one length share a batch, so that hardly a place is filled; each update reads several such batches. Products are taken
in bfloat16, weights and their sums in float32.
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
from playground.networks.translate import Shape, Translator
from playground.zoo import translate
from playground.zoo.recipes import checkpoints, translate_data
from playground.zoo.recipes.stories import Surprise
from playground.zoo.recipes.stories_data import VOCABULARY

NAME = "translate-en-fr"
SHAPE = Shape(vocabulary=VOCABULARY, context=translate.MOST + 2, width=256, inner=768, encoders=3, decoders=2, heads=4)
SEED, TOKENS, TOGETHER = 7, 1536, 3  # TOKENS written in a batch at most, TOGETHER batches an update
# First and last update of each cycle, its greatest rate as a share, updates of climbing, part of it after which the rate falls to zero.
CYCLES = ((0, 900, 1.0, 60, 0.4), (900, 1140, 0.5, 20, 0.0))
UPDATES = CYCLES[-1][1]
MATRIX_RATE, OTHER_RATE, DECAY, SMOOTHING = 0.004, 0.003, 0.02, 0.1


class Session:
    """Model, optimizers and place in the training; iterating over it trains to the end and yields smoothed losses."""

    def __init__(self) -> None:
        self.split = translate_data.split()
        self.tokenizer = translate_data.tokenizer(self.split.train)
        self.lessons, self.check = (translate_data.lessons(self.tokenizer, part, TOKENS) for part in (self.split.train, self.split.valid))
        self.model = Translator.fresh(SHAPE, torch.Generator().manual_seed(SEED))
        matrices = [each for name, each in self.model.named_parameters() if name.startswith(("readers.", "writers.")) and each.ndim == 2]
        known = {id(each) for each in matrices}
        others = [each for each in self.model.parameters() if id(each) not in known]
        self.optimizers = (
            torch.optim.Muon(matrices, lr=MATRIX_RATE, weight_decay=DECAY, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        )
        self.step, self.seconds, self.loss = 0, 0.0, float("nan")
        self.pass_: tuple[int, Any] = (-1, None)

    def __iter__(self) -> Iterator[float]:
        self.model.train()
        while self.step < UPDATES:
            started = time.process_time()
            loss = self._update()
            self.step += 1
            self.seconds += time.process_time() - started
            self.loss = loss if not np.isfinite(self.loss) else 0.98 * self.loss + 0.02 * loss
            yield self.loss

    def batches(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Sources and translations of this update, drawn from the seed and the step alone."""
        found = []
        for place in range(self.step * TOGETHER, (self.step + 1) * TOGETHER):
            number, index = divmod(place, len(self.lessons.groups))
            if self.pass_[0] != number:
                self.pass_ = (number, translate_data.order(self.lessons, (SEED, number)))
            pairs, groups = self.pass_[1]
            found.append(tensors(self.lessons, pairs, self.lessons.groups[groups[index]]))
        return found

    def _update(self) -> float:
        for optimizer, rate in zip(self.optimizers, (MATRIX_RATE, OTHER_RATE), strict=True):
            optimizer.param_groups[0]["lr"] = rate * share(self.step)
            optimizer.zero_grad()
        batches, total = self.batches(), 0.0
        tokens = sum(int(written(target).sum()) for _, target in batches)
        for source, target in batches:
            loss, count = self._loss(source, target)
            (loss * (count / tokens)).backward()
            total += loss.item() * count / tokens
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return total

    def _loss(self, source: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, int]:
        """Mean smoothed surprise of the tokens that are to be written, and their number."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.model.write(target[:, :-1], self.model.read(source))
        wanted, used = target[:, 1:].flatten(), written(target).flatten()
        hidden, wanted, words = hidden.flatten(0, 1)[used], wanted[used], self.model.words.weight
        plain = Surprise.apply(hidden, words, wanted)
        # Smoothing moves its share of the score of the wanted token to the mean score of all.
        smooth = (hidden * (functional.embedding(wanted, words) - words.mean(0))).sum(1).mean()
        return plain + SMOOTHING * smooth, len(wanted)

    def surprise(self) -> float:
        """Mean surprise a token on the validation part, in nats, without smoothing."""
        total, count, places = 0.0, 0, np.arange(len(self.check.lengths))
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            for group in self.check.groups:
                source, target = tensors(self.check, places, group)
                used = written(target).flatten()
                logits = self.model(source, target[:, :-1]).flatten(0, 1)[used].float()
                total += float(functional.cross_entropy(logits, target[:, 1:].flatten()[used], reduction="sum"))
                count += len(logits)
        return total / count

    def state(self) -> dict[str, Any]:
        """Everything a later training needs to go on as if there had been no break."""
        return checkpoints.arrays(self.model, self.optimizers) | {"update": self.step, "seconds": self.seconds, "loss": self.loss}

    def load(self, state: dict[str, Any]) -> None:
        checkpoints.put_back(state, self.model, self.optimizers)
        self.step, self.seconds, self.loss = int(state["update"]), float(state["seconds"]), float(state["loss"])


def share(step: int) -> float:
    """Part of the greatest learning rate that update `step` is taken with."""
    begin, end, most, warm, full = next(each for each in CYCLES if step < each[1])
    return most * min(1.0, (step - begin + 1) / warm, (end - step) / (end - begin) / (1 - full))


def tensors(lessons: translate_data.Lessons, pairs: np.ndarray, group: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Sources (B, S), all of one length, and translations (B, T) filled with 0."""
    rows = pairs[group[0] : group[1]]
    long = lessons.lengths[rows].max(0)
    source, target = lessons.source[rows, : long[0]], lessons.target[rows, : long[1]]
    return torch.from_numpy(source.astype(np.int64)), torch.from_numpy(target.astype(np.int64))


def written(target: torch.Tensor) -> torch.Tensor:
    """Which tokens behind the first are to be written: all but what is filled behind the end; (B, T - 1) bool."""
    ends = (target[:, 1:] == 0).cumsum(1)
    return (ends == 0) | ((ends == 1) & (target[:, 1:] == 0))


def train(say: Callable[[str], Any] = print) -> translate.TranslatorCard:
    """Train, measure, and keep weights and card; goes on from the checkpoint if there is one."""
    scorers()  # what is missing is said before, not after the training
    session = resumed(say)
    with checkpoints.kept_at_the_end(NAME, session):
        _learn(session, say)
    return keep(session)


def _learn(session: Session, say: Callable[[str], Any]) -> None:
    clock = checkpoints.Clock(NAME, session)
    for loss in session:
        if clock.due():
            say(f"update {session.step} of {UPDATES}: loss {loss:.4f}, {session.seconds:.0f} s")
        if session.step % 200 == 0:
            say(f"update {session.step}: validation {session.surprise():.4f} nats a token")


def resumed(say: Callable[[str], Any] = print) -> Session:
    """The training as its checkpoint left it, or a new one."""
    session = Session()
    if checkpoints.resume(NAME, session):
        say(f"Going on after update {session.step} of {UPDATES}.")
    return session


def scorers() -> tuple[Any, Any]:
    """sacrebleu's BLEU and chrF.

    Raises:
        UserError: When sacrebleu is not installed; only this recipe uses it.
    """
    try:
        from sacrebleu.metrics import BLEU, CHRF
    except ImportError as error:
        raise UserError("The translations are scored by sacrebleu, which is not installed.", "Install it: pip install -r requirements-dev.txt") from error
    return BLEU, CHRF


def measure(known: translate.Bundled, split: translate_data.Split) -> dict[str, float]:
    """BLEU and chrF (sacrebleu's, with its own standard settings) on the test sentences, each against its one translation, or against all that are known of it."""
    bleu, chrf = scorers()
    sources = [known.encode(en) for en, _ in split.test]
    one = [[fr for _, fr in split.test]]
    all_ = [[row[i] if i < len(row) else None for row in split.references] for i in range(max(map(len, split.references)))]
    found = {}
    for name, beams in (("beam search of 4", 4), ("greedy", 1)):
        made = [known.decode(ids) for ids in translate.search(known.model, sources, beams)]
        found |= {f"held-out BLEU, {name}": bleu().corpus_score(made, one).score, f"held-out chrF, {name}": chrf().corpus_score(made, one).score}
        if beams > 1:
            found["held-out BLEU against all known translations"] = bleu().corpus_score(made, all_).score
    return found


def keep(session: Session) -> translate.TranslatorCard:
    """Measure, and write weights, tokenizer and card."""
    from tokenizers import Tokenizer

    session.model.eval().requires_grad_(False).half().float()  # as they will be kept
    surprise = session.surprise()
    known = translate.Bundled(NAME, session.model, Tokenizer.from_str(session.tokenizer.to_str()))
    seen = len(session.lessons.lengths) / len(session.lessons.groups) * TOGETHER * session.step
    many = seen / len(session.lessons.lengths)
    about = {
        "title": "translate-en-fr", "task": "translation", "words": "Translates short everyday sentences from English to French, sentence by sentence; it has read nothing else.",
        "data": "English and French sentences of Tatoeba by way of the Anki decks of manythings.org", "licence": "CC BY 2.0 (attribution: www.manythings.org/anki and tatoeba.org)",
        "split": f"held out: {translate_data.TEST:,} English sentences for the test and {translate_data.VALID:,} for validation; no pair that was learnt from shares their "
                 "English or any of their French, whatever its case and punctuation",
        "scores": {**measure(known, session.split), "validation perplexity a token": float(np.exp(surprise))}, "updates": session.step, "of_updates": UPDATES,
        "seconds": round(session.seconds), "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "command": "python -m playground.zoo.recipes.translate train",
        "how": f"{session.step:,} of {UPDATES:,} updates, in {len(CYCLES)} cycles of the rate, of {TOGETHER} batches with at most {TOKENS:,} tokens to write "
               f"({seen / 1e3:,.0f} thousand pairs, each {many:.1f} times); "
               f"Muon (rate {MATRIX_RATE}, weight decay {DECAY}) for the blocks' matrices, AdamW (rate {OTHER_RATE}) for the rest, labels smoothed by {SMOOTHING}, "
               f"bfloat16 products, seed {SEED}",
    }  # fmt: skip
    return translate.keep(NAME, session.model, session.tokenizer.to_str(), about)


def evaluate() -> dict[str, float]:
    """The scores of the bundled weights, measured now."""
    return measure(translate.bundled(NAME), translate_data.split())


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the model, measure the bundled one, or keep what a training has so far."""
    parser = argparse.ArgumentParser(prog="python -m playground.zoo.recipes.translate", description=__doc__.splitlines()[0])
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
