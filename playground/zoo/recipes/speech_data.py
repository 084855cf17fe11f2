"""What the digit network is trained on: clips of people and of synthetic voices, each in several guises made once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.errors import UserError
from playground.core.randomness import torch_stream
from playground.functions import speech as sound
from playground.zoo.recipes import speech_augment, speech_voices
from playground.zoo.recipes.pictures import DATA

FILE = "spoken_digits.npz"
SEED = 0
VERSIONS = 8  # guises of each clip
CUTS = (0, 0, 0, 34, 30, 26)  # dB: some guises lose what lies further below the loudest at both ends, as clips lose it that a program cut out; 0 nothing
NEVER = 255  # the take of a synthetic clip: none that was set aside


@dataclass(frozen=True)
class Clips:
    """Every clip end to end: `audio` (samples + 2) float32, `begins`, `lengths`, `labels`, `speakers`, `takes` (n,) int64, `names` of the people
    among the speakers; those with higher numbers are synthetic."""

    audio: Tensor
    begins: Tensor
    lengths: Tensor
    labels: Tensor
    speakers: Tensor
    takes: Tensor
    names: tuple[str, ...]

    def joined(self, made: dict[str, np.ndarray]) -> Clips:
        """These clips and those of synthetic voices (what `speech_voices.voices` gives)."""
        audio = torch.from_numpy(np.concatenate([made["audio"].astype(np.float32) / 32768, np.zeros(2, np.float32)]))
        begins, lengths = torch.from_numpy(made["offsets"][:-1] + len(self.audio)), torch.from_numpy(np.diff(made["offsets"]))
        labels, speakers = torch.from_numpy(made["labels"]), torch.from_numpy(made["speakers"] + len(self.names))
        pairs = ((self.audio, audio), (self.begins, begins), (self.lengths, lengths), (self.labels, labels), (self.speakers, speakers),
                 (self.takes, torch.full_like(labels, NEVER)))  # fmt: skip
        return Clips(*map(torch.cat, pairs), self.names)

    def one(self, i: int) -> np.ndarray:
        return self.audio[self.begins[i] : self.begins[i] + self.lengths[i]].numpy()


def clips() -> Clips:
    """The people of the training data.

    Raises:
        UserError: When the file is not there.
    """
    path = Path(os.environ.get("PLAYGROUND_TRAINING_DATA", DATA)) / FILE
    if not path.is_file():
        raise UserError(f"The training data {FILE} is not at {path.parent}.", "Set PLAYGROUND_TRAINING_DATA to the folder that holds it; the app itself never needs it.")
    with np.load(path, allow_pickle=False) as stored:
        offsets = stored["offsets"]
        audio = np.concatenate([stored["audio"].astype(np.float32) / 32768, np.zeros(2, np.float32)])
        whole = [stored[name].astype(np.int64) for name in ("labels", "speaker_id", "take")]
        names = tuple(str(each) for each in stored["speakers"])
    return Clips(torch.from_numpy(audio), torch.from_numpy(offsets[:-1].copy()), torch.from_numpy(np.diff(offsets)), *map(torch.from_numpy, whole), names)


def crowd(say: Callable[[str], Any] = print) -> Clips:
    """The people and, after them, the synthetic voices.

    Raises:
        UserError: When the file of the people is not there, or the voices are not made yet and a program that speaks is missing.
    """
    return clips().joined(speech_voices.voices(say))


@dataclass(frozen=True)
class Pool:
    """Every clip in VERSIONS guises, made once: `digits` (VERSIONS, n, BANDS, FRAMES) and `others` (m, BANDS, FRAMES) uint8; `speakers` of the
    others (m,), -1 where nobody speaks."""

    digits: Tensor
    others: Tensor
    speakers: Tensor

    @staticmethod
    def values(stored: Tensor) -> Tensor:
        return stored.float() / 127.5 - 1


def cut(data: Clips) -> tuple[Tensor, Tensor]:
    """First sample and length of every clip at each of CUTS, two (n, len(CUTS)) int64."""
    size = sound.RATE // 100
    begins, lengths = data.begins[:, None].repeat(1, len(CUTS)), data.lengths[:, None].repeat(1, len(CUTS))
    for i in range(len(data.labels)):
        clip = data.one(i)
        levels = np.square(clip[: len(clip) // size * size].reshape(-1, size)).mean(1)
        for k, decibels in enumerate(CUTS):
            loud = np.flatnonzero(levels > 10 ** (-decibels / 10) * levels.max(initial=0)) if decibels else []
            if len(loud) >= sound.SHORTEST * 100:
                begins[i, k] += int(loud[0]) * size
                lengths[i, k] = int(loud[-1] + 1 - loud[0]) * size
    return begins, lengths


def pool(data: Clips) -> Pool:
    """All guises, from the seed alone."""
    cuts = cut(data)
    stream = torch_stream(SEED, "pool")
    digits, others, speakers = [], [], []
    for _ in range(VERSIONS):
        parts = [_guises(data, cuts, rows, torch.zeros(len(rows), dtype=torch.int64), stream) for rows in torch.arange(len(data.labels)).split(125)]
        digits.append(torch.cat(parts))
        usable = torch.nonzero(data.labels != 9).squeeze(1)  # "nine" backwards is nearly "nine"
        rows = usable[torch.randint(len(usable), (len(data.labels) // 10,), generator=stream)]
        plain = torch.arange(len(rows)) % 2 == 0  # half of what is no digit is no speech
        others.append(_guises(data, cuts, rows, torch.randint(1, 3, (len(rows),), generator=stream), stream, plain))
        speakers.append(torch.where(plain, -1, data.speakers[rows]))
    return Pool(torch.stack(digits), torch.cat(others), torch.cat(speakers))


def _guises(data: Clips, cuts: tuple[Tensor, Tensor], rows: Tensor, ways: Tensor, stream: torch.Generator, plain: Tensor | None = None) -> Tensor:
    way = torch.randint(len(CUTS), (len(rows),), generator=stream)
    sounds = speech_augment.placed(data.audio, cuts[0][rows, way], cuts[1][rows, way], stream, ways)
    if plain is not None:
        made = torch.where(speech_augment.chosen(len(rows), 0.6, stream) > 0, speech_augment.coloured(len(rows), stream), speech_augment.hum(len(rows), stream))
        sounds = torch.where(plain[:, None], 0.05 * made, sounds)
    return ((speech_augment.pictures(speech_augment.dirtied(sounds, stream), stream) + 1) * 127.5).round().byte()
