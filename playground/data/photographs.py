"""Photographs for networks that name things: the samples that libraries bring along, and how one is made ready, step by step.

NumPy and Pillow alone. Scikit-image and scikit-learn are looked for as files; nothing of them is imported.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from playground.core.errors import UserError
from playground.data import pictures
from playground.data.pictures import Prepared, Step

LARGEST = 1024  # longer side of a picture kept for a visitor: enough for words on a page to stay readable
RESAMPLING = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")  # in the order of Pillow's own numbers, which model files hold


@dataclass(frozen=True)
class Photograph:
    """A photograph that a library brings along: its name, the library's folder and the file in it."""

    title: str
    package: str
    file: str


PHOTOGRAPHS = {
    "cat": Photograph("Cat", "skimage", "data/chelsea.png"),
    "rocket": Photograph("Rocket", "skimage", "data/rocket.jpg"),
    "coffee": Photograph("Coffee", "skimage", "data/coffee.png"),
    "astronaut": Photograph("Astronaut", "skimage", "data/astronaut.png"),
    "motorcycle": Photograph("Motorcycle", "skimage", "data/motorcycle_left.png"),
    "cameraman": Photograph("Cameraman", "skimage", "data/camera.png"),
    "coins": Photograph("Coins", "skimage", "data/coins.png"),
    "page": Photograph("Printed page", "skimage", "data/page.png"),
    "temple": Photograph("Temple", "sklearn", "datasets/images/china.jpg"),
    "flower": Photograph("Flower", "sklearn", "datasets/images/flower.jpg"),
}
DIGITS = {f"digit-{each}": f"Digit {each}" for each in range(10)}
NUMBER = "31415926"
MADE = {"number": f"The digits {NUMBER}"}
SHAPES = {"checks": "Checkerboard", "stripes": "Stripes"}


def path_of(key: str) -> Path | None:
    """Where the file of a photograph lies; None when its library is not installed."""
    one = PHOTOGRAPHS[key]
    found = find_spec(one.package)
    path = Path(found.origin).parent / one.file if found and found.origin else None
    return path if path is not None and path.is_file() else None


@functools.cache
def samples() -> dict[str, str]:
    """Every sample on this machine by its key, with its title: photographs first, then generated digits and shapes."""
    return {key: one.title for key, one in PHOTOGRAPHS.items() if path_of(key)} | DIGITS | MADE | SHAPES


@functools.lru_cache(16)
def sample(key: str) -> np.ndarray:
    """A sample, (h, w) or (h, w, 3) uint8; read-only.

    Raises:
        UserError: For an unknown name, or when the library that brings it is not installed.
    """
    if key == "number":
        return _number()
    if key not in PHOTOGRAPHS:
        return pictures.sample(key)
    from PIL import Image

    path = path_of(key)
    if path is None:
        raise UserError(f"The photograph “{PHOTOGRAPHS[key].title}” comes with the package {PHOTOGRAPHS[key].package}, which is not installed.", "Choose another, or upload one.")
    with Image.open(path) as image:
        plain = image.convert("RGB")
    plain.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    made = np.asarray(plain, np.uint8).copy()
    made.setflags(write=False)
    return made


def _number() -> np.ndarray:
    """NUMBER in generated handwriting, dark on light paper whose lighting is uneven, two lines."""
    half = len(NUMBER) // 2
    rows = [np.hstack([np.pad(pictures.sample(f"digit-{each}"), 10) for each in part]) for part in (NUMBER[:half], NUMBER[half:])]
    ink = np.vstack(rows).astype(float) / 255
    paper = np.linspace(232, 196, ink.shape[1])[None] + np.linspace(8, -8, ink.shape[0])[:, None]
    made = np.round(np.clip(paper * (1 - 0.82 * ink), 0, 255)).astype(np.uint8)
    made = np.ascontiguousarray(np.repeat(made[..., None], 3, 2))
    made.setflags(write=False)
    return made


def thumbnail(image: np.ndarray, side: int = 96) -> np.ndarray:
    """The middle square of a picture, (side, side, 3) uint8."""
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.fit(Image.fromarray(np.ascontiguousarray(image)).convert("RGB"), (side, side), Image.Resampling.BOX), np.uint8)


