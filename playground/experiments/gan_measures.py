"""How alike a generator's samples and the real distribution are: divergences on a grid, modes covered, share of good samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.lazy import torch
from playground.data.distributions import DOMAIN, Cloud

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 48  # cells of the grid along one axis
BANDWIDTH = 0.15  # standard deviation, in units of the plane, of the bell each sample is spread to
FLOOR = 1e-7  # probability no cell falls below: keeps the KL divergence finite where the generator never goes
SAMPLES = 1000  # that are usually judged; as many of the second real sample give the divergence that mere chance leaves
COVERED = 0.25  # share of its due that a mode must get to count as covered


@dataclass(frozen=True)
class Verdict:
    """What was measured of one set of samples.

    Attributes:
        js: Jensen-Shannon divergence in nats, 0 to ln 2. kl: Kullback-Leibler divergence of the generator from the data, in nats.
        covered: Modes (or pieces of a curve) that get at least a quarter of their due.
        quality: Share of samples within three standard deviations of a centre or of the curve.
        shares: (parts,) share of all samples that are good and belong to each part.
        density: (SIDE, SIDE) probability of the samples by cell.
    """

    js: float
    kl: float
    covered: int
    quality: float
    shares: Tensor
    density: Tensor


class Judge:
    """Measures samples against one distribution. Densities are histograms of SIDE x SIDE cells, smoothed by a Gaussian."""

    def __init__(self, cloud: Cloud):
        self.cloud = cloud
        middles = torch.linspace(DOMAIN[0], DOMAIN[1], SIDE + 1, dtype=torch.float64)
        middles = (middles[1:] + middles[:-1]) / 2
        bell = torch.exp(-((middles[:, None] - middles) ** 2) / (2 * BANDWIDTH**2))
        self.smooth = bell / bell.sum(0)
        self.skeleton = torch.from_numpy(cloud.skeleton.copy())
        self.pieces = torch.from_numpy(cloud.pieces.copy()).long()
        real = torch.from_numpy(cloud.points.copy())
        self.real = self.density(real)
        good = self._good(real)
        self.due = torch.bincount(good[good >= 0], minlength=cloud.parts).double() / len(real)
        self.floor = self.divergences(self.density(torch.from_numpy(cloud.twin[:SAMPLES].copy())))[0]

    def density(self, samples: Tensor) -> Tensor:
        """(SIDE, SIDE) probabilities by cell, row 0 lowest; what lies outside the plane counts at its edge."""
        places = ((samples.nan_to_num(0) - DOMAIN[0]) / (DOMAIN[1] - DOMAIN[0]) * SIDE).clamp(0, SIDE - 1).long()
        counts = torch.bincount(places[:, 1] * SIDE + places[:, 0], minlength=SIDE * SIDE).double().view(SIDE, SIDE)
        return self.smooth @ (counts / len(samples)) @ self.smooth.T

    def divergences(self, fake: Tensor) -> tuple[float, float]:
        """JS and KL(real, fake) in nats."""
        p, q = (self.real + FLOOR) / (1 + FLOOR * SIDE**2), (fake + FLOOR) / (1 + FLOOR * SIDE**2)
        middle = (p + q) / 2
        js = 0.5 * (p * (p / middle).log()).sum() + 0.5 * (q * (q / middle).log()).sum()
        return min(max(float(js), 0.0), math.log(2)), max(float((p * (p / q).log()).sum()), 0.0)

    def best_discriminator(self, fake: Tensor) -> Tensor:
        """2 D*(x) - 1 for D* = p / (p + q), the discriminator no other beats (Goodfellow et al. 2014, proposition 1)."""
        p, q = self.real + FLOOR, fake + FLOOR
        return (p - q) / (p + q)

    def judge(self, samples: Tensor) -> Verdict:
        """Everything that is measured of samples (N, 2)."""
        density = self.density(samples)
        js, kl = self.divergences(density)
        good = self._good(samples)
        shares = torch.bincount(good[good >= 0], minlength=self.cloud.parts).double() / len(samples)
        covered = int(((shares >= COVERED * self.due) & (shares > 0)).sum())
        return Verdict(js, kl, covered, float((good >= 0).double().mean()), shares, density)

    def nearest_part(self, samples: Tensor) -> Tensor:
        """The mode or piece (N,) each sample lies nearest to, good or not."""
        return self.pieces[torch.cdist(samples.float().nan_to_num(1e6), self.skeleton.float()).argmin(1)]

    def _good(self, samples: Tensor) -> Tensor:
        """The part (N,) each sample belongs to, -1 for samples that are not good."""
        far, nearest = torch.cdist(samples.nan_to_num(1e6), self.skeleton, compute_mode="donot_use_mm_for_euclid_dist").min(1)
        return torch.where(far <= self.cloud.reach, self.pieces[nearest], -1)
