"""A language model writing, one token a step: every step keeps what else could have been drawn, so that one can branch off."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.experiment import Experiment, Metrics, State, Trainer
from playground.core.fields import choice, integer, seed, text
from playground.core.lazy import torch
from playground.core.randomness import numpy_stream
from playground.data.texts import clean
from playground.experiments import transformer_models as models
from playground.experiments.text_settings import given, keep, passage
from playground.experiments.transformer_settings import min_p_field, temperature_field, top_k_field, top_p_field
from playground.functions.transformer_sampling import choose_from, draw, entropy

OTHERS = 8  # candidates kept a step
TOKENS = 400  # that one run may write
BRANCH_CHARACTERS = 7 * TOKENS
BEGIN = "Once upon a time there was a little girl"


class Writing(Experiment):
    """A prompt, a way to draw the next token, and how many to draw."""

    key: ClassVar[str] = "gpt_writing"
    title: ClassVar[str] = "A model writing"
    page: ClassVar[str] = "transformers"
    no_script: ClassVar[str] = "The script with the model's folder is offered on the screen: it needs the weights, which a script alone does not hold."

    temperature: float = temperature_field(0.8, live=True)
    top_p: float = top_p_field(0.95, live=True)
    top_k: int = top_k_field(0, live=True)
    min_p: float = min_p_field(0.0, live=True)
    count: int = integer(120, 1, TOKENS, label="Tokens", help="How many are written.")
    cache: str = choice("on", {"on": "on", "off": "off"}, group="Computing", label="KV cache", help="Off reads the whole text again for every token: same words, more work.")
    seed: int = seed()
    model: str = text(models.BUNDLED, max_length=140, group="hidden", label="Model")
    prompt: str = passage(BEGIN, "Prompt")
    branch: str = text("", max_length=BRANCH_CHARACTERS, group="hidden", label="Branch")  # tokens already written when it begins, by number

    @property
    def step_limit(self) -> int:
        return self.count

    def check(self) -> None:
        if self.branch and not all(each.isascii() and each.isdigit() for each in self.branch.split(",")):
            raise UserError("A branch is written as token numbers, separated by commas.", field="branch")

    @property
    def begun(self) -> list[int]:
        """Tokens a branch begins with."""
        return [int(each) for each in self.branch.split(",")] if self.branch else []

    def trainer(self) -> WritingTrainer:
        return WritingTrainer(self)

    def script(self, steps: int, changes: Any = None) -> str:
        raise UserError(self.no_script)


class WritingTrainer(Trainer):
    """Reads the prompt once, then draws a token a step; the luck of a step depends on seed and place alone."""

    experiment: Writing

    def __init__(self, experiment: Writing):
        super().__init__(experiment)
        from playground.networks.gpt import Cache

        known = models.loaded(experiment.model)
        self.model, self.context = known.model, known.model.shape.context
        ids = known.tokenizer.encode(clean(given(experiment.prompt), "The prompt")).ids
        self.vocabulary = known.tokenizer.get_vocab_size()
        branch = experiment.begun
        if branch and max(branch) >= self.vocabulary:
            raise UserError(f"The branch names token {max(branch):,}; this model has {self.vocabulary:,}.", field="branch")
        self.prompt, self.written = ids, branch
        self.begun = len(branch)
        self.others = np.zeros((0, OTHERS), np.int32)
        self.shares = np.zeros((0, OTHERS + 1), np.float32)  # of the candidates as drawn from, and last that of the chosen token
        self.surprise = self.unsure = self.total = 0.0
        self.make_cache = lambda: Cache(self.model.shape)
        self.held: Any = None
        self.filled = 0  # tokens that the cache was filled with at once
        self.dropped = 0  # tokens at the beginning that are no longer read

    def window(self) -> list[int]:
        """The tokens that the model reads now: all, or those after what was dropped."""
        whole = self.prompt + self.written
        while len(whole) - self.dropped > self.context:
            self.dropped += max(1, self.context // 2)  # half at once: places are learnt, so whatever moves is computed anew
            self.held, self.filled = None, 0
        return whole[self.dropped :]

    def logits(self) -> np.ndarray:
        """Of the next token, (V,)."""
        row = self.window()
        with torch.no_grad():
            if self.experiment.cache == "off":
                return self.model(torch.tensor([row]), last=True)[0, -1].numpy()
            if self.held is None:  # what was once read at a stroke is so read again: sums of another order would differ in their last digits
                self.held, self.filled = self.make_cache(), self.filled or len(row)
                found = self.model(torch.tensor([row[: self.filled]]), self.held, last=True)
            for token in row[self.held.length :]:
                found = self.model(torch.tensor([[token]]), self.held, last=True)
            return found[0, -1].numpy()

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            self.step_count += 1
            if len(self.written) - self.begun >= TOKENS:
                continue
            now = self.experiment
            choice_ = choose_from(self.logits(), now.temperature, now.top_k, now.top_p, now.min_p)
            luck = float(numpy_stream(now.seed, "token", len(self.written)).random())
            token = draw(choice_.kept, luck)
            best = np.argpartition(-choice_.shares, OTHERS)[:OTHERS]
            best = best[np.argsort(-choice_.shares[best], kind="stable")]
            share = float(choice_.kept[token])
            self.others = np.vstack([self.others, best.astype(np.int32)[None]])
            self.shares = np.vstack([self.shares, np.append(choice_.kept[best], share).astype(np.float32)[None]])
            self.surprise, self.unsure = float(-np.log2(max(share, 1e-300))), entropy(choice_.kept)
            self.total += self.surprise
            self.written.append(token)

    def metrics(self) -> Metrics:
        return {"surprise": self.surprise, "entropy": self.unsure, "mean_surprise": self.total / max(1, self.step_count)}

    def view(self) -> dict[str, Any]:
        return {"written": np.array(self.written, np.int32), "begun": self.begun, "others": self.others.copy(), "shares": self.shares.copy(), "dropped": self.dropped}

    def scene(self) -> dict[str, Any]:
        return {"prompt": np.array(self.prompt, np.int32), "vocabulary": models.vocabulary(self.experiment.model), "context": self.context, "prompt_tokens": len(self.prompt)}

    @property
    def stop_reason(self) -> str:
        return f"{len(self.written) - self.begun:,} tokens written."

    def state_dict(self) -> State:
        return {"step_count": self.step_count, "written": np.array(self.written, np.int32), "others": self.others, "shares": self.shares, "surprise": self.surprise,
                "unsure": self.unsure, "total": self.total, "dropped": self.dropped, "filled": self.filled}  # fmt: skip

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.dropped = int(state["step_count"]), int(state["dropped"])
        self.written = [int(each) for each in state["written"]]
        self.others, self.shares = np.array(state["others"], np.int32), np.array(state["shares"], np.float32)
        self.surprise, self.unsure, self.total = float(state["surprise"]), float(state["unsure"]), float(state["total"])
        self.held, self.filled = None, int(state["filled"])


def generate(model: str = models.BUNDLED, prompt: str = BEGIN, tokens: int = 60, temperature: float = 0.8, top_k: int = 0, top_p: float = 0.95, min_p: float = 0.0,
             seed: int = 0) -> dict[str, Any]:  # fmt: skip
    """What a model of GPT-2's family writes after a prompt; the same tokens as the screen's run with these settings.

    Returns:
        "text" (what was written), "ids", "milliseconds"; "cut", tokens of the prompt that were left out because the model cannot read so many.

    Raises:
        UserError: When the prompt is empty, a value is out of its range, or the model is not here.
    """
    import time

    settings = Writing(model=model, prompt=keep(prompt, "The prompt"), count=min(tokens, TOKENS), temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, seed=seed)
    trainer = settings.trainer()
    started = time.perf_counter()
    trainer.advance(settings.count)
    spent = 1000 * (time.perf_counter() - started)
    written = models.loaded(model).tokenizer.decode(trainer.written, skip_special_tokens=False)
    return {"text": written, "ids": list(trainer.written), "milliseconds": spent, "cut": max(0, len(trainer.prompt) - trainer.context)}
