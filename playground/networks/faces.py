"""A convolutional variational autoencoder for colour pictures of 64 × 64."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SIDE, LATENT = 64, 128
CHANNELS = (24, 48, 96, 160)  # each layer halves the picture: 32, 16, 8, 4


class FaceAutoencoder(nn.Module):
    """Pictures (N, 3, 64, 64) in [0, 1] to codes (N, LATENT) and back (layers after Radford et al. 2016)."""

    def __init__(self, channels: tuple[int, ...] = CHANNELS, latent: int = LATENT):
        super().__init__()
        self.latent, flat = latent, channels[-1] * 16
        forth: list[nn.Module] = []
        for before, after in zip((3, *channels), channels, strict=False):
            forth += [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
        back: list[nn.Module] = [nn.Linear(latent, flat), nn.Unflatten(1, (channels[-1], 4, 4)), nn.BatchNorm2d(channels[-1]), nn.ReLU()]
        for before, after in zip(reversed(channels), reversed(channels[:-1]), strict=False):
            back += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.encoder = nn.Sequential(*forth, nn.Flatten(), nn.Linear(flat, 2 * latent))
        self.decoder = nn.Sequential(*back, nn.ConvTranspose2d(channels[0], 3, 4, 2, 1), nn.Sigmoid())

    def encode(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the code, (N, latent) each."""
        mean, log_variance = self.encoder(2 * pictures - 1).chunk(2, 1)
        return mean, log_variance

    def decode(self, codes: Tensor) -> Tensor:
        return self.decoder(codes)


def cost(model: FaceAutoencoder, pictures: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Negative evidence lower bound with the best σ for the batch (Rybkin, Daniilidis and Levine 2021, section 3), up to a constant.

    Args:
        noise: (N, latent) of a standard normal.

    Returns:
        The loss in nats a picture, the mean squared error of a value, and the KL term in nats a picture.
    """
    mean, log_variance = model.encode(pictures)
    made = model.decode(mean + torch.exp(0.5 * log_variance) * noise)
    error = (made - pictures).square().mean()
    kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
    return 0.5 * pictures[0].numel() * error.log() + kl, error, kl
