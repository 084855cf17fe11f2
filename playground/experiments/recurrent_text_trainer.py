"""Learning which sign comes next, and writing with what was learnt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import State
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.data import sequences_text
from playground.experiments.recurrent_problem import Batch, Problem
from playground.experiments.recurrent_trainer import RecurrentTrainer

if TYPE_CHECKING:
    from playground.experiments.recurrent_text import Characters
    from playground.networks.recurrent import RecurrentNet

LEARNT = 0.85  # of the text, from its beginning; the rest is the test
WINDOWS = 32  # of the test
SAMPLE = 140  # signs of a sample
MILESTONES = (1, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200)


@dataclass
class TextProblem(Problem):
    """Windows of a text; at every sign the next one is asked for."""

    text: sequences_text.Text
    window: int

    def __post_init__(self) -> None:
        self.inputs = self.outputs = len(self.text.signs)
        self.codes = torch.from_numpy(self.text.codes)
        self.learnt = min(int(LEARNT * len(self.codes)), len(self.codes) - self.window - 2)
        self.chance = self.without_memory()

    def without_memory(self) -> tuple[float, float]:
        """Cross-entropy (nats) and accuracy on the test of the signs' frequencies alone, every count raised by one."""
        counts = torch.bincount(self.codes[: self.learnt], minlength=self.outputs).double() + 1
        rest = self.codes[self.learnt :]
        return float(-(counts / counts.sum()).log()[rest].mean()), float((rest == counts.argmax()).double().mean())

    def one_sign(self) -> float:
        """Cross-entropy (nats) on the test of a table of pairs, what knowing the last sign alone gives; every count raised by a tenth."""
        pairs = torch.full((self.outputs, self.outputs), 0.1, dtype=torch.float64)
        learnt, rest = self.codes[: self.learnt], self.codes[self.learnt :]
        pairs.index_put_((learnt[:-1], learnt[1:]), torch.ones(len(learnt) - 1, dtype=torch.float64), accumulate=True)
        return float(-(pairs / pairs.sum(1, keepdim=True)).log()[rest[:-1], rest[1:]].mean())

    def _windows(self, starts: Any) -> Batch:
        rows = self.codes[starts + torch.arange(self.window + 1).unsqueeze(1)]
        return Batch(torch.nn.functional.one_hot(rows[:-1], self.inputs).double(), rows[1:], torch.ones(self.window, dtype=torch.bool))

    def batch(self, count: int, stream: torch.Generator) -> Batch:
        return self._windows(torch.randint(self.learnt - self.window, (count,), generator=stream))

    def test(self) -> Batch:
        return self._windows(torch.linspace(self.learnt, len(self.codes) - self.window - 1, WINDOWS).long())

    def tokens(self, inputs: np.ndarray) -> dict[str, Any]:
        signs = [self.text.signs[place] for place in inputs.argmax(1)]
        count = len(signs)
        kind = np.array([-1 if sign.isspace() else 0 if sign.lower() in "aeiouy" else 8 if sign.isalpha() else 3 for sign in signs], np.int16)
        return {"token_words": [_visible(sign) for sign in signs], "token_level": np.full(count, np.nan, np.float32), "token_kind": kind, "token_mark": np.zeros(count, np.uint8)}

    def answer(self, value: float) -> str:
        return _visible(self.text.signs[int(value)])

    def write(self, net: RecurrentNet, count: int, temperature: float, stream: torch.Generator, prime: str = "\n") -> str:
        """`count` signs drawn one by one from softmax(logits / temperature), after reading `prime`."""
        known = "".join(sign for sign in prime if sign in self.text.signs) or self.text.signs[int(self.codes[0])]
        return go_on(net, self.text.signs, known, count, temperature, stream)


