"""Pictures on their way to a network: samples, drawings as strokes, and what is done to each before it is asked about, step by step.

NumPy and Pillow alone; values are bytes until `Prepared`, whose pixels lie in [0, 1].
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playground.core.errors import UserError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # base 64 as in addresses
GRID = 512  # places along each side that a stroke's points fall on
PAD = 84  # side of a drawing made into pixels
PEN = 1 / 13  # width of a stroke, as a share of the side
DIGIT_BOX = 20  # the longer side of a digit inside its 28 × 28 picture (LeCun et al. 1998, section III.A)
KEPT = 256  # longer side of a picture kept for a visitor
CALM = 224  # longer side to which a photograph of a digit is reduced before its ink is looked for
LEAN = 0.5  # skewness of the differences from the ground from which strokes are taken for darker or lighter than it
INK = 0.25  # share of full ink from which a pixel counts as drawn

SAMPLES = {
    **{f"digit-{each}": f"Handwritten {each}" for each in range(10)},
    "cross": "Cross", "disc": "Disc", "stripes": "Stripes", "checks": "Checkerboard", "ramp": "Ramp", "dot": "A single dot",
    "temple": "Photograph: temple", "flower": "Photograph: flower",
}  # fmt: skip
LEGIBLE = {8: 46, 9: 118}  # which of the bundled digits of a class is shown where the usual one, the fourth, is hard to read
_PHOTOGRAPHS = {"temple": ("china.jpg", (0.30, 0.0, 0.66)), "flower": ("flower.jpg", (0.12, 0.0, 0.66))}  # file, left, top and side as shares of the width


@dataclass(frozen=True, eq=False)
class Step:
    """One thing done to a picture: what, in words, and the picture afterwards, (h, w) or (h, w, 3) uint8."""

    words: str
    image: np.ndarray


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture as a network takes it: `pixels` (channels, height, width) float32 in [0, 1], and how it came about."""

    pixels: np.ndarray
    steps: tuple[Step, ...]


# Samples and drawings ---------------------------------------------------------------------------------------------------------


@functools.lru_cache(32)
def sample(key: str) -> np.ndarray:
    """A sample picture, (h, w) or (h, w, 3) uint8, bright on dark; read-only.

    Raises:
        UserError: For an unknown name, or a photograph that is not installed.
    """
    if key not in SAMPLES:
        raise UserError(f"There is no sample picture named {key!r}.", f"There are {', '.join(SAMPLES)}.", field="sample")
    if key.startswith("digit-"):
        made = _digit(int(key[6:]))
    elif key in _PHOTOGRAPHS:
        made = _photograph(*_PHOTOGRAPHS[key])
    else:
        made = _shape(key)
    made.setflags(write=False)
    return made


def _digit(number: int) -> np.ndarray:
    """One of the bundled 8 × 8 digits, drawn large and smooth."""
    from PIL import Image

    from playground.data.datasets import load

    data = load("digits")
    row = int(np.flatnonzero(data.targets == number)[LEGIBLE.get(number, 3)])
    large = np.asarray(Image.fromarray(data.show(row)[:, :, 0]).resize((44, 44), Image.Resampling.BICUBIC), np.uint8)
    return np.pad(large, 6)


def photograph_file(name: str) -> Path:
    """Where scikit-learn keeps one of its two photographs.

    Raises:
        UserError: When scikit-learn or its photographs are not installed.
    """
    from importlib.util import find_spec

    found = find_spec("sklearn")
    path = Path(found.origin).parent / "datasets" / "images" / name if found and found.origin else None
    if path is None or not path.is_file():
        raise UserError("The sample photographs that come with scikit-learn are not installed.", "Choose another picture, or upload one.")
    return path


def _photograph(name: str, part: tuple[float, float, float]) -> np.ndarray:
    from PIL import Image

    with Image.open(photograph_file(name)) as image:
        left, top, side = (round(each * image.width) for each in part)
        return np.asarray(image.convert("RGB").crop((left, top, left + side, top + side)).resize((KEPT, KEPT), Image.Resampling.BOX), np.uint8).copy()


def _shape(key: str) -> np.ndarray:
    side = 56
    y, x = np.mgrid[0:side, 0:side] / (side - 1) - 0.5
    made = {
        "cross": (np.abs(x) < 0.1) & (np.abs(y) < 0.36) | (np.abs(y) < 0.1) & (np.abs(x) < 0.36),
        "disc": np.clip((0.32 - np.hypot(x, y)) * side / 2 + 0.5, 0, 1),
        "stripes": (np.floor((x + y) * 7) % 2 == 0),
        "checks": (np.floor((x + 0.5) * 7.99) + np.floor((y + 0.5) * 7.99)) % 2,
        "ramp": x + 0.5,
        "dot": (np.abs(x) < 0.045) & (np.abs(y) < 0.045),
    }[key]
    return np.round(255 * made.astype(float)).astype(np.uint8)


