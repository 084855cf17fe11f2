"""Data sets fetched on demand: the files that torchvision declares, by a thread of our own, checked, cached and cancellable.

torchvision itself would load torch into the app's process and knows neither progress nor cancel. What lies in the data folder
afterwards is laid out as torchvision lays it out, so that `torchvision.datasets` finds it there, too.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import http.client
import os
import shutil
import socket
import ssl
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from playground.core.errors import UserError
from playground.core.limits import MIB
from playground.core.places import home
from playground.data.downloads_table import SOURCES, Remote, Source

TIMEOUT = 15.0  # seconds without a byte
CHUNK = 1 << 16
LARGEST = 1 << 29  # bytes of one unpacked file
RATE_SECONDS = 5.0  # over which the speed is measured


def root() -> Path:
    """The folder of downloaded data sets, as `torchvision.datasets` takes it for `root`."""
    return home() / "datasets"


def folder(key: str) -> Path:
    return root() / SOURCES[key].folder


def ready(key: str) -> bool:
    """Whether every file of a data set is on this machine; only whole and checked files are put there."""
    return all((folder(key) / name).is_file() for file in SOURCES[key].files for name in file.makes)


def remove(key: str) -> None:
    """Delete a downloaded data set."""
    for file in SOURCES[key].files:
        for name in file.makes:
            (folder(key) / name).unlink(missing_ok=True)


def missing(key: str) -> UserError:
    """What to say when a data set is wanted and not here."""
    source = SOURCES[key]
    return UserError(f"{source.title} is not on this machine yet.", f"Download it ({source.size / MIB:,.0f} MB) where the data is chosen.", field="dataset")


@dataclass(eq=False)
class Download:
    """One download on its way. `state` is "running", "done", "failed" or "cancelled"; `problem` is the sentence of a failure."""

    key: str
    state: str = "running"
    received: int = 0
    problem: str = ""
    _cancelled: threading.Event = field(default_factory=threading.Event, repr=False)
    _marks: list[tuple[float, int]] = field(default_factory=list, repr=False)

    @property
    def total(self) -> int:
        return SOURCES[self.key].size

    @property
    def share(self) -> float:
        return min(1.0, self.received / self.total)

    @property
    def seconds_left(self) -> float | None:
        """At the speed of the last few seconds; None until that is known."""
        marks = self._marks[:]
        if len(marks) < 2 or marks[-1][1] <= marks[0][1]:
            return None
        rate = (marks[-1][1] - marks[0][1]) / max(marks[-1][0] - marks[0][0], 1e-6)
        return max(0.0, (self.total - self.received) / rate)

    def cancel(self) -> None:
        """End it now; nothing half-received stays."""
        if self.state == "running":
            self.state = "cancelled"
        self._cancelled.set()

    def _count(self, amount: int) -> None:
        if self._cancelled.is_set():
            raise _Cancelled
        self.received += amount
        now = time.monotonic()
        self._marks.append((now, self.received))
        while now - self._marks[0][0] > RATE_SECONDS and len(self._marks) > 2:
            self._marks.pop(0)


class _Cancelled(Exception):
    pass


_DOWNLOADS: dict[str, Download] = {}
_LOCK = threading.Lock()


def start(key: str) -> Download:
    """Begin a download, or join the one that is on its way."""
    with _LOCK:
        now = _DOWNLOADS.get(key)
        if now is None or now.state != "running":
            now = _DOWNLOADS[key] = Download(key)
            threading.Thread(target=_work, args=(now,), name=f"download-{key}", daemon=True).start()
        return now


def current(key: str) -> Download | None:
    """The latest download of a data set in this process, running or ended."""
    return _DOWNLOADS.get(key)


def _work(download: Download) -> None:
    try:
        fetch(download)
        if download.state == "running":
            download.state = "done"
    except _Cancelled:
        download.state = "cancelled"
    except UserError as error:
        if download.state == "running":
            download.problem, download.state = str(error), "failed"
    except BaseException:  # whoever waits is told; the thread's own hook writes the trace to the log
        download.problem, download.state = "The download failed for a reason that the server's log names.", "failed"
        raise


def fetch(download: Download) -> None:
    """Bring every file that is not here yet.

    Raises:
        UserError: When a file cannot be had; says why in one sentence.
    """
    source, place = SOURCES[download.key], folder(download.key)
    try:
        place.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(place).free
        if free < 4 * source.size:
            raise OSError(errno.ENOSPC, "")
        for file in source.files:
            if all((place / name).is_file() for name in file.makes):
                download.received += file.size
            else:
                _bring(download, source, file, place)
    except OSError as error:
        raise _disk_words(source, error) from error


def _disk_words(source: Source, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(f"The disk is full: {source.title} needs {4 * source.size / MIB:,.0f} MB while it is unpacked.", "Free some space, or set PLAYGROUND_HOME.")
    return UserError(f"{source.title} cannot be kept on this machine ({error.strerror}).", "Set PLAYGROUND_HOME to a folder that can be written.")


def _bring(download: Download, source: Source, file: Remote, place: Path) -> None:
    """One file from the first mirror that has it, checked and unpacked; whole or not at all."""
    before, problems = download.received, []
    handle, part = tempfile.mkstemp(dir=place, suffix=".part")
    os.close(handle)
    try:
        for mirror in _mirrors(download.key, source):
            download.received = before
            try:
                _receive(download, mirror + file.name, file, Path(part))
            except _Refused as refusal:
                problems.append(str(refusal))
                continue
            _unpack(file, Path(part), place)
            return
    finally:
        Path(part).unlink(missing_ok=True)
    raise UserError(f"{source.title} could not be downloaded: {problems[0]}.", "Everything else works without it; try again later.")


def _mirrors(key: str, source: Source) -> tuple[str, ...]:
    """PLAYGROUND_DATASETS names a mirror of one's own, with a folder a data set, for places without internet."""
    own = os.environ.get("PLAYGROUND_DATASETS")
    return (f"{own.rstrip('/')}/{key}/",) if own else source.mirrors


