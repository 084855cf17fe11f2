"""The network that hears digits: a published speech embedding, and a head of our own.

The embedding is `speech_embedding`, which Google published under the Apache licence 2.0 (J. Lin, K. Kilgour, D. Roblek and M. Sharifi, "Training Keyword
Spotters with Limited and Synthesized Speech Data", ICASSP 2020, section 3): convolutions over bands and over time in turn, 330,000 weights. The head is one
matrix on what the embedding heard over the whole word.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from playground.functions.speech import FLOOR

AROUND = 38  # frames of silence put on both sides: the embedding hears 76 frames at once and would not reach the ends
LOUDEST = 4.0  # natural logarithm of the magnitude that the loudest cell is given: of speech near a microphone, as the embedding met it


class Bend(nn.Module):
    """max(x, x / 5, -0.4): a leaky ReLU that does not leak on for ever."""

    def forward(self, inputs: Tensor) -> Tensor:
        return functional.leaky_relu(inputs, 0.2).clamp_min(-0.4)


def _pair(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    """Three neighbouring bands seen together, then three frames."""
    return nn.Conv2d(inputs, outputs, (1, 3), padding=(0, 1)), Bend(), nn.Conv2d(outputs, outputs, (3, 1)), Bend()


class Ear(nn.Module):
    """Log-mel pictures (batch, 32, 128) in, scores (batch, classes) out.

    The layers halve the bands five times and time three times, until 96 numbers are left for every 80 ms, each of them from 0.76 s of sound. The head takes
    their mean, maximum and minimum over time, so that a word may stand anywhere in the window.

    Args:
        classes: How many.
    """

    WIDTH = 96

    def __init__(self, classes: int = 11):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 24, 3, padding=(0, 1), bias=False), nn.ReLU(), nn.BatchNorm2d(24, eps=1e-3), Bend(),  # 202 frames × 32 bands
            *_pair(24, 24), nn.MaxPool2d(2),  # 100 × 16
            *_pair(24, 48), *_pair(48, 48), nn.MaxPool2d((1, 2)),  # 96 × 8
            *_pair(48, 72), *_pair(72, 72), nn.MaxPool2d(2),  # 46 × 4
            *_pair(72, 96), *_pair(96, 96), nn.MaxPool2d((1, 2)),  # 42 × 2
            *_pair(96, 96), *_pair(96, 96), nn.MaxPool2d(2),  # 19 × 1
            nn.Conv2d(96, self.WIDTH, (3, 1), bias=False),  # 17 × 1
        )  # fmt: skip
        self.head = nn.Linear(3 * self.WIDTH, classes)

    def course(self, pictures: Tensor) -> Tensor:
        """What is heard when: (batch, WIDTH, 17), a column for every 80 ms, the first at the beginning of the picture."""
        heard = (pictures - 1) * (FLOOR / 4 * math.log(10)) + LOUDEST  # magnitudes, not powers: half the logarithm
        silence = LOUDEST - FLOOR / 2 * math.log(10)
        padded = functional.pad(heard.transpose(1, 2), (0, 0, AROUND, AROUND), value=silence)
        return self.layers(padded.unsqueeze(1)).squeeze(3)

    def summary(self, pictures: Tensor) -> Tensor:
        """Mean, maximum and minimum over time, (batch, 3 WIDTH)."""
        course = self.course(pictures)
        return torch.cat([course.mean(2), course.amax(2), course.amin(2)], 1)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.head(self.summary(pictures))