def strokes(text: str) -> list[np.ndarray]:
    """Strokes written as text, each (n, 2) of x and y in [0, 1], y down; three letters a point, "." between strokes.

    Raises:
        UserError: When the text is no drawing.
    """
    found = []
    for piece in filter(None, text.split(".")):
        numbers = [LETTERS.find(letter) for letter in piece]
        if len(numbers) % 3 or min(numbers) < 0:
            raise UserError("The drawing in this link is damaged.", "Draw it again.", field="drawing")
        codes = np.array(numbers).reshape(-1, 3) @ np.array([4096, 64, 1])
        found.append(np.stack([codes // GRID, codes % GRID], 1) / (GRID - 1))
    return found


def written(drawn: Sequence[np.ndarray]) -> str:
    """Strokes (n, 2) in [0, 1] as text; the inverse of `strokes` up to a half of a grid place."""
    pieces = []
    for each in drawn:
        codes = np.round(np.clip(each, 0, 1) * (GRID - 1)).astype(int) @ np.array([GRID, 1])
        pieces.append("".join(LETTERS[code // 4096] + LETTERS[code // 64 % 64] + LETTERS[code % 64] for code in codes))
    return ".".join(pieces)


def drawn(text: str, side: int = PAD) -> np.ndarray:
    """Strokes as pixels, (side, side) uint8, white on black, with soft edges."""
    from PIL import Image, ImageDraw

    large = 4 * side
    image = Image.new("L", (large, large), 0)
    pen = ImageDraw.Draw(image)
    width = PEN * large
    for each in strokes(text):
        points = [tuple(point) for point in each * large]
        if len(points) > 1:
            pen.line(points, fill=255, width=round(width))
        for x, y in points:
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX), np.uint8)


# Preparing -----------------------------------------------------------------------------------------------------------------------


def prepare(image: np.ndarray, shape: tuple[int, int, int], *, digit: bool, clean: bool = False) -> Prepared:
    """A picture as a network of input `shape` (channels, height, width) takes it.

    Args:
        image: (h, w) or (h, w, 3) uint8.
        digit: The network reads single light signs on dark ground that are centred by mass, as in MNIST.
        clean: It is a drawing or a made picture: no shadow and no specks have to be removed.

    Raises:
        UserError: When nothing is drawn.
    """
    return as_digit(image, shape, clean) if digit else as_photograph(image, shape)


def as_photograph(image: np.ndarray, shape: tuple[int, int, int]) -> Prepared:
    """The middle square of a picture, reduced to the network's input size by averaging."""
    from PIL import Image

    channels, side, _ = shape
    height, width = image.shape[:2]
    steps = [Step(f"As it came: {width} × {height} pixels.", image)]
    short = min(height, width)
    if height != width:
        top, left = (height - short) // 2, (width - short) // 2
        image = image[top : top + short, left : left + short]
        steps.append(Step(f"The middle square of {short} × {short} pixels is taken.", image))
    picture = Image.fromarray(np.ascontiguousarray(image)).convert("RGB" if channels == 3 else "L")
    if short != side:
        picture = picture.resize((side, side), Image.Resampling.BOX if short > side else Image.Resampling.BICUBIC)
    small = np.asarray(picture, np.uint8)
    grey = "" if channels == 3 else " and made grey"
    steps.append(Step(f"{'Reduced' if short > side else 'Enlarged' if short < side else 'Kept'} to {side} × {side} pixels{grey}.", small))
    return Prepared(np.ascontiguousarray(small.reshape(side, side, channels).transpose(2, 0, 1), np.float32) / 255, tuple(steps))


def as_digit(image: np.ndarray, shape: tuple[int, int, int], clean: bool = False) -> Prepared:
    """A single sign as MNIST holds it: light on dark, its longer side 20 of 28 pixels, its centre of mass in the middle.

    Follows the making of MNIST (LeCun, Bottou, Bengio and Haffner 1998, section III.A); before that, a photograph's shadow,
    its paper and specks are taken away.

    Raises:
        UserError: When nothing is drawn.
    """
    channels, side, _ = shape
    grey = _grey(image)
    steps = [Step(f"As it came: {grey.shape[1]} × {grey.shape[0]} pixels.", image)]
    if not clean and max(grey.shape) > CALM:
        grey = _reduced(grey, CALM)
        steps.append(Step(f"Reduced to {grey.shape[1]} × {grey.shape[0]} pixels: the camera's noise averages away.", _bytes(grey)))
    ink, words = _ink(grey, clean)
    steps += [Step(each, _bytes(ink)) for each in words]
    if not clean:
        ink, removed = _without_specks(ink)
        if removed:
            steps.append(Step(f"{removed} speck{'s' if removed > 1 else ''} or lines at the border removed.", _bytes(ink)))
    rows, columns = np.flatnonzero((ink > INK).any(1)), np.flatnonzero((ink > INK).any(0))
    if not len(rows):
        raise UserError("Nothing is drawn in this picture.", "Draw or photograph one digit that stands out from its ground.")
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    steps.append(Step(f"Cut to what is drawn: {cut.shape[1]} × {cut.shape[0]} pixels.", _bytes(cut)))
    laid = _laid(cut, side)
    steps.append(Step(f"Longer side made {round(DIGIT_BOX * side / 28)} pixels, centre of mass put in the middle of {side} × {side}.", _bytes(laid)))
    return Prepared(np.repeat(laid[None].astype(np.float32), channels, 0), tuple(steps))


def _grey(image: np.ndarray) -> np.ndarray:
    """(h, w) float64 in [0, 1] by the usual weights of red, green and blue."""
    return (image @ np.array([0.299, 0.587, 0.114]) if image.ndim == 3 else image.astype(float)) / 255


def _bytes(image: np.ndarray) -> np.ndarray:
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)


def _ink(grey: np.ndarray, clean: bool) -> tuple[np.ndarray, list[str]]:
    """Ink from 0 to 1 on empty ground, and what had to be done."""
    words: list[str] = []
    if np.ptp(grey) < 0.05:  # one shade all over
        return np.zeros_like(grey), words
    if _dark_on_light(grey, clean):
        grey = 1 - grey
        words.append("Dark on light: inverted.")
    if not clean:
        flat = np.clip(grey - _ground(grey), 0, None)
        low, high = _two_levels(flat)
        if high - low > 0.04:
            grey = np.clip((flat - low - 0.25 * (high - low)) / max(0.75 * (high - low), 1e-6), 0, 1)
            words.append("Shade of the paper taken away, ink brought to full strength.")
    return grey / grey.max(), words


def _reduced(grey: np.ndarray, longest: int) -> np.ndarray:
    """A picture (h, w) in [0, 1] whose longer side becomes `longest`, by averaging."""
    from PIL import Image

    scale = longest / max(grey.shape)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(Image.fromarray(grey.astype(np.float32)).resize(size, Image.Resampling.BOX), float)


def _dark_on_light(grey: np.ndarray, clean: bool) -> bool:
    """Whether the strokes are darker than their ground. Grey paper in a dim room is darker than half: what counts is the ground around the strokes."""
    from PIL import Image, ImageFilter

    bright = bool(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])) > 0.5)
    if clean:
        return bright
    small = Image.fromarray(_bytes(grey)).resize((48, 48), Image.Resampling.BOX)
    off = np.asarray(small, float) - np.asarray(small.filter(ImageFilter.MedianFilter(31)), float)
    spread = off.std()
    lean = float(((off - off.mean()) ** 3).mean() / spread**3) if spread > 0 else 0.0  # strokes are few: they pull the tail of the differences to their side
    return lean < 0 if abs(lean) > LEAN else bright


