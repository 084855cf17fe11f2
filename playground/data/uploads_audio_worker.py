"""The process that decodes visitors' sounds: reads requests from its standard input, answers on its standard output, holds nothing else.

It runs apart from the app with limits of its own, so that a file made to break a decoder breaks nothing but this process.
Request: 8 bytes length, then the file. Answer: 4 bytes length of a JSON header, the header, then int16 samples at `rate`, one channel.
"""

from __future__ import annotations

import io
import json
import struct
import sys
from typing import Any

import numpy as np

RATE = 16_000
_CHANNELS = {1: "mono", 2: "stereo"}


def decode(content: bytes, most: float) -> tuple[dict[str, Any], np.ndarray]:
    """Description and samples of a file; {"problem": …} when there is nothing to hear in it.

    Args:
        most: Seconds; a longer sound is given up, with its length where that is known.
    """
    import av

    try:
        with av.open(io.BytesIO(content), metadata_errors="ignore") as container:
            if not container.streams.audio:
                return {"problem": "silent film" if container.streams.video else "no sound"}, np.zeros(0, np.int16)
            stream = container.streams.audio[0]
            about = {"codec": stream.codec_context.name, "format": container.format.name.split(",")[0], "rate": int(stream.rate or 0),
                     "channels": int(stream.codec_context.channels or 0)}  # fmt: skip
            known = float(container.duration / av.time_base) if container.duration else 0.0
            if known > 1.02 * most:
                return {"problem": "long", "seconds": known}, np.zeros(0, np.int16)
            return _samples(container, stream, about, most)
    except av.error.FFmpegError as error:
        return {"problem": "damaged", "words": str(error)[:120]}, np.zeros(0, np.int16)


def _samples(container: Any, stream: Any, about: dict[str, Any], most: float) -> tuple[dict[str, Any], np.ndarray]:
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    parts, count = [], 0
    try:
        for frame in container.decode(stream):
            about["channels"] = about["channels"] or len(frame.layout.channels)
            for each in resampler.resample(frame):
                parts.append(each.to_ndarray()[0])
                count += parts[-1].size
            if count > most * RATE:
                return {"problem": "long", "seconds": 0.0}, np.zeros(0, np.int16)
        parts += [each.to_ndarray()[0] for each in resampler.resample(None)]
    except av.error.FFmpegError as error:
        if not count:
            raise
        about["cut"] = str(error)[:120]  # what was heard until there is kept, and said
    return about, np.concatenate(parts) if parts else np.zeros(0, np.int16)


def main(most: float, memory: int) -> None:
    """Answer until the pipe ends."""
    import resource

    import av

    av.logging.set_level(None)
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(8):
        content = source.read(struct.unpack("<Q", head)[0])
        try:
            about, samples = decode(content, most)
        except MemoryError:
            about, samples = {"problem": "memory"}, np.zeros(0, np.int16)
        header = json.dumps({**about, "count": int(samples.size)}).encode()
        sink.write(struct.pack("<I", len(header)) + header + np.ascontiguousarray(samples, "<i2").tobytes())
        sink.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
