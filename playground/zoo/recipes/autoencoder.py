"""The recipe of `vae-digits`: a variational autoencoder of two latent numbers on MNIST, trained and measured here.

`python -m playground.zoo.recipes.autoencoder` trains it (a few minutes on one core) and writes weights, the codes of some test digits
and the card. Kingma and Welling 2014, with Adam under a cosine learning rate (Loshchilov and Hutter 2017, without restarts).
"""

from __future__ import annotations

import datetime
import json
import math
import time
from typing import Any

import numpy as np
import torch

from playground.networks import autoencoder as network
from playground.zoo import cards
from playground.zoo.recipes.pictures import images

NAME, FILE = "vae-digits", "mnist.npz"
FOLDER = cards.WEIGHTS / "autoencoder"
SHAPE, HIDDEN, LATENT = (1, 28, 28), (512, 256), 2
EPOCHS, BATCH, LEARNING_RATE, SEED = 12, 200, 0.002, 0
KEPT_CODES = 600
LOSS = {"likelihood": "bernoulli", "sigma": 1.0, "sparsity": 0.0, "target": 0.1}


def build() -> network.Autoencoder:
    """The network, untrained."""
    return network.Autoencoder(SHAPE, "dense", HIDDEN, LATENT, "vae")


def train() -> network.Autoencoder:
    """Learns from MNIST's 60,000 training digits; says how it goes after every epoch."""
    torch.manual_seed(SEED)
    pixels = torch.from_numpy(np.ascontiguousarray(_part("train")[0])).reshape(-1, *SHAPE)
    model, step, total = build(), 0, EPOCHS * math.ceil(len(pixels) / BATCH)
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE, fused=True)
    started = time.perf_counter()
    for epoch in range(EPOCHS):
        losses = []
        for rows in torch.randperm(len(pixels)).split(BATCH):
            inputs = pixels[rows].float() / 255
            loss = network.terms(model, inputs, inputs, torch.randn(len(rows), LATENT), LOSS, 1.0)[0]
            optimizer.zero_grad()
            loss.backward()
            for group in optimizer.param_groups:
                group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / total))
            optimizer.step()
            losses.append(float(loss.detach()))
            step += 1
        print(f"epoch {epoch + 1} of {EPOCHS}: {np.mean(losses):.2f} nats, {time.perf_counter() - started:.0f} s", flush=True)
    return model.eval()


def measure(model: network.Autoencoder) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
    """Scores on MNIST's 10,000 test digits, in nats; and mean codes and labels of the first KEPT_CODES."""
    pixels, labels = _part("test")
    inputs = torch.from_numpy(np.ascontiguousarray(pixels)).reshape(-1, *SHAPE).float() / 255
    noise = torch.randn(len(inputs), LATENT, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        _, rebuilt, kl, _ = network.terms(model, inputs, inputs, noise, LOSS, 1.0)
        codes = model.encode(inputs[:KEPT_CODES])[0]
        error = (model.values(model.decode(model.encode(inputs)[0])) - inputs).square().mean()
    scores = {"test reconstruction": float(rebuilt), "test KL": float(kl), "test negative ELBO": float(rebuilt + kl), "test squared error": float(error)}
    return {name: round(value, 4) for name, value in scores.items()}, codes.numpy(), labels[:KEPT_CODES]


def _part(part: str) -> Any:
    return images(FILE, part)


def keep(model: network.Autoencoder) -> dict[str, Any]:
    """Write weights as float16, codes and card; scores are those of the weights as kept. Returns the card."""
    from safetensors.numpy import save_file

    state = {name: value.half() for name, value in model.state_dict().items()}
    model.load_state_dict({name: value.float() for name, value in state.items()})
    scores, codes, labels = measure(model)
    arrays = {f"model/{name}": value.numpy() for name, value in state.items()} | {"codes": codes.astype(np.float32), "labels": labels.astype(np.uint8)}
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file({name: np.ascontiguousarray(each) for name, each in arrays.items()}, FOLDER / f"{NAME}.safetensors")
    card = {
        "name": NAME, "title": "A VAE of handwritten digits", "data": "MNIST (LeCun, Cortes, Burges)", "licence": "CC BY-SA 3.0",
        "split": "60,000 to learn from, 10,000 measured", "network": f"784 → {list(HIDDEN)} → {LATENT} and back, ReLU", "scores": scores,
        "parameters": sum(value.numel() for value in state.values()), "bytes": (FOLDER / f"{NAME}.safetensors").stat().st_size,
        "date": datetime.date.today().isoformat(), "command": "python -m playground.zoo.recipes.autoencoder",
        "how": f"{EPOCHS} epochs of Adam, batches of {BATCH}, learning rate {LEARNING_RATE} falling as a cosine to 0, seed {SEED}; kept as float16.",
    }  # fmt: skip
    (FOLDER / f"{NAME}.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return card


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps(keep(train()), indent=2, ensure_ascii=False))
