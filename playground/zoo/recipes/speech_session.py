"""The training of one ear of the digit network, resumable to the bit.

AdamW (Loshchilov and Hutter 2019) under a one-cycle learning rate, label smoothing, averaged weights. Half of the digits in every batch are said by
people, half by synthetic voices; a small part of the batch is no digit: noise, tones, and digits said backwards or with their halves exchanged.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from playground.core.experiment import generator_state, restore_generator
from playground.core.randomness import torch_stream
from playground.networks.speech import Ear
from playground.zoo import speech
from playground.zoo.recipes import checkpoints, speech_augment
from playground.zoo.recipes.speech_data import SEED, Clips, Pool

EPOCHS, BATCH, OTHERS = 18, 64, 6  # clips of a batch, and how many of them are no digits
RATE, DECAY, SMOOTHING, AVERAGE = 3e-3, 1e-2, 0.05, 0.995
TESTED = 5  # the data's authors set the takes below aside for tests; the bundled weights never learn their digits


class Session:
    """Network, optimizer, average and stream of one ear's training; `held` is the speaker left out, None for none."""

    def __init__(self, data: Clips, guises: Pool, held: int | None, member: int = 0, epochs: int = EPOCHS):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED + member)
            self.model = Ear(len(speech.CLASSES))
        self.data, self.guises, self.held, self.member, self.epochs, self.epoch, self.step = data, guises, held, member, epochs, 0, 0
        allowed = data.takes >= TESTED if held is None else data.speakers != held
        self.rows = torch.nonzero(allowed & (data.speakers < len(data.names))).squeeze(1)
        self.voices = torch.nonzero(data.speakers >= len(data.names)).squeeze(1)
        self.share = (BATCH - OTHERS) // 2 if len(self.voices) else BATCH - OTHERS  # clips of people in a batch
        self.others = torch.nonzero(guises.speakers != (-2 if held is None else held)).squeeze(1)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), RATE, weight_decay=DECAY)
        self.averaged = {key: value.detach().clone() for key, value in self.model.state_dict().items()}
        self.stream = torch_stream(SEED, "speech", -1 if held is None else held, member)
        self.steps = epochs * (len(self.rows) // self.share)

    def one_epoch(self) -> float:
        """Every clip of a person once, in a guise drawn anew, among clips of synthetic voices; the mean loss."""
        self.model.train()
        order = self.rows[torch.randperm(len(self.rows), generator=self.stream)]
        losses = []
        with torch.random.fork_rng(devices=[]):  # dropout draws from torch's own stream
            torch.manual_seed(SEED + 1000 * (1 + self.member) + self.epoch)
            for part in order.split(self.share):
                if len(part) == self.share:
                    losses.append(self._update(*self.batch(part)))
        self.epoch += 1
        return float(np.mean(losses))

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures and classes of these clips, of some that synthetic voices say, and of some sounds that are no digits."""
        if len(self.voices):
            rows = torch.cat([rows, self.voices[torch.randint(len(self.voices), (BATCH - OTHERS - self.share,), generator=self.stream)]])
        guise = torch.randint(len(self.guises.digits), (len(rows),), generator=self.stream)
        others = self.others[torch.randint(len(self.others), (OTHERS,), generator=self.stream)]
        pictures = Pool.values(torch.cat([self.guises.digits[guise, rows], self.guises.others[others]]))
        pictures = speech_augment.masked(speech_augment.gated(pictures, self.stream), self.stream)
        return pictures, torch.cat([self.data.labels[rows], torch.full((OTHERS,), len(speech.CLASSES) - 1)])

    def _update(self, pictures: Tensor, targets: Tensor) -> float:
        place = self.step / self.steps
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * max(place / 0.15 if place < 0.15 else (1 - place) / 0.85, 1e-3)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model(pictures)
        loss = functional.cross_entropy(logits.float(), targets, label_smoothing=SMOOTHING)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for key, value in self.model.state_dict().items():
                if value.is_floating_point():
                    self.averaged[key].lerp_(value, 1 - keep)
                else:
                    self.averaged[key].copy_(value)
        return loss.item()

    def kept(self) -> dict[str, np.ndarray]:
        """The averaged weights as they are bundled: float16, sums of the batch normalisation float32."""
        return {key: value.numpy().astype(np.float16) if value.is_floating_point() and "running" not in key else value.numpy() for key, value in self.averaged.items()}

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = {"epoch": self.epoch, "step": self.step, "stream": generator_state(self.stream)}
        found |= {f"weights/{key}": value.numpy().copy() for key, value in self.model.state_dict().items()}
        found |= {f"average/{key}": value.numpy().copy() for key, value in self.averaged.items()}
        for number, slots in self.optimizer.state_dict()["state"].items():
            found |= {f"optimizer/{number}/{key}": value.numpy().copy() for key, value in slots.items()}
        return found

    def load(self, state: dict[str, Any]) -> None:
        def part(prefix: str) -> dict[str, Tensor]:
            return {key.removeprefix(prefix): torch.from_numpy(np.array(value)) for key, value in state.items() if key.startswith(prefix)}

        self.epoch, self.step = int(state["epoch"]), int(state["step"])
        restore_generator(self.stream, state["stream"])
        self.model.load_state_dict(part("weights/"))
        self.averaged = part("average/")
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": checkpoints.slots(state, "optimizer")})
