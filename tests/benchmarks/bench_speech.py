"""How long a digit takes to be heard: `python -m tests.benchmarks.bench_speech`, on an otherwise idle machine."""

from __future__ import annotations

import time

import torch

from playground.data import audio, uploads_audio
from playground.experiments import speech_hear, speech_inside, speech_teach
from playground.experiments.speech import Speech
from playground.zoo import speech


def timed(call, times: int = 20) -> float:
    """Median seconds of one call."""
    spent = []
    for k in range(times):
        begun = time.perf_counter()
        call(k)
        spent.append(time.perf_counter() - begun)
    return sorted(spent)[times // 2]


def main() -> None:
    torch.set_num_threads(1)
    content = audio.as_wav(audio.sample("digit-7"))
    begun = time.perf_counter()
    uploads_audio.read_sound("seven.wav", content)
    print(f"first file through the gate, starting its process: {1000 * (time.perf_counter() - begun):.0f} ms")
    print(f"next file through the gate: {1000 * timed(lambda k: uploads_audio.read_sound('seven.wav', content)):.1f} ms")
    begun = time.perf_counter()
    speech_hear.hear(**Speech().heard())
    print(f"first answer, loading {speech.NAME}: {1000 * (time.perf_counter() - begun):.0f} ms")
    views = [Speech(noise=k - 10, pitch=2.0) for k in range(50)]
    print(f"next answer, noise and pitch changed: {1000 * timed(lambda k: speech_hear.hear(**views[k].heard())):.1f} ms (aimed: 60)")
    for method in ("integrated", "occlusion"):
        print(f"explanation by {method}: {1000 * timed(lambda k, method=method: speech_hear.why(**views[k].heard(), target=-1, method=method), 5):.0f} ms")
    print(f"thirty clips at ten levels of noise: {timed(lambda k: speech_hear.under_noise('pink', 0.0, 1.0 + 0.001 * k, False, 0), 3):.2f} s")
    print(f"one frame taken apart: {1000 * timed(lambda k: speech_inside.frame(**views[k].heard(), moment=0.4)):.1f} ms")
    recordings = [audio.as_kept(each.samples) for each in audio.clips()]
    print(f"a batch: {1000 * timed(lambda k: speech_hear.name_all(recordings, 3), 3) / len(recordings):.1f} ms a recording")

    def learn(k: int) -> None:
        speech_teach._head.cache_clear()
        speech_teach.learn("", "network")

    print(f"own words learnt from nine takes, each left out once: {1000 * timed(learn, 3):.0f} ms")


if __name__ == "__main__":
    main()
