"""What an autoencoder looks like now: where codes lie, what places of the latent plane decode to, what is rebuilt and how badly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.functions.autoencoder_axes import LARGEST, principal

if TYPE_CHECKING:
    from torch import Tensor, nn

    from playground.experiments.autoencoder_trainer import AutoencoderTrainer

EVALUATED = 400  # training and test inputs that the curves are measured on, and whose codes are shown
REACH = 2.8  # the plane shown: standard deviations of the prior, or of the codes
FAR = 50.0
LATTICE_PIXELS, MOST_CELLS, LEAST_CELLS = 400, 12, 5  # of the manifold grid, along each side
SHOWN = 10  # inputs shown beside what is made of them
WALL = (3, 10)  # rows and columns of samples
BINS = 30
LINE = 56  # grey of the lines between small pictures


@dataclass(frozen=True)
class Basis:
    """The plane that is shown of the latent space: code = centre + scale · place @ axes."""

    centre: Any
    axes: Any  # (2, latent), or (1, latent)
    scale: float

    def places(self, codes: Tensor) -> Tensor:
        """(n, 2) or (n, 1) places of codes."""
        return ((codes - self.centre) @ self.axes.T / self.scale).nan_to_num(0).clamp(-FAR, FAR)

    def codes(self, places: Tensor) -> Tensor:
        return self.centre + self.scale * (places[:, : len(self.axes)] @ self.axes)


def basis(codes: Tensor, variational: bool) -> Basis:
    """The latent plane itself, in units of a VAE's prior, or centred and scaled by the codes' spread; of more numbers their two principal axes."""
    mean, axes, deviations = principal(codes)
    count = codes.shape[1]
    centre = torch.zeros(count) if variational else mean
    if count <= 2:
        axes = torch.eye(count)
        deviations = codes.nan_to_num(0).clamp(-LARGEST, LARGEST).std(0, correction=0)
    return Basis(centre, axes[:2], 1.0 if variational else max(float(deviations.max()), 1e-6))


def cells(side: int) -> int:
    """Pictures along each side of the manifold grid."""
    return max(LEAST_CELLS, min(MOST_CELLS, LATTICE_PIXELS // side))


def seam(side: int) -> int:
    """Pixels between the pictures of the grid: small ones would run into one another."""
    return 1 if side <= 16 else 0


def lattice(count: int) -> Tensor:
    """(count², 2) places at the middles of equal cells, row by row from the top."""
    line = REACH * (2 * (torch.arange(count) + 0.5) / count - 1)
    y, x = torch.meshgrid(line.flip(0), line, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], 1)


def as_bytes(values: Tensor) -> np.ndarray:
    """Pictures (n, channels, h, w) in [0, 1] as uint8."""
    return (values.nan_to_num(0).clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def tiled(pictures: np.ndarray, rows: int, columns: int, line: int = 0) -> np.ndarray:
    """Pictures (rows · columns, channels, h, w) as one, (H, W) or (H, W, 3) uint8, with `line` grey pixels between them."""
    channels, tall, wide = pictures.shape[1:]
    grid = np.full((rows, columns, tall + line, wide + line, channels), LINE, np.uint8)
    grid[:, :, :tall, :wide] = pictures.reshape(rows, columns, channels, tall, wide).transpose(0, 1, 3, 4, 2)
    whole = grid.transpose(0, 2, 1, 3, 4).reshape(rows * (tall + line), columns * (wide + line), channels)
    whole = whole[: rows * (tall + line) - line, : columns * (wide + line) - line]
    return np.ascontiguousarray(whole[:, :, 0] if channels == 1 else whole)


def chosen(trainer: AutoencoderTrainer) -> np.ndarray:
    """Places among the test inputs looked at: examples of all classes in turn, odd ones included."""
    targets = trainer.lesson.targets[trainer.rows]
    turns = [np.flatnonzero(targets == each) for each in range(max(1, len(trainer.lesson.classes)))]
    order = [int(rows[turn]) for turn in range(SHOWN) for rows in turns if turn < len(rows)]
    return np.array((order * SHOWN)[:SHOWN])


def scene(trainer: AutoencoderTrainer) -> dict[str, Any]:
    """Classes of the points, and names; sent once."""
    given, targets = trainer.lesson, trainer.lesson.targets[trainer.rows]
    names = list(given.classes) or ["row"]
    return {"labels": targets[: trainer.normal].astype(np.float32), "odd_labels": targets[trainer.normal :].astype(np.float32), "classes": names,
            "names": [names[each] for each in targets[: trainer.normal]], "odd_names": [names[each] for each in targets[trainer.normal :]],
            "units": np.arange(1, trainer.experiment.latent + 1, dtype=np.float32)}  # fmt: skip


def look(trainer: AutoencoderTrainer) -> dict[str, Any]:
    """Everything the figures need; copied arrays."""
    with torch.no_grad():
        codes = trainer.codes(trainer.seen["test"])
        plane = basis(codes, trainer.experiment.kind == "vae")
        found = {"codes": spread_out(trainer, plane.places(codes), "test"), "odd_codes": spread_out(trainer, plane.places(trainer.codes(trainer.seen["odd"])), "odd"),
                 "unit": _units(trainer, codes), **_errors(trainer)}  # fmt: skip
        return found | (_pictures(trainer, plane, codes) if trainer.lesson.images else {})


def spread_out(trainer: AutoencoderTrainer, places: Tensor, part: str) -> np.ndarray:
    """(n, 2) places; those of a line are moved up and down at random, for the eye alone."""
    if places.shape[1] == 1:
        places = torch.cat([places, 0.4 * torch.randn(len(places), 1, generator=torch_stream(trainer.experiment.seed, "spread", part))], 1)
    return places.numpy().astype(np.float32)


def _units(trainer: AutoencoderTrainer, codes: Tensor) -> np.ndarray:
    """Of every number of the code: its KL in nats for a VAE, its mean activity for a sparse code, else its variance."""
    from playground.networks.autoencoder import divergence

    if trainer.experiment.kind == "vae":
        found = divergence(*trainer.model.encode(trainer.seen["test"])).mean(0)
    else:
        found = codes.mean(0) if trainer.experiment.kind == "sparse" else codes.var(0, correction=0)
    return found.nan_to_num(0, posinf=0, neginf=0).numpy().astype(np.float32)


def _errors(trainer: AutoencoderTrainer) -> dict[str, np.ndarray]:
    """Shares of normal and odd inputs by how badly they are rebuilt."""
    normal, odd = (trainer.scores(trainer.seen[part]).nan_to_num(0, posinf=0, neginf=0) for part in ("test", "odd"))
    top = float(torch.cat([normal, odd]).quantile(0.99)) or 1.0
    found = {"error_bins": (np.arange(BINS, dtype=np.float32) + 0.5) * np.float32(top / BINS)}
    for name, part in (("normal", normal), ("odd", odd)):
        found[f"errors_{name}"] = (torch.histc(part.clamp(0, top), BINS, 0, top) / max(1, len(part))).numpy().astype(np.float32)
    return found


def _pictures(trainer: AutoencoderTrainer, plane: Basis, codes: Tensor) -> dict[str, np.ndarray]:
    model, now = trainer.model, trainer.experiment
    side = max(trainer.lesson.shape[1:])
    count = cells(side)
    places = torch.cat([trainer.seen["test"], trainer.seen["odd"]])[chosen(trainer)]
    given = trainer.spoilt(places, torch_stream(now.seed, "shown corruption"))
    strips = [places, given, picture(model, model.encode(given)[0])] if now.kind == "denoising" else [places, picture(model, model.encode(places)[0])]
    wall = picture(model, trainer.prior(codes, WALL[0] * WALL[1]))
    return {"manifold": tiled(as_bytes(picture(model, plane.codes(lattice(count)))), count, count, seam(side)),
            "pairs": tiled(as_bytes(torch.cat(strips)), len(strips), SHOWN, 1), "samples": tiled(as_bytes(wall), *WALL, 1)}  # fmt: skip


def picture(model: nn.Module, codes: Tensor) -> Tensor:
    """What codes decode to, in the inputs' own values."""
    return model.values(model.decode(codes))
