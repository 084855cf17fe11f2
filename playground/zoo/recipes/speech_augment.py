"""Clips as other people, other rooms and other microphones would have said them: what the digit network is trained on.

Every change is drawn from the generator that is handed in. Speed and pitch, the length of the throat (frequencies stretched: Jaitly and Hinton 2013),
pauses around the word, echo, coloured noise and hum, overdriving, the microphone's own sound (a smooth equalizer, a band-pass, a gate), and bars masked out of
the picture (SpecAugment, Park et al. 2019).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional

from playground.functions import speech

WARPS = tuple(round(float(each), 3) for each in np.geomspace(1 / 1.17, 1.17, 11))
SPEEDS = (1 / 1.14, 1.14)
CONTRAST = (0.8, 1.25)
WIDEST = (5, 5)  # bands and frames that a mask may silence: a wider one would swallow all that tells "five" from "nine"
ECHO, NOISE, HUM, DRIVE, BAND, MASK, GATE = 0.3, 0.7, 0.15, 0.1, 0.35, 0.8, 0.5  # how often each is done


def between(low: float, high: float, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Uniform random numbers."""
    return low + (high - low) * torch.rand(shape, generator=generator)


def placed(audio: Tensor, begins: Tensor, lengths: Tensor, generator: Generator, scrambled: Tensor) -> Tensor:
    """Clips of one long recording, each played at a speed of its own somewhere in a window of silence, (n, WINDOW).

    Args:
        audio: All clips end to end, float32.
        begins, lengths: Of each clip, int64 (n,).
        scrambled: 0 as it is, 1 backwards, 2 its halves exchanged, (n,).
    """
    n = len(begins)
    speed = between(math.log(SPEEDS[0]), math.log(SPEEDS[1]), (n, 1), generator).exp()
    speed = torch.maximum(speed, lengths[:, None] / (speech.WINDOW - 80))
    spare = speech.WINDOW - lengths[:, None] / speed
    start = spare * (0.5 + between(-0.5, 0.5, (n, 1), generator) * between(0, 1, (n, 1), generator))
    place = (torch.arange(speech.WINDOW)[None] - start) * speed
    size = lengths[:, None].float()
    inside = (place >= 0) & (place < size - 1)
    way = scrambled[:, None]
    place = torch.where(way == 1, size - 1 - place, torch.where(way == 2, (place + size / 2) % (size - 1), place))
    place = place.clamp(min=torch.zeros(()), max=(size - 1.001).clamp_min(0))
    low = place.floor().long()
    index = begins[:, None] + low
    mixed = torch.lerp(audio[index], audio[index + 1], place - low)
    return mixed * inside


def loudest(sounds: Tensor) -> Tensor:
    """Root mean square of the loudest tenth of a second of each sound, (n, 1)."""
    return functional.avg_pool1d(sounds.square().unsqueeze(1), 800, 80).amax(2).sqrt().clamp_min(1e-5)


