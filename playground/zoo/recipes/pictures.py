"""The images that the bundled classifiers and makers of pictures are trained on, as they lie in the folder of training data."""

import io
import os
from pathlib import Path

import numpy as np

from playground.core.errors import UserError

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"  # beside the repository, or where PLAYGROUND_TRAINING_DATA points


def where(file: str) -> Path:
    """The path of a file of training data.

    Raises:
        UserError: When the file is not there.
    """
    path = Path(os.environ.get("PLAYGROUND_TRAINING_DATA", DATA)) / file
    if not path.is_file():
        raise UserError(f"The training data {file} is not at {path.parent}.", "Set PLAYGROUND_TRAINING_DATA to the folder that holds it; the app itself never needs it.")
    return path


def images(file: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, channels, height, width) uint8 and classes (n,) int64 of "train" or "test".

    Raises:
        UserError: When the file is not there.
    """
    with np.load(where(file), allow_pickle=False) as stored:
        targets = stored[f"y_{split}"].astype(np.int64)
        if f"x_{split}" in stored:
            return stored[f"x_{split}"][:, None], targets
        tiles = [untiled(stored[name], 32) for name in sorted(stored.files) if name.startswith(f"{split}_")]
    return np.concatenate(tiles), targets


def untiled(mosaic: np.ndarray, side: int) -> np.ndarray:
    """The bytes of a mosaic of square tiles, row by row, as (n, 3, side, side) uint8."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(mosaic.tobytes())).convert("RGB"))
    tall, wide = pixels.shape[0] // side, pixels.shape[1] // side
    return pixels.reshape(tall, side, wide, side, 3).transpose(0, 2, 4, 1, 3).reshape(-1, 3, side, side)


def spread(pixels: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel, of values in [0, 1]."""
    planes = np.moveaxis(pixels, 1, 0).reshape(pixels.shape[1], -1) / 255
    return tuple(round(float(each), 4) for each in planes.mean(1)), tuple(round(float(each), 4) for each in planes.std(1))
