"""A light convolutional GAN for colour pictures of 64 × 64, and the changes that real and made pictures are judged under."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from playground.networks.gan_images import Discriminator, as_it_is

LATENT, SIDE = 128, 64
WIDTHS = (160, 96, 48, 24)  # channels at 4, 8, 16 and 32 pixels


class FaceGenerator(nn.Module):
    """Noise (N, LATENT) to pictures (N, 3, 64, 64) from -1 to 1 (after Radford et al. 2016)."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS):
        super().__init__()
        layers: list[nn.Module] = [nn.Linear(LATENT, widths[0] * 16), nn.Unflatten(1, (widths[0], 4, 4)), nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1), nn.Tanh())

    def forward(self, noise: Tensor) -> Tensor:
        return self.body(noise)

    def centres(self, noise: Tensor) -> dict[str, Tensor]:
        """What each batch normalisation is given on average for this noise, by the name of its buffer; those before it are centred so already.

        Noise that is shortened moves these means away from those of training, and the pictures become dark rather than typical.
        """
        found, now = {}, noise
        for number, layer in enumerate(self.body):
            if isinstance(layer, nn.BatchNorm2d):
                name = f"body.{number}.running_mean"
                found[name] = now.mean((0, 2, 3))
                now = functional.batch_norm(now, found[name], layer.running_var, layer.weight, layer.bias, eps=layer.eps)
            else:
                now = layer(now)
        return found


class FaceDiscriminator(nn.Module):
    """Scores (N,) of pictures, every layer of spectral norm 1 (Miyato et al. 2018).

    Args:
        normed: While it learns every layer is divided by its largest singular value; one that is kept has been divided already.
    """

    divided = Discriminator.divided

    def __init__(self, widths: tuple[int, ...] = WIDTHS, normed: bool = True):
        super().__init__()
        held = spectral_norm if normed else as_it_is
        layers: list[nn.Module] = []
        for before, after in zip((3, *reversed(widths)), reversed(widths), strict=False):
            layers += [held(nn.Conv2d(before, after, 4, 2, 1)), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers, nn.Flatten(), held(nn.Linear(widths[0] * 16, 1)))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.body(pictures)[:, 0]


def varied(pictures: Tensor, stream: torch.Generator) -> Tensor:
    """Pictures with other brightness, saturation and contrast, shifted, and with a square left out (Zhao et al. 2020, section 3.2).

    Differentiable, so that G learns through it as well; what D sees of real and made pictures is changed in the same way.
    """
    count = len(pictures)

    def drawn(*shape: int) -> Tensor:
        return torch.rand(count, *shape, generator=stream)

    pictures = pictures + drawn(1, 1, 1) - 0.5
    grey = pictures.mean(1, keepdim=True)
    pictures = (pictures - grey) * 2 * drawn(1, 1, 1) + grey
    level = pictures.mean((1, 2, 3), keepdim=True)
    pictures = (pictures - level) * (drawn(1, 1, 1) + 0.5) + level
    return _cut(_shifted(pictures, stream), stream)


def _shifted(pictures: Tensor, stream: torch.Generator) -> Tensor:
    """By up to an eighth of the side, with black beyond."""
    count, side = len(pictures), pictures.shape[-1]
    most = side // 8
    down, right = (torch.randint(-most, most + 1, (count, 1), generator=stream) for _ in range(2))
    line = torch.arange(side)
    rows, columns = ((line + each + most).clamp(0, side + 2 * most - 1) for each in (down, right))
    padded = functional.pad(pictures, (most,) * 4).permute(0, 2, 3, 1)
    return padded[torch.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _cut(pictures: Tensor, stream: torch.Generator) -> Tensor:
    """A square of half the side, anywhere, becomes grey."""
    count, side = len(pictures), pictures.shape[-1]
    line = torch.arange(side)
    top, left = (torch.randint(-side // 4, side - side // 4 + 1, (count, 1), generator=stream) for _ in range(2))
    inside = [((line >= each) & (line < each + side // 2)).float() for each in (top, left)]
    return pictures * (1 - inside[0][:, None, :, None] * inside[1][:, None, None, :])
