"""A drawing, brought to the form of the images a network has learnt from."""

from __future__ import annotations

import functools

import numpy as np

from playground.experiments.train_lesson import Lesson

INK = 40  # grey from which a pixel of 0 … 255 counts as drawn
LOOKED_AT = 400  # training images from which their usual size and place are taken


@functools.lru_cache(maxsize=8)
def habit(given: Lesson) -> tuple[float, bool]:
    """How large the drawn part of a data set's images usually is, as a share of the side, and whether it is light on dark."""
    images = given.train.inputs[:LOOKED_AT, 0]
    light = bool(np.median(_edge(images)) < 128)
    drawn = images if light else 255 - images
    shares = []
    for image in drawn:
        box = _box(image)
        if box is not None:
            shares.append(max(box[1] - box[0], box[3] - box[2]) / max(image.shape))
    return (float(np.median(shares)) if shares else 1.0), light


def as_learnt(ink: np.ndarray, given: Lesson) -> np.ndarray | None:
    """A drawing as an input of the network; None while nothing is drawn.

    The drawn part is cut out, brought to the usual size by averaging, and laid with its centre of mass in the middle, as the makers of
    MNIST did (LeCun et al. 1998, section III.A).

    Args:
        ink: (S, S) uint8, light ink on dark paper.

    Returns:
        (1, channels, height, width) uint8.
    """
    from PIL import Image

    box = _box(ink)
    if box is None:
        return None
    share, light = habit(given)
    channels, height, width = given.input_shape
    top, bottom, left, right = box
    cut = ink[top:bottom, left:right]
    scale = share * min(height, width) / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    small = np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR), np.float64)
    small = small * (255 / max(small.max(), 1))
    paper = np.zeros((height, width))
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]]
    mass = max(small.sum(), 1e-9)
    y = _fitted(height / 2 - 0.5 - (rows * small).sum() / mass, small.shape[0], height)
    x = _fitted(width / 2 - 0.5 - (columns * small).sum() / mass, small.shape[1], width)
    paper[y : y + small.shape[0], x : x + small.shape[1]] = small[: height - y, : width - x]
    drawn = paper if light else 255 - paper
    return np.repeat(drawn.round().astype(np.uint8)[None, None], channels, axis=1)


def picture_as_learnt(picture: np.ndarray, given: Lesson) -> np.ndarray:
    """An uploaded picture as an input of the network: its middle, reduced; for grey data dark and light as there.

    Args:
        picture: (h, w, 3) uint8.

    Returns:
        (1, channels, height, width) uint8.
    """
    from PIL import Image, ImageOps

    channels, height, width = given.input_shape
    small = ImageOps.fit(Image.fromarray(picture).convert("L" if channels == 1 else "RGB"), (width, height), Image.Resampling.LANCZOS)
    pixels = np.asarray(small, np.uint8).reshape(height, width, channels).transpose(2, 0, 1)
    if channels == 1 and (np.median(_edge(pixels)) < 128) != habit(given)[1]:
        pixels = 255 - pixels
    return np.ascontiguousarray(pixels[None])


def _edge(images: np.ndarray) -> np.ndarray:
    """The outermost pixels of images (N, H, W), (N, 2 H + 2 W)."""
    return np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)


def _fitted(start: float, size: int, room: int) -> int:
    return int(np.clip(round(start), 0, max(0, room - size)))


def _box(image: np.ndarray) -> tuple[int, int, int, int] | None:
    """Top, bottom, left and right of what is drawn; bottom and right are past the end."""
    rows, columns = np.flatnonzero((image > INK).any(axis=1)), np.flatnonzero((image > INK).any(axis=0))
    return None if not len(rows) else (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
