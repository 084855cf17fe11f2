"""Networks of other libraries in the one shape that this house asks for: normalised images in, logits out."""

import torch
from torch import nn


class LogitsOf(nn.Module):
    """A transformers classifier that answers with its logits alone."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (n, classes) of normalised images (n, channels, height, width)."""
        return self.model(images).logits