def go_on(net: RecurrentNet, signs: str, prime: str, count: int, temperature: float, stream: torch.Generator) -> str:
    """`count` signs drawn one by one from softmax(logits / temperature), after reading `prime`, of whose signs there must be one and none unknown."""
    tape = net.forward(torch.nn.functional.one_hot(torch.tensor([signs.index(sign) for sign in prime]), len(signs)).double().unsqueeze(1))
    written = []
    for _ in range(count):
        logits = tape.outputs[-1, 0] / temperature
        if not bool(torch.isfinite(logits).all()):
            break
        place = int(torch.multinomial(logits.softmax(0), 1, generator=stream))
        written.append(signs[place])
        memory = tape.memory
        one = torch.zeros(1, 1, len(signs), dtype=torch.float64)
        one[0, 0, place] = 1.0
        tape = net.forward(one, memory.hidden[-1], None if memory.carried is None else memory.carried[-1])
    return "".join(written)


class TextTrainer(RecurrentTrainer):
    """Adds what the cells write, now and at milestones."""

    experiment: Characters
    problem: TextProblem

    def __init__(self, experiment: Characters):
        super().__init__(experiment)
        self.milestones: list[list[Any]] = []

    def after_step(self) -> None:
        if self.step_count in MILESTONES:
            self.milestones.append([self.step_count, {cell: self.sample(cell) for cell in self.learners}])

    def sample(self, cell: str) -> str:
        """What a cell writes now; the same draws at every step, so that only what was learnt makes a difference."""
        stream = torch_stream(self.experiment.seed, "sample", cell)
        return self.problem.write(self.learners[cell].net, SAMPLE, self.experiment.temperature, stream)

    def view(self) -> dict[str, Any]:
        step, samples = self.now_and_then("samples", lambda: (self.step_count, {cell: self.sample(cell) for cell in self.learners}))
        return super().view() | {"samples": samples, "sampled": step, "milestones": [[step, dict(each)] for step, each in self.milestones]}

    def scene(self) -> dict[str, Any]:
        return super().scene() | {"one_sign": self.problem.one_sign(), "signs": len(self.problem.text.signs), "learnt": self.problem.learnt}

    def state_dict(self) -> State:
        return super().state_dict() | {"milestones": [[step, dict(each)] for step, each in self.milestones]}

    def load_state_dict(self, state: State) -> None:
        super().load_state_dict(state)
        self.milestones = [[int(step), dict(each)] for step, each in state["milestones"]]


def write(values: dict[str, Any], state: dict[str, Any], cell: str, prime: str, temperature: float, count: int, draw: int) -> dict[str, Any]:
    """What a trained run writes after `prime`.

    Returns:
        text; ignored, the signs of `prime` that the text it learnt from does not have.
    """
    from playground.experiments.recurrent_text import Characters

    trainer: Any = Characters(**values).trainer()
    trainer.load_state_dict(state)
    problem = trainer.problem
    with torch.no_grad():
        text = problem.write(trainer.learners[cell].net, count, temperature, torch_stream(draw, "write"), prime)
    return {"text": text, "ignored": "".join(dict.fromkeys(sign for sign in prime if sign not in problem.text.signs))}


def _visible(sign: str) -> str:
    return {"\n": "↵", " ": " "}.get(sign, sign)


def perplexity(loss: float) -> float:
    """e to the loss: among how many equally likely signs it hesitates."""
    return math.exp(min(loss, 50.0))


def script_data(now: Characters) -> str:
    """The text and its windows for the exported script."""
    text = now.load()
    problem = now.problem()
    return f'''
# Data: {text.title} --------------------------------------------------------------------------------------------------------

TEXT = {"".join(text.signs[place] for place in text.codes)!r}
signs = "".join(sorted(set(TEXT)))
codes = torch.tensor([signs.index(sign) for sign in TEXT])
WINDOW, learnt = {now.window}, {problem.learnt}  # the rest is the test


def windows(starts):
    rows = codes[starts + torch.arange(WINDOW + 1).unsqueeze(1)]
    return F.one_hot(rows[:-1], len(signs)).double(), rows[1:], torch.ones(WINDOW, dtype=torch.bool)


def draw(count, stream):
    return windows(torch.randint(learnt - WINDOW, (count,), generator=stream))


test = windows(torch.linspace(learnt, len(codes) - WINDOW - 1, {WINDOWS}).long())
'''
