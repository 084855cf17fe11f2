"""Training of the tiny GPT: batches from the seed and the step alone, AdamW, attention of one example, samples at milestones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, Trainer
from playground.core.lazy import torch
from playground.core.randomness import derive, numpy_stream, torch_stream
from playground.experiments.transformer_patterns import patterns
from playground.experiments.transformer_tasks import IGNORED, Batch, sequences, signs
from playground.functions.transformer_sampling import choose_from, draw

if TYPE_CHECKING:
    from playground.experiments.transformer_tiny import TinyGPT

TESTED = 64  # sequences of the test
LEARNT = 0.85  # of a text
SAMPLE = 120  # signs
MILESTONES = (1, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600)


class TinyTrainer(Trainer):
    """One network, one optimizer, a fixed test."""

    experiment: TinyGPT

    def __init__(self, experiment: TinyGPT):
        super().__init__(experiment)
        from playground.networks.gpt import GPT

        self.signs = experiment.load().signs if experiment.task == "text" else signs(experiment.task, experiment.letters)
        self.codes = experiment.load().codes if experiment.task == "text" else np.zeros(0, np.int64)
        self.window = min(experiment.shape.context, max(2, len(self.codes) // 8)) if experiment.task == "text" else experiment.shape.context
        self.learnt = int(LEARNT * len(self.codes))
        self.net = GPT.fresh(experiment.shape, torch_stream(experiment.seed, "weights"))
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=experiment.learning_rate, betas=(0.9, 0.98), weight_decay=experiment.decay)
        self.test = self.draw(TESTED, numpy_stream(experiment.seed, "test"), test=True)
        self.train_loss = math.log(len(self.signs))
        self.measured: tuple[int, float, float] = (-1, 0.0, 0.0)  # step, test loss, accuracy
        self.milestones: list[list[Any]] = []

    def draw(self, count: int, stream: np.random.Generator, test: bool = False) -> Batch:
        now = self.experiment
        if now.task != "text":
            return sequences(now.task, now.letters, now.length, count, stream)
        low, high = (self.learnt, len(self.codes) - self.window - 1) if test else (0, self.learnt - self.window - 1)
        starts = stream.integers(min(low, max(0, high)), max(low, high) + 1, count)
        rows = self.codes[np.minimum(starts[:, None] + np.arange(self.window + 1)[None, :], len(self.codes) - 1)]
        return Batch(torch.from_numpy(np.ascontiguousarray(rows[:, :-1])), torch.from_numpy(np.ascontiguousarray(rows[:, 1:])))

    def loss(self, batch: Batch) -> Any:
        return torch.nn.functional.cross_entropy(self.net(batch.ids).flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED)

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            loss = self.loss(self.draw(self.experiment.batch_size, np.random.default_rng(derive(self.experiment.seed, "batch", self.step_count))))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.train_loss = float(loss.detach())
            self.step_count += 1
            if self.experiment.task == "text" and self.step_count in MILESTONES:
                self.milestones.append([self.step_count, self.sample()])

    def measure(self) -> tuple[float, float]:
        """Loss and share of right answers on the test."""
        if self.measured[0] != self.step_count:
            with torch.no_grad():
                logits = self.net(self.test.ids)
                asked = self.test.targets != IGNORED
                loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), self.test.targets.flatten(), ignore_index=IGNORED)
                right = (logits.argmax(-1) == self.test.targets)[asked].double().mean()
            self.measured = (self.step_count, float(loss), float(right))
        return self.measured[1:]

    def metrics(self) -> Metrics:
        loss, accuracy = self.measure()
        return {"train_loss": self.train_loss, "test_loss": loss, "accuracy": accuracy}

    def view(self) -> dict[str, Any]:
        from playground.networks.gpt_open import walk

        row = self.experiment.example % TESTED
        ids, targets = self.test.ids[row], self.test.targets[row]
        weights, streams = walk(self.net, ids)
        with torch.no_grad():
            said = self.net.scores(streams[-1]).argmax(-1)
        asked = (targets != IGNORED).numpy()
        finite = np.nan_to_num(weights.numpy())
        return {"weights": finite.astype(np.float16), "patterns": patterns(finite, ids.tolist()), "words": [self.signs[i] for i in ids.tolist()],
                "under": [self.signs[i] if known else "" for i, known in zip(said.tolist(), asked, strict=True)],
                "right": [int(one == other) if known else -1 for one, other, known in zip(said.tolist(), targets.tolist(), asked, strict=True)],
                "sample": self.sample() if self.experiment.task == "text" else "", "milestones": [list(each) for each in self.milestones],
                "chance_loss": math.log(len(self.signs))}  # fmt: skip

    def sample(self) -> str:
        """What it writes now; the same luck at every step."""
        ids, stream = [int(self.codes[0])], numpy_stream(self.experiment.seed, "sample")
        for _ in range(SAMPLE):
            with torch.no_grad():
                logits = self.net(torch.tensor([ids[-self.window :]]), last=True)[0, -1].numpy()
            if not np.isfinite(logits).all():
                break
            ids.append(draw(choose_from(logits, self.experiment.temperature).kept, float(stream.random())))
        return "".join(self.signs[i] for i in ids)

    def scene(self) -> dict[str, Any]:
        return {"signs": self.signs, "parameters": sum(each.numel() for each in self.net.parameters())}

    def apply(self, before: Experiment) -> None:
        for group in self.optimizer.param_groups:
            group["lr"], group["weight_decay"] = self.experiment.learning_rate, self.experiment.decay

    def state_dict(self) -> State:
        found = {f"weights/{name}": value.detach().numpy().copy() for name, value in self.net.state_dict().items()}
        for i, each in self.optimizer.state_dict()["state"].items():
            found |= {f"optimizer/{i}/{name}": value.numpy().copy() for name, value in each.items()}
        return found | {"step_count": self.step_count, "train_loss": self.train_loss, "milestones": [list(each) for each in self.milestones]}

    def load_state_dict(self, state: State) -> None:
        self.net.load_state_dict({name.removeprefix("weights/"): torch.from_numpy(np.array(value)) for name, value in state.items() if name.startswith("weights/")})
        held: dict[int, dict[str, Any]] = {}
        for name, value in state.items():
            if name.startswith("optimizer/"):
                _, place, part = name.split("/")
                held.setdefault(int(place), {})[part] = torch.from_numpy(np.array(value))
        self.optimizer.load_state_dict({"state": held, "param_groups": self.optimizer.state_dict()["param_groups"]})
        self.step_count, self.train_loss = int(state["step_count"]), float(state["train_loss"])
        self.milestones = [[int(step), str(words)] for step, words in state["milestones"]]
