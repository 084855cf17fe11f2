"""The recipe of `spoken-digits`: a head on Google's speech embedding, fitted once without each speaker and measured on that speaker, then on all and kept.

What it is fitted to is made in `speech_data`, `speech_voices` and `speech_augment`; the layers before the head come from `speech_embedding` and stay as they
are. Everything random comes from the seed. What the embedding hears in all clips is kept, so that a recipe that was interrupted goes on from there.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from playground.core.errors import UserError
from playground.core.randomness import numpy_stream, torch_stream
from playground.functions import speech as sound
from playground.networks.speech import Ear
from playground.zoo import speech
from playground.zoo.recipes import checkpoints, speech_augment, speech_embedding
from playground.zoo.recipes.speech_data import SEED, VERSIONS, Clips, Pool, clips, crowd, pool
from playground.zoo.recipes.speech_voices import PROGRAMS, SPEAKERS

PENALTY = 0.01  # half of which times the sum of squared weights is added to the mean loss
VOICES, OTHERS = 0.1, 0.1  # weights of synthetic voices and of sounds that are no digits, of 1 in all
UPDATES = 100  # of L-BFGS at most
TESTED = 5  # the data's authors set the takes below aside for tests; the bundled weights never learn their digits
NOISES = (20, 10, 5, 0)  # dB between word and noise at which the network is measured too


# Measuring --------------------------------------------------------------------------------------------------------------------


def heard(data: Clips, rows: Tensor, decibels: float | None = None) -> Tensor:
    """Pictures of clips as the screen makes them of a recording: silence around, the word found and cut out; under noise when asked for."""
    made = []
    for i in rows.tolist():
        clip = np.pad(data.one(i), sound.RATE // 4)
        stream = numpy_stream(SEED, "measured", i)
        clip = clip + 1e-4 * stream.standard_normal(len(clip)).astype(np.float32)  # no room is as silent as a file
        if decibels is not None:
            clip = sound.with_noise(clip, decibels, 1.0, stream)
        found = sound.words(clip)
        begin, end = max(found, key=lambda each: sound.loudness(clip[each[0] : each[1]])) if found else (0, len(clip))
        made.append(sound.window(clip, begin, end)[0])
    return sound.picture(torch.from_numpy(np.stack(made)))


@torch.no_grad()
def answers(model: Ear, pictures: Tensor) -> Tensor:
    """The likeliest class of each picture."""
    return torch.cat([model(part).argmax(1) for part in pictures.split(250)])


def model_of(kept: dict[str, np.ndarray]) -> Ear:
    """The network with these weights, as float32, ready to answer."""
    model = Ear(len(speech.CLASSES))
    model.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else np.array(value)) for key, value in kept.items()})
    return model.eval()


def measured(model: Ear, data: Clips, rows: Tensor) -> dict[str, float]:
    """Accuracy on some clips: as recorded, and under pink noise; "not a digit" counts as wrong."""
    found = {"accuracy": float((answers(model, heard(data, rows)) == data.labels[rows]).double().mean())}
    for decibels in NOISES:
        found[f"{decibels} dB"] = float((answers(model, heard(data, rows, decibels)) == data.labels[rows]).double().mean())
    return found


# Listening --------------------------------------------------------------------------------------------------------------------


def layers() -> dict[str, np.ndarray]:
    """The embedding as it is bundled: float16, what the batch normalisation counts float32."""
    return {f"layers.{key}": value.astype(np.float16) if value.dtype == np.float32 and "running" not in key else value for key, value in speech_embedding.weights().items()}


def untaught() -> dict[str, np.ndarray]:
    """The embedding and a head that says nothing yet."""
    return layers() | {"head.weight": np.zeros((len(speech.CLASSES), 3 * Ear.WIDTH), np.float32), "head.bias": np.zeros(len(speech.CLASSES), np.float32)}


def listened(guises: Pool, say: Callable[[str], Any] = print) -> dict[str, Any]:
    """What the embedding hears in every guise, each with a gate, a contrast and masks of its own.

    Returns:
        `digits` (VERSIONS, n, 3 WIDTH) and `others` (m, 3 WIDTH) float16; `speakers` of the others (m,); `seconds`.
    """
    model, begun, stream = model_of(untaught()), time.monotonic(), torch_stream(SEED, "listened")
    made = []
    for i, part in enumerate((*guises.digits, guises.others)):
        made.append(torch.cat([_summary(model, stored, stream) for stored in part.split(100)]).numpy().astype(np.float16))
        say(f"Heard {i + 1} of {len(guises.digits) + 1} parts: {time.monotonic() - begun:.0f} s")
    return {"digits": np.stack(made[:-1]), "others": made[-1], "speakers": guises.speakers.numpy(), "seconds": time.monotonic() - begun}


@torch.no_grad()
def _summary(model: Ear, stored: Tensor, stream: torch.Generator) -> Tensor:
    pictures = speech_augment.masked(speech_augment.gated(Pool.values(stored), stream), stream)
    with torch.autocast("cpu", torch.bfloat16):
        return model.summary(pictures).float()


# Learning ---------------------------------------------------------------------------------------------------------------------


def head(data: Clips, known: dict[str, Any], held: int | None) -> dict[str, np.ndarray]:
    """The head of a network that never heard speaker `held` (None: all speakers, but for the takes that were set aside).

    Multinomial logistic regression with an L2 penalty on standardised inputs (Bishop 2006, section 4.3.4): the loss has one minimum, which L-BFGS finds
    (Liu and Nocedal 1989). The standardisation is then part of weight and bias.
    """
    synthetic = data.speakers >= len(data.names)
    allowed = data.takes >= TESTED if held is None else data.speakers != held
    groups = [torch.nonzero(allowed & ~synthetic).squeeze(1), torch.nonzero(synthetic).squeeze(1)]
    digits = torch.from_numpy(known["digits"])
    parts = [digits[:, rows].reshape(-1, digits.shape[2]).float() for rows in groups]
    answers = [data.labels[rows].repeat(len(digits)) for rows in groups]
    others = torch.from_numpy(known["others"][known["speakers"] != (-2 if held is None else held)]).float()
    parts, answers = [*parts, others], [*answers, torch.full((len(others),), len(speech.CLASSES) - 1)]
    shares = torch.tensor([1 - VOICES - OTHERS, VOICES, OTHERS]) * torch.tensor([float(len(each) > 0) for each in parts])
    weights = torch.cat([torch.full((len(each),), float(share / max(len(each), 1))) for share, each in zip(shares / shares.sum(), parts, strict=True)])
    mean, scale = parts[0].mean(0), parts[0].std(0).clamp_min(1e-6)
    inputs, targets = (torch.cat(parts) - mean) / scale, torch.cat(answers)
    matrix, bias = torch.zeros(len(speech.CLASSES), inputs.shape[1], requires_grad=True), torch.zeros(len(speech.CLASSES), requires_grad=True)
    search = torch.optim.LBFGS([matrix, bias], max_iter=UPDATES, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        found = (functional.cross_entropy(inputs @ matrix.T + bias, targets, reduction="none") * weights).sum() + PENALTY / 2 * matrix.square().sum()
        found.backward()
        return found

    search.step(loss)
    plain = matrix.detach() / scale
    return {"head.weight": plain.numpy(), "head.bias": (bias.detach() - plain @ mean).numpy()}


def train(say: Callable[[str], Any] = print) -> speech.SpeechCard:
    """Measured without each speaker in turn, then fitted to all and kept."""
    begun, data = time.monotonic(), crowd(say)
    bundled = layers()
    known = checkpoints.read(speech.NAME) or {}
    if known.get("how") != how():  # what another recipe has left behind is begun anew
        known = {**listened(pool(data), say), "how": how()}
        known["seconds"] = time.monotonic() - begun
        checkpoints.write(speech.NAME, known)
    begun, scores = time.monotonic(), []
    for held, name in enumerate(data.names):
        model = model_of(bundled | head(data, known, held))
        scores.append(measured(model, data, torch.nonzero(data.speakers == held).squeeze(1)))
        say(f"without {name}: {scores[-1]}")
    arrays = bundled | head(data, known, None)
    about = card_of(data, scores, float(known["seconds"]) + time.monotonic() - begun)
    card = speech.keep(speech.NAME, arrays, {**about, "scores": about["scores"] | unseen(model_of(arrays), data)})
    checkpoints.forget(speech.NAME)
    return card


def how() -> str:
    """The recipe in one sentence."""
    return (
        f"{speech_embedding.SAID}, in half precision and otherwise unchanged; on the mean, maximum and minimum of what it hears a logistic regression, L2 penalty {PENALTY}, "
        f"every clip in {VERSIONS} guises; people weigh {1 - VOICES - OTHERS:.0%}, synthetic voices {VOICES:.0%}, sounds that are no digits {OTHERS:.0%}; seed {SEED}; "
        "speed, pitch, throat, echo, noise, hum, overdriving, equalizer, band-pass, contrast, gate and masks vary"
    )


def card_of(data: Clips, scores: list[dict[str, float]], seconds: float) -> dict[str, Any]:
    """What the card says."""
    mean = {name: round(float(np.mean([each[name] for each in scores])), 4) for name in scores[0]}
    people = int((data.speakers < len(data.names)).sum())
    count = people // len(data.names)
    named = {"speaker-held-out accuracy": mean["accuracy"]} | {f"the same under pink noise {each} dB below the word": mean[f"{each} dB"] for each in NOISES}
    return {
        "title": "Spoken digits", "task": "speech classification", "words": "Hears one English digit, zero to nine, or says that it is none.",
        "data": f"Free Spoken Digit Dataset (Jackson et al.), {people:,} clips of {len(data.names)} speakers, 8 kHz; for training also {len(data.labels) - people:,} clips "
                f"said by {sum(SPEAKERS.values())} voices of {', '.join(PROGRAMS.values())}", "licence": "CC BY-SA 4.0; the embedding Apache-2.0",
        "split": f"The scores are the mean over the {len(data.names)} speakers ({', '.join(data.names)}), each by a network fitted without that speaker, on all {count} "
                 f"clips of his; the recipe's few settings were compared on these scores, which hardly differed; "
                 f"the bundled weights were then fitted in the same way to all {len(data.names)} speakers but for takes 0 to {TESTED - 1}, which the data's authors set "
                 f"aside and which they heard at most backwards or with their halves exchanged, as no digits: "
                 f"the last score is theirs on those clips, of speakers that they know",
        "classes": speech.CLASSES, "scores": named, "speakers": {name: round(each["accuracy"], 4) for name, each in zip(data.names, scores, strict=True)},
        "seconds": round(seconds), "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "command": "python -m playground.zoo.recipes.speech train",
        "how": how(),
    }  # fmt: skip


def unseen(model: Ear, data: Clips) -> dict[str, float]:
    """Accuracy on the takes that the bundled weights have not seen, of speakers that they have."""
    rows = torch.nonzero(data.takes < TESTED).squeeze(1)
    return {"accuracy on new takes of known speakers": round(measured(model, data, rows)["accuracy"], 4)}


def evaluate() -> dict[str, float]:
    """What can be measured of the bundled weights now: new takes of known speakers, for each speaker and together."""
    data, model = clips(), speech.load()
    one = {name: torch.nonzero((data.takes < TESTED) & (data.speakers == i)).squeeze(1) for i, name in enumerate(data.names)}
    return {f"{name}, new takes": measured(model, data, rows)["accuracy"] for name, rows in one.items()} | unseen(model, data)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the network, or measure the bundled one."""
    parser = argparse.ArgumentParser(prog="python -m playground.zoo.recipes.speech", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("train", "evaluate"))
    parsed = parser.parse_args(arguments)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    try:
        scores = evaluate() if parsed.command == "evaluate" else train(lambda line: print(line, flush=True)).scores
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2
    print("\n".join(f"{name}: {value:.4f}" for name, value in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