def _ground(ink: np.ndarray) -> np.ndarray:
    """The paper's own shade around each pixel: the darkest of a wide neighbourhood, smoothed."""
    from PIL import Image, ImageFilter

    side = 24
    small = Image.fromarray(_bytes(ink)).resize((side, side), Image.Resampling.BOX)
    wide = small.filter(ImageFilter.MinFilter(9)).filter(ImageFilter.GaussianBlur(3))
    return np.asarray(wide.resize(ink.shape[::-1], Image.Resampling.BICUBIC), float) / 255


def _two_levels(values: np.ndarray) -> tuple[float, float]:
    """Mean of the ground and of the ink, parted where their spread is least (Otsu 1979)."""
    counts, edges = np.histogram(values, 128, (0.0, 1.0))
    middle = (edges[:-1] + edges[1:]) / 2
    below, mass = np.cumsum(counts), np.cumsum(counts * middle)
    above = below[-1] - below
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = mass / below, (mass[-1] - mass) / above
        between = np.nan_to_num(below * above * (low - high) ** 2)
    cut = int(between.argmax())
    return float(np.nan_to_num(low[cut])), float(np.nan_to_num(high[cut]))


def _without_specks(ink: np.ndarray) -> tuple[np.ndarray, int]:
    """What is connected and large, without what only touches the border; and how many pieces went."""
    from scipy import ndimage

    pieces, count = ndimage.label(ink > INK, np.ones((3, 3)))
    if count < 2:
        return ink, 0
    sizes = np.bincount(pieces.ravel())[1:]
    border = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    inner = np.array([each + 1 not in border for each in range(count)])
    weight = np.where(inner, sizes, 0) if (sizes[inner] > 0.1 * sizes.max()).any() else sizes
    kept = 1 + np.flatnonzero(weight >= 0.08 * weight.max())
    mask = ndimage.grey_dilation(np.isin(pieces, kept), size=(3, 3))  # the soft edge of a stroke belongs to it
    return ink * mask, count - len(kept)


def _laid(cut: np.ndarray, side: int) -> np.ndarray:
    """`cut` shrunk so that its longer side is 20/28 of `side`, laid with its centre of mass in the middle of (side, side)."""
    from PIL import Image

    scale = DIGIT_BOX * side / 28 / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    small = np.asarray(Image.fromarray(_bytes(cut)).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC), float) / 255
    small = np.clip(small / max(small.max(), 1e-6), 0, 1)
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]]
    y, x = (round(float(np.clip(side / 2 - 0.5 - (place * small).sum() / small.sum(), 0, side - length)))
            for place, length in zip((rows, columns), small.shape, strict=True))  # fmt: skip
    laid = np.zeros((side, side))
    laid[y : y + small.shape[0], x : x + small.shape[1]] = small
    return laid
