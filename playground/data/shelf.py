"""A content-addressed store of arrays: uploads and drawings by their digest, so that an address can name them."""

import contextlib
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from playground.core import packets
from playground.core.errors import UserError
from playground.core.limits import MIB, SHELF_BYTES
from playground.core.places import home

_DIGEST = re.compile(r"[0-9a-f]{16}")
_ABANDONED = 3600.0  # seconds after which a half-written file is nobody's any more


def put(arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> str:
    """Keep arrays and a JSON-able description; returns their digest. The same content has the same digest.

    Args:
        arrays: Any name but "about"; dtypes that `core.packets` holds.

    Returns:
        The first 16 hexadecimal digits of the SHA-256 of the stored packet.

    Raises:
        UserError: When the data folder cannot be written, or this alone is more than the shelf holds.
    """
    if "about" in arrays:
        raise ValueError('an array may not be named "about": the description stands there')
    packet = packets.encode("shelf", {**arrays, "about": dict(about)})
    if len(packet) > SHELF_BYTES:
        raise UserError(f"Your data takes {len(packet) / MIB:,.0f} MB; at most {SHELF_BYTES / MIB:,.0f} MB can be kept.", "Use fewer rows.")
    digest = _digest(packet)
    path = _path(digest)
    try:
        if path.is_file() and _digest(path.read_bytes()) == digest:
            os.utime(path)
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_room(path.parent, len(packet))
        _write(path, packet)
    except OSError as error:
        raise UserError(f"Your data could not be kept on this machine ({error.strerror}).", "Free some disk space, or set PLAYGROUND_HOME.") from error
    return digest


def get(digest: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays (read-only) and description by digest.

    Raises:
        UserError: When nothing of this digest is kept here, or what is kept was damaged.
    """
    gone = UserError("This link uses uploaded data that is not on this machine.", "Upload the file again.")
    if not _DIGEST.fullmatch(digest):  # before any path is made of it: it comes from an address
        raise gone
    path = _path(digest)
    try:
        packet = path.read_bytes()
    except FileNotFoundError:
        raise gone from None
    except OSError as error:
        raise UserError(f"The uploaded data of this link cannot be read ({error.strerror}).", "Upload the file again.") from error
    if _digest(packet) != digest:
        raise UserError("The uploaded data of this link is damaged on this machine.", "Upload the file again.")
    with contextlib.suppress(OSError):  # a read-only data folder still serves; only the order of deletion is lost
        os.utime(path)
    content = packets.decode(packet)[1]
    about = content.pop("about")
    return content, about


def _digest(packet: bytes) -> str:
    return hashlib.sha256(packet).hexdigest()[:16]


def _path(digest: str) -> Path:
    return home() / "data" / f"{digest}.packet"


def _write(path: Path, packet: bytes) -> None:
    """Whole or not at all: a reader sees the finished file or none."""
    handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(packet)
        os.replace(part, path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise


def _make_room(folder: Path, wanted: int) -> None:
    """Delete what was used longest ago until `wanted` more bytes fit into SHELF_BYTES, and what a crash left half written.

    Another process may tidy up at the same time: a file that is gone already is as good as deleted.
    """
    kept: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            facts = path.stat()
            if path.suffix == ".packet":
                kept.append((facts.st_mtime, facts.st_size, path))
            elif path.suffix == ".part" and time.time() - facts.st_mtime > _ABANDONED:
                path.unlink()
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total + wanted <= SHELF_BYTES:
            return
        path.unlink(missing_ok=True)
        total -= size