# Preparing -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """How a network wants its photographs.

    Attributes:
        height, width: Of its input.
        whole: The shorter side before the middle is cut out, as a pair (height, width); None squeezes the whole picture into the input.
        resampling: One of RESAMPLING.
    """

    height: int
    width: int
    whole: tuple[int, int] | None
    resampling: str = "bicubic"


def as_photograph(image: np.ndarray, recipe: Recipe, channels: int = 3) -> Prepared:
    """A picture resized and cut as `recipe` says; repeats what timm's and torchvision's evaluation transforms do, pixel by pixel.

    Args:
        image: (h, w) or (h, w, 3) uint8.
    """
    from PIL import Image

    height, width = image.shape[:2]
    steps = [Step(f"As it came: {width} × {height} pixels.", image)]
    picture = Image.fromarray(np.ascontiguousarray(image)).convert("RGB" if channels == 3 else "L")
    resample = Image.Resampling[recipe.resampling.upper()]
    if recipe.whole is None:
        picture = picture.resize((recipe.width, recipe.height), resample)
        squeezed = "Resized" if abs(width / height - recipe.width / recipe.height) < 0.01 else "Squeezed whole"
        steps.append(Step(f"{squeezed} to {recipe.width} × {recipe.height} pixels ({recipe.resampling}).", np.asarray(picture, np.uint8)))
    else:
        size = resized(width, height, recipe.whole)
        if size != (width, height):
            picture = picture.resize(size, resample)
            verb = "Reduced" if size[0] < width else "Enlarged"
            steps.append(Step(f"{verb} to {size[0]} × {size[1]} pixels ({recipe.resampling}).", np.asarray(picture, np.uint8)))
        left, top = round((size[0] - recipe.width) / 2), round((size[1] - recipe.height) / 2)
        picture = picture.crop((left, top, left + recipe.width, top + recipe.height))
        if size != (recipe.width, recipe.height):
            lost = 1 - recipe.width * recipe.height / (size[0] * size[1])
            steps.append(Step(f"The middle {recipe.width} × {recipe.height} cut out; {lost:.0%} of the picture is not looked at.", np.asarray(picture, np.uint8)))
    small = np.asarray(picture, np.uint8).reshape(recipe.height, recipe.width, channels)
    return Prepared(np.ascontiguousarray(small.transpose(2, 0, 1), np.float32) / 255, tuple(steps))


def resized(width: int, height: int, whole: tuple[int, int]) -> tuple[int, int]:
    """Width and height after the shorter side (for a square `whole`) became as long as `whole`'s; the shape is kept."""
    tall, wide = whole
    if tall == wide:
        return (wide, int(wide * height / width)) if width <= height else (int(tall * width / height), tall)
    scale = max(tall / height, wide / width)
    return round(width * scale), round(height * scale)


def as_garment(image: np.ndarray, shape: tuple[int, int, int]) -> Prepared:
    """A piece of clothing as Fashion-MNIST holds it: grey, light on black, cut out, its longer side filling the picture.

    Follows the making of that set (Xiao, Rasul and Vollgraf 2017, section 2).

    Raises:
        UserError: When nothing stands out from the ground.
    """
    from PIL import Image

    channels, side, _ = shape
    steps = [Step(f"As it came: {image.shape[1]} × {image.shape[0]} pixels.", image)]
    grey = image @ np.array([0.299, 0.587, 0.114]) if image.ndim == 3 else image.astype(float)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.median(border) > 127:
        grey = 255 - grey
        steps.append(Step("Made grey; the ground is light: inverted.", _bytes(grey)))
    grey = np.clip(grey - np.median(255 - border if len(steps) > 1 else border), 0, None)
    found = grey > 0.08 * max(grey.max(), 1)
    if grey.max() < 12 or not found.any():
        raise UserError("Nothing stands out from the ground of this picture.", "Show one piece of clothing on an even ground.")
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    cut = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] * (255 / grey.max())
    steps.append(Step(f"Ground taken away, cut to what stands out: {cut.shape[1]} × {cut.shape[0]} pixels.", _bytes(cut)))
    scale = side / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    small = np.asarray(Image.fromarray(_bytes(cut)).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC), np.uint8)
    laid = np.zeros((side, side), np.uint8)
    top, left = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    laid[top : top + small.shape[0], left : left + small.shape[1]] = small
    steps.append(Step(f"Longer side made {side} pixels, laid in the middle of {side} × {side}.", laid))
    return Prepared(np.repeat(laid[None].astype(np.float32) / 255, channels, 0), tuple(steps))


def _bytes(image: np.ndarray) -> np.ndarray:
    return np.round(np.clip(image, 0, 255)).astype(np.uint8)
