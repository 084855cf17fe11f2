"""The recipe of the bundled image generator: its networks and its loop.

Hinge loss (Lim and Ye 2017) with a projection discriminator under spectral normalisation (Miyato and Koyama 2018); the generator
that is kept is an exponential moving average (Karras et al. 2018). Everything random comes from the seed; after every EVERY steps a
checkpoint is written from which training resumes.
"""

from __future__ import annotations

import copy
import datetime
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.randomness import torch_stream
from playground.networks.gan_images import LATENT, Discriminator, Generator
from playground.zoo import cards, gan_models
from playground.zoo.recipes import gan_measures as measures
from playground.zoo.recipes.pictures import images
from playground.zoo.recipes.pictures_session import Resumable, halved

NAME, FILE = "gan-digits", "mnist.npz"
CLASSES = tuple("0123456789")
STEPS, BATCH, EVERY = 6000, 64, 100
G_RATE, D_RATE, BETAS = 2e-4, 4e-4, (0.0, 0.99)  # two time scales (Heusel et al. 2017)
AVERAGE = 0.998  # share of the averaged weights that is kept at every step; less at the beginning, where the weights are not worth keeping
SEED = 0


class Session(Resumable):
    """Two networks, their optimizers and streams, from the start or from a checkpoint."""

    name = NAME

    def __init__(self) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(SEED)  # torch's own initialisers draw from the global stream, which is put back
            self.g, self.d = Generator(len(CLASSES)), Discriminator(len(CLASSES))
        self.kept = copy.deepcopy(self.g)
        self.g_optimizer = torch.optim.Adam(self.g.parameters(), G_RATE, BETAS)
        self.d_optimizer = torch.optim.Adam(self.d.parameters(), D_RATE, BETAS)
        self.networks = {"g": self.g, "d": self.d, "kept": self.kept}
        self.optimizers = {"g_optimizer": self.g_optimizer, "d_optimizer": self.d_optimizer}
        self.stream = torch_stream(SEED, "gan")

    def noise(self, count: int) -> tuple[Tensor, Tensor]:
        classes = torch.randint(len(CLASSES), (count,), generator=self.stream)
        return torch.randn(count, LATENT, generator=self.stream), classes

    def update(self, pixels: Tensor, answers: Tensor) -> tuple[float, float]:
        rows = torch.randint(len(pixels), (BATCH,), generator=self.stream)
        real = pixels[rows].float().unsqueeze(1) / 127.5 - 1
        noise, classes = self.noise(BATCH)
        with torch.no_grad():
            fake = self.g(noise, classes)
        d_loss = (1 - self.d(real, answers[rows])).clamp(min=0).mean() + (1 + self.d(fake, classes)).clamp(min=0).mean()
        self.d_optimizer.zero_grad()
        d_loss.backward()
        self.d_optimizer.step()
        noise, classes = self.noise(BATCH)
        g_loss = -self.d(self.g(noise, classes), classes).mean()
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()
        average(self.kept, self.g, min(AVERAGE, (1 + self.step) / (10 + self.step)))
        self.step += 1
        return float(d_loss.detach()), float(g_loss.detach())


def average(kept: torch.nn.Module, now: torch.nn.Module, share: float) -> None:
    """Move averaged weights towards those of this step; running statistics are taken as they are."""
    with torch.no_grad():
        for mean, value in zip(kept.parameters(), now.parameters(), strict=True):
            mean.lerp_(value, 1 - share)
        for mean, value in zip(kept.buffers(), now.buffers(), strict=True):
            mean.copy_(value)


def train(steps: int = STEPS, minutes: float | None = None, say: Callable[[str], Any] = print) -> cards.Card | None:
    """Train, measure, and keep generator, discriminator and card; goes on from the checkpoint if there is one. None when `minutes` were over before."""
    pixels, answers = (torch.from_numpy(np.array(each)) for each in images(FILE, "train"))
    pixels, answers = pixels.reshape(-1, 28, 28), answers.long()
    session, started = Session(), time.monotonic()
    if session.resume():
        say(f"Going on after step {session.step:,}.")
    while session.step < steps:
        losses = session.update(pixels, answers)
        if session.step % EVERY == 0 or session.step == steps:
            session.save()
            say(f"step {session.step:,}  D {losses[0]:.3f}  G {losses[1]:.3f}  {time.monotonic() - started:.0f} s")
            if minutes is not None and time.monotonic() - started > 60 * minutes and session.step < steps:
                return None
    return keep(session)


def keep(session: Session) -> cards.Card:
    """Write both networks as float16, what was measured, and the card; scores are those of the weights as kept."""
    from safetensors.numpy import save

    weights = halved(session.kept.eval())
    discriminator = {key: np.ascontiguousarray(value.numpy().astype(np.float16)) for key, value in session.d.eval().divided().items()}
    generator, judge = Generator(len(CLASSES)), Discriminator(len(CLASSES), normed=False)
    for network, state in ((generator, weights), (judge, discriminator)):
        network.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else value) for key, value in state.items()})
    scores, arrays = measures.measure(generator.eval(), judge.eval(), images(FILE, "train"), images(FILE, "test"))
    arrays |= {f"g/{key}": value for key, value in weights.items()} | {f"d/{key}": value for key, value in discriminator.items()}
    packed = save({key: np.ascontiguousarray(value) for key, value in arrays.items()})
    made = cards.Card(
        name=NAME, title="Handwritten digits, made up", task="image generation", words="Writes a digit that nobody wrote, of the class that is asked for.",
        data="MNIST (LeCun, Cortes, Burges)", licence="CC BY-SA 3.0", split=f"training images to learn from, {measures.MEASURED:,} test images to be measured against",
        classes=CLASSES, input_shape=(1, 28, 28), mean=(0.5,), std=(0.5,), scores=scores, parameters=sum(each.numel() for each in generator.parameters()),
        bytes=len(packed), date=datetime.date.today().isoformat(), command=f"python -m playground gan train {NAME}",
        how=f"Conditional DCGAN with a projection discriminator, hinge loss, {session.step:,} steps of {BATCH} images, seed {SEED}; the generator is an average over time.",
    )  # fmt: skip
    gan_models.FOLDER.mkdir(parents=True, exist_ok=True)
    (gan_models.FOLDER / f"{NAME}.safetensors").write_bytes(packed)
    (gan_models.FOLDER / f"{NAME}.json").write_text(json.dumps(made.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    gan_models.forget()
    return made


def evaluate() -> dict[str, float]:
    """The card's scores, measured now on the weights as bundled."""
    return measures.measure(gan_models.load(NAME), gan_models.judge(NAME), images(FILE, "train"), images(FILE, "test"))[0]
