"""The recipe of `dcgan-faces`: a light convolutional GAN of faces of 64 × 64. It can be stopped and gone on with on another day.

    python -m playground.zoo.recipes.faces_gan train [--minutes M]    goes on from its checkpoint, until STEPS
    python -m playground.zoo.recipes.faces_gan sheet FILE.png         samples of the averaged generator as it stands, to be looked at
    python -m playground.zoo.recipes.faces_gan keep                   measures, writes weights and card: only when the sheet shows faces
    python -m playground.zoo.recipes.faces_gan evaluate               measures the bundled weights anew

Hinge loss (Lim and Ye 2017), spectral normalisation (Miyato et al. 2018), the same differentiable changes to real and made pictures
(Zhao et al. 2020), two learning rates (Heusel et al. 2017), and an exponential moving average of the generator (Karras et al. 2018).
"""

from __future__ import annotations

import argparse
import copy
import datetime
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.errors import UserError
from playground.core.randomness import torch_stream
from playground.networks.faces_gan import LATENT, FaceDiscriminator, FaceGenerator, varied
from playground.zoo import cards, gan_models
from playground.zoo.recipes import faces_data
from playground.zoo.recipes import faces_gan_measures as measures
from playground.zoo.recipes.gan import average
from playground.zoo.recipes.pictures_session import Resumable, halved

NAME = "dcgan-faces"
STEPS, BATCH, EVERY = 20_000, 32, 100
G_RATE, D_RATE, BETAS = 2e-4, 4e-4, (0.0, 0.99)
AVERAGE = 0.999
SETTLING = 60  # batches
SEED = 0


class Session(Resumable):
    """Two networks, their optimizers and streams, from the start or from a checkpoint."""

    name = NAME

    def __init__(self) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            self.g, self.d = (each().to(memory_format=torch.channels_last) for each in (FaceGenerator, FaceDiscriminator))
        self.kept = copy.deepcopy(self.g)
        self.g_optimizer = torch.optim.Adam(self.g.parameters(), G_RATE, BETAS, fused=True)
        self.d_optimizer = torch.optim.Adam(self.d.parameters(), D_RATE, BETAS, fused=True)
        self.networks = {"g": self.g, "d": self.d, "kept": self.kept}
        self.optimizers = {"g_optimizer": self.g_optimizer, "d_optimizer": self.d_optimizer}
        self.stream = torch_stream(SEED, "faces gan")

    def update(self, pictures: Tensor) -> tuple[float, float]:
        rows = torch.randint(len(pictures), (BATCH,), generator=self.stream)
        real = pictures[rows].float() / 127.5 - 1
        turned = torch.rand(BATCH, generator=self.stream) < 0.5
        real[turned] = real[turned].flip(3)
        with torch.no_grad():
            fake = self.g(torch.randn(BATCH, LATENT, generator=self.stream))
        d_loss = (1 - self._judged(real)).clamp(min=0).mean() + (1 + self._judged(fake)).clamp(min=0).mean()
        self.d_optimizer.zero_grad()
        d_loss.backward()
        self.d_optimizer.step()
        g_loss = -self._judged(self.g(torch.randn(BATCH, LATENT, generator=self.stream))).mean()
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()
        average(self.kept, self.g, min(AVERAGE, (1 + self.step) / (10 + self.step)))
        self.step += 1
        return float(d_loss.detach()), float(g_loss.detach())

    def _judged(self, pictures: Tensor) -> Tensor:
        return self.d(varied(pictures, self.stream).contiguous(memory_format=torch.channels_last))


def train(steps: int = STEPS, minutes: float | None = None, say: Callable[[str], Any] = print) -> Session:
    """Train until `steps`, or until the minutes are over; goes on from the checkpoint if there is one."""
    pictures = torch.from_numpy(faces_data.faces()[0])
    session, started = Session(), time.monotonic()
    if session.resume():
        say(f"Going on after step {session.step:,}.")
    while session.step < steps:
        losses = session.update(pictures)
        if session.step % EVERY == 0 or session.step == steps:
            session.save()
            say(f"step {session.step:,}  D {losses[0]:.3f}  G {losses[1]:.3f}  {time.monotonic() - started:.0f} s")
            if minutes is not None and time.monotonic() - started > 60 * minutes:
                break
    return session


def settled(session: Session) -> FaceGenerator:
    """The averaged generator with statistics of its own for batch normalisation: those of one step belong to other weights.

    "Standing statistics" (Brock, Donahue and Simonyan 2019, section 3.1): means over SETTLING batches of noise.
    """
    generator, stream = copy.deepcopy(session.kept), torch_stream(SEED, "standing statistics")
    for part in generator.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.reset_running_stats()
            part.momentum = None  # the mean over all batches, each counted alike
    with torch.no_grad():
        for _ in range(SETTLING):
            generator.train()(torch.randn(BATCH, LATENT, generator=stream))
    return generator.eval()


