"""The bundled autoencoder of faces, opened: what the screens decode with, and what recipes compare faces by."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import lasting, torch
from playground.zoo import cards

if TYPE_CHECKING:
    from torch import Tensor

NAME, FOLDER = "ae-faces", "autoencoder"


@functools.lru_cache(1)
@lasting
def opened() -> tuple[Any, dict[str, Tensor]]:
    """The network, and mean (d,), axes (d, d) and deviations (d,) of the codes of its training pictures.

    Raises:
        UserError: When it is not bundled here.
    """
    from safetensors.numpy import load_file

    from playground.networks.faces import FaceAutoencoder

    path = cards.WEIGHTS / FOLDER / f"{NAME}.safetensors"
    if not path.is_file():
        raise UserError("The trained autoencoder of faces is not part of this installation.", "python -m playground.zoo.recipes.faces_autoencoder train makes it.")
    arrays = {name: torch.from_numpy(each.astype(np.float32) if each.dtype == np.float16 else each) for name, each in load_file(path).items()}
    with torch.random.fork_rng(devices=[]):  # the starting weights are drawn and replaced at once
        model = FaceAutoencoder()
    model.load_state_dict({name.removeprefix("model/"): each for name, each in arrays.items() if name.startswith("model/")})
    return model.eval(), {name: arrays[name] for name in ("mean", "axes", "deviations")}


def encoded(model: Any, pictures: Tensor) -> Tensor:
    """Mean codes (n, d) of pictures (n, 3, 64, 64) uint8."""
    with torch.inference_mode():
        return torch.cat([model.encode(part.float() / 255)[0] for part in pictures.split(250)]).clone()
