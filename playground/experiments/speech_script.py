"""The program to take home: what the screen does to a sound, in plain PyTorch, put together from the very functions that the screen calls."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from playground.functions import speech as maths
from playground.zoo import speech

_HEAD = '''"""Which digit is said in a WAV file: python hear.py sound.wav spoken-digits.safetensors

Both files are offered beside this one. Needs torch, numpy and safetensors.
The sound that is offered is the one the screen had heard, with everything done to it that the controls say: {changes}.
"""

from __future__ import annotations

import functools
import math
import sys
import wave

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

CLASSES = {classes!r}
RATE, FRAME, FOURIER, HOP, BANDS, FRAMES = {rate}, {frame}, {fourier}, {hop}, {bands}, {frames}
LOWEST, HIGHEST, FLOOR = {lowest}, {highest}, {floor}
WINDOW, BINS = FRAMES * HOP, FOURIER // 2 + 1
GAP, MARGIN, SHORTEST, REACH, BREATH, QUIET = {gap}, {margin}, {shortest}, {reach}, {breath}, {quiet}
AROUND, LOUDEST = {around}, {loud}
'''
_MAIN = """
with wave.open(sys.argv[1] if len(sys.argv) > 1 else "sound.wav") as file:
    assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2), "one channel of 16 bits at 8 kHz, as the screen offers it"
    sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32767
model = Ear(len(CLASSES))
weights = load_file(sys.argv[2] if len(sys.argv) > 2 else "spoken-digits.safetensors")
model.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in weights.items()})
found = words(sound)
begin, end = max(found, key=lambda each: loudness(sound[each[0] : each[1]])) if found else (0, len(sound))
with torch.inference_mode():
    shares = model.eval()(picture(torch.from_numpy(window(sound, begin, end)[0]))[None])[0].double().softmax(0)
for share, i in zip(*shares.topk(3), strict=True):
    print(f"{CLASSES[int(i)]:<12} {float(share):.4f}")
"""


def script(changes: Mapping[str, Any]) -> str:
    """A program that repeats the answer on screen from the sound that is offered beside it; `changes` were done to that sound."""
    from playground.networks.speech import AROUND, LOUDEST, Bend, Ear, _pair

    done = ", ".join(f"{name} {value}" for name, value in changes.items())
    head = _HEAD.format(changes=done, classes=speech.CLASSES, rate=maths.RATE, frame=maths.FRAME, fourier=maths.FOURIER, hop=maths.HOP, bands=maths.BANDS, frames=maths.FRAMES,
                        lowest=maths.LOWEST, highest=maths.HIGHEST, floor=maths.FLOOR, gap=maths.GAP, margin=maths.MARGIN, shortest=maths.SHORTEST,
                        reach=maths.REACH, breath=maths.BREATH, quiet=maths.QUIET, around=AROUND, loud=LOUDEST)  # fmt: skip
    seen = (maths.mel, maths.hertz, maths.edges, maths.filters, maths.power, maths.logarithm, maths.picture)
    parts = (*seen, maths.loudness, maths.faint_frames, maths.words, maths.window, Bend, _pair, Ear)
    return head + "".join(f"\n\n{inspect.getsource(part)}" for part in parts) + "\n" + _MAIN
