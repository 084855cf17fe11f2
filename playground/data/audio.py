"""Sounds by name: the bundled clips, a few that are made here, and a visitor's own from the shelf. NumPy alone."""

from __future__ import annotations

import functools
import io
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import SOUND_HEARD
from playground.core.randomness import numpy_stream
from playground.data import shelf
from playground.data.uploads_audio_worker import RATE as KEPT_RATE
from playground.functions.speech import RATE, resampled

CLIPS = Path(__file__).resolve().parent / "spoken" / "clips.npz"
CREDIT = "Clips: Free Spoken Digit Dataset, Zohar Jackson and contributors, CC BY-SA 4.0"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OWN = "own"
NUMBER = "40719"


@dataclass(frozen=True, eq=False)
class Clip:
    """One bundled clip: `samples` (n,) float32 at RATE."""

    samples: np.ndarray
    digit: int
    speaker: str
    take: int


@functools.cache
def clips() -> tuple[Clip, ...]:
    """The thirty bundled clips, three speakers a digit; the bundled network has heard these speakers, but none of these takes."""
    with np.load(CLIPS, allow_pickle=False) as stored:
        audio, offsets, names = stored["audio"], stored["offsets"], stored["names"]
        labels, speakers, takes = stored["labels"], stored["speakers"], stored["takes"]
    found = []
    for i, digit in enumerate(labels):
        samples = audio[offsets[i] : offsets[i + 1]].astype(np.float32) / 32768
        samples.setflags(write=False)
        found.append(Clip(samples, int(digit), str(names[speakers[i]]).capitalize(), int(takes[i])))
    return tuple(found)


MADE = {"number": f"“{NUMBER}”", "pair": "Two at once", "tone": "A whistle", "hiss": "Hiss", "knock": "Knocking"}


@functools.cache
def samples() -> dict[str, str]:
    """Every sample by its key, with its title: one clip a digit, then what is made of them or made here."""
    return {f"digit-{digit}": WORDS[digit].capitalize() for digit in range(10)} | MADE


@functools.lru_cache(32)
def sample(key: str) -> np.ndarray:
    """A sample, (n,) float32 at RATE; read-only.

    Raises:
        UserError: For an unknown name.
    """
    if key.startswith("digit-") and key[6:].isdecimal() and int(key[6:]) < 10:
        made = of_digit(int(key[6:])).samples
    elif key in MADE:
        made = {"number": _number, "pair": _pair, "tone": _tone, "hiss": _hiss, "knock": _knock}[key]()
    else:
        raise UserError(f"There is no sample named {key[:40]!r}.", f"There is {', '.join(samples())}.", field="sound")
    made = np.pad(made, RATE // 5).astype(np.float32)
    made.setflags(write=False)
    return made


def of_digit(digit: int, which: int = 0) -> Clip:
    """One of the three clips of a digit."""
    return [each for each in clips() if each.digit == digit][which]


def _even(samples: np.ndarray) -> np.ndarray:
    return samples * (0.5 / max(float(np.abs(samples).max()), 1e-6))


def _number() -> np.ndarray:
    pause = np.zeros(int(0.35 * RATE), np.float32)
    return np.concatenate([part for i, digit in enumerate(NUMBER) for part in (_even(of_digit(int(digit), i % 3).samples), pause)])


def _pair() -> np.ndarray:
    one, other = _even(of_digit(3, 1).samples), _even(of_digit(8, 2).samples)
    size = max(len(one), len(other))
    return (np.pad(one, (0, size - len(one))) + np.pad(other, (0, size - len(other)))) * 0.8


def _tone() -> np.ndarray:
    time = np.arange(int(0.8 * RATE)) / RATE
    return 0.3 * np.sin(2 * np.pi * (700 * time + 350 * time**2)) * np.minimum(1, 20 * np.minimum(time, 0.8 - time))


def _hiss() -> np.ndarray:
    from playground.functions.speech import noise

    return 0.05 * noise(RATE, 1.0, numpy_stream(0, "hiss"))


def _knock() -> np.ndarray:
    made, stream = np.zeros(RATE, np.float32), numpy_stream(0, "knock")
    for start in (0.05, 0.33, 0.6):
        time = np.arange(int(0.12 * RATE)) / RATE
        place = int(start * RATE)
        made[place : place + len(time)] += np.exp(-60 * time) * (0.5 * np.sin(2 * np.pi * 190 * time) + 0.1 * stream.standard_normal(len(time)))
    return made


# A visitor's own ----------------------------------------------------------------------------------------------------------------


def stored(samples: np.ndarray) -> str:
    """Put a visitor's recording, int16 at KEPT_RATE, on the shelf; returns its digest."""
    return shelf.put({"sound": np.ascontiguousarray(samples, np.int16)}, {"kind": "sound"})


@functools.lru_cache(8)
def kept(digest: str) -> np.ndarray:
    """A recording from the shelf, (n,) int16 at KEPT_RATE.

    Raises:
        UserError: When it is not on this machine, or no sound.
    """
    arrays, about = shelf.get(digest)
    if about.get("kind") != "sound" or "sound" not in arrays or arrays["sound"].ndim != 1:
        raise UserError("What this link names is no sound.", "Record or upload one.", field="upload")
    return arrays["sound"]


def heard(samples: np.ndarray) -> np.ndarray:
    """What the digit network is given of a recording (int16 at KEPT_RATE): its first SOUND_HEARD seconds, float32 at RATE."""
    return resampled(samples[: SOUND_HEARD * KEPT_RATE].astype(np.float32) / 32768, KEPT_RATE, RATE)


def as_kept(samples: np.ndarray) -> np.ndarray:
    """A sound (float32 at RATE) as recordings are kept: int16 at KEPT_RATE."""
    return np.round(np.clip(resampled(samples, RATE, KEPT_RATE), -1, 1) * 32767).astype(np.int16)


def look(sound: str, upload: str = "") -> np.ndarray:
    """The sound that these name, (n,) float32 at RATE.

    Raises:
        UserError: When nothing is recorded or uploaded yet, or it is not on this machine.
    """
    if sound != OWN:
        return sample(sound)
    if not upload:
        raise UserError("Nothing is recorded yet.", "Press the microphone, or choose a file.", field="upload")
    return heard(kept(upload))


def as_wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    """A sound as a WAV file of 16 bits; float32 in [-1, 1] or int16."""
    if samples.dtype != np.int16:
        samples = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return held.getvalue()
