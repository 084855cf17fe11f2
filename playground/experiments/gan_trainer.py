"""Training two networks against one another on points of the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from playground.core.experiment import Experiment, Metrics, State, generator_state, restore_generator
from playground.core.lazy import torch
from playground.core.randomness import torch_stream
from playground.experiments.gan import Gan
from playground.experiments.gan_measures import SAMPLES, Judge, Verdict
from playground.experiments.pictured import Pictured
from playground.functions.gan_losses import OBJECTIVES
from playground.networks.gan_side import Side

if TYPE_CHECKING:
    from torch import Tensor

STREAMS = ("batches", "noise", "mix", "blur")
EVALUATED = SAMPLES  # fixed noise, and real points, that are measured and looked at
SLOPES = 256  # of them whose slope is measured
LARGEST = 1e30
SMALLEST_NORM = 1e-12


class Seen(NamedTuple):
    """What G made of the fixed noise (N, 2), D's raw answers on as many real and on these fake points (2N, 1), and how they were judged."""

    fakes: Tensor
    answers: Tensor
    verdict: Verdict


class GanTrainer(Pictured):
    """One step: `d_steps` updates of D, then `g_steps` of G (Goodfellow et al. 2014, algorithm 1), or one side's alone."""

    experiment: Gan
    pictures = "playground.experiments.gan_view"
    lost = ("The losses left all bounds", "Smaller learning rates keep them in bounds.")

    def __init__(self, experiment: Gan):
        super().__init__(experiment)
        now = experiment
        self.cloud = now.cloud()
        self.objective = OBJECTIVES[now.loss]
        self.judge = Judge(self.cloud)
        self.real = torch.from_numpy(self.cloud.points.copy())
        self.g = Side((now.latent_dimensions, *now.g_hidden, 2), now.g_activation, now.g_optimizer, torch_stream(now.seed, "generator"))
        self.d = Side((2, *now.d_hidden, 1), now.d_activation, now.d_optimizer, torch_stream(now.seed, "discriminator"))
        self.streams = {name: torch_stream(now.seed, name) for name in STREAMS}
        looked = torch_stream(now.seed, "evaluation")
        self.fixed_noise = noise(now, EVALUATED, looked)
        self.fixed_real = self.real[torch.randint(len(self.real), (EVALUATED,), generator=looked)]
        self.known: tuple[int, Metrics, Seen] | None = None  # measured at a step; views and the end of a run ask for it again
        self._adopt()

    def _adopt(self) -> None:
        now = self.experiment
        self.g.set(now.g_learning_rate, now.momentum)
        self.d.set(now.d_learning_rate, now.momentum)

    def apply(self, before: Experiment) -> None:
        self._adopt()

    def advance(self, steps: int) -> None:
        now = self.experiment
        with torch.inference_mode():
            for _ in range(steps):
                if now.train != "g":
                    for _ in range(now.d_steps):
                        self.teach_discriminator()
                if now.train != "d":
                    for _ in range(now.g_steps):
                        self.teach_generator()
                self.step_count += 1

    # The two updates ------------------------------------------------------------------------------------------------------

    def _noise(self) -> Tensor:
        return noise(self.experiment, self.experiment.batch_size, self.streams["noise"])

    def _blurred(self, points: Tensor) -> Tensor:
        if not self.experiment.blur:
            return points
        return points + self.experiment.blur * torch.randn(points.shape, generator=self.streams["blur"], dtype=torch.float64)

    def teach_discriminator(self) -> None:
        """One update of D on a batch of real points and as many fakes."""
        now, network, count = self.experiment, self.d.network, self.experiment.batch_size
        rows = torch.randint(len(self.real), (count,), generator=self.streams["batches"])
        seen = self._blurred(torch.cat([self.real[rows], self.g.network(self._noise())]))
        tape = network.forward(seen)
        answers = tape.outputs
        slope = torch.cat([self.objective.real_slope(answers[:count]), self.objective.fake_slope(answers[count:])]) / count
        network.backward(tape, slope)
        if self.objective.penalty and now.gradient_penalty:
            self._penalise_slope(seen[:count], seen[count:])
        if now.r1:
            part = tape.rows(0, count)
            slopes = network.backward(part, torch.ones_like(part.outputs), store=False)
            network.add_slope_gradient(part, slopes * (now.r1 / count))
        self.d.update()
        if self.objective.clips:
            network.flat.clamp_(-now.clip, now.clip)

    def _penalise_slope(self, real: Tensor, fake: Tensor) -> None:
        """λ (‖∇D‖ - 1)² at places drawn on the straight lines between real and fake points (Gulrajani et al. 2017, algorithm 1)."""
        network, count = self.d.network, len(real)
        share = torch.rand(count, 1, generator=self.streams["mix"], dtype=torch.float64)
        tape = network.forward(share * real + (1 - share) * fake)
        slopes = network.backward(tape, torch.ones_like(tape.outputs), store=False)
        norms = slopes.norm(dim=1, keepdim=True).clamp(min=SMALLEST_NORM)
        network.add_slope_gradient(tape, slopes * (2 * self.experiment.gradient_penalty / count * (norms - 1) / norms))

    def teach_generator(self) -> None:
        """One update of G through D, which stands still."""
        tape = self.g.network.forward(self._noise())
        judged = self.d.network.forward(self._blurred(tape.outputs))
        slope = self.objective.generator_slope(judged.outputs) / len(judged.outputs)
        self.g.network.backward(tape, self.d.network.backward(judged, slope, store=False))
        self.g.update()

    # Looking ----------------------------------------------------------------------------------------------------------------

    def pulls(self, fakes: Tensor) -> Tensor:
        """(N, 2): where the generator's loss of each fake falls fastest, -∂L/∂x."""
        tape = self.d.network.forward(fakes)
        return -self.d.network.backward(tape, self.objective.generator_slope(tape.outputs), store=False)

    def measure(self) -> tuple[Metrics, Seen]:
        """Metrics on fixed noise and fixed real points, so that reading them changes nothing; and what they were read from."""
        if self.known is None or self.known[0] != self.step_count:
            self.known = (self.step_count, *self._measured())
        return self.known[1], self.known[2]

    def _measured(self) -> tuple[Metrics, Seen]:
        with torch.inference_mode():
            fakes = self.g.network(self.fixed_noise)
            on_real, on_fake = self.d.network(self.fixed_real), self.d.network(fakes)
            goal = self.objective
            pulls = self.pulls(fakes[:SLOPES])
            verdict, threshold = self.judge.judge(fakes), self.threshold(on_real, on_fake)
            found = {
                "d_loss": float(goal.real(on_real).mean() + goal.fake(on_fake).mean()), "g_loss": float(goal.generator(on_fake).mean()),
                "js": verdict.js, "kl": verdict.kl, "covered": float(verdict.covered), "quality": verdict.quality,
                "right_on_real": float((on_real > threshold).double().mean()),
                "right_on_fake": float((on_fake <= threshold).double().mean()),
                "gap": float(on_real.mean() - on_fake.mean()), "pull": float(pulls.norm(dim=1).mean()),
                "d_gradient": float(self.d.network.gradient.norm()), "g_gradient": float(self.g.network.gradient.norm()),
                "d_updates": float(self.d.updates), "g_updates": float(self.g.updates),
                "centre_x": float(fakes[:, 0].mean()), "centre_y": float(fakes[:, 1].mean()),
            }  # fmt: skip
        return {name: bounded(value) for name, value in found.items()}, Seen(fakes, torch.cat([on_real, on_fake]), verdict)

    def threshold(self, on_real: Tensor, on_fake: Tensor) -> float:
        """The answer from which D calls a point real; a critic has no zero of its own, so the middle of its means."""
        if self.objective.scale == "critic":
            return float((on_real.mean() + on_fake.mean()) / 2)
        return 0.5 if self.objective.scale == "score" else 0.0

    def metrics(self) -> Metrics:
        return dict(self.measure()[0])

    @property
    def diverged(self) -> bool:
        return not all(bool(torch.isfinite(each.network.flat).all()) for each in (self.g, self.d)) or super().diverged

    def state_dict(self) -> State:
        state: State = {"step_count": self.step_count}
        for name, side in (("g", self.g), ("d", self.d)):
            state |= {f"{name}/{key}": value for key, value in side.state_dict().items()}
        return state | {f"stream_{name}": generator_state(stream) for name, stream in self.streams.items()}

    def load_state_dict(self, state: State) -> None:
        self.step_count, self.known = int(state["step_count"]), None
        for name, side in (("g", self.g), ("d", self.d)):
            side.load_state_dict({key[2:]: value for key, value in state.items() if key.startswith(f"{name}/")})
        for name, stream in self.streams.items():
            restore_generator(stream, state[f"stream_{name}"])


def noise(experiment: Gan, count: int, stream: torch.Generator) -> Tensor:
    """(count, dimensions) of what the generator is fed: uniform in [-1, 1] or standard normal."""
    shape = (count, experiment.latent_dimensions)
    if experiment.latent == "uniform":
        return torch.rand(shape, generator=stream, dtype=torch.float64) * 2 - 1
    return torch.randn(shape, generator=stream, dtype=torch.float64)


def bounded(value: float) -> float:
    """A metric, infinite beyond LARGEST: a run that is there has diverged."""
    return value if not abs(value) > LARGEST else float(np.copysign(np.inf, value))
