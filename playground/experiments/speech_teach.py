"""Own words from a few recordings each: a least-squares head on what the bundled network hears, with exact leave-one-out answers."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.lazy import torch
from playground.core.limits import KEYWORD_TAKES, KEYWORDS
from playground.core.randomness import numpy_stream
from playground.data import audio, shelf
from playground.experiments.speech_hear import envelope, found
from playground.functions import speech as maths
from playground.zoo import speech

PARTS = 4  # of equal length, that a word is divided into
COPIES = ((0.9, 0.0, 40), (1.12, 0.0, 40), (1.0, 1.5, 25), (1.0, -1.5, 20))  # speed, semitones and dB of the changed copies of each recording
RIDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # strengths of the penalty that are tried
SHARPNESS = tuple(float(each) for each in np.geomspace(1, 10, 12))  # factors before softmax that are tried
NAME_CHARACTERS = 24


# The project ------------------------------------------------------------------------------------------------------------------


def names_of(line: str) -> tuple[str, ...]:
    """Words from a line that separates them by commas.

    Raises:
        UserError: When these are not two to KEYWORDS different words.
    """
    names = tuple(dict.fromkeys(" ".join(each.split()) for each in line.split(",") if each.strip()))
    if not 2 <= len(names) <= KEYWORDS:
        raise UserError(f"These are {len(names)} different words; two to {KEYWORDS} can be taught.", "Separate them by commas.", field="names")
    if long := next((each for each in names if len(each) > NAME_CHARACTERS), ""):
        raise UserError(f"“{long[:40]}” is longer than {NAME_CHARACTERS} characters.", "Give the word a short name.", field="names")
    return names


def project(digest: str) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Recordings (n, WINDOW) int16 at `maths.RATE`, word of each (n,) int64, and the words; without a digest the sample set.

    Raises:
        UserError: When it is not on this machine, or no such project.
    """
    if not digest:
        return sample_project()
    arrays, about = shelf.get(digest)
    if about.get("kind") != "keywords":
        raise UserError("What this link names is no set of words.", "Record your own, or take the samples.", field="project")
    return arrays["takes"], arrays["labels"].astype(np.int64), tuple(about["names"])


