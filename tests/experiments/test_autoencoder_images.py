"""Convolutional autoencoders on MNIST and Fashion-MNIST, read from files such as torchvision leaves behind."""

import numpy as np
import pytest

from playground.data import datasets, downloads
from playground.experiments import autoencoder_data
from playground.experiments.autoencoder import Autoencoder
from playground.explain import autoencoder_ask as ask

COUNTS = {"train": 120, "t10k": 40}


def idx(array):
    """Bytes of an IDX file (LeCun): two zeros, type 8 for bytes, the number of dimensions, the sizes, the bytes."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture(params=["mnist", "fashion_mnist"])
def fetched(request, tmp_path, monkeypatch):
    """A small data set of blots whose place tells their class, where a download would have put it."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    key, stream = request.param, np.random.default_rng(0)
    folder = downloads.folder(key)
    folder.mkdir(parents=True)
    for part, count in COUNTS.items():
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = np.zeros((count, 28, 28), np.uint8)
        for image, label in zip(images, labels, strict=True):
            row, column = 3 + 12 * (label // 5), 2 + 5 * (label % 5)
            image[row : row + 9, column : column + 5] = stream.integers(180, 256)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels))
    for each in (autoencoder_data._lesson, datasets._load):
        each.cache_clear()
    yield key
    for each in (autoencoder_data._lesson, datasets._load):
        each.cache_clear()


def test_a_convolutional_autoencoder_learns_images_of_28_pixels(fetched):
    now = Autoencoder(dataset=fetched, build="conv", hidden=(4, 8), latent=4, kind="ae", batch_size=32, learning_rate=0.01)
    assert downloads.ready(fetched) and autoencoder_data.lesson(now).shape == (1, 28, 28)
    trainer = now.trainer()
    before = trainer.metrics()["test_loss"]
    trainer.advance(60)
    assert trainer.metrics()["test_loss"] < 0.7 * before and trainer.model.encoder[0].weight.shape == (4, 1, 3, 3)
    view = trainer.view()
    assert len(view["codes"]) == COUNTS["t10k"] and view["pairs"].shape == (2 * 29 - 1, 10 * 29 - 1)
    weights = ask.weights_of(trainer.state_dict())
    assert ask.decode(now.values(), weights, (0.3, -0.2))["picture"].shape == (28, 28)
    way = ask.between(now.values(), weights, 3, 8, 0.5)
    assert way["classes"] == [datasets.load(fetched).classes[each] for each in (3, 8)] and way["ways"].shape == (57, ask.FRAMES * 29 - 1)


def test_a_class_left_out_of_fetched_images_is_odd_in_the_makers_test_part(fetched):
    given = autoencoder_data.lesson(Autoencoder(dataset=fetched, left_out="9"))
    assert len(given.train) == 108 and given.odd.sum() == 4 and len(given.test) == 40