class _Refused(Exception):
    """Why one mirror did not give a file, as the end of a sentence."""


def _receive(download: Download, url: str, file: Remote, part: Path) -> None:
    host = url.split("/")[2]
    request = urllib.request.Request(url, headers={"User-Agent": "deep-learning-playground"})
    digest, size = hashlib.md5(usedforsecurity=False), 0
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer, open(part, "wb") as out:
            claimed = int(answer.headers.get("Content-Length") or 0)
            while chunk := _chunk(answer):
                size += len(chunk)
                if size > 2 * file.size + MIB:
                    raise _Refused(f"{host} sends more than the file can hold")
                _write(out, chunk)
                digest.update(chunk)
                download._count(len(chunk))
    except urllib.error.HTTPError as error:
        what = "does not have it any more" if error.code in (403, 404, 410) else "has a problem of its own"
        raise _Refused(f"{host} {what} (answer {error.code})") from error
    except TimeoutError as error:
        raise _Refused(f"{host} sent nothing for {TIMEOUT:g} seconds") from error
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, ssl.SSLError, ValueError) as error:
        raise _Refused(_unreachable(host, error)) from error
    if claimed and size < claimed:
        raise _Refused(f"the connection to {host} broke after {size / MIB:.1f} of {claimed / MIB:.1f} MB")
    if digest.hexdigest() != file.md5:
        raise _Refused(f"what {host} sent as {file.name} is not that file (its checksum is another)")


def _chunk(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read1(CHUNK)
    except http.client.IncompleteRead as error:  # a chunked answer that ends early; the checksum tells
        return error.partial


def _write(out, chunk: bytes) -> None:
    try:
        out.write(chunk)
    except OSError as error:
        raise _Disk(error.errno, error.strerror) from error


class _Disk(OSError):
    """An error of our own disk, told apart from one of the connection."""


def _unreachable(host: str, error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"{host} sent nothing for {TIMEOUT:g} seconds"
    if isinstance(reason, ssl.SSLError):
        return f"the secure connection to {host} failed ({reason.reason or 'TLS'})"
    if isinstance(reason, (socket.gaierror, ConnectionRefusedError)) or getattr(reason, "errno", 0) in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return f"{host} cannot be reached, so this machine seems to be offline"
    return f"the connection to {host} broke"


def _unpack(file: Remote, part: Path, place: Path) -> None:
    """The file's content under its final names, each whole or not at all."""
    try:
        if file.name.endswith(".tar.gz"):
            with tarfile.open(part, "r:gz") as archive:
                for name in file.makes:  # these members and no others: no path comes from the archive
                    member = archive.extractfile(f"{place.name}/{name}")
                    if member is None:
                        raise UserError(f"{file.name} does not hold {name}.", "Try again later.")
                    _keep(member, place / name)
        else:
            with gzip.open(part) as content:
                _keep(content, place / file.makes[0])
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, KeyError) as error:
        raise UserError(f"{file.name} cannot be unpacked.", "Try again later.") from error


def _keep(content, target: Path) -> None:
    handle, part = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            size = 0
            while chunk := content.read(1 << 20):
                size += len(chunk)
                if size > LARGEST:
                    raise UserError(f"{target.name} unpacks to more than {LARGEST // MIB} MB.", "This is not the file it claims to be.")
                out.write(chunk)
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        raise
