"""Digits said by speech synthesizers: further speakers for the recipe of `spoken-digits`. The app itself never needs them.

Three free programs speak: espeak-ng (formants; accents of English, and the voices of other languages reading English words in their own spelling, as
people do who learnt English there), flite and festival (recorded voices). Voice, pitch, pace and melody are drawn from a seed. The clips are kept in
one file beside the other data of this installation, so that they are made once.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.places import home
from playground.core.randomness import numpy_stream
from playground.functions import speech as sound

FILE = "spoken-digits-voices.npz"
SEED = 0
PROGRAMS = {  # what is run: what the card says of it
    "espeak-ng": "eSpeak NG (GPL-3.0-or-later)",
    "flite": "Flite with its voices kal16, awb, rms and slt (CMU licence)",
    "festival": "Festival with its voices kal, ked and slt (Edinburgh and CMU licences)",
}
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ENGLISH = ("en-us", "en-us", "en-us", "en-gb", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc")
ABROAD = {  # the ten words as a reader of the language would have to see them
    "de": "ziero uann tuh srie foor faif six ßewwen eit nein",
    "fr": "zirô ouane tou srî fôr faïve sixe sévène eïte naïne",
    "el": "ζίρο ουάν του θρι φορ φάιβ σιξ σέβεν έιτ νάιν",
    "es": "siro uan tu zri for faiv six seven eit nain",
    "it": "ziro uan tu tri for faiv sics seven eit nain",
    "nl": "ziero wan toe srie foor faaif siks sevven eet nain",
    "pl": "zirou łan tu fri for fajf siks sewen ejt najn",
    "ru": "зироу уан ту сри фор файв сикс севен эйт найн",
    "hi": "ज़ीरो वन टू थ्री फोर फाइव सिक्स सेवन एट नाइन",
    "tr": "ziro van tu tri for fayv siks sevın eyt nayn",
    "sv": "sirå oan to tri får fajv sicks sevven ejt najn",
    "pt-br": "zirou uan tu tri for faiv sics séven eit nain",
}
PLAIN = "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5"
NAMED = (
    "klatt klatt2 klatt3 klatt4 adam Alex Alicia Andrea Andy Annie antonio aunty belinda benjamin boris caleb david Denis Diogo ed edward Gene grandpa Henrique Hugo "
    "iven Jacky john Lee Marco Mario Michael michel Mike Nguyen norbert paul pedro quincy rob robert sandro shelby steph travis victor whisper"
)
Recording = tuple[np.ndarray, int]  # samples in [-1, 1], and how many a second
SPEAKERS = {"espeak-ng": 260, "flite": 60, "festival": 30}  # voices drawn of each program, every one saying the ten words


def voices(say: Callable[[str], Any] = print) -> dict[str, np.ndarray]:
    """All clips, made now if they are not kept yet: `audio` int16 at RATE end to end, `offsets` (n + 1,) int64, `labels`, `speakers` (n,) int64.

    Raises:
        UserError: When they are to be made and a program is missing.
    """
    path = home() / "zoo" / FILE
    if not path.is_file():
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing:
            names = " and ".join(missing)
            raise UserError(f"The recipe lets speech synthesizers speak, and {names} cannot be found.", f"Install {', '.join(PROGRAMS)}; the app itself never needs them.")
        clips = list(said())
        offsets = np.cumsum([0, *(len(clip) for *_, clip in clips)])
        audio = np.concatenate([clip for *_, clip in clips])
        path.parent.mkdir(parents=True, exist_ok=True)
        labels, speakers = (np.array([each[i] for each in clips], np.int64) for i in (0, 1))
        np.savez_compressed(path, audio=(audio * 32767).round().astype(np.int16), offsets=offsets, labels=labels, speakers=speakers)
        say(f"{len(clips):,} clips of {speakers.max() + 1} synthetic voices")
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in ("audio", "offsets", "labels", "speakers")}


def said() -> Iterator[tuple[int, int, np.ndarray]]:
    """Each digit that each voice says: the digit, the voice's number, the clip, float32 at RATE."""
    number = 0
    for program, count in SPEAKERS.items():
        for i in range(count):
            melody = numpy_stream(SEED, "changed", program, i)
            for digit, recording in _SAID[program](numpy_stream(SEED, program, i), i):
                clip = trimmed(*recording)
                if program != "espeak-ng":  # some recorded voices know but one pitch and pace
                    clip = sound.stretched(sound.pitched(clip, melody.uniform(-3, 3)), melody.uniform(0.8, 1.3))
                if len(clip) >= sound.RATE * sound.SHORTEST:
                    yield digit, number, clip
            number += 1