def sheet(session: Session) -> np.ndarray:
    """Samples of the averaged generator, as they are shown first, as one picture (H, W, 3) uint8."""
    family, generator = gan_models.FAMILIES[NAME], settled(session)
    made = measures.drawn(generator, gan_models.noise(SEED, NAME), family.truncation, measures.standing(generator)).numpy()
    return np.ascontiguousarray(made.reshape(family.rows, family.columns, 3, 64, 64).transpose(0, 3, 1, 4, 2).reshape(family.rows * 64, family.columns * 64, 3))


def keep(session: Session) -> cards.Card:
    """Write both networks as float16, what was measured, and the card; scores are those of the weights as kept."""
    from safetensors.numpy import save

    weights = {"g/": halved(settled(session)), "d/": {key: np.ascontiguousarray(value.numpy().astype(np.float16)) for key, value in session.d.eval().divided().items()}}
    generator, judge = FaceGenerator(), FaceDiscriminator(normed=False)
    for network, state in zip((generator, judge), weights.values(), strict=True):
        network.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else value) for key, value in state.items()})
    learnt, unseen = (torch.from_numpy(each) for each in faces_data.faces())
    means = measures.standing(generator.eval())
    scores, arrays = measures.measure(generator, judge.eval(), means, learnt, unseen)
    arrays |= {f"standing/{name}": value for name, value in means.items()}
    early = f"of {STEPS:,} planned " if session.step < STEPS else ""
    arrays |= {prefix + key: value for prefix, state in weights.items() for key, value in state.items()}
    packed = save({key: np.ascontiguousarray(value) for key, value in arrays.items()})
    made = cards.Card(
        name=NAME, title="Small faces, made up", task="image generation", words="Draws a face that belongs to nobody.", data=faces_data.DATA, licence=faces_data.LICENCE,
        split=f"{len(learnt):,} pictures to learn from, {len(unseen):,} never learnt from to be measured against; none is shipped", classes=(), input_shape=(3, 64, 64),
        mean=(0.5,) * 3, std=(0.5,) * 3, scores=scores, parameters=sum(each.numel() for each in generator.parameters()), bytes=len(packed),
        date=datetime.date.today().isoformat(), command="python -m playground.zoo.recipes.faces_gan train",
        how=f"Light DCGAN, hinge loss, differentiable augmentation, {session.step:,} {early}steps of {BATCH} pictures, seed {SEED}; the generator is an average over time. "
            "Scores are of samples at truncation 1 and compare pictures by the 128 means that our own autoencoder ae-faces, which learnt from the same faces, encodes them as: "
            "it sees the face and its light, not fine texture.",
    )  # fmt: skip
    gan_models.FOLDER.mkdir(parents=True, exist_ok=True)
    (gan_models.FOLDER / f"{NAME}.safetensors").write_bytes(packed)
    (gan_models.FOLDER / f"{NAME}.json").write_text(json.dumps(made.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    gan_models.forget()
    return made


def evaluate() -> dict[str, float]:
    """The card's scores, measured now on the weights as bundled."""
    return measures.measure(gan_models.load(NAME), gan_models.judge(NAME), gan_models.part("standing/", NAME), *(torch.from_numpy(each) for each in faces_data.faces()))[0]


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train")
    training.add_argument("--steps", type=int, default=STEPS)
    training.add_argument("--minutes", type=float)
    commands.add_parser("sheet").add_argument("file", type=Path)
    commands.add_parser("keep")
    commands.add_parser("evaluate")
    parsed = parser.parse_args(words)
    torch.set_num_threads(1)
    if parsed.command == "train":
        print(f"Stands at step {train(parsed.steps, parsed.minutes, lambda line: print(line, flush=True)).step:,}.")
        return 0
    if parsed.command == "evaluate":
        print(json.dumps(evaluate(), indent=2, ensure_ascii=False))
        return 0
    session = Session()
    if not session.resume():
        raise UserError(f"There is no checkpoint of {NAME}.", "Train it first: python -m playground.zoo.recipes.faces_gan train")
    if parsed.command == "sheet":
        from PIL import Image

        parsed.file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(sheet(session)).save(parsed.file, "PNG")
        print(f"{parsed.file}: samples of step {session.step:,}")
    else:
        made = keep(session)
        print(f"{made.name}, step {session.step:,}: {json.dumps(made.scores, indent=2, ensure_ascii=False)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
