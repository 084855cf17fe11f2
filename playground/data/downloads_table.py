"""Where the data sets fetched on demand come from: addresses, checksums and sizes, as torchvision declares them (a test compares)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remote:
    """One file: its name below each mirror, its MD5 as torchvision declares it, its size, and what it unpacks to."""

    name: str
    md5: str
    size: int
    makes: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Where one data set comes from, and the folder (below `datasets` in the data folder) that it goes to."""

    title: str
    folder: str
    mirrors: tuple[str, ...]
    files: tuple[Remote, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def _idx(name: str, md5: str, size: int) -> Remote:
    return Remote(f"{name}.gz", md5, size, (name,))


SOURCES = {
    "mnist": Source("MNIST", "MNIST/raw", ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"), (
        _idx("train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422), _idx("train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432", 28_881),
        _idx("t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3", 1_648_877), _idx("t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c", 4_542),
    )),
    "fashion_mnist": Source("Fashion-MNIST", "FashionMNIST/raw", ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",), (
        _idx("train-images-idx3-ubyte", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880), _idx("train-labels-idx1-ubyte", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
        _idx("t10k-images-idx3-ubyte", "bef4ecab320f06d8554ea6380940ec79", 4_422_102), _idx("t10k-labels-idx1-ubyte", "bb300cfdad3c16e7a12a480ee83cd310", 5_148),
    )),
    "cifar10": Source("CIFAR-10", "cifar-10-batches-py", ("https://www.cs.toronto.edu/~kriz/",), (
        Remote("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071,
               (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta")),
    )),
}  # fmt: skip
