"""What the bundled generator is measured by, in the features of our own digit classifier (the inputs of its last layer).

The Fréchet distance (Heusel et al. 2017) and the kernel distance (Bińkowski et al. 2018) to test images, the share of samples that show
the class asked for, and how near samples lie to training images. Features of training images are kept, reduced to a few numbers each,
so that the screen can look for the nearest one; the images are not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.randomness import torch_stream
from playground.functions.autoencoder_axes import principal
from playground.networks.gan_images import LATENT, Discriminator, Generator
from playground.zoo import gan_models

MEASURED = 5000  # samples, and test images, that the scores are taken over
NEIGHBOURS = 20_000  # training images that samples are compared with
REDUCED = 32  # numbers that are kept of each one's features
BINS = 40
QUANTILES = 101
SEED = 0


def measure(generator: Generator, judge: Discriminator, train: Any, test: Any) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Scores for the card, and arrays that the screen compares samples with.

    Args:
        train, test: Images (n, 1, 28, 28) uint8 and their classes (n,).
    """
    real, answers = pixels(test[0][:MEASURED]), torch.from_numpy(np.array(test[1][:MEASURED])).long()
    learnt = pixels(train[0][:NEIGHBOURS])
    classes = torch.arange(MEASURED) % generator.classes
    stream = torch_stream(SEED, "scores")
    with torch.inference_mode():
        made = torch.cat([generator(torch.randn(len(part), LATENT, generator=stream), part) for part in classes.split(500)])
        made = ((made + 1) * 127.5).round() / 255
        (real_logits, real_features), (made_logits, made_features), (_, learnt_features) = (gan_models.read(each) for each in (real, made, learnt))
        judged = [torch.cat([judge(2 * part - 1, told) for part, told in zip(each.split(500), asked.split(500), strict=True)])
                  for each, asked in ((real, answers), (made, classes))]  # fmt: skip
    half = len(real_features) // 2
    near = [float(torch.cdist(each[:1000], learnt_features).amin(1).mean()) for each in (made_features, real_features)]
    scores = {
        "class asked for, read by digits-cnn": float((made_logits.argmax(1) == classes).double().mean()),
        "the same of real test images": float((real_logits.argmax(1) == answers).double().mean()),
        "Fréchet distance of digits-cnn features": frechet(real_features, made_features),
        "the same between two halves of the test images": frechet(real_features[:half], real_features[half:]),
        "kernel distance (KID) of digits-cnn features": kernel_distance(real_features, made_features),
        "distance to the nearest training image, as a share of a test image's": near[0] / near[1],
    }  # fmt: skip
    return {name: round(value, 5) for name, value in scores.items()}, {**memory(learnt_features, train[1], real_features), **opinions(*judged)}


def pixels(images: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(images)).reshape(-1, 1, 28, 28).float() / 255


def memory(learnt: Tensor, classes: np.ndarray, unseen: Tensor) -> dict[str, np.ndarray]:
    """Features of training images along their REDUCED largest axes, as whole numbers, and how near unseen images come to them."""
    mean, axes, deviations = principal(learnt)
    kept = min(REDUCED, int((deviations > 0).sum()))
    scale = 4 * deviations[:kept] / 127
    places = ((learnt - mean) @ axes[:kept].T / scale).round().clamp(-127, 127)
    far = torch.cdist((unseen - mean) @ axes[:kept].T, places * scale).amin(1)
    return {"memory/mean": mean.numpy(), "memory/axes": axes[:kept].numpy(), "memory/scale": scale.numpy(), "memory/places": places.numpy().astype(np.int8),
            "memory/classes": np.asarray(classes[: len(learnt)], np.uint8),
            "memory/usual": torch.quantile(far, torch.linspace(0, 1, QUANTILES)).numpy()}  # fmt: skip


def opinions(real: Tensor, made: Tensor) -> dict[str, np.ndarray]:
    """What the discriminator says to test images and to samples, each with its class: shares of BINS, and the bins' middles."""
    low, high = (float(each) for each in torch.quantile(torch.cat([real, made]), torch.tensor([0.002, 0.998])))
    edges = torch.linspace(low, high, BINS + 1)
    found = {f"judged/{name}": (torch.histc(part.clamp(low, high), BINS, low, high) / len(part)).numpy() for name, part in (("real", real), ("made", made))}
    ends = {f"judged/{name}_quantiles": torch.quantile(part, torch.linspace(0, 1, QUANTILES)).numpy() for name, part in (("real", real), ("made", made))}
    return {**found, **ends, "judged/bins": ((edges[1:] + edges[:-1]) / 2).numpy()}


def frechet(one: Tensor, other: Tensor) -> float:
    """Distance of the Gaussians fitted to two sets of features (N, d) (Heusel et al. 2017, equation 6)."""
    one, other = one.double(), other.double()
    a, b = torch.cov(one.T), torch.cov(other.T)
    root = torch.linalg.eigvals(a @ b).real.clamp(min=0).sqrt().sum()
    return float((one.mean(0) - other.mean(0)).square().sum() + a.trace() + b.trace() - 2 * root)


def kernel_distance(one: Tensor, other: Tensor) -> float:
    """Unbiased squared maximum mean discrepancy of two sets of features (N, d), kernel (x·y / d + 1)³ (Bińkowski et al. 2018, section 3)."""
    one, other = one.double(), other.double()

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / a.shape[1] + 1) ** 3

    def within(each: Tensor) -> Tensor:
        found = kernel(each, each)
        return (found.sum() - found.trace()) / (len(each) * (len(each) - 1))

    return float(within(one) + within(other) - 2 * kernel(one, other).mean())
