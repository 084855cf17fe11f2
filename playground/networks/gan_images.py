"""A conditional convolutional GAN for images of 28 × 28: generator and projection discriminator."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

LATENT = 64
SIDE = 28


class Generator(nn.Module):
    """Noise (N, LATENT) and classes (N,) or class weights (N, classes) to images (N, 1, 28, 28) from -1 to 1 (after Radford et al. 2016)."""

    def __init__(self, classes: int, width: int = 24):
        super().__init__()
        self.classes = classes
        self.label = nn.Linear(classes, LATENT, bias=False)
        self.first = nn.Linear(2 * LATENT, 4 * width * 49)
        self.body = nn.Sequential(
            nn.BatchNorm2d(4 * width), nn.ReLU(), nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1),
            nn.BatchNorm2d(2 * width), nn.ReLU(), nn.ConvTranspose2d(2 * width, width, 4, 2, 1),
            nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, 1, 3, padding=1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, noise: Tensor, classes: Tensor) -> Tensor:
        weights = classes if classes.is_floating_point() else nn.functional.one_hot(classes, self.classes).to(noise.dtype)
        h = self.first(torch.cat([noise, self.label(weights)], 1))
        return self.body(h.view(len(h), -1, 7, 7))


class Discriminator(nn.Module):
    """Scores (N,) of images with their classes: ψ(h) + ⟨class, h⟩ (Miyato and Koyama 2018).

    Args:
        normed: While it learns every layer is divided by its largest singular value (Miyato et al. 2018); a discriminator that is kept has
            been divided already.
    """

    def __init__(self, classes: int, width: int = 24, normed: bool = True):
        super().__init__()
        held = spectral_norm if normed else as_it_is
        self.body = nn.Sequential(
            held(nn.Conv2d(1, width, 4, 2, 1)), nn.LeakyReLU(0.2), held(nn.Conv2d(width, 2 * width, 4, 2, 1)), nn.LeakyReLU(0.2),
            held(nn.Conv2d(2 * width, 4 * width, 3, 1, 1)), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.last = held(nn.Linear(4 * width, 1))
        self.label = held(nn.Embedding(classes, 4 * width))

    def forward(self, images: Tensor, classes: Tensor) -> Tensor:
        h = self.body(images).sum((2, 3)) / 7
        return self.last(h)[:, 0] + (self.label(classes) * h).sum(1)

    def divided(self) -> dict[str, Tensor]:
        """The weights as they act, for a discriminator that is not `normed`."""
        found: dict[str, Tensor] = {}
        for name, part in self.named_modules():
            if isinstance(part, (nn.Conv2d, nn.Linear, nn.Embedding)):
                found[f"{name}.weight"] = part.weight.detach()
                if getattr(part, "bias", None) is not None:
                    found[f"{name}.bias"] = part.bias.detach()  # type: ignore[union-attr]
        return found


def as_it_is(layer: nn.Module) -> nn.Module:
    return layer
