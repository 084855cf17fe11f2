"""The recipe of `spoken-digits`: trained once without each speaker and measured on that speaker, then on all of them and kept.

AdamW (Loshchilov and Hutter 2019) under a one-cycle learning rate, label smoothing, averaged weights. A small part of every batch is no digit: noise,
tones, and digits said backwards or with their halves exchanged. Everything random comes from the seed; after every epoch a checkpoint is written
from which training resumes.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from playground.core import packets
from playground.core.errors import UserError
from playground.core.experiment import generator_state, restore_generator
from playground.core.places import home
from playground.core.randomness import numpy_stream, torch_stream
from playground.functions import speech as sound
from playground.networks.speech import Ear, Ears
from playground.zoo import speech
from playground.zoo.recipes import speech_augment
from playground.zoo.recipes.pictures import DATA

NAME, FILE = "spoken-digits", "spoken_digits.npz"
EPOCHS, BATCH, OTHERS = 24, 64, 6  # clips of a batch, and how many of them are no digits
RATE, DECAY, SMOOTHING, AVERAGE = 3e-3, 1e-2, 0.05, 0.995
SEED = 0
VERSIONS, MEMBERS = 12, 2  # guises of each clip; ears of the network
TESTED = 5  # the data's authors set the takes below aside for tests; the bundled weights never see them
NOISES = (20, 10, 5, 0)  # dB between word and noise at which the network is measured too


@dataclass(frozen=True)
class Clips:
    """Every clip end to end: `audio` (samples + 2) float32, `begins`, `lengths`, `labels`, `speakers`, `takes` (n,) int64, `names` of the speakers."""

    audio: Tensor
    begins: Tensor
    lengths: Tensor
    labels: Tensor
    speakers: Tensor
    takes: Tensor
    names: tuple[str, ...]

    def one(self, i: int) -> np.ndarray:
        return self.audio[self.begins[i] : self.begins[i] + self.lengths[i]].numpy()


def clips() -> Clips:
    """The training data.

    Raises:
        UserError: When the file is not there.
    """
    path = Path(os.environ.get("PLAYGROUND_TRAINING_DATA", DATA)) / FILE
    if not path.is_file():
        raise UserError(f"The training data {FILE} is not at {path.parent}.", "Set PLAYGROUND_TRAINING_DATA to the folder that holds it; the app itself never needs it.")
    with np.load(path, allow_pickle=False) as stored:
        offsets = stored["offsets"]
        audio = np.concatenate([stored["audio"].astype(np.float32) / 32768, np.zeros(2, np.float32)])
        whole = [stored[name].astype(np.int64) for name in ("labels", "speaker_id", "take")]
        names = tuple(str(each) for each in stored["speakers"])
    return Clips(torch.from_numpy(audio), torch.from_numpy(offsets[:-1].copy()), torch.from_numpy(np.diff(offsets)), *map(torch.from_numpy, whole), names)


@dataclass(frozen=True)
class Pool:
    """Every clip in VERSIONS guises, made once: `digits` (VERSIONS, n, BANDS, FRAMES) and `others` (m, BANDS, FRAMES) uint8; `speakers` of the
    others (m,), -1 where nobody speaks."""

    digits: Tensor
    others: Tensor
    speakers: Tensor

    @staticmethod
    def values(stored: Tensor) -> Tensor:
        return stored.float() / 127.5 - 1


def pool(data: Clips) -> Pool:
    """All guises, from the seed alone."""
    stream = torch_stream(SEED, "pool")
    digits, others, speakers = [], [], []
    for _ in range(VERSIONS):
        parts = [_guises(data, rows, torch.zeros(len(rows), dtype=torch.int64), stream) for rows in torch.arange(len(data.labels)).split(125)]
        digits.append(torch.cat(parts))
        usable = torch.nonzero(data.labels != 9).squeeze(1)  # "nine" backwards is nearly "nine"
        rows = usable[torch.randint(len(usable), (len(data.labels) // 10,), generator=stream)]
        plain = torch.arange(len(rows)) % 2 == 0  # half of what is no digit is no speech
        others.append(_guises(data, rows, torch.randint(1, 3, (len(rows),), generator=stream), stream, plain))
        speakers.append(torch.where(plain, -1, data.speakers[rows]))
    return Pool(torch.stack(digits), torch.cat(others), torch.cat(speakers))


def _guises(data: Clips, rows: Tensor, ways: Tensor, stream: torch.Generator, plain: Tensor | None = None) -> Tensor:
    sounds = speech_augment.placed(data.audio, data.begins[rows], data.lengths[rows], stream, ways)
    if plain is not None:
        made = torch.where(speech_augment.chosen(len(rows), 0.6, stream) > 0, speech_augment.coloured(len(rows), stream), speech_augment.hum(len(rows), stream))
        sounds = torch.where(plain[:, None], 0.05 * made, sounds)
    return ((speech_augment.pictures(speech_augment.dirtied(sounds, stream), stream) + 1) * 127.5).round().byte()


class Session:
    """Network, optimizer, average and stream of one ear's training; `held` is the speaker left out, None for none."""

    def __init__(self, data: Clips, guises: Pool, held: int | None, member: int = 0, epochs: int = EPOCHS):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED + member)
            self.model = Ear(len(speech.CLASSES))
        self.data, self.guises, self.held, self.member, self.epochs, self.epoch, self.step = data, guises, held, member, epochs, 0, 0
        self.rows = torch.nonzero(data.takes >= TESTED if held is None else data.speakers != held).squeeze(1)
        self.others = torch.nonzero(guises.speakers != (-2 if held is None else held)).squeeze(1)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), RATE, weight_decay=DECAY)
        self.averaged = {key: value.detach().clone() for key, value in self.model.state_dict().items()}
        self.stream = torch_stream(SEED, "speech", -1 if held is None else held, member)
        self.steps = epochs * (len(self.rows) // (BATCH - OTHERS))

    def one_epoch(self) -> float:
        """Every clip once, in a guise drawn anew; the mean loss."""
        self.model.train()
        order = self.rows[torch.randperm(len(self.rows), generator=self.stream)]
        losses = []
        with torch.random.fork_rng(devices=[]):  # dropout draws from torch's own stream
            torch.manual_seed(SEED + 1000 * (1 + self.member) + self.epoch)
            for part in order.split(BATCH - OTHERS):
                if len(part) == BATCH - OTHERS:
                    losses.append(self._update(*self.batch(part)))
        self.epoch += 1
        return float(np.mean(losses))

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures and classes of these clips and of some sounds that are no digits."""
        guise = torch.randint(VERSIONS, (len(rows),), generator=self.stream)
        others = self.others[torch.randint(len(self.others), (OTHERS,), generator=self.stream)]
        pictures = Pool.values(torch.cat([self.guises.digits[guise, rows], self.guises.others[others]]))
        return speech_augment.masked(pictures, self.stream), torch.cat([self.data.labels[rows], torch.full((OTHERS,), len(speech.CLASSES) - 1)])

    def _update(self, pictures: Tensor, targets: Tensor) -> float:
        place = self.step / self.steps
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * max(place / 0.15 if place < 0.15 else (1 - place) / 0.85, 1e-3)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model(pictures)
        loss = functional.cross_entropy(logits.float(), targets, label_smoothing=SMOOTHING)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for key, value in self.model.state_dict().items():
                if value.is_floating_point():
                    self.averaged[key].lerp_(value, 1 - keep)
                else:
                    self.averaged[key].copy_(value)
        return loss.item()

    def kept(self) -> dict[str, np.ndarray]:
        """The averaged weights as they are bundled: float16, sums of the batch normalisation float32."""
        return {key: value.numpy().astype(np.float16) if value.is_floating_point() and "running" not in key else value.numpy() for key, value in self.averaged.items()}

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = {"epoch": self.epoch, "step": self.step, "stream": generator_state(self.stream)}
        found |= {f"weights/{key}": value.numpy().copy() for key, value in self.model.state_dict().items()}
        found |= {f"average/{key}": value.numpy().copy() for key, value in self.averaged.items()}
        for number, slots in self.optimizer.state_dict()["state"].items():
            found |= {f"optimizer/{number}/{key}": value.numpy().copy() for key, value in slots.items()}
        return found

    def load(self, state: dict[str, Any]) -> None:
        def part(prefix: str) -> dict[str, Tensor]:
            return {key.removeprefix(prefix): torch.from_numpy(np.array(value)) for key, value in state.items() if key.startswith(prefix)}

        self.epoch, self.step = int(state["epoch"]), int(state["step"])
        restore_generator(self.stream, state["stream"])
        self.model.load_state_dict(part("weights/"))
        self.averaged = part("average/")
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in part("optimizer/").items():
            number, slot = key.split("/")
            slots.setdefault(int(number), {})[slot] = value
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": slots})


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
    data, path = clips(), home() / "zoo" / f"{speech.NAME}.checkpoint"
    begun = time.monotonic()
    guises = pool(data)
    say(f"{VERSIONS} guises of {len(data.labels):,} clips: {time.monotonic() - begun:.0f} s")
    path.parent.mkdir(parents=True, exist_ok=True)
    state: dict[str, Any] = {"round": 0, "member": 0, "seconds": time.monotonic() - begun, "scores": []}
    if path.is_file():
        state = packets.decode(path.read_bytes())[1]
        say(f"Going on in round {state['round'] + 1}, ear {state['member'] + 1}, after epoch {state.get('now/epoch', 0)}.")
    rounds = [0, None, *range(1, len(data.names))]
    while state["round"] < len(rounds):
        held = rounds[state["round"]]
        state = _round(data, guises, held, state, path, epochs, say)
        ears = {key.removeprefix("ears/"): np.array(value) for key, value in state.items() if key.startswith("ears/")}
        kept = {key: np.array(value) for key, value in state.items() if key.startswith("kept/")}
        scores = list(state["scores"])
        if held is None:
            kept = {f"kept/{key}": value for key, value in ears.items()}
        else:
            scores.append(measured(model_of(ears), data, torch.nonzero(data.speakers == held).squeeze(1)))
            say(f"{data.names[held]}: {scores[-1]}")
        state = {"round": state["round"] + 1, "member": 0, "seconds": state["seconds"], "scores": scores, **kept}
        path.write_bytes(packets.encode("checkpoint", state))
        if kept:
            card = keep(data, {key.removeprefix("kept/"): value for key, value in kept.items()}, state, epochs)
    path.unlink()
    return card


def keep(data: Clips, ears: dict[str, np.ndarray], state: dict[str, Any], epochs: int) -> speech.SpeechCard:
    """Write the weights and a card of what was measured so far."""
    about = card_of(data, state["scores"], state["seconds"], epochs)
    return speech.keep(speech.NAME, ears, {**about, "scores": about["scores"] | unseen(model_of(ears), data)})


def _round(data: Clips, guises: Pool, held: int | None, state: dict[str, Any], path: Path, epochs: int, say: Callable[[str], Any]) -> dict[str, Any]:
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
                path.write_bytes(packets.encode("checkpoint", state))
            if session.epoch % 8 == 0:
                without = "all speakers" if held is None else f"without {data.names[held]}"
                say(f"{without}, ear {session.member + 1}: epoch {session.epoch} of {epochs}, loss {loss:.4f}, {time.monotonic() - begun:.1f} s")
        state = {key: value for key, value in state.items() if not key.startswith("now/")}
        state |= {f"ears/members.{session.member}.{key}": value for key, value in session.kept().items()} | {"member": state["member"] + 1}
        path.write_bytes(packets.encode("checkpoint", state))
    return state


def card_of(data: Clips, scores: list[dict[str, float]], seconds: float, epochs: int) -> dict[str, Any]:
    """What the card says."""
    mean = {name: round(float(np.mean([each[name] for each in scores])), 4) for name in scores[0]}
    count = len(data.labels) // len(data.names)
    named = {"speaker-held-out accuracy": mean["accuracy"]} | {f"the same under pink noise {each} dB below the word": mean[f"{each} dB"] for each in NOISES}
    return {
        "title": "Spoken digits", "task": "speech classification", "words": "Hears one English digit, zero to nine, or says that it is none.",
        "data": f"Free Spoken Digit Dataset (Jackson et al.), {len(data.labels):,} clips of {len(data.names)} speakers, 8 kHz", "licence": "CC BY-SA 4.0",
        "split": f"The scores are the mean over {len(scores)} of {len(data.names)} speakers ({', '.join(data.names[: len(scores)])}), each by a network trained without "
                 f"that speaker, on all {count} clips of his; "
                 f"the bundled weights were then trained in the same way on all {len(data.names)} speakers but for takes 0 to {TESTED - 1}, which the data's authors set "
                 f"aside: the last score is theirs on those clips, of speakers that they know",
        "classes": speech.CLASSES, "scores": named, "speakers": {name: round(each["accuracy"], 4) for name, each in zip(data.names, scores, strict=False)},
        "seconds": round(seconds), "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "command": "python -m playground.zoo.recipes.speech train",
        "how": f"{MEMBERS} ears, each {epochs} epochs, every clip in {VERSIONS} guises; batches of {BATCH - OTHERS} clips and {OTHERS} sounds that are no digits, "
               f"AdamW under a one-cycle learning rate up to {RATE}, weight decay "
               f"{DECAY}, label smoothing {SMOOTHING}, averaged weights, seed {SEED}; speed, pitch, throat, echo, noise, hum, overdriving, equalizer, band-pass and masks vary",
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
