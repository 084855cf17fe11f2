"""The next update of a GAN, taken apart: the very batch it will use, frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.lazy import torch
from playground.experiments.gan import Gan
from playground.experiments.gan_trainer import GanTrainer
from playground.experiments.gan_view import arrows, latent_places, mesh, mesh_shape, signal

if TYPE_CHECKING:
    from torch import Tensor

SHOWN = 48  # fakes, and as many real points
SIDE = 40  # of D's field
STAGES = {"noise": 6, "generate": 14, "judge": 9, "d": 14, "pull": 9, "move": 16}  # frames of each stage
TIMES = 12  # the two moves are drawn as if this many equal ones were made in a row: one alone is smaller than a pixel


def take_apart(values: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """Arrays of `figures.gan.slow` for the update that follows `state`, a checkpoint of a run of `Gan(**values)`.

    Returns:
        slow_* arrays whose axis 0 is the frame, `slow_captions` (one a frame), and `frames`.
    """
    experiment = Gan(**values)
    trainer = experiment.trainer()
    trainer.load_state_dict(state)
    assert isinstance(trainer, GanTrainer)
    with torch.inference_mode():
        return _Film(trainer).made()


class _Film:
    def __init__(self, trainer: GanTrainer):
        self.trainer, self.now, self.cloud = trainer, trainer.experiment, trainer.cloud
        self.noise = trainer.fixed_noise[:SHOWN]
        self.real = trainer.fixed_real[:SHOWN]
        self.frames: list[dict[str, np.ndarray]] = []
        self.captions: list[str] = []

    def made(self) -> dict[str, Any]:
        t, start = self.trainer, latent_places(self.now, self.noise)
        lattice = _lattice()
        fakes, before = t.g.network(self.noise), self._field(lattice)
        blank, grid = torch.zeros_like(before), self._mesh()
        nothing = torch.full_like(start, float("nan"))
        self._stage("noise", lambda s: (nothing if s < 0.01 else start, blank, blank[:0], grid), f"Noise. {len(self.noise)} of the {self.now.batch_size} random inputs z.")
        self._stage("generate", lambda s: (start + _ease(s) * (fakes - start), blank, blank[:0], grid), "Generate. G takes each z to a point of the plane: a fake.")
        loss, right = self._d_loss(), self._right()
        self._stage("judge", lambda s: (fakes, before * min(1.0, 2 * s), blank[:0], grid),
                    "Judge. D answers at every place: blue for real, orange for fake. "
                    f"Right on {right[0]:.0%} of the real points and {right[1]:.0%} of the fakes; its loss is {loss:.3f}.")  # fmt: skip
        self._learn_d(fakes, before, grid, lattice, loss)
        return self._packed()

    def _learn_d(self, fakes: Tensor, before: Tensor, grid: Tensor, lattice: Tensor, loss: float) -> None:
        t, now, none = self.trainer, self.now, torch.zeros(0)
        after = before
        if now.train != "g":
            old = t.d.network.flat.clone()
            for _ in range(now.d_steps):
                t.teach_discriminator()
            new = t.d.network.flat.clone()
            t.d.network.flat.copy_(old + TIMES * (new - old))
            after = self._field(lattice)
            t.d.network.flat.copy_(new)
            again = f"{now.d_steps} updates" if now.d_steps > 1 else "One update"
            words = f"D learns. {again} bring its loss from {loss:.3f} to {self._d_loss():.3f}; drawn {TIMES} times as large."
            self._stage("d", lambda s: (fakes, before + _ease(s) * (after - before), none, grid), words)
        pulls = t.pulls(fakes)
        if now.train == "d":
            self._stage("pull", lambda s: (fakes, after, none, grid), "G is frozen. Only D learns: no fake moves.")
            return
        length = float(pulls.norm(dim=1).mean())
        self._stage("pull", lambda s: (fakes, after, pulls * min(1.0, 1.5 * s), grid),
                    f"Pull. The gradient through D says where each fake would be taken for real more readily. Mean length {length:.3g}.")  # fmt: skip
        old = t.g.network.flat.clone()
        for _ in range(now.g_steps):
            t.teach_generator()
        new = t.g.network.flat.clone()
        t.g.network.flat.copy_(old + TIMES * (new - old))
        moved, bent = t.g.network(self.noise), self._mesh()
        far = float((moved - fakes).norm(dim=1).mean()) / TIMES
        self._stage("move", lambda s: (fakes + _ease(s) * (moved - fakes), after, pulls * (1 - _ease(s)), grid + _ease(s) * (bent - grid)),
                    f"Move. G's weights change, and every fake with them: by {far:.2g} on average, drawn {TIMES} times as far.")  # fmt: skip

    def _stage(self, name: str, at: Any, words: str) -> None:
        count = STAGES[name]
        for i in range(count):
            places, field, pulls, grid = at(i / (count - 1))
            drawn = pulls if pulls.shape == places.shape else torch.full_like(places, float("nan"))
            self.frames.append({
                "fakes": self.cloud.own_units(places.numpy()).astype(np.float32), "field": field.to(torch.float16).numpy(),
                "pulls": arrows(self.cloud, drawn), "mesh": self.cloud.own_units(grid.numpy()).astype(np.float32),
            })  # fmt: skip
            self.captions.append(words)

    def _packed(self) -> dict[str, Any]:
        found: dict[str, Any] = {f"slow_{name}": np.stack([each[name] for each in self.frames]) for name in self.frames[0]}
        count = len(self.frames)
        real = self.cloud.own_units(self.real.numpy()).astype(np.float32)
        found["slow_real"] = np.repeat(real[None], count, 0)
        found["slow_noise"] = latent_places(self.now, self.noise).numpy().astype(np.float32)
        first = self.noise[:, 0]
        found["slow_hue"] = ((first - first.min()) / (first.max() - first.min()).clamp(min=1e-9)).numpy().astype(np.float32)
        if len(mesh_shape(self.now)) == 1:
            found["slow_curve"] = found.pop("slow_mesh")[0]
        return found | {"slow_captions": self.captions, "frames": count}

    def _field(self, lattice: Tensor) -> Tensor:
        t = self.trainer
        answers = torch.cat([t.d.network(t.fixed_real), t.d.network(t.g.network(t.fixed_noise))])
        return signal(t, t.d.network(lattice), answers).nan_to_num(0).reshape(SIDE, SIDE)

    def _mesh(self) -> Tensor:
        return self.trainer.g.network(mesh(self.now)).reshape(*mesh_shape(self.now), 2)

    def _d_loss(self) -> float:
        t = self.trainer
        return float(t.objective.real(t.d.network(t.fixed_real)).mean() + t.objective.fake(t.d.network(t.g.network(t.fixed_noise))).mean())

    def _right(self) -> tuple[float, float]:
        t = self.trainer
        on_real, on_fake = t.d.network(t.fixed_real), t.d.network(t.g.network(t.fixed_noise))
        edge = t.threshold(on_real, on_fake)
        return float((on_real > edge).double().mean()), float((on_fake <= edge).double().mean())


def _lattice() -> Tensor:
    from playground.data.distributions import DOMAIN

    line = torch.linspace(*DOMAIN, SIDE, dtype=torch.float64)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)


def _ease(share: float) -> float:
    """From 0 to 1, slow at both ends."""
    return share * share * (3 - 2 * share)
