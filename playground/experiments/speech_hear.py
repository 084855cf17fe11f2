"""What the bundled network hears in a sound: the word found, changed as asked, turned into a picture, and named."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.limits import SOUND_WORDS
from playground.core.randomness import numpy_stream
from playground.data import audio
from playground.experiments.speech import CLEAN, SLOPES
from playground.functions import speech as maths
from playground.zoo import speech

AROUND = 0.25  # seconds of the recording kept around the word that is changed
NOISES = (*range(-10, 31, 5), CLEAN)  # dB at which the accuracy curve is measured
STEPS = 24  # points on the way of integrated gradients
PATCH = (8, 12)  # bands and frames that occlusion silences at once
AT_ONCE = 8  # pictures that the network is given: what more of them leave behind no longer fits into the processor's cache


def found(sound: np.ndarray) -> list[tuple[int, int]]:
    """The words of a recording, at most SOUND_WORDS.

    Raises:
        UserError: When there is nothing to hear in it.
    """
    words = maths.words(sound)[:SOUND_WORDS]
    if not words:
        raise UserError("Nothing is said in this recording: it is silent, or only a click.", "Check the microphone and say one digit, zero to nine.", field="upload")
    return words


def changed(sound: np.ndarray, noise: int, colour: str, pitch: float, speed: float, backwards: bool, seed: int) -> np.ndarray:
    """A sound with what is asked for done to it, in this order: turned round, pitch, speed, noise."""
    made = sound[::-1].copy() if backwards else sound
    made = maths.stretched(maths.pitched(made, pitch), speed)
    return maths.with_noise(made, noise, SLOPES[colour], numpy_stream(seed, "noise")) if noise < CLEAN else made


@functools.lru_cache(16)
def _taken(sound: str, upload: str) -> tuple[np.ndarray, tuple[tuple[int, int], ...]]:
    whole = audio.look(sound, upload)
    return whole, tuple(found(whole))


def part_of(chosen: Mapping[str, Any]) -> tuple[np.ndarray, tuple[tuple[int, int], ...], np.ndarray, int]:
    """The whole recording, its words, and the part around the chosen word with the number of that word."""
    whole, words = _taken(chosen["sound"], chosen["upload"])
    place = min(chosen["word"], len(words)) - 1
    begin, end = words[place]
    around = int(AROUND * maths.RATE)
    low = max(begin - around, words[place - 1][1] if place else 0)
    high = min(end + around, words[place + 1][0] if place + 1 < len(words) else len(whole))
    return whole, words, whole[low:high], place + 1


@functools.lru_cache(8)
def _heard(chosen: tuple[tuple[str, Any], ...], changes: tuple[tuple[str, Any], ...]) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """The changed part, the window that the network is given, and where in the part the word was found."""
    part = changed(part_of(dict(chosen))[2], **dict(changes))
    words = maths.words(part)
    begin, end = max(words, key=lambda each: maths.loudness(part[each[0] : each[1]])) if words else (0, len(part))
    return part, maths.window(part, begin, end)[0], (begin, end)


def given(chosen: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """The changed sound around the word (n,), the WINDOW samples that the network is given, and (begin, end) of the word in the first."""
    return _heard(tuple(sorted(chosen.items())), tuple(sorted(changes.items())))


def hear(chosen: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the network says to the chosen word.

    Returns:
        `shares`, `logits` (11,) float64; `classes`; `best`; `picture` (BANDS, FRAMES) float32; `sound` (n,) float32, the changed part;
        `word`, (begin, end) of the word in it; `line` (2, m), lowest and highest sample of each of m pieces of the window; `words`, how
        many were found, `number` of the chosen one, `spans` of all in seconds; `length` of the recording in seconds; `calling` and
        `preparing`, seconds.

    Raises:
        UserError: When there is no such sound, or nothing in it.
    """
    model = speech.load()
    whole, words, _, place = part_of(chosen)
    begun = time.perf_counter()
    part, window, span = given(chosen, changes)
    picture = maths.picture(torch.from_numpy(window))
    preparing = time.perf_counter() - begun
    begun = time.perf_counter()
    with torch.inference_mode():
        logits = model(picture[None])[0].double()
    calling = time.perf_counter() - begun
    shares = logits.softmax(0)
    return {"shares": shares.numpy().copy(), "logits": logits.numpy().copy(), "classes": list(speech.CLASSES), "best": int(shares.argmax()), "picture": picture.numpy().copy(),
            "sound": part, "word": list(span), "line": envelope(window, 640), "words": len(words), "number": place, "level": 20 * float(np.log10(max(maths.loudness(part), 1e-9))),
            "spans": [[begin / maths.RATE, end / maths.RATE] for begin, end in words], "length": len(whole) / maths.RATE, "calling": calling, "preparing": preparing}  # fmt: skip