@functools.cache
def sample_project() -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Three words of two takes each from the bundled clips, by different speakers; the third speaker of each is left to be tried."""
    chosen = [audio.of_digit(digit, which) for digit in (1, 4, 7) for which in (1, 2)]
    windows = np.stack([_window(np.pad(each.samples, maths.RATE // 5)) for each in chosen])
    return windows, np.array([(1, 4, 7).index(each.digit) for each in chosen], np.int64), ("one", "four", "seven")


def kept(takes: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> str:
    """Put a project on the shelf; returns its digest."""
    return shelf.put({"takes": np.ascontiguousarray(takes, np.int16).reshape(-1, maths.WINDOW), "labels": np.asarray(labels, np.int64)}, {"kind": "keywords", "names": list(names)})


def renamed(digest: str, names: Sequence[str]) -> str:
    """A project for other words; recordings of words that keep their name stay. Without a digest nothing is taken over."""
    takes, labels, before = project(digest) if digest else (np.zeros((0, maths.WINDOW), np.int16), np.zeros(0, np.int64), ())
    stays = [i for i, label in enumerate(labels) if before[label] in names]
    return kept(takes[stays], np.array([list(names).index(before[labels[i]]) for i in stays], np.int64), names)


def with_recording(digest: str, name: str, samples: np.ndarray) -> tuple[str, int]:
    """The project with every word of a recording (int16 at `audio.KEPT_RATE`) as one more take of `name`, and how many were added.

    Raises:
        UserError: When nothing is said in it, or there are takes enough.
    """
    takes, labels, names = project(digest)
    sound = audio.heard(samples)
    fresh = np.stack([_window(sound, *each) for each in found(sound)])
    number = names.index(name)
    room = KEYWORD_TAKES - int((labels == number).sum())
    if room < len(fresh):
        raise UserError(f"“{name}” would have more than {KEYWORD_TAKES} takes.", "Take some away first.")
    return kept(np.concatenate([takes, fresh]), np.concatenate([labels, np.full(len(fresh), number)]), names), len(fresh)


def without(digest: str, places: Sequence[int]) -> str:
    """The project less the recordings at these places."""
    takes, labels, names = project(digest)
    stays = [i for i in range(len(labels)) if i not in set(places)]
    return kept(takes[stays], labels[stays], names)


def _window(sound: np.ndarray, begin: int | None = None, end: int | None = None) -> np.ndarray:
    if begin is None:
        words = maths.words(sound)
        begin, end = max(words, key=lambda each: maths.loudness(sound[each[0] : each[1]])) if words else (0, len(sound))
    return np.round(np.clip(maths.window(sound, begin, end or 0)[0], -1, 1) * 32767).astype(np.int16)


# Learning ---------------------------------------------------------------------------------------------------------------------


def features(takes: np.ndarray, ears: str) -> np.ndarray:
    """What is heard in each recording (n, WINDOW) float32: means over PARTS parts of its word, each set of unit length, and a 1; (n, d) float64."""
    pictures = maths.picture(torch.from_numpy(takes))
    if ears == "network":
        with torch.inference_mode():
            heard = speech.load().course(pictures).numpy()
    else:
        heard = pictures.numpy() + 1.0  # silence is 0
    made = np.zeros((len(takes), PARTS * heard.shape[1] + 1))
    for i, take in enumerate(takes):
        inside = np.flatnonzero(take)
        begin, end = (inside[0] / maths.WINDOW, (inside[-1] + 1) / maths.WINDOW) if len(inside) else (0.0, 1.0)
        edges = np.linspace(begin, end, PARTS + 1) * heard.shape[2]
        parts = [heard[i][:, int(low) : max(int(np.ceil(high)), int(low) + 1)].mean(1) for low, high in zip(edges[:-1], edges[1:], strict=True)]
        whole = np.concatenate(parts)
        made[i, :-1] = whole / max(float(np.linalg.norm(whole)), 1e-9)
    made[:, -1] = 1.0
    return made


@functools.lru_cache(4)
def _head(digest: str, ears: str) -> dict[str, Any]:
    takes, labels, names = project(digest)
    counts = np.bincount(labels, minlength=len(names))
    if counts.min() < 2:
        few = [name for name, count in zip(names, counts, strict=True) if count < 2]
        raise UserError(f"{', '.join(f'“{each}”' for each in few)} {'needs' if len(few) == 1 else 'need'} at least two takes.", "Record each word a few times.")
    begun = time.perf_counter()
    sounds = takes.astype(np.float32) / 32767
    copies = [sounds] + [_copied(sounds, i, *each) for i, each in enumerate(COPIES)]
    inputs = np.concatenate([features(each, ears) for each in copies])
    owner = np.tile(np.arange(len(takes)), len(copies))
    targets = np.eye(len(names))[labels][owner]
    gram = inputs @ inputs.T
    best: dict[str, Any] = {"loss": np.inf}
    for ridge in RIDGES:
        inverse = np.linalg.inv(gram + ridge * np.eye(len(gram)))
        weights = inverse @ targets
        left_out = np.stack([_left_out(inverse, weights, targets, owner == i) for i in range(len(takes))])
        for sharpness in SHARPNESS:
            shares = _softmax(sharpness * left_out)
            loss = float(-np.log(np.maximum(shares[np.arange(len(labels)), labels], 1e-12)).mean())
            if loss < best["loss"]:
                best = {"loss": loss, "ridge": ridge, "sharpness": sharpness, "left_out": left_out, "shares": shares, "head": inputs.T @ weights}
    return best | {
        "names": names,
        "labels": labels,
        "counts": counts,
        "seconds": time.perf_counter() - begun,
        "rows": len(inputs),
        "width": inputs.shape[1],
        "inputs": inputs[: len(takes)],
    }


def _copied(sounds: np.ndarray, number: int, speed: float, pitch: float, decibels: int) -> np.ndarray:
    stream = numpy_stream(0, "copies", number)
    made = []
    for sound in sounds:
        word = maths.pitched(maths.stretched(np.trim_zeros(sound), speed), pitch)
        if decibels < 40:
            word = maths.with_noise(word, decibels, 1.0, stream)
        made.append(maths.window(word, 0, len(word))[0])
    return np.stack(made)


def _left_out(inverse: np.ndarray, weights: np.ndarray, targets: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The scores of a recording by a head that learnt from all others: its copies are left out with it.

    Ridge regression's exact leave-one-out residual, (A⁻¹)_gg⁻¹ (A⁻¹ y)_g with A = K + λI (Allen 1974; for groups: Cook and Weisberg 1982).
    """
    residual = np.linalg.solve(inverse[np.ix_(own, own)], weights[own])
    return (targets[own] - residual)[0]


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def learn(digest: str, ears: str) -> dict[str, Any]:
    """A head for the words of a project, and how it does on recordings that it did not learn from.

    Returns:
        `names`, `counts` of takes; `accuracy`, share of the takes named rightly when left out, and `right` of how many; `chance`; `confusion`
        (said, heard); `said`, `heard` (n,) and `sure` (n,), the share of the answer, of each take left out; `ridge`, `sharpness`; `rows`, recordings and
        copies learnt from; `width`, numbers a recording; `seconds`.

    Raises:
        UserError: When a word has fewer than two takes.
    """
    head = _head(digest, ears)
    heard = head["shares"].argmax(1)
    size = len(head["names"])
    confusion = np.zeros((size, size), np.int64)
    np.add.at(confusion, (head["labels"], heard), 1)
    right = int((heard == head["labels"]).sum())
    return {"names": list(head["names"]), "counts": head["counts"].copy(), "accuracy": right / len(heard), "right": right, "chance": float(head["counts"].max() / len(heard)),
            "confusion": confusion, "said": head["labels"].copy(), "heard": heard, "sure": head["shares"].max(1), "ridge": head["ridge"], "sharpness": head["sharpness"],
            "rows": head["rows"], "width": head["width"], "seconds": head["seconds"]}  # fmt: skip


