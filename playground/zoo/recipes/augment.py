"""Random changes of images that leave their class: on tensors (n, channels, height, width) in [0, 1], from a generator of one's own."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional

Augment = Callable[[torch.Tensor, torch.Generator], torch.Tensor]


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> torch.Tensor:
    return low + (high - low) * torch.rand(count, generator=generator)


def affine(images: torch.Tensor, generator: torch.Generator, *, turn: float, scale: tuple[float, float], shift: float, shear: float = 0.0,
           border: str = "zeros") -> torch.Tensor:  # fmt: skip
    """Turned by up to `turn` degrees, scaled, sheared, and shifted by up to `shift` of the width; black where nothing was, or mirrored by `border="reflection"`."""
    n = len(images)
    angle = uniform(n, -turn, turn, generator) * math.pi / 180
    size = 1 / uniform(n, *scale, generator)
    lean = uniform(n, -shear, shear, generator)
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    matrix = torch.stack([torch.stack([cos, -sin + lean, 2 * uniform(n, -shift, shift, generator)], 1),
                          torch.stack([sin, cos, 2 * uniform(n, -shift, shift, generator)], 1)], 1)  # fmt: skip
    grid = functional.affine_grid(matrix.to(images), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode=border, align_corners=False)


def thickness(images: torch.Tensor, generator: torch.Generator, share: float = 0.5) -> torch.Tensor:
    """White strokes made thicker (largest of the neighbours) or thinner (smallest), some of the way, for a `share` of the images."""
    n = len(images)
    thick, thin = functional.max_pool2d(images, 3, 1, 1), -functional.max_pool2d(-images, 3, 1, 1)
    way = uniform(n, 0.0, 1.0, generator).view(-1, 1, 1, 1)
    kind = torch.rand(n, generator=generator).view(-1, 1, 1, 1)
    changed = torch.where(kind < 0.3, thin + (1 - 0.6 * way) * (images - thin), thick + (1 - way) * (images - thick))
    return torch.where(torch.rand(n, generator=generator).view(-1, 1, 1, 1) < share, changed, images)


def pen(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """What cameras and pens do: softer or harder edges, uneven ink, a little noise."""
    n = len(images)
    soft = functional.avg_pool2d(images, 3, 1, 1)
    way = uniform(n, -0.7, 0.8, generator).view(-1, 1, 1, 1)
    ink = uniform(n, 0.6, 1.15, generator).view(-1, 1, 1, 1)
    noise = 0.06 * torch.rand(n, 1, 1, 1, generator=generator) * torch.randn(images.shape, generator=generator)
    return ((images + way * (soft - images)) * ink + noise).clamp(0, 1)


def flip(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Left and right exchanged in half of the images."""
    return torch.where(torch.rand(len(images), 1, 1, 1, generator=generator) < 0.5, images.flip(3), images)


def shifted(images: torch.Tensor, generator: torch.Generator, most: int) -> torch.Tensor:
    """Moved by whole pixels, up to `most` each way; the border is mirrored."""
    n, _, height, width = images.shape
    padded = functional.pad(images, (most,) * 4, mode="reflect")
    down, right = (torch.randint(0, 2 * most + 1, (n, 1), generator=generator) for _ in range(2))
    rows, columns = torch.arange(height) + down, torch.arange(width) + right
    return padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def erased(images: torch.Tensor, generator: torch.Generator, size: int) -> torch.Tensor:
    """A square of `size` pixels somewhere in every image made grey (DeVries and Taylor 2017)."""
    n, _, height, width = images.shape
    y, x = (torch.randint(0, side, (n, 1, 1), generator=generator) for side in (height, width))
    inside = ((torch.arange(height)[None, :, None] - y).abs() < size // 2) & ((torch.arange(width)[None, None, :] - x).abs() < size // 2)
    return torch.where(inside[:, None], images.mean((2, 3), keepdim=True), images)


def light(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """What light and cameras do to photographs: brightness, contrast, colourfulness and a tint; one in ten loses its colours."""
    n = len(images)
    each = [uniform(n, *span, generator).view(-1, 1, 1, 1) for span in ((-0.15, 0.15), (0.7, 1.3), (0.6, 1.4))]
    brightness, contrast, colour = each
    colour = torch.where(torch.rand(n, 1, 1, 1, generator=generator) < 0.1, torch.zeros(()), colour)
    tint = 0.04 * torch.randn(n, images.shape[1], 1, 1, generator=generator)
    grey = images.mean(1, keepdim=True)
    coloured = grey + colour * (images - grey)
    middle = coloured.mean((1, 2, 3), keepdim=True)
    return (middle + contrast * (coloured - middle) + brightness + tint).clamp(0, 1)


def focus(images: torch.Tensor, generator: torch.Generator, share: float = 0.4) -> torch.Tensor:
    """Softer or crisper, as pictures reduced by different programs are, for a `share` of the images."""
    soft = functional.avg_pool2d(functional.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
    way = uniform(len(images), -0.6, 0.8, generator).view(-1, 1, 1, 1)
    chosen = torch.rand(len(images), 1, 1, 1, generator=generator) < share
    return torch.where(chosen, (images + way * (soft - images)).clamp(0, 1), images)


def digits(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """For handwriting: place, size, slant, stroke and ink vary."""
    return pen(thickness(affine(images, generator, turn=14, scale=(0.8, 1.15), shift=0.08, shear=0.2), generator), generator)


def clothes(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """For Fashion-MNIST: mirrored, shifted by up to two pixels, a square erased."""
    return erased(shifted(flip(images, generator), generator, 2), generator, 8)


def photographs(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """For small photographs: mirrored, shifted by up to four pixels."""
    return shifted(flip(images, generator), generator, 4)


def snapshots(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """For small photographs that must stand for anybody's: frame, size, light, colours and focus vary, and a square is hidden."""
    framed = affine(flip(images, generator), generator, turn=8, scale=(0.85, 1.25), shift=0.1, border="reflection")
    return erased(focus(light(framed, generator), generator), generator, 8)


def holidays(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Like `snapshots`, for one picture in four; the others are only mirrored, shifted by up to four pixels, and a square of them is hidden."""
    plain = erased(photographs(images, generator), generator, 8)
    return torch.where(torch.rand(len(images), 1, 1, 1, generator=generator) < 0.25, snapshots(images, generator), plain)
