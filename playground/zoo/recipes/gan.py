"""The recipe of the bundled image generator, its loop, and what it is measured by.

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

from playground.core import packets
from playground.core.experiment import generator_state, restore_generator
from playground.core.places import home
from playground.core.randomness import torch_stream
from playground.networks.gan_images import LATENT, Discriminator, Generator
from playground.zoo import cards, gan_models
from playground.zoo.recipes.pictures import images

NAME, FILE = "gan-digits", "mnist.npz"
CLASSES = tuple("0123456789")
STEPS, BATCH, EVERY = 6000, 64, 100
G_RATE, D_RATE, BETAS = 2e-4, 4e-4, (0.0, 0.99)  # two time scales (Heusel et al. 2017)
AVERAGE = 0.998  # share of the averaged weights that is kept at every step; less at the beginning, where the weights are not worth keeping
MEASURED = 5000  # samples, and test images, that the scores are taken over
NEIGHBOURS = 20_000  # training images that samples are compared with
SEED = 0


class Session:
    """Two networks, their optimizers and streams, from the start or from a checkpoint."""

    def __init__(self) -> None:
        with torch.random.fork_rng():
            torch.manual_seed(SEED)  # torch's own initialisers draw from the global stream, which is put back
            self.g, self.d = Generator(len(CLASSES)), Discriminator(len(CLASSES))
        self.kept = copy.deepcopy(self.g)
        self.g_optimizer = torch.optim.Adam(self.g.parameters(), G_RATE, BETAS)
        self.d_optimizer = torch.optim.Adam(self.d.parameters(), D_RATE, BETAS)
        self.stream = torch_stream(SEED, "gan")
        self.step = 0

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
        share = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.kept.parameters(), self.g.parameters(), strict=True):
                mean.lerp_(now, 1 - share)
            for mean, now in zip(self.kept.buffers(), self.g.buffers(), strict=True):
                mean.copy_(now)
        self.step += 1
        return float(d_loss.detach()), float(g_loss.detach())

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = {"step": self.step, "stream": generator_state(self.stream)}
        for name, part in (("g", self.g), ("d", self.d), ("kept", self.kept)):
            found |= {f"{name}/{key}": value.numpy().copy() for key, value in part.state_dict().items()}
        for name, optimizer in (("g_optimizer", self.g_optimizer), ("d_optimizer", self.d_optimizer)):
            for number, slots in optimizer.state_dict()["state"].items():
                found |= {f"{name}/{number}/{key}": value.numpy().copy() for key, value in slots.items()}
        return found

    def load(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
        restore_generator(self.stream, state["stream"])
        for name, part in (("g", self.g), ("d", self.d), ("kept", self.kept)):
            part.load_state_dict({key: torch.from_numpy(np.array(state[f"{name}/{key}"])) for key in part.state_dict()})
        for name, optimizer in (("g_optimizer", self.g_optimizer), ("d_optimizer", self.d_optimizer)):
            slots: dict[int, dict[str, Tensor]] = {}
            for key, value in state.items():
                if key.startswith(f"{name}/"):
                    _, number, slot = key.split("/")
                    slots.setdefault(int(number), {})[slot] = torch.from_numpy(np.array(value))
            optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})


def train(steps: int = STEPS, say: Callable[[str], Any] = print) -> cards.Card:
    """Train, measure, and keep the generator with its card; goes on from the checkpoint if there is one."""
    pixels, answers = (torch.from_numpy(np.array(each)) for each in images(FILE, "train"))
    pixels, answers = pixels.reshape(-1, 28, 28), answers.long()
    session, path = Session(), home() / "zoo" / f"{NAME}.checkpoint"
    if path.is_file():
        session.load(packets.decode(path.read_bytes())[1])
        say(f"Going on after step {session.step:,}.")
    started = time.monotonic()
    while session.step < steps:
        losses = session.update(pixels, answers)
        if session.step % EVERY == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(packets.encode("checkpoint", session.state()))
            say(f"step {session.step:,}  D {losses[0]:.3f}  G {losses[1]:.3f}  {time.monotonic() - started:.0f} s")
    return keep(session.kept, steps)


def keep(generator: Generator, steps: int) -> cards.Card:
    """Write the generator as float16 with its card."""
    from safetensors.numpy import save

    generator = generator.eval()
    arrays = {key: np.ascontiguousarray(value.numpy().astype(np.float16 if value.is_floating_point() else value.numpy().dtype)) for key, value in generator.state_dict().items()}
    packed = save(arrays)
    made = cards.Card(
        name=NAME, title="Handwritten digits, made up", task="image generation", words="Writes a digit that nobody wrote, of the class that is asked for.",
        data="MNIST (LeCun, Cortes, Burges)", licence="CC BY-SA 3.0", split=f"training images to learn from, {MEASURED:,} test images to be measured against",
        classes=CLASSES, input_shape=(1, 28, 28), mean=(0.5,), std=(0.5,), scores=scores(generator), parameters=sum(each.numel() for each in generator.parameters()),
        bytes=len(packed), date=datetime.date.today().isoformat(), command=f"python -m playground gan train {NAME}",
        how=f"Conditional DCGAN with a projection discriminator, hinge loss, {steps:,} steps of {BATCH} images, seed {SEED}; the generator is an average over time.",
    )  # fmt: skip
    gan_models.FOLDER.mkdir(parents=True, exist_ok=True)
    (gan_models.FOLDER / f"{NAME}.safetensors").write_bytes(packed)
    (gan_models.FOLDER / f"{NAME}.json").write_text(json.dumps(made.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    gan_models.load.cache_clear()
    return made


def scores(generator: Generator) -> dict[str, float]:
    """Share of samples that our own classifier reads as the class asked for, and the Fréchet distance of its features to those of test images."""
    pixels, answers = images(FILE, "test")
    real = torch.from_numpy(np.array(pixels)).reshape(-1, 1, 28, 28)[:MEASURED].float() / 255
    stream = torch_stream(SEED, "scores")
    classes = torch.arange(MEASURED) % len(CLASSES)
    with torch.inference_mode():
        made = torch.cat([generator(torch.randn(len(part), LATENT, generator=stream), part) for part in classes.split(500)])
        made = ((made + 1) * 127.5).round() / 255
        read = [gan_models.read(each) for each in (real, made)]
    right = float((read[1][0].argmax(1) == classes).double().mean())
    check = float((read[0][0].argmax(1) == torch.from_numpy(np.array(answers))[:MEASURED].long()).double().mean())
    return {"class asked for, read by digits-cnn": round(right, 4), "the same of real test images": round(check, 4),
            "Fréchet distance of digits-cnn features": round(frechet(read[0][1], read[1][1]), 3),
            "the same between two halves of the test images": round(frechet(read[0][1][::2], read[0][1][1::2]), 3), **memory(read[1][1], read[0][1])}  # fmt: skip


def memory(made: Tensor, unseen: Tensor) -> dict[str, float]:
    """How near samples lie to training images, against images that were not learnt from either: a generator that copies lies nearer."""
    pixels, _ = images(FILE, "train")
    with torch.inference_mode():
        learnt = gan_models.read(torch.from_numpy(np.array(pixels[:NEIGHBOURS])).reshape(-1, 1, 28, 28).float() / 255)[1]
        near = [float(torch.cdist(each[:1000], learnt).min(1).values.mean()) for each in (made, unseen)]
    return {"distance to the nearest training image, as a share of a test image's": round(near[0] / near[1], 3)}


def frechet(one: Tensor, other: Tensor) -> float:
    """Distance of the Gaussians fitted to two sets of features (N, d) (Heusel et al. 2017, equation 6)."""
    one, other = one.double(), other.double()
    a, b = torch.cov(one.T), torch.cov(other.T)
    root = torch.linalg.eigvals(a @ b).real.clamp(min=0).sqrt().sum()
    return float((one.mean(0) - other.mean(0)).square().sum() + a.trace() + b.trace() - 2 * root)