def ask(digest: str, ears: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Which of the own words is said in a recording.

    Args:
        chosen: {"sound", "upload"}, as `audio.look` takes them.

    Returns:
        `names`, `shares` (words,), `best`; `near`, the largest cosine to a take that was learnt from, and `usual`, the least that a take has
        to another of its own word; `line` for a drawing.
    """
    head = _head(digest, ears)
    sound = audio.look(chosen["sound"], chosen["upload"])
    begin, end = max(found(sound), key=lambda each: maths.loudness(sound[each[0] : each[1]]))
    window = maths.window(sound, begin, end)[0]
    heard = features(window[None], ears)
    shares = _softmax(head["sharpness"] * (heard @ head["head"]))[0]
    takes = head["inputs"][:, :-1]
    near = takes @ takes.T
    np.fill_diagonal(near, -1.0)
    same = head["labels"][:, None] == head["labels"][None]
    return {"names": list(head["names"]), "shares": shares, "best": int(shares.argmax()), "near": float((takes @ heard[0, :-1]).max()),
            "usual": float(np.where(same, near, -1.0).max(1).min()), "line": envelope(window, 640)}  # fmt: skip


def take_of(digest: str, place: int) -> np.ndarray:
    """One recording of a project, (n,) int16 at `maths.RATE`, without the silence around it."""
    takes, _, _ = project(digest)
    return np.trim_zeros(takes[place])
