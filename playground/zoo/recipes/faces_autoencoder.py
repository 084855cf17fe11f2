"""The recipe of `ae-faces`: a variational autoencoder of small faces, trained and measured here.

    python -m playground.zoo.recipes.faces_autoencoder train [--minutes M]    goes on from its checkpoint; writes weights and card at the end
    python -m playground.zoo.recipes.faces_autoencoder keep                   writes weights and card of the checkpoint as it stands
    python -m playground.zoo.recipes.faces_autoencoder evaluate               measures the bundled weights anew

Kingma and Welling 2014 with the variance of the pixels fitted to each batch (Rybkin, Daniilidis and Levine 2021); Adam under a cosine
learning rate (Loshchilov and Hutter 2017, without restarts); pictures are mirrored at random. Samples are drawn from a Gaussian fitted
to the codes of the training pictures, of which only the mean, the axes and the spread are kept: no picture is.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.core.randomness import torch_stream
from playground.functions.autoencoder_axes import principal
from playground.networks.faces import CHANNELS, LATENT, FaceAutoencoder, cost
from playground.zoo import autoencoder_faces, cards
from playground.zoo.autoencoder_faces import encoded
from playground.zoo.recipes import faces_data
from playground.zoo.recipes.pictures_session import Resumable, halved

NAME, FOLDER = "ae-faces", cards.WEIGHTS / autoencoder_faces.FOLDER
EPOCHS, BATCH, LEARNING_RATE, SEED = 28, 64, 0.0015, 0
SAMPLES = 500  # that are compared with training pictures


class Session(Resumable):
    """The network, its optimizer and stream, from the start or from a checkpoint."""

    name = NAME

    def __init__(self, count: int) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            self.model = FaceAutoencoder().to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.model.parameters(), LEARNING_RATE, fused=True)
        self.networks, self.optimizers = {"model": self.model}, {"adam": self.optimizer}
        self.stream, self.an_epoch = torch_stream(SEED, "faces"), max(1, count // BATCH)

    def update(self, pictures: Tensor) -> tuple[float, float]:
        rows = torch.randint(len(pictures), (BATCH,), generator=self.stream)
        inputs = pictures[rows].float() / 255
        turned = torch.rand(BATCH, generator=self.stream) < 0.5
        inputs[turned] = inputs[turned].flip(3)
        loss, error, kl = cost(self.model, inputs.contiguous(memory_format=torch.channels_last), torch.randn(BATCH, LATENT, generator=self.stream))
        self.optimizer.zero_grad()
        loss.backward()
        for group in self.optimizer.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / (EPOCHS * self.an_epoch))))
        self.optimizer.step()
        self.step += 1
        return float(error.detach()), float(kl.detach())


def train(minutes: float | None = None, say: Callable[[str], Any] = print) -> dict[str, Any] | None:
    """Train, measure, and keep weights and card; None when the minutes were over before."""
    learnt = torch.from_numpy(faces_data.faces()[0])
    session, started = Session(len(learnt)), time.monotonic()
    if session.resume():
        say(f"Going on after step {session.step:,}.")
    while session.step < EPOCHS * session.an_epoch:
        found = [session.update(learnt) for _ in range(session.an_epoch - session.step % session.an_epoch)]
        error, kl = np.mean(found, 0)
        session.save()
        say(f"epoch {session.step // session.an_epoch} of {EPOCHS}: squared error {error:.5f}, KL {kl:.1f} nats, {time.monotonic() - started:.0f} s")
        if minutes is not None and time.monotonic() - started > 60 * minutes:
            return None
    return keep(session)


def keep(session: Session) -> dict[str, Any]:
    """Write weights as float16, the Gaussian of the codes, and the card; scores are those of the weights as kept."""
    from safetensors.numpy import save_file

    model = session.model.eval()
    weights = halved(model)
    model.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else value) for key, value in weights.items()})
    learnt, test = (torch.from_numpy(each) for each in faces_data.faces())
    codes = encoded(model, learnt)
    mean, axes, deviations = principal(codes)
    axes = axes.half().float()  # as kept
    arrays = {f"model/{key}": value for key, value in weights.items()}
    arrays |= {"mean": mean.numpy(), "axes": axes.numpy().astype(np.float16), "deviations": deviations.numpy()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{NAME}.safetensors"
    save_file({name: np.ascontiguousarray(each) for name, each in arrays.items()}, path)
    card = {
        "name": NAME, "title": "A VAE of small faces", "data": faces_data.DATA, "licence": faces_data.LICENCE,
        "split": f"{len(learnt):,} pictures to learn from, {len(test):,} measured; none is shipped",
        "network": f"64 × 64 × 3 → {list(CHANNELS)} → {LATENT} and back, convolutions of 4 × 4 by halves", "scores": scores(model, test, codes, (mean, axes, deviations)),
        "parameters": sum(each.numel() for each in model.parameters()), "bytes": path.stat().st_size, "date": datetime.date.today().isoformat(),
        "command": "python -m playground.zoo.recipes.faces_autoencoder train",
        "how": f"{session.step:,} batches of {BATCH} ({session.step / session.an_epoch:.0f} epochs) of Adam, learning rate {LEARNING_RATE} falling as a cosine to 0, "
               f"seed {SEED}; kept as float16.",
    }  # fmt: skip
    (FOLDER / f"{NAME}.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    autoencoder_faces.opened.cache_clear()
    return card


def scores(model: FaceAutoencoder, test: Tensor, codes: Tensor, gaussian: tuple[Tensor, Tensor, Tensor]) -> dict[str, float]:
    """How well unseen faces are rebuilt, and whether samples lie nearer to the training faces than unseen ones do."""
    mean, axes, deviations = gaussian
    with torch.inference_mode():
        inputs = test.float() / 255
        found = [model.encode(part) for part in inputs.split(250)]
        centre, log_variance = (torch.cat(each) for each in zip(*found, strict=True))
        made = torch.cat([model.decode(part) for part in centre.split(250)])
        error = (made - inputs).square().mean()
        average = (inputs - inputs.mean(0)).square().mean()
        kl = 0.5 * (centre.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
        drawn = mean + (torch.randn(SAMPLES, LATENT, generator=torch_stream(SEED, "scores")) * deviations) @ axes
        samples = encoded(model, (torch.cat([model.decode(part) for part in drawn.split(250)]) * 255).round().byte())
        near = [float(torch.cdist(each, codes).amin(1).mean()) for each in (samples, centre)]
    found_scores = {
        "test squared error": float(error), "test signal to noise (dB)": float(-10 * error.log10()), "test variance explained": float(1 - error / average),
        "test KL (nats)": float(kl), "numbers in use": float((centre.var(0) > 0.01).sum()),
        "distance of samples to the nearest training face, as a share of an unseen face's": near[0] / near[1],
    }  # fmt: skip
    return {name: round(value, 4) for name, value in found_scores.items()}


def evaluate() -> dict[str, float]:
    """The card's scores, measured now on the weights as bundled."""
    learnt, test = (torch.from_numpy(each) for each in faces_data.faces())
    model, gaussian = autoencoder_faces.opened()
    return scores(model, test, encoded(model, learnt), (gaussian["mean"], gaussian["axes"], gaussian["deviations"]))


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["train", "keep", "evaluate"])
    parser.add_argument("--minutes", type=float)
    parsed = parser.parse_args(words)
    torch.set_num_threads(1)
    if parsed.command == "evaluate":
        made = evaluate()
    elif parsed.command == "train":
        made = train(parsed.minutes, lambda line: print(line, flush=True))
    else:
        session = Session(len(faces_data.faces()[0]))
        session.resume()
        made = keep(session)
    print(json.dumps(made, indent=2, ensure_ascii=False) if made else "Stopped; the same command goes on.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
