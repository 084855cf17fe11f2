"""From sound to the picture that the digit network reads: frames, Fourier transform, mel bands, logarithm.

Sound is float32 in [-1, 1] at RATE samples a second, one channel. The picture is (BANDS, FRAMES): low bands first, time to the right.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

from playground.core.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

RATE = 8_000  # samples a second that the network hears
FRAME, HOP = 200, 80  # samples: frames of 25 ms, one every 10 ms
FOURIER = 256  # samples that a frame is filled up to with zeros before it is transformed
BANDS = 32
LOWEST, HIGHEST = 60.0, 3_800.0  # Hz that the bands cover, as many and as far as the network's embedding was trained with
FRAMES = 128
WINDOW = FRAMES * HOP  # samples of one picture: 1.28 s
FLOOR = 6.0  # powers of ten below the loudest cell, from which everything counts as silence
BINS = FOURIER // 2 + 1


def mel(hertz: float | np.ndarray) -> float | np.ndarray:
    """Frequency on the mel scale (O'Shaughnessy 1987): 2595 log10(1 + f / 700)."""
    return 2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0)


def hertz(mels: float | np.ndarray) -> float | np.ndarray:
    """The frequency in Hz of a place on the mel scale."""
    return 700.0 * (10.0 ** (np.asarray(mels) / 2595.0) - 1.0)


def edges(bands: int = BANDS, lowest: float = LOWEST, highest: float = HIGHEST) -> np.ndarray:
    """The `bands` + 2 corner frequencies in Hz of the triangles, evenly spaced in mel."""
    return np.asarray(hertz(np.linspace(float(mel(lowest)), float(mel(highest)), bands + 2)))


@functools.lru_cache(64)
def filters(warp: float = 1.0, bands: int = BANDS) -> np.ndarray:
    """Triangular filters (bands, BINS) float32, each of height 1; `warp` stretches their frequencies, as a longer or shorter throat does."""
    corners = np.minimum(edges(bands) * warp, RATE / 2)
    frequencies = np.linspace(0, RATE / 2, BINS)
    left, middle, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising = (frequencies - left) / np.maximum(middle - left, 1e-6)
    falling = (right - frequencies) / np.maximum(right - middle, 1e-6)
    made = np.clip(np.minimum(rising, falling), 0, None)
    narrow = made.sum(1) < 0.5  # a triangle between two bins of the transform would hear nothing: it takes the nearest
    made[narrow, np.abs(frequencies - middle)[narrow].argmin(1)] = 1.0
    made = made.astype(np.float32)
    made.setflags(write=False)
    return made


def power(sound: Tensor) -> Tensor:
    """Power |STFT|² of sounds (..., WINDOW) as (..., BINS, FRAMES): Hann window, frames centred on every HOP-th sample."""
    window = torch.hann_window(FRAME)
    flat = sound.reshape(-1, sound.shape[-1])
    bins = torch.stft(flat, FOURIER, HOP, FRAME, window=window, center=True, pad_mode="constant", return_complex=True)[..., :FRAMES]
    return bins.abs().square().reshape(*sound.shape[:-1], BINS, bins.shape[-1])


def logarithm(energy: Tensor) -> Tensor:
    """Mel energies (..., BANDS, FRAMES) as the network takes them: log10, nothing lower than FLOOR below the loudest cell.

    The loudest cell becomes 1 and silence -1, so that the distance to the microphone does not matter.
    """
    logs = energy.clamp_min(1e-10).log10()
    loudest = logs.amax((-2, -1), keepdim=True)
    return (torch.maximum(logs, loudest - FLOOR) - loudest) / (FLOOR / 2) + 1.0


def picture(sound: Tensor) -> Tensor:
    """Sounds (..., WINDOW) as log-mel pictures (..., BANDS, FRAMES) float32 in [-1, 1]."""
    return logarithm(torch.tensor(filters()) @ power(sound))


