"""Aligned face crops of 64 × 64 for the recipes of `ae-faces` and `dcgan-faces`. The owners of the pictures allow non-commercial research only."""

from __future__ import annotations

import numpy as np

from playground.zoo.recipes.pictures import untiled, where

FILE, SIDE = "faces64.npz", 64
TEST = 500  # pictures that are measured against, never learnt from
DATA = "CelebA (Liu, Luo, Wang and Tang 2015), the first 10,000 faces as crops of 64 × 64"
LICENCE = "weights learnt from CelebA, whose owners allow non-commercial research use only; the photographs belong to their owners"


def faces() -> tuple[np.ndarray, np.ndarray]:
    """Pictures to learn from and pictures to measure against, (n, 3, 64, 64) uint8 each.

    Raises:
        UserError: When the training data is not there.
    """
    with np.load(where(FILE), allow_pickle=False) as stored:
        pictures = untiled(stored["celeba"], SIDE)[: int(stored["n_celeba"])]
    test = min(TEST, len(pictures) // 5)
    return pictures[:-test], pictures[-test:]
