"""What a GAN in the plane looks like now: D's field, what G draws, where every fake is pulled, and what D answers."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.data.distributions import DOMAIN

if TYPE_CHECKING:
    from torch import Tensor

    from playground.experiments.gan import Gan
    from playground.experiments.gan_trainer import GanTrainer

FINE_SIDE, COARSE_SIDE, FINE_PARAMETERS = 60, 40, 10_000  # of D's field, by the size of D
SHOWN_REAL, SHOWN_FAKE, SHOWN_PULLS = 400, 300, 90
MESH, CURVE = 21, 241  # lines of the generator's grid; places along the curve of a one-dimensional one
MESH_REACH = 2.2  # standard deviations of Gaussian noise that the grid spans
PULL_LENGTH, LONGEST_PULL = 0.35, 0.8  # arrows: units of the plane for a slope of 1, and their cap
BINS = 24
BASINS = 44  # places along a side of the map of the noise
FAR = 60.0  # places beyond are shown there


def scene(trainer: GanTrainer) -> dict[str, Any]:
    """Real points in the data's own units, and the bounds that a perfect imitation would reach; sent once."""
    cloud = trainer.cloud
    return {"real": cloud.own_units(cloud.points[:SHOWN_REAL]).astype(np.float32), "js_floor": trainer.judge.floor, "parts": cloud.parts,
            "due": trainer.judge.due.numpy().astype(np.float32), "part_numbers": np.arange(1, cloud.parts + 1, dtype=np.float32),
            "latents": latent_places(trainer.experiment, trainer.fixed_noise[:SHOWN_FAKE]).numpy().astype(np.float32)}  # fmt: skip


def look(trainer: GanTrainer) -> dict[str, Any]:
    """Everything the figures need; copied arrays, about 40 kB."""
    cloud, now = trainer.cloud, trainer.experiment
    with torch.inference_mode():
        fakes, answers, verdict = trainer.measure()[1]
        field = signal(trainer, trainer.d.network.sketch(_lattice(_side(trainer))), answers)
        best = trainer.judge.best_discriminator(verdict.density)
        found = {
            "field": _square(field), "best": best.clamp(-1, 1).nan_to_num(0).to(torch.float16).numpy(),
            "fakes": _own(cloud, fakes[:SHOWN_FAKE]), "pulls": arrows(cloud, trainer.pulls(fakes[:SHOWN_PULLS])),
            "mesh": _own(cloud, trainer.g.network.sketch(mesh(now)).double()).reshape(*mesh_shape(now), 2),
            "basins": basins(trainer), "shares": verdict.shares.numpy().astype(np.float32),
        }  # fmt: skip
        return found | _histograms(signal(trainer, answers, answers))


def signal(trainer: GanTrainer, outputs: Tensor, answers: Tensor) -> Tensor:
    """D's raw outputs as -1 (fake) to 1 (real), see `functions.gan_losses.Objective.scale`; `answers` are those on real, then fake points."""
    scale = trainer.objective.scale
    if scale == "logit":
        return torch.tanh(outputs / 2)  # 2σ(d) - 1
    if scale == "score":
        return (2 * outputs - 1).clamp(-1, 1)
    if scale == "margin":
        return outputs.clamp(-1, 1)
    half = len(answers) // 2
    middle = (answers[:half].mean() + answers[half:].mean()) / 2
    return torch.tanh((outputs - middle) / (2 * answers.std(correction=0).clamp(min=1e-6)))


def _side(trainer: GanTrainer) -> int:
    return FINE_SIDE if trainer.d.network.flat.shape[1] <= FINE_PARAMETERS else COARSE_SIDE


@functools.lru_cache(maxsize=8)
def _lattice(side: int) -> Tensor:
    """(side², 2) coordinates, row by row from the lowest y."""
    line = torch.linspace(*DOMAIN, side, dtype=torch.float64)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)


def mesh_shape(experiment: Gan) -> tuple[int, ...]:
    return (MESH, MESH) if experiment.latent_dimensions == 2 else (CURVE,)


def mesh(experiment: Gan) -> Tensor:
    """The noise (n, dimensions) whose images draw the generator's grid, or its curve."""
    reach = latent_reach(experiment)
    if experiment.latent_dimensions == 1:
        return torch.linspace(-reach, reach, CURVE, dtype=torch.float64).unsqueeze(1)
    line = torch.linspace(-reach, reach, MESH, dtype=torch.float64)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)


def basins(trainer: GanTrainer) -> np.ndarray:
    """(BASINS, BASINS) int16 over the noise, row 0 lowest: the mode or piece that G takes each place nearest to. One-dimensional noise fills columns."""
    reach = latent_reach(trainer.experiment)
    line = torch.linspace(-reach, reach, BASINS, dtype=torch.float64)
    if trainer.experiment.latent_dimensions == 1:
        found = trainer.judge.nearest_part(trainer.g.network.sketch(line.unsqueeze(1))).expand(BASINS, BASINS)
    else:
        y, x = torch.meshgrid(line, line, indexing="ij")
        found = trainer.judge.nearest_part(trainer.g.network.sketch(torch.stack([x.reshape(-1), y.reshape(-1)], dim=1))).reshape(BASINS, BASINS)
    return found.to(torch.int16).numpy().copy()


def latent_reach(experiment: Gan) -> float:
    """How far from 0 the noise is shown: all of a uniform one, 2.2 standard deviations of a Gaussian one."""
    return 1.0 if experiment.latent == "uniform" else MESH_REACH


def latent_places(experiment: Gan, noise: Tensor) -> Tensor:
    """(N, 2): noise as places of a plane; a one-dimensional one lies on the horizontal axis."""
    return noise if noise.shape[1] == 2 else torch.cat([noise, torch.zeros_like(noise)], dim=1)


def arrows(cloud: Any, pulls: Tensor) -> np.ndarray:
    """Slopes (N, 2) as arrows in the data's own units, none longer than LONGEST_PULL of the plane."""
    drawn = pulls.nan_to_num(0) * PULL_LENGTH
    long = drawn.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return ((drawn * (LONGEST_PULL / long).clamp(max=1)).numpy() * cloud.scale).astype(np.float32)


def _own(cloud: Any, places: Tensor) -> np.ndarray:
    return cloud.own_units(places.nan_to_num(0).clamp(-FAR, FAR).numpy()).astype(np.float32)


def _square(values: Tensor) -> np.ndarray:
    side = round(len(values) ** 0.5)
    return values.nan_to_num(0).reshape(side, side).to(torch.float16).numpy()


def _histograms(answers: Tensor) -> dict[str, np.ndarray]:
    """Shares of real and of fake points by what D answers, in BINS equal bins from -1 to 1."""
    half = len(answers) // 2
    found = {}
    for name, part in (("real", answers[:half]), ("fake", answers[half:])):
        counts = torch.histc(part.nan_to_num(0), BINS, -1, 1)
        found[f"answers_{name}"] = (counts / max(half, 1)).numpy().astype(np.float32)
    return found | {"answers_bins": (np.arange(BINS, dtype=np.float32) + 0.5) / BINS}