# Changing a sound -----------------------------------------------------------------------------------------------------------


def resampled(sound: np.ndarray, rate: float, wanted: float) -> np.ndarray:
    """A sound at another rate, by its Fourier transform: what lies above half the smaller rate is cut, nothing is mirrored into it."""
    if rate == wanted or not len(sound):
        return np.asarray(sound, np.float32)
    count = max(1, round(len(sound) * wanted / rate))
    edge = int(0.02 * rate)  # the transform takes the sound for a loop; a little silence keeps its ends apart
    padded = np.pad(np.asarray(sound, np.float64), (edge, edge))
    size = max(2, round(len(padded) * wanted / rate))
    spectrum = np.fft.rfft(padded)
    kept = np.zeros(size // 2 + 1, complex)
    shared = min(len(spectrum), len(kept))
    kept[:shared] = spectrum[:shared]
    made = np.fft.irfft(kept, size) * (size / len(padded))
    start = round(edge * wanted / rate)
    made = made[start : start + count]
    return np.pad(made, (0, count - len(made))).astype(np.float32)


def stretched(sound: np.ndarray, speed: float, frame: int = FRAME) -> np.ndarray:
    """A sound said faster or slower at the same pitch: overlapping frames, each moved to where it fits best (WSOLA, Verhelst and Roelands 1993)."""
    if abs(speed - 1) < 1e-3 or len(sound) < 2 * frame:
        return np.asarray(sound, np.float32)
    hop, reach = frame // 2, frame // 4
    window = np.hanning(frame + 1)[:-1]
    count = max(2, int(len(sound) / speed / hop))
    padded = np.pad(np.asarray(sound, np.float64), (frame, 3 * frame))
    made = np.zeros(count * hop + frame)
    weight = np.zeros_like(made)
    place = frame
    for i in range(count):
        aim = frame + int(i * hop * speed)
        if i:
            wanted = padded[place + hop : place + hop + frame]  # what would follow naturally
            begin = max(0, min(aim, len(padded) - frame - reach) - reach)
            around = padded[begin : begin + frame + 2 * reach]
            place = begin + int(np.correlate(around, wanted, "valid").argmax()) if len(wanted) == frame else begin
        made[i * hop : i * hop + frame] += window * padded[place : place + frame]
        weight[i * hop : i * hop + frame] += window
    made = made / np.maximum(weight, 1e-3)
    return made[: round(len(sound) / speed)].astype(np.float32)


def pitched(sound: np.ndarray, semitones: float) -> np.ndarray:
    """A sound higher or lower by so many semitones, as long as before: stretched, then played faster. The throat's resonances move too."""
    if abs(semitones) < 1e-3:
        return np.asarray(sound, np.float32)
    factor = 2.0 ** (semitones / 12)
    return resampled(stretched(sound, 1 / factor), RATE * factor, RATE)[: len(sound)]


def noise(count: int, colour: float, stream: np.random.Generator) -> np.ndarray:
    """Noise of root mean square 1, whose power falls as 1 / f^colour: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(stream.standard_normal(count))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** (colour / 2)
    spectrum[0] = 0
    made = np.fft.irfft(spectrum, count)
    return (made / max(float(np.sqrt(np.mean(made**2))), 1e-12)).astype(np.float32)


def loudness(sound: np.ndarray) -> float:
    """Root mean square of the tenth of a second that is loudest."""
    size = min(len(sound), RATE // 10)
    if not size:
        return 0.0
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(sound, np.float64) ** 2)])
    return float(math.sqrt(max(0.0, (sums[size:] - sums[:-size]).max() / size)))


def with_noise(sound: np.ndarray, decibels: float, colour: float, stream: np.random.Generator) -> np.ndarray:
    """The sound under noise that lies `decibels` below its loudest tenth of a second."""
    level = loudness(sound) * 10 ** (-decibels / 20)
    return (sound + level * noise(len(sound), colour, stream)).astype(np.float32)


# Finding the words ------------------------------------------------------------------------------------------------------------

GAP, MARGIN, SHORTEST = 0.22, 0.10, 0.08  # seconds: pause between two words, kept around a word, least of a word
REACH, BREATH = 0.30, 0.10  # seconds: how far a word's faint ends reach beyond what is loud in it, and the pause that ends them
QUIET = 1e-3  # root mean square (of full scale 1) below which a recording is silence: -60 dB


def words(sound: np.ndarray) -> list[tuple[int, int]]:
    """Where words are, as (begin, end) in samples with MARGIN around each, in order; empty when nothing stands out from silence.

    A frame belongs to a word when it is louder than four times (6 dB) the quietest tenth of the recording and than the loudest frame less 32 dB;
    pauses shorter than GAP stand inside a word. Its ends reach on over fainter frames, down to 50 dB below the loudest (the hiss of "six").
    """
    size = RATE // 50
    count = len(sound) // size
    if count < 1 or loudness(sound) < QUIET:
        return []
    levels = np.square(np.asarray(sound[: count * size], np.float64)).reshape(count, size).mean(1)
    levels = np.convolve(np.pad(levels, 1, mode="edge"), np.ones(3) / 3, "valid")
    floor = float(np.quantile(levels, 0.1))
    limit = max(min(4 * floor, 0.25 * float(levels.max())), 10**-3.2 * float(levels.max()))
    active = np.flatnonzero(levels > limit)
    groups = np.split(active, np.flatnonzero(np.diff(active) > GAP * 50) + 1)
    found = [(int(each[0]) * size, int(each[-1] + 1) * size, float(levels[each].max())) for each in groups if len(each) >= SHORTEST * 50]
    loudest = max((peak for *_, peak in found), default=0.0)
    kept = [(begin, end) for begin, end, peak in found if peak > loudest / 100]
    faint = levels > max(min(4 * floor, limit), 1e-5 * float(levels.max()))
    middles = [0, *((end + begin) // 2 for (_, end), (begin, _) in zip(kept[:-1], kept[1:], strict=True)), len(sound)]
    made, around = [], int(MARGIN * RATE)
    for (begin, end), low, high in zip(kept, middles, middles[1:], strict=False):  # where there is no word, there are no middles
        first, last = begin // size - faint_frames(faint[: begin // size][::-1]), end // size + faint_frames(faint[end // size :])
        made.append((max(0, min(begin, max(low, first * size)) - around), min(len(sound), max(end, min(high, last * size)) + around)))
    return made


def faint_frames(faint: np.ndarray) -> int:
    """How many of these frames (nearest to the word first, 20 ms each) still belong to the word: to the last faint one before a pause longer than BREATH."""
    reached = 0
    for i, heard in enumerate(faint[: round(REACH * 50)]):
        if heard:
            reached = i + 1
        elif i - reached >= BREATH * 50:
            break
    return reached


def window(sound: np.ndarray, begin: int, end: int) -> tuple[np.ndarray, int]:
    """The part from `begin` to `end` in the middle of WINDOW samples of silence, and the place in `sound` of the window's first sample.

    Of a longer part, the WINDOW samples with the most energy are taken. The ends are faded over 5 ms.
    """
    if end - begin > WINDOW:
        sums = np.concatenate([[0.0], np.cumsum(np.asarray(sound[begin:end], np.float64) ** 2)])
        begin += int((sums[WINDOW:] - sums[:-WINDOW]).argmax())
        end = begin + WINDOW
    part = np.array(sound[begin:end], np.float32)
    fade = min(RATE // 200, len(part) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        part[:fade] *= ramp if begin > 0 else 1.0
        part[-fade:] *= ramp[::-1] if end < len(sound) else 1.0
    left = (WINDOW - len(part)) // 2
    return np.pad(part, (left, WINDOW - len(part) - left)), begin - left
