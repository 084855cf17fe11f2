"""The network that hears digits: convolutions over a log-mel picture, low frequencies at the top of the stack, time kept to the end."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def _conv(inputs: int, outputs: int, size: tuple[int, int], stride: tuple[int, int] = (1, 1), padding: tuple[int, int] = (1, 1)) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Ear(nn.Module):
    """Log-mel pictures (batch, 40, 128) in, scores (batch, classes) out.

    Frequency is folded into channels step by step; time is divided by four, and what remains is summed up by its mean and its maximum, so that a
    word may stand anywhere in the window.

    Args:
        classes: How many.
        dropout: Share of the summary's numbers that is set to 0 in training.
    """

    WIDTH = 96

    def __init__(self, classes: int = 11, dropout: float = 0.3):
        super().__init__()
        self.layers = nn.Sequential(
            _conv(1, 24, (5, 5), (2, 2), (2, 2)),  # 20 × 64
            _conv(24, 40, (3, 3), (2, 2)),  # 10 × 32
            _conv(40, 40, (3, 3)),
            _conv(40, 64, (3, 3), (2, 1)),  # 5 × 32
            _conv(64, self.WIDTH, (5, 1), padding=(0, 0)),  # 1 × 32
            _conv(self.WIDTH, self.WIDTH, (1, 7), padding=(0, 3)),  # sees 0.7 s, so that the order of sounds counts
        )
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(2 * self.WIDTH, classes)

    def course(self, pictures: Tensor) -> Tensor:
        """What is heard when: (batch, WIDTH, 32), one column for every 40 ms."""
        return self.layers(pictures.unsqueeze(1)).squeeze(2)

    def summary(self, pictures: Tensor) -> Tensor:
        """Mean and maximum over time, (batch, 2 WIDTH)."""
        course = self.course(pictures)
        return torch.cat([course.mean(2), course.amax(2)], 1)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.head(self.drop(self.summary(pictures)))


class Ears(nn.Module):
    """Several ears that learnt apart from one another, from other beginnings: the mean of their scores errs less than any of them.

    Takes and gives what `Ear` does.
    """

    def __init__(self, classes: int = 11, members: int = 2):
        super().__init__()
        self.members = nn.ModuleList(Ear(classes) for _ in range(members))

    def course(self, pictures: Tensor) -> Tensor:
        """What all of them hear when, side by side: (batch, members · WIDTH, 32)."""
        return torch.cat([each.course(pictures) for each in self.members], 1)

    def forward(self, pictures: Tensor) -> Tensor:
        return torch.stack([each(pictures) for each in self.members]).mean(0)
