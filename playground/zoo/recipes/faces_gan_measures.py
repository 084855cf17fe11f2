"""What the bundled generator of faces is measured by: the codes of our own autoencoder of faces (the 128 means that `ae-faces` encodes a picture as).

A code can be decoded into a likeness, so none of a training picture's is kept: the screen gets the numbers of the nearest training pictures
and their distances, for every sample of every sheet, computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.randomness import torch_stream
from playground.networks.faces_gan import LATENT, FaceDiscriminator, FaceGenerator
from playground.zoo import autoencoder_faces, gan_models
from playground.zoo.recipes.gan_measures import QUANTILES, frechet, kernel_distance, opinions

TRUNCATION = gan_models.FAMILIES[gan_models.FACES].truncation
SAMPLES = 4750  # measured against as many training pictures: the Fréchet distance of few pictures is larger
NEAREST = 5
PAIRS = 500  # samples, and pictures, of which every two are compared
SEED = 0
FACTORS, PROBES = 9, 1000  # of the noise, equally spaced, for which means are kept, and samples that they are taken over

Standing = Mapping[str, np.ndarray]


def standing(generator: FaceGenerator) -> dict[str, np.ndarray]:
    """Means of batch normalisation (FACTORS, channels) for every factor on the noise, by the name of the buffer."""
    probes = torch.randn(PROBES, LATENT, generator=torch_stream(SEED, "standing means"))
    with torch.inference_mode():
        found = [generator.centres(probes * factor) for factor in np.linspace(*gan_models.TRUNCATIONS, FACTORS)]
    return {name: torch.stack([each[name] for each in found]).numpy() for name in found[0]}


def measure(generator: FaceGenerator, judge: FaceDiscriminator, means: Standing, learnt: Tensor, unseen: Tensor) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Scores for the card, of samples at truncation 1, and arrays that the screen compares samples with, of samples as they are shown first.

    Args:
        means: From `standing`.
        learnt, unseen: Pictures (n, 3, 64, 64) uint8.
    """
    encoder = autoencoder_faces.opened()[0]
    noise = torch.randn(SAMPLES, LATENT, generator=torch_stream(SEED, "scores"))
    made, shown = (drawn(generator, each, factor, means) for each, factor in ((noise, 1.0), (noise[: 2 * len(unseen)], TRUNCATION)))
    codes = {name: autoencoder_faces.encoded(encoder, each) for name, each in (("made", made), ("learnt", learnt), ("unseen", unseen))}
    one, other = codes["learnt"][0::2], codes["learnt"][1::2]
    near = {name: _nearest(codes[name], codes["learnt"])[1][:, 0] for name in ("made", "unseen")}
    spread = [float(torch.pdist(codes[name][:PAIRS]).mean()) for name in ("made", "learnt")]
    scores = {
        "Fréchet distance of ae-faces codes": frechet(one, codes["made"][: len(one)]),
        "the same between two halves of the training faces": frechet(one, other),
        "kernel distance (KID) of ae-faces codes to unseen faces": kernel_distance(codes["unseen"], codes["made"]),
        "the same of training faces to unseen faces": kernel_distance(codes["unseen"], one),
        "distance to the nearest training face, as a share of an unseen face's": float(near["made"].mean() / near["unseen"].mean()),
        "distance between two samples, as a share of that between two training faces": spread[0] / spread[1],
    }  # fmt: skip
    arrays = {**memory(encoder, generator, means, codes["learnt"]), **opinions(judged(judge, unseen), judged(judge, shown)),
              "memory/usual": torch.quantile(near["unseen"], torch.linspace(0, 1, QUANTILES)).numpy(), "memory/compared": np.array(len(learnt))}  # fmt: skip
    return {name: round(value, 5) for name, value in scores.items()}, arrays


def drawn(generator: FaceGenerator, noise: Tensor, truncation: float, means: Standing) -> Tensor:
    """Samples as pictures (n, 3, 64, 64) uint8."""
    centres = gan_models.centred(means, truncation)
    with torch.inference_mode():
        made = (torch.func.functional_call(generator, centres, (part * truncation,)) for part in noise.split(250))
        return torch.cat([((each + 1) * 127.5).round().clamp(0, 255).byte() for each in made])


def judged(judge: FaceDiscriminator, pictures: Tensor) -> Tensor:
    """The discriminator's scores (n,) of pictures uint8."""
    with torch.inference_mode():
        return torch.cat([judge(part.float() / 127.5 - 1) for part in pictures.split(250)])


def memory(encoder: Any, generator: FaceGenerator, means: Standing, learnt: Tensor) -> dict[str, np.ndarray]:
    """For every sample of every sheet the numbers of the NEAREST training pictures and their distances, (sheets, samples, NEAREST) each."""
    sheets = (drawn(generator, gan_models.noise(number, gan_models.FACES), TRUNCATION, means) for number in range(gan_models.SHEETS))
    found = [_nearest(autoencoder_faces.encoded(encoder, each), learnt) for each in sheets]
    rows, distances = (torch.stack(each) for each in zip(*found, strict=True))
    return {"memory/rows": rows.numpy().astype(np.int16), "memory/distances": distances.numpy().astype(np.float16)}


def _nearest(codes: Tensor, learnt: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers and distances (n, NEAREST) of the codes nearest to each, the nearest first."""
    found = torch.cdist(codes, learnt).topk(NEAREST, largest=False)
    return found.indices, found.values
