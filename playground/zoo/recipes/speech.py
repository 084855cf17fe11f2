"""The recipe of `spoken-digits`: trained once without each speaker and measured on that speaker, then on all of them and kept.

What it is trained on is made in `speech_data`, `speech_voices` and `speech_augment`, how one ear learns stands in `speech_session`. Everything random
comes from the seed; every few epochs a checkpoint is written from which training resumes.
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

from playground.core.errors import UserError
from playground.core.randomness import numpy_stream
from playground.functions import speech as sound
from playground.networks.speech import Ears
from playground.zoo import speech
from playground.zoo.recipes import checkpoints
from playground.zoo.recipes.speech_data import SEED, VERSIONS, Clips, Pool, clips, crowd, pool
from playground.zoo.recipes.speech_session import BATCH, DECAY, EPOCHS, OTHERS, RATE, SMOOTHING, TESTED, Session
from playground.zoo.recipes.speech_voices import PROGRAMS, SPEAKERS

MEMBERS = 2  # ears of the network
CHOSEN = "george and jackson"  # held out while the recipe's settings were chosen
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
def answers(model: Ears, pictures: Tensor) -> Tensor:
    """The likeliest class of each picture."""
    return torch.cat([model(part).argmax(1) for part in pictures.split(250)])


def model_of(kept: dict[str, np.ndarray]) -> Ears:
    """The network with these weights, as float32, ready to answer."""
    model = Ears(len(speech.CLASSES), MEMBERS)
    model.load_state_dict({key: torch.from_numpy(value.astype(np.float32) if value.dtype == np.float16 else np.array(value)) for key, value in kept.items()})
    return model.eval()


def measured(model: Ears, data: Clips, rows: Tensor) -> dict[str, float]:
    """Accuracy on some clips: as recorded, and under pink noise; "not a digit" counts as wrong."""
    found = {"accuracy": float((answers(model, heard(data, rows)) == data.labels[rows]).double().mean())}
    for decibels in NOISES:
        found[f"{decibels} dB"] = float((answers(model, heard(data, rows, decibels)) == data.labels[rows]).double().mean())
    return found


def train(say: Callable[[str], Any] = print, epochs: int = EPOCHS) -> speech.SpeechCard:
    """One speaker held out, then none, then each of the others; goes on from the checkpoint if there is one.

    The weights are kept as soon as the second round is done; the card is written anew after each further speaker and says how many it speaks of.
    """
    data = crowd(say)
    begun = time.monotonic()
    guises = pool(data)
    say(f"{VERSIONS} guises of {len(data.labels):,} clips: {time.monotonic() - begun:.0f} s")
    state: dict[str, Any] = {"round": 0, "member": 0, "seconds": time.monotonic() - begun, "scores": [], "how": how(epochs)}
    stored = checkpoints.read(speech.NAME) or {}
    if stored.get("how") == how(epochs):  # a checkpoint of another recipe is begun anew
        state = stored
        say(f"Going on in round {state['round'] + 1}, ear {state['member'] + 1}, after epoch {state.get('now/epoch', 0)}.")
    rounds = [0, None, *range(1, len(data.names))]
    while state["round"] < len(rounds):
        held = rounds[state["round"]]
        state = _round(data, guises, held, state, epochs, say)
        ears = {key.removeprefix("ears/"): np.array(value) for key, value in state.items() if key.startswith("ears/")}
        kept = {key: np.array(value) for key, value in state.items() if key.startswith("kept/")}
        scores = list(state["scores"])
        if held is None:
            kept = {f"kept/{key}": value for key, value in ears.items()}
        else:
            scores.append(measured(model_of(ears), data, torch.nonzero(data.speakers == held).squeeze(1)))
            say(f"{data.names[held]}: {scores[-1]}")
        state = {"round": state["round"] + 1, "member": 0, "seconds": state["seconds"], "scores": scores, "how": how(epochs), **kept}
        checkpoints.write(speech.NAME, state)
        if kept:
            card = keep(data, {key.removeprefix("kept/"): value for key, value in kept.items()}, state, epochs)
    checkpoints.forget(speech.NAME)
    return card


def keep(data: Clips, ears: dict[str, np.ndarray], state: dict[str, Any], epochs: int) -> speech.SpeechCard:
    """Write the weights and a card of what was measured so far."""
    about = card_of(data, state["scores"], state["seconds"], epochs)
    return speech.keep(speech.NAME, ears, {**about, "scores": about["scores"] | unseen(model_of(ears), data)})


def _round(data: Clips, guises: Pool, held: int | None, state: dict[str, Any], epochs: int, say: Callable[[str], Any]) -> dict[str, Any]:
    """All ears trained without one speaker; returns the state with their weights under `ears/`."""
    while state["member"] < MEMBERS:
        session = Session(data, guises, held, state["member"], epochs)
        if "now/epoch" in state:
            session.load({key.removeprefix("now/"): value for key, value in state.items() if key.startswith("now/")})
        while session.epoch < epochs:
            begun = time.monotonic()
            loss = session.one_epoch()
            state = {key: value for key, value in state.items() if not key.startswith("now/")}
            state |= {"seconds": state["seconds"] + time.monotonic() - begun} | {f"now/{key}": value for key, value in session.state().items()}
            if session.epoch % 4 == 0:
                checkpoints.write(speech.NAME, state)
            if session.epoch % 8 == 0:
                without = "all speakers" if held is None else f"without {data.names[held]}"
                say(f"{without}, ear {session.member + 1}: epoch {session.epoch} of {epochs}, loss {loss:.4f}, {time.monotonic() - begun:.1f} s")
        state = {key: value for key, value in state.items() if not key.startswith("now/")}
        state |= {f"ears/members.{session.member}.{key}": value for key, value in session.kept().items()} | {"member": state["member"] + 1}
        checkpoints.write(speech.NAME, state)
    return state


def how(epochs: int) -> str:
    """The recipe in one sentence."""
    half = (BATCH - OTHERS) // 2
    return (
        f"{MEMBERS} ears, each {epochs} epochs, every clip in {VERSIONS} guises; batches of {half} clips of people, as many of synthetic voices and {OTHERS} sounds that are "
        f"no digits, AdamW under a one-cycle learning rate up to {RATE}, weight decay {DECAY}, label smoothing {SMOOTHING}, averaged weights, seed {SEED}; "
        "speed, pitch, throat, echo, noise, hum, overdriving, equalizer, band-pass, contrast, gate and masks vary"
    )


def card_of(data: Clips, scores: list[dict[str, float]], seconds: float, epochs: int) -> dict[str, Any]:
    """What the card says."""
    mean = {name: round(float(np.mean([each[name] for each in scores])), 4) for name in scores[0]}
    people = int((data.speakers < len(data.names)).sum())
    count = people // len(data.names)
    named = {"speaker-held-out accuracy": mean["accuracy"]} | {f"the same under pink noise {each} dB below the word": mean[f"{each} dB"] for each in NOISES}
    return {
        "title": "Spoken digits", "task": "speech classification", "words": "Hears one English digit, zero to nine, or says that it is none.",
        "data": f"Free Spoken Digit Dataset (Jackson et al.), {people:,} clips of {len(data.names)} speakers, 8 kHz; for training also {len(data.labels) - people:,} clips "
                f"said by {sum(SPEAKERS.values())} voices of {', '.join(PROGRAMS.values())}", "licence": "CC BY-SA 4.0",
        "split": f"The scores are the mean over {len(scores)} of {len(data.names)} speakers ({', '.join(data.names[: len(scores)])}), each by a network trained without "
                 f"that speaker, on all {count} clips of his ({CHOSEN} were also those on whom the recipe's settings were chosen); "
                 f"the bundled weights were then trained in the same way on all {len(data.names)} speakers but for takes 0 to {TESTED - 1}, which the data's authors set "
                 f"aside and which they heard at most backwards or with their halves exchanged, as no digits: "
                 f"the last score is theirs on those clips, of speakers that they know",
        "classes": speech.CLASSES, "scores": named, "speakers": {name: round(each["accuracy"], 4) for name, each in zip(data.names, scores, strict=False)},
        "seconds": round(seconds), "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "command": "python -m playground.zoo.recipes.speech train",
        "how": how(epochs),
    }  # fmt: skip


def unseen(model: Ears, data: Clips) -> dict[str, float]:
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
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parsed = parser.parse_args(arguments)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    try:
        scores = evaluate() if parsed.command == "evaluate" else train(lambda line: print(line, flush=True), parsed.epochs).scores
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2
    print("\n".join(f"{name}: {value:.4f}" for name, value in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