def envelope(sound: np.ndarray, pieces: int) -> np.ndarray:
    """Lowest and highest sample of each piece, (2, pieces) float32: what a drawing of that many columns can show."""
    pieces = min(pieces, len(sound))
    edges = np.linspace(0, len(sound), pieces + 1).astype(int)[:-1]
    return np.stack([np.minimum.reduceat(sound, edges), np.maximum.reduceat(sound, edges)]).astype(np.float32)


def course(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Every word of a recording, named as it is: `labels`, `shares` of the likeliest, `spans` in seconds, and `line` (2, m) of the recording."""
    whole, words = _taken(chosen["sound"], chosen["upload"])
    windows = np.stack([maths.window(whole, *each)[0] for each in words])
    shares = answers(speech.load(), maths.picture(torch.from_numpy(windows))).double().softmax(1)
    best = shares.max(1)
    return {"labels": [speech.CLASSES[i] for i in best.indices.tolist()], "shares": best.values.numpy().copy(), "length": len(whole) / maths.RATE,
            "spans": [[begin / maths.RATE, end / maths.RATE] for begin, end in words], "line": envelope(whole, 900)}  # fmt: skip


# Why --------------------------------------------------------------------------------------------------------------------------


def why(chosen: Mapping[str, Any], changes: Mapping[str, Any], target: int, method: str) -> dict[str, Any]:
    """What in the picture speaks for and against one answer.

    Returns:
        `values` (BANDS, FRAMES) float32, positive for it; `top`, the largest magnitude; `target`; `total`, what they add up to, and `gap`,
        the score less that of silence, which integrated gradients repeat; `asked`, pictures put to the network; `seconds`.
    """
    begun = time.perf_counter()
    picture = maths.picture(torch.from_numpy(given(chosen, changes)[1]))
    model = speech.load()
    if target < 0:
        with torch.inference_mode():
            target = int(model(picture[None])[0].argmax())
    values, asked = (integrated if method == "integrated" else occluded)(model, picture, target)
    with torch.inference_mode():
        scores = model(torch.stack([picture, torch.full_like(picture, -1)]))[:, target]
    return {"values": values, "top": float(np.abs(values).max()), "target": target, "total": float(values.sum()), "gap": float(scores[0] - scores[1]), "asked": asked,
            "seconds": time.perf_counter() - begun}  # fmt: skip


def integrated(model: Any, picture: Any, target: int, steps: int = STEPS) -> tuple[np.ndarray, int]:
    """Integrated gradients of one score from silence to the picture (Sundararajan, Taly and Yan 2017, equation 1), midpoints of `steps` pieces."""
    silence = torch.full_like(picture, -1.0)
    way = ((torch.arange(steps) + 0.5) / steps).view(-1, 1, 1)
    places = (silence + way * (picture - silence)).requires_grad_()
    slopes = torch.autograd.grad(model(places)[:, target].sum(), places)[0].mean(0)
    return ((picture - silence) * slopes).numpy(), steps


def occluded(model: Any, picture: Any, target: int, patch: tuple[int, int] = PATCH) -> tuple[np.ndarray, int]:
    """How much one score falls when a patch is silenced (Zeiler and Fergus 2014, section 4.2), laid over all patches that cover a cell."""
    tall, wide = patch
    rows = [*range(0, maths.BANDS - tall + 1, tall // 2)]
    columns = [*range(0, maths.FRAMES - wide + 1, wide // 2)]
    corners = [(row, column) for row in rows for column in columns]
    heard = [(row, column) for row, column in corners if float(picture[row : row + tall, column : column + wide].max()) > -1]  # silencing what is silent changes nothing
    silenced = picture.expand(len(heard), -1, -1).clone()
    for k, (row, column) in enumerate(heard):
        silenced[k, row : row + tall, column : column + wide] = -1.0
    falls = dict(zip(heard, (answers(model, picture[None])[0, target] - answers(model, silenced)[:, target]).tolist(), strict=True))
    total, count = np.zeros(picture.shape, np.float32), np.zeros(picture.shape, np.float32)
    for row, column in corners:
        total[row : row + tall, column : column + wide] += falls.get((row, column), 0.0)
        count[row : row + tall, column : column + wide] += 1
    return total / np.maximum(count, 1), len(heard) + 1


def answers(model: Any, pictures: Any) -> Any:
    """Scores (n, classes) of pictures (n, BANDS, FRAMES)."""
    with torch.inference_mode():
        return torch.cat([model(part) for part in pictures.split(AT_ONCE)])


# Many -------------------------------------------------------------------------------------------------------------------------


def under_noise(colour: str, pitch: float, speed: float, backwards: bool, seed: int) -> dict[str, Any]:
    """Share of the bundled clips that are named rightly at each level of noise, with the other changes as they are.

    Returns:
        `decibels`, `right` (share), `refused` (share called no digit), each (levels,) float64; `count` of clips.
    """
    right, refused = np.zeros(len(NOISES)), np.zeros(len(NOISES))
    clips = audio.clips()
    plain = [changed(np.pad(each.samples, maths.RATE // 5), CLEAN, colour, pitch, speed, backwards, seed) for each in clips]
    answers = np.array([each.digit for each in clips])
    for k, noise in enumerate(NOISES):
        noisy = plain if noise >= CLEAN else [maths.with_noise(each, noise, SLOPES[colour], numpy_stream(seed, "curve", i)) for i, each in enumerate(plain)]
        named = np.array([row.argmax() for row in shares_of(noisy)])
        right[k], refused[k] = (named == answers).mean(), (named == len(speech.CLASSES) - 1).mean()
    return {"decibels": np.array(NOISES, float), "right": right, "refused": refused, "count": len(clips)}


def shares_of(sounds: Sequence[np.ndarray]) -> np.ndarray:
    """Shares (n, 11) of the loudest word of each sound."""
    windows = []
    for sound in sounds:
        words = maths.words(sound)
        begin, end = max(words, key=lambda each: maths.loudness(sound[each[0] : each[1]])) if words else (0, len(sound))
        windows.append(maths.window(sound, begin, end)[0])
    return answers(speech.load(), maths.picture(torch.from_numpy(np.stack(windows)))).double().softmax(1).numpy()


def name_all(sounds: Sequence[np.ndarray], top: int) -> list[dict[str, Any]]:
    """The likeliest answers to the loudest word of each recording (int16 at `audio.KEPT_RATE`), and all words in order.

    Returns:
        One a recording: {"labels", "shares", "said": the words in order, "seconds"}, or {"error": words} when nothing is said in it.
    """
    rows: list[dict[str, Any]] = []
    for samples in sounds:
        begun = time.perf_counter()
        try:
            sound = audio.heard(samples)
            words = found(sound)
        except UserError as error:
            rows.append({"error": str(error)})
            continue
        windows = np.stack([maths.window(sound, *each)[0] for each in words])
        shares = answers(speech.load(), maths.picture(torch.from_numpy(windows))).double().softmax(1)
        loudest = max(range(len(words)), key=lambda i: maths.loudness(sound[words[i][0] : words[i][1]]))
        best = shares[loudest].topk(min(top, len(speech.CLASSES)))
        said = [speech.CLASSES[i] for i in shares.argmax(1).tolist()]
        rows.append({"labels": [speech.CLASSES[i] for i in best.indices.tolist()], "shares": best.values.tolist(),
                     "said": " ".join("–" if each == speech.OTHER else each for each in said), "seconds": time.perf_counter() - begun})  # fmt: skip
    return rows
