"""Images to learn from: bytes as they came, their classes, and the script that loads the same ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from playground.data.datasets import Dataset


@dataclass(eq=False)
class ImageData(Dataset):
    """Images of one size.

    Attributes:
        images: (n, channels, height, width) uint8; 1 channel is grey, 3 are red, green and blue.
        loading: Lines of a script that leave `images` and `targets`.
        names: Where each image comes from (a file name), when that is known.
        crop: Whether the middle was taken of images that were not square; otherwise they were squeezed.
    """

    images: np.ndarray = field(default_factory=lambda: np.empty((0, 1, 1, 1), np.uint8), repr=False)
    loading: Callable[[], str] = field(default=lambda: "", repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    crop: bool = True

    def __post_init__(self) -> None:
        self.input_shape = tuple(self.images.shape[1:])

    def _inputs(self, rows: list[np.ndarray]) -> list[np.ndarray]:
        return [self.images[each] for each in rows]

    def show(self, row: int) -> np.ndarray:
        return np.ascontiguousarray(self.images[row].transpose(1, 2, 0))

    def encode_image(self, name: str, content: bytes) -> np.ndarray:
        """A new image file as (channels, height, width) uint8, reduced as the data set's own were.

        Raises:
            UserError: When it is no image, damaged or too large.
        """
        from playground.data.uploads_images import read_one

        channels, side, _ = self.input_shape
        return read_one(name, content, side, "L" if channels == 1 else "RGB", self.crop)

    def script(self, seed: int, validation_share: float, test_share: float) -> str:
        from playground.data.tables_script import image_script

        return image_script(self, seed, validation_share, test_share)


def own(digest: str) -> ImageData:
    """The visitor's own images from the shelf.

    Raises:
        UserError: When they are not on this machine.
    """
    from playground.data.images_own import from_shelf

    return from_shelf(digest)
