"""Training a conditional GAN on small images, with samples kept at milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, Trainer, generator_state, restore_generator
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.gan_digits import MILESTONES, GanDigits
from playground.experiments.gan_trainer import SMALLEST_NORM, bounded
from playground.functions.gan_losses import OBJECTIVES
from playground.networks.gan_side import Side

if TYPE_CHECKING:
    from torch import Tensor

STREAMS = ("batches", "noise", "mix")
WALL_ROWS = 8  # samples of each class on the wall
GAP = 1  # empty pixels around an image on a wall
COMPARED = 2000  # real images that samples are compared with
OPTIMIZER, ACTIVATION = "adam_half", "leaky_relu"


class GanDigitsTrainer(Trainer):
    """One step: `d_steps` updates of D, then one of G; both are given the class as one number a class (Mirza and Osindero 2014)."""

    experiment: GanDigits

    def __init__(self, experiment: GanDigits):
        super().__init__(experiment)
        now = experiment
        images, targets, self.classes = now.images()
        self.shape, count = images.shape[1:], len(self.classes)
        self.real = torch.from_numpy(images.reshape(len(images), -1).astype(np.float64) / 127.5 - 1)
        self.targets = torch.from_numpy(targets.copy())
        self.marks = torch.eye(count, dtype=torch.float64)
        self.objective = OBJECTIVES[now.loss]
        g_sizes, d_sizes = now.sizes(self.real.shape[1], count)
        self.g = Side(g_sizes, ACTIVATION, OPTIMIZER, torch_stream(now.seed, "generator"))
        self.d = Side(d_sizes, ACTIVATION, OPTIMIZER, torch_stream(now.seed, "discriminator"))
        self.streams = {name: torch_stream(now.seed, name) for name in STREAMS}
        looked = torch_stream(now.seed, "evaluation")
        self.fixed_classes = torch.arange(count).repeat(WALL_ROWS)
        self.fixed_noise = torch.randn(len(self.fixed_classes), now.latent_dimensions, generator=looked, dtype=torch.float64)
        self.fixed_rows = torch.randint(len(self.real), (len(self.fixed_classes),), generator=looked)
        self.compared = self.real[:COMPARED].float()
        self.real_spread = spread(self.real[:COMPARED], self.targets[:COMPARED])
        self.milestones = np.zeros((len(MILESTONES), count, *self.shape), np.uint8)
        self.known: tuple[int, Metrics] | None = None
        self._adopt()
        self._milestone()

    def _adopt(self) -> None:
        self.g.set(self.experiment.g_learning_rate, 0.0)
        self.d.set(self.experiment.d_learning_rate, 0.0)

    def apply(self, before: Experiment) -> None:
        self._adopt()

    def advance(self, steps: int) -> None:
        with torch.inference_mode():
            for _ in range(steps):
                for _ in range(self.experiment.d_steps):
                    self._teach_discriminator()
                self._teach_generator()
                self.step_count += 1
                self._milestone()

    # The two updates ------------------------------------------------------------------------------------------------------

    def sample(self, noise: Tensor, classes: Tensor) -> Tensor:
        """Images (N, pixels) from -1 to 1."""
        return torch.tanh(self.g.network(torch.cat([noise, self.marks[classes]], 1)))

    def _draw(self) -> tuple[Tensor, Tensor, Tensor]:
        """Rows of real images, their classes, and noise for as many fakes of the same classes."""
        count = self.experiment.batch_size
        rows = torch.randint(len(self.real), (count,), generator=self.streams["batches"])
        noise = torch.randn(count, self.experiment.latent_dimensions, generator=self.streams["noise"], dtype=torch.float64)
        return rows, self.targets[rows], noise

    def _teach_discriminator(self) -> None:
        now, network = self.experiment, self.d.network
        rows, classes, noise = self._draw()
        count, marks = len(rows), self.marks[classes]
        real = torch.cat([self.real[rows], marks], 1)
        fake = torch.cat([self.sample(noise, classes), marks], 1)
        tape = network.forward(torch.cat([real, fake]))
        answers = tape.outputs
        network.backward(tape, torch.cat([self.objective.real_slope(answers[:count]), self.objective.fake_slope(answers[count:])]) / count)
        if self.objective.penalty and now.gradient_penalty:
            share = torch.rand(count, 1, generator=self.streams["mix"], dtype=torch.float64)
            self._penalise(share * real + (1 - share) * fake, now.gradient_penalty, 1.0)
        if now.r1:
            self._penalise(real, now.r1 / 2, 0.0)
        self.d.update()
        if self.objective.clips:
            network.flat.clamp_(-now.clip, now.clip)

    def _penalise(self, places: Tensor, weight: float, wanted: float) -> None:
        """weight · (‖∇D‖ - wanted)², by the pixels alone, at `places` (N, pixels + classes)."""
        network, pixels = self.d.network, self.real.shape[1]
        tape = network.forward(places)
        slopes = network.backward(tape, torch.ones_like(tape.outputs), store=False)
        slopes[:, pixels:] = 0
        norms = slopes.norm(dim=1, keepdim=True).clamp(min=SMALLEST_NORM)
        network.add_slope_gradient(tape, slopes * (2 * weight / len(places) * (norms - wanted) / norms))

    def _teach_generator(self) -> None:
        _, classes, noise = self._draw()
        marks = self.marks[classes]
        tape = self.g.network.forward(torch.cat([noise, marks], 1))
        made = torch.tanh(tape.outputs)
        judged = self.d.network.forward(torch.cat([made, marks], 1))
        back = self.d.network.backward(judged, self.objective.generator_slope(judged.outputs) / len(marks), store=False)
        self.g.network.backward(tape, back[:, : made.shape[1]] * (1 - made * made))
        self.g.update()

    # Looking ----------------------------------------------------------------------------------------------------------------

    def _milestone(self) -> None:
        if self.step_count in MILESTONES:
            with torch.inference_mode():
                count = len(self.classes)
                made = self.sample(self.fixed_noise[:count], self.fixed_classes[:count])
            self.milestones[MILESTONES.index(self.step_count)] = pixels(made).reshape(count, *self.shape)

    def metrics(self) -> Metrics:
        if self.known is None or self.known[0] != self.step_count:
            with torch.inference_mode():
                self.known = (self.step_count, {name: bounded(value) for name, value in self._measured().items()})
        return dict(self.known[1])

    def _measured(self) -> dict[str, float]:
        made = self.sample(self.fixed_noise, self.fixed_classes)
        on_fake = self.d.network(torch.cat([made, self.marks[self.fixed_classes]], 1))
        on_real = self.d.network(torch.cat([self.real[self.fixed_rows], self.marks[self.targets[self.fixed_rows]]], 1))
        goal = self.objective
        found = {"d_loss": float(goal.real(on_real).mean() + goal.fake(on_fake).mean()), "g_loss": float(goal.generator(on_fake).mean())}
        far, nearest = torch.cdist(made.float(), self.compared).min(1)
        return found | {"asked": float((self.targets[nearest] == self.fixed_classes).double().mean()), "nearest": float(far.mean()) / self.real.shape[1] ** 0.5,
                        "variety": spread(made, self.fixed_classes) / max(self.real_spread, 1e-9)}  # fmt: skip

    @property
    def diverged(self) -> bool:
        return not all(bool(torch.isfinite(each.network.flat).all()) for each in (self.g, self.d)) or super().diverged

    @property
    def stop_reason(self) -> str:
        return f"Finished after {self.step_count:,} steps." if self.finished and not self.diverged else ""

    def scene(self) -> dict[str, Any]:
        return {"real_wall": wall(pixels(self.real[_examples(self.targets, len(self.classes))]), WALL_ROWS, self.shape)}

    def view(self) -> dict[str, Any]:
        with torch.inference_mode():
            made = self.sample(self.fixed_noise, self.fixed_classes)
            nearest = torch.cdist(made.float(), self.compared).argmin(1)
            return {"wall": wall(pixels(made), WALL_ROWS, self.shape), "nearest_wall": wall(pixels(self.real[nearest]), WALL_ROWS, self.shape),
                    "milestones": wall(self.milestones.reshape(-1, *self.shape), len(MILESTONES), self.shape)}  # fmt: skip

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count, "milestones": self.milestones.copy()}
        for name, side in (("g", self.g), ("d", self.d)):
            state |= {f"{name}/{key}": value for key, value in side.state_dict().items()}
        return state | {f"stream_{name}": generator_state(stream) for name, stream in self.streams.items()}

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.known, self.milestones = int(state["step_count"]), None, np.array(state["milestones"])
        for name, side in (("g", self.g), ("d", self.d)):
            side.load_state_dict({key[2:]: value for key, value in state.items() if key.startswith(f"{name}/")})
        for name, stream in self.streams.items():
            restore_generator(stream, state[f"stream_{name}"])


def spread(images: Tensor, classes: Tensor) -> float:
    """How much images (N, pixels) of one class differ: standard deviation of a pixel, averaged over pixels and classes."""
    return float(torch.stack([images[classes == k].std(0).mean() for k in classes.unique()]).mean())


def pixels(images: Tensor) -> np.ndarray:
    """Images from -1 to 1 as bytes."""
    return ((images.nan_to_num(0).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()


def wall(images: np.ndarray, rows: int, shape: tuple[int, ...]) -> np.ndarray:
    """`rows` rows of images, each with an empty pixel around it, as one picture (height, width) uint8, its lowest pixel row first."""
    tall, wide = (each + 2 * GAP for each in shape)
    tiles = np.pad(images.reshape(rows, -1, *shape), ((0, 0), (0, 0), (GAP, GAP), (GAP, GAP)))
    return np.ascontiguousarray(tiles.transpose(0, 2, 1, 3).reshape(rows * tall, -1)[::-1])


def _examples(targets: Tensor, classes: int) -> Tensor:
    """Rows of the first WALL_ROWS real images of each class, class by class within a row of the wall."""
    found = torch.stack([torch.nonzero(targets == k)[:WALL_ROWS, 0] for k in range(classes)], 1)
    return found.reshape(-1)


def walk(values: dict[str, Any], state: dict[str, Any], first: int, second: int, seed: int, frames: int = 73) -> dict[str, Any]:
    """A round trip through the noise, for a class or from one class to another: `walk` (frames, height, width) uint8, last pixel row first.

    Three random places are joined by great circles (White 2016, spherical interpolation), and the class moves from `first` to `second`
    and back, once round.

    Args:
        state: A checkpoint of a run of `GanDigits(**values)`.
    """
    trainer = GanDigits(**values).trainer()
    trainer.load_state_dict(state)
    assert isinstance(trainer, GanDigitsTrainer)
    stops = torch.randn(3, trainer.experiment.latent_dimensions, generator=torch_stream(seed, "walk"), dtype=torch.float64)
    legs = torch.cat([stops, stops[:1]])
    places, marks = [], []
    for i in range(frames):
        along = i / (frames - 1) * 3
        leg = min(2, int(along))
        places.append(between(legs[leg], legs[leg + 1], along - leg))
        share = (1 - np.cos(2 * np.pi * i / (frames - 1))) / 2
        marks.append((1 - share) * trainer.marks[first] + share * trainer.marks[second])
    with torch.inference_mode():
        made = torch.tanh(trainer.g.network(torch.cat([torch.stack(places), torch.stack(marks)], 1)))
    return {"walk": np.ascontiguousarray(pixels(made).reshape(frames, *trainer.shape)[:, ::-1]), "frames": frames}


def between(a: Tensor, b: Tensor, share: float) -> Tensor:
    """On the great circle from a to b, with a length between theirs."""
    angle = torch.arccos((a @ b / (a.norm() * b.norm())).clamp(-0.9999, 0.9999))
    return (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)
