"""The images that the bundled classifiers are trained on, as they lie in the folder of training data."""

import io
import os
from pathlib import Path

import numpy as np

from playground.core.errors import UserError

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"  # beside the repository, or where PLAYGROUND_TRAINING_DATA points


def images(file: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, channels, height, width) uint8 and classes (n,) int64 of "train" or "test".

    Raises:
        UserError: When the file is not there.
    """
    path = Path(os.environ.get("PLAYGROUND_TRAINING_DATA", DATA)) / file
    if not path.is_file():
        raise UserError(f"The training data {file} is not at {path.parent}.", "Set PLAYGROUND_TRAINING_DATA to the folder that holds it; the app itself never needs it.")
    with np.load(path, allow_pickle=False) as stored:
        targets = stored[f"y_{split}"].astype(np.int64)
        if f"x_{split}" in stored:
            return stored[f"x_{split}"][:, None], targets
        tiles = [_untiled(stored[name]) for name in sorted(stored.files) if name.startswith(f"{split}_")]
    return np.concatenate(tiles).transpose(0, 3, 1, 2).copy(), targets


def _untiled(mosaic: np.ndarray) -> np.ndarray:
    """A mosaic of 100 × 100 tiles as (10000, 32, 32, 3)."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(mosaic.tobytes())).convert("RGB"))
    return pixels.reshape(100, 32, 100, 32, 3).swapaxes(1, 2).reshape(-1, 32, 32, 3)


def spread(pixels: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel, of values in [0, 1]."""
    planes = np.moveaxis(pixels, 1, 0).reshape(pixels.shape[1], -1) / 255
    return tuple(round(float(each), 4) for each in planes.mean(1)), tuple(round(float(each), 4) for each in planes.std(1))
