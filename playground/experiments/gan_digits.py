"""A generator that is told which digit to write, and a discriminator that is told which digit it should be: a conditional GAN."""

from __future__ import annotations

import functools
from typing import Any, ClassVar

import numpy as np

from playground.core import fields
from playground.core.experiment import Change, Experiment, Trainer
from playground.core.limits import GAN_IMAGE_UNITS, GAN_LAYERS
from playground.core.randomness import derive
from playground.functions.gan_losses import OBJECTIVES

SOURCES = {"digits": "Digits, 8 × 8", "mnist": "MNIST, 28 × 28", "fashion_mnist": "Fashion-MNIST, 28 × 28"}
MOST = 6000  # images that are learnt from; of larger sets a random sample of so many
MILESTONES = (0, 30, 100, 300, 600, 1000, 2000, 4000)  # steps after which a sample of each class is kept


class GanDigits(Experiment):
    """Two dense networks and small images with their classes (Mirza and Osindero 2014)."""

    key: ClassVar[str] = "gandigits"
    title: ClassVar[str] = "GAN of digits"
    page: ClassVar[str] = "gans"

    dataset: str = fields.choice("digits", SOURCES, label="Images",
                                help="What to imitate. The small digits are always there, the others once they were downloaded on Train a network.")  # fmt: skip
    loss: str = fields.choice("non_saturating", OBJECTIVES, label="Loss", help="What D raises and G lowers.")
    g_learning_rate: float = fields.number(0.001, 1e-5, 0.1, log=True, live=True, label="Learning rate of G", help="Length of G's moves.")
    d_learning_rate: float = fields.number(0.001, 1e-5, 0.1, log=True, live=True, label="Learning rate of D", help="Length of D's moves.")
    r1: float = fields.number(0.1, 0.0, 10.0, log=True, live=True, label="R1 penalty", help="Pulls D's slope at real images to 0 (Mescheder et al. 2018).")
    latent_dimensions: int = fields.integer(16, 2, 64, label="Noise dimensions", group="Networks", help="Numbers that make one sample differ from the next.")
    g_hidden: tuple[int, ...] = fields.integers((128, 128), 1, GAN_IMAGE_UNITS, max_length=GAN_LAYERS, label="Hidden sizes of G", group="Networks",
                                                help="Units of each hidden layer.")  # fmt: skip
    d_hidden: tuple[int, ...] = fields.integers((128, 128), 1, GAN_IMAGE_UNITS, max_length=GAN_LAYERS, label="Hidden sizes of D", group="Networks",
                                                help="Units of each hidden layer.")  # fmt: skip
    d_steps: int = fields.integer(1, 1, 10, live=True, label="D updates a step", group="Training", help="How often D learns before G does.")
    gradient_penalty: float = fields.number(1.0, 0.0, 100.0, log=True, live=True, label="Gradient penalty λ", group="Training",
                                            help="For Wasserstein with gradient penalty.")  # fmt: skip
    clip: float = fields.number(0.1, 0.001, 2.0, log=True, live=True, label="Weight box", group="Training", help="For Wasserstein with clipping.")
    batch_size: int = fields.integer(64, 2, 512, log=True, live=True, label="Batch size", group="Training", help="Real images, and as many fakes, of one update.")
    steps: int = fields.integer(4000, 100, 50_000, log=True, label="Steps", group="Training", help="The run ends here.")
    seed: int = fields.seed()

    def images(self) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
        """Images (n, height, width) uint8, their classes (n,) int64, and the classes' names.

        Raises:
            UserError: When the data set was not downloaded yet.
        """
        return source(self.dataset)

    def trainer(self) -> Trainer:
        from playground.experiments.gan_digits_trainer import GanDigitsTrainer

        return GanDigitsTrainer(self)

    def script(self, steps: int, changes: list[Change] | None = None) -> str:
        from playground.experiments.gan_digits_script import write

        return write(self, steps, changes or [])

    def sizes(self, pixels: int, classes: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Units of every layer of G and of D, whose inputs end with one number a class."""
        return (self.latent_dimensions + classes, *self.g_hidden, pixels), (pixels + classes, *self.d_hidden, 1)

    def portable(self, state: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The generator of a checkpoint as a torch module, and an example of its inputs by name."""
        from playground.experiments.gan_portable import of_images

        return of_images(self, state)

    def named_weights(self, state: dict[str, Any]) -> dict[str, Any]:
        """Parameters of a checkpoint by their names in the exported script: `G.0.weight`, `D.2.bias` …"""
        images, _, classes = self.images()
        found: dict[str, Any] = {}
        for name, sizes in zip("GD", self.sizes(images[0].size, len(classes)), strict=True):
            flat, offset = np.asarray(state[f"{name.lower()}/flat"])[0], 0
            for layer, (a, b) in enumerate(zip(sizes, sizes[1:], strict=False)):
                found[f"{name}.{2 * layer}.weight"] = flat[offset : offset + a * b].reshape(b, a)
                found[f"{name}.{2 * layer}.bias"] = flat[offset + a * b : offset + a * b + b]
                offset += a * b + b
        return found


@functools.lru_cache(maxsize=2)
def source(dataset: str) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """The images of one data set, at most MOST of them."""
    from playground.data import datasets

    data = datasets.load(dataset)
    rows = chosen(len(data.targets))
    return np.ascontiguousarray(data.images[rows, 0]), data.targets[rows], tuple(data.classes)


def chosen(count: int) -> np.ndarray:
    """Rows that are learnt from: all, or a fixed random MOST of them."""
    return np.arange(count) if count <= MOST else np.sort(np.random.default_rng(derive(0, "images")).permutation(count)[:MOST])
