"""One frame of a sound on its way into the picture: samples, window, Fourier transform, mel bands, logarithm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.core.lazy import torch
from playground.experiments.speech_hear import given
from playground.functions import speech as maths


def frame(chosen: Mapping[str, Any], changes: Mapping[str, Any], moment: float) -> dict[str, Any]:
    """Everything that becomes one column of the picture.

    Args:
        moment: Which frame of the word, 0 its beginning and 1 its end.

    Returns:
        `number` of the column and its `time` in seconds; `milliseconds`, `plain`, `hann`, `windowed` (FRAME,); `hertz`, `power`, `decibels`
        (BINS,); `middles` in Hz, `bands` (energies), `band_decibels` (BANDS,); `column` (BANDS,), as it stands in the `picture`
        (BANDS, FRAMES); `loudest` and `strongest`, number of the bin with most power and of the band with most energy; `peak`, log10 of
        the loudest cell of the whole picture; `first` and `last` column of the word; `biggest`, the largest sample.

    Raises:
        UserError: When there is no such sound, or nothing in it.
    """
    _, window, (begin, end) = given(chosen, changes)
    left = (maths.WINDOW - min(end - begin, maths.WINDOW)) // 2
    first, last = left // maths.HOP, min(maths.FRAMES - 1, (maths.WINDOW - left) // maths.HOP)
    number = round(first + moment * (last - first))
    padded = np.pad(window, maths.FRAME // 2)
    plain = padded[number * maths.HOP : number * maths.HOP + maths.FRAME].astype(np.float64)
    hann = np.hanning(maths.FRAME + 1)[:-1]
    spectrum = np.fft.rfft(plain * hann, maths.FOURIER)
    power = np.abs(spectrum) ** 2
    bands = maths.filters() @ power
    sound = torch.from_numpy(window)
    energies = torch.tensor(maths.filters()) @ maths.power(sound)
    picture = maths.logarithm(energies).numpy()
    samples = {"milliseconds": 1000 * np.arange(maths.FRAME) / maths.RATE, "plain": plain, "hann": hann * float(np.abs(plain).max() or 1), "windowed": plain * hann}
    lines = {"hertz": np.linspace(0, maths.RATE / 2, maths.BINS), "power": power, "decibels": _decibels(power), "loudest": int(power.argmax())}
    heard = {"middles": maths.edges()[1:-1], "bands": bands, "band_decibels": _decibels(bands), "strongest": int(bands.argmax())}
    seen = {"column": picture[:, number].copy(), "picture": picture.copy(), "peak": float(energies.clamp_min(1e-10).log10().max())}
    place = {"number": number, "time": number * maths.HOP / maths.RATE, "first": first, "last": last, "biggest": int(np.abs(plain).argmax())}
    return samples | lines | heard | seen | place


def _decibels(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, 1e-10))
