"""Altered copies of images. The exported script quotes `augment` word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Generator, Tensor


def augment(images: Tensor, generator: Generator, flip: bool, shift: float, rotate: float, crop: float, erase: float) -> Tensor:
    """Each image mirrored, moved, turned, cropped and blanked at random.

    Args:
        images: (N, channels, H, W) float32 with mean about 0.
        shift: Largest move as a share of the image, either way.
        rotate: Largest turn either way, in degrees.
        crop: Largest part cut away, as a share of the side.
        erase: Side of the blanked square as a share of the image's.
    """
    count, _, height, width = images.shape
    draw = torch.rand(count, 6, generator=generator)
    if flip:
        images = torch.where((draw[:, 0] < 0.5).view(-1, 1, 1, 1), images.flip(3), images)
    if shift or rotate or crop:
        angle = (2 * draw[:, 1] - 1) * rotate * torch.pi / 180
        zoom = 1 - draw[:, 2] * crop
        maps = torch.zeros(count, 2, 3)  # from places of the new image to places of the old one
        maps[:, 0, 0], maps[:, 0, 1] = zoom * angle.cos(), -zoom * angle.sin()
        maps[:, 1, 0], maps[:, 1, 1] = zoom * angle.sin(), zoom * angle.cos()
        maps[:, :, 2] = (2 * draw[:, 3:5] - 1) * 2 * shift
        places = torch.nn.functional.affine_grid(maps, list(images.shape), align_corners=False)
        images = torch.nn.functional.grid_sample(images, places, padding_mode="border", align_corners=False)
    if erase:
        side = max(1, round(erase * min(height, width)))
        top = (draw[:, 5] * (height - side + 1)).floor().view(-1, 1)
        left = (torch.rand(count, generator=generator) * (width - side + 1)).floor().view(-1, 1)
        rows, columns = torch.arange(height).view(1, -1), torch.arange(width).view(1, -1)
        inside = ((rows >= top) & (rows < top + side)).unsqueeze(2) & ((columns >= left) & (columns < left + side)).unsqueeze(1)
        images = images.masked_fill(inside.unsqueeze(1), 0.0)
    return images
