"""The bundled autoencoder of faces: faces drawn from a Gaussian fitted to its codes, ways between them, directions, and pictures of one's own.

No photograph is kept: what is shown as a sample is always decoded from a code.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.autoencoder_faces import COLUMNS, FACES, ROWS, framed
from playground.experiments.autoencoder_view import as_bytes, tiled
from playground.zoo import cards
from playground.zoo.autoencoder_faces import FOLDER, NAME
from playground.zoo.autoencoder_faces import opened as _opened

if TYPE_CHECKING:
    from torch import Tensor

STEPS = 7  # pictures along a direction, and along a way
REACH = 3.0  # deviations at the ends of a direction
GAP = 2


def about() -> dict[str, Any] | None:
    """The card, or None when the model is not bundled."""
    path = cards.WEIGHTS / FOLDER / f"{NAME}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def wall(sheet: int, spread: float) -> dict[str, np.ndarray]:
    """ROWS × COLUMNS drawn faces as one picture `wall`, (H, W, 3) uint8."""
    with torch.inference_mode():
        return {"wall": tiled(as_bytes(_opened()[0].decode(_codes(sheet, spread))), ROWS, COLUMNS, GAP)}


def face(sheet: int, spread: float, pick: int, own: str, framing: tuple[float, float, float], direction: int, amount: float) -> dict[str, Any]:
    """One face, drawn or of one's own, and what becomes of it.

    Returns:
        `given` and `rebuilt` (64, 64, 3) uint8: what the encoder is shown and what is made of its code; `changed`, the same moved along a
        direction; `strip`, STEPS places of that direction from −REACH to REACH deviations; `error`, mean squared error of a value;
        `distance` of the code from the mean code, in deviations, where faces usually lie at `usual`; `share` of all spread along the direction.

    Raises:
        UserError: When the own picture is gone.
    """
    model, gaussian = _opened()
    with torch.inference_mode():
        given = _own(own, framing) if own else model.decode(_codes(sheet, spread)[pick][None])
        given = (given * 255).round() / 255
        code = model.encode(given)[0]
        axis = gaussian["axes"][direction - 1] * gaussian["deviations"][direction - 1]
        at = (code - gaussian["mean"]) @ gaussian["axes"][direction - 1] / gaussian["deviations"][direction - 1]
        steps = torch.linspace(-REACH, REACH, STEPS)
        codes = torch.cat([code, code + amount * axis, code + (steps - at)[:, None] * axis])
        made = model.decode(codes)
        places = (code[0] - gaussian["mean"]) @ gaussian["axes"].T / gaussian["deviations"].clamp(min=1e-3)
        shown = as_bytes(torch.cat([given, made[:2]]))
        spreads = gaussian["deviations"].square()
        return {**{name: tiled(each[None], 1, 1) for name, each in zip(("given", "rebuilt", "changed"), shown, strict=True)},
                "strip": tiled(as_bytes(made[2:]), 1, STEPS, GAP), "error": float((made[0] - given[0]).square().mean()), "at": float(at[0]),
                "distance": float(places.norm()), "usual": len(places) ** 0.5, "share": float(spreads[direction - 1] / spreads.sum())}  # fmt: skip


def way(sheet: int, spread: float, first: int, second: int, own: str, framing: tuple[float, float, float], share: float) -> dict[str, np.ndarray]:
    """From face A, or one's own, to face B: `strip` of STEPS pictures decoded along the straight line, `faded` the two pictures mixed, `now` at `share`."""
    model, _ = _opened()
    with torch.inference_mode():
        drawn = _codes(sheet, spread)[[first, second]]
        ends = model.decode(drawn)
        if own:
            ends = torch.cat([_own(own, framing), ends[1:]])
            drawn = torch.cat([model.encode(ends[:1])[0], drawn[1:]])
        shares = torch.linspace(0, 1, STEPS)[:, None]
        codes = drawn[:1] + torch.cat([shares, torch.tensor([[share]])]) * (drawn[1:] - drawn[:1])
        made = model.decode(codes)
        faded = ends[:1] + shares[:, :, None, None] * (ends[1:] - ends[:1])
        return {"strip": tiled(as_bytes(torch.cat([made[:STEPS], faded])), 2, STEPS, GAP), "now": tiled(as_bytes(made[STEPS:]), 1, 1)}


def _codes(sheet: int, spread: float) -> Tensor:
    """Codes drawn from the Gaussian fitted to those of the training pictures."""
    gaussian = _opened()[1]
    noise = torch.randn(FACES, len(gaussian["mean"]), generator=torch_stream(sheet, "faces"))
    return gaussian["mean"] + spread * (noise * gaussian["deviations"]) @ gaussian["axes"]


def _own(own: str, framing: tuple[float, float, float]) -> Tensor:
    """A square part of a picture on the shelf, reduced to what the network takes: (1, 3, 64, 64) in [0, 1]."""
    from playground.data import shelf

    return torch.from_numpy(framed(shelf.get(own)[0]["image"], *framing))[None]
