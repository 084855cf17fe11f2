"""The image data sets: digits that come with scikit-learn, and those fetched on demand (see `data.downloads`)."""

from __future__ import annotations

import pickletools
from pathlib import Path

import numpy as np

from playground.core.errors import UserError
from playground.data import downloads
from playground.data.datasets import DATASETS
from playground.data.images import ImageData
from playground.data.tables_bundled import UCI, numbers, read

DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
DIGITS_LOADING = """from sklearn.datasets import load_digits

data = load_digits()
# Ink from 0 to 16 becomes bytes from 0 to 255, (images, channels, height, width).
images, targets = np.round(data.images * 255 / 16).astype(np.uint8)[:, None], data.target.astype(np.int64)"""


def digits() -> ImageData:
    """1,797 pictures of 8 x 8 pixels; ink from 0 to 16 becomes bytes from 0 to 255."""
    cells = numbers(read("digits.csv.gz"), ",")
    images = np.round(cells[:, :-1].reshape(-1, 8, 8) * 255 / 16).astype(np.uint8)[:, None]
    return ImageData("digits", DATASETS["digits"].title, "image", "classification", cells[:, -1].astype(np.int64), DIGITS, target_name="digit", images=images,
                     source="Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits", licence=UCI, loading=lambda: DIGITS_LOADING)  # fmt: skip


def mnist() -> ImageData:
    return _idx("mnist", DIGITS, "MNIST", "digit", "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition", "CC BY-SA 3.0")


def fashion_mnist() -> ImageData:
    return _idx("fashion_mnist", CLOTHES, "FashionMNIST", "clothing", "Xiao, Rasul and Vollgraf 2017, Fashion-MNIST: a novel image dataset", "MIT")


def _idx(key: str, classes: tuple[str, ...], name: str, target: str, source: str, licence: str) -> ImageData:
    if not downloads.ready(key):
        raise downloads.missing(key)
    place = downloads.folder(key)
    parts = [(_read_idx(key, place / f"{part}-images-idx3-ubyte", 3), _read_idx(key, place / f"{part}-labels-idx1-ubyte", 1)) for part in ("train", "t10k")]
    if any(len(images) != len(labels) or not len(labels) or labels.max() >= len(classes) for images, labels in parts):
        raise _damaged(key)
    images, targets = (np.concatenate(each) for each in zip(*parts, strict=True))
    return ImageData(key, DATASETS[key].title, "image", "classification", targets.astype(np.int64), classes, target_name=target, images=images[:, None],
                     official_test=len(parts[0][1]), source=source, licence=licence, loading=lambda: _from_torchvision(name, "each.data.numpy()[:, None]"))  # fmt: skip


def _read_idx(key: str, path: Path, dimensions: int) -> np.ndarray:
    """An IDX file of bytes: two zeros, the type 8, the number of dimensions, their sizes (big endian), then the bytes (LeCun)."""
    content = np.fromfile(path, np.uint8)
    head = 4 + 4 * dimensions
    if len(content) < head or content[:4].tolist() != [0, 0, 8, dimensions]:
        raise _damaged(key)
    shape = content[4:head].view(">u4").astype(int)
    if shape.prod() != len(content) - head:
        raise _damaged(key)
    return content[head:].reshape(shape)


def _damaged(key: str) -> UserError:
    downloads.remove(key)
    return UserError(f"The downloaded files of {DATASETS[key].title} were damaged and have been removed.", "Download it again.", field="dataset")


def _from_torchvision(name: str, images: str) -> str:
    return "\n".join([
        f"from torchvision.datasets import {name}", "", f'parts = [{name}("datasets", train=first, download=True) for first in (True, False)]',
        f"images = np.ascontiguousarray(np.concatenate([{images} for each in parts]))  # bytes, (images, channels, height, width)",
        "targets = np.concatenate([np.asarray(each.targets) for each in parts]).astype(np.int64)",
    ])  # fmt: skip


CIFAR_BYTES = 3 * 32 * 32


def cifar10() -> ImageData:
    """50,000 images to learn from and 10,000 set aside; the red, green and blue plane of each row by row."""
    if not downloads.ready("cifar10"):
        raise downloads.missing("cifar10")
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    batches = [_read_batch(downloads.folder("cifar10") / name) for name in names]
    images, targets = np.concatenate([each[0] for each in batches]), np.concatenate([each[1] for each in batches])
    return ImageData("cifar10", DATASETS["cifar10"].title, "image", "classification", targets, THINGS, target_name="thing", images=images,
                     official_test=len(images) - len(batches[-1][1]), source="Krizhevsky 2009, Learning multiple layers of features from tiny images",
                     licence="free for research", loading=lambda: _from_torchvision("CIFAR10", "each.data.transpose(0, 3, 1, 2)"))  # fmt: skip


def _read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of one batch, (n, 3, 32, 32) uint8 and (n,) int64.

    The file is a pickled dictionary. It is not unpickled, which would run whatever it says: its instructions are listed
    (`pickletools.genops` executes none) and the one long string and the numbers behind the word "labels" are taken.
    """
    pixels, labels, collecting = b"", [], False
    try:
        for opcode, value, _ in pickletools.genops(path.read_bytes()):
            if isinstance(value, (str, bytes, bytearray)) and opcode.name != "GLOBAL":
                text = value.encode("latin-1") if isinstance(value, str) else bytes(value)
                collecting = text == b"labels"
                if len(text) >= CIFAR_BYTES:
                    pixels = text
            elif collecting and isinstance(value, int) and opcode.name.startswith("BININT"):
                labels.append(value)
    except (ValueError, UnicodeEncodeError) as error:
        raise _damaged("cifar10") from error
    if not labels or len(pixels) != len(labels) * CIFAR_BYTES or not 0 <= min(labels) <= max(labels) < len(THINGS):
        raise _damaged("cifar10")
    return np.frombuffer(pixels, np.uint8).reshape(-1, 3, 32, 32), np.array(labels, np.int64)
