"""The recipes of the bundled language heads, and the one loop that trains and measures them.

    python -m playground.zoo.recipes.language train sentiment

Every recipe learns low-rank changes of MiniLM's upper blocks (Hu et al. 2022) and linear heads, with AdamW (Loshchilov and Hutter
2019), a short warm-up and a linear fall. Frozen weights are held in bfloat16 while training, as are the products; what is learnt
and every sum of it stays in float32, and scores are measured in float32 with the changes merged. A checkpoint is written every
minute, from which training resumes with the same batches.
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
from torch import Tensor
from torch.nn import functional

from playground.core.errors import UserError
from playground.networks.minilm import Adapted
from playground.zoo import language, language_cards, language_heads
from playground.zoo.recipes import checkpoints
from playground.zoo.recipes.language_lessons import Example, Lesson, lesson

IGNORED = -100  # of a token that has no target


def train(name: str, say: Callable[[str], Any] = print) -> language_cards.LanguageCard:
    """Train, measure, and keep the heads with their card; goes on from the checkpoint if there is one."""
    chosen = lesson(name)
    session = Session(chosen)
    if checkpoints.resume(name, session):
        say(f"Going on after update {session.step} of {session.steps}.")
    clock = checkpoints.Clock(name, session)
    for loss in session:
        if clock.due():
            say(f"update {session.step} of {session.steps}: loss {loss:.4f}, {session.seconds:.0f} s")
    arrays = {key: value.detach().to(torch.float16).numpy() for key, value in session.model.learnt().items()}
    scores = chosen.measure(language_heads.build(arrays, chosen))
    made = language_cards.keep(name, arrays, _about(chosen, session, scores))
    checkpoints.forget(name)
    return made


def evaluate(name: str) -> dict[str, float]:
    """The scores of the bundled weights, measured now."""
    return lesson(name).measure(language_heads.load(name))


class Session:
    """Model, optimizer and place in one training; iterating over it trains to the end and yields smoothed losses."""

    def __init__(self, chosen: Lesson):
        self.lesson, self.step, self.seconds, self.loss = chosen, 0, 0.0, float("nan")
        encoder = language.fresh()
        with torch.random.fork_rng(devices=[]):  # what is drawn to start from is the recipe's own, whatever was drawn before
            torch.manual_seed(chosen.seed)
            self.model = Adapted(encoder, chosen.outputs, first=chosen.first, rank=chosen.rank, pooled=chosen.pooled, spelled=chosen.spelled)
        for parameter in self.model.parameters():
            if not parameter.requires_grad and parameter.ndim == 2:
                parameter.data = parameter.data.to(torch.bfloat16)
        self.learnt = [each for each in self.model.parameters() if each.requires_grad]
        self.optimizer = torch.optim.AdamW(self.learnt, lr=chosen.rate, weight_decay=chosen.decay)
        self.stages = chosen.stages()
        self.batches = [batch for number, stage in enumerate(self.stages) for batch in self._order(number, stage)]
        self.steps = len(self.batches)

    def _order(self, number: int, stage: Sequence[Example]) -> Iterator[list[Example]]:
        """Batches of one stage: examples of like length together, in an order that the seed fixes."""
        stream = np.random.default_rng([self.lesson.seed, number])
        order = stream.permutation(len(stage))
        found = []
        for start in range(0, len(order), 1024):
            chunk = [stage[i] for i in order[start : start + 1024]]
            found += [[chunk[i] for i in rows] for rows in language.batches([len(each.ids) for each in chunk], self.lesson.tokens)]
        yield from (found[i] for i in stream.permutation(len(found)))

    def __iter__(self) -> Iterator[float]:
        self.model.train()
        while self.step < self.steps:
            started = time.monotonic()
            loss = self._update(self.batches[self.step])
            self.step += 1
            self.seconds += time.monotonic() - started
            self.loss = loss if not np.isfinite(self.loss) else 0.98 * self.loss + 0.02 * loss
            yield self.loss

    def _update(self, examples: Sequence[Example]) -> float:
        place = self.step / self.steps
        for group in self.optimizer.param_groups:
            group["lr"] = self.lesson.rate * min(place / 0.06, (1 - place) / 0.94)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(self.model, examples, self.lesson)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.learnt, 1.0)
        self.optimizer.step()
        return loss.item()

    def state(self) -> dict[str, Any]:
        """Everything a later training needs to go on as if there had been no break."""
        arrays = {f"learnt/{i}": value.detach().numpy() for i, value in enumerate(self.learnt)}
        for i, value in enumerate(self.learnt):
            arrays |= {f"{name}/{i}": self.optimizer.state[value][name].numpy() for name in ("exp_avg", "exp_avg_sq", "step")}
        return arrays | {"update": self.step, "steps": self.steps, "seconds": self.seconds, "loss": self.loss}

    def load(self, state: dict[str, Any]) -> None:
        if state["steps"] != self.steps:
            raise UserError(f"The checkpoint of {self.lesson.name} belongs to another training.", f"Delete {checkpoints.path(self.lesson.name)}.")
        for i, value in enumerate(self.learnt):
            value.data = torch.from_numpy(np.array(state[f"learnt/{i}"]))
            self.optimizer.state[value] = {name: torch.from_numpy(np.array(state[f"{name}/{i}"])) for name in ("exp_avg", "exp_avg_sq", "step")}
        self.step, self.seconds, self.loss = int(state["update"]), float(state["seconds"]), float(state["loss"])


def loss_of(model: Adapted, examples: Sequence[Example], chosen: Lesson) -> Tensor:
    """The mean cross-entropy of every head over what it has targets for, summed over the heads."""
    ids, mask = language.padded([each.ids for each in examples])
    wide = ids.shape[1]
    spelling = torch.tensor([[*each.spelling, *[0] * (wide - len(each.ids))] for each in examples]) if chosen.spelled else None
    parts = torch.tensor([[*each.parts, *[0] * (wide - len(each.ids))] for each in examples]) if examples[0].parts else None
    logits = model(ids, mask, parts, spelling)
    total = torch.zeros(())
    for head, outputs in logits.items():
        wanted = [each.targets.get(head) for each in examples]
        if chosen.loss == "span":  # one softmax over the tokens for the begin, one for the end
            outputs = outputs if mask is None else outputs.masked_fill(~mask[..., None], -1e4)
            places = torch.tensor(wanted)
            total = total + functional.cross_entropy(outputs[..., 0], places[:, 0]) + functional.cross_entropy(outputs[..., 1], places[:, 1])
            continue
        if chosen.pooled:
            targets = torch.tensor(wanted)
        else:
            targets = torch.tensor([[*(each or [IGNORED] * len(one.ids)), *[IGNORED] * (wide - len(one.ids))] for each, one in zip(wanted, examples, strict=True)])
        if bool((targets != IGNORED).any()):
            total = total + functional.cross_entropy(outputs.flatten(0, -2), targets.flatten(), ignore_index=IGNORED, label_smoothing=chosen.smoothing)
    return total


def _about(chosen: Lesson, session: Session, scores: dict[str, float]) -> dict[str, Any]:
    examples = sum(map(len, session.stages))
    return {
        "title": chosen.title, "task": chosen.task, "words": chosen.words, "classes": chosen.classes, "first": chosen.first, "rank": chosen.rank,
        "pooled": chosen.pooled, "spelled": chosen.spelled, "data": chosen.data, "licence": chosen.licence, "split": chosen.split, "scores": scores,
        "seconds": round(session.seconds), "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": f"python -m playground.zoo.recipes.language train {chosen.name}",
        "how": f"low-rank changes (rank {chosen.rank}) of blocks {chosen.first + 1} to 6 and linear heads; {examples:,} examples seen in {session.steps:,} updates of "
               f"at most {chosen.tokens:,} tokens, AdamW, learning rate up to {chosen.rate}, weight decay {chosen.decay}, label smoothing {chosen.smoothing}, seed {chosen.seed}",
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Train a head by its recipe, or measure the bundled one."""
    parser = argparse.ArgumentParser(prog="python -m playground.zoo.recipes.language", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("train", "evaluate"))
    parser.add_argument("name")
    parsed = parser.parse_args(arguments)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    try:
        scores = train(parsed.name, lambda line: print(line, flush=True)).scores if parsed.command == "train" else evaluate(parsed.name)
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2
    print("\n".join(f"{name}: {value:.4f}" for name, value in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
