"""Sounds from a visitor: decoded in a process of their own within limits of time, length and memory, or refused in one sentence; part of the gate."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import MIB, SOUND_BYTES, SOUND_LEAST, SOUND_MEMORY, SOUND_SECONDS, SOUND_WAIT
from playground.data.uploads_audio_worker import RATE

READ = "WAV, MP3, OGG, M4A, FLAC and WebM can be read."
QUIET = 33  # largest of 32768: -60 dB of full scale
_OTHERS = (
    (b"%PDF", "a PDF document"), (b"PK\x03\x04", "an archive or an office document"), (b"\x1f\x8b", "a gzip archive"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"{\\rtf", "a text document"), (b"<!doctype html", "a web page"), (b"<html", "a web page"),
    (b"MThd", "a MIDI file, which holds notes and no sound"), (b"\x7fELF", "a program"), (b"MZ", "a program"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sound:
    """A decoded recording.

    Attributes:
        samples: (n,) int16 at RATE samples a second, one channel.
        notes: What was found and done, in plain sentences.
    """

    name: str
    samples: np.ndarray
    notes: tuple[str, ...]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def read_sound(name: str, content: bytes, longest: float = SOUND_SECONDS) -> Sound:
    """A recording as one channel at RATE.

    Args:
        longest: Seconds; what lasts longer is refused.

    Raises:
        UserError: For anything that is no sound within the limits, and for silence; says what it is, whatever its name says.
    """
    name = Path(name).name[:80] or "The file"
    if not content:
        raise UserError(f"{name} is empty.", "Record it again.")
    if len(content) > SOUND_BYTES:
        raise UserError(f"{name} has {len(content) / MIB:,.0f} MB; a sound may have {SOUND_BYTES // MIB} MB.", "Cut out the part that matters, or save it as MP3.")
    head = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if other := next((words for mark, words in _OTHERS if head.startswith(mark.lower())), ""):
        raise UserError(f"{name} is {other}, no sound.", READ)
    about, samples = _decoder(longest).decode(name, content)
    if problem := about.get("problem"):
        raise _refusal(name, problem, about, longest)
    seconds = len(samples) / RATE
    if seconds < SOUND_LEAST:
        raise UserError(f"{name} lasts {1000 * seconds:.0f} ms; a word needs at least {1000 * SOUND_LEAST:.0f} ms.", "Record it again, a little longer.")
    if int(np.abs(samples.astype(np.int32)).max()) < QUIET:
        raise UserError(f"{name} is silent: nothing in its {seconds:.1f} s is louder than -60 dB.", "Check that the right microphone is chosen and not muted.")
    return Sound(name, samples, tuple(_notes(about, samples)))


def _refusal(name: str, problem: str, about: dict[str, Any], longest: float) -> UserError:
    if problem == "long":
        lasts = f"lasts {duration(about['seconds'])}" if about.get("seconds") else "goes on and on"
        return UserError(f"{name} {lasts}; at most {duration(longest)} are read.", "Cut out the part that matters.")
    if problem == "memory":
        return UserError(f"{name} needs more memory to be read than it is given.", "Save it anew as a plain WAV file.")
    if problem in ("no sound", "silent film"):
        return UserError(f"{name} holds no sound.", READ)
    return UserError(f"{name} cannot be read: it is damaged, or no sound.", READ)


def _notes(about: dict[str, Any], samples: np.ndarray) -> list[str]:
    channels = {1: "one channel", 2: "stereo, mixed to one channel"}.get(about["channels"], f"{about['channels']} channels, mixed to one")
    notes = [f"{about['codec']}, {about['rate'] / 1000:g} kHz, {channels}, {len(samples) / RATE:.2f} s"]
    if about.get("cut"):
        notes.append("the file is damaged from there on; what comes before was read")
    if (np.abs(samples.astype(np.int32)) >= 32_700).mean() > 0.002:
        notes.append("overdriven: the loudest parts are cut off, so speak a little further away")
    return notes


def duration(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds // 3600:.0f} h {seconds % 3600 / 60:.0f} min"


# The process that decodes -----------------------------------------------------------------------------------------------------


class Decoder:
    """One decoding process, started at first need and replaced when it dies or takes too long."""

    def __init__(self, most: float = SOUND_SECONDS, wait: float = SOUND_WAIT):
        self.most, self.wait = most, wait
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def decode(self, name: str, content: bytes) -> tuple[dict[str, Any], np.ndarray]:
        """What `uploads_audio_worker.decode` answers.

        Raises:
            UserError: When it takes too long, or the process does not survive the file.
        """
        with self._lock:
            process = self._running()
            until = time.monotonic() + self.wait
            feeder = threading.Thread(target=_feed, args=(process, content), daemon=True)
            feeder.start()
            try:
                header = json.loads(self._read(struct.unpack("<I", self._read(4, until))[0], until))
                samples = np.frombuffer(self._read(2 * header["count"], until), "<i2")
            except TimeoutError:
                self.close()
                raise UserError(f"{name} takes longer than {self.wait:.0f} s to read and was given up.", "Cut out the part that matters.") from None
            except EOFError:
                self.close()
                raise UserError(f"{name} cannot be read: the reader ended over it.", "Save it anew as a plain WAV file.") from None
            return header, samples.astype(np.int16)

    def close(self) -> None:
        """End the process; the next file starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None and not pipe.closed:
                    try:
                        pipe.close()
                    except OSError:  # bytes that it no longer took
                        continue
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            root = str(Path(__file__).resolve().parents[2])
            words = [sys.executable, "-m", "playground.data.uploads_audio_worker", str(self.most), str(SOUND_MEMORY)]
            self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=root,
                                             env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})  # fmt: skip
        return self._process

    def _read(self, count: int, until: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        pipe, got = self._process.stdout.fileno(), bytearray()
        while len(got) < count:
            left = until - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            part = os.read(pipe, min(1 << 20, count - len(got)))
            if not part:
                raise EOFError
            got += part
        return bytes(got)


def _feed(process: subprocess.Popen[bytes], content: bytes) -> None:
    try:
        assert process.stdin is not None
        process.stdin.write(struct.pack("<Q", len(content)))
        process.stdin.write(content)
        process.stdin.flush()
    except (BrokenPipeError, ValueError, OSError):  # it ended over the file: whoever reads the answer says so
        return


_DECODERS: dict[float, Decoder] = {}
_LOCK = threading.Lock()


def _decoder(most: float) -> Decoder:
    """The decoder for sounds of that length; the process ends with this one, as its pipe does."""
    with _LOCK:
        return _DECODERS.setdefault(most, Decoder(most))