def echo(sounds: Tensor, generator: Generator) -> Tensor:
    """Each sound in a room whose echo dies away by 60 dB within 0.1 to 0.6 s."""
    n, size = sounds.shape
    span = torch.arange(size // 2)[None] / speech.RATE
    decay = torch.exp(-6.9 * span / between(0.1, 0.6, (n, 1), generator))
    answer = torch.randn((n, size // 2), generator=generator) * decay * between(0.02, 0.12, (n, 1), generator)
    answer[:, 0] = 1.0
    return torch.fft.irfft(torch.fft.rfft(sounds, 2 * size) * torch.fft.rfft(answer, 2 * size), 2 * size)[:, :size]


def coloured(n: int, generator: Generator) -> Tensor:
    """Noise between blue and brown, root mean square 1, (n, WINDOW); some of it swells and fades."""
    spectrum = torch.fft.rfft(torch.randn((n, speech.WINDOW), generator=generator))
    slope = between(-0.5, 2.2, (n, 1), generator)
    spectrum = spectrum * torch.arange(spectrum.shape[1]).clamp_min(20)[None].pow(-slope / 2)
    made = torch.fft.irfft(spectrum, speech.WINDOW)
    time = torch.arange(speech.WINDOW)[None] / speech.RATE
    swell = 1 + between(0, 0.9, (n, 1), generator) * torch.sin(2 * math.pi * between(0.3, 6, (n, 1), generator) * time + between(0, 6.3, (n, 1), generator))
    made = made * swell
    return made / made.square().mean(1, keepdim=True).sqrt()


def hum(n: int, generator: Generator) -> Tensor:
    """Tones with overtones, steady or gliding, root mean square about 1."""
    time = torch.arange(speech.WINDOW)[None] / speech.RATE
    base, glide = between(math.log(50), math.log(1500), (n, 1), generator).exp(), between(-0.6, 0.6, (n, 1), generator)
    phase = 2 * math.pi * base * (time + glide * time.square() * (torch.rand((n, 1), generator=generator) < 0.5))
    return torch.sin(phase) + 0.6 * torch.sin(2 * phase) + 0.3 * torch.sin(3 * phase)


def chosen(n: int, share: float, generator: Generator) -> Tensor:
    """A column (n, 1) of ones and zeros."""
    return (torch.rand((n, 1), generator=generator) < share).float()


def dirtied(sounds: Tensor, generator: Generator) -> Tensor:
    """Echo, noise, hum and overdriving, each on some of the sounds."""
    n = len(sounds)
    sounds = torch.lerp(sounds, echo(sounds, generator), chosen(n, ECHO, generator))
    level = loudest(sounds)
    noisy = 10 ** (-between(0, 40, (n, 1), generator) / 20) * chosen(n, NOISE, generator)
    hummed = 10 ** (-between(8, 40, (n, 1), generator) / 20) * chosen(n, HUM, generator)
    sounds = sounds + level * (noisy * coloured(n, generator) + hummed * hum(n, generator))
    drive = between(1, 6, (n, 1), generator) / level.clamp_min(1e-4)
    return torch.where(chosen(n, DRIVE, generator) > 0, torch.tanh(sounds * drive) / drive, sounds)


def pictures(sounds: Tensor, generator: Generator) -> Tensor:
    """Log-mel pictures of sounds (n, WINDOW), as throats, tempos and microphones of all kinds would make them."""
    n = len(sounds)
    banks = torch.from_numpy(np.stack([speech.filters(each) for each in WARPS]))
    energy = torch.bmm(banks[torch.randint(len(WARPS), (n,), generator=generator)], speech.power(sounds))
    drawl = between(-0.15, 0.15, (n, 1, 1, 1), generator).exp()
    across = torch.linspace(-1, 1, speech.FRAMES).view(1, 1, -1, 1) * drawl
    down = torch.linspace(-1, 1, speech.BANDS).view(1, -1, 1, 1)
    grid = torch.cat([across.expand(n, speech.BANDS, -1, 1), down.expand(n, -1, speech.FRAMES, 1)], 3)
    energy = functional.grid_sample(energy.unsqueeze(1), grid, align_corners=True).squeeze(1)
    bands = torch.linspace(0, 1, speech.BANDS)[None]
    curve = sum(between(-0.4, 0.4, (n, 1), generator) * torch.cos(math.pi * k * bands + between(0, 6.3, (n, 1), generator)) for k in (0.5, 1, 2, 3))
    low, high = between(0, 0.3, (n, 1), generator), between(0.75, 1, (n, 1), generator)
    cut = (30 * ((low - bands).clamp_min(0) + (bands - high).clamp_min(0))).clamp_max(4) * chosen(n, BAND, generator)
    logs = speech.logarithm(energy * 10 ** (curve - cut).unsqueeze(2))
    return logs


def gated(logs: Tensor, generator: Generator) -> Tensor:
    """Pictures (n, BANDS, FRAMES) in [-1, 1] with more or less contrast, and what is faint in them made fainter or louder.

    Recorders do so: a gate swallows the "f" of "five", a compressor lifts the hiss of a room.
    """
    n, decade = len(logs), speech.FLOOR / 2
    powers = (logs - 1) * decade * between(*CONTRAST, (n, 1, 1), generator)  # of ten, 0 the loudest cell
    limit, slope = between(-3, -0.8, (n, 1, 1), generator), between(-0.5, 2, (n, 1, 1), generator) * chosen(n, GATE, generator).unsqueeze(2)
    powers = powers + slope * (powers.amax(1, keepdim=True) - limit).clamp_max(0)
    return powers.clamp(-speech.FLOOR, 0) / decade + 1


def masked(logs: Tensor, generator: Generator) -> Tensor:
    """Two bars of bands and two of frames silenced, on most pictures."""
    n = len(logs)
    for axis, size, widest in ((1, speech.BANDS, WIDEST[0]), (1, speech.BANDS, WIDEST[0]), (2, speech.FRAMES, WIDEST[1]), (2, speech.FRAMES, WIDEST[1])):
        width = between(0, widest, (n, 1), generator) * chosen(n, MASK, generator)
        begin = between(0, 1, (n, 1), generator) * (size - width)
        steps = torch.arange(size)[None]
        bar = (steps >= begin) & (steps < begin + width)
        logs = logs.masked_fill(bar.unsqueeze(3 - axis), -1.0)
    return logs
