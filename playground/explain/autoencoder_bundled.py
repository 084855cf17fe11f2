"""The bundled VAE of handwritten digits: its codes, its grid of pictures, and what a place decodes to. It needs no data."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import lasting, torch
from playground.experiments.autoencoder_view import as_bytes, lattice, picture, tiled
from playground.zoo import cards

if TYPE_CHECKING:
    from torch import nn

NAME, GRID = "vae-digits", 16
SHAPE, HIDDEN, LATENT = (1, 28, 28), (512, 256), 2


def about() -> dict[str, Any] | None:
    """The card, or None when the model is not bundled."""
    path = cards.WEIGHTS / "autoencoder" / f"{NAME}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@functools.lru_cache(1)
@lasting
def _opened() -> tuple[nn.Module, dict[str, np.ndarray]]:
    from safetensors.numpy import load_file

    from playground.networks.autoencoder import Autoencoder as Network

    path = cards.WEIGHTS / "autoencoder" / f"{NAME}.safetensors"
    if not path.is_file():
        raise UserError("The trained VAE is not part of this installation.", "Train one here: choose MNIST and the preset of two numbers.")
    arrays = load_file(path)
    with torch.random.fork_rng(devices=[]):  # the starting weights are drawn and replaced at once
        model = Network(SHAPE, "dense", HIDDEN, LATENT, "vae")
    model.load_state_dict({name[6:]: torch.from_numpy(value.astype(np.float32)) for name, value in arrays.items() if name.startswith("model/")})
    return model.eval(), arrays


def overview() -> dict[str, np.ndarray]:
    """`codes` (n, 2) and `labels` (n,) of test digits, float32; `manifold` (H, W) uint8, the grid of what the plane decodes to.

    Raises:
        UserError: When the model is not bundled.
    """
    model, arrays = _opened()
    with torch.no_grad():
        return {"codes": arrays["codes"], "labels": arrays["labels"].astype(np.float32), "manifold": tiled(as_bytes(picture(model, lattice(GRID))), GRID, GRID)}


def decode(place: tuple[float, float]) -> dict[str, np.ndarray]:
    """`picture` (28, 28) uint8 and the `code` itself."""
    model, _ = _opened()
    with torch.no_grad():
        code = torch.tensor([place], dtype=torch.float32)
        return {"picture": tiled(as_bytes(picture(model, code)), 1, 1), "code": code[0].numpy()}