def trimmed(samples: np.ndarray, rate: int) -> np.ndarray:
    """A recording at RATE without the silence before and after, as float32 whose loudest sample is 0.7."""
    clip = sound.resampled(samples, rate, sound.RATE)
    size = sound.RATE // 100
    levels = np.square(clip[: len(clip) // size * size].reshape(-1, size)).mean(1)
    loud = np.flatnonzero(levels > 1e-4 * levels.max(initial=1e-12))
    clip = clip[max(0, loud[0] - 1) * size : (loud[-1] + 2) * size] if len(loud) else clip[:0]
    return clip[: sound.WINDOW - 160] * np.float32(0.7 / max(float(np.abs(clip).max(initial=0)), 1e-6))


def _wave(data: bytes) -> Recording:
    with wave.open(io.BytesIO(data)) as file:
        rate = file.getframerate()  # a stream's header may claim more frames than follow
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768, rate


def _run(command: list[str], text: str = "") -> bytes:
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60)
    if done.returncode:
        raise UserError(f"{command[0]} could not speak: {done.stderr.decode(errors='replace').strip()[:200]}", "Install a newer version of it.")
    return done.stdout


def _melody(stream: np.random.Generator) -> str:
    return str(stream.choice(["", ".", "?", "!", ","]))


def _espeak(stream: np.random.Generator, number: int) -> Iterator[tuple[int, Recording]]:
    abroad = number % 10 < 3
    language = str(stream.choice(list(ABROAD))) if abroad else str(stream.choice(ENGLISH))
    throat = str(stream.choice((PLAIN if stream.random() < 0.4 else f"{PLAIN} {NAMED}").split()))
    pitch, pace = stream.integers(10, 85), stream.integers(110, 220)
    for digit, word in enumerate(ABROAD[language].split() if abroad else WORDS):
        high, fast = np.clip(pitch + stream.integers(-12, 13), 0, 99), int(pace * stream.uniform(0.85, 1.15))
        made = _run(["espeak-ng", "-v", f"{language}+{throat}", "-p", str(high), "-s", str(fast), "--stdout", word + _melody(stream)])
        yield digit, _wave(made)


def _flite(stream: np.random.Generator, number: int) -> Iterator[tuple[int, Recording]]:
    voice = ("kal16", "awb", "rms", "slt")[number % 4]
    pitch = stream.uniform(0.75, 1.35) * {"kal16": 105, "awb": 130, "rms": 100, "slt": 170}[voice]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "word.wav"
        for digit, word in enumerate(WORDS):
            settings = {"duration_stretch": stream.uniform(0.75, 1.35), "int_f0_target_mean": pitch * stream.uniform(0.9, 1.1)}
            _run(["flite", "-voice", voice, *(part for name, value in settings.items() for part in ("--setf", f"{name}={value:.2f}")),
                  "-t", word + _melody(stream), "-o", str(path)])  # fmt: skip
            yield digit, _wave(path.read_bytes())


def _festival(stream: np.random.Generator, number: int) -> Iterator[tuple[int, Recording]]:
    voice = ("kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts")[number % 3]
    pitch = stream.uniform(85, 190)
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"(voice_{voice})"]
        for digit, word in enumerate(WORDS):
            lines += [f"(Parameter.set 'Duration_Stretch {stream.uniform(0.75, 1.35):.2f})",
                      f"(set! int_lr_params '((target_f0_mean {pitch * stream.uniform(0.9, 1.1):.0f}) (target_f0_std 18) (model_f0_mean 170) (model_f0_std 34)))",
                      f'(utt.save.wave (utt.synth (Utterance Text "{word}{_melody(stream)}")) "{folder}/{digit}.wav" \'riff)']  # fmt: skip
        _run(["festival", "--pipe"], "\n".join(lines))
        for digit in range(len(WORDS)):
            yield digit, _wave((Path(folder) / f"{digit}.wav").read_bytes())


_SAID: dict[str, Callable[[np.random.Generator, int], Iterator[tuple[int, Recording]]]] = {"espeak-ng": _espeak, "flite": _flite, "festival": _festival}
